import { addDays, type Day, day, Refusal } from '@app/kernel';
import { CHAIR, DECIDER, ELSEWHERE, FINDER, RecoveringCounty, STATER } from './recovery.fixture';
import { RecoveryDecisionService } from './recovery-decision.service';
import { RecoveryFactService } from './recovery-fact.service';
import { RecoveryFollowingService } from './recovery-following.service';
import { RecoveryOpeningService } from './recovery-opening.service';
import { RecoveryService } from './recovery.service';
import { DeliveryService } from '../delivery/delivery.service';
import { FiscalReceiptService } from '../fiscal-receipt/fiscal-receipt.service';
import { LetterService } from '../letter/letter.service';
import { PaymentRequestService } from '../payment-request/payment-request.service';
import { ReceivableService } from '../receivable/receivable.service';
import { RemedyService } from '../remedy/remedy.service';
import { RemedyStepService } from '../remedy/remedy-step.service';

let county: RecoveringCounty;
beforeAll(async () => void (county = await RecoveringCounty.open()), 60_000);
afterAll(() => county?.close());
beforeEach(() => county.clock.set('2026-03-02'));

const said = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: Error & { constraint?: string }) =>
      error instanceof Refusal ? error.code : (error.constraint ?? Promise.reject(error)),
  );
const facts = () => county.get(RecoveryFactService);
const decisions = () => county.get(RecoveryDecisionService);
const opening = () => county.get(RecoveryOpeningService);
const decide = (id: string, answer: string | null = null, who: string = DECIDER) =>
  county.as(who, () => decisions().decide(id, { reasons: '应当返还多付的部分。', answer }, who));
const kinds = async (id: string) =>
  (await county.database.read((read) => county.get(LetterService).findAbout(read, [id]))).map(({ kind }) => kind);
const ledgerSum = async () =>
  (
    await county.world.admin<{ sum: string }>(
      'select coalesce(sum(credits_posted - debits_posted), 0)::text as sum from fees.ledger_account',
    )
  )[0]!.sum;
/** An officer undoes a match, as match does it. */
const takeBack = async (receivableId: string, receiptId: string, fen: bigint) => {
  await county.database.write((tx) => county.get(ReceivableService).takeBack(tx, receivableId, receiptId, fen));
  await county.hear();
};
/** What is asked for and not paid. */
const asked = async (receivableId: string, dueOn: Day | null = null) =>
  (
    await county.world.admin<{ fen: string }>(
      `select coalesce(sum(left_fen), 0)::text as fen from fees.payment_request where receivable_id = $1 and state in ('open', 'part') and ($2::date is null or due_on = $2)`,
      [receivableId, dueOn],
    )
  )[0]!.fen;
/** What fiscal receipts say about a case. */
const receipted = async (id: string) =>
  county.world.admin<{ state: string; fen: string }>(
    'select state, fen::text from fees.fiscal_receipt where receivable_id = $1 order by no',
    [(await county.row(id)).receivableId],
  );
/** A step by hand, as the runtime role: what the database says without the code. */
const byHand = (id: string, act: string, from: string, to: string, actor: string = DECIDER) =>
  county.as(actor, async () =>
    said(
      county.database.write((tx) =>
        tx.query(
          `insert into recovery_event (case_id, seq, act, from_state, to_state, on_day, at)
           select id, events + 1, $2, $3, $4, $5, now() from recovery_case where id = $1`,
          [id, act, from, to, county.clock.today()],
        ),
      ),
    ),
  );

describe('a case', () => {
  it('is opened once, however often subsidy tells of an overpayment, and finds its person', async () => {
    const told = county.told();
    await opening().take(told);
    await Promise.all([opening().take(told), opening().take(told)]);
    const rows = await county.world.admin<{ id: string }>(
      'select id from fees.recovery_case where overpayment_id = $1',
      [told],
    );
    expect(rows).toHaveLength(1);
    expect(await county.row(rows[0]!.id)).toMatchObject({
      ...{ state: 'detected', source: 'subsidy', wrongFen: 360_000n, payeeMask: '3402**************' },
      ...{ limitationEnds: '2029-03-02', caseNo: expect.stringMatching(/^340202-2026-R\d{6}$/) as string },
    });
    expect((await county.own(() => county.get(RecoveryService).own())).map(({ id }) => id)).toContain(rows[0]!.id);
  });

  it('is not opened where subsidy took it back', async () => {
    await opening().take('00000000-0000-7000-8000-000000000000');
    expect(
      await county.world.admin(
        `select from fees.recovery_case where overpayment_id = '00000000-0000-7000-8000-000000000000'`,
      ),
    ).toEqual([]);
  });

  it('stated by an officer waits for a second one, and is no case of the person until then', async () => {
    const id = await county.as(STATER, () => opening().propose(county.stated()));
    expect((await county.row(id)).state).toBe('proposed');
    expect(await said(county.as(STATER, () => opening().confirm(id, STATER)))).toBe('RECOVERY_NEEDS_SECOND_OFFICER');
    expect(await byHand(id, 'confirm', 'proposed', 'detected', STATER)).toBe('recovery_is_confirmed_by_another');
    await county.as(FINDER, () => opening().confirm(id, FINDER));
    expect((await county.row(id)).state).toBe('detected');
  });

  it.each([
    [
      'more than was paid',
      { lines: [{ paymentRef: 'p1', paidOn: day('2025-09-30'), paidFen: 1n, wrongFen: 2n }] },
      'RECOVERY_LINES_UNUSABLE',
    ],
    ['nothing', { lines: [] }, 'RECOVERY_LINES_UNUSABLE'],
    ['shares of another sum', { shares: [{ level: 'county', year: 2025, fen: 1n }] }, 'RECOVERY_SHARES_DIFFER'],
    [
      'a level that does not exist',
      { shares: [{ level: 'village', year: 2025, fen: 60_000n }] },
      'RECOVERY_LEVEL_UNKNOWN',
    ],
    ['days that end before they begin', { until: day('2025-01-01') }, 'RECOVERY_DAYS_UNUSABLE'],
    ['a wrong number', { payeeNumber: '340202199003070021' }, 'RECOVERY_NUMBER_UNUSABLE'],
    ['no evidence', { documentNo: ' ' }, 'RECOVERY_TEXT_MISSING'],
    ['a township', { divisionCode: '340202001000' }, 'RECOVERY_DIVISION_UNUSABLE'],
  ])('is refused that states %s', async (_, more, code) => {
    expect(await said(county.as(STATER, async () => opening().propose(county.stated(more))))).toBe(code);
  });

  it('claims a payment once, until the case about it is dropped', async () => {
    const stated = county.stated();
    const id = await county.as(STATER, () => opening().propose(stated));
    expect(await said(county.as(STATER, () => opening().propose(stated)))).toBe('RECOVERY_PAYMENT_CLAIMED');
    await county.as(DECIDER, () => decisions().cease(id, '核查有误，没有多付', DECIDER));
    expect(await said(county.as(STATER, () => opening().propose(stated)))).toBe('done');
  });

  it('is not seen from another county, nor by somebody else', async () => {
    const id = await county.detected();
    const elsewhere = await county.as('x', () => county.get(RecoveryService).byIds([id]), ELSEWHERE.slice(0, 6));
    expect(elsewhere).toEqual([]);
    expect(await said(county.as('x', () => facts().begin(id), ELSEWHERE.slice(0, 6)))).toBe('RECOVERY_UNKNOWN');
  });
});

describe('before anything is decided', () => {
  it('facts that contradict each other are refused, and a fraud only may be referred', async () => {
    const id = await county.detected();
    await county.as(FINDER, () => facts().begin(id));
    const establish = (more: object) => county.as(FINDER, () => facts().establish(id, county.facts(more)));
    expect(await said(establish({ cause: 'fraud', isInGoodFaith: true }))).toBe('RECOVERY_FACTS_CONTRADICT');
    expect(await said(county.as(FINDER, () => facts().notice(id)))).toBe('RECOVERY_FACTS_MISSING');
    await establish({ cause: 'authority-error' });
    expect(await said(county.as(FINDER, () => facts().refer(id, '示例区公安分局')))).toBe('RECOVERY_NOT_REFERABLE');
    await establish({ cause: 'fraud' });
    await county.as(FINDER, () => facts().refer(id, '示例区公安分局'));
    expect(await county.row(id)).toMatchObject({ referredTo: '示例区公安分局', state: 'fact-finding' });
  });

  it('no period runs before the notice is served, and none is decided in it', async () => {
    const id = await county.detected();
    await county.goOn(id, 'noticed');
    county.clock.set('2026-06-01');
    expect(await said(decide(id))).toBe('RECOVERY_NOTICE_NOT_SERVED');
    await county.serve((await county.row(id)).noticeLetterId!, day('2026-06-01'));
    const { noticeServedOn, statementEnds, limitationEnds } = await county.row(id);
    // Begun anew by a claim that arrived.
    expect([noticeServedOn, statementEnds, limitationEnds]).toEqual(['2026-06-01', '2026-06-08', '2029-06-01']);
    county.clock.set(statementEnds!);
    expect(await said(decide(id))).toBe('RECOVERY_STATEMENT_PERIOD_OPEN');
    expect(await byHand(id, 'decide', 'noticed', 'decided')).toBe('recovery_hears_before_it_decides');
    county.clock.set(addDays(statementEnds!, 1));
    expect(await said(decide(id))).toBe('done');
  });

  it('a wrong proof of service takes the period back', async () => {
    const id = await county.detected();
    await county.goOn(id, 'noticed');
    const letterId = (await county.row(id)).noticeLetterId!;
    await county.serve(letterId);
    const [attempt] = await county.world.admin<{ id: string }>(
      'select id from fees.delivery_attempt where letter_id = $1',
      [letterId],
    );
    await county.as('postman', () => county.get(DeliveryService).correct(attempt!.id, null, '签收人不是本人'));
    await county.hear();
    expect(await county.row(id)).toMatchObject({
      noticeServedOn: null,
      statementEnds: null,
      limitationEnds: '2029-03-02',
    });
    county.clock.set('2026-06-01');
    expect(await said(decide(id))).toBe('RECOVERY_NOTICE_NOT_SERVED');
  });

  it('the person speaks in their own words, is heard by somebody else, and gets an answer', async () => {
    const id = await county.detected();
    await county.goOn(id, 'noticed');
    await county.serve((await county.row(id)).noticeLetterId!);
    await county.own(() => facts().say(id, '孩子去世后我们不知道还会发钱，钱都用在丧事上了。'));
    await county.own(() => facts().askHearing(id));
    expect(await said(county.own(() => facts().askHearing(id)))).toBe('RECOVERY_HEARING_PERIOD_OVER');
    expect(await said(county.own(() => facts().begin(id)))).not.toBe('done');
    county.clock.set('2026-04-01');
    expect(await said(decide(id))).toBe('RECOVERY_HEARING_OPEN');
    expect(await said(county.as(FINDER, () => facts().hear(id, '听证笔录全文', FINDER)))).toBe(
      'RECOVERY_NEEDS_SECOND_OFFICER',
    );
    await county.as(CHAIR, () => facts().hear(id, '听证笔录全文', CHAIR));
    expect(await said(decide(id))).toBe('RECOVERY_STATEMENT_UNANSWERED');
    await decide(id, '不采纳：没有提供材料。');
    const statements = await county.get(RecoveryService).statements([id]);
    expect(statements.map(({ isOwnHand, takenBy }) => [isOwnHand, takenBy])).toEqual([[true, 'citizen']]);
  });

  it('whoever is late with a hearing may still speak', async () => {
    const id = await county.detected();
    await county.goOn(id, 'heard');
    expect(await said(county.own(() => facts().askHearing(id)))).toBe('RECOVERY_HEARING_PERIOD_OVER');
    expect(await said(county.own(() => facts().say(id, '我有话要说。')))).toBe('done');
  });

  it('the person moves nothing, by no statement', async () => {
    const id = await county.detected();
    for (const [act, to] of [
      ['begin', 'fact-finding'],
      ['cease', 'closed'],
    ] as const) {
      await expect(
        county.own(() =>
          county.database.write((tx) =>
            tx.query(
              `insert into recovery_event (case_id, seq, act, from_state, to_state, on_day, at) values ($1, 2, $2, 'detected', $3, '2026-03-02', now())`,
              [id, act, to],
            ),
          ),
        ),
      ).rejects.toThrow('row-level security');
    }
  });

  it('who found the facts, or stated the case, decides nothing', async () => {
    const id = await county.detected();
    await county.goOn(id, 'heard');
    expect(await said(decide(id, null, FINDER))).toBe('RECOVERY_NEEDS_SECOND_OFFICER');
    const stated = await county.as(STATER, () => opening().propose(county.stated()));
    await county.as(CHAIR, () => opening().confirm(stated, CHAIR));
    await county.goOn(stated, 'heard');
    expect(await said(decide(stated, null, STATER))).toBe('RECOVERY_NEEDS_SECOND_OFFICER');
    expect(await said(decide(stated))).toBe('done');
  });

  it('what is past limitation is not decided, and can be closed for that', async () => {
    const id = await county.detected(1_000n, { foundOn: day('2023-03-01'), paidOn: day('2023-01-10') });
    expect((await county.row(id)).limitationEnds).toBe('2026-03-02');
    await county.goOn(id, 'facts');
    county.clock.set('2026-03-03');
    expect(await said(county.as(FINDER, () => facts().notice(id)))).toBe('RECOVERY_PAST_LIMITATION');
    await county.as(DECIDER, () => decisions().cease(id, '已超过时效', DECIDER));
    expect(await county.row(id)).toMatchObject({ state: 'closed', outcome: 'ceased' });
    expect(await kinds(id)).toEqual([]);
  });

  it('good faith whose gain is gone is released, and nothing else is', async () => {
    const id = await county.detected();
    await county.goOn(id, 'facts', { isInGoodFaith: true, goneFen: 359_999n });
    const release = () => county.as(DECIDER, () => decisions().release(id, '家庭已将款项用于抚育', DECIDER));
    expect(await said(release())).toBe('RECOVERY_SOMETHING_OWED');
    await county.as(FINDER, () => facts().establish(id, county.facts({ isInGoodFaith: true, goneFen: 360_000n })));
    expect(await said(county.as(FINDER, () => facts().notice(id)))).toBe('RECOVERY_NOTHING_OWED');
    await release();
    expect(await county.row(id)).toMatchObject({ state: 'closed', outcome: 'waived', receivableId: null });
    expect(await kinds(id)).toEqual(['recovery-waiver']);
  });

  it('nothing is waived without a dated rule, and the rule is named where there is one', async () => {
    const id = await county.detected(900n);
    await county.goOn(id, 'facts');
    const waive = (by: 'small-amount' | 'hardship') =>
      county.as(DECIDER, () => decisions().waive(id, by, '金额很小', DECIDER));
    expect([await said(waive('small-amount')), await said(waive('hardship'))]).toEqual([
      'RECOVERY_NO_WAIVER_RULE',
      'RECOVERY_NO_WAIVER_RULE',
    ]);
    await county.database.write((tx) =>
      tx.query(
        `insert into parameter (name, region, valid, value, unit, source, status)
         values ('recovery.small-amount-fen', '340202', '[2026-01-01,)', '1000', 'fen', '示例区规定；法律意见待定 legal flag', 'assumed')`,
      ),
    );
    await waive('small-amount');
    expect(await county.row(id)).toMatchObject({
      outcome: 'waived',
      waiverRule: 'recovery.small-amount-fen=1000 (assumed): 示例区规定；法律意见待定 legal flag',
    });
  });
});

describe('once the decision is served', () => {
  it('it is owed and asked for, not before, and paid back it is closed', async () => {
    const id = await county.detected();
    await county.goOn(id, 'decided');
    expect(await county.standing(id)).toBeUndefined();
    expect(await byHand(id, 'serve', 'decided', 'served')).toBe('recovery_collects_only_what_was_served');
    await county.serve((await county.row(id)).decisionLetterId!);
    const row = await county.row(id);
    expect(row).toMatchObject({ state: 'served', owedFen: 360_000n });
    expect(await county.standing(id)).toMatchObject({ decidedFen: 360_000n, openFen: 360_000n });
    const requests = await county.world.admin(
      'select fen::text, due_on::text from fees.payment_request where receivable_id = $1',
      [row.receivableId],
    );
    expect(requests).toEqual([{ fen: '360000', due_on: row.payBy }]);

    await county.pay(id, 100_000n);
    expect((await county.row(id)).state).toBe('repaying');
    await county.pay(id, 260_000n);
    expect(await county.row(id)).toMatchObject({ state: 'closed', outcome: 'repaid' });
    expect(await kinds(id)).toEqual(['recovery-notice', 'recovery-decision', 'recovery-closing']);
    expect(await ledgerSum()).toBe('0');
  });

  it('is reminded of after the days to pay, and goes to court only in the months of the law', async () => {
    const id = await county.detected();
    await county.goOn(id, 'served');
    const remind = () => county.as(CHAIR, () => decisions().remind(id));
    const apply = () => county.as(DECIDER, () => decisions().apply(id, '（2026）示例执申1号'));
    expect(await said(remind())).toBe('RECOVERY_PAY_PERIOD_OPEN');
    county.clock.set(addDays((await county.row(id)).payBy!, 1));
    await remind();
    expect(await said(apply())).toBe('RECOVERY_REMINDER_NOT_SERVED');
    await county.serve((await county.row(id)).reminderLetterId!);
    expect(await said(apply())).toBe('RECOVERY_REMINDER_PERIOD_OPEN');
    county.clock.set(addDays((await county.row(id)).reminderEnds!, 1));
    expect(await said(apply())).toBe('RECOVERY_CONTESTABLE');
    expect(await byHand(id, 'apply', 'reminded', 'court')).toBe('recovery_goes_to_court_in_its_time');
    const { appealEnds, courtUntil } = await county.row(id);
    county.clock.set(addDays(courtUntil!, 1));
    expect(await said(apply())).toBe('RECOVERY_COURT_PERIOD_OVER');
    county.clock.set(addDays(appealEnds!, 1));
    await apply();
    expect(await county.row(id)).toMatchObject({ state: 'court', courtRef: '（2026）示例执申1号' });
    await county.as(DECIDER, () => decisions().endCourt(id, '无财产可供执行，法院终结'));
    expect(await county.row(id)).toMatchObject({ state: 'closed', outcome: 'court' });
    expect(await county.standing(id)).toMatchObject({ openFen: 0n, receivedFen: 0n, cutFen: 360_000n });
  });

  it('a suspension stops what presses, and its outcome in part cuts the amount and gives back what was paid beyond', async () => {
    const id = await county.detected(100_000n);
    await county.goOn(id, 'served');
    const receiptId = await county.pay(id, 80_000n);
    const [remedies, steps] = [county.get(RemedyService), county.get(RemedyStepService)];
    const remedy = await county.own(() =>
      remedies.file({
        ...{ matterId: id, kind: 'reconsideration', channel: 'online', filedOn: county.clock.today() },
        ...{ reference: null, body: null, grounds: '其中一半用于丧事，已经没有了。', lateReason: null },
      }),
    );
    await county.as('judge-1', () => steps.accept(remedy, null, 'judge-1'));
    await county.as('judge-1', () =>
      steps.suspend(
        remedy,
        'suspended',
        { basis: 'authority', reason: '停止执行不损害公共利益', decidedOn: county.clock.today() },
        'judge-1',
      ),
    );
    county.clock.set(addDays((await county.row(id)).payBy!, 1));
    expect(await said(county.as(CHAIR, () => decisions().remind(id)))).toBe('RECOVERY_SUSPENDED');
    await county.as('judge-1', () =>
      steps.conclude(
        remedy,
        { outcome: 'upheld-in-part', newFen: 50_000n, reasons: '部分属于善意且已不存在' },
        'judge-1',
      ),
    );
    await county.as('judge-2', () => steps.confirm(remedy, 'judge-2'));
    await county.hear();
    expect(await county.row(id)).toMatchObject({
      state: 'closed',
      outcome: 'repaid',
      owedFen: 50_000n,
      decidedFen: 100_000n,
    });
    expect(await county.standing(id)).toMatchObject({ cutFen: 50_000n, receivedFen: 50_000n, openFen: 0n });
    const refunds = await county.world.admin('select sum(fen)::text as fen from fees.refund where source_id = $1', [
      receiptId,
    ]);
    expect(refunds).toEqual([{ fen: '30000' }]);
    expect(await ledgerSum()).toBe('0');
  });

  it('what subsidy corrects later is pressed for no more, and an officer takes it off', async () => {
    const overpayment = county.told(100_000n);
    await opening().take(overpayment);
    const [{ id }] = (await county.world.admin<{ id: string }>(
      'select id from fees.recovery_case where overpayment_id = $1',
      [overpayment],
    )) as [{ id: string }];
    await county.goOn(id, 'served');
    county.overpayments.set(overpayment, { ...county.overpayments.get(overpayment)!, stillFen: 40_000n });
    await opening().learn(overpayment);
    county.clock.set(addDays((await county.row(id)).payBy!, 1));
    expect(await said(county.as(CHAIR, () => decisions().remind(id)))).toBe('RECOVERY_KNOWN_BETTER');
    await county.as(DECIDER, () => decisions().correct(id, '户籍信息已更正', DECIDER));
    expect(await county.row(id)).toMatchObject({ owedFen: 40_000n, decidedFen: 100_000n, state: 'served' });
    expect(await county.standing(id)).toMatchObject({ openFen: 40_000n });
    county.overpayments.set(overpayment, { ...county.overpayments.get(overpayment)!, stillFen: 0n });
    await opening().learn(overpayment);
    await county.as(DECIDER, () => decisions().correct(id, '户籍信息再次更正', DECIDER));
    expect(await county.row(id)).toMatchObject({ state: 'closed', outcome: 'ceased', owedFen: 0n });
  });

  it('money that a remedy takes off after the end goes back, and the case stays closed', async () => {
    const id = await county.detected(10_000n);
    await county.goOn(id, 'served');
    await county.pay(id, 10_000n);
    expect((await county.row(id)).state).toBe('closed');
    await county.as('finance-1', () =>
      county.get(FiscalReceiptService).allot({
        ...{ divisionCode: '340202000000', receiptCode: '34020226', firstNo: 1n, lastNo: 999n },
        document: '财票〔2026〕1号',
      }),
    );
    await county.get(FiscalReceiptService).issueDue();
    expect(await receipted(id)).toEqual([{ state: 'issued', fen: '10000' }]);
    const overpaymentId = (
      await county.world.admin<{ o: string }>('select overpayment_id as o from fees.recovery_case where id = $1', [id])
    )[0]!.o;
    county.overpayments.set(overpaymentId, { ...county.overpayments.get(overpaymentId)!, stillFen: 4_000n });
    await opening().learn(overpaymentId);
    await county.as(DECIDER, () => decisions().correct(id, '户籍信息已更正', DECIDER));
    expect(await county.row(id)).toMatchObject({ state: 'closed', outcome: 'repaid', owedFen: 4_000n });
    expect(await county.standing(id)).toMatchObject({ receivedFen: 4_000n, openFen: 0n });
    expect(await receipted(id)).toEqual([{ state: 'voided', fen: '10000' }]);
    expect((await kinds(id)).at(-1)).toBe('recovery-correction');
    await county.get(FiscalReceiptService).issueDue();
    expect(await receipted(id)).toEqual([
      { state: 'voided', fen: '10000' },
      { state: 'issued', fen: '4000' },
    ]);
    await expect(
      county.database.write((tx) => tx.query(`update recovery_case set closed_why = 'x' where id = $1`, [id])),
    ).rejects.toMatchObject({ constraint: 'recovery_closed_stays_closed' });
  });

  it('money that was somebody else’s opens again what it had ended, by letter and with new days to pay', async () => {
    const id = await county.detected(10_000n);
    await county.goOn(id, 'served');
    const receiptId = await county.pay(id, 10_000n);
    expect(await county.row(id)).toMatchObject({ state: 'closed', outcome: 'repaid' });
    const { receivableId, payBy } = await county.row(id);
    county.clock.set(addDays(payBy!, 40));
    await county.database.write(async (tx) => {
      await county.get(ReceivableService).takeBack(tx, receivableId!, receiptId, 10_000n);
      await county.get(PaymentRequestService).request(tx, {
        ...{ receivableId: receivableId!, fen: 10_000n, dueOn: payBy, instalmentId: null },
      });
    });
    await county.hear();
    const again = await county.row(id);
    expect(again).toMatchObject({ state: 'repaying', outcome: null, closedOn: null, owedFen: 10_000n });
    expect(again.payBy! > county.clock.today()).toBe(true);
    expect(await kinds(id)).toContain('recovery-correction');
    expect(await asked(receivableId!, again.payBy)).toBe('10000');
    expect(await said(county.as(CHAIR, () => decisions().remind(id)))).toBe('RECOVERY_PAY_PERIOD_OPEN');
    await county.pay(id, 10_000n);
    expect(await county.row(id)).toMatchObject({ state: 'closed', outcome: 'repaid' });
    expect(await byHand(id, 'reopen', 'closed', 'repaying')).toBe('recovery_reopens_what_was_not_repaid');
  });

  it('money that was somebody else’s asks nothing of whoever was let off', async () => {
    const id = await county.detected(10_000n);
    await county.goOn(id, 'served');
    const receiptId = await county.pay(id, 4_000n);
    await county.as(DECIDER, () => decisions().cease(id, '证据不足，不再追回', DECIDER));
    const { receivableId } = await county.row(id);
    await takeBack(receivableId!, receiptId, 4_000n);
    expect(await county.row(id)).toMatchObject({ state: 'closed', outcome: 'ceased' });
    expect(await county.standing(id)).toMatchObject({ openFen: 0n, receivedFen: 0n, cutFen: 10_000n });
    expect(await asked(receivableId!)).toBe('0');
  });

  it('what a suspension kept from being asked for is asked for as soon as that is over', async () => {
    const id = await county.detected(10_000n);
    await county.goOn(id, 'served');
    const { receivableId } = await county.row(id);
    const [remedies, steps] = [county.get(RemedyService), county.get(RemedyStepService)];
    const remedy = await county.own(() =>
      remedies.file({
        ...{ matterId: id, kind: 'reconsideration', channel: 'online', filedOn: county.clock.today() },
        ...{ reference: null, body: null, grounds: '情况不是这样。', lateReason: null },
      }),
    );
    const judged = <T>(work: () => Promise<T>) => county.as('judge-1', work);
    await judged(() => steps.accept(remedy, null, 'judge-1'));
    const order = { basis: 'authority', reason: '停止执行不损害公共利益', decidedOn: county.clock.today() } as const;
    await judged(() => steps.suspend(remedy, 'suspended', order, 'judge-1'));
    // What was asked for falls away meanwhile, as a plan that is withdrawn or replaced leaves it.
    await county.database.write((tx) => county.get(PaymentRequestService).cancel(tx, receivableId!, '中止期间撤销'));
    await county.get(RecoveryFollowingService).changed(receivableId!);
    expect(await asked(receivableId!)).toBe('0');
    await judged(() => steps.suspend(remedy, 'resumed', { ...order, reason: '恢复执行，不再中止' }, 'judge-1'));
    await county.hear();
    expect(await asked(receivableId!)).toBe('10000');
    await judged(() =>
      steps.conclude(remedy, { outcome: 'upheld', newFen: null, reasons: '原决定事实清楚' }, 'judge-1'),
    );
    await county.hear();
    county.clock.set(addDays((await county.row(id)).payBy!, 1));
    await county.as(CHAIR, () => decisions().remind(id));
    await county.serve((await county.row(id)).reminderLetterId!);
    county.clock.set(addDays((await county.row(id)).appealEnds!, 1));
    // The decision on reconsideration was never served: the fifteen days to sue have not begun.
    expect(await said(county.as(CHAIR, () => decisions().apply(id, '（2026）皖行审1号')))).toBe('RECOVERY_CONTESTABLE');
  });

  it('hears everything as often as it is told, and the same comes of it', async () => {
    const id = await county.detected(10_000n);
    await county.goOn(id, 'served');
    const { decisionLetterId, receivableId } = await county.row(id);
    const following = county.get(RecoveryFollowingService);
    await following.served(decisionLetterId!);
    await following.changed(receivableId!);
    await following.changed(receivableId!);
    expect((await county.history(id)).map(({ act }) => act)).toEqual([
      'detect',
      'begin',
      'establish',
      'notice',
      'notice-served',
      'decide',
      'serve',
    ]);
    expect(
      await county.world.admin('select count(*)::int as n from fees.payment_request where receivable_id = $1', [
        receivableId,
      ]),
    ).toEqual([{ n: 1 }]);
  });
});

describe('what is taken along', () => {
  it('is the list and one case, without a whole number', async () => {
    const id = await county.detected();
    const service = county.get(RecoveryService);
    const csv = service.csvOf([await county.row(id)]);
    expect(csv).toContain('3600.00');
    expect(csv.split('\r\n').length).toBeGreaterThan(1);
    const statement = await service.statementCsv(id);
    expect(statement).toContain('detect');
    expect(csv + statement).not.toMatch(/\d{17}[\dX]/);
  });
});

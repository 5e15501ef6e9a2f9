import { addDays, addMonths, type Day, Refusal } from '@app/kernel';
import { periodEnd, workingDaysLater } from '@app/working-days';
import fc from 'fast-check';
import { RemedyService } from '../remedy/remedy.service';
import { RemedyStepService } from '../remedy/remedy-step.service';
import { CHAIR, DECIDER, FINDER, RecoveringCounty } from './recovery.fixture';
import { RecoveryDecisionService } from './recovery-decision.service';
import { RecoveryFactService } from './recovery-fact.service';
import { RecoveryOpeningService } from './recovery-opening.service';

let county: RecoveringCounty;
beforeAll(async () => void (county = await RecoveringCounty.open()), 60_000);
afterAll(() => county?.close());

const FEN = 10_000n;
type Letter = 'notice' | 'decision' | 'reminder';
type Command =
  | { do: 'begin' | 'notice' | 'say' | 'ask' | 'hear' | 'again' | 'release' | 'remind' | 'apply' | 'end' | 'cease' }
  | { do: 'correct' | 'suspend' | 'resume' }
  | { do: 'establish'; isGood: boolean; gone: number }
  | { do: 'decide'; by: string; answers: boolean }
  | { do: 'serve'; letter: Letter }
  | { do: 'pay'; part: number }
  | { do: 'learn'; still: number }
  | { do: 'outcome'; of: 'upheld' | 'quashed' | 'part' }
  | { do: 'days'; count: number };

const plain = fc.constantFrom(
  ...(['begin', 'notice', 'say', 'ask', 'hear', 'again', 'release', 'remind', 'apply', 'end', 'cease'] as const),
  ...(['correct', 'suspend', 'resume'] as const),
);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: plain.map((what) => ({ do: what })) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('establish' as const),
      isGood: fc.boolean(),
      gone: fc.constantFrom(0, 0, 5_000, 10_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      by: fc.constantFrom(DECIDER, DECIDER, DECIDER, FINDER),
      answers: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('serve' as const),
      letter: fc.constantFrom<Letter>('notice', 'decision', 'reminder'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pay' as const), part: fc.constantFrom(1, 4_000, 10_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('learn' as const), still: fc.constantFrom(0, 3_000, 9_999) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('outcome' as const),
      of: fc.constantFrom('upheld' as const, 'quashed' as const, 'part' as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('days' as const), count: fc.constantFrom(1, 8, 40, 190) }) },
);

/** How far a sequence may have come already, so that money is often at stake from the start. */
const FOUND: Command[] = [{ do: 'begin' }, { do: 'establish', isGood: true, gone: 5_000 }];
const TOLD: Command[] = [...FOUND, { do: 'notice' }, { do: 'serve', letter: 'notice' }, { do: 'days', count: 8 }];
const SERVED: Command[] = [...TOLD, { do: 'decide', by: DECIDER, answers: true }, { do: 'serve', letter: 'decision' }];
const REMINDED: Command[] = [
  ...[...SERVED, { do: 'days', count: 40 }, { do: 'remind' }, { do: 'serve', letter: 'reminder' }],
] as Command[];
const beginning = fc.constantFrom<Command[]>([], FOUND, TOLD, SERVED, REMINDED);

/** A case as the law means it, in memory: it knows nothing of the tables of steps. */
class Model {
  state = 'detected';
  outcome: string | null = null;
  facts: { isGood: boolean; gone: bigint } | null = null;
  still = FEN;
  told = false;
  toldServed: Day | null = null;
  asked = false;
  heard = false;
  spoke = false;
  decided: Day | null = null;
  decidedFen = 0n;
  served: Day | null = null;
  owed: bigint | null = null;
  paid = 0n;
  off = 0n;
  reminded = false;
  remindedServed: Day | null = null;
  remedy: 'none' | 'open' | 'suspended' | 'over' = 'none';

  get mustReturn(): bigint {
    const left = FEN - (this.facts?.gone ?? 0n);
    return left < this.still ? left : this.still;
  }
  get isOver(): boolean {
    return this.state === 'closed';
  }
  get open(): bigint {
    return this.served === null ? 0n : this.decidedFen - this.off - this.paid;
  }
  get sayUntil(): Day | null {
    return this.toldServed && workingDaysLater(this.toldServed, 5, 'count-weekdays');
  }
  get payBy(): Day | null {
    return this.served && periodEnd(this.served, 30, 'count-weekdays');
  }
  get isTooMuch(): boolean {
    return this.owed !== null && this.still < this.owed;
  }
  close(outcome: string): void {
    this.state = 'closed';
    this.outcome = outcome;
    if (this.served !== null) this.off = this.decidedFen - this.paid;
  }
  /** What is owed becomes less; what was paid beyond it goes back. */
  lessen(to: bigint): void {
    this.owed = to;
    if (this.served !== null && this.decidedFen - this.off > to) this.off = this.decidedFen - to;
    if (this.paid > to && this.served !== null) this.paid = to;
    if (this.isOver) return;
    if (to === 0n) {
      this.state = 'closed';
      this.outcome = 'ceased';
    } else this.settle();
  }
  settle(): void {
    if (this.served === null || this.isOver) return;
    if (this.open === 0n && this.paid > 0n) {
      this.state = 'closed';
      this.outcome = 'repaid';
    } else if (this.state === 'served' && this.paid > 0n) this.state = 'repaying';
  }
}

const done = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    (error: unknown) => (error instanceof Refusal ? false : Promise.reject(error as Error)),
  );

/** What a case is tried with, and what the model says of it: whether it may be done; undefined where nothing was tried. */
class Trial {
  readonly model = new Model();
  remedyId: string | null = null;

  constructor(
    readonly id: string,
    readonly overpaymentId: string,
  ) {}

  async take(one: Command): Promise<{ may: boolean; did: boolean } | undefined> {
    const { model: m, id } = this;
    const today = county.clock.today();
    const facts = county.get(RecoveryFactService);
    const decisions = county.get(RecoveryDecisionService);
    const as = (who: string, work: () => Promise<unknown>) => done(county.as(who, work));
    const isUndecided = m.state === 'fact-finding' || m.state === 'noticed';
    const isCollecting = ['served', 'repaying', 'reminded', 'court'].includes(m.state);

    switch (one.do) {
      case 'begin': {
        const may = m.state === 'detected';
        const did = await as(FINDER, () => facts.begin(id));
        if (may) m.state = 'fact-finding';
        return { may, did };
      }
      case 'establish': {
        const gone = BigInt(one.gone);
        const may = m.state === 'fact-finding' && (one.isGood || gone === 0n);
        const found = county.facts({ isInGoodFaith: one.isGood, goneFen: gone });
        const did = await as(FINDER, () => facts.establish(id, found));
        if (may) m.facts = { isGood: one.isGood, gone };
        return { may, did };
      }
      case 'notice': {
        const may = m.state === 'fact-finding' && m.facts !== null && m.mustReturn > 0n;
        const did = await as(FINDER, () => facts.notice(id));
        if (may) [m.state, m.told] = ['noticed', true];
        return { may, did };
      }
      case 'say': {
        const may = !m.isOver;
        const did = await done(county.own(() => facts.say(id, '我有话要说。')));
        if (may) m.spoke = true;
        return { may, did };
      }
      case 'ask': {
        const may = m.state === 'noticed' && !m.asked && (m.sayUntil === null || today <= m.sayUntil);
        const did = await done(county.own(() => facts.askHearing(id)));
        if (may) m.asked = true;
        return { may, did };
      }
      case 'hear': {
        const may = m.state === 'noticed' && m.asked && !m.heard;
        const did = await as(CHAIR, () => facts.hear(id, '听证笔录全文', CHAIR));
        if (may) m.heard = true;
        return { may, did };
      }
      case 'again': {
        const may = m.state === 'noticed';
        const did = await as(FINDER, () => facts.findAgain(id, '意见显示事实不同'));
        if (may) Object.assign(m, { state: 'fact-finding', told: false, toldServed: null, asked: false, heard: false });
        return { may, did };
      }
      case 'release': {
        const may = isUndecided && m.facts !== null && m.facts.isGood && m.facts.gone === FEN;
        const did = await as(DECIDER, () => decisions.release(id, '已经不存在了', DECIDER));
        if (may) m.close('waived');
        return { may, did };
      }
      case 'decide': {
        const isTime = m.sayUntil !== null && today > m.sayUntil && (!m.asked || m.heard);
        const isAnswered = one.answers || !(m.spoke || m.heard);
        const may = m.state === 'noticed' && isTime && isAnswered && one.by !== FINDER && m.mustReturn > 0n;
        const answer = one.answers ? '不采纳：没有材料。' : null;
        const did = await as(one.by, () => decisions.decide(id, { reasons: '应当返还', answer }, one.by));
        if (may) Object.assign(m, { state: 'decided', decided: today, decidedFen: m.mustReturn, owed: m.mustReturn });
        return { may, did };
      }
      case 'serve':
        return void (await this.serve(one.letter, today));
      case 'pay': {
        const fen = BigInt(one.part) < m.open ? BigInt(one.part) : m.open;
        if (fen <= 0n || m.served === null) return undefined;
        await county.pay(id, fen);
        m.paid += fen;
        m.settle();
        return undefined;
      }
      case 'remind': {
        const isTime = (m.state === 'served' || m.state === 'repaying') && today > m.payBy!;
        const may = isTime && !m.isTooMuch && m.remedy !== 'suspended';
        const did = await as(CHAIR, () => decisions.remind(id));
        if (may) [m.state, m.reminded] = ['reminded', true];
        return { may, did };
      }
      case 'apply': {
        const waited = m.remindedServed && workingDaysLater(m.remindedServed, 10, 'count-weekdays');
        const contested = await this.contestedUntil();
        const isTime = waited !== null && today > waited && contested !== null && today > contested;
        const until = contested && periodEnd(addMonths(contested, 3), 0, 'count-weekdays');
        const may = m.state === 'reminded' && isTime && today <= until! && !m.isTooMuch && m.remedy !== 'suspended';
        const did = await as(DECIDER, () => decisions.apply(id, '（2026）示例1号'));
        if (may) m.state = 'court';
        return { may, did };
      }
      case 'end': {
        const may = m.state === 'court';
        const did = await as(DECIDER, () => decisions.endCourt(id, '法院终结执行'));
        if (may) m.close('court');
        return { may, did };
      }
      case 'cease': {
        const may = !m.isOver;
        const did = await as(DECIDER, () => decisions.cease(id, '不再追回', DECIDER));
        if (may) m.close('ceased');
        await county.hear();
        return { may, did };
      }
      case 'learn': {
        const told = county.overpayments.get(this.overpaymentId)!;
        county.overpayments.set(this.overpaymentId, { ...told, stillFen: BigInt(one.still) });
        await county.get(RecoveryOpeningService).learn(this.overpaymentId);
        m.still = BigInt(one.still);
        return undefined;
      }
      case 'correct': {
        const may = m.isTooMuch;
        const did = await as(DECIDER, () => decisions.correct(id, '事实已更正', DECIDER));
        if (may) m.lessen(m.still);
        await county.hear();
        return { may, did };
      }
      case 'suspend':
        if (m.remedy === 'none' && (isCollecting || m.state === 'decided')) await this.contest(today);
        return undefined;
      case 'resume':
        if (m.remedy !== 'suspended') return undefined;
        await this.suspend('resumed', today);
        m.remedy = 'open';
        return undefined;
      case 'outcome':
        if (m.remedy === 'open' || m.remedy === 'suspended') await this.conclude(one.of);
        return undefined;
      case 'days':
        county.clock.set(addDays(today, one.count));
        return undefined;
    }
  }

  private async serve(letter: Letter, today: Day): Promise<void> {
    const m = this.model;
    const row = await county.row(this.id);
    const letterId = { notice: row.noticeLetterId, decision: row.decisionLetterId, reminder: row.reminderLetterId }[
      letter
    ];
    const isServed = { notice: m.toldServed, decision: m.served, reminder: m.remindedServed }[letter] !== null;
    if (letterId === null || isServed || m.isOver) return;
    await county.serve(letterId);
    if (letter === 'notice' && m.state === 'noticed') m.toldServed = today;
    if (letter === 'reminder' && m.state === 'reminded') m.remindedServed = today;
    if (letter === 'decision' && m.state === 'decided') {
      Object.assign(m, { state: 'served', served: today });
      m.off = m.decidedFen - m.owed!;
    }
  }

  private async contest(today: Day): Promise<void> {
    const filed = await county
      .own(() =>
        county.get(RemedyService).file({
          ...{ matterId: this.id, kind: 'reconsideration', channel: 'online', filedOn: today },
          ...{ reference: null, body: null, grounds: '已经不存在了。', lateReason: null },
        }),
      )
      .catch((error: unknown) => (error instanceof Refusal ? null : Promise.reject(error as Error)));
    if (filed === null) return;
    this.remedyId = filed;
    await county.as('judge-1', () => county.get(RemedyStepService).accept(filed, null, 'judge-1'));
    await this.suspend('suspended', today);
    this.model.remedy = 'suspended';
  }

  private suspend(to: 'suspended' | 'resumed', decidedOn: Day): Promise<unknown> {
    const how = { basis: 'authority', reason: '依法决定', decidedOn } as const;
    return county.as('judge-1', () => county.get(RemedyStepService).suspend(this.remedyId!, to, how, 'judge-1'));
  }

  private async conclude(of: 'upheld' | 'quashed' | 'part'): Promise<void> {
    const m = this.model;
    const steps = county.get(RemedyStepService);
    const newFen = of === 'part' ? 2_000n : null;
    if (newFen !== null && newFen >= m.decidedFen) return;
    const outcome = of === 'part' ? 'upheld-in-part' : of;
    const input = { outcome, newFen, reasons: '复议结果如下' } as const;
    await county.as('judge-1', () => steps.conclude(this.remedyId!, input, 'judge-1'));
    if (of !== 'upheld') await county.as('judge-2', () => steps.confirm(this.remedyId!, 'judge-2'));
    await county.hear();
    m.remedy = 'over';
    const left = of === 'quashed' ? 0n : (newFen ?? m.owed!);
    if (left < m.owed!) m.lessen(left);
    await county.hear();
  }

  /** As remedies say it; as we count it ourselves where they cannot. */
  private async contestedUntil(): Promise<Day | null> {
    const { served, remedy } = this.model;
    if (served === null || remedy === 'open' || remedy === 'suspended') return null;
    const [own, two] = [addMonths(served, 6), periodEnd(served, 60, 'count-weekdays')];
    const standing = await county.database.read((read) => county.get(RemedyService).standing(read, [this.id]));
    const said = standing.get(this.id)?.lastDayToApply ?? null;
    const kept = (await county.row(this.id)).appealEnds;
    const six = periodEnd(own, 0, 'count-weekdays');
    return said ?? (remedy === 'over' ? kept : six > two ? six : two);
  }
}

/** What must be true whatever happened, counted from the rows and without the code that is tested. */
const wrong = (id: string): Promise<{ what: string }[]> =>
  county.world.admin(
    `with c as (select * from fees.recovery_case where id = $1),
          e as (select * from fees.recovery_event where case_id = $1),
          r as (select * from fees.receivable where matter_id = $1)
     select 'decided without a notice whose days were over' as what from e join c on true
      where e.act = 'decide' and (c.notice_served_on is null or c.decided_on <= c.statement_ends
        or not exists (select from e n where n.act = 'notice-served' and n.seq < e.seq))
     union all select 'decided by who found the facts' from c where decided_by = facts_by
     union all select 'owed before it was served' from r join c on true
      where c.decision_served_on is null or r.opened_on < c.decision_served_on
     union all select 'asked for before it was served' from fees.payment_request p join r on p.receivable_id = r.id join c on true
      where p.asked_on < c.decision_served_on
     union all select 'a reminder in the days to pay' from e join c on true where e.act = 'remind' and e.on_day <= c.pay_by
     union all select 'a court too early' from e join c on true where e.act = 'apply' and (e.on_day <= c.appeal_ends or e.on_day <= c.reminder_ends)
     union all select 'owed more than was wrong' from c where owed_fen > wrong_fen or decided_fen > wrong_fen - gone_fen
     union all select 'received more than is owed' from r join c on true where r.received_fen > c.owed_fen
     union all select 'something open of a closed case' from r join c on true where c.state = 'closed' and r.open_fen > 0
     union all select 'history that does not join' from (select from_state, lag(to_state) over (order by seq) as before from e) x where before <> from_state
     union all select 'a state that history does not tell' from c where state <> (select to_state from e order by seq desc limit 1)
     union all select 'a receivable that its account does not show' from r join fees.ledger_account a on a.code = 'receivable:' || r.id
      where a.credits_posted - a.debits_posted <> r.open_fen
     union all select 'a ledger out of balance' from (select sum(credits_posted - debits_posted) as s from fees.ledger_account) l where s <> 0`,
    [id],
  );

const RUNS = Number(process.env.YANGYU_MODEL_RUNS ?? 12);

describe('any sequence of steps, letters, payments, remedies and days', () => {
  it('goes as the law means it: heard before decided, served before collected, never more, closed for good', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(beginning, fc.array(command, { minLength: 6, maxLength: 16 }), async (begin, then) => {
        county.clock.set('2026-03-02');
        const overpayment = county.told(FEN);
        await county.get(RecoveryOpeningService).take(overpayment);
        const [{ id }] = (await county.world.admin<{ id: string }>(
          'select id from fees.recovery_case where overpayment_id = $1',
          [overpayment],
        )) as [{ id: string }];
        const trial = new Trial(id, overpayment);
        let [owedBefore, closedBefore]: [bigint | null, string | null] = [null, null];
        for (const [n, one] of [...begin, ...then].entries()) {
          const { state: from, remedy } = trial.model;
          const tried = await trial.take(one);
          const row = await county.row(id);
          const { model } = trial;
          if (tried) expect([n, one, from, tried.did]).toEqual([n, one, from, tried.may]);
          expect([n, one, row.state, row.outcome, row.owedFen]).toEqual([
            n,
            one,
            model.state,
            model.outcome,
            model.owed,
          ]);
          const standing = await county.standing(id);
          if (model.served !== null)
            expect([n, one, standing!.openFen]).toEqual([n, one, model.isOver ? 0n : model.open]);
          expect([n, one, await wrong(id)]).toEqual([n, one, []]);
          // Never more, never again, and nothing that presses while it is suspended.
          if (owedBefore !== null) expect(row.owedFen! <= owedBefore).toBe(true);
          if (closedBefore !== null) expect([row.state, row.outcome]).toEqual(['closed', closedBefore]);
          if (remedy === 'suspended')
            expect(['reminded', 'court'].includes(row.state) && row.state !== from).toBe(false);
          [owedBefore, closedBefore] = [row.owedFen, row.outcome];
          if (tried?.did) seen.set(one.do, (seen.get(one.do) ?? 0) + 1);
        }
      }),
      { numRuns: RUNS },
    );
    expect(seen.get('decide')).toBeGreaterThan(0);
  }, 500_000);
});

import * as fs from 'node:fs';
import type { AnswerLine } from '@app/bankfile';
import fc from 'fast-check';
import { refusalOf, type SentBatch, SubsidyWorld, word } from '../../../../test/support/subsidy-world';
import { type BankWord, joinedState, joinedStateSql } from './reconciliation.rules';

let world: SubsidyWorld;
beforeEach(async () => void (world = await SubsidyWorld.open()));
afterEach(async () => {
  expect(await world.verification.run()).toEqual([]);
  await world.close();
});

const attempts = () =>
  world.rows<{ reference: string; state: string; moneyAt: string; claim: string; instruction: string }>(
    `select a.end_to_end_id as reference, a.state, a.money_at as "moneyAt", c.state as claim, i.state as instruction
       from attempt a join instruction i on i.id = a.instruction_id join claim c on c.id = i.claim_id order by a.end_to_end_id`,
  );
const openCases = () =>
  world.rows<{ id: string; reason: string }>(
    `select id, reason from review_case where state = 'open' order by reason, id`,
  );
const money = async (prefix: string) =>
  (await world.database.read((read) => world.ledger.balances(read, { prefix }))).reduce(
    (sum, row) => sum + row.available,
    0n,
  );

describe('an answer of the bank', () => {
  it('pays, rejects, and leaves the rest open until the next one', async () => {
    const { messageId, references, batchId } = await world.sent(4);
    const [a, b, c] = references;
    const first = await world.answer(messageId, [word(a!, 'SETTLED'), word(b!, 'REJECTED'), word(c!, 'ACCEPTED')]);
    expect(first).toMatchObject({ newLines: 3, settled: 1, failed: 1, open: 2, batchState: 'sent' });
    expect((await attempts()).map((row) => [row.state, row.claim]).sort()).toEqual([
      ['ACCEPTED', 'paying'],
      ['REJECTED', 'returned'],
      ['SENT', 'paying'],
      ['SETTLED', 'paid'],
    ]);
    const second = await world.answer(
      messageId,
      references.slice(2).map((reference) => word(reference, 'SETTLED')),
    );
    expect(second).toMatchObject({ settled: 3, failed: 1, open: 0, batchState: 'answered' });
    expect([await money('paid:'), await money('returned:'), await money(`paying:${batchId}`)]).toEqual([
      1_080_000n,
      360_000n,
      0n,
    ]);
    expect(await openCases()).toMatchObject([{ reason: 'ACCOUNT_REPAIR' }]);
  });

  it('is refused whole when it does not fit, and nothing of it counts (T20)', async () => {
    const { messageId, references } = await world.sent(2);
    const good = word(references[0]!, 'SETTLED');
    const other = word(references[1]!, 'SETTLED');
    const bad: [string, readonly AnswerLine[], string][] = [
      ['BANK_ANSWER_FOR_UNKNOWN_FILE', [good], 'YY00000000000000000000000000000000'],
      ['BANK_ANSWER_UNKNOWN_REFERENCE', [good, word('f'.repeat(34), 'SETTLED')], messageId],
      ['BANK_ANSWER_WRONG_AMOUNT', [good, { ...other, amountFen: 360_001n }], messageId],
      ['BANK_REFERENCE_REUSED', [good, { ...other, bankRef: good.bankRef }], messageId],
    ];
    for (const [code, lines, message] of bad) {
      expect((await refusalOf(world.answer(message, lines))).code).toBe(code);
    }
    const file = await world.answerFile(messageId, [good]);
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, text.slice(0, -20));
    expect((await refusalOf(world.answerService.receive(file))).code).toMatch(/^BANK_FILE_/);
    fs.writeFileSync(file, text.replaceAll('3600.00', '3600.01'));
    await refusalOf(world.answerService.receive(file));

    expect(await world.rows('select from bank_answer')).toEqual([]);
    expect(await world.rows('select from bank_status_line')).toEqual([]);
    expect((await attempts()).map((row) => row.state)).toEqual(['SENT', 'SENT']);
  });

  it('counts once: the same file under another name, or its id with other content, is refused', async () => {
    const { messageId, references } = await world.sent(2);
    const lines = [word(references[0]!, 'SETTLED')];
    const file = await world.answerFile(messageId, lines, { answerId: 'A1' });
    await world.answerService.receive(file);
    fs.copyFileSync(file, `${file}.again.xml`);
    expect((await refusalOf(world.answerService.receive(`${file}.again.xml`))).code).toBe(
      'BANK_ANSWER_ALREADY_APPLIED',
    );
    const other = world.answer(messageId, [word(references[1]!, 'SETTLED')], { answerId: 'A1' });
    expect((await refusalOf(other)).code).toBe('BANK_ANSWER_ID_REUSED');
    expect(await money('paid:')).toBe(360_000n);
  });

  it('of another batch cannot move this one', async () => {
    const [one, two] = [await world.sent(1), await world.sent(1)];
    expect((await refusalOf(world.answer(one.messageId, [word(two.references[0]!, 'SETTLED')]))).code).toBe(
      'BANK_ANSWER_UNKNOWN_REFERENCE',
    );
  });

  it('that contradicts itself waits for a person, whose ruling moves the money', async () => {
    const { messageId, references } = await world.sent(1);
    await world.answer(messageId, [word(references[0]!, 'SETTLED')]);
    expect(await attempts()).toMatchObject([{ state: 'SETTLED', claim: 'paid' }]);
    await world.answer(messageId, [word(references[0]!, 'REJECTED', { bankRef: 'X1' })]);
    expect(await attempts()).toMatchObject([
      { state: 'IN_DOUBT', moneyAt: 'paying', claim: 'paying', instruction: 'paying' },
    ]);
    const [open] = await openCases();
    expect(open!.reason).toBe('BANK_CONTRADICTION');
    await world.answerService.rule(open!.id, 'SETTLED', 'asked by telephone, minute 12', 'clerk');
    expect(await attempts()).toMatchObject([{ state: 'SETTLED', moneyAt: 'paid', claim: 'paid', instruction: 'paid' }]);
    expect(await openCases()).toEqual([]);
  });

  it('that turns the whole file away without a word about the lines leaves them in doubt', async () => {
    const { messageId, batchId } = await world.sent(2);
    await world.answer(messageId, [], { fileStatus: 'REJECTED', fileCode: 'AM04' });
    expect((await attempts()).map((row) => row.state)).toEqual(['IN_DOUBT', 'IN_DOUBT']);
    expect((await world.disbursement.find(batchId))!.state).toBe('in_doubt');
  });
});

describe('answers in any order (T19)', () => {
  it('end the same: lines, money, claims, instructions and open cases', async () => {
    // Every combination of words about a line, in a batch each time sent anew and answered in another order.
    const kinds: AnswerLine['status'][][] = [
      ['ACCEPTED', 'SETTLED'],
      ['SETTLED', 'RETURNED'],
      ['PENDING', 'REJECTED'],
      ['SETTLED', 'REJECTED'],
      ['SETTLED', 'REJECTED', 'RETURNED'],
      ['ACCEPTED', 'RETURNED'],
      ['REJECTED', 'RETURNED'],
    ];
    const order = fc.array(fc.nat(1_000), { minLength: 40, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(order, async (weights) => {
        const batch = await world.sent(kinds.length);
        const words = kinds.flatMap((statuses, i) =>
          statuses.map((status) =>
            word(batch.references[i]!, status, status === 'REJECTED' ? { bankRef: `R${batch.references[i]}` } : {}),
          ),
        );
        const twice = [...words, ...words.slice(0, 5)];
        const shuffled = twice.map((one, i) => [weights[i]!, one] as const).sort((a, b) => a[0] - b[0]);
        // A file has a word about a line at most once; its size is by chance too.
        const files: AnswerLine[][] = [[]];
        for (const [weight, one] of shuffled) {
          const last = files.at(-1)!;
          if (last.length > weight % 5 || last.some((other) => other.endToEndId === one.endToEndId)) files.push([one]);
          else last.push(one);
        }
        for (const lines of files) await world.answer(batch.messageId, lines);
        await expectEnd(batch, kinds, words);
      }),
      { numRuns: 24, endOnFailure: true },
    );
  });

  async function expectEnd(batch: SentBatch, kinds: AnswerLine['status'][][], words: AnswerLine[]): Promise<void> {
    const rows = await world.rows<{
      reference: string;
      state: string;
      claim: string;
      instruction: string;
      cases: string[];
    }>(
      `select a.end_to_end_id as reference, a.state, c.state as claim, i.state as instruction,
              array(select r.reason from review_case r where r.claim_id = c.id and r.state = 'open') as cases
         from attempt a join instruction i on i.id = a.instruction_id join claim c on c.id = i.claim_id where a.batch_id = $1`,
      [batch.batchId],
    );
    const byReference = new Map(rows.map((row) => [row.reference, row]));
    kinds.forEach((_, i) => {
      const reference = batch.references[i]!;
      const state = joinedState(words.filter((one) => one.endToEndId === reference))!;
      const claim = state === 'SETTLED' ? 'paid' : state === 'IN_DOUBT' ? 'paying' : 'returned';
      const reason = state === 'SETTLED' ? [] : [state === 'IN_DOUBT' ? 'BANK_CONTRADICTION' : 'ACCOUNT_REPAIR'];
      expect(byReference.get(reference)).toEqual({ reference, state, claim, instruction: claim, cases: reason });
    });
    const three = await world.reconciliation.threeWay(batch.batchId);
    expect(three.list).toEqual({ paidFen: 360_000n, returnedFen: 1_800_000n, openFen: 360_000n, totalFen: 2_520_000n });
    expect(three.bank).toEqual(three.list);
    expect(three.ledger).toEqual(three.list);
  }
});

describe('the joining of words', () => {
  it('is the same in SQL as in code, for every set of words and every ruling', async () => {
    const vocabulary: BankWord[] = [
      ...(['PENDING', 'ACCEPTED', 'SETTLED', 'REJECTED', 'RETURNED'] as const).map((status) => ({
        status,
        bankRef: 'B1',
      })),
      { status: 'SETTLED', bankRef: 'B2' },
      { status: 'REJECTED', bankRef: 'D', rawCode: 'DUPL' },
    ];
    const sets = Array.from({ length: 2 ** vocabulary.length }, (_, bits) =>
      vocabulary.filter((_, i) => bits & (1 << i)),
    );
    for (const ruled of [undefined, 'SETTLED', 'REJECTED'] as const) {
      const rows = await world.rows<{ n: number; state: string | null }>(
        `select n.n, ${joinedStateSql('$2::text')} as state
           from jsonb_array_elements($1::jsonb) with ordinality n (words, n)
           join lateral jsonb_to_recordset(n.words) w (status text, bank_ref text, raw_code text) on true group by n.n order by n.n`,
        [
          JSON.stringify(
            sets.map((set) => set.map((one) => ({ status: one.status, bank_ref: one.bankRef, raw_code: one.rawCode }))),
          ),
          ruled ?? null,
        ],
      );
      const inSql = new Map(rows.map((row) => [Number(row.n), row.state]));
      expect(sets.map((_, i) => inSql.get(i + 1) ?? undefined)).toEqual(sets.map((set) => joinedState(set, ruled)));
    }
  });
});

describe('money that came back', () => {
  it('is paid again to the repaired account, under a new attempt of the same instruction, without new funds', async () => {
    const { messageId, references, batchId, claims, claimOf } = await world.sent(2);
    await world.answer(messageId, [word(references[0]!, 'SETTLED'), word(references[1]!, 'REJECTED')]);
    const account = await world.account(claims.indexOf(claimOf.get(references[1]!)!), 77);
    const [open] = await openCases();
    await world.reconciliation.repair(open!.id, account, 'township');
    expect(await world.reconciliation.reconcile(batchId, 'clerk')).toMatchObject({
      isReconciled: true,
      batchState: 'reconciled',
    });

    const repair = await world.prepareRepair();
    expect(repair).toMatchObject({ lines: 1, totalFen: 360_000n, attention: 1 });
    expect(await world.prepareRepair()).toMatchObject({ batchId: null });
    await world.approve(repair.batchId!);
    const sent = await world.send(repair.batchId!);
    const [again] = (await world.claimsByReference(repair.batchId!)).keys();
    expect(again).toBe(`${references[1]!.slice(0, 32)}02`);
    await world.answer(sent.messageId, [word(again!, 'SETTLED')]);
    expect(await world.reconciliation.reconcile(repair.batchId!, 'clerk')).toMatchObject({ batchState: 'closed' });

    expect((await world.disbursement.find(batchId))!.state).toBe('closed');
    expect(await world.rows('select state, count(*)::integer as n from claim group by 1')).toEqual([
      { state: 'closed', n: 2 },
    ]);
    expect([await money('paid:'), await money('returned:'), await money('paying:')]).toEqual([720_000n, 0n, 0n]);
  });

  it('goes to nobody else: neither by the code nor by hand to an account of another family', async () => {
    const { messageId, references, accounts, claims, claimOf } = await world.sent(2);
    await world.answer(messageId, [word(references[0]!, 'SETTLED'), word(references[1]!, 'REJECTED')]);
    const foreign = accounts[claims.indexOf(claimOf.get(references[0]!)!)]!;
    const [open] = await openCases();
    const refused = await refusalOf(world.reconciliation.repair(open!.id, foreign, 'township'));
    expect(refused.code).toBe('ACCOUNT_NOT_OF_THIS_FAMILY');
    const byHand = world.database.write((tx) =>
      tx.query(`update instruction set repair_account_id = $1 where state = 'returned'`, [foreign]),
    );
    expect((await refusalOf(byHand)).code).toBe('ACCOUNT_NOT_OF_THIS_FAMILY');
    expect(await openCases()).toHaveLength(1);
  });

  it('can be tried again at the same account, but not at one that has ended', async () => {
    const { messageId, references, accounts } = await world.sent(1);
    await world.answer(messageId, [word(references[0]!, 'RETURNED')]);
    const [open] = await openCases();
    await world.test.admin('update subsidy.payee_account set ended_at = now() where id = $1', [accounts[0]]);
    expect((await refusalOf(world.reconciliation.repair(open!.id, 'same', 'township'))).code).toBe('ACCOUNT_NOT_LIVE');
    await world.test.admin('update subsidy.payee_account set ended_at = null where id = $1', [accounts[0]]);
    await world.reconciliation.repair(open!.id, 'same', 'township');
    expect((await refusalOf(world.reconciliation.repair(open!.id, 'same', 'township'))).code).toBe('NO_OPEN_CASE');
  });

  it('waits for the next repair run when one is cancelled', async () => {
    const { messageId, references } = await world.sent(1);
    await world.answer(messageId, [word(references[0]!, 'REJECTED')]);
    await world.reconciliation.repair((await openCases())[0]!.id, 'same', 'township');
    const first = await world.prepareRepair();
    await world.disbursement.cancel(first.batchId!, 'finance-1', 'holiday');
    expect(await money('returned:')).toBe(360_000n);
    expect(await world.prepareRepair()).toMatchObject({ lines: 1 });
  });

  it('comes back weeks after the claim was closed, and the claim is open again', async () => {
    const { messageId, references, batchId } = await world.sent(1);
    await world.answer(messageId, [word(references[0]!, 'SETTLED')]);
    await world.reconciliation.reconcile(batchId, 'clerk');
    expect(await attempts()).toMatchObject([{ claim: 'closed' }]);
    await world.answer(messageId, [word(references[0]!, 'RETURNED')]);
    expect(await attempts()).toMatchObject([{ state: 'RETURNED', claim: 'returned', instruction: 'returned' }]);
    expect((await world.disbursement.find(batchId))!.state).toBe('answered');
    expect(await openCases()).toMatchObject([{ reason: 'ACCOUNT_REPAIR' }]);
  });

  it('is not moved any more by late words once it was paid again: they become a question', async () => {
    const { messageId, references } = await world.sent(1);
    await world.answer(messageId, [word(references[0]!, 'REJECTED')]);
    await world.reconciliation.repair((await openCases())[0]!.id, 'same', 'township');
    await world.prepareRepair();
    await world.answer(messageId, [word(references[0]!, 'SETTLED', { bankRef: 'LATE' })]);
    expect((await attempts()).map((row) => row.state)).toEqual(['REJECTED', 'READY']);
    expect(await openCases()).toMatchObject([{ reason: 'BANK_CONTRADICTION' }]);
  });
});

describe('silence', () => {
  it('becomes doubt after the working days allowed, is never sent again, and ends with the bank’s word', async () => {
    const { messageId, references, batchId } = await world.sent(2);
    await world.answer(messageId, [word(references[0]!, 'SETTLED')]);
    world.clock.set('2026-03-23');
    expect(await world.reconciliation.markOverdue(1)).toEqual([]);
    world.clock.set('2026-03-24'); // The 20th is a Friday: the one working day is the 23rd.
    expect(await world.reconciliation.markOverdue(1)).toEqual([batchId]);
    expect((await attempts()).map((row) => row.state).sort()).toEqual(['IN_DOUBT', 'SETTLED']);

    const before = fs.readdirSync(world.folder);
    await world.send(batchId);
    expect(fs.readdirSync(world.folder)).toEqual(before);
    expect(await world.prepare()).toMatchObject({ batchId: null });
    expect(await world.answer(messageId, [word(references[1]!, 'SETTLED')])).toMatchObject({
      batchState: 'answered',
      open: 0,
    });
  });
});

describe('reconciling', () => {
  it('closes what list, bank and ledger agree on, and says which lines they do not', async () => {
    const { messageId, references, batchId } = await world.sent(3);
    await world.answer(messageId, [word(references[0]!, 'SETTLED'), word(references[1]!, 'REJECTED')]);
    const open = await world.reconciliation.reconcile(batchId, 'clerk');
    expect(open).toMatchObject({ isReconciled: false, batchState: 'sent', differenceCount: 1 });
    expect(open.differences).toMatchObject([{ kind: 'UNANSWERED', endToEndId: references[2], listFen: 360_000n }]);
    await world.answer(messageId, [word(references[2]!, 'SETTLED')]);
    const done = await world.reconciliation.reconcile(batchId, 'clerk');
    expect(done).toMatchObject({ isReconciled: true, batchState: 'reconciled', differenceCount: 0 });
    expect(done.threeWay.list).toEqual({ paidFen: 720_000n, returnedFen: 360_000n, openFen: 0n, totalFen: 1_080_000n });
    expect(done.threeWay.bank).toEqual(done.threeWay.list);
    expect(done.threeWay.ledger).toEqual(done.threeWay.list);
  });

  it('needs something to compare', async () => {
    await world.claims({ count: 1 });
    await world.fund(1);
    const { batchId } = await world.prepare();
    expect((await refusalOf(world.reconciliation.reconcile(batchId!, 'clerk'))).code).toBe('BATCH_NOT_SENT');
  });
});

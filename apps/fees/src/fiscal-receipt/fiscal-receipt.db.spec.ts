import { constraintName } from '@app/database';
import { type Day, Refusal } from '@app/kernel';
import * as fc from 'fast-check';
import { asOfficer } from '../../../../test/support/officer';
import { COUNTY } from '../receivable/receivable.fixture';
import { createRefundingCounty, type RefundingCounty } from '../refund/refund.fixture';
import type { SeriesRow } from './fiscal-receipt.types';

/** Runs of the model; YANGYU_MODEL_RUNS for a long one. */
const RUNS = Number(process.env.YANGYU_MODEL_RUNS ?? 12);
const CODE = '34020226';

let county: RefundingCounty;
beforeEach(async () => void (county = await createRefundingCounty()));
afterEach(() => county.world.drop());

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof Refusal ? error.code : (constraintName(error) ?? String(error));
  }
};
const allot = (firstNo: bigint, lastNo: bigint, receiptCode = CODE): Promise<SeriesRow> =>
  county.fiscalReceipts.allot({ divisionCode: COUNTY, receiptCode, firstNo, lastNo, document: '财票〔2026〕1号' });
/** In the order of their numbers; the clock stands still, so that ids of one moment are in none. */
const issued = async () =>
  (await county.fiscalReceipts.list({ prefix: '', state: null, number: null }, null, 500)).sort((a, b) =>
    a.number < b.number ? -1 : 1,
  );
const numbers = async () => (await issued()).map(({ number }) => Number(number.slice(CODE.length)));
const paid = async (times: number) => {
  for (let n = 0; n < times; n++) await county.matched(100n);
};

it('gives one receipt to each amount that was matched, in order, and asks for none twice', async () => {
  await allot(101n, 200n);
  await paid(3);
  expect(await county.fiscalReceipts.issueDue()).toBe(3);
  expect(await county.fiscalReceipts.issueDue()).toBe(0);
  expect(await numbers()).toEqual([101, 102, 103]);
  expect(await issued()).toMatchObject([{ payerName: '张三', fen: 100n }, {}, {}]);
});

it('waits where no number is left, and goes on with the next series', async () => {
  await paid(3);
  expect(await county.fiscalReceipts.issueDue()).toBe(0);
  await allot(1n, 2n);
  expect(await county.fiscalReceipts.issueDue()).toBe(2);
  await allot(50n, 60n);
  expect(await county.fiscalReceipts.issueDue()).toBe(1);
  expect(await numbers()).toEqual([1, 2, 50]);
});

it('gives no number twice to officers who press the button together', async () => {
  await allot(1n, 100n);
  await paid(8);
  const given = await Promise.all(Array.from({ length: 6 }, () => county.fiscalReceipts.issueDue()));
  expect(given.reduce((sum, n) => sum + n, 0)).toBe(8);
  expect(await numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

it('replaces a spoilt receipt by the next number, and says which one it replaces', async () => {
  await allot(1n, 9n);
  await paid(1);
  await county.fiscalReceipts.issueDue();
  const [first] = await issued();
  const second = await asOfficer('bank-1', () => county.fiscalReceipts.void(first!.id, '打印错误'));
  expect(second).toMatchObject({ number: `${CODE}0000000002`, replaces: first!.id, state: 'issued', fen: 100n });
  expect(await codeOf(county.fiscalReceipts.void(first!.id, '打印错误'))).toBe('FISCAL_RECEIPT_ENDED');
  expect(() => county.fiscalReceipts.void(second.id, '短')).toThrow(Refusal);
  expect((await county.fiscalReceipts.stock(''))[0]).toMatchObject({ allotted: 9, issued: 1, voided: 1, left: 7 });
});

it('voids the receipts of a match that was undone, and gives out another for what still stands', async () => {
  await allot(1n, 9n);
  const receivable = await county.open(300n);
  const receipt = await county.receipt(300n);
  await county.database.write((tx) => county.service.satisfy(tx, receivable, null, receipt, 300n));
  await county.fiscalReceipts.issueDue();
  await county.database.write(async (tx) => {
    await county.service.cut(tx, receivable, 100n, 'decision-changed', '复议变更');
    await county.fiscalReceipts.withdraw(tx, receipt, receivable, '复议变更');
  });
  expect(await county.fiscalReceipts.issueDue()).toBe(1);
  const [first, second] = await issued();
  expect(second).toMatchObject({ state: 'issued', fen: 200n, replaces: first!.id });
  await county.database.write(async (tx) => {
    await county.service.cut(tx, receivable, 200n, 'decision-changed', '撤销决定');
    await county.fiscalReceipts.withdraw(tx, receipt, receivable, '撤销决定');
  });
  expect(await county.fiscalReceipts.issueDue()).toBe(0);
  expect((await issued()).map(({ state }) => state)).toEqual(['voided', 'voided']);
});

it('has a loss reported within five working days, a blank as well as a receipt', async () => {
  const series = await allot(1n, 9n);
  await paid(1);
  await county.fiscalReceipts.issueDue();
  const [receipt] = await issued();
  const lost = '2026-04-01' as Day;
  await county.fiscalReceipts.loseBlanks(series.id, 4n, 5n, lost, '保险柜被盗');
  await county.fiscalReceipts.lose(receipt!.id, lost, '缴款人遗失');
  // 6 April is a holiday (清明).
  const losses = await county.fiscalReceipts.losses('');
  expect(losses).toMatchObject([
    { what: 'receipt', reportDueOn: '2026-04-09', firstNumber: `${CODE}0000000001` },
    { what: 'blank', reportDueOn: '2026-04-09', firstNumber: `${CODE}0000000004`, lastNumber: `${CODE}0000000005` },
  ]);
  for (const { id } of losses)
    await asOfficer('bank-1', () => county.fiscalReceipts.report(id, '遗失报告1号', 'bank-1'));
  expect(await county.fiscalReceipts.losses('')).toEqual([]);
  expect(await codeOf(county.fiscalReceipts.report(losses[0]!.id, '遗失报告1号', 'system'))).toBe(
    'RECEIPT_LOSS_UNKNOWN',
  );
  await paid(2);
  await county.fiscalReceipts.issueDue();
  expect(await numbers()).toEqual([1, 2, 3, 6]);
  expect((await county.fiscalReceipts.stock(''))[0]).toMatchObject({ issued: 3, lost: 3, left: 3, unreported: 0 });
});

it('returns what is left, and gives out nothing of it any more', async () => {
  const series = await allot(1n, 9n);
  await paid(1);
  await county.fiscalReceipts.issueDue();
  await county.fiscalReceipts.loseBlanks(series.id, 5n, 5n, '2026-03-31' as Day, '霉变毁损');
  expect(await county.fiscalReceipts.returnRest(series.id, '年末退回')).toMatchObject({
    returned: 7,
    left: 0,
    issued: 1,
    lost: 1,
  });
  expect(await codeOf(county.fiscalReceipts.returnRest(series.id, '年末退回'))).toBe('RECEIPT_NUMBERS_NOT_LEFT');
  await paid(1);
  expect(await county.fiscalReceipts.issueDue()).toBe(0);
  const [first] = await issued();
  expect(await codeOf(county.fiscalReceipts.void(first!.id, '打印错误'))).toBe('RECEIPT_NUMBERS_USED_UP');
});

it('allots a number once, and only of the shape that the parameter says', async () => {
  await allot(1n, 9n);
  expect(await codeOf(allot(9n, 20n))).toBe('RECEIPT_NUMBERS_ALLOTTED_ALREADY');
  expect(await codeOf(allot(9n, 20n, '34020227'))).toBe('done');
  expect(await codeOf(allot(9n, 20n, '3402'))).toBe('RECEIPT_CODE_SHAPE');
  expect(await codeOf(allot(20n, 10_000_000_000n))).toBe('RECEIPT_NUMBERS_SHAPE');
  expect(await codeOf(allot(20n, 19n))).toBe('RECEIPT_NUMBERS_SHAPE');
});

it.each([
  [
    'a number out of order',
    `insert into fiscal_receipt (id, series_id, step_id, state, issued_on, issued_at, no) select uuidv7(), series_id, step_id, 'issued', issued_on, issued_at, 7 from fiscal_receipt limit 1`,
    'fiscal_receipt_is_for_money_that_stands',
  ],
  ['the next number moved', 'update receipt_series set next_no = 9', '42501'],
  ['an amount', 'update fiscal_receipt set fen = 1', '42501'],
  ['a number', `update fiscal_receipt set number = 'x'`, '42501'],
  [
    'an ended receipt brought back',
    `update fiscal_receipt set state = 'issued', ended_by = null, ended_on = null, end_reason = null`,
    'fiscal_receipt_is_history',
  ],
  [
    'a loss of what was given out',
    `insert into receipt_gap (series_id, numbers, kind, reason, happened_on, recorded_on, recorded_at) select id, '[1,2)', 'lost', '试一试看', '2026-01-01', '2026-01-01', now() from receipt_series`,
    'receipt_gap_is_of_what_is_left',
  ],
  ['a gap that is taken back', 'delete from receipt_gap', '42501'],
  [
    'a receipt without money',
    `insert into fiscal_receipt (id, series_id, step_id, state, issued_on, issued_at) select uuidv7(), s.id, t.id, 'issued', '2026-01-01', now() from receipt_series s, receivable_step t where t.kind = 'opened'`,
    'fiscal_receipt_is_for_money_of_its_county',
  ],
])('cannot have %s by the app’s own role', async (_, sql, refused) => {
  await allot(1n, 9n);
  await paid(2);
  await county.fiscalReceipts.issueDue();
  const [first] = await issued();
  await county.fiscalReceipts.void(first!.id, '打印错误');
  const how = await county.database
    .write((tx) => tx.query(sql))
    .then(
      () => ['done'],
      (error: { driverError: { code: string; constraint?: string } }) => [
        error.driverError.code,
        error.driverError.constraint,
      ],
    );
  expect(how).toContain(refused);
});

const command = fc.oneof(
  fc.record({ op: fc.constant('allot' as const), size: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ op: fc.constant('pay' as const), times: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ op: fc.constant('issue' as const), clients: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ op: fc.constant('void' as const), n: fc.nat(20) }),
  fc.record({ op: fc.constant('lose' as const), n: fc.nat(20) }),
  fc.record({
    op: fc.constant('lose-blanks' as const),
    n: fc.nat(3),
    from: fc.nat(8),
    count: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ op: fc.constant('return' as const), n: fc.nat(3) }),
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

/** What was allotted and what became of each number, kept beside the database and compared with it. */
class Books {
  readonly series: { id: string; numbers: number[] }[] = [];
  readonly fate = new Map<number, 'issued' | 'voided' | 'lost' | 'returned'>();
  unpaid = 0;
  private next = 1;

  free(): number[] {
    return this.series.flatMap(({ numbers: of }) => of.filter((no) => !this.fate.has(no)));
  }

  async do(one: Command): Promise<void> {
    if (one.op === 'allot') {
      const numbers = Array.from({ length: one.size }, (_, i) => this.next + i);
      this.next += one.size + 1;
      this.series.push({ id: (await allot(BigInt(numbers[0]!), BigInt(numbers.at(-1)!))).id, numbers });
    }
    if (one.op === 'pay') {
      await paid(one.times);
      this.unpaid += one.times;
    }
    if (one.op === 'issue') {
      const given = await Promise.all(Array.from({ length: one.clients }, () => county.fiscalReceipts.issueDue()));
      const expected = this.free().slice(0, this.unpaid);
      expect(given.reduce((sum, n) => sum + n, 0)).toBe(expected.length);
      for (const no of expected) this.fate.set(no, 'issued');
      this.unpaid -= expected.length;
    }
    if (one.op === 'void' || one.op === 'lose') {
      const rows = await issued();
      const row = rows[one.n % Math.max(1, rows.length)];
      if (!row) return;
      const to = one.op === 'void' ? 'voided' : 'lost';
      const isDone = row.state === 'issued' && this.free().length > 0;
      const work =
        to === 'voided'
          ? county.fiscalReceipts.void(row.id, '打印错误')
          : county.fiscalReceipts.lose(row.id, county.clock.today(), '缴款人遗失');
      expect([one.op, await codeOf(work)]).toEqual([one.op, isDone ? 'done' : expect.stringMatching(/ENDED|USED_UP/)]);
      if (!isDone) return;
      this.fate.set(Number(row.number.slice(CODE.length)), to);
      this.fate.set(this.free()[0]!, 'issued');
    }
    if (one.op === 'lose-blanks') {
      const series = this.series[one.n % Math.max(1, this.series.length)];
      if (!series) return;
      const first = series.numbers[0]! + one.from;
      const range = Array.from({ length: one.count }, (_, i) => first + i);
      const isDone = range.every((no) => series.numbers.includes(no) && !this.fate.has(no));
      const work = county.fiscalReceipts.loseBlanks(
        series.id,
        BigInt(first),
        BigInt(range.at(-1)!),
        county.clock.today(),
        '保险柜被盗',
      );
      expect([one.op, await codeOf(work)]).toEqual([one.op, isDone ? 'done' : 'RECEIPT_NUMBERS_NOT_LEFT']);
      if (isDone) for (const no of range) this.fate.set(no, 'lost');
    }
    if (one.op === 'return') {
      const series = this.series[one.n % Math.max(1, this.series.length)];
      if (!series) return;
      const left = series.numbers.filter((no) => !this.fate.has(no));
      const code = await codeOf(county.fiscalReceipts.returnRest(series.id, '年末退回'));
      expect([one.op, code]).toEqual([one.op, left.length > 0 ? 'done' : 'RECEIPT_NUMBERS_NOT_LEFT']);
      for (const no of left) this.fate.set(no, 'returned');
    }
  }

  /** The database says the same of every number, none has two fates, and every statement sums. */
  async compare(): Promise<void> {
    const stock = await county.fiscalReceipts.stock('');
    expect(stock).toHaveLength(this.series.length);
    for (const row of stock) {
      expect(row.issued + row.voided + row.lost + row.returned + row.left).toBe(row.allotted);
      const { numbers: of } = this.series.find(({ id }) => id === row.id)!;
      const count = (fate: string | undefined) => of.filter((no) => this.fate.get(no) === fate).length;
      expect({ ...row }).toMatchObject({
        issued: count('issued'),
        voided: count('voided'),
        lost: count('lost'),
        returned: count('returned'),
        left: count(undefined),
      });
    }
    const rows = await issued();
    expect(new Set(rows.map(({ number }) => number)).size).toBe(rows.length);
    const told = new Map(rows.map(({ number, state }) => [Number(number.slice(CODE.length)), state]));
    const gaps = await county.fiscalReceipts.gaps(this.series.map(({ id }) => id));
    const explained = gaps.flatMap((gap) =>
      Array.from(
        { length: Number(gap.lastNo) - Number(gap.firstNo) + 1 },
        (_, i) => [Number(gap.firstNo) + i, gap.kind] as const,
      ),
    );
    const all = new Map<number, string>([...told, ...explained]);
    expect(all.size).toBe(told.size + explained.length);
    expect(new Map([...all].sort(([a], [b]) => a - b))).toEqual(new Map([...this.fate].sort(([a], [b]) => a - b)));
    // Live receipts are as many as amounts that were matched and not left waiting.
    const live = rows.filter(({ state }) => state === 'issued');
    expect(new Set(live.map(({ stepId }) => stepId)).size).toBe(live.length);
  }
}

it('whatever is allotted, given out, voided, lost and returned: no number twice, no gap unexplained, every statement sums', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 6, maxLength: 14 }), async (commands) => {
      await county.world.empty(
        'fees.fiscal_receipt, fees.receipt_gap, fees.receipt_series, fees.receivable_step_share, fees.receivable_step, fees.payment_request, fees.receivable_share, fees.receivable',
      );
      const books = new Books();
      for (const one of [{ op: 'allot' as const, size: 3 }, ...commands]) {
        await books.do(one);
        await books.compare();
      }
    }),
    { numRuns: RUNS },
  );
}, 240_000);

import { Refusal } from '@app/kernel';
import fc from 'fast-check';
import { accountOf } from '../ledger/ledger.rules';
import { type CollectingCounty, COUNTY, createCollectingCounty } from './receivable.fixture';
import type { ReceivableShare } from './receivable.types';

let county: CollectingCounty;
beforeAll(async () => {
  county = await createCollectingCounty();
});
afterAll(() => county.world.drop());

/** A receivable as it is meant, in memory. */
interface Model {
  readonly id: string;
  readonly shares: readonly ReceivableShare[];
  readonly decided: bigint;
  cut: bigint;
  received: bigint;
  /** Open requests by id: what is left of each, in the order in which they were made (none has a day). */
  readonly requests: Map<string, bigint>;
}

type Step =
  | { do: 'request' | 'pay' | 'waive' | 'change'; which: number; fen: number }
  | { do: 'payRequest'; which: number; request: number; fen: number }
  | { do: 'cancel'; which: number };

const which = fc.nat(2);
const fen = fc.integer({ min: 1, max: 7_000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ do: fc.constantFrom('request' as const, 'pay' as const), which, fen }), weight: 4 },
  { arbitrary: fc.record({ do: fc.constant('payRequest' as const), which, request: fc.nat(3), fen }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constantFrom('waive' as const, 'change' as const), which, fen }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('cancel' as const), which }), weight: 1 },
);
const shares = fc.uniqueArray(
  fc.record({
    level: fc.constantFrom('central', 'province', 'city', 'county'),
    year: fc.integer({ min: 2024, max: 2026 }),
    fen: fc.bigInt({ min: 1n, max: 5_000n }),
  }),
  { minLength: 1, maxLength: 5, selector: ({ level, year }) => `${level}:${year}` },
);

const openOf = (one: Model): bigint => one.decided - one.cut - one.received;
const askedOf = (one: Model): bigint => [...one.requests.values()].reduce((sum, left) => sum + left, 0n);
const sum = (parts: readonly bigint[]): bigint => parts.reduce((all, part) => all + part, 0n);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

const said = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : Promise.reject(error as Error)),
  );

describe('receivables and a model of them in memory', () => {
  it('agree after every step of any sequence; the ledger balances, and a receivable repaid is with its budgets to the fen', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(shares, { minLength: 3, maxLength: 3 }),
        fc.array(step, { minLength: 4, maxLength: 14 }),
        async (owed, steps) => {
          await county.world.empty(
            'fees.receivable, fees.receivable_share, fees.receivable_step, fees.receivable_step_share, fees.payment_request, fees.ledger_account, fees.transfer',
          );
          const models: Model[] = [];
          for (const parts of owed) {
            const decided = sum(parts.map((share) => share.fen));
            const id = await county.open(decided, { shares: parts });
            models.push({ id, shares: parts, decided, cut: 0n, received: 0n, requests: new Map() });
          }
          for (const one of steps) {
            await apply(one, models[one.which]!);
            await expectAgreement(models);
          }
          for (const one of models) await repay(one);
          await expectAgreement(models);
          await expectEveryFen(models);
        },
      ),
      { numRuns: 15 },
    );
  }, 300_000);
});

async function apply(one: Step, model: Model): Promise<void> {
  const open = openOf(model);
  if (one.do === 'cancel') {
    await county.database.write((tx) => county.requests.cancel(tx, model.id, '改按分期计划办理'));
    return model.requests.clear();
  }
  const fen = BigInt(one.fen);
  if (one.do === 'request') {
    const isRight = askedOf(model) + fen <= open;
    let id = '';
    const asked = { receivableId: model.id, fen, dueOn: null, instalmentId: null };
    const did = await said(
      county.database.write(async (tx) => void ({ id } = await county.requests.request(tx, asked))),
    );
    expect(did).toBe(isRight ? 'done' : 'PAYMENT_REQUEST_EXCEEDS_OPEN');
    if (isRight) model.requests.set(id, fen);
    return;
  }
  if (one.do === 'pay') return pay(model, null, fen);
  if (one.do === 'payRequest') {
    const named = [...model.requests.keys()][one.request];
    return named === undefined ? undefined : pay(model, named, fen);
  }
  const reason = one.do === 'waive' ? 'waived' : 'decision-changed';
  const most = one.do === 'waive' ? open : model.decided - model.cut;
  const excess = fen > open ? fen - open : 0n;
  let told = -1n;
  const did = await said(
    county.database.write(async (tx) => {
      const { excessFen, excess: byReceipt } = await county.service.cut(
        tx,
        model.id,
        fen,
        reason,
        '复议决定改变原决定',
      );
      told = excessFen;
      expect(sum(byReceipt.map((part) => part.fen))).toBe(excessFen);
    }),
  );
  expect(did).toBe(fen <= most ? 'done' : 'RECEIVABLE_CUT_TOO_LARGE');
  if (did !== 'done') return;
  expect(told).toBe(excess);
  model.cut += fen;
  model.received -= excess;
  let asked = 0n;
  for (const [id, left] of model.requests) {
    if (asked + left > openOf(model)) model.requests.delete(id);
    else asked += left;
  }
}

async function pay(model: Model, named: string | null, fen: bigint): Promise<void> {
  const receiptId = await county.receipt(fen);
  const did = await said(county.database.write((tx) => county.service.satisfy(tx, model.id, named, receiptId, fen)));
  const most = named === null ? openOf(model) : model.requests.get(named)!;
  const beyond = fen > openOf(model) ? 'RECEIVABLE_PAID_BEYOND_OPEN' : 'PAYMENT_REQUEST_PAID_BEYOND';
  expect(did).toBe(fen <= most ? 'done' : beyond);
  if (did !== 'done') return;
  model.received += fen;
  let left = fen;
  for (const id of named === null ? [...model.requests.keys()] : [named]) {
    const part = least(left, model.requests.get(id)!);
    left -= part;
    model.requests.set(id, model.requests.get(id)! - part);
    if (model.requests.get(id) === 0n) model.requests.delete(id);
  }
}

const repay = async (model: Model): Promise<void> => (openOf(model) > 0n ? pay(model, null, openOf(model)) : undefined);

async function expectAgreement(models: readonly Model[]): Promise<void> {
  const ids = models.map(({ id }) => id);
  const standing = await county.database.read((read) => county.service.standing(read, ids));
  for (const model of models) {
    const found = standing.find(({ id }) => id === model.id)!;
    expect([found.cutFen, found.receivedFen, found.openFen]).toEqual([model.cut, model.received, openOf(model)]);
    expect(await county.balance(accountOf.receivable(model.id).code)).toBe(openOf(model));
    const requests = await county.database.read((read) => county.requests.ofReceivables(read, [model.id]));
    const open = requests.filter(({ state }) => state === 'open' || state === 'part');
    expect(new Map(open.map(({ id, leftFen }) => [id, leftFen]))).toEqual(model.requests);
  }
  expect(await county.balance(accountOf.satisfied(COUNTY).code)).toBe(sum(models.map(({ received }) => received)));
  expect(await county.balance(accountOf.cut(COUNTY).code)).toBe(sum(models.map(({ cut }) => cut)));
  const [all] = await county.world.admin<{ off: string }>(
    `select sum(credits_posted - debits_posted)::text as off from fees.ledger_account`,
  );
  expect(all!.off).toBe('0');
  // What stands in the budgets' accounts is what the shares got, budget by budget.
  expect(await collected()).toEqual(await sharesGot());
}

const collected = () =>
  county.world.admin(
    `select split_part(code, ':', 3) || ':' || split_part(code, ':', 4) as budget, (credits_posted - debits_posted)::text as fen
       from fees.ledger_account where code like 'collected:%' and credits_posted > debits_posted order by 1`,
  );
const sharesGot = () =>
  county.world.admin(
    `select level || ':' || year as budget, sum(received_fen)::text as fen from fees.receivable_share
      group by 1 having sum(received_fen) > 0 order by 1`,
  );

/** Of what is repaid without a cut, each budget has exactly its share; with one, less than a fen beside its part. */
async function expectEveryFen(models: readonly Model[]): Promise<void> {
  const got = await county.world.admin<{ id: string; level: string; year: number; fen: string; received: string }>(
    `select receivable_id as id, level, year, fen::text, received_fen::text as received from fees.receivable_share`,
  );
  for (const model of models) {
    const whole = model.decided - model.cut;
    for (const share of got.filter(({ id }) => id === model.id)) {
      const [part, received] = [BigInt(share.fen), BigInt(share.received)];
      if (model.cut === 0n) expect(received).toBe(part);
      else expect((received - 1n) * model.decided).toBeLessThan(whole * part);
    }
  }
}

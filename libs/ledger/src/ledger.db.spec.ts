import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Database } from '@app/database';
import { Refusal } from '@app/kernel';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import fc from 'fast-check';
import { Ledger, transferId } from './index';

const ledger = new Ledger();
const at = new Date('2026-03-20T04:00:00Z');
let test: TestDatabase;
let database: Database;
let run = 0;

beforeAll(async () => {
  test = await createTestDatabase();
  database = await test.open('subsidy');
});
afterAll(() => test.drop());

const ACCOUNTS = ['source', 'budget', 'working', 'final'] as const;
/** Accounts of their own for every test. */
async function open(): Promise<Record<(typeof ACCOUNTS)[number], string>> {
  const n = ++run;
  const accounts = ACCOUNTS.map((kind) => ({ code: `${kind}:t${n}`, kind }));
  await database.write((tx) => ledger.open(tx, accounts));
  return Object.fromEntries(accounts.map(({ kind, code }) => [kind, code])) as Record<
    (typeof ACCOUNTS)[number],
    string
  >;
}
const transfer = (debit: string, credit: string, fen: bigint, id = randomUUID()) => ({
  id,
  debit,
  credit,
  fen,
  code: 'test',
  at,
});
const post = (...transfers: ReturnType<typeof transfer>[]) => database.write((tx) => ledger.post(tx, transfers));
const pend = (...transfers: ReturnType<typeof transfer>[]) => database.write((tx) => ledger.pend(tx, transfers));
const available = async (code: string) => (await database.read((read) => ledger.balance(read, code)))!.available;
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : Promise.reject(error as Error)),
  );

describe('the ledger', () => {
  it.each(['subsidy', 'fees'])('is the text that %s has in its migrations, once', (app) => {
    const text = fs.readFileSync(path.join(__dirname, 'ledger.sql'), 'utf8');
    const folder = path.join(__dirname, '../../../apps', app, 'src/migrations');
    const copies = fs
      .readdirSync(folder)
      .filter((file) => fs.readFileSync(path.join(folder, file), 'utf8').includes(text));
    expect(copies).toHaveLength(1);
  });

  it('moves money once, however often the same transfer is asked for', async () => {
    const { source, budget } = await open();
    const one = transfer(source, budget, 100n);
    await post(one, one);
    await post(one);
    expect(await available(budget)).toBe(100n);
    expect(await codeOf(post({ ...one, fen: 101n }))).toBe('LEDGER_TRANSFER_ID_REUSED');
    expect(await available(budget)).toBe(100n);
  });

  it('gives no more than there is, and keeps what is reserved', async () => {
    const { source, budget, working } = await open();
    await post(transfer(source, budget, 100n));
    const reserve = transfer(budget, working, 70n);
    await pend(reserve);
    expect(await available(budget)).toBe(30n);
    expect(await available(working)).toBe(0n);
    expect(await codeOf(post(transfer(budget, working, 31n)))).toBe('LEDGER_NO_COVER');
    await database.write((tx) =>
      ledger.settle(tx, [{ id: transferId('post', reserve.id), pendingId: reserve.id, code: 'test', at }]),
    );
    expect([await available(budget), await available(working)]).toEqual([30n, 70n]);
  });

  it('ends a reservation once, by posting or by voiding', async () => {
    const { source, budget, working } = await open();
    await post(transfer(source, budget, 10n));
    const reserve = transfer(budget, working, 10n);
    await pend(reserve);
    const end = (how: 'settle' | 'void', pendingId = reserve.id) =>
      codeOf(database.write((tx) => ledger[how](tx, [{ id: randomUUID(), pendingId, code: 'test', at }])));
    expect(await end('void')).toBe('done');
    expect(await end('settle')).toBe('LEDGER_NOT_PENDING');
    expect(await end('void', randomUUID())).toBe('LEDGER_NOT_PENDING');
    expect(await available(budget)).toBe(10n);
  });

  it('knows its accounts, and an account keeps its kind', async () => {
    const { source, budget } = await open();
    expect(await codeOf(post(transfer(source, 'budget:nowhere', 1n)))).toBe('LEDGER_UNKNOWN_ACCOUNT');
    expect(await codeOf(database.write((tx) => ledger.open(tx, [{ code: budget, kind: 'source' }])))).toBe(
      'LEDGER_ACCOUNT_KIND_DIFFERS',
    );
  });

  it('cannot be rewritten, not even by its owner', async () => {
    const { source, budget } = await open();
    await post(transfer(source, budget, 1n));
    for (const sql of [
      'update subsidy.transfer set fen = 2',
      'delete from subsidy.transfer',
      'truncate subsidy.transfer',
    ]) {
      await expect(test.admin(sql)).rejects.toMatchObject({ constraint: 'transfer_is_history' });
    }
  });

  it('is not confused by transfers over the same accounts in opposite directions at once', async () => {
    const { source, budget, working } = await open();
    await post(transfer(source, budget, 1_000n), transfer(source, working, 1_000n));
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => post(i % 2 ? transfer(budget, working, 7n) : transfer(working, budget, 7n))),
    );
    expect([await available(budget), await available(working)]).toEqual([1_000n, 1_000n]);
  });
});

/** The ledger as it is meant, in memory. */
class Model {
  readonly posted = new Map<string, bigint>();
  readonly reserved = new Map<string, bigint>();
  readonly pending = new Map<string, { debit: string; credit: string; fen: bigint }>();

  constructor(private readonly source: string) {}

  available = (code: string): bigint => (this.posted.get(code) ?? 0n) - (this.reserved.get(code) ?? 0n);
  covers = (code: string, fen: bigint): boolean => code === this.source || this.available(code) >= fen;
  move(debit: string, credit: string, fen: bigint): void {
    this.posted.set(debit, (this.posted.get(debit) ?? 0n) - fen);
    this.posted.set(credit, (this.posted.get(credit) ?? 0n) + fen);
  }
  reserve(code: string, fen: bigint): void {
    this.reserved.set(code, (this.reserved.get(code) ?? 0n) + fen);
  }
}

type Ending = { do: 'settle' | 'void'; which: number };
type Step =
  | { do: 'post' | 'pend'; from: number; to: number; fen: number }
  | Ending
  | { do: 'bulk'; from: number; to: number; fens: number[] };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom('post' as const, 'pend' as const),
    from: fc.nat(3),
    to: fc.nat(3),
    fen: fc.integer({ min: 1, max: 60 }),
  }),
  fc.record({ do: fc.constantFrom('settle' as const, 'void' as const), which: fc.nat(5) }),
  fc.record({
    do: fc.constant('bulk' as const),
    from: fc.nat(3),
    to: fc.nat(3),
    fens: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 }),
  }),
);

describe('the ledger and a model of it in memory (T16)', () => {
  it('agree after every step of any sequence, and money is only ever moved', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const accounts = await open();
        const codes = ACCOUNTS.map((kind) => accounts[kind]);
        const model = new Model(accounts.source);
        await post(transfer(accounts.source, accounts.budget, 100n));
        model.move(accounts.source, accounts.budget, 100n);
        const asked: string[] = [];
        for (const one of steps) {
          await apply(one, codes, model, asked);
          const balances = await database.read((read) => ledger.balances(read, codes));
          expect(new Map(balances.map((row) => [row.code, row.available]))).toEqual(
            new Map([...codes].sort().map((code) => [code, model.available(code)])),
          );
          expect(balances.reduce((sum, row) => sum + row.creditsPosted - row.debitsPosted, 0n)).toBe(0n);
          expect(balances.reduce((sum, row) => sum + row.creditsPending - row.debitsPending, 0n)).toBe(0n);
        }
      }),
      { numRuns: 40 },
    );
  });

  async function apply(one: Step, codes: readonly string[], model: Model, asked: string[]): Promise<void> {
    if (isEnding(one)) {
      const id = asked[one.which];
      if (!id) return;
      const held = model.pending.get(id);
      const did = await codeOf(
        database.write((tx) => ledger[one.do](tx, [{ id: randomUUID(), pendingId: id, code: 'test', at }])),
      );
      expect(did).toBe(held ? 'done' : 'LEDGER_NOT_PENDING');
      if (!held) return;
      model.pending.delete(id);
      model.reserve(held.debit, -held.fen);
      if (one.do === 'settle') model.move(held.debit, held.credit, held.fen);
      return;
    }
    const [debit, credit] = [codes[one.from]!, codes[one.to]!];
    if (debit === credit) return;
    const fens = one.do === 'bulk' ? one.fens.map(BigInt) : [BigInt(one.fen)];
    const total = fens.reduce((a, b) => a + b, 0n);
    const transfers = fens.map((fen) => transfer(debit, credit, fen));
    const did = await codeOf(one.do === 'pend' ? pend(...transfers) : post(...transfers));
    expect(did).toBe(model.covers(debit, total) ? 'done' : 'LEDGER_NO_COVER');
    if (did !== 'done') return;
    if (one.do !== 'pend') return model.move(debit, credit, total);
    model.reserve(debit, total);
    model.pending.set(transfers[0]!.id, transfers[0]!);
    asked.push(transfers[0]!.id);
  }
});

const isEnding = (step: Step): step is Ending => step.do === 'settle' || step.do === 'void';

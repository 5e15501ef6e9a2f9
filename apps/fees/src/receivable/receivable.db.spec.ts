import { randomUUID } from 'node:crypto';
import type { Fen } from '@app/kernel';
import { Refusal } from '@app/kernel';
import { accountOf } from '../ledger/ledger.rules';
import { isReference } from '../payment-request/payment-request.rules';
import { type CollectingCounty, COUNTY, createCollectingCounty, newReceivable } from './receivable.fixture';
import type { CutReason } from './receivable.types';

const SHARES = [
  { level: 'central', year: 2025, fen: 5_000n },
  { level: 'province', year: 2025, fen: 3_333n },
  { level: 'county', year: 2026, fen: 1_667n },
];
let county: CollectingCounty;
beforeAll(async () => {
  county = await createCollectingCounty();
});
afterAll(() => county.world.drop());

const said = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : Promise.reject(error as Error)),
  );
const ask = (receivableId: string, fen: Fen, dueOn: string | null = null) =>
  county.database.write((tx) =>
    county.requests.request(tx, { receivableId, fen, dueOn: dueOn as never, instalmentId: null }),
  );
const satisfy = (id: string, requestId: string | null, receiptId: string, fen: Fen) =>
  county.database.write((tx) => county.service.satisfy(tx, id, requestId, receiptId, fen));
const cut = (id: string, fen: Fen, reason: CutReason) =>
  county.database.write((tx) => county.service.cut(tx, id, fen, reason, '复议决定改变原决定'));
const standing = async (id: string) => (await county.database.read((read) => county.service.standing(read, [id])))[0]!;
const requestsOf = (id: string) => county.database.read((read) => county.requests.ofReceivables(read, [id]));
const stepsOf = (id: string) =>
  county.world.admin<{ line: string }>(
    `select kind || ' ' || fen || ' → ' || open_fen as line from fees.receivable_step where receivable_id = $1 order by no`,
    [id],
  );
const sharesOf = async (id: string) =>
  (
    await county.world.admin<{ received_fen: string }>(
      `select received_fen from fees.receivable_share where receivable_id = $1 order by level, year`,
      [id],
    )
  ).map((row) => BigInt(row.received_fen));

describe('a receivable', () => {
  it('is opened once for a case, and stands in the ledger as owed', async () => {
    const what = newReceivable(10_000n, { shares: SHARES });
    const open = (more = {}) => county.database.write((tx) => county.service.open(tx, { ...what, ...more }));
    const id = await open();
    expect(await open()).toBe(id);
    expect(await said(open({ fen: 1n, shares: [{ level: 'county', year: 2025, fen: 1n }] }))).toBe(
      'RECEIVABLE_OPENED_OTHERWISE',
    );
    expect(await standing(id)).toEqual({
      id,
      matterId: what.matterId,
      decidedFen: 10_000n,
      cutFen: 0n,
      receivedFen: 0n,
      openFen: 10_000n,
    });
    expect(await county.balance(accountOf.receivable(id).code)).toBe(10_000n);
  });

  it('refuses shares that do not sum to the amount, and amounts of nothing', async () => {
    expect(await said(county.open(10n, { shares: [{ level: 'county', year: 2025, fen: 9n }] }))).toBe(
      'RECEIVABLE_SHARES_DIFFER',
    );
    expect(await said(county.open(0n))).toBe('RECEIVABLE_AMOUNT_INVALID');
  });

  it('is satisfied by receipts, part by part, and its money stands with the budgets that it came from', async () => {
    const id = await county.open(10_000n, { shares: SHARES });
    const { id: requestId, reference } = await ask(id, 10_000n, '2026-05-01');
    expect(isReference(reference)).toBe(true);
    await satisfy(id, requestId, await county.receipt(3_001n), 3_001n);
    expect((await requestsOf(id))[0]).toMatchObject({ state: 'part', paidFen: 3_001n, leftFen: 6_999n });
    expect(await sharesOf(id)).toEqual([1_501n, 500n, 1_000n]);
    await satisfy(id, requestId, await county.receipt(6_999n), 6_999n);
    expect((await requestsOf(id))[0]).toMatchObject({ state: 'paid', leftFen: 0n });
    expect(await standing(id)).toMatchObject({ receivedFen: 10_000n, openFen: 0n });
    expect(await sharesOf(id)).toEqual([5_000n, 1_667n, 3_333n]);
    for (const { level, year, fen } of SHARES)
      expect(await county.balance(accountOf.collected(COUNTY, level, year).code)).toBe(fen);
    expect(await county.balance(accountOf.receivable(id).code)).toBe(0n);
  });

  it('tells the case and the plan of instalments of every change, once for many', async () => {
    const id = await county.open(100n);
    await satisfy(id, null, await county.receipt(40n), 40n);
    await cut(id, 10n, 'waived');
    expect(
      await county.world.admin(
        `select name, count(*)::int as n from fees.outbox where key = $1 and acked_at is null group by name order by name`,
        [id],
      ),
    ).toEqual([
      { name: 'receivable.changed', n: 1 },
      { name: 'receivable.paid', n: 1 },
    ]);
  });

  it('takes a payment without a reference for the requests that fall due first', async () => {
    const id = await county.open(1_000n);
    await ask(id, 300n, '2026-07-01');
    await ask(id, 200n, '2026-05-01');
    await ask(id, 100n);
    await satisfy(id, null, await county.receipt(350n), 350n);
    expect((await requestsOf(id)).map(({ fen, state, paidFen }) => [fen, state, paidFen])).toEqual([
      [300n, 'part', 150n],
      [200n, 'paid', 200n],
      [100n, 'open', 0n],
    ]);
    await satisfy(id, null, await county.receipt(400n), 400n);
    expect((await stepsOf(id)).map(({ line }) => line)).toEqual([
      'opened 1000 → 1000',
      'requested 300 → 1000',
      'requested 200 → 1000',
      'requested 100 → 1000',
      'received 200 → 800',
      'received 150 → 650',
      'received 150 → 500',
      'received 100 → 400',
      'received 150 → 250',
    ]);
  });

  it('is never asked for beyond what is open, and never paid beyond it', async () => {
    const id = await county.open(1_000n);
    const { id: requestId } = await ask(id, 700n);
    expect(await said(ask(id, 301n))).toBe('PAYMENT_REQUEST_EXCEEDS_OPEN');
    expect(await said(satisfy(id, requestId, await county.receipt(701n), 701n))).toBe('PAYMENT_REQUEST_PAID_BEYOND');
    expect(await said(satisfy(id, null, await county.receipt(1_001n), 1_001n))).toBe('RECEIVABLE_PAID_BEYOND_OPEN');
    await county.database.write((tx) => county.requests.cancel(tx, id, '改按分期计划办理'));
    expect(await said(satisfy(id, requestId, await county.receipt(1n), 1n))).toBe('PAYMENT_REQUEST_CLOSED');
    expect(await said(ask(id, 1_000n))).toBe('done');
  });

  it('counts a receipt once, and no more of it than came in', async () => {
    const [one, other] = [await county.open(1_000n), await county.open(1_000n)];
    const receiptId = await county.receipt(500n);
    await satisfy(one, null, receiptId, 300n);
    expect(await said(satisfy(one, null, receiptId, 300n))).toBe('RECEIVABLE_RECEIPT_TAKEN');
    await county.receipt(1_000n); // Of somebody else, on the same account of the bank.
    expect(await said(satisfy(other, null, receiptId, 201n))).toBe('RECEIVABLE_RECEIPT_UNKNOWN');
    expect(await said(satisfy(other, null, receiptId, 200n))).toBe('done');
    expect(await said(satisfy(other, null, randomUUID(), 1n))).toBe('RECEIVABLE_RECEIPT_UNKNOWN');
  });

  it('is cut by a waiver to what was received and no further, and requests that no longer fit are withdrawn', async () => {
    const id = await county.open(1_000n);
    await ask(id, 400n, '2026-05-01');
    await ask(id, 600n, '2026-06-01');
    await satisfy(id, null, await county.receipt(100n), 100n);
    expect(await said(cut(id, 901n, 'waived'))).toBe('RECEIVABLE_CUT_TOO_LARGE');
    expect(await cut(id, 500n, 'waived')).toEqual({ excessFen: 0n, excess: [] });
    expect((await requestsOf(id)).map(({ state }) => state)).toEqual(['part', 'cancelled']);
    await cut(id, 400n, 'ceased');
    expect(await standing(id)).toMatchObject({ cutFen: 900n, receivedFen: 100n, openFen: 0n });
  });

  it('gives back what was received beyond a changed decision, from the budgets that had got it, by receipt', async () => {
    const level = 'city';
    const id = await county.open(1_000n, {
      shares: [
        { level, year: 2024, fen: 400n },
        { level, year: 2025, fen: 600n },
      ],
    });
    const [first, second] = [await county.receipt(500n), await county.receipt(300n)];
    await satisfy(id, null, first, 500n);
    await satisfy(id, null, second, 300n);
    // The treasury has part of it already.
    const collected = accountOf.collected(COUNTY, level, 2025);
    const treasury = accountOf.treasury(COUNTY, level, 2025);
    await county.database.write(async (tx) => {
      await county.ledger.open(tx, [treasury]);
      const posting = { id: randomUUID(), debit: collected.code, credit: treasury.code, fen: 450n };
      await county.ledger.post(tx, [{ ...posting, code: 'remitted', at: county.clock.now() }]);
    });

    expect(await cut(id, 600n, 'decision-changed')).toEqual({
      excessFen: 400n,
      excess: [
        { receiptId: second, fen: 300n },
        { receiptId: first, fen: 100n },
      ],
    });
    expect(await standing(id)).toMatchObject({ cutFen: 600n, receivedFen: 400n, openFen: 0n });
    expect(await sharesOf(id)).toEqual([160n, 240n]);
    expect(await county.balance(accountOf.refundable(COUNTY, second).code)).toBe(300n);
    expect(await county.balance(accountOf.refundable(COUNTY, first).code)).toBe(100n);
    expect(await county.balance(accountOf.collected(COUNTY, level, 2024).code)).toBe(160n);
    expect([await county.balance(collected.code), await county.balance(treasury.code)]).toEqual([0n, 240n]);
    expect(await said(cut(id, 401n, 'decision-changed'))).toBe('RECEIVABLE_CUT_TOO_LARGE');
  });

  it('waits with giving back while the money is on its way to the treasury', async () => {
    const id = await county.open(100n, { shares: [{ level: 'city', year: 2030, fen: 100n }] });
    await satisfy(id, null, await county.receipt(100n), 100n);
    const [collected, treasury] = [accountOf.collected(COUNTY, 'city', 2030), accountOf.treasury(COUNTY, 'city', 2030)];
    const pending = { id: randomUUID(), debit: collected.code, credit: treasury.code, fen: 100n, code: 'remittance' };
    await county.database.write(async (tx) => {
      await county.ledger.open(tx, [treasury]);
      await county.ledger.pend(tx, [{ ...pending, at: county.clock.now() }]);
    });
    expect(await said(cut(id, 40n, 'decision-changed'))).toBe('RECEIVABLE_MONEY_ON_ITS_WAY');
    expect(await standing(id)).toMatchObject({ cutFen: 0n, receivedFen: 100n });
    const settled = { id: randomUUID(), pendingId: pending.id, code: 'remittance', at: county.clock.now() };
    await county.database.write((tx) => county.ledger.settle(tx, [settled]));
    expect(await cut(id, 40n, 'decision-changed')).toMatchObject({ excessFen: 40n });
    expect(await county.balance(treasury.code)).toBe(60n);
  });
});

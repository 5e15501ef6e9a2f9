import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { constraintName } from '@app/database';
import { Refusal } from '@app/kernel';
import { asOfficer } from '../../../../test/support/officer';
import { COUNTY } from '../receivable/receivable.fixture';
import { createRefundingCounty, type RefundingCounty, TARGET } from './refund.fixture';
import { MOVES, type RefundState } from './refund.state';

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
const verify = (id: string, quotedReceiptNo: string | null = null, actor = 'unit-1') =>
  asOfficer(actor, () => county.refunds.verify(id, { quotedReceiptNo, target: null }, actor));
const approve = (id: string, actor = 'finance-1', at?: Date) =>
  asOfficer(actor, () => county.refunds.approve(id, actor, at));
const hand = (id: string) =>
  asOfficer('bank-1', () =>
    county.database.write((tx) =>
      tx.query(`update refund set state = 'handed', tries = tries + 1 where id = $1`, [id]),
    ),
  );
const refunded = () => county.balance(`refunded:${COUNTY}`);
const refundable = (receipt: string) => county.balance(`refundable:${COUNTY}:${receipt}`);

it('gives money back to who paid it: verified, approved by another officer, paid, confirmed, each within its working days', async () => {
  const receipt = await county.refundable(12_345n);
  const id = await county.openRefund(receipt, 12_345n);
  // 2026-04-01 is a Wednesday, 6 April a holiday (清明).
  const [opened] = await county.refunds.list({ prefix: '34', state: 'asked', overdueOn: null }, null, 5);
  expect(opened).toMatchObject({ id, state: 'asked', dueOn: '2026-04-09', foundByUnit: true, fen: 12_345n });
  expect([await refundable(receipt), await refunded()]).toEqual([0n, 0n]);

  expect(await verify(id)).toMatchObject({ state: 'verified', dueOn: '2026-04-16' });
  expect(await approve(id)).toMatchObject({ state: 'approved', route: 'reduce-revenue', dueOn: '2026-04-16' });
  await hand(id);
  expect(await county.refunds.confirm(id, 'B1')).toMatchObject({
    state: 'confirmed',
    endedOn: '2026-04-01',
    dueOn: null,
  });
  expect([await refundable(receipt), await refunded()]).toEqual([0n, 12_345n]);
  // Handing over is remittance.db.spec.ts's; here the row is moved without its file.
  expect((await county.refunds.steps([id])).map(({ toState, actor }) => [toState, actor])).toEqual([
    ['asked', 'system'],
    ['verified', 'unit-1'],
    ['approved', 'finance-1'],
    ['confirmed', 'system'],
  ]);
});

it('has ten working days where the payer asked, and five where our own office found it', async () => {
  const receipt = await county.refundable(200n);
  await county.openRefund(receipt, 100n, { foundByUnit: false });
  await county.openRefund(receipt, 100n, { foundByUnit: true });
  const found = await county.refunds.list({ prefix: '', state: null, overdueOn: null }, null, 5);
  expect(found.map(({ foundByUnit, dueOn }) => `${foundByUnit} ${dueOn}`).sort()).toEqual([
    'false 2026-04-16',
    'true 2026-04-09',
  ]);
  county.clock.set('2026-04-10');
  const late = await county.refunds.list({ prefix: '', state: null, overdueOn: county.clock.today() }, null, 5);
  expect(late.map(({ foundByUnit }) => foundByUnit)).toEqual([true]);
});

it('never gives back more than was received: not in one, not in parts, not at once from two sides, not in SQL', async () => {
  const receipt = await county.refundable(1_000n);
  expect(await codeOf(county.openRefund(receipt, 1_001n))).toBe('LEDGER_NO_COVER');
  const both = await Promise.allSettled([county.openRefund(receipt, 600n), county.openRefund(receipt, 600n)]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await county.openRefund(receipt, 400n);
  expect(await codeOf(county.openRefund(receipt, 1n))).toBe('LEDGER_NO_COVER');
  const byHand = county.database.write((tx) =>
    tx.query(
      `insert into refund (id, kind, source_id, division_code, fen, payer_name, reason, found_by_unit, state, opened_on, opened_at)
       values (uuidv7(), 'receipt', $1, $2, 1, '张三', '多缴', true, 'asked', '2026-04-01', now())`,
      [receipt, COUNTY],
    ),
  );
  expect(await codeOf(byHand)).toBe('REFUND_MORE_THAN_RECEIVED');
  expect(await codeOf(county.openRefund('00000000-0000-4000-8000-000000000001', 1n))).toBe('LEDGER_NO_COVER');
});

it('frees the money again where finance says no', async () => {
  const receipt = await county.refundable(500n);
  const id = await county.openRefund(receipt, 500n);
  await county.refunds.reject(id, '款项属实应缴');
  expect(await refundable(receipt)).toBe(500n);
  await county.openRefund(receipt, 500n);
  expect(await refundable(receipt)).toBe(0n);
});

it('needs two officers, each under their own name, the second with a fresh second factor', async () => {
  const id = await county.openRefund(await county.refundable(500n), 500n);
  expect(await codeOf(approve(id))).toBe('REFUND_CANNOT_MOVE');
  await verify(id);
  expect(await codeOf(approve(id, 'unit-1'))).toBe('REFUND_NEEDS_SECOND_OFFICER');
  const stale = new Date(county.clock.now().getTime() - 301_000);
  expect(await codeOf(approve(id, 'finance-1', stale))).toBe('refund_approval_is_stepped_up');
  const forged = asOfficer('unit-1', () => county.refunds.approve(id, 'finance-1'));
  expect(await codeOf(forged)).toBe('refund_is_signed_by_who_acts');
  expect(await approve(id)).toMatchObject({ state: 'approved' });
});

it('goes to the original payer only, quoting the fiscal receipt that was issued', async () => {
  await asOfficer('finance-1', () =>
    county.fiscalReceipts.allot({
      divisionCode: COUNTY,
      receiptCode: '34020226',
      firstNo: 1n,
      lastNo: 9n,
      document: '财票〔2026〕1号',
    }),
  );
  const receivable = await county.open(800n);
  const receipt = await county.receipt(800n);
  await county.database.write((tx) => county.service.satisfy(tx, receivable, null, receipt, 800n));
  await county.fiscalReceipts.issueDue();
  const { excess } = await county.database.write((tx) =>
    county.service.cut(tx, receivable, 300n, 'decision-changed', '复议变更'),
  );
  expect(excess).toEqual([{ receiptId: receipt, fen: 300n }]);
  const id = await county.openRefund(receipt, 300n, { target: null });
  const word = (quotedReceiptNo: string | null, holderName = '张三') =>
    asOfficer('unit-1', () =>
      county.refunds.verify(id, { quotedReceiptNo, target: { ...TARGET, holderName } }, 'unit-1'),
    );
  expect(await codeOf(word(null))).toBe('REFUND_RECEIPT_NOT_QUOTED');
  expect(await codeOf(word('340202260000000002'))).toBe('REFUND_RECEIPT_NOT_QUOTED');
  expect(await codeOf(word('340202260000000001', '李四'))).toBe('REFUND_NOT_TO_THE_PAYER');
  expect(await word('340202260000000001')).toMatchObject({
    originalReceiptNo: '340202260000000001',
    state: 'verified',
  });
});

it('asks for an account where none is on record, and shows it as a mask only, sealed on disk', async () => {
  const id = await county.openRefund(await county.refundable(500n), 500n, { target: null });
  expect(await codeOf(verify(id))).toBe('REFUND_ACCOUNT_MISSING');
  const bad = { ...TARGET, account: '6222 账号' };
  expect(await codeOf(county.refunds.verify(id, { quotedReceiptNo: null, target: bad }, 'system'))).toBe(
    'REFUND_ACCOUNT_UNREADABLE',
  );
  await asOfficer('unit-1', () => county.refunds.verify(id, { quotedReceiptNo: null, target: TARGET }, 'unit-1'));
  expect(await county.refunds.accounts([id])).toMatchObject([{ accountMask: '************2233', no: 1 }]);
  const [row] = await county.world.admin<{ text: string }>(`select a::text as text from fees.refund_account a`);
  expect(row!.text).not.toContain(TARGET.account);
});

it('waits for another account where the bank sends it back, even after it was confirmed, and pays once', async () => {
  const receipt = await county.refundable(700n);
  const id = await county.openRefund(receipt, 700n);
  await verify(id);
  await approve(id);
  await hand(id);
  await county.refunds.confirm(id, 'B1');
  expect(await county.refunds.returned(id, '账户已销户')).toMatchObject({ state: 'returned', endedOn: null });
  expect([await refundable(receipt), await refunded()]).toEqual([0n, 0n]);
  const other = { ...TARGET, account: '6217000000009999' };
  expect(await codeOf(county.refunds.repair(id, { ...other, holderName: '王五' }, '本人更换账户', 'system'))).toBe(
    'REFUND_NOT_TO_THE_PAYER',
  );
  await asOfficer('unit-2', () => county.refunds.repair(id, other, '本人更换账户', 'unit-2'));
  expect(await codeOf(approve(id, 'unit-2'))).toBe('REFUND_NEEDS_SECOND_OFFICER');
  await approve(id);
  await hand(id);
  await county.refunds.confirm(id, 'B2');
  expect([await refundable(receipt), await refunded()]).toEqual([0n, 700n]);
  expect((await county.refunds.accounts([id])).map(({ accountMask }) => accountMask)).toEqual([
    '************2233',
    '************9999',
  ]);
});

it('returns what was received in a past year out of the treasury', async () => {
  const id = await county.openRefund(await county.refundable(500n), 500n, { receivedOn: '2025-12-31' as never });
  await verify(id);
  expect(await approve(id)).toMatchObject({ route: 'treasury-return' });
});

it('moves as the table says, in the code and in the database alike', () => {
  const sql = readFileSync(path.join(__dirname, '../migrations/1764400000040-refunds.sql'), 'utf8');
  const list = /\(old\.state, new\.state\) not in \(([\s\S]*?)\) then/.exec(sql)![1]!;
  const inSql = [...list.matchAll(/\('(\w+)', '(\w+)'\)/g)].map(([, from, to]) => `${from} ${to}`).sort();
  const inCode = (Object.keys(MOVES) as RefundState[])
    .flatMap((from) => MOVES[from].map((to) => `${from} ${to}`))
    .sort();
  expect(inSql).toEqual(inCode);
});

it.each([
  ['its amount', 'update refund set fen = fen + 1', '42501'],
  ['its payer', `update refund set payer_name = '李四'`, '42501'],
  ['its state, past the officers', `update refund set state = 'confirmed', ended_on = '2026-04-01'`, 'refund_moves'],
  ['its journal', 'update refund_step set seq = 9', '42501'],
  ['an account on record', `update refund_account set bank = 'x'`, '42501'],
  ['everything, by deleting it', 'delete from refund', '42501'],
])('cannot have %s changed by the app’s own role', async (_, sql, refused) => {
  await county.openRefund(await county.refundable(500n), 500n);
  const state = async () => {
    try {
      await county.database.write((tx) => tx.query(sql));
      return 'done';
    } catch (error) {
      const { driverError } = error as { driverError: { code: string; constraint?: string } };
      return [driverError.code, driverError.constraint];
    }
  };
  expect(await state()).toContain(refused);
});

import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { constraintName } from '@app/database';
import { type Day, Refusal } from '@app/kernel';
import { Vault } from '@app/vault';
import { asOfficer } from '../../../../test/support/officer';
import { createMatchingCounty, type MatchingCounty } from '../match/match.fixture';
import { ACCOUNT, COUNTY } from '../receivable/receivable.fixture';
import { refundsOf } from '../refund/refund.fixture';
import { treasuryOf } from '../remittance/remittance.fixture';
import { ReceiptReconciliationRepository } from './receipt-reconciliation.repository';
import { ReceiptReconciliationService } from './receipt-reconciliation.service';

const DAY = '2026-03-20' as Day;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-reconciliation-'));
let county: MatchingCounty;
let treasury: ReturnType<typeof treasuryOf>;
let giving: ReturnType<typeof refundsOf>;
let service: ReceiptReconciliationService;
beforeEach(async () => {
  county = await createMatchingCounty();
  const vault = new Vault(Buffer.alloc(32, 1));
  giving = refundsOf({ ...county, vault });
  treasury = treasuryOf({ ...county, ...giving, vault }, { out: folder, format: 'pain.001' });
  service = new ReceiptReconciliationService(county.database, county.clock, new ReceiptReconciliationRepository());
});
afterEach(() => county.close());
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

interface MatchOf {
  readonly id: string;
  readonly receipt: string;
  readonly receivable: string;
}

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof Refusal ? error.code : (constraintName(error) ?? String(error));
  }
};
const state = (fen: bigint, receipts = 3) =>
  service.stateBank({ account: ACCOUNT, day: DAY, receipts, fen, source: '银行日终对账单' });
const open = async () => (await service.differences('', true, null, 50)).map(({ kind }) => kind);

/** A receipt that pays what was asked, one that pays too much, and one that nobody knows. */
async function day(): Promise<void> {
  const first = await county.owe(1_000n);
  const second = await county.owe(500n);
  await county.take([
    { ref: 'B1', fen: 1_000n, text: first.reference },
    { ref: 'B2', fen: 700n, text: second.reference },
    { ref: 'B3', fen: 42n, name: '李四', text: '不明' },
  ]);
  await county.matches.run();
  await asOfficer('finance-1', () =>
    giving.fiscalReceipts.allot({
      divisionCode: COUNTY,
      receiptCode: '34020226',
      firstNo: 1n,
      lastNo: 99n,
      document: '财票〔2026〕1号',
    }),
  );
  await giving.fiscalReceipts.issueDue();
}

it('finds nothing where bank, receipts, ledger, treasury and fiscal receipts agree, at every stage of the money', async () => {
  await day();
  expect(await state(1_742n)).toMatchObject({
    isBalanced: true,
    statedFen: 1_742n,
    bookedFen: 1_742n,
    matchedFen: 1_500n,
    refundableFen: 200n,
    unmatchedFen: 42n,
    collectedFen: 1_500n,
    standingFen: 1_500n,
    satisfiedFen: 1_500n,
    receiptedFen: 1_500n,
  });
  await treasury.remittances.draftDue();
  expect(await service.run(COUNTY, DAY)).toMatchObject({ isBalanced: true, underWayFen: 1_500n, standingFen: 0n });
  expect(await open()).toEqual([]);
});

it('finds nothing where a match is undone, or a later decision gives money back', async () => {
  await day();
  const [first, second] = (await county.world.admin<MatchOf>(
    `select id, receipt_id as receipt, receivable_id as receivable from fees.match where state = 'confirmed' order by fen desc`,
  )) as [MatchOf, MatchOf];
  await asOfficer('finance-2', () => county.matches.undo(first.id, '参考号填写错误'));
  expect(await state(1_742n)).toMatchObject({
    isBalanced: true,
    collectedFen: 1_500n,
    givenBackFen: 1_000n,
    satisfiedFen: 500n,
    receiptedFen: 500n,
    unmatchedFen: 1_042n,
  });
  await county.database.write(async (tx) => {
    await county.service.cut(tx, second.receivable, 300n, 'decision-changed', '复议变更');
    await giving.fiscalReceipts.withdraw(tx, second.receipt, second.receivable, '复议变更');
  });
  expect(await open()).toEqual([]);
  await giving.fiscalReceipts.issueDue();
  expect(await service.run(COUNTY, DAY)).toMatchObject({
    isBalanced: true,
    givenBackFen: 1_300n,
    satisfiedFen: 200n,
    receiptedFen: 200n,
  });
  expect(await open()).toEqual([]);
});

it('has no word of the bank, or another one, stand as a difference until the bank says the same', async () => {
  await day();
  expect(await service.run(COUNTY, DAY)).toMatchObject({ isBalanced: false, statedFen: null });
  expect(await open()).toEqual(['bank-missing']);
  await state(1_743n);
  expect(await open()).toEqual(['bank-total']);
  await state(1_742n);
  expect(await open()).toEqual([]);
  expect((await service.differences('', false, null, 50)).every(({ endedAt }) => endedAt !== null)).toBe(true);
});

it.each([
  [
    'a receipt that nobody entered in the ledger',
    `delete from fees.transfer where debit like 'bank:%' and fen = 42`,
    'bank-ledger',
  ],
  [
    'a receipt whose open rest was changed',
    `update fees.bank_receipt set refundable_fen = 42 where fen = 42`,
    'unmatched',
  ],
  [
    'collected money that went elsewhere',
    `update fees.ledger_account set credits_posted = credits_posted + 1 where code like 'collected:%'`,
    'collected',
  ],
  [
    'unmatched money that went elsewhere',
    `update fees.ledger_account set debits_posted = debits_posted + 1 where code like 'unmatched:%'`,
    'unmatched',
  ],
  ['a remittance confirmed by hand', `update fees.remittance_line set fen = fen + 1`, 'collected'],
  [
    'a fiscal receipt of another amount',
    `update fees.fiscal_receipt set fen = fen + 1 where no = 1`,
    'fiscal-receipts',
  ],
  ['a fiscal receipt that is gone', `delete from fees.fiscal_receipt where no = 2`, 'fiscal-receipts'],
  ['a receipt that is gone', `delete from fees.bank_receipt where fen = 42`, 'bank-total'],
])('finds %s', async (_, tampering, kind) => {
  await day();
  await treasury.remittances.draftDue();
  expect(await state(1_742n)).toMatchObject({ isBalanced: true });
  await county.world.admin('set session_replication_role = replica');
  await county.world.admin(tampering);
  await county.world.admin('set session_replication_role = origin');
  expect(await service.run(COUNTY, DAY)).toMatchObject({ isBalanced: false });
  expect(await open()).toContain(kind);
});

it('closes a month only when it is over, every day was looked at, and no difference is open', async () => {
  await day();
  const close = (month: string) => asOfficer('finance-1', () => service.close(COUNTY, month));
  expect(await codeOf(close('2026-03'))).toBe('RECEIPT_MONTH_NOT_RECONCILED');
  await state(1_700n);
  expect(await codeOf(close('2026-03'))).toBe('RECEIPT_MONTH_HAS_DIFFERENCES');
  const [difference] = await service.differences('', true, null, 5);
  await asOfficer('finance-1', () => service.settle(difference!.id, '银行次日补记42分'));
  expect(await codeOf(asOfficer('finance-1', () => service.settle(difference!.id, '银行次日补记42分')))).toBe(
    'RECEIPT_DIFFERENCE_ENDED',
  );
  await service.run(COUNTY, DAY);
  expect(await open()).toEqual([]); // What was explained, to the fen, is not asked again.
  expect(await codeOf(close('2026-04'))).toBe('RECEIPT_MONTH_NOT_OVER');
  expect(() => service.close(COUNTY, '2026-3x')).toThrow('2026-3x');
  expect(await close('2026-03')).toMatchObject({
    month: '2026-03-01',
    bookedFen: 1_742n,
    days: 1,
    closedBy: 'finance-1',
  });
  expect(await codeOf(close('2026-03'))).toBe('RECEIPT_MONTH_CLOSED');
  expect(
    await codeOf(
      county.database.write((tx) =>
        tx.query(
          `insert into receipt_month (county_code, month, booked_fen, days, closed_on, closed_at) values ('${COUNTY}', '2026-02-01', 0, 0, '2026-04-01', now())`,
        ),
      ),
    ),
  ).toBe('receipt_month_is_closed_by_a_person');
});

it('looks by itself at days that are over, once a day', async () => {
  await day();
  expect(await service.ring()).toBe(1);
  expect(await open()).toEqual(['bank-missing']);
  expect(await service.ring()).toBe(0);
});

it('exports figures as CSV, and of no day the head alone', async () => {
  await day();
  await state(1_742n);
  const csv = (await service.export('34', { from: null, until: null })).split('\r\n');
  expect(csv[1]).toBe('340202000000,2026-03-20,yes,17.42,17.42,15.00,2.00,0.42,15.00,0.00,0.00,0.00,15.00,15.00,15.00');
  expect((await service.export('99', { from: null, until: null })).trim().split('\r\n')).toHaveLength(1);
});

import { randomInt, randomUUID } from 'node:crypto';
import type { Database } from '@app/database';
import { countyOf, type Day, type DivisionCode } from '@app/kernel';
import { Ledger, transferId } from '@app/ledger';
import { FEES_DATABASE } from '../../apps/fees/src/fees.tokens';
import { FiscalReceiptService } from '../../apps/fees/src/fiscal-receipt/fiscal-receipt.service';
import { accountOf } from '../../apps/fees/src/ledger/ledger.rules';
import { ReceivableService } from '../../apps/fees/src/receivable/receivable.service';
import { ReceiptReconciliationService } from '../../apps/fees/src/receipt-reconciliation/receipt-reconciliation.service';
import { RefundService } from '../../apps/fees/src/refund/refund.service';
import { RemittanceService } from '../../apps/fees/src/remittance/remittance.service';
import { TreasuryFileService } from '../../apps/fees/src/treasury-file/treasury-file.service';
import type { CountyWorld } from './county-world';
import { asOfficer } from './officer';

/** What the treasury's side of a county holds, each as an operation may name it. */
export interface PlantedTreasury {
  readonly fiscalReceiptId: string;
  readonly seriesId: string;
  readonly lossId: string;
  readonly refundId: string;
  readonly remittanceId: string;
  readonly differenceId: string;
}

type World = Pick<CountyWorld, 'app' | 'clock' | 'database' | 'get'>;

/** Receipts, a loss, a refund, a remittance and a difference of a county; the payer's where there is a key. After plantBankReceipt. */
export async function plantTreasury(
  world: World,
  payer: { readonly division: string; readonly ownKey: Buffer | null },
): Promise<PlantedTreasury> {
  const county = countyOf(payer.division as DivisionCode);
  return asOfficer('planted', async () => {
    await receive(world, county, payer.ownKey);
    const [fiscal, refunds] = [world.get(FiscalReceiptService), world.get(RefundService)];
    const firstNo = BigInt(randomInt(20_000_000)) * 50n; // Numbers are allotted once.
    const series = { divisionCode: county, receiptCode: county.slice(0, 8), firstNo, lastNo: firstNo + 40n };
    const { id: seriesId } = await fiscal.allot({ ...series, document: '财票〔2026〕1号' });
    await fiscal.issueDue(county.slice(0, 6));
    const today = world.clock.today();
    await fiscal.loseBlanks(seriesId, series.lastNo, series.lastNo, today, '保险柜被盗');
    await fiscal.loseBlanks(seriesId, series.lastNo - 1n, series.lastNo - 1n, today, '保险柜被盗');
    const [loss] = await fiscal.losses(county.slice(0, 6));
    const [fiscalReceipt] = await world.database.admin<{ id: string }>(
      `select id from fees.fiscal_receipt where state = 'issued' and division_code = $1 and payer_key is not distinct from $2
        order by issued_at desc, id desc limit 1`,
      [county, payer.ownKey],
    );
    const refundId = await openRefund(world, refunds, county, payer.ownKey);
    const { id: remittanceId } = await world.get(RemittanceService).draft(county);
    await receive(world, county, payer.ownKey);
    const differenceId = await plantDays(world, county, refundId);
    return { fiscalReceiptId: fiscalReceipt!.id, seriesId, lossId: loss!.id, refundId, remittanceId, differenceId };
  });
}

/** Somebody paid all that they owed. */
async function receive(world: World, county: string, key: Buffer | null): Promise<void> {
  const [ledger, receivables] = [world.get(Ledger), world.get(ReceivableService)];
  const database = world.app.get<Database>(FEES_DATABASE, { strict: false });
  await database.write(async (tx) => {
    const id = await receivables.open(tx, {
      matterId: randomUUID(),
      divisionCode: county,
      programme: 'YEB',
      debtor: { name: '示例', key },
      fen: 700n,
      shares: [{ level: 'county', year: 2026, fen: 700n }],
    });
    const receiptId = await comeIn(tx, ledger, county, 700n, world.clock.now());
    await receivables.satisfy(tx, id, null, receiptId, 700n);
  });
}

async function comeIn(
  tx: Parameters<ReceivableService['open']>[0],
  ledger: Ledger,
  county: string,
  fen: bigint,
  at: Date,
): Promise<string> {
  const [id, bank, unmatched] = [randomUUID(), accountOf.bank(county, 'a1'), accountOf.unmatched(county, 'a1')];
  await ledger.open(tx, [bank, unmatched]);
  const posting = { id: transferId('bank', id), debit: bank.code, credit: unmatched.code, fen, code: 'received' };
  await ledger.post(tx, [{ ...posting, ref: id, at }]);
  return id;
}

function openRefund(world: World, refunds: RefundService, county: string, key: Buffer | null): Promise<string> {
  const ledger = world.get(Ledger);
  const database = world.app.get<Database>(FEES_DATABASE, { strict: false });
  return database.write(async (tx) => {
    const at = world.clock.now();
    const sourceId = await comeIn(tx, ledger, county, 300n, at);
    const [from, to] = [accountOf.unmatched(county, 'a1'), accountOf.refundable(county, sourceId)];
    await ledger.open(tx, [to]);
    const posting = { id: transferId('refundable', sourceId), debit: from.code, credit: to.code, fen: 300n };
    await ledger.post(tx, [{ ...posting, code: 'refundable', ref: sourceId, at }]);
    return refunds.open(tx, {
      kind: 'receipt',
      sourceId,
      fen: 300n,
      payerName: '示例',
      payerKey: key,
      divisionCode: county,
      reason: '多缴',
      target: { holderName: '示例', account: '6222000000000000', bank: '示例银行' },
    });
  });
}

/** A day that was reconciled, two differences of another, a closed month, a file, and who is paid where. */
async function plantDays(world: World, county: string, refundId: string): Promise<string> {
  const files = world.get(TreasuryFileService);
  if ((await files.accounts(county)).length === 0)
    await files.setAccount({
      countyCode: county,
      purpose: 'collecting',
      validFrom: '2020-01-01' as Day,
      holderName: '示例县财政局',
      account: `8${county}`,
      bank: '示例银行',
      document: '财库〔2020〕1号',
    });
  await world.get(ReceiptReconciliationService).stateBank({
    account: `9${county}`,
    day: '2026-03-20' as Day,
    receipts: 2,
    fen: 300n,
    source: '银行日终对账单',
  });
  const [planted] = await world.database.admin<{ id: string }>(
    `with f as (
       insert into fees.treasury_file (id, county_code, kind, day, no, message_id, format, name, sha256, line_count, total_fen, state, path, written_by, written_at)
       select uuidv7(), $1, 'refund', '2026-03-01', 1 + count(*), $2, 'csv', $2, sha256('x'), 1, 300, 'written', 'x', 'planted', '2026-03-01'
         from fees.treasury_file where county_code = $1 returning id),
     p as (
       insert into fees.refund_payment (refund_id, try_no, file_id, line, end_to_end_id, account_id, fen)
       select a.refund_id, 99, f.id, 1, $2, a.id, 300 from f, fees.refund_account a where a.refund_id = $3::uuid),
     m as (
       insert into fees.receipt_month (county_code, month, booked_fen, days, closed_by, closed_on, closed_at)
       values ($1, '2026-01-01', 0, 0, 'planted', '2026-02-02', '2026-02-02') on conflict do nothing),
     d as (
       insert into fees.receipt_difference (id, county_code, day, kind, expected_fen, found_fen, found_at)
       select uuidv7(), $1, '2026-03-02'::date + (select count(*) from fees.receipt_difference)::int, k, 1, 2, '2026-03-03'
         from unnest(array['bank-total', 'unmatched']) k returning id)
     select id from d limit 1`,
    [county, `planted-${randomUUID()}`.slice(0, 30), refundId],
  );
  return planted!.id;
}

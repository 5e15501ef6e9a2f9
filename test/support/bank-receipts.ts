import { randomUUID } from 'node:crypto';
import { BankReceiptService } from '../../apps/fees/src/bank-receipt/bank-receipt.service';
import { NoticeImportService } from '../../apps/fees/src/bank-receipt/notice-import.service';
import type { CountyWorld } from './county-world';
import { asOfficer } from './officer';

/** Money that came in, as it lies in the fees app: one receipt that pays something, and one that was proposed to pay it. */
export interface PlantedReceipt {
  readonly receiptId: string;
  /** A proposal; another one that nobody has to decide about any more. */
  readonly matchId: string;
  readonly confirmedId: string;
  /** A booking that was set aside. */
  readonly asideId: string;
  readonly receivingAccount: string;
}

/** @param requestId A payment request of the county that is open for a while yet. */
export async function plantBankReceipt(
  world: Pick<CountyWorld, 'database' | 'get'>,
  { division, requestId }: { readonly division: string; readonly requestId: string },
): Promise<PlantedReceipt> {
  const county = `${division.slice(0, 6)}000000`;
  const account = `9${county}`;
  const receipts = world.get(BankReceiptService);
  const known = await asOfficer('planted', () => receipts.accounts(county.slice(0, 6)));
  if (!known.some((one) => one.account === account))
    await asOfficer('planted', () =>
      receipts.openAccount({ account, divisionCode: county, bank: '示例银行', holderName: '示例县财政局' }),
    );
  const record = async (amount: string): Promise<string> => {
    const bankRef = randomUUID();
    await asOfficer('planted', () =>
      world.get(NoticeImportService).record(account, {
        line: 1,
        account,
        bankRef,
        status: 'BOOK',
        direction: 'CRDT',
        isReversal: false,
        bookedAt: '2026-03-20',
        amount,
        currency: 'CNY',
        payerName: '示例',
        payerAccount: '6222000000000000',
        payerBank: '示例银行',
        remittance: '还款',
        isSumWrong: false,
      }),
    );
    const [row] = await world.database.admin<{ id: string }>('select id from fees.bank_receipt where bank_ref = $1', [
      bankRef,
    ]);
    return row!.id;
  };
  const receiptId = await record('1.00');
  const used = await record('2.00');
  const [planted] = await world.database.admin<{ matchId: string; confirmedId: string; asideId: string }>(
    `with q as (select id, receivable_id from fees.payment_request where id = $3),
     p as (
       insert into fees.match (id, receipt_id, taken_by, receivable_id, request_id, division_code, fen, how, is_automatic, state, proposed_by, proposed_at)
       select uuidv7(), $1::uuid, 'planted', q.receivable_id, q.id, $4, 100, 'amount-and-name', false, 'proposed', 'planted', '2026-03-21' from q
       returning id),
     c as (
       insert into fees.match (id, receipt_id, taken_by, receivable_id, request_id, division_code, fen, how, is_automatic, state, proposed_by,
                               proposed_at, decided_by, decided_at)
       select uuidv7(), $2::uuid, 'planted', q.receivable_id, q.id, $4, 200, 'by-hand', false, 'confirmed', 'other', '2026-03-21', 'other', '2026-03-21'
         from q returning id)
     insert into fees.bank_entry_aside (id, notice_id, account, division_code, entry_hash, line, bank_ref, booked_at, amount, code, set_aside_at)
     select uuidv7(), b.notice_id, b.account, $4, sha256(b.id::text::bytea), 1, 'x', '2026-03-20', '1.00', 'DEBIT', '2026-03-21'
       from fees.bank_receipt b where b.id = $1
     returning id as "asideId", (select id from p) as "matchId", (select id from c) as "confirmedId"`,
    [receiptId, used, requestId, county],
  );
  return { receiptId, receivingAccount: account, ...planted! };
}

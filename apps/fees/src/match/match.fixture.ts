import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { inContext, systemContext } from '@app/database';
import { type Fen, yuanText } from '@app/kernel';
import { Outbox } from '@app/jobs';
import { Vault } from '@app/vault';
import { BankReceiptRepository } from '../bank-receipt/bank-receipt.repository';
import { BankReceiptService } from '../bank-receipt/bank-receipt.service';
import { NoticeImportService } from '../bank-receipt/notice-import.service';
import type { FiscalReceiptService } from '../fiscal-receipt/fiscal-receipt.service';
import { PaymentRequestRepository } from '../payment-request/payment-request.repository';
import { PaymentRequestService } from '../payment-request/payment-request.service';
import { ACCOUNT, type CollectingCounty, COUNTY, createCollectingCounty } from '../receivable/receivable.fixture';
import { ReceivableRepository } from '../receivable/receivable.repository';
import { ReceivableService } from '../receivable/receivable.service';
import type { NewReceivable } from '../receivable/receivable.types';
import { refundsOf } from '../refund/refund.fixture';
import type { RefundService } from '../refund/refund.service';
import { MatchRepository } from './match.repository';
import { MatchService } from './match.service';

/** One line of a bank's list. */
export interface Booking {
  readonly ref: string;
  readonly fen: Fen;
  readonly text?: string;
  readonly name?: string;
  readonly on?: string;
  readonly more?: Readonly<Record<string, string>>;
}

export interface MatchingCounty extends CollectingCounty, ReturnType<typeof matchingOf> {
  readonly folder: string;
  /** Somebody owes this, and is asked for it. */
  owe(fen: Fen, more?: Partial<NewReceivable>): Promise<{ id: string; requestId: string; reference: string; fen: Fen }>;
  close(): Promise<void>;
}

const COLUMNS = [
  'bank_ref',
  'booked_on',
  'amount_yuan',
  'payer_name',
  'remittance',
  'payer_account',
  'payer_bank',
  'direction',
  'reversal',
  'currency',
];

export const listOf = (bookings: readonly Booking[]): string =>
  [
    COLUMNS.join(','),
    ...bookings.map(({ ref, fen, text = '', name = '张三', on = '2026-03-20', more = {} }) => {
      const row: Record<string, string> = {
        bank_ref: ref,
        booked_on: on,
        amount_yuan: yuanText(fen),
        payer_name: name,
        remittance: text,
        payer_account: '6222000000001234',
        payer_bank: '102362000001',
        ...more,
      };
      return COLUMNS.map((column) => JSON.stringify(row[column] ?? '')).join(',');
    }),
    '',
  ].join('\n');

/** The services over a county, as this process has loaded them. */
export function matchingOf(county: Pick<CollectingCounty, 'database' | 'clock' | 'ledger'>, folder: string) {
  const { database, clock, ledger } = county;
  const vault = new Vault(Buffer.alloc(32, 1));
  const { parameters, fiscalReceipts: fiscal, refunds } = refundsOf({ ...county, vault });
  const rows = new BankReceiptRepository();
  const receipts = new BankReceiptService(database, clock, vault, ledger, rows, parameters);
  const notices = new NoticeImportService(database, clock, vault, ledger, rows);
  const requests = new PaymentRequestService(clock, new PaymentRequestRepository());
  const owed = new ReceivableService(clock, new Outbox('fees'), ledger, new ReceivableRepository(), requests);
  const matches = new MatchService(database, clock, new MatchRepository(), receipts, owed, requests, refunds, fiscal);
  const as = <T>(officer: string, work: () => Promise<T>): Promise<T> =>
    inContext(systemContext('test', { actor: officer }), work);
  let files = 0;
  const file = (name: string, content: string): string => {
    const target = path.join(folder, `${++files}-${name}`);
    fs.writeFileSync(target, content);
    return target;
  };
  const take = (bookings: readonly Booking[], officer = 'taker') =>
    as(officer, () => {
      const rejectsFile = path.join(folder, `rejects-${++files}.csv`);
      return notices.import(file('list.csv', listOf(bookings)), ACCOUNT, { rejectsFile });
    });
  return { receipts, notices, fiscal, refunds, matches, as, file, take };
}

export async function createMatchingCounty(): Promise<MatchingCounty> {
  const county = await createCollectingCounty();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-match-'));
  const matching = matchingOf(county, folder);
  const account = { account: ACCOUNT, divisionCode: COUNTY, bank: '示例银行', holderName: '示例县财政局' };
  await matching.receipts.openAccount(account);
  return {
    ...county,
    ...matching,
    folder,
    owe: async (fen, more) => {
      const id = await county.open(fen, more);
      const asked = { receivableId: id, fen, dueOn: null, instalmentId: null };
      const { id: requestId, reference } = await county.database.write((tx) => county.requests.request(tx, asked));
      return { id, requestId, reference, fen };
    },
    close: async () => {
      await county.world.drop();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

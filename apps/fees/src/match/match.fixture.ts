import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { inContext, systemContext } from '@app/database';
import { type Fen, yuanText } from '@app/kernel';
import { Vault } from '@app/vault';
import { BankReceiptRepository } from '../bank-receipt/bank-receipt.repository';
import { BankReceiptService } from '../bank-receipt/bank-receipt.service';
import { NoticeImportService } from '../bank-receipt/notice-import.service';
import { ACCOUNT, type CollectingCounty, COUNTY, createCollectingCounty } from '../receivable/receivable.fixture';
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

export interface MatchingCounty extends CollectingCounty {
  readonly folder: string;
  readonly receipts: BankReceiptService;
  readonly notices: NoticeImportService;
  readonly matches: MatchService;
  readonly refunds: RefundService;
  /** Takes a list of bookings in, as an officer. */
  take(bookings: readonly Booking[], officer?: string): ReturnType<NoticeImportService['import']>;
  file(name: string, content: string): string;
  /** Somebody owes this, and is asked for it. */
  owe(fen: Fen, more?: Partial<NewReceivable>): Promise<{ id: string; requestId: string; reference: string }>;
  as<T>(officer: string, work: () => Promise<T>): Promise<T>;
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

export async function createMatchingCounty(): Promise<MatchingCounty> {
  const county = await createCollectingCounty();
  const { database, clock, ledger, service, requests } = county;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-match-'));
  const vault = new Vault(Buffer.alloc(32, 1));
  const { parameters, refunds } = refundsOf({ ...county, vault });
  const rows = new BankReceiptRepository();
  const receipts = new BankReceiptService(database, clock, vault, ledger, rows, parameters);
  const notices = new NoticeImportService(database, clock, vault, ledger, rows);
  const matches = new MatchService(database, clock, new MatchRepository(), receipts, service, requests, refunds);
  const as = <T>(officer: string, work: () => Promise<T>): Promise<T> =>
    inContext(systemContext('test', { actor: officer }), work);
  await receipts.openAccount({ account: ACCOUNT, divisionCode: COUNTY, bank: '示例银行', holderName: '示例县财政局' });
  let files = 0;
  const file = (name: string, content: string): string => {
    const target = path.join(folder, `${++files}-${name}`);
    fs.writeFileSync(target, content);
    return target;
  };
  return {
    ...county,
    folder,
    receipts,
    notices,
    matches,
    refunds,
    file,
    as,
    take: (bookings, officer = 'taker') =>
      as(officer, () =>
        notices.import(file('list.csv', listOf(bookings)), ACCOUNT, { rejectsFile: `${folder}/rejects.csv` }),
      ),
    owe: async (fen, more) => {
      const id = await county.open(fen, more);
      const asked = { receivableId: id, fen, dueOn: null, instalmentId: null };
      const { id: requestId, reference } = await database.write((tx) => requests.request(tx, asked));
      return { id, requestId, reference };
    },
    close: async () => {
      await county.world.drop();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

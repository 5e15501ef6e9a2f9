import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { isXmlFile, openBankNotice } from '@app/bankfile';
import { type Database, newId, type Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Ledger } from '@app/ledger';
import { openRejects, type RejectedRow, readTable } from '@app/tables';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { accountOf } from '../ledger/ledger.rules';
import { sealOf } from '../parameter/sealed-columns.types';
import { refuse } from './bank-receipt.errors';
import { BankReceiptRepository, type ReadyAside, type ReadyReceipt } from './bank-receipt.repository';
import {
  entryOfRow,
  judgeEntry,
  maskAccount,
  needsEyes,
  NOTICE_COLUMNS,
  type ProblemCode,
  remarkOf,
} from './bank-receipt.rules';
import type { ReceivingAccount, StatedEntry } from './bank-receipt.types';
import { quotedReferences } from './reference.rules';

export interface NoticeImportOptions {
  /** Where rows that were not taken in are written; default: no file. */
  readonly rejectsFile?: string;
  readonly onProgress?: (progress: { line: number }) => void;
}

export interface NoticeSummary {
  readonly noticeId: string;
  readonly total: number;
  readonly accepted: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly perCode: Readonly<Record<string, number>>;
  readonly rejectsFile: string | null;
  readonly warnings: number;
  readonly resumedAtLine: number | null;
}

/** A source of bookings that can be read again: the transaction that takes them in may have to begin anew. */
interface Notice {
  readonly format: 'camt.054' | 'csv' | 'by-hand';
  readonly messageId: string | null;
  readonly sha256: Buffer | null;
  entries(): AsyncIterable<StatedEntry | RejectedRow>;
}

const CHUNK_ROWS = 1_000;
const ENTRIES_MAX = 200_000;

const isRejected = (entry: StatedEntry | RejectedRow): entry is RejectedRow => 'sentence' in entry;

/**
 * Takes in what a bank tells of an account: a whole file in one transaction, or nothing of it. The same booking, in whichever
 * file it comes again, changes nothing; its money moves in the ledger with it.
 */
@Injectable()
export class NoticeImportService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly ledger: Ledger,
    private readonly receipts: BankReceiptRepository,
  ) {}

  /** Reads a camt.054 notice or a CSV list; which one, its first bytes say. Refuses the whole file where it is not sound. */
  async import(file: string, accountNo: string, options: NoticeImportOptions = {}): Promise<NoticeSummary> {
    const account = await this.account(accountNo);
    const notice = (await isXmlFile(file)) ? await openXml(file, account) : await openList(file);
    const { summary, remarks } = await this.take(notice, account, options.onProgress);
    if (options.rejectsFile) {
      const rejects = await openRejects(options.rejectsFile, 'bank_ref');
      await rejects.add(remarks);
      await rejects.close();
    }
    return { ...summary, rejectsFile: options.rejectsFile ?? null };
  }

  /** One booking that stands on paper; refuses with BANK_ENTRY_REFUSED what a file's rows would be set aside for. */
  async record(accountNo: string, entry: StatedEntry): Promise<NoticeSummary> {
    const account = await this.account(accountNo);
    const judged = judgeEntry(entry, accountNo, this.clock.today());
    if (typeof judged === 'string') throw refusedFor(judged);

    const entries = async function* () {
      yield entry;
    };
    const { summary, remarks } = await this.take(
      { format: 'by-hand', messageId: null, sha256: null, entries },
      account,
    );
    if (remarks.length > 0) throw refusedFor(remarks[0]!.code as ProblemCode);
    return summary;
  }

  private account(accountNo: string): Promise<ReceivingAccount> {
    return this.database.read(async (read) => {
      const found = await this.receipts.account(read, accountNo);
      if (!found) throw refuse.accountUnknown();
      return found;
    });
  }

  private take(
    notice: Notice,
    account: ReceivingAccount,
    onProgress?: NoticeImportOptions['onProgress'],
  ): Promise<{ summary: NoticeSummary; remarks: RejectedRow[] }> {
    return this.database.write(
      async (tx) => {
        const at = this.clock.now();
        const noticeId = newId(at);
        const { format, messageId, sha256 } = notice;
        await this.receipts.insertNotice(tx, { id: noticeId, format, messageId, sha256 }, account, at);
        const counts = { total: 0, accepted: 0, unchanged: 0, rejected: 0 };
        const remarks: RejectedRow[] = [];
        for await (const chunk of chunksOf(notice.entries())) {
          counts.total += chunk.length;
          if (counts.total > ENTRIES_MAX) throw refuse.tooManyEntries(ENTRIES_MAX);
          const done = await this.takeChunk(tx, noticeId, account, chunk, at);
          counts.accepted += done.accepted;
          counts.unchanged += done.unchanged;
          remarks.push(...done.remarks);
          failpoint('bank-receipt.chunk');
          onProgress?.({ line: chunk.at(-1)!.line });
        }
        const [from, to] = [
          accountOf.bank(account.divisionCode, account.account),
          accountOf.unmatched(account.divisionCode, account.account),
        ];
        await this.receipts.postNotice(tx, this.ledger, noticeId, from.code, to.code, at);
        tx.concern('bank-notice', [noticeId]);
        failpoint('bank-receipt.taken');
        counts.rejected = remarks.length;
        const perCode: Record<string, number> = {};
        for (const { code } of remarks) perCode[code] = (perCode[code] ?? 0) + 1;
        return {
          summary: { ...counts, noticeId, perCode, rejectsFile: null, warnings: 0, resumedAtLine: null },
          remarks,
        };
      },
      { statementTimeout: 0 },
    );
  }

  private async takeChunk(
    tx: Tx,
    noticeId: string,
    account: ReceivingAccount,
    chunk: readonly (StatedEntry | RejectedRow)[],
    at: Date,
  ): Promise<{ accepted: number; unchanged: number; remarks: RejectedRow[] }> {
    const today = this.clock.today();
    const remarks: RejectedRow[] = [];
    const ready: ReadyReceipt[] = [];
    const aside: ReadyAside[] = [];
    const entryOf = new Map<string, StatedEntry>();
    const setAside = (entry: StatedEntry, code: ProblemCode): void => {
      remarks.push({ ...remarkOf(code), line: entry.line, key: entry.bankRef });
      if (needsEyes(code)) aside.push(this.asideOf(entry, code, at));
    };
    for (const entry of chunk) {
      if (isRejected(entry)) {
        remarks.push(entry);
        continue;
      }
      const judged = judgeEntry(entry, account.account, today);
      if (typeof judged === 'string') {
        setAside(entry, judged);
        continue;
      }
      const id = newId(at);
      const { payerAccount, ...rest } = judged;
      const references = quotedReferences(judged.remittance);
      ready.push({ ...rest, id, line: entry.line, payer: this.sealedPayer(id, payerAccount), references });
      entryOf.set(id, entry);
    }
    const inserted = await this.receipts.insert(tx, noticeId, account, ready, at);
    const known = ready.filter(({ id }) => !inserted.has(id));
    const before = new Map(
      (known.length === 0
        ? []
        : await this.receipts.byReferences(
            tx,
            account.account,
            known.map(({ bankRef }) => bankRef),
          )
      ).map((row) => [row.bankRef, row]),
    );
    let unchanged = 0;
    for (const row of known) {
      const was = before.get(row.bankRef)!;
      if (was.fen === row.fen && was.bookedOn === row.bookedOn) unchanged++;
      else setAside(entryOf.get(row.id)!, 'REFERENCE_REUSED');
    }
    if (aside.length > 0) await this.receipts.insertAside(tx, noticeId, account, aside, at);
    return { accepted: inserted.size, unchanged, remarks };
  }

  private sealedPayer(row: string, payerAccount: string | null): ReadyReceipt['payer'] {
    if (payerAccount === null) return null;
    const place = { table: sealOf('bank_receipt'), column: 'payer_account_sealed', row };
    return { sealed: this.vault.seal(payerAccount, place), mask: maskAccount(payerAccount) };
  }

  private asideOf(entry: StatedEntry, code: ProblemCode, at: Date): ReadyAside {
    const { line, bankRef, bookedAt, amount, ...rest } = entry;
    const hash = this.vault.blindIndex('row', JSON.stringify([bankRef, bookedAt, amount, rest, code]));
    const short = (text: string): string => [...text].slice(0, 64).join('');
    return {
      id: newId(at),
      hash,
      line,
      bankRef: short(bankRef),
      bookedAt: short(bookedAt),
      amount: short(amount),
      code,
    };
  }
}

const refusedFor = (code: ProblemCode) => {
  const { sentence } = remarkOf(code);
  return refuse.entryRefused(code, sentence.zh, sentence.en);
};

async function openXml(file: string, { account }: ReceivingAccount): Promise<Notice> {
  const notice = await openBankNotice(file);
  if (notice.accounts.some((one) => one !== account)) throw refuse.otherAccount(notice.accounts.length);
  return {
    format: 'camt.054',
    messageId: notice.messageId,
    sha256: Buffer.from(notice.sha256, 'hex'),
    entries: () => notice.entries(),
  };
}

async function openList(file: string): Promise<Notice> {
  const columns = { required: [...NOTICE_COLUMNS.required], optional: [...NOTICE_COLUMNS.optional] };
  const table = await readTable(file, columns);
  return {
    format: 'csv',
    messageId: null,
    sha256: await hashOf(file),
    entries: async function* () {
      for await (const { lines } of table.batches({ batchRows: CHUNK_ROWS }))
        for (const line of lines)
          yield 'problem' in line
            ? { line: line.line, column: '', key: null, ...line.problem }
            : entryOfRow(line.line, line.cells);
    },
  };
}

async function hashOf(file: string): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest();
}

async function* chunksOf<T>(entries: AsyncIterable<T>): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const entry of entries) {
    chunk.push(entry);
    if (chunk.length < CHUNK_ROWS) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

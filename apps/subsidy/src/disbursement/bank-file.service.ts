import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  type CreditTransfer,
  type Format,
  paymentFileName,
  type PaymentFileHead,
  writePaymentFile,
} from '@app/bankfile';
import { Database, type Read } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, dayInChina } from '@app/kernel';
import { Ledger, transferId } from '@app/ledger';
import { Vault } from '@app/vault';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { type BankFile, BankFileRepository } from './bank-file.repository';
import { BatchRepository } from './batch.repository';
import { refuse } from './disbursement.errors';
import { type SealedLine, LineRepository } from './line.repository';
import {
  BANK_FOLDERS,
  type BankFolders,
  type Batch,
  PAYING_ACCOUNTS,
  type PayingAccounts,
  type SendRequest,
  type Sent,
} from './disbursement.types';

/** Files being made stay here, out of the bank's sight, on the same disk as the folder it fetches from. */
const WORKSHOP = '.being-written';

/**
 * Sending an approved batch, in steps that may each be repeated after a crash: write the file aside, commit its hash
 * with the ledger's movement, hand it over. The same batch always makes the same bytes under the same name.
 */
@Injectable()
export class BankFileService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Vault) private readonly vault: Vault,
    @Inject(Ledger) private readonly ledger: Ledger,
    @Inject(PAYING_ACCOUNTS) private readonly payingAccounts: PayingAccounts,
    @Inject(BatchRepository) private readonly batches: BatchRepository,
    @Inject(LineRepository) private readonly lines: LineRepository,
    @Inject(BankFileRepository) private readonly files: BankFileRepository,
    @Optional() @Inject(BANK_FOLDERS) private readonly bankFolders?: BankFolders,
  ) {}

  /** Batches that send() has work for: approved ones, and those whose file was made but not handed over; oldest first. */
  waiting(): Promise<string[]> {
    return this.database.read((read) => this.files.waiting(read));
  }

  /** Where this process exchanges files with the bank. */
  folders(): BankFolders {
    if (!this.bankFolders) throw refuse.noBankFolders();
    return this.bankFolders;
  }

  /** For a worker that was told of a batch: one that was sent or cancelled meanwhile is passed over. */
  async sendWaiting(batchId: string, signal?: AbortSignal): Promise<void> {
    const { out: folder, format } = this.folders();
    const [waits] = await this.database.read((read) => this.files.waiting(read, batchId));
    if (waits) await this.send({ batchId, folder, format, signal });
  }

  async send({ batchId, folder, format, signal }: SendRequest): Promise<Sent> {
    const known = await this.database.read((read) => this.files.find(read, batchId));
    if (known && known.format !== format) throw refuse.otherFormat(batchId, known.format);
    if (known && known.state !== 'written') return sentOf(known);

    await this.note(batchId);
    const written = await this.write(batchId, folder, format);
    if (known && !known.sha256.equals(written.sha256)) throw refuse.fileDiffers(batchId, known.name);
    failpoint('disbursement.send.written');
    signal?.throwIfAborted();
    const file = known ?? (await this.commit(batchId, written));
    failpoint('disbursement.send.committed');
    return sentOf(await this.handOver(file, written.aside, folder));
  }

  /** Whose data the file will hold is on record before its first byte is on a disk. */
  private note(batchId: string): Promise<void> {
    return this.database.write(
      async (tx) => {
        tx.concern('payment_batch', [batchId]);
        tx.disclose('payee_account', await this.lines.accounts(tx, batchId));
      },
      { statementTimeout: 0 },
    );
  }

  /** Makes the file aside from one snapshot, whole or not at all. */
  private async write(batchId: string, folder: string, format: Format): Promise<WrittenFile> {
    const workshop = path.join(folder, WORKSHOP);
    await fs.promises.mkdir(workshop, { recursive: true });
    return this.database.read(
      async (read) => {
        const batch = await this.batches.find(read, batchId);
        if (!batch) throw refuse.unknownBatch(batchId);
        if (batch.state !== 'approved' && !(await this.files.find(read, batchId))) {
          throw refuse.wrongState(batchId, batch.state, 'approved');
        }
        if (!(await this.lines.isContentUnchanged(read, batchId))) throw refuse.contentChanged(batchId);

        const head = await this.headOf(batch);
        const name = paymentFileName(format, head, batch.no);
        const aside = path.join(workshop, name);
        const sha256 = await writeWhole(aside, writePaymentFile(format, head, this.transfers(read, batchId)));
        return {
          batchId,
          messageId: head.messageId,
          format,
          name,
          aside,
          sha256,
          lineCount: head.count,
          totalFen: head.totalFen,
        };
      },
      { statementTimeout: 0 },
    );
  }

  /** The point of no return: the reserved money leaves the budgets and the lines count as sent. */
  private async commit(batchId: string, written: WrittenFile): Promise<BankFile> {
    return this.database.write(
      async (tx) => {
        const batch = await this.batches.findForUpdate(tx, batchId);
        const meanwhile = await this.files.find(tx, batchId);
        if (meanwhile) {
          if (!meanwhile.sha256.equals(written.sha256)) throw refuse.fileDiffers(batchId, meanwhile.name);
          return meanwhile;
        }
        if (batch?.state !== 'approved') throw refuse.wrongState(batchId, batch?.state ?? '', 'approved');
        if (!(await this.lines.isContentUnchanged(tx, batchId))) throw refuse.contentChanged(batchId);

        const at = this.clock.now();
        const reserved = await this.batches.reserved(tx, batchId);
        await this.ledger.settle(
          tx,
          reserved.map(({ id }) => ({ id: transferId('sent', id), pendingId: id, code: 'sent', at })),
        );
        const { aside, ...file } = written;
        await this.files.insert(tx, { ...file, path: aside, writtenAt: at });
        await this.lines.markSent(tx, batchId);
        await this.batches.move(tx, batchId, 'sent', { column: 'sent_at', at });
        failpoint('disbursement.send.committing');
        return (await this.files.find(tx, batchId))!;
      },
      { statementTimeout: 0 },
    );
  }

  /**
   * With the file's row held, so that of two who send one batch only the first puts it before the bank. Killed between
   * the rename and the commit, the same bytes go there once more under the same name, which the bank takes once.
   */
  private async handOver(file: BankFile, aside: string, folder: string): Promise<BankFile> {
    const handed = path.join(folder, file.name);
    const at = this.clock.now();
    const isFirst = await this.database.write(async (tx) => {
      const now = await this.files.findForUpdate(tx, file.batchId);
      if (now?.state !== 'written') return false;
      await fs.promises.rename(aside, handed);
      await syncFolder(folder);
      failpoint('disbursement.send.handed');
      await this.files.markHanded(tx, file.batchId, handed, at);
      return true;
    });
    failpoint('disbursement.send.noted');
    if (isFirst) return { ...file, path: handed, state: 'handed', sentAt: at };
    await fs.promises.rm(aside, { force: true });
    return (await this.database.read((read) => this.files.find(read, file.batchId)))!;
  }

  /** Everything in it follows from the approved batch, nothing from the moment of writing. */
  private async headOf(batch: Batch): Promise<PaymentFileHead> {
    const paying = await this.payingAccounts.of(batch.programme, batch.countyCode);
    return {
      messageId: `YY${batch.id.replaceAll('-', '')}`,
      createdAt: batch.approvedAt!,
      executionDay: dayInChina(batch.approvedAt!),
      debtorName: paying.name,
      debtorAccount: paying.account,
      debtorBank: paying.bank,
      divisionCode: batch.divisionCode,
      itemCode: paying.itemCode,
      batch: `${batch.period}-${batch.kind}-${batch.no}`,
      count: batch.lineCount,
      totalFen: batch.totalFen,
    };
  }

  private async *transfers(read: Read, batchId: string): AsyncGenerator<CreditTransfer> {
    for await (const line of this.lines.sealedLines(read, batchId)) {
      const account = this.open(line, 'account_sealed', line.accountSealed);
      if (!this.vault.blindIndex('bank-account', account).equals(line.accountKey)) {
        throw refuse.accountDiffers(batchId, line.line);
      }
      yield {
        sequence: line.line,
        endToEndId: line.endToEndId,
        amountFen: line.amountFen,
        payeeName: line.holderName,
        payeeIdNumber: this.open(line, 'holder_sealed', line.holderSealed),
        payeeAccount: account,
        payeeBank: line.bankCode,
        remark: String(line.claimYear),
      };
    }
  }

  private open(line: SealedLine, column: string, sealed: Buffer): string {
    return this.vault.open(sealed, { table: 'payee_account', column, row: line.accountId });
  }
}

interface WrittenFile {
  readonly batchId: string;
  readonly messageId: string;
  readonly format: Format;
  readonly name: string;
  readonly aside: string;
  readonly sha256: Buffer;
  readonly lineCount: number;
  readonly totalFen: bigint;
}

/** Writes under a passing name and renames: whoever sees the name sees the whole file. Returns the SHA-256. */
async function writeWhole(target: string, chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const hash = createHash('sha256');
  const part = `${target}.${randomUUID()}.part`; // Process ids are the same from one container to the next.
  const file = await fs.promises.open(part, 'w', 0o600);
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      await file.write(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await fs.promises.rename(part, target);
  return hash.digest();
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.promises.open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

const sentOf = (file: BankFile): Sent => ({
  batchId: file.batchId,
  messageId: file.messageId,
  path: file.path,
  name: file.name,
  sha256: file.sha256.toString('hex'),
  lines: file.lineCount,
  totalFen: file.totalFen,
});

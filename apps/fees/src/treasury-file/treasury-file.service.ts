import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { paymentFileName, type PaymentFileHead, writePaymentFile } from '@app/bankfile';
import { constraintName, type Database, newId, type Read, type Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, type Day, dayInChina } from '@app/kernel';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { refuse } from './treasury-file.errors';
import { TreasuryFileRepository } from './treasury-file.repository';
import {
  type FilePlan,
  type NewTreasuryAccount,
  TREASURY_FOLDER,
  type TreasuryAccount,
  type TreasuryFile,
  type TreasuryFileKind,
  type TreasuryFolder,
} from './treasury-file.types';

/** Files being made stay here, out of the bank's sight, on the same disk as the folder it fetches from. */
const WORKSHOP = '.being-written';

/**
 * Handing payments over to the treasury's bank, in steps that may each be repeated after a crash: write the file aside,
 * commit its hash with what it pays, put it where the bank looks. The same plan makes the same bytes under the same name.
 */
@Injectable()
export class TreasuryFileService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly files: TreasuryFileRepository,
    @Optional() @Inject(TREASURY_FOLDER) private readonly given?: TreasuryFolder,
  ) {}

  /** Whether this process hands files over by itself. */
  hasFolder(): boolean {
    return this.given !== undefined;
  }

  /** @param commit What the file pays is marked as handed over, in the transaction that commits its hash. */
  async send(
    plan: FilePlan,
    commit: (tx: Tx, fileId: string) => Promise<void>,
    folder: TreasuryFolder | undefined = this.given,
  ): Promise<TreasuryFile> {
    if (!folder) throw refuse.noFolder();
    const known = await this.database.read((read) => this.files.find(read, plan.id));
    if (known?.state === 'handed') return known;
    const format = known?.format ?? folder.format;
    const head = await this.headOf(plan);
    const name = paymentFileName(format, head, plan.no);
    const workshop = path.join(folder.out, WORKSHOP);
    await fs.promises.mkdir(workshop, { recursive: true });
    const aside = path.join(workshop, name);
    const transfers = plan.lines.map((line, i) => ({ ...line, sequence: i + 1 }));
    const sha256 = await writeWhole(aside, writePaymentFile(format, head, transfers));
    if (known && !known.sha256.equals(sha256)) throw refuse.fileDiffers(name);
    failpoint('treasury-file.written');
    const { id, countyCode, kind, day, no, writtenAt } = plan;
    const { messageId, count: lineCount, totalFen } = head;
    const file = { id, countyCode, kind, day, no, messageId, format, name, sha256, lineCount, totalFen, writtenAt };
    if (!known)
      await this.database.write(async (tx) => {
        await this.files.insert(tx, { ...file, path: aside });
        await commit(tx, id);
        tx.concern('treasury_file', [id]);
        failpoint('treasury-file.committing');
      });
    failpoint('treasury-file.committed');
    return this.handOver(id, aside, path.join(folder.out, name));
  }

  nextNo(read: Read, county: string, kind: TreasuryFileKind, day: Day): Promise<number> {
    return this.files.nextNo(read, county, kind, day);
  }

  /** Committed, and not yet put where the bank looks. */
  written(read: Read, kind: TreasuryFileKind): Promise<TreasuryFile[]> {
    return this.files.written(read, kind);
  }

  find(read: Read, ids: readonly string[]): Promise<TreasuryFile[]> {
    return this.files.byIds(read, ids);
  }

  byIds(ids: readonly string[]): Promise<TreasuryFile[]> {
    return this.database.read((read) => this.files.byIds(read, ids));
  }

  accounts(prefix: string): Promise<TreasuryAccount[]> {
    return this.database.read((read) => this.files.accounts(read, prefix));
  }

  /** Refuses with TREASURY_ACCOUNT_MISSING. */
  async account(read: Read, county: string, purpose: string, on: Day): Promise<TreasuryAccount> {
    const found = await this.files.accountOn(read, county, purpose, on);
    if (!found) throw refuse.accountMissing(county, purpose);
    return found;
  }

  /** An account from a day on, by a document; the one before ends there. */
  setAccount(account: NewTreasuryAccount): Promise<TreasuryAccount> {
    return this.database.write(async (tx) => {
      const id = newId(this.clock.now());
      await this.files.setAccount(tx, id, account, this.clock.now()).catch((error: unknown) => {
        const constraint = constraintName(error) ?? '';
        if (constraint === 'treasury_account_is_one_a_day') throw refuse.accountOverlaps();
        throw constraint.startsWith('treasury_account_') ? refuse.accountUnreadable() : error;
      });
      tx.concern('treasury_account', [id]);
      return (await this.files.accountOn(tx, account.countyCode, account.purpose, account.validFrom))!;
    });
  }

  /** With the row held, so that of two who hand one file over only the first puts it before the bank. */
  private async handOver(id: string, aside: string, handed: string): Promise<TreasuryFile> {
    const isFirst = await this.database.write(async (tx) => {
      const now = await this.files.findForUpdate(tx, id);
      if (now?.state !== 'written') return false;
      await fs.promises.rename(aside, handed);
      await syncFolder(path.dirname(handed));
      failpoint('treasury-file.handed');
      await this.files.markHanded(tx, id, handed, this.clock.now());
      return true;
    });
    failpoint('treasury-file.noted');
    if (!isFirst) await fs.promises.rm(aside, { force: true });
    return (await this.database.read((read) => this.files.find(read, id)))!;
  }

  /** Everything in it follows from the plan, nothing from the moment of writing. */
  private async headOf(plan: FilePlan): Promise<PaymentFileHead> {
    const executionDay = dayInChina(plan.writtenAt);
    const paying = await this.database.read((read) => this.account(read, plan.countyCode, 'collecting', executionDay));
    return {
      messageId: `${plan.kind === 'refund' ? 'YF' : 'YR'}${plan.id.replaceAll('-', '')}`,
      createdAt: plan.writtenAt,
      executionDay,
      debtorName: paying.holderName,
      debtorAccount: paying.account,
      debtorBank: paying.bank,
      divisionCode: plan.countyCode,
      itemCode: plan.itemCode,
      batch: `${plan.kind}-${plan.day}-${plan.no}`,
      count: plan.lines.length,
      totalFen: plan.lines.reduce((sum, { amountFen }) => sum + amountFen, 0n),
    };
  }
}

/** Writes under a passing name and renames: whoever sees the name sees the whole file. Returns the SHA-256. */
async function writeWhole(target: string, chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const hash = createHash('sha256');
  const part = `${target}.${randomUUID()}.part`;
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

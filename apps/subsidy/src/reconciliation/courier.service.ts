import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openBankAnswer } from '@app/bankfile';
import { Database, type Tx } from '@app/database';
import { failpoint, Outbox } from '@app/jobs';
import { CLOCK, type Clock, Refusal } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { BankFileService } from '../disbursement/bank-file.service';
import { sendBatch } from '../disbursement/disbursement.jobs';
import { SUBSIDY_DATABASE, SUBSIDY_OUTBOX } from '../subsidy.tokens';
import { AnswerRepository, BANK } from './answer.repository';
import { AnswerService } from './answer.service';
import { refuse } from './reconciliation.errors';
import { receiveAnswer, reconcileBatch } from './reconciliation.jobs';
import type { Received, RefusedAnswer } from './reconciliation.types';
import { RefusedAnswerRepository } from './refused-answer.repository';

/** Who compares a batch when nobody was asked to. */
export const COURIER = 'system:courier';

/** Inside the folder the bank delivers to, so that moving a file is one rename; its look skips what begins with a dot. */
const TAKEN_IN = '.taken-in';
const REFUSED = '.refused';

/** Between us and the folders that are exchanged with the bank: what waits there becomes one message each. */
@Injectable()
export class CourierService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SUBSIDY_OUTBOX) private readonly outbox: Outbox,
    private readonly files: BankFileService,
    private readonly answers: AnswerService,
    private readonly answerRows: AnswerRepository,
    private readonly refused: RefusedAnswerRepository,
  ) {}

  /** Has every batch that waits sent, and every answer that lies there taken in. Often, because it costs nothing when nothing waits. */
  async round(): Promise<void> {
    const batches = await this.files.waiting();
    const names = await namesIn(this.files.folders().in);
    if (batches.length + names.length === 0) return;
    await this.database.write(async (tx) => {
      await this.outbox.plan(
        tx,
        sendBatch,
        batches.map((batch) => ({ batch })),
      );
      await this.outbox.plan(
        tx,
        receiveAnswer,
        names.map((file) => ({ file })),
      );
    });
  }

  /**
   * Takes one answer in and puts its file away. One that is refused is put aside with its reason, where it holds up
   * nobody: an officer sees it in the graph. Moved back once that is cleared up, it is tried again.
   */
  async takeIn(name: string, signal?: AbortSignal): Promise<void> {
    const folder = this.files.folders().in;
    if (!isPlain(name)) throw refuse.notAFileName(name);
    const file = path.join(folder, name);
    const found = await fs.promises.lstat(file).catch(unlessMissing);
    if (!found) return; // A worker that was thought dead has put it away.
    signal?.throwIfAborted();
    try {
      if (!found.isFile()) throw refuse.notAFileName(name);
      await this.answers.receive(file, BANK, (tx, received) => this.follow(tx, name, received));
    } catch (error) {
      // A file that changes while it is read is still being written.
      if (!(error instanceof Refusal) || error.code === 'BANK_FILE_CHANGED') throw error;
      if (error.code !== 'BANK_ANSWER_ALREADY_APPLIED') return this.putAside(file, error);
    }
    failpoint('reconciliation.takeIn.applied');
    await putAway(file, path.join(folder, TAKEN_IN));
  }

  /** Refused answers that nobody has settled. */
  waiting(): Promise<RefusedAnswer[]> {
    return this.database.read((read) => this.refused.open(read));
  }

  private async follow(tx: Tx, name: string, { batchId, batchState }: Received): Promise<void> {
    await this.refused.settle(tx, name, this.clock.now());
    if (batchState === 'answered') await this.outbox.plan(tx, reconcileBatch, [{ batch: batchId }]);
  }

  /** Noted first: a file that is out of the way without a word would be lost. */
  private async putAside(file: string, refusal: Refusal): Promise<void> {
    const isFile = (await fs.promises.lstat(file)).isFile();
    // That it cannot be read is perhaps what it was refused for.
    const answered = isFile ? await openBankAnswer(file).catch(() => undefined) : undefined;
    await this.database.write(async (tx) => {
      const batchId = answered && (await this.answerRows.findBatchId(tx, answered.originalMessageId));
      await this.refused.note(tx, path.basename(file), batchId, refusal, this.clock.now());
    });
    failpoint('reconciliation.takeIn.refused');
    await putAway(file, path.join(path.dirname(file), REFUSED));
  }
}

/** What the bank has delivered: names that begin with a dot are still being written. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await fs.promises.readdir(folder, { withFileTypes: true }).catch(unlessMissing);
  return (entries ?? [])
    .filter((entry) => entry.isFile() && isPlain(entry.name))
    .map(({ name }) => name)
    .sort();
}

/** A message tells a name, never a path. */
const isPlain = (name: string): boolean => name === path.basename(name) && !/^\.|[\\/\0]|^$/.test(name);

/** Into the folder under its own name, or the next free one; the same bytes are kept once. */
async function putAway(file: string, folder: string): Promise<void> {
  await fs.promises.mkdir(folder, { recursive: true });
  const { name, ext } = path.parse(file);
  for (let copy = 0; ; copy++) {
    const target = path.join(folder, `${name}${copy === 0 ? '' : `-${copy}`}${ext}`);
    const isFree = !fs.existsSync(target);
    if (isFree || (await digest(target)) === (await digest(file))) {
      return void (await fs.promises.rename(file, target).catch(unlessMissing));
    }
  }
}

async function digest(file: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  const isThere = await pipeline(fs.createReadStream(file), hash).then(() => true, unlessMissing);
  return isThere ? hash.digest('hex') : undefined;
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

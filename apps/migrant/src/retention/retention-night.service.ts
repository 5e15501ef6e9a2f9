import { type Database, inContext, systemContext } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE, MIGRANT_OUTBOX } from '../migrant.tokens';
import { deleteDue } from './retention.jobs';
import { RetentionRepository } from './retention.repository';

/** Blocks of a table looked at in one transaction: some thousands of rows. */
const BLOCKS = 64;
const MESSAGES = 2_000;
const HOUR = 1;

/** Deletes every night what is due; killed anywhere it goes on where the rows still are. */
@Injectable()
export class RetentionNightService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(MIGRANT_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly retention: RetentionRepository,
  ) {}

  /** Plans the night's deletion, after one o'clock and until it is done. */
  ring(): Promise<void> {
    const [day, at] = [this.clock.today(), this.clock.now()];
    const hour = (at.getUTCHours() + 8) % 24;
    if (hour < HOUR) return Promise.resolve();
    return inContext(systemContext('retention', { isPlumbing: true }), () =>
      this.database.write(async (tx) => {
        if (await this.retention.isFinished(tx, day)) return;
        await this.outbox.plan(tx, deleteDue, [{ bell: 'night' }]);
      }),
    );
  }

  /** How many rows of each class went; null where the day's run is done already. */
  async run(signal?: AbortSignal): Promise<Readonly<Record<string, number>> | null> {
    const day = this.clock.today();
    const run = await this.database.write((tx) => this.retention.begin(tx, day, this.clock.now()));
    if (run === null) return null;
    const deleted: Record<string, number> = {};
    const note = (name: string, count: number) => (deleted[name] = (deleted[name] ?? 0) + count);
    note('resident-again', await this.write((tx) => this.retention.deleteAgain(tx, run)));
    for (const name of await this.database.read((read) => this.retention.names(read))) {
      note(name, await this.deleteClass(run, name, signal));
    }
    for (let count = MESSAGES; count >= MESSAGES;) {
      signal?.throwIfAborted();
      count = await this.write((tx) => this.retention.deleteMessages(tx, run, MESSAGES));
      note('messages', count);
    }
    failpoint('retention.deleted');
    await this.write(async (tx) => {
      await this.retention.finish(tx, run, this.clock.now());
      tx.concern('retention_run', [run]);
    });
    return deleted;
  }

  /** One pass through the table, a transaction for each bundle of blocks. */
  private async deleteClass(run: string, name: string, signal: AbortSignal | undefined): Promise<number> {
    let total = 0;
    for (let from: number | null = 0; from !== null;) {
      signal?.throwIfAborted();
      const at: number = from;
      const { deleted, next } = await this.write((tx) => this.retention.delete(tx, run, name, at, BLOCKS));
      failpoint('retention.bundle');
      total += deleted;
      from = next;
    }
    return total;
  }

  private write<T>(work: Parameters<typeof this.database.write<T>>[0]): Promise<T> {
    return this.database.write(work, { statementTimeout: 0 });
  }
}

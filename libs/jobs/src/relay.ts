import { type Database, inContext, systemContext } from '@app/database';
import type { Clock } from '@app/kernel';
import { Bell } from './bell';
import { failpoint } from './failpoint';
import { type ClaimedMessage, Outbox } from './outbox.repository';
import type { Travelling } from './inbox.repository';
import { idOf, type QueueEntry } from './queue';

const BATCH = 500;

export interface RelaySettings {
  readonly schema: string;
  readonly database: Database;
  readonly clock: Clock;
  /** Milliseconds: how long a claim lasts, when an unacknowledged message is sent again, how often to look unasked. */
  readonly lease: number;
  readonly resend: number;
  readonly poll: number;
  readonly publish: (queue: string, entries: readonly QueueEntry[]) => Promise<void>;
  readonly onError: (error: unknown, where: string) => void;
}

/** Keeps one app's promises: publishes what its outbox holds, and again what nobody acknowledged. */
export class Relay {
  readonly bell = new Bell();
  private readonly outbox: Outbox;
  private stopping = false;
  private loop: Promise<void> | undefined;

  constructor(private readonly settings: RelaySettings) {
    this.outbox = new Outbox(settings.schema);
  }

  start(): void {
    this.loop ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.bell.ring();
    await this.loop;
  }

  private run(): Promise<void> {
    const { schema } = this.settings;
    return inContext(systemContext('relay', { actor: `system:${schema}`, isPlumbing: true }), () => this.loopOn());
  }

  private async loopOn(): Promise<void> {
    while (!this.stopping) {
      const more = await this.pass().catch((error: unknown) =>
        this.settings.onError(error, `relay ${this.settings.schema}`),
      );
      if (!more && !this.stopping) await this.bell.wait(this.settings.poll);
    }
  }

  /** Claim, publish, mark: dying between any two of them only means sending again what the queue then knows already. */
  private async pass(): Promise<boolean> {
    const { database, clock, lease, resend, schema, publish } = this.settings;
    const messages = await database.write((tx) => this.outbox.claim(tx, clock.now(), BATCH, lease));
    if (messages.length === 0) return false;
    failpoint('relay.claimed');
    for (const queue of new Set(messages.map((message) => message.queue))) {
      const group = messages.filter((message) => message.queue === queue);
      await publish(queue, entriesOf(group, schema));
    }
    failpoint('relay.published');
    const ids = messages.map((message) => message.id);
    await database.write((tx) => this.outbox.markPublished(tx, ids, resend));
    failpoint('relay.marked');
    return messages.length === BATCH;
  }
}

/** One entry a message, or one for as many messages of one job as may travel together. */
function entriesOf(messages: readonly ClaimedMessage[], producer: string): QueueEntry[] {
  const alone = messages.filter(({ bundle }) => bundle === 1);
  const entries: QueueEntry[] = alone.map(({ id, name, key, payload }) => ({
    id,
    name,
    data: { producer, key, payload } satisfies Travelling,
  }));
  const together = messages.filter(({ bundle }) => bundle > 1).sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const name of new Set(together.map((message) => message.name))) {
    const all = together.filter((message) => message.name === name);
    for (let at = 0, size = all[0]!.bundle; at < all.length; at += size) {
      const bundle = all.slice(at, at + size).map(({ id, key, payload }) => ({ id, key, payload }));
      entries.push({
        id: `bundle-${idOf(bundle.map(({ id }) => id))}`,
        name,
        data: { producer, bundle } satisfies Travelling,
      });
    }
  }
  return entries;
}

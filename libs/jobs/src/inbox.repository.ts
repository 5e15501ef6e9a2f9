import { createHash } from 'node:crypto';
import type { Tx } from '@app/database';
import type { Payload } from './job';

/** A message as it travels through the queue. */
export interface Message {
  readonly id: string;
  /** Schema of the app whose outbox holds it. */
  readonly producer: string;
  readonly queue: string;
  readonly name: string;
  readonly key: string;
  readonly payload: Payload;
}

/** What a queue entry carries: one message, whose id is the entry's own, or several. */
export type Travelling =
  | Pick<Message, 'producer' | 'key' | 'payload'>
  | { readonly producer: string; readonly bundle: readonly Pick<Message, 'id' | 'key' | 'payload'>[] };

export interface QuarantineRow {
  readonly id: string;
  readonly queue: string;
  readonly name: string;
  readonly key: string;
  /** Why, without a word of whom it was about. */
  readonly errorCode: string;
  readonly failures: number;
  readonly crashes: number;
}

/** What is known of a message before trying it once more. */
export type Standing =
  | { readonly state: 'finished' }
  | { readonly state: 'quarantined' }
  | { readonly state: 'running'; readonly crashes: number; readonly errorCode: string | null };

/** What an app was told, how often it tried, and what it gave up on. */
export class Inbox {
  constructor(private readonly schema: string) {}

  /** Counts a try at each, before it is made: a message that kills its process cannot report afterwards. In their order. */
  async begin(tx: Tx, messages: readonly Message[]): Promise<Standing[]> {
    const { schema } = this;
    // Sorted, so that two workers with the same messages wait for each other instead of deadlocking.
    const rows = await tx.query<{ id: string; crashes: number; errorCode: string | null; quarantined: boolean }>(
      `insert into ${schema}.delivery as d (message_id, producer)
       select id, producer from unnest($1::uuid[], $2::text[]) m (id, producer) order by id
       on conflict (message_id) do update set starts = d.starts + 1 where d.finished_at is null
       returning d.message_id as id, d.starts - d.failures - 1 as crashes, d.error_code as "errorCode",
                 exists (select from ${schema}.quarantine q where q.message_id = d.message_id) as quarantined`,
      [messages.map(({ id }) => id), messages.map(({ producer }) => producer)],
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return messages.map(({ id }) => {
      const row = byId.get(id);
      if (!row) return { state: 'finished' };
      if (row.quarantined) return { state: 'quarantined' };
      return { state: 'running', crashes: row.crashes, errorCode: row.errorCode };
    });
  }

  /** Those whose effects have not been written before; their rows commit together with the effects. */
  async once(tx: Tx, messages: readonly Message[]): Promise<Message[]> {
    const consumer = `${messages[0]!.queue}/${messages[0]!.name}`;
    const ids = messages.map(({ id }) => id);
    const hashes = messages.map(({ payload }) => payloadHash(payload));
    const inserted = await tx.query<{ id: string }>(
      `insert into ${this.schema}.inbox (consumer, message_id, payload_hash)
       select $1, id, hash from unnest($2::uuid[], $3::bytea[]) m (id, hash) order by id
       on conflict do nothing returning message_id as id`,
      [consumer, ids, hashes],
    );
    if (inserted.length === messages.length) return [...messages];
    const [changed] = await tx.query<{ id: string }>(
      `select m.id from unnest($2::uuid[], $3::bytea[]) m (id, hash)
        where not exists (select from ${this.schema}.inbox i
                           where i.consumer = $1 and i.message_id = m.id and i.payload_hash = m.hash)`,
      [consumer, ids, hashes],
    );
    if (changed) throw new Error(`Message ${changed.id} came again with another payload.`);
    const fresh = new Set(inserted.map(({ id }) => id));
    return messages.filter(({ id }) => fresh.has(id));
  }

  async finish(tx: Tx, messageIds: readonly string[]): Promise<void> {
    await tx.query(
      `update ${this.schema}.delivery set finished_at = clock_timestamp()
        where message_id = any($1::uuid[]) and finished_at is null`,
      [messageIds],
    );
  }

  /** Counts a failed try; returns how many there were. */
  async fail(tx: Tx, messageId: string, errorCode: string): Promise<number> {
    const [row] = await tx.query<{ failures: number }>(
      `update ${this.schema}.delivery set failures = failures + 1, error_code = $2
        where message_id = $1 and finished_at is null returning failures`,
      [messageId, errorCode],
    );
    return row?.failures ?? 0;
  }

  /** A try that was interrupted by our own stopping says nothing about the message. */
  async interrupt(tx: Tx, messageIds: readonly string[]): Promise<void> {
    await tx.query(
      `update ${this.schema}.delivery set starts = starts - 1 where message_id = any($1::uuid[]) and starts > failures`,
      [messageIds],
    );
  }

  async quarantine(tx: Tx, message: Message, errorCode: string): Promise<void> {
    await tx.query(
      `insert into ${this.schema}.quarantine
              (message_id, producer, queue, name, key, payload, error_code, failures, crashes)
       select $1, $2, $3, $4, $5, $6::jsonb, $7, d.failures, greatest(d.starts - d.failures - 1, 0)
         from ${this.schema}.delivery d where d.message_id = $1
       on conflict do nothing`,
      [
        message.id,
        message.producer,
        message.queue,
        message.name,
        message.key,
        JSON.stringify(message.payload),
        errorCode,
      ],
    );
  }

  quarantined(read: Tx): Promise<QuarantineRow[]> {
    return read.query<QuarantineRow>(
      `select message_id as id, queue, name, key, error_code as "errorCode", failures, crashes
         from ${this.schema}.quarantine order by quarantined_at, message_id`,
    );
  }

  /** Takes a message out of quarantine with a clean slate; returns whose it is, nothing when it was not there. */
  async release(tx: Tx, messageId: string): Promise<string | undefined> {
    const [row] = await tx.query<{ producer: string }>(
      `with released as (delete from ${this.schema}.quarantine where message_id = $1 returning message_id, producer),
            clean as (update ${this.schema}.delivery d set starts = 0, failures = 0, error_code = null
                        from released r where d.message_id = r.message_id)
       select producer from released`,
      [messageId],
    );
    return row?.producer;
  }
}

function payloadHash(payload: Payload): Buffer {
  const fields = Object.entries(payload).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(fields)).digest();
}

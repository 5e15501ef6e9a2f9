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

/** What is known of a message before trying it once more. */
export type Standing =
  | { readonly state: 'finished' }
  | { readonly state: 'quarantined' }
  | { readonly state: 'running'; readonly crashes: number; readonly errorCode: string | null };

/** What an app was told, how often it tried, and what it gave up on. */
export class Inbox {
  constructor(private readonly schema: string) {}

  /** Counts a try, before it is made: a message that kills its process cannot report afterwards. */
  async begin(tx: Tx, message: Message): Promise<Standing> {
    const { schema } = this;
    const [row] = await tx.query<{ crashes: number; errorCode: string | null; quarantined: boolean }>(
      `insert into ${schema}.delivery as d (message_id, producer) values ($1, $2)
       on conflict (message_id) do update set starts = d.starts + 1 where d.finished_at is null
       returning d.starts - d.failures - 1 as crashes, d.error_code as "errorCode",
                 exists (select from ${schema}.quarantine q where q.message_id = d.message_id) as quarantined`,
      [message.id, message.producer],
    );
    if (!row) return { state: 'finished' };
    if (row.quarantined) return { state: 'quarantined' };
    return { state: 'running', crashes: row.crashes, errorCode: row.errorCode };
  }

  /** True when the effect of this message has not been written before; the row commits together with the effect. */
  async once(tx: Tx, message: Message): Promise<boolean> {
    const consumer = `${message.queue}/${message.name}`;
    const hash = payloadHash(message.payload);
    const inserted = await tx.query(
      `insert into ${this.schema}.inbox (consumer, message_id, payload_hash) values ($1, $2, $3)
       on conflict do nothing returning 1`,
      [consumer, message.id, hash],
    );
    if (inserted.length > 0) return true;
    const [known] = await tx.query<{ same: boolean }>(
      `select payload_hash = $3 as same from ${this.schema}.inbox where consumer = $1 and message_id = $2`,
      [consumer, message.id, hash],
    );
    if (!known?.same) throw new Error(`Message ${message.id} came again with another payload.`);
    return false;
  }

  async finish(tx: Tx, messageId: string): Promise<void> {
    await tx.query(
      `update ${this.schema}.delivery set finished_at = clock_timestamp() where message_id = $1 and finished_at is null`,
      [messageId],
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
  async interrupt(tx: Tx, messageId: string): Promise<void> {
    await tx.query(
      `update ${this.schema}.delivery set starts = starts - 1 where message_id = $1 and starts > failures`,
      [messageId],
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

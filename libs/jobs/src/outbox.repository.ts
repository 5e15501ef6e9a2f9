import type { Tx } from '@app/database';
import type { JobDefinition, Payload } from './job';

/** Channel on which a commit with new outbox rows is announced; the payload is the schema. */
export const OUTBOX_CHANNEL = 'yangyu_outbox';

/** A message that was claimed and is to be published now. */
export interface ClaimedMessage {
  readonly id: string;
  readonly queue: string;
  readonly name: string;
  readonly key: string;
  readonly payload: Payload;
  /** How many may travel together. */
  readonly bundle: number;
}

/** What an app promises to tell; the rest of the class is for the relay that keeps the promise. */
export class Outbox {
  private readonly table: string;

  constructor(readonly schema: string) {
    if (!/^[a-z_]+$/.test(schema)) throw new Error(`"${schema}" cannot name a schema.`);
    this.table = `${schema}.outbox`;
  }

  /**
   * Plans one message per payload, sent after `tx` commits and not before `notBefore`. A payload whose key is still
   * waiting replaces it; one whose key is already on its way follows after it, so no wake-up is lost. Holds the key's
   * row until the commit: plan last.
   */
  async plan<P extends Payload>(
    tx: Tx,
    job: JobDefinition<P>,
    payloads: readonly P[],
    options: { notBefore?: Date } = {},
  ): Promise<void> {
    if (payloads.length === 0) return;
    const byKey = new Map(payloads.map((payload) => [keyOf(job, payload), payload]));
    const rows = [...byKey].map(([key, payload]) => ({ key, payload }));
    // Sorted, so that two transactions that plan the same keys wait for each other instead of deadlocking.
    await tx.query(
      `with planned as (
         insert into ${this.table} as present (queue, name, key, payload, not_before, bundle)
         select $1, $2, row.key, row.payload, $4::timestamptz, $6::int
           from jsonb_to_recordset($3::jsonb) as row (key text, payload jsonb) order by row.key
         on conflict (queue, name, key) where acked_at is null do update set
           payload = case when present.sends = 0 then excluded.payload else present.payload end,
           not_before = case when present.sends > 0 then present.not_before
                             when present.not_before is null or excluded.not_before is null then null
                             else least(present.not_before, excluded.not_before) end,
           next_payload = case when present.sends > 0 then excluded.payload end,
           next_not_before = case when present.sends > 0 then excluded.not_before end)
       select pg_notify('${OUTBOX_CHANNEL}', $5)`,
      [job.queue, job.name, JSON.stringify(rows), options.notBefore ?? null, this.schema, job.bundle ?? 1],
    );
  }

  /** Takes up to `limit` rows that are due (never sent, or sent and not acknowledged in time) for `leaseMilliseconds`. */
  claim(tx: Tx, now: Date, limit: number, leaseMilliseconds: number): Promise<ClaimedMessage[]> {
    // A lease is between processes, so it is measured by the one clock they share: the database's.
    return tx.query<ClaimedMessage>(
      `with due as (
         select id from ${this.table}
          where acked_at is null and lease_until <= clock_timestamp() and (not_before is null or not_before <= $1)
          order by id limit $2 for update skip locked)
       update ${this.table} o set sends = o.sends + 1, lease_until = clock_timestamp() + $3 * interval '1 ms'
         from due where o.id = due.id
       returning o.id, o.queue, o.name, o.key, o.payload, o.bundle`,
      [now, limit, leaseMilliseconds],
    );
  }

  /** Notes that the queue has the messages, and when to send them again if nobody acknowledges. */
  async markPublished(tx: Tx, ids: readonly string[], resendMilliseconds: number): Promise<void> {
    await tx.query(
      `update ${this.table} set published_at = clock_timestamp(), lease_until = clock_timestamp() + $2 * interval '1 ms'
        where id = any($1::uuid[]) and acked_at is null and quarantined_at is null`,
      [ids, resendMilliseconds],
    );
  }

  /** The receiver is done with these. What was planned meanwhile under the same key becomes a message of its own. */
  async acknowledge(tx: Tx, ids: readonly string[]): Promise<void> {
    await tx.query(
      `with acked as (
         update ${this.table} set acked_at = clock_timestamp(), quarantined_at = null
          where id = any($1::uuid[]) and acked_at is null
         returning queue, name, key, next_payload, next_not_before, bundle),
       following as (
         insert into ${this.table} (queue, name, key, payload, not_before, bundle)
         select queue, name, key, next_payload, next_not_before, bundle from acked where next_payload is not null
         returning id)
       select pg_notify('${OUTBOX_CHANNEL}', $2) from following limit 1`,
      [ids, this.schema],
    );
  }

  /** The receiver gave up on it. It is offered again now and then, in case a person released it there. */
  async quarantine(tx: Tx, id: string, resendMilliseconds: number): Promise<void> {
    await tx.query(
      `update ${this.table} set quarantined_at = coalesce(quarantined_at, clock_timestamp()),
              lease_until = clock_timestamp() + $2 * interval '1 ms'
        where id = $1 and acked_at is null`,
      [id, resendMilliseconds],
    );
  }

  /** Sends a released message again at once. */
  async release(tx: Tx, id: string): Promise<void> {
    await tx.query(
      `with released as (
         update ${this.table} set quarantined_at = null, lease_until = '-infinity' where id = $1 and acked_at is null
         returning id)
       select pg_notify('${OUTBOX_CHANNEL}', $2) from released`,
      [id, this.schema],
    );
  }

  /** How many messages to `queues` are due and unfinished, and how many are in quarantine. */
  async count(read: Tx, now: Date, queues: readonly string[]): Promise<{ open: number; quarantined: number }> {
    const [row] = await read.query<{ open: number; quarantined: number }>(
      `select count(*) filter (where quarantined_at is null and (not_before is null or not_before <= $1))::int as open,
              count(*) filter (where quarantined_at is not null)::int as quarantined
         from ${this.table} where acked_at is null and queue = any($2::text[])`,
      [now, queues],
    );
    return row!;
  }
}

function keyOf<P extends Payload>(job: JobDefinition<P>, payload: P): string {
  const key = job.key(payload);
  if (!key || key.includes(':')) throw new Error(`"${key}" cannot be a key of ${job.queue} ${job.name}.`);
  return key;
}

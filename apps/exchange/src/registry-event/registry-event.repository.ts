import type { RegistryEvent } from '@app/contracts';
import type { Read, Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { FeedState } from './registry-event.types';

/** An event with its keys, sealed. */
export interface SealedEvent {
  readonly id: string;
  readonly event: Pick<RegistryEvent, 'eventId' | 'kind' | 'happenedAt' | 'reverses'>;
  readonly registryPersonKey: Buffer;
  readonly numberKey: Buffer | null;
  readonly sealed: Buffer;
}

/** Changes in the household registry. */
@Injectable()
export class RegistryEventRepository {
  /** Until the transaction ends nobody else adds events, so that their order is the order of the commits. */
  async lock(tx: Tx): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('registry events', 0))`);
  }

  /** @returns How many were not here before. */
  async insert(tx: Tx, events: readonly SealedEvent[], cameBy: 'pull' | 'push', at: Date): Promise<number> {
    const rows = await tx.query(
      `insert into registry_event (id, event_id, kind, happened_at, registry_person_key, number_key, content_sealed, reverses, came_by, arrived_at)
       select id, event_id, kind, happened_at, registry_person_key, number_key, content_sealed, reverses, $9, $10
         from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::bytea[], $6::bytea[], $7::bytea[], $8::text[])
           with ordinality e (id, event_id, kind, happened_at, registry_person_key, number_key, content_sealed, reverses, n)
        order by n
       on conflict (event_id) do nothing returning seq`,
      [
        events.map(({ id }) => id),
        events.map(({ event }) => event.eventId),
        events.map(({ event }) => event.kind),
        events.map(({ event }) => event.happenedAt),
        events.map(({ registryPersonKey }) => registryPersonKey),
        events.map(({ numberKey }) => numberKey),
        events.map(({ sealed }) => sealed),
        events.map(({ event }) => event.reverses),
        cameBy,
        at,
      ],
    );
    return rows.length;
  }

  async page(read: Read, after: bigint, limit: number): Promise<{ seq: bigint; id: string; sealed: Buffer }[]> {
    const rows = await read.query<{ seq: bigint; id: string; sealed: Buffer }>(
      `select seq, id, content_sealed as sealed from registry_event where seq > $1 order by seq limit $2`,
      [after, limit],
    );
    return read.disclose('registry_event', rows);
  }

  async position(read: Read, feed: string): Promise<string | undefined> {
    const [row] = await read.query<{ position: string }>('select position from feed_cursor where feed = $1', [feed]);
    return row?.position;
  }

  async moveTo(tx: Tx, feed: string, position: string, at: Date): Promise<void> {
    await tx.query(
      `insert into feed_cursor (feed, position, pulled_at) values ($1, $2, $3)
       on conflict (feed) do update set position = excluded.position, pulled_at = excluded.pulled_at`,
      [feed, position, at],
    );
  }

  /** Whether the registry told of a change of whoever holds a number. */
  async hasChanged(read: Read, numberKey: Buffer, since: Date): Promise<boolean> {
    const [row] = await read.query<{ has: boolean }>(
      'select exists (select from registry_event where number_key = $1 and arrived_at >= $2) as has',
      [numberKey, since],
    );
    return row!.has;
  }

  /** The newest state seen of each of these records. */
  async knownStates(read: Read, keys: readonly Buffer[]): Promise<ReadonlyMap<string, Date>> {
    const rows = await read.query<{ key: Buffer; at: Date }>(
      'select registry_person_key as key, updated_at as at from record_seen where registry_person_key = any($1::bytea[])',
      [keys],
    );
    return new Map(rows.map(({ key, at }) => [key.toString('hex'), at]));
  }

  async noteStates(tx: Tx, states: readonly { key: Buffer; at: Date }[]): Promise<void> {
    await tx.query(
      `insert into record_seen as s (registry_person_key, updated_at)
       select key, max(at) from unnest($1::bytea[], $2::timestamptz[]) n (key, at) group by key order by key
       on conflict (registry_person_key) do update set updated_at = greatest(s.updated_at, excluded.updated_at)`,
      [states.map(({ key }) => key), states.map(({ at }) => at)],
    );
  }

  async state(read: Read, feed: string): Promise<FeedState> {
    const [row] = await read.query<FeedState>(
      `select (select pulled_at from feed_cursor where feed = $1) as "pulledAt", max(arrived_at) as "lastEventAt", count(*)::int as count
         from registry_event`,
      [feed],
    );
    return row!;
  }
}

import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { TakenEvent } from './registry-feed.types';

@Injectable()
export class RegistryFeedRepository {
  async position(read: Tx, feed: string): Promise<string> {
    const [row] = await read.query<{ position: string }>(
      'select position from registry_feed_position where feed = $1',
      [feed],
    );
    return row?.position ?? '';
  }

  async savePosition(tx: Tx, feed: string, position: string, at: Date): Promise<void> {
    await tx.query(
      `insert into registry_feed_position (feed, position, at) values ($1, $2, $3)
       on conflict (feed) do update set position = excluded.position, at = excluded.at`,
      [feed, position, at],
    );
  }

  async transactionId(tx: Tx): Promise<string> {
    const [row] = await tx.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
    return row!.xid;
  }

  /** Those of these events that were taken in before. */
  async known(read: Tx, eventIds: readonly string[]): Promise<Set<string>> {
    const rows = await read.query<{ id: string }>(
      'select event_id as id from registry_event_taken where event_id = any($1)',
      [eventIds],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Who stands behind the registry's ids, and where they are registered. */
  async persons(
    read: Tx,
    registryPersonIds: readonly string[],
  ): Promise<Map<string, { id: string; divisionCode: string }>> {
    const rows = await read.query<{ registryPersonId: string; id: string; divisionCode: string }>(
      `select p.registry_person_id as "registryPersonId", p.id, p.division_code as "divisionCode"
         from unnest($1::text[]) as r (id) join person p on p.registry_person_id = r.id`,
      [registryPersonIds],
    );
    return new Map(rows.map(({ registryPersonId, ...person }) => [registryPersonId, person]));
  }

  async insertTaken(tx: Tx, events: readonly TakenEvent[]): Promise<void> {
    await tx.query(
      `insert into registry_event_taken (event_id, kind, registry_person_id, happened_at, outcome, code, taken_at, person_id, other_person_id)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::timestamptz[], $8::uuid[], $9::uuid[])`,
      [
        events.map((event) => event.eventId),
        events.map((event) => event.kind),
        events.map((event) => event.registryPersonId),
        events.map((event) => event.happenedAt),
        events.map((event) => event.outcome),
        events.map((event) => event.code),
        events.map((event) => event.takenAt),
        events.map((event) => event.personId),
        events.map((event) => event.otherPersonId),
      ],
    );
  }

  /**
   * Events that a person must look at, the oldest first. One that told of two records for one person is done with once
   * they are merged.
   */
  async open(read: Tx, limit: number): Promise<TakenEvent[]> {
    const rows = await read.query<TakenEvent>(
      `select e.event_id as "eventId", e.kind, e.registry_person_id as "registryPersonId", e.happened_at as "happenedAt",
              e.outcome, e.code, e.taken_at as "takenAt", e.person_id as "personId", e.other_person_id as "otherPersonId"
         from registry_event_taken e
        where e.outcome in ('rejected', 'for-a-person')
          and not exists (select from merge m where m.from_id = e.other_person_id and m.undone_by is null)
        order by e.taken_at, e.event_id limit $1`,
      [limit],
    );
    return read.disclose('registry-event', rows, ({ personId }) => personId);
  }
}

import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { OutgoingRow, PeerContent, PeerLineState, PeerMessageRow, PeerRefusalRow } from './peer.types';

const MESSAGE = `id, peer, topic, from_division as "fromDivision", to_division as "toDivision", kept_at as "keptAt", state, tries,
  last_failure as "lastFailure", next_at as "nextAt", settled_at as "settledAt", given_up_by as "givenUpBy", note`;

export interface NewMessage extends Omit<PeerContent, 'body'> {
  readonly peer: string;
  readonly hash: Buffer;
  readonly sealed: Buffer;
}

export interface IncomingRow extends Omit<PeerContent, 'body'> {
  /** Ours; `id` is the sender's. */
  readonly rowId: string;
  readonly peer: string;
  readonly sealed: Buffer | null;
}

export interface PeerCounts {
  readonly peer: string;
  readonly waiting: number;
  readonly waitingSince: Date | null;
  readonly delivered: number;
  readonly lastDeliveredAt: Date | null;
  readonly taken: number;
  readonly unread: number;
  readonly lastTakenAt: Date | null;
  readonly refusedToday: number;
}

/** What goes to other installations and comes from them. */
@Injectable()
export class PeerRepository {
  /** @returns Whether it was not here before. */
  async keepOutgoing(tx: Tx, message: NewMessage, at: Date): Promise<boolean> {
    const { id, peer, topic, fromDivision, toDivision, hash, sealed } = message;
    const rows = await tx.query(
      `insert into peer_outgoing (id, peer, topic, from_division, to_division, content_hash, content_sealed, kept_at, next_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $8) on conflict (id) do nothing returning id`,
      [id, peer, topic, fromDivision, toDivision, hash, sealed, at],
    );
    return rows.length === 1;
  }

  async outgoingHash(read: Read, id: string): Promise<Buffer | undefined> {
    const [row] = await read.query<{ hash: Buffer }>('select content_hash as hash from peer_outgoing where id = $1', [
      id,
    ]);
    return row?.hash;
  }

  /** Takes messages that are due for whoever sends them now; nobody else takes them before `until`. */
  claim(tx: Tx, peer: string, now: Date, until: Date, limit: number): Promise<OutgoingRow[]> {
    return tx.query<OutgoingRow>(
      `with due as (
         select id from peer_outgoing where state = 'waiting' and peer = $1 and next_at <= $2
          order by next_at, id limit $4 for update skip locked)
       update peer_outgoing o set next_at = $3 from due where o.id = due.id
       returning o.id, o.peer, o.content_sealed as sealed, o.content_hash as hash, o.tries`,
      [peer, now, until, limit],
    );
  }

  /** Only a receipt brings a message here. @returns Whether it still waited. */
  async deliver(tx: Tx, id: string, receipt: string, at: Date): Promise<boolean> {
    const rows = await tx.query(
      `update peer_outgoing set state = 'delivered', receipt = $2, settled_at = $3, tries = tries + 1, next_at = null,
              last_failure = null, content_sealed = null
        where id = $1 and state = 'waiting' returning id`,
      [id, receipt, at],
    );
    return rows.length === 1;
  }

  async noteFailure(tx: Tx, id: string, failure: string, next: Date): Promise<void> {
    await tx.query(
      `update peer_outgoing set tries = tries + 1, last_failure = $2, next_at = $3 where id = $1 and state = 'waiting'`,
      [id, failure, next],
    );
  }

  /** They were not tried after all. */
  async putBack(tx: Tx, ids: readonly string[], next: Date): Promise<void> {
    await tx.query(`update peer_outgoing set next_at = $2 where id = any($1::uuid[]) and state = 'waiting'`, [
      ids,
      next,
    ]);
  }

  /** When the next of those that wait is due. */
  async nextDue(read: Read, peer: string): Promise<Date | null> {
    const [row] = await read.query<{ next: Date | null }>(
      `select min(next_at) as next from peer_outgoing where state = 'waiting' and peer = $1`,
      [peer],
    );
    return row!.next;
  }

  async peersWithDue(read: Read, now: Date): Promise<{ peer: string }[]> {
    return read.query(
      `select distinct peer from peer_outgoing where state = 'waiting' and next_at <= $1 order by peer`,
      [now],
    );
  }

  /** @returns Whether it still waited. */
  async retry(tx: Tx, id: string, now: Date): Promise<string | undefined> {
    const [row] = await tx.query<{ peer: string }>(
      `update peer_outgoing set next_at = $2 where id = $1 and state = 'waiting' returning peer`,
      [id, now],
    );
    return row?.peer;
  }

  /** @returns Whether it still waited. */
  async giveUp(tx: Tx, id: string, by: string, note: string, at: Date): Promise<boolean> {
    const rows = await tx.query(
      `update peer_outgoing set state = 'given-up', given_up_by = $2, note = $3, settled_at = $4, next_at = null,
              content_sealed = null
        where id = $1 and state = 'waiting' returning id`,
      [id, by, note, at],
    );
    return rows.length === 1;
  }

  async list(
    read: Read,
    filter: { readonly prefix: string; readonly peer: string | null; readonly state: string | null },
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<PeerMessageRow[]> {
    const rows = await read.query<PeerMessageRow>(
      `select ${MESSAGE} from peer_outgoing
        where from_division ^@ $1 and ($2::text is null or peer = $2) and ($3::text is null or state = $3)
          and ($4::timestamptz is null or (kept_at, id) > ($4, $5::uuid))
        order by kept_at, id limit $6`,
      [filter.prefix, filter.peer, filter.state, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    return read.disclose('peer_message', rows);
  }

  async get(read: Read, id: string): Promise<PeerMessageRow | undefined> {
    const rows = await read.query<PeerMessageRow>(`select ${MESSAGE} from peer_outgoing where id = $1`, [id]);
    return read.disclose('peer_message', rows)[0];
  }

  /** @returns Whether it was not here before. */
  async take(tx: Tx, rowId: string, message: NewMessage, at: Date): Promise<boolean> {
    const { id, peer, topic, fromDivision, toDivision, hash, sealed } = message;
    const rows = await tx.query(
      `insert into peer_incoming (id, peer, message_id, topic, from_division, to_division, content_hash, content_sealed, taken_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (peer, message_id) do nothing returning id`,
      [rowId, peer, id, topic, fromDivision, toDivision, hash, sealed, at],
    );
    return rows.length === 1;
  }

  async incomingHash(read: Read, peer: string, id: string): Promise<Buffer | undefined> {
    const [row] = await read.query<{ hash: Buffer }>(
      'select content_hash as hash from peer_incoming where peer = $1 and message_id = $2',
      [peer, id],
    );
    return row?.hash;
  }

  /** The message, and that it was read now. */
  async readIncoming(tx: Tx, rowId: string, at: Date): Promise<IncomingRow | undefined> {
    const [row] = await tx.query<IncomingRow>(
      `update peer_incoming set read_at = coalesce(read_at, $2) where id = $1
       returning id as "rowId", message_id as id, peer, topic, from_division as "fromDivision",
                 to_division as "toDivision", content_sealed as sealed`,
      [rowId, at],
    );
    return row;
  }

  /** @returns How many. */
  async forget(tx: Tx, readBefore: Date, at: Date): Promise<number> {
    const rows = await tx.query(
      `update peer_incoming set content_sealed = null, forgotten_at = $2
        where forgotten_at is null and read_at < $1 returning id`,
      [readBefore, at],
    );
    return rows.length;
  }

  async noteRefusal(tx: Tx, peer: string, reason: string, messageId: string | null, day: Day, at: Date): Promise<void> {
    await tx.query(
      `insert into peer_refusal as r (peer, reason, message_id, day, first_at, last_at) values ($1, $2, $3, $4, $5, $5)
       on conflict (peer, reason, message_id, day) do update set times = r.times + 1, last_at = excluded.last_at`,
      [peer, reason, messageId, day, at],
    );
  }

  async refusals(read: Read, after: readonly string[] | undefined, limit: number): Promise<PeerRefusalRow[]> {
    return read.query(
      `select id, peer, reason, message_id as "messageId", times::int as times, first_at as "firstAt", last_at as "lastAt" from peer_refusal
        where $1::timestamptz is null or (last_at, id) < ($1, $2::uuid) order by last_at desc, id desc limit $3`,
      [after?.[0] ?? null, after?.[1] ?? null, limit],
    );
  }

  /** By installation; those that nothing went to or came from are left out. */
  async counts(read: Read, prefix: string, day: Day): Promise<ReadonlyMap<string, PeerCounts>> {
    const rows = await read.query<PeerCounts>(
      `with outgoing as (
         select peer, count(*) filter (where state = 'waiting')::int as waiting, min(kept_at) filter (where state = 'waiting') as since,
                count(*) filter (where state = 'delivered')::int as delivered, max(settled_at) filter (where state = 'delivered') as last
           from peer_outgoing where from_division ^@ $1 group by peer),
       incoming as (
         select peer, count(*)::int as taken, count(*) filter (where read_at is null)::int as unread, max(taken_at) as last
           from peer_incoming where to_division ^@ $1 group by peer),
       refused as (select peer, sum(times)::int as times from peer_refusal where day = $2 group by peer)
       select peer, coalesce(o.waiting, 0) as waiting, o.since as "waitingSince", coalesce(o.delivered, 0) as delivered,
              o.last as "lastDeliveredAt", coalesce(i.taken, 0) as taken, coalesce(i.unread, 0) as unread,
              i.last as "lastTakenAt", coalesce(r.times, 0) as "refusedToday"
         from outgoing o full join incoming i using (peer) full join refused r using (peer)`,
      [prefix, day],
    );
    return new Map(rows.map((row) => [row.peer, row]));
  }

  async noteLine(tx: Tx, peer: string, state: PeerLineState, process: string, at: Date): Promise<void> {
    await tx.query('insert into peer_line_state (peer, state, process, at) values ($1, $2, $3, $4)', [
      peer,
      state,
      process,
      at,
    ]);
  }

  /** What the breakers of all processes did last. */
  async lines(read: Read): Promise<ReadonlyMap<string, { readonly state: PeerLineState; readonly at: Date }>> {
    const rows = await read.query<{ peer: string; state: PeerLineState; at: Date }>(
      'select distinct on (peer) peer, state, at from peer_line_state order by peer, at desc, id desc',
    );
    return new Map(rows.map((row) => [row.peer, row]));
  }
}

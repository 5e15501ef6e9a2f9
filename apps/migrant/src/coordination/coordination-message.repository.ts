import type { Read, Tx } from '@app/database';
import { Injectable } from '@nestjs/common';

export interface StoredMessage {
  readonly id: string;
  readonly bodySealed: Buffer | null;
  readonly way: 'outgoing' | 'incoming';
  readonly fromDivision: string;
  readonly toDivision: string;
}

export interface KeptArrival {
  readonly id: string;
  readonly peer: string;
  readonly seq: number;
  readonly bodySealed: Buffer;
}

/** The SQL about messages between installations: numbered going out, in order once they are in. */
@Injectable()
export class CoordinationMessageRepository {
  /** The next number of a request that is told of; the request is locked until the commit. */
  async nextSeq(tx: Tx, requestId: string): Promise<number> {
    const [row] = await tx.query<{ sent: number }>(
      'update coordination_request set sent = sent + 1 where id = $1 returning sent',
      [requestId],
    );
    return row!.sent;
  }

  async insert(
    tx: Tx,
    message: { id: string; requestId: string; seq: number; bodySealed: Buffer; at: Date },
  ): Promise<void> {
    await tx.query(
      'insert into coordination_message (id, request_id, seq, body_sealed, made_at) values ($1, $2, $3, $4, $5)',
      [message.id, message.requestId, message.seq, message.bodySealed, message.at],
    );
  }

  async find(read: Read, id: string): Promise<StoredMessage | undefined> {
    const rows = await read.query<StoredMessage & { requestId: string }>(
      `select m.id, m.request_id as "requestId", m.body_sealed as "bodySealed", r.way, r.from_division as "fromDivision",
              r.to_division as "toDivision"
         from coordination_message m join coordination_request r on r.id = m.request_id where m.id = $1`,
      [id],
    );
    return read.disclose('coordination_request', rows, ({ requestId }) => requestId)[0];
  }

  /** Takes a message in; false when it, or its place in the order, has been taken before. */
  async arrive(
    tx: Tx,
    arrival: { id: string; peer: string; requestId: string; seq: number; bodySealed: Buffer; at: Date },
  ): Promise<boolean> {
    const rows = await tx.query(
      `insert into coordination_arrival (id, peer, request_id, seq, body_sealed, arrived_at) values ($1, $2, $3, $4, $5, $6)
       on conflict do nothing returning id`,
      [arrival.id, arrival.peer, arrival.requestId, arrival.seq, arrival.bodySealed, arrival.at],
    );
    return rows.length === 1;
  }

  /** What was kept of a request and comes next, for as long as nothing is missing; it is locked against others. */
  async next(tx: Tx, peer: string, requestId: string, heard: number): Promise<KeptArrival | undefined> {
    const [row] = await tx.query<KeptArrival>(
      `select id, peer, seq, body_sealed as "bodySealed" from coordination_arrival
        where peer = $1 and request_id = $2 and seq = $3 and settled = 'kept' for update`,
      [peer, requestId, heard + 1],
    );
    return row;
  }

  async settle(tx: Tx, id: string, settled: 'understood' | 'unheard'): Promise<void> {
    await tx.query('update coordination_arrival set settled = $2, body_sealed = null where id = $1', [id, settled]);
  }

  /** How many messages of the other place were taken in order; null where there is no such request with that peer. */
  async heard(tx: Tx, peer: string, requestId: string): Promise<number | null> {
    const [row] = await tx.query<{ heard: number; peer: string | null }>(
      'select heard, peer from coordination_request where id = $1 for update',
      [requestId],
    );
    return row && row.peer === peer ? row.heard : null;
  }

  async hear(tx: Tx, requestId: string, seq: number): Promise<void> {
    await tx.query('update coordination_request set heard = $2 where id = $1', [requestId, seq]);
  }

  /** One at a time takes in what belongs to a request, also while there is no row of it yet. */
  async lock(tx: Tx, requestId: string): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`coordination:${requestId}`]);
  }
}

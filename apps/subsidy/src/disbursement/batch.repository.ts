import type { Read, Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { Level } from '../funding/funding.types';
import type { BatchState } from './batch.state';
import type { Batch, BatchSummary, StateTotal } from './disbursement.types';

const BATCH = `id, programme, division_code as "divisionCode", county_code as "countyCode", period, kind, no, state, maker,
  encode(content_hash, 'hex') as "contentHash", line_count as "lineCount", total_fen as "totalFen",
  prepared_at as "preparedAt", approved_at as "approvedAt", sent_at as "sentAt", reconciled_at as "reconciledAt"`;

/** Batches as a whole, their approvals and their files. */
@Injectable()
export class BatchRepository {
  async find(read: Read, id: string): Promise<Batch | undefined> {
    return (await read.query<Batch>(`select ${BATCH} from payment_batch where id = $1`, [id]))[0];
  }

  byIds(read: Read, ids: readonly string[]): Promise<Batch[]> {
    return read.query<Batch>(`select ${BATCH} from payment_batch where id = any($1::uuid[])`, [ids]);
  }

  /** Locks the row: two officers pressing the button together are served one after the other. */
  async findForUpdate(tx: Tx, id: string): Promise<Batch | undefined> {
    return (await tx.query<Batch>(`select ${BATCH} from payment_batch where id = $1 for update`, [id]))[0];
  }

  /** Oldest first. A batch whose file was committed but not handed over still counts as approved. */
  inStates(read: Read, states: readonly string[]): Promise<Batch[]> {
    return read.query<Batch>(
      `select ${BATCH} from payment_batch b
        where b.state = any($1::text[]) or ('approved' = any($1::text[]) and b.state = 'sent' and exists (
                select from bank_file f where f.batch_id = b.id and f.state = 'written'))
        order by prepared_at, id`,
      [states],
    );
  }

  /** Newest first: by the day of preparation, then id. */
  list(
    read: Read,
    filter: { programme?: string; divisionPrefix?: string; after?: { preparedAt: string; id: string }; first: number },
  ): Promise<Batch[]> {
    return read.query<Batch>(
      `select ${BATCH} from payment_batch
        where ($1::text is null or programme = $1) and starts_with(division_code, $2)
          and ($3::timestamptz is null or (prepared_at, id) < ($3, $4::uuid))
        order by prepared_at desc, id desc limit $5`,
      [
        filter.programme ?? null,
        filter.divisionPrefix ?? '',
        filter.after?.preparedAt ?? null,
        filter.after?.id ?? null,
        filter.first,
      ],
    );
  }

  async insert(
    tx: Tx,
    batch: Pick<Batch, 'id' | 'programme' | 'divisionCode' | 'period' | 'kind' | 'maker' | 'preparedAt'>,
  ): Promise<void> {
    await tx.query(
      `insert into payment_batch (id, programme, division_code, period, budget_year, kind, no, maker, prepared_at)
       select $1, $2, $3, $4, $5, $6, 1 + coalesce(max(no), 0), $7, $8 from payment_batch
        where programme = $2 and division_code = $3 and period = $4 and kind = $6`,
      [
        batch.id,
        batch.programme,
        batch.divisionCode,
        batch.period,
        Number(batch.period.slice(0, 4)),
        batch.kind,
        batch.maker,
        batch.preparedAt,
      ],
    );
  }

  /** @param stamp the column that remembers when. */
  async move(
    tx: Tx,
    id: string,
    state: BatchState,
    stamp?: { column: 'approved_at' | 'sent_at' | 'answered_at'; at: Date },
  ): Promise<void> {
    const also = stamp ? `, ${stamp.column} = $3` : '';
    await tx.query(
      `update payment_batch set state = $2${also} where id = $1`,
      stamp ? [id, state, stamp.at] : [id, state],
    );
  }

  async cancel(tx: Tx, id: string, actor: string, reason: string, at: Date): Promise<void> {
    await tx.query(
      `update payment_batch set state = 'cancelled', cancelled_by = $2, cancel_reason = $3, cancelled_at = $4 where id = $1`,
      [id, actor, reason, at],
    );
  }

  async approvers(read: Read, batchId: string): Promise<string[]> {
    const rows = await read.query<{ approver: string }>(
      'select approver from approval where batch_id = $1 order by at, approver',
      [batchId],
    );
    return rows.map((row) => row.approver);
  }

  async insertApproval(tx: Tx, batch: Batch, approver: string, at: Date, steppedUpAt: Date): Promise<void> {
    await tx.query(
      `insert into approval (batch_id, maker, content_hash, approver, at, stepped_up_at)
       values ($1, $2, decode($3, 'hex'), $4, $5, $6)`,
      [batch.id, batch.maker, batch.contentHash, approver, at, steppedUpAt],
    );
  }

  async insertShares(tx: Tx, batchId: string, shares: readonly { level: Level; fen: bigint }[]): Promise<void> {
    await tx.query(
      'insert into batch_share (batch_id, level, fen) select $1, * from unnest($2::text[], $3::bigint[])',
      [batchId, shares.map((share) => share.level), shares.map((share) => share.fen)],
    );
  }

  shares(read: Read, batchId: string): Promise<{ level: Level; fen: bigint }[]> {
    return read.query(
      `select level, fen from batch_share where batch_id = $1
        order by array_position(array['central', 'province', 'city', 'county'], level)`,
      [batchId],
    );
  }

  /** What of the batch the ledger still has reserved: transfers neither posted nor voided. */
  reserved(read: Read, batchId: string): Promise<{ id: string; fen: bigint }[]> {
    return read.query(
      `select t.id, t.fen from transfer t where t.ref = $1 and t.kind = 'pending'
          and not exists (select from transfer e where e.pending_id = t.id) order by t.id`,
      [batchId],
    );
  }

  async summary(read: Read, batch: Batch): Promise<BatchSummary> {
    const states = await read.query<StateTotal>(
      `select state, count(*)::integer as lines, sum(amount_fen)::bigint as fen from attempt
        where batch_id = $1 group by state order by state`,
      [batch.id],
    );
    const attention = await read.query<{ line: number; endToEndId: string; reason: string; all: bigint }>(
      `select line, end_to_end_id as "endToEndId", attention as reason, count(*) over () as all from attempt
        where batch_id = $1 and attention is not null order by line limit 100`,
      [batch.id],
    );
    return {
      ...batch,
      states,
      shares: await this.shares(read, batch.id),
      approvers: await this.approvers(read, batch.id),
      attention: attention.map(({ line, endToEndId, reason }) => ({ line, endToEndId, reason })),
      attentionCount: Number(attention[0]?.all ?? 0n),
    };
  }
}

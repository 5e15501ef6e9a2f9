import type { Read, Tx } from '@app/database';
import type { Day, Fen } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type {
  CutReason,
  NewReceivable,
  Receivable,
  ReceivableShare,
  ReceivableStep,
  ShareStanding,
} from './receivable.types';

const COLUMNS = `id, matter_id as "matterId", division_code as "divisionCode", programme, debtor_name as "debtorName",
  decided_fen as "decidedFen", cut_fen as "cutFen", received_fen as "receivedFen", open_fen as "openFen",
  opened_by as "openedBy", opened_on as "openedOn"`;

export interface NewStep {
  readonly id: string;
  readonly receivableId: string;
  readonly kind: 'received' | 'cut' | 'returned';
  readonly fen: Fen;
  readonly reason?: CutReason;
  readonly note?: string;
  readonly requestId?: string | null;
  readonly receiptId?: string;
  /** Of the budgets: sums to `fen` where money moves. */
  readonly shares?: readonly ReceivableShare[];
  readonly onDay: Day;
  readonly at: Date;
}

/** The SQL about receivables. No statement writes an amount but the first: the rest are steps, which the database counts. */
@Injectable()
export class ReceivableRepository {
  async insert(
    tx: Tx,
    one: NewReceivable & { readonly id: string; readonly openedOn: Day; readonly at: Date },
  ): Promise<void> {
    await tx.query(
      `insert into receivable (id, matter_id, division_code, programme, debtor_name, debtor_key, decided_fen, opened_on, opened_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        one.id,
        one.matterId,
        one.divisionCode,
        one.programme,
        one.debtor.name,
        one.debtor.key,
        one.fen,
        one.openedOn,
        one.at,
      ],
    );
    await tx.query(
      `insert into receivable_share (receivable_id, level, year, fen)
       select $1, level, year, fen from unnest($2::text[], $3::smallint[], $4::bigint[]) s (level, year, fen)`,
      [one.id, ...columnsOf(one.shares)],
    );
  }

  async byMatter(read: Read, matterId: string): Promise<Receivable | undefined> {
    const [row] = await read.query<Receivable>(`select ${COLUMNS} from receivable where matter_id = $1`, [matterId]);
    return row;
  }

  byIds(read: Read, ids: readonly string[]): Promise<Receivable[]> {
    return read.query<Receivable>(`select ${COLUMNS} from receivable where id = any ($1) order by id`, [ids]);
  }

  /** Two that change one receivable are served one after the other. */
  async forUpdate(tx: Tx, id: string): Promise<Receivable | undefined> {
    await tx.query('select receivable_lock($1)', [id]);
    return (await this.byIds(tx, [id]))[0];
  }

  shares(read: Read, receivableIds: readonly string[]): Promise<ShareStanding[]> {
    return read.query<ShareStanding>(
      `select receivable_id as "receivableId", level, year, fen, received_fen as "receivedFen" from receivable_share
        where receivable_id = any ($1) order by level, year`,
      [receivableIds],
    );
  }

  async insertStep(tx: Tx, step: NewStep): Promise<void> {
    const { id, receivableId, kind, fen, reason, note, requestId, receiptId, shares = [], onDay, at } = step;
    await tx.query(
      `insert into receivable_step (id, receivable_id, kind, fen, reason, note, request_id, receipt_id, on_day, at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [id, receivableId, kind, fen, reason ?? null, note ?? null, requestId ?? null, receiptId ?? null, onDay, at],
    );
    await tx.query(
      `insert into receivable_step_share (step_id, level, year, fen)
       select $1, level, year, fen from unnest($2::text[], $3::smallint[], $4::bigint[]) s (level, year, fen)`,
      [id, ...columnsOf(shares)],
    );
  }

  steps(read: Read, receivableId: string): Promise<ReceivableStep[]> {
    return read.query<ReceivableStep>(
      `select s.id, s.receivable_id as "receivableId", s.no, s.kind, s.fen, s.open_fen as "openFen", s.reason, s.note,
              q.reference, s.receipt_id as "receiptId", s.on_day as "onDay", s.at
         from receivable_step s left join payment_request q on q.id = s.request_id
        where s.receivable_id = $1 order by s.no`,
      [receivableId],
    );
  }

  /** What each receipt has given to a receivable and was not given back, the latest first. */
  receipts(read: Read, receivableId: string): Promise<{ receiptId: string; fen: Fen }[]> {
    return read.query<{ receiptId: string; fen: Fen }>(
      `select receipt_id as "receiptId", sum(case kind when 'received' then fen else -fen end)::bigint as fen from receivable_step
        where receivable_id = $1 and receipt_id is not null
        group by receipt_id having sum(case kind when 'received' then fen else -fen end) > 0
        order by max(no) filter (where kind = 'received') desc`,
      [receivableId],
    );
  }

  /** The account that a bank receipt came in on, as the ledger knows it: `unmatched:…`. */
  async unmatchedAccount(read: Read, receiptId: string): Promise<string | undefined> {
    const [row] = await read.query<{ credit: string }>(
      `select credit from transfer where ref = $1 and credit ^@ 'unmatched:' limit 1`,
      [receiptId],
    );
    return row?.credit;
  }
}

const columnsOf = (shares: readonly ReceivableShare[]) => [
  shares.map(({ level }) => level),
  shares.map(({ year }) => year),
  shares.map(({ fen }) => fen),
];

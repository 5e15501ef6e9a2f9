import type { Read, Tx } from '@app/database';
import type { Day, Fen } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type {
  CutReason,
  NewReceivable,
  Receivable,
  ReceivableFilter,
  ReceivableShare,
  ReceivableStep,
  ShareStanding,
  StepShare,
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
    await tx.query('select receivable_lock(array[$1::uuid])', [id]);
    return (await this.byIds(tx, [id]))[0];
  }

  shares(read: Read, receivableIds: readonly string[]): Promise<ShareStanding[]> {
    return read.query<ShareStanding>(
      `select receivable_id as "receivableId", level, year, fen, received_fen as "receivedFen" from receivable_share
        where receivable_id = any ($1) order by level, year`,
      [receivableIds],
    );
  }

  /** The same for many, in the order of their ids. */
  async allForUpdate(tx: Tx, ids: readonly string[]): Promise<Receivable[]> {
    await tx.query('select receivable_lock($1::uuid[])', [ids]);
    return this.byIds(tx, ids);
  }

  insertStep(tx: Tx, step: NewStep): Promise<void> {
    return this.insertSteps(tx, [step]);
  }

  /** In their order, each after the ones before it, of receivables that the caller holds. */
  async insertSteps(tx: Tx, steps: readonly NewStep[]): Promise<void> {
    await tx.query(
      `insert into receivable_step (id, receivable_id, no, kind, fen, open_fen, reason, note, request_id, receipt_id, by_actor, on_day, at)
       select s.id, s.receivable_id, r.steps + row_number() over so_far, s.kind, s.fen,
              r.open_fen - sum(case s.kind when 'returned' then -s.fen else s.fen end) over so_far, s.reason, s.note, s.request_id,
              s.receipt_id, (select guard_text('actor')), s.on_day, s.at
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::uuid[], $8::uuid[], $9::date[],
                     $10::timestamptz[]) with ordinality
              s (id, receivable_id, kind, fen, reason, note, request_id, receipt_id, on_day, at, place)
         join receivable r on r.id = s.receivable_id
       window so_far as (partition by s.receivable_id order by s.place)`,
      [
        steps.map(({ id }) => id),
        steps.map(({ receivableId }) => receivableId),
        steps.map(({ kind }) => kind),
        steps.map(({ fen }) => fen),
        steps.map(({ reason }) => reason ?? null),
        steps.map(({ note }) => note ?? null),
        steps.map(({ requestId }) => requestId ?? null),
        steps.map(({ receiptId }) => receiptId ?? null),
        steps.map(({ onDay }) => onDay),
        steps.map(({ at }) => at),
      ],
    );
    const shares = steps.flatMap(({ id, shares: parts = [] }) => parts.map((part) => ({ ...part, id })));
    if (shares.length === 0) return;
    await tx.query(
      `insert into receivable_step_share (step_id, level, year, fen)
       select * from unnest($1::uuid[], $2::text[], $3::smallint[], $4::bigint[])`,
      [shares.map(({ id }) => id), ...columnsOf(shares)],
    );
  }

  list(read: Read, filter: ReceivableFilter, after: string | null, limit: number): Promise<Receivable[]> {
    return read.query<Receivable>(
      `select ${COLUMNS} from receivable
        where division_code ^@ $1 and ($2::uuid is null or matter_id = $2) and ($3::boolean is null or (open_fen > 0) = $3)
          and ($4::bytea is null or debtor_key = $4) and ($5::uuid is null or id > $5) order by id limit $6`,
      [filter.prefix, filter.matterId, filter.isOpen, filter.numberKey, after, limit],
    );
  }

  own(read: Read): Promise<Receivable[]> {
    return read.query<Receivable>(`select ${COLUMNS} from receivable where debtor_key = guard_key() order by id`);
  }

  steps(read: Read, receivableIds: readonly string[]): Promise<ReceivableStep[]> {
    return read.query<ReceivableStep>(
      `select s.id, s.receivable_id as "receivableId", s.no, s.kind, s.fen, s.open_fen as "openFen", s.reason, s.note,
              q.reference, s.receipt_id as "receiptId", s.on_day as "onDay", s.at
         from receivable_step s left join payment_request q on q.id = s.request_id
        where s.receivable_id = any ($1) order by s.receivable_id, s.no`,
      [receivableIds],
    );
  }

  stepShares(read: Read, stepIds: readonly string[]): Promise<StepShare[]> {
    return read.query<StepShare>(
      `select step_id as "stepId", level, year, fen from receivable_step_share where step_id = any ($1) order by level, year`,
      [stepIds],
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

  /** The accounts that bank receipts came in on, as the ledger knows them: `unmatched:…`. */
  async unmatchedAccounts(read: Read, receiptIds: readonly string[]): Promise<Map<string, string>> {
    const rows = await read.query<{ ref: string; credit: string }>(
      `select distinct ref, credit from transfer where ref = any ($1::uuid[]) and credit ^@ 'unmatched:'`,
      [receiptIds],
    );
    return new Map(rows.map(({ ref, credit }) => [ref, credit]));
  }
}

const columnsOf = (shares: readonly ReceivableShare[]) => [
  shares.map(({ level }) => level),
  shares.map(({ year }) => year),
  shares.map(({ fen }) => fen),
];

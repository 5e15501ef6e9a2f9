import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type {
  FiscalReceiptRow,
  FiscalReceiptState,
  GapRow,
  NewSeries,
  OpenLoss,
  SeriesRow,
} from './fiscal-receipt.types';

const RECEIPT = `id, number, series_id as "seriesId", step_id as "stepId", receivable_id as "receivableId",
  bank_receipt_id as "bankReceiptId", division_code as "divisionCode", payer_name as "payerName", fen, state, replaces,
  issued_by as "issuedBy", issued_on as "issuedOn", ended_on as "endedOn", end_reason as "endReason",
  report_due_on as "reportDueOn", reported_on as "reportedOn"`;
const SIZE = 'upper(g.numbers) - lower(g.numbers)';
const COUNTED = `select s.id, s.division_code as "divisionCode", s.receipt_code as "receiptCode",
    lpad(s.first_no::text, s.number_digits, '0') as "firstNo", lpad(s.last_no::text, s.number_digits, '0') as "lastNo", s.document,
    s.allotted_by as "allottedBy", s.allotted_on as "allottedOn", (s.last_no - s.first_no + 1)::int as allotted,
    f.issued, f.voided, f.lost + g.lost as lost, g.returned,
    coalesce((select sum(upper(r) - lower(r)) from unnest(receipt_series_free(s.id)) r), 0)::int as left, f.unreported + g.unreported as unreported
  from receipt_series s
  cross join lateral (select (count(*) filter (where state = 'issued'))::int as issued, (count(*) filter (where state = 'voided'))::int as voided,
      (count(*) filter (where state = 'lost'))::int as lost, (count(*) filter (where state = 'lost' and reported_on is null))::int as unreported
      from fiscal_receipt where series_id = s.id) f
  cross join lateral (select coalesce(sum(${SIZE}) filter (where kind = 'lost'), 0)::int as lost,
      coalesce(sum(${SIZE}) filter (where kind = 'returned'), 0)::int as returned,
      (count(*) filter (where kind = 'lost' and reported_on is null))::int as unreported from receipt_gap g where g.series_id = s.id) g`;

/** What a bank receipt gave to a receivable and was not given back. */
const NET = `(select sum(case n.kind when 'received' then n.fen else -n.fen end) from receivable_step n
  where n.receivable_id = t.receivable_id and n.receipt_id = t.receipt_id and n.kind in ('received', 'returned'))`;

export interface SeriesHead {
  readonly id: string;
  readonly divisionCode: string;
  readonly receiptCode: string;
}

/** Money that was matched and has no receipt yet. */
export interface DueStep {
  readonly stepId: string;
  readonly county: string;
  /** One that was ended and has nothing in its place. */
  readonly replaces: string | null;
}

/** The SQL about series and receipts. */
@Injectable()
export class FiscalReceiptRepository {
  async insertSeries(
    tx: Tx,
    series: NewSeries & { readonly id: string; readonly digits: number; readonly allottedOn: Day; readonly at: Date },
  ): Promise<void> {
    await tx.query(
      `insert into receipt_series (id, division_code, receipt_code, first_no, last_no, number_digits, next_no, document, allotted_on, allotted_at)
       values ($1, $2, $3, $4, $5, $6, $4, $7, $8, $9)`,
      [
        series.id,
        series.divisionCode,
        series.receiptCode,
        series.firstNo,
        series.lastNo,
        series.digits,
        series.document,
        series.allottedOn,
        series.at,
      ],
    );
  }

  async series(read: Read, id: string): Promise<SeriesHead | undefined> {
    const [row] = await read.query<SeriesHead>(
      `select id, division_code as "divisionCode", receipt_code as "receiptCode" from receipt_series where id = $1`,
      [id],
    );
    return row;
  }

  /** Every series of a division with what became of its numbers, oldest first. */
  stock(read: Read, prefix: string, ids: readonly string[] | null = null): Promise<SeriesRow[]> {
    return read.query<SeriesRow>(
      `${COUNTED} where s.division_code ^@ $1 and ($2::uuid[] is null or s.id = any ($2)) order by s.allotted_at, s.id`,
      [prefix, ids],
    );
  }

  gaps(read: Read, seriesIds: readonly string[]): Promise<GapRow[]> {
    return read.query<GapRow>(
      `select g.id, g.series_id as "seriesId", g.kind, lpad(lower(g.numbers)::text, s.number_digits, '0') as "firstNo",
              lpad((upper(g.numbers) - 1)::text, s.number_digits, '0') as "lastNo", g.reason, g.happened_on as "happenedOn",
              g.report_due_on as "reportDueOn", g.reported_on as "reportedOn"
         from receipt_gap g join receipt_series s on s.id = g.series_id where g.series_id = any ($1) order by g.numbers`,
      [seriesIds],
    );
  }

  /** The oldest series of a county that has a number left; the next number is the trigger's, under its lock. */
  async usable(tx: Tx, county: string): Promise<string | undefined> {
    const [row] = await tx.query<{ id: string }>(
      `select id from receipt_series s where left(division_code, 6) = left($1, 6) and next_no <= last_no
          and not isempty(receipt_series_free(s.id)) order by allotted_at, receipt_code, first_no limit 1`,
      [county],
    );
    return row?.id;
  }

  /** Where a number is left; oldest first, so that numbers follow the order in which money was matched. */
  due(read: Read, prefix: string, limit: number): Promise<DueStep[]> {
    return read.query<DueStep>(
      `select t.id as "stepId", rpad(left(r.division_code, 6), 12, '0') as county,
              (select f.id from fiscal_receipt f where f.step_id = t.id and f.state <> 'issued'
                  and not exists (select from fiscal_receipt n where n.replaces = f.id) order by f.issued_at desc limit 1) as replaces
         from receivable_step t join receivable r on r.id = t.receivable_id
        where t.kind = 'received' and r.division_code ^@ $1
          and not exists (select from fiscal_receipt f where f.step_id = t.id and f.state = 'issued')
          and ${NET} > coalesce((select sum(f.fen) from fiscal_receipt f where f.receivable_id = t.receivable_id
                                    and f.bank_receipt_id = t.receipt_id and f.state = 'issued'), 0)
          and exists (select from receipt_series s where left(s.division_code, 6) = left(r.division_code, 6) and s.next_no <= s.last_no
                        and not isempty(receipt_series_free(s.id)))
        order by t.at, t.id limit $2`,
      [prefix, limit],
    );
  }

  /** Number, amount and payer are the trigger's. False where somebody else gave one out for the same money in the meantime. */
  async issue(
    tx: Tx,
    receipt: { id: string; seriesId: string; stepId: string; replaces: string | null; issuedOn: Day; at: Date },
  ): Promise<boolean> {
    const rows = await tx.query(
      `insert into fiscal_receipt (id, series_id, step_id, replaces, state, issued_on, issued_at)
       select $1, $2, $3, $4, 'issued', $5::date, $6::timestamptz
        where not exists (select from fiscal_receipt where step_id = $3 and state = 'issued') returning id`,
      [receipt.id, receipt.seriesId, receipt.stepId, receipt.replaces, receipt.issuedOn, receipt.at],
    );
    return rows.length > 0;
  }

  /** Held until the transaction ends, so that two who give out numbers of a county do it one after the other. */
  async holdCounty(tx: Tx, county: string): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('fiscal-receipt:' || left($1, 6), 0))`, [county]);
  }

  /** What of the money of an ended receipt stands. */
  async netOf(read: Read, stepId: string): Promise<bigint> {
    const [row] = await read.query<{ net: bigint | null }>(
      `select ${NET}::bigint as net from receivable_step t where t.id = $1`,
      [stepId],
    );
    return row?.net ?? 0n;
  }

  async findForUpdate(tx: Tx, id: string): Promise<FiscalReceiptRow | undefined> {
    const [row] = await tx.query<FiscalReceiptRow>(
      `select ${RECEIPT} from fiscal_receipt where id = $1 for no key update`,
      [id],
    );
    return row;
  }

  byIds(read: Read, ids: readonly string[]): Promise<FiscalReceiptRow[]> {
    return read.query<FiscalReceiptRow>(`select ${RECEIPT} from fiscal_receipt where id = any ($1) order by id`, [ids]);
  }

  list(
    read: Read,
    filter: { prefix: string; state: FiscalReceiptState | null; number: string | null },
    after: string | null,
    limit: number,
  ): Promise<FiscalReceiptRow[]> {
    return read.query<FiscalReceiptRow>(
      `select ${RECEIPT} from fiscal_receipt
        where division_code ^@ $1 and ($2::text is null or state = $2) and ($3::text is null or number = $3)
          and ($4::uuid is null or id > $4) order by id limit $5`,
      [filter.prefix, filter.state, filter.number, after, limit],
    );
  }

  own(read: Read): Promise<FiscalReceiptRow[]> {
    return read.query<FiscalReceiptRow>(
      `select ${RECEIPT} from fiscal_receipt where payer_key = guard_key() order by id`,
    );
  }

  /** Numbers that were ever given out for money of a bank receipt. */
  async numbersOf(read: Read, bankReceiptId: string): Promise<string[]> {
    const rows = await read.query<{ number: string }>(
      `select number from fiscal_receipt where bank_receipt_id = $1 order by number`,
      [bankReceiptId],
    );
    return rows.map(({ number }) => number);
  }

  async end(
    tx: Tx,
    id: string,
    how: { state: 'voided' | 'lost'; on: Day; reason: string; reportDueOn: Day | null },
  ): Promise<void> {
    await tx.query(
      `update fiscal_receipt set state = $2, ended_by = guard_text('actor'), ended_on = $3, end_reason = $4, report_due_on = $5 where id = $1`,
      [id, how.state, how.on, how.reason, how.reportDueOn],
    );
  }

  /** Those that stand for what a bank receipt gave to a receivable. */
  async standing(tx: Tx, bankReceiptId: string, receivableId: string): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `select id from fiscal_receipt where bank_receipt_id = $1 and receivable_id = $2 and state = 'issued' order by id for no key update`,
      [bankReceiptId, receivableId],
    );
    return rows.map(({ id }) => id);
  }

  async insertLoss(
    tx: Tx,
    gap: {
      seriesId: string;
      firstNo: bigint;
      lastNo: bigint;
      reason: string;
      happenedOn: Day;
      reportDueOn: Day | null;
      on: Day;
      at: Date;
    },
  ): Promise<string> {
    const [row] = await tx.query<{ id: string }>(
      `insert into receipt_gap (series_id, numbers, kind, reason, happened_on, recorded_on, recorded_at, report_due_on)
       values ($1, int8range($2, $3, '[]'), 'lost', $4, $5, $6, $7, $8) returning id`,
      [gap.seriesId, gap.firstNo, gap.lastNo, gap.reason, gap.happenedOn, gap.on, gap.at, gap.reportDueOn],
    );
    return row!.id;
  }

  /** Everything that is left of a series goes back; how many numbers that was. */
  async returnRest(tx: Tx, seriesId: string, reason: string, on: Day, at: Date): Promise<number> {
    const rows = await tx.query<{ n: number }>(
      `insert into receipt_gap (series_id, numbers, kind, reason, happened_on, recorded_on, recorded_at)
       select $1, r, 'returned', $2, $3, $3, $4 from unnest(receipt_series_free($1)) r
       returning (upper(numbers) - lower(numbers))::int as n`,
      [seriesId, reason, on, at],
    );
    return rows.reduce((sum, { n }) => sum + n, 0);
  }

  losses(read: Read, prefix: string): Promise<OpenLoss[]> {
    return read.query<OpenLoss>(
      `select g.id, 'blank' as what, s.division_code as "divisionCode", s.receipt_code || lpad(lower(g.numbers)::text, s.number_digits, '0') as "firstNumber",
              s.receipt_code || lpad((upper(g.numbers) - 1)::text, s.number_digits, '0') as "lastNumber", g.happened_on as "happenedOn",
              g.report_due_on as "reportDueOn"
         from receipt_gap g join receipt_series s on s.id = g.series_id
        where g.kind = 'lost' and g.reported_on is null and s.division_code ^@ $1
       union all
       select id, 'receipt', division_code, number, number, ended_on, report_due_on from fiscal_receipt
        where state = 'lost' and reported_on is null and division_code ^@ $1
       order by "reportDueOn" nulls last, "firstNumber"`,
      [prefix],
    );
  }

  /** Whether there was such a loss, and it is reported now. */
  async report(tx: Tx, id: string, by: string, on: Day, ref: string): Promise<boolean> {
    const parameters = [id, by, on, ref];
    const gaps = await tx.query(
      `update receipt_gap set reported_by = $2, reported_on = $3, report_ref = $4
        where id = $1 and kind = 'lost' and reported_on is null returning id`,
      parameters,
    );
    if (gaps.length > 0) return true;
    const receipts = await tx.query(
      `update fiscal_receipt set reported_by = $2, reported_on = $3, report_ref = $4
        where id = $1 and state = 'lost' and reported_on is null returning id`,
      parameters,
    );
    return receipts.length > 0;
  }
}

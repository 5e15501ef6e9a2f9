import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type {
  BankDayTotal,
  Difference,
  DifferenceRow,
  Figures,
  MonthRow,
  ReconciliationRow,
} from './receipt-reconciliation.types';

const ROW = `id, county_code as "countyCode", day, no, stated_fen as "statedFen", booked_fen as "bookedFen", matched_fen as "matchedFen",
  refundable_fen as "refundableFen", unmatched_fen as "unmatchedFen", collected_fen as "collectedFen", remitted_fen as "remittedFen",
  under_way_fen as "underWayFen", given_back_fen as "givenBackFen", standing_fen as "standingFen", satisfied_fen as "satisfiedFen",
  receipted_fen as "receiptedFen", is_balanced as "isBalanced", run_by as "runBy", run_at as "runAt"`;
const DIFFERENCE = `id, county_code as "countyCode", day, kind, expected_fen as "expectedFen", found_fen as "foundFen",
  found_at as "foundAt", ended_by as "endedBy", ended_at as "endedAt", note`;
const MONTH = `county_code as "countyCode", month, booked_fen as "bookedFen", days, closed_by as "closedBy", closed_on as "closedOn"`;
const LIVE = `('drafted', 'prepared', 'approved', 'handed')`;
/** $1 is the county. */
const OF_COUNTY = (code: string) => `${code} ^@ left($1, 6)`;
const FIGURES = `select
  (select sum(t.fen) from (select distinct on (account) fen from bank_day_total where county_code = $1 and day = $2 order by account, no desc) t)::bigint as "statedFen",
  b.booked as "bookedFen", b.matched as "matchedFen", b.refundable as "refundableFen", b.left as "unmatchedFen", b.ledger as "ledgerFen",
  (select coalesce(sum(left_fen), 0) from bank_receipt where ${OF_COUNTY('division_code')})::bigint as "openFen",
  (select coalesce(sum(credits_posted - debits_posted - debits_pending), 0) from ledger_account where code ^@ ('unmatched:' || $1 || ':'))::bigint as "openLedgerFen",
  s.collected as "collectedFen", s.satisfied as "satisfiedFen",
  (select coalesce(sum(l.fen), 0) from remittance_line l join remittance r on r.id = l.remittance_id
    where r.county_code = $1 and r.state = 'confirmed')::bigint as "remittedFen",
  (select coalesce(sum(l.fen), 0) from remittance_line l join remittance r on r.id = l.remittance_id
    where r.county_code = $1 and r.state in ${LIVE})::bigint as "underWayFen",
  (select coalesce(sum(fen), 0) from transfer where debit ^@ ('collected:' || $1 || ':') and kind = 'single')::bigint as "givenBackFen",
  (select coalesce(sum(credits_posted - debits_posted - debits_pending), 0) from ledger_account where code ^@ ('collected:' || $1 || ':'))::bigint as "standingFen",
  (select coalesce(sum(f.fen), 0) from fiscal_receipt f where ${OF_COUNTY('f.division_code')} and f.state = 'issued')::bigint as "receiptedFen"
 from (select coalesce(sum(fen), 0)::bigint as booked, coalesce(sum(matched_fen), 0)::bigint as matched,
         coalesce(sum(refundable_fen), 0)::bigint as refundable, coalesce(sum(left_fen), 0)::bigint as left,
         coalesce(sum((select t.fen from transfer t where t.ref = r.id and t.debit ^@ ('bank:' || $1 || ':'))), 0)::bigint as ledger
        from bank_receipt r where ${OF_COUNTY('division_code')} and booked_on = $2) b,
      (select coalesce(sum(t.fen) filter (where t.kind = 'received'), 0)::bigint as collected,
         coalesce(sum(case t.kind when 'received' then t.fen else -t.fen end), 0)::bigint as satisfied
        from receivable_step t join receivable r on r.id = t.receivable_id
       where ${OF_COUNTY('r.division_code')} and t.kind in ('received', 'returned')) s`;

/** The SQL about reconciling what came in. */
@Injectable()
export class ReceiptReconciliationRepository {
  async countyOfAccount(read: Read, account: string): Promise<string | undefined> {
    const [row] = await read.query<{ county: string }>(
      `select rpad(left(division_code, 6), 12, '0') as county from receiving_account where account = $1`,
      [account],
    );
    return row?.county;
  }

  async insertTotal(tx: Tx, id: string, county: string, total: BankDayTotal, at: Date): Promise<void> {
    const { account, day, receipts, fen, source } = total;
    await tx.query(
      `insert into bank_day_total (id, county_code, account, day, no, receipts, fen, source, stated_at)
       select $1, $2, $3, $4, 1 + coalesce(max(no), 0), $5, $6, $7, $8 from bank_day_total where account = $3 and day = $4`,
      [id, county, account, day, receipts, fen, source, at],
    );
  }

  async figures(read: Read, county: string, day: Day): Promise<Figures> {
    return (await read.query<Figures>(FIGURES, [county, day]))[0]!;
  }

  /** Held until the transaction ends, so that two looks at a county count one after the other. */
  async hold(tx: Tx, county: string): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('receipt-reconciliation:' || $1, 0))`, [county]);
  }

  async insert(
    tx: Tx,
    row: { id: string; county: string; day: Day; figures: Figures; isBalanced: boolean; at: Date },
  ): Promise<void> {
    const { figures: f } = row;
    await tx.query(
      `insert into receipt_reconciliation (id, county_code, day, no, stated_fen, booked_fen, matched_fen, refundable_fen, unmatched_fen,
         collected_fen, remitted_fen, under_way_fen, given_back_fen, standing_fen, satisfied_fen, receipted_fen, is_balanced, run_at)
       select $1, $2, $3, 1 + coalesce(max(no), 0), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17
         from receipt_reconciliation where county_code = $2 and day = $3`,
      [
        row.id,
        row.county,
        row.day,
        f.statedFen,
        f.bookedFen,
        f.matchedFen,
        f.refundableFen,
        f.unmatchedFen,
        f.collectedFen,
        f.remittedFen,
        f.underWayFen,
        f.givenBackFen,
        f.standingFen,
        f.satisfiedFen,
        f.receiptedFen,
        row.isBalanced,
        row.at,
      ],
    );
  }

  /** A difference that is open already stays the one that it is; one of the same amounts that somebody explained is not opened again. */
  async insertDifference(
    tx: Tx,
    id: string,
    county: string,
    day: Day,
    difference: Difference,
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into receipt_difference (id, county_code, day, kind, expected_fen, found_fen, found_at)
       select $1, $2, $3, $4, $5, $6, $7
        where not exists (select from receipt_difference where county_code = $2 and day = $3 and kind = $4
                            and (ended_at is null or (expected_fen, found_fen) = ($5::bigint, $6::bigint)))`,
      [id, county, day, difference.kind, difference.expectedFen, difference.foundFen, at],
    );
  }

  /** Those of a day that a new look no longer finds. */
  async endOthers(tx: Tx, county: string, day: Day, kinds: readonly string[], note: string, at: Date): Promise<void> {
    await tx.query(
      `update receipt_difference set ended_by = guard_text('actor'), ended_at = $4, note = $5
        where county_code = $1 and day = $2 and ended_at is null and not kind = any ($3)`,
      [county, day, kinds, at, note],
    );
  }

  async differenceForUpdate(tx: Tx, id: string): Promise<DifferenceRow | undefined> {
    const [row] = await tx.query<DifferenceRow>(
      `select ${DIFFERENCE} from receipt_difference where id = $1 for no key update`,
      [id],
    );
    return row;
  }

  async endDifference(tx: Tx, id: string, note: string, at: Date): Promise<void> {
    await tx.query(
      `update receipt_difference set ended_by = guard_text('actor'), ended_at = $2, note = $3 where id = $1`,
      [id, at, note],
    );
  }

  differences(
    read: Read,
    prefix: string,
    isOpen: boolean,
    after: string | null,
    limit: number,
  ): Promise<DifferenceRow[]> {
    return read.query<DifferenceRow>(
      `select ${DIFFERENCE} from receipt_difference
        where county_code ^@ $1 and (not $2 or ended_at is null) and ($3::uuid is null or id > $3) order by id limit $4`,
      [prefix, isOpen, after, limit],
    );
  }

  /** The last look at each county and day, newest day first. */
  latest(
    read: Read,
    prefix: string,
    span: { from: Day | null; until: Day | null },
    limit: number,
  ): Promise<ReconciliationRow[]> {
    return read.query<ReconciliationRow>(
      `select * from (select distinct on (county_code, day) ${ROW} from receipt_reconciliation
         where county_code ^@ $1 and ($2::date is null or day >= $2) and ($3::date is null or day < $3) order by county_code, day, no desc) r
        order by r.day desc, r."countyCode" limit $4`,
      [prefix, span.from, span.until, limit],
    );
  }

  async byId(read: Read, id: string): Promise<ReconciliationRow> {
    return (await read.query<ReconciliationRow>(`select ${ROW} from receipt_reconciliation where id = $1`, [id]))[0]!;
  }

  /** Days before today with receipts whose last look found a difference, or is older than what came since. */
  due(read: Read, today: Day, from: Day): Promise<{ county: string; day: Day }[]> {
    return read.query<{ county: string; day: Day }>(
      `select county, day from (
         select rpad(left(division_code, 6), 12, '0') as county, booked_on as day, max(taken_at) as taken from bank_receipt
          where booked_on >= $2 and booked_on < $1 group by 1, 2) b
        where not exists (select from receipt_reconciliation r where r.county_code = b.county and r.day = b.day and r.is_balanced and r.run_at >= b.taken)
          and not exists (select from receipt_reconciliation r where r.county_code = b.county and r.day = b.day and r.run_at >= $1::date)
        order by county, day limit 200`,
      [today, from],
    );
  }

  async insertMonth(tx: Tx, county: string, month: Day, on: Day, at: Date): Promise<MonthRow> {
    const [row] = await tx.query<MonthRow>(
      `insert into receipt_month (county_code, month, booked_fen, days, closed_on, closed_at) values ($1, $2, 0, 0, $3, $4) returning ${MONTH}`,
      [county, month, on, at],
    );
    return row!;
  }

  months(read: Read, prefix: string): Promise<MonthRow[]> {
    return read.query<MonthRow>(
      `select ${MONTH} from receipt_month where county_code ^@ $1 order by month desc, county_code limit 200`,
      [prefix],
    );
  }
}

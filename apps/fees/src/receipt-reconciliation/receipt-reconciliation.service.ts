import { type Database, inContext, newId, systemContext } from '@app/database';
import { failpoint } from '@app/jobs';
import { addDays, CLOCK, type Clock, type Day, findDay, yuanText } from '@app/kernel';
import { csvLine } from '@app/tables';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { refuse } from './receipt-reconciliation.errors';
import { ReceiptReconciliationRepository } from './receipt-reconciliation.repository';
import { differencesOf } from './receipt-reconciliation.rules';
import type { BankDayTotal, DifferenceRow, MonthRow, ReconciliationRow } from './receipt-reconciliation.types';

const KIND = 'receipt_reconciliation';
/** How long the bell looks back for days that were not balanced. */
const LOOK_BACK_DAYS = 62;
const EXPORT_MAX = 2_000;
const EXPORT_HEAD = [
  'county_code',
  'day',
  'is_balanced',
  'stated_yuan',
  'booked_yuan',
  'matched_yuan',
  'refundable_yuan',
  'unmatched_yuan',
  'collected_yuan',
  'remitted_yuan',
  'under_way_yuan',
  'given_back_yuan',
  'standing_yuan',
  'satisfied_yuan',
  'receipted_yuan',
];

/** What came in, reconciled as strictly as what goes out: what differs is work for a person, and keeps the month open. */
@Injectable()
export class ReceiptReconciliationService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly rows: ReceiptReconciliationRepository,
  ) {}

  /** Looks every minute at days that are over and not balanced, each once a day. */
  ring(): Promise<number> {
    return inContext(systemContext('receipt-reconciliation', { purpose: 'funding' }), () => this.runDue());
  }

  async runDue(): Promise<number> {
    const today = this.clock.today();
    const due = await this.database.read((read) => this.rows.due(read, today, addDays(today, -LOOK_BACK_DAYS)));
    for (const { county, day } of due) await this.run(county, day);
    return due.length;
  }

  /** The bank's own word about an account and day; a later one stands in place of an earlier. */
  stateBank(total: BankDayTotal): Promise<ReconciliationRow> {
    return this.database
      .write(async (tx) => {
        const county = await this.rows.countyOfAccount(tx, total.account);
        if (county === undefined) throw refuse.accountUnknown(total.account);
        if (total.day > this.clock.today()) throw refuse.dayAhead();
        const id = newId(this.clock.now());
        await this.rows.insertTotal(tx, id, county, { ...total, source: total.source.trim() }, this.clock.now());
        tx.concern('bank_day_total', [id]);
        return county;
      })
      .then((county) => this.run(county, total.day));
  }

  /** Compares everything about a county and day, and puts what differs on the work-list; what no longer differs is off it. */
  run(county: string, day: Day): Promise<ReconciliationRow> {
    return this.database.write(async (tx) => {
      const at = this.clock.now();
      if (day > this.clock.today()) throw refuse.dayAhead();
      await this.rows.hold(tx, county);
      const figures = await this.rows.figures(tx, county, day);
      const differences = differencesOf(figures);
      const kinds = differences.map(({ kind }) => kind);
      await this.rows.endOthers(tx, county, day, kinds, '再次对账时已一致 (found equal by a later look)', at);
      for (const one of differences) await this.rows.insertDifference(tx, newId(at), county, day, one, at);
      const id = newId(at);
      await this.rows.insert(tx, { id, county, day, figures, isBalanced: differences.length === 0, at });
      tx.concern(KIND, [id]);
      failpoint('receipt-reconciliation.run');
      return this.rows.byId(tx, id);
    });
  }

  /** The last look at each county and day. */
  list(prefix: string, span: { from: Day | null; until: Day | null }, limit: number): Promise<ReconciliationRow[]> {
    return this.database.read((read) => this.rows.latest(read, prefix, span, limit));
  }

  differences(prefix: string, isOpen: boolean, after: string | null, limit: number): Promise<DifferenceRow[]> {
    return this.database.read((read) => this.rows.differences(read, prefix, isOpen, after, limit));
  }

  /** An officer says why two figures differ and what was done. */
  settle(id: string, note: string): Promise<DifferenceRow> {
    const words = note.trim();
    if ([...words].length < 4 || [...words].length > 400) throw refuse.noteMissing();
    return this.database.write(async (tx) => {
      const difference = await this.rows.differenceForUpdate(tx, id);
      if (!difference) throw refuse.unknown(id);
      if (difference.endedAt !== null) throw refuse.endedAlready();
      await this.rows.endDifference(tx, id, words, this.clock.now());
      tx.concern('receipt_difference', [id]);
      return (await this.rows.differenceForUpdate(tx, id))!;
    });
  }

  /** Closes a month (`2026-03`) of a county. Refused while a difference is open or a day was not looked at. */
  close(county: string, month: string): Promise<MonthRow> {
    const first = findDay(`${month}-01`);
    if (!first) throw refuse.notAMonth(month);
    return this.database.write(async (tx) => {
      await this.rows.hold(tx, county);
      const row = await this.rows.insertMonth(tx, county, first, this.clock.today(), this.clock.now());
      tx.concern('receipt_month', []);
      return row;
    });
  }

  months(prefix: string): Promise<MonthRow[]> {
    return this.database.read((read) => this.rows.months(read, prefix));
  }

  /** The last look at each county and day as CSV, newest first. */
  async export(prefix: string, span: { from: Day | null; until: Day | null }): Promise<string> {
    const rows = await this.list(prefix, span, EXPORT_MAX);
    const lines = rows.map((row) => {
      const { statedFen, bookedFen, matchedFen, refundableFen, unmatchedFen, collectedFen, remittedFen } = row;
      const { underWayFen, givenBackFen, standingFen, satisfiedFen, receiptedFen } = row;
      const figures = [bookedFen, matchedFen, refundableFen, unmatchedFen, collectedFen, remittedFen];
      const more = [underWayFen, givenBackFen, standingFen, satisfiedFen, receiptedFen];
      const stated = statedFen === null ? '' : yuanText(statedFen);
      return csvLine([
        row.countyCode,
        row.day,
        row.isBalanced ? 'yes' : 'no',
        stated,
        ...[...figures, ...more].map(yuanText),
      ]);
    });
    return [csvLine(EXPORT_HEAD), ...lines].join('');
  }
}

import { constraintName, type Database, newId, type Read, type Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, countyOf, type Day, type DivisionCode, wordsOf } from '@app/kernel';
import { workingDaysLater } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { ParameterService } from '../parameter/parameter.service';
import { refuse } from './fiscal-receipt.errors';
import { FiscalReceiptRepository } from './fiscal-receipt.repository';
import { SERIES_MAX } from './fiscal-receipt.rules';
import type {
  FiscalReceiptRow,
  FiscalReceiptState,
  GapRow,
  NewSeries,
  OpenLoss,
  SeriesRow,
} from './fiscal-receipt.types';

const KIND = 'fiscal_receipt';
/** Receipts that one transaction gives out. */
const AT_ONCE = 500;

/** Fiscal receipts: numbers allotted in a series, given out in order, each explained. */
@Injectable()
export class FiscalReceiptService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly receipts: FiscalReceiptRepository,
    private readonly parameters: ParameterService,
  ) {}

  /** Records the numbers that the treasury allotted to an office. A number is allotted once. */
  allot(series: NewSeries): Promise<SeriesRow> {
    return this.database.write(async (tx) => {
      const [at, allottedOn] = [this.clock.now(), this.clock.today()];
      const codeDigits = await this.whole(tx, 'fiscal-receipt.code-digits', series.divisionCode);
      const digits = await this.whole(tx, 'fiscal-receipt.number-digits', series.divisionCode);
      if (!/^\d+$/.test(series.receiptCode) || series.receiptCode.length !== codeDigits)
        throw refuse.codeShape(codeDigits);
      const { firstNo, lastNo } = series;
      if (firstNo < 0n || lastNo < firstNo || lastNo - firstNo >= SERIES_MAX || lastNo >= 10n ** BigInt(digits))
        throw refuse.numbersShape(digits);
      const document = reasonOf(series.document);
      const id = newId(at);
      await this.receipts
        .insertSeries(tx, { ...series, document, id, digits, allottedOn, at })
        .catch(named('receipt_series_numbers_are_allotted_once', refuse.allottedAlready));
      tx.concern('receipt_series', [id]);
      return (await this.receipts.stock(tx, '', [id]))[0]!;
    });
  }

  /** The same with numbers as somebody typed them. */
  allotTyped(series: Omit<NewSeries, 'firstNo' | 'lastNo'>, firstNo: string, lastNo: string): Promise<SeriesRow> {
    return this.allot({ ...series, firstNo: numberOf(firstNo), lastNo: numberOf(lastNo) });
  }

  /**
   * Gives a receipt to every amount of a division that was matched and has none, in the order in which they were
   * matched. What no number is left for waits. Returns how many it gave out; repeatable at any point.
   */
  async issueDue(prefix = ''): Promise<number> {
    for (let all = 0; ;) {
      const given = await this.database.write(async (tx) => {
        const due = await this.receipts.due(tx, prefix, AT_ONCE);
        let count = 0;
        const empty = new Set<string>();
        for (const { stepId, county, replaces } of due) {
          if (empty.has(county)) continue;
          await this.receipts.holdCounty(tx, county);
          const seriesId = await this.receipts.usable(tx, county);
          if (seriesId === undefined) empty.add(county);
          else if (await this.give(tx, seriesId, stepId, replaces)) count++;
        }
        failpoint('fiscal-receipt.issue');
        return count;
      });
      all += given;
      if (given === 0) return all;
    }
  }

  /** A spoilt receipt is voided, and another one takes its place for what of the money still stands; if nothing does, none. */
  void(id: string, reason: string): Promise<FiscalReceiptRow> {
    return this.replace(id, 'voided', this.clock.today(), reason);
  }

  /** A receipt that was given out and lost: to be reported in time; another one takes its place. */
  lose(id: string, on: Day, reason: string): Promise<FiscalReceiptRow> {
    return this.replace(id, 'lost', on, reason);
  }

  /** Blanks that were lost before they were given out: they never will be. */
  loseBlanks(seriesId: string, firstNo: bigint, lastNo: bigint, happenedOn: Day, reason: string): Promise<SeriesRow> {
    const why = reasonOf(reason);
    return this.onSeries(seriesId, async (tx, divisionCode) => {
      const [at, on] = [this.clock.now(), this.clock.today()];
      if (happenedOn > on) throw refuse.dayAhead();
      if (lastNo < firstNo) throw refuse.notLeft();
      const reportDueOn = await this.reportDue(tx, divisionCode, happenedOn);
      await this.receipts
        .insertLoss(tx, { seriesId, firstNo, lastNo, reason: why, happenedOn, reportDueOn, on, at })
        .catch(named('receipt_gap_is_of_what_is_left', refuse.notLeft));
    });
  }

  /** The same with numbers as somebody typed them. */
  loseTyped(seriesId: string, firstNo: string, lastNo: string, on: Day, reason: string): Promise<SeriesRow> {
    return this.loseBlanks(seriesId, numberOf(firstNo), numberOf(lastNo), on, reason);
  }

  /** What is left of a series goes back to who allotted it. */
  returnRest(seriesId: string, reason: string): Promise<SeriesRow> {
    const why = reasonOf(reason);
    return this.onSeries(seriesId, async (tx) => {
      const returned = await this.receipts.returnRest(tx, seriesId, why, this.clock.today(), this.clock.now());
      if (returned === 0) throw refuse.notLeft();
    });
  }

  /** A loss was reported to who allotted the numbers. */
  report(lossId: string, reference: string, actor: string): Promise<boolean> {
    const ref = reasonOf(reference);
    return this.database.write(async (tx) => {
      if (!(await this.receipts.report(tx, lossId, actor, this.clock.today(), ref))) throw refuse.lossUnknown(lossId);
      tx.concern('receipt_loss', [lossId]);
      return true;
    });
  }

  /** The allotment and stock statement: of every series, allotted = issued + voided + lost + returned + left. */
  stock(prefix: string): Promise<SeriesRow[]> {
    return this.database.read((read) => this.receipts.stock(read, prefix));
  }

  gaps(seriesIds: readonly string[]): Promise<GapRow[]> {
    return this.database.read((read) => this.receipts.gaps(read, seriesIds));
  }

  losses(prefix: string): Promise<OpenLoss[]> {
    return this.database.read((read) => this.receipts.losses(read, prefix));
  }

  list(
    filter: { prefix: string; state: FiscalReceiptState | null; number: string | null },
    after: string | null,
    limit: number,
  ): Promise<FiscalReceiptRow[]> {
    return this.database.read(async (read) => {
      const rows = await this.receipts.list(read, filter, after, limit);
      read.disclose(KIND, rows.slice(0, limit - 1)); // The last one only tells whether the page goes on.
      return rows;
    });
  }

  own(): Promise<FiscalReceiptRow[]> {
    return this.database.read(async (read) => read.disclose(KIND, await this.receipts.own(read)));
  }

  /** Numbers that were given out for money of a bank receipt: one of them must be quoted when it is to go back. */
  numbersOf(read: Read, bankReceiptId: string): Promise<string[]> {
    return this.receipts.numbersOf(read, bankReceiptId);
  }

  /**
   * A match was undone: within its transaction, receipts for what the bank receipt gave to the receivable are voided. For
   * what of it still stands another one is given out by itself.
   */
  async withdraw(tx: Tx, bankReceiptId: string, receivableId: string, reason: string): Promise<void> {
    const why = reasonOf(reason);
    const ids = await this.receipts.standing(tx, bankReceiptId, receivableId);
    const on = this.clock.today();
    for (const id of ids) await this.receipts.end(tx, id, { state: 'voided', on, reason: why, reportDueOn: null });
    tx.concern(KIND, ids);
  }

  private replace(id: string, state: 'voided' | 'lost', on: Day, reason: string): Promise<FiscalReceiptRow> {
    const why = reasonOf(reason);
    return this.database.write(async (tx) => {
      const receipt = await this.receipts.findForUpdate(tx, id);
      if (!receipt) throw refuse.unknown(id);
      if (receipt.state !== 'issued') throw refuse.endedAlready(receipt.state);
      if (on > this.clock.today()) throw refuse.dayAhead();
      const county = countyOf(receipt.divisionCode as DivisionCode);
      await this.receipts.holdCounty(tx, county);
      const isNeeded = (await this.receipts.netOf(tx, receipt.stepId)) > 0n;
      const seriesId = await this.receipts.usable(tx, county);
      if (isNeeded && seriesId === undefined) throw refuse.noneLeft(county);

      const reportDueOn = state === 'lost' ? await this.reportDue(tx, receipt.divisionCode, on) : null;
      await this.receipts.end(tx, id, { state, on, reason: why, reportDueOn });
      failpoint(`fiscal-receipt.${state}`);
      const replacement = isNeeded ? await this.give(tx, seriesId!, receipt.stepId, id) : undefined;
      tx.concern(KIND, [id]);
      return tx.disclose(KIND, await this.receipts.byIds(tx, [replacement ?? id]))[0]!;
    });
  }

  private async give(tx: Tx, seriesId: string, stepId: string, replaces: string | null): Promise<string | undefined> {
    const at = this.clock.now();
    const id = newId(at);
    const isGiven = await this.receipts.issue(tx, { id, seriesId, stepId, replaces, issuedOn: this.clock.today(), at });
    if (!isGiven) return undefined;
    tx.concern(KIND, [id]);
    return id;
  }

  private onSeries(id: string, how: (tx: Tx, divisionCode: string) => Promise<void>): Promise<SeriesRow> {
    return this.database.write(async (tx) => {
      const series = await this.receipts.series(tx, id);
      if (!series) throw refuse.seriesUnknown(id);
      await this.receipts.holdCounty(tx, series.divisionCode);
      await how(tx, series.divisionCode);
      tx.concern('receipt_series', [id]);
      return (await this.receipts.stock(tx, '', [id]))[0]!;
    });
  }

  private async reportDue(tx: Tx, divisionCode: string, from: Day): Promise<Day | null> {
    return workingDaysLater(from, await this.whole(tx, 'fiscal-receipt.loss-working-days', divisionCode), 'leave-open');
  }

  private whole(tx: Tx, name: string, divisionCode: string): Promise<number> {
    return this.parameters.whole(tx, name, divisionCode, this.clock.today());
  }
}

/** A constraint that says no in words. */
const named = (constraint: string, no: () => Error) => (error: unknown) => {
  throw constraintName(error) === constraint ? no() : error;
};

/** Digits only, as they stand on the paper; anything else is a number that no series has. */
const numberOf = (text: string): bigint => (/^\d{1,18}$/.test(text.trim()) ? BigInt(text.trim()) : -1n);

const reasonOf = (text: string): string => wordsOf(text, 200, refuse.reasonMissing);

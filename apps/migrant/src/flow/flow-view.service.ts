import type { Database, Tx } from '@app/database';
import { CLOCK, type Clock, type Day, type DivisionCode, divisionPrefix, findDay } from '@app/kernel';
import { csvLine } from '@app/tables';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { placeOn } from '../residence/place.rules';
import { FlowCountRepository } from './flow-count.repository';
import { refuse } from './flow.errors';
import { FlowRepository } from './flow.repository';
import { added, cellNames, digitsOf, groupsBelow, isShownWith, type PublishedRow, widthOf } from './flow.rules';
import { FlowService } from './flow.service';
import type {
  FlowCodes,
  FlowCorrectionRow,
  FlowCorrectionView,
  FlowFigureView,
  FlowMonth,
  FlowRow,
} from './flow.types';

/** What figures are asked for; a division is shown with the divisions one level below it. */
export interface FlowQuestion {
  readonly division: DivisionCode;
  readonly codes: FlowCodes;
}

const EXPORT_ROWS = 1_000;

/** Figures as they are asked for: of any period, of a closed month, and as published. */
@Injectable()
export class FlowViewService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly service: FlowService,
    private readonly counting: FlowCountRepository,
    private readonly flows: FlowRepository,
  ) {}

  /**
   * The figures of any period as things are known now, also while it goes on. Counted across divisions, since those who
   * left are filed elsewhere; what is answered is numbers.
   */
  async period(question: FlowQuestion, from: Day, until: Day, leastMonths: number | null): Promise<FlowFigureView[]> {
    if (from >= until) throw refuse.periodEmpty(from, until);
    return this.database.read(
      (read) =>
        read.across('who left a division is filed elsewhere; only numbers are answered', async () => {
          const prefix = divisionPrefix(question.division);
          const parameters = await this.service.parametersOn(read, prefix, this.clock.today());
          const asked = { ...parameters, leastMonths: leastMonths ?? parameters.leastMonths };
          if (asked.leastMonths < 0 || asked.leastMonths > 60)
            throw refuse.parameterUnusable('flow.half-year', String(leastMonths));
          await this.counting.prepare(read);
          const successions = await this.counting.successions(read);
          const rows = await this.counting.countPeriod(read, asked, from, until, successions);
          return this.summed(read, question, rows, parameters.ageFrom);
        }),
      { statementTimeout: 120_000 },
    );
  }

  /** How many we count for what somebody else stated: those who came include those from within the county. */
  async totalOf(divisionCode: string, direction: 'in' | 'out' | 'both', from: Day, until: Day): Promise<number> {
    const division = divisionCode as DivisionCode;
    const wanted = { in: ['in', 'within'], out: ['out'], both: ['in', 'within', 'out'] }[direction];
    const rows = await this.period({ division, codes: 'then' }, from, until, null);
    return rows
      .filter((row) => row.divisionCode === division && wanted.includes(row.direction))
      .reduce((sum, { counts }) => sum + (counts[0] ?? 0), 0);
  }

  months(): Promise<FlowMonth[]> {
    return this.database.read((read) => this.flows.months(read));
  }

  isIntact(month: Day): Promise<boolean> {
    return this.database.read((read) =>
      read.across('the digest is over all divisions; only yes or no is answered', () =>
        this.flows.isIntact(read, month),
      ),
    );
  }

  runs() {
    return this.database.read((read) => this.flows.runs(read, RUNS_SHOWN));
  }

  /** A closed month as it was closed, or with its corrections. */
  async closed(question: FlowQuestion, monthText: string, isCorrected: boolean): Promise<FlowFigureView[]> {
    const first = this.firstOf(monthText);
    return this.database.read(async (read) => {
      const month = await this.closedMonth(read, first, monthText);
      const rowsOf = async (prefix: string) =>
        isCorrected
          ? this.flows.current(read, first, prefix)
          : (await this.flows.closed(read, [first], prefix)).get(first)!;
      const rows =
        question.codes === 'then'
          ? await rowsOf(divisionPrefix(question.division))
          : await read.across('what a division is today may have lain elsewhere then; only its own is answered', () =>
              rowsOf(''),
            );
      return this.summed(read, question, rows, month.ageFrom);
    });
  }

  /** A closed month as everybody may see it. What is added up from it is withheld where any part is. */
  async published(question: FlowQuestion, monthText: string): Promise<FlowFigureView[]> {
    const first = this.firstOf(monthText);
    return this.database.read(async (read) => {
      const month = await this.closedMonth(read, first, monthText);
      const prefix = divisionPrefix(question.division);
      const shown = ({ divisionCode }: PublishedRow) => isShownWith(divisionCode, prefix);
      const then = await this.flows.published(read, first, prefix);
      if (question.codes === 'then') return views(then.filter(shown), month.ageFrom);
      const heirs = await this.heirs(read);
      const all = await this.flows.published(read, first, '');
      const townships = all.filter(({ divisionCode }) => digitsOf(divisionCode).length === 9);
      const width = widthOf(month.ageFrom);
      const summed = groupsBelow(townships, heirs, prefix).map(({ divisionCode, direction, rows }) => {
        const digits = digitsOf(divisionCode);
        const were = townships.filter((row) => row.direction === direction && row.divisionCode.startsWith(digits));
        const isSame = were.length === rows.length && rows.every((row) => were.includes(row));
        const own = isSame
          ? all.find((row) => row.divisionCode === divisionCode && row.direction === direction)
          : undefined;
        return {
          divisionCode,
          direction,
          counts:
            own?.counts ??
            added(
              rows.map(({ counts }) => counts),
              width,
            ),
        };
      });
      return views(summed, month.ageFrom);
    });
  }

  /** Corrections of closed months, oldest first: those of townships, or those that are published. */
  corrections(
    division: DivisionCode,
    month: string | null,
    after: string | undefined,
    limit: number,
    isPublished: boolean,
  ): Promise<FlowCorrectionView[]> {
    const first = month === null ? null : this.firstOf(month);
    const prefix = divisionPrefix(division);
    return this.database.read(async (read) => {
      const list = isPublished ? 'publishedCorrections' : 'corrections';
      const rows = await this.flows[list](read, first, prefix, after, limit);
      const months = new Map((await this.flows.months(read)).map((one) => [one.month, one]));
      return rows.map((row) => ({ ...row, lines: linesOf(row, months.get(row.month)!.ageFrom) }));
    });
  }

  /** Figures as lines of a file. */
  csv(figures: readonly FlowFigureView[], label: string, isFirst: boolean): string {
    const names = cellNames(figures[0]?.ageFrom ?? []);
    const head = isFirst ? [csvLine(['period', 'division_code', 'direction', ...names])] : [];
    const lines = figures.map(({ divisionCode, direction, counts }) =>
      csvLine([label, divisionCode, direction, ...counts.map((count) => count ?? WITHHELD)]),
    );
    return [...head, ...lines].join('');
  }

  static page<T extends FlowFigureView>(
    rows: readonly T[],
    after: readonly string[] | undefined,
    limit = EXPORT_ROWS,
  ): T[] {
    const key = (row: FlowFigureView) => `${row.divisionCode.padEnd(12, ' ')} ${row.direction}`;
    const last = after ? `${after[0]!.padEnd(12, ' ')} ${after[1]}` : '';
    return rows.filter((row) => key(row) > last).slice(0, limit);
  }

  private async summed(
    read: Tx,
    { division, codes }: FlowQuestion,
    rows: readonly FlowRow[],
    ageFrom: readonly number[],
  ): Promise<FlowFigureView[]> {
    const heirs = codes === 'today' ? await this.heirs(read) : (code: string) => code;
    const width = widthOf(ageFrom);
    const summed = groupsBelow(rows, heirs, divisionPrefix(division)).map((group) => ({
      ...group,
      counts: added(
        group.rows.map(({ counts }) => counts),
        width,
      ),
    }));
    return views(summed, ageFrom);
  }

  /** What a code is today; a split one is itself, for nobody has said which part. */
  private async heirs(read: Tx): Promise<(code: string) => string> {
    const whole = (await this.counting.successions(read)).filter(({ kind }) => kind !== 'split');
    const today = this.clock.today();
    const known = new Map<string, string>();
    return (code) => {
      if (whole.length === 0) return code;
      if (!known.has(code)) known.set(code, placeOn(code.padEnd(12, '0'), today, whole).codes[0]!);
      return known.get(code)!;
    };
  }

  private async closedMonth(read: Tx, first: Day, monthText: string): Promise<FlowMonth> {
    const month = await this.flows.month(read, first);
    if (!month) throw refuse.monthOpen(monthText);
    return month;
  }

  private firstOf(month: string): Day {
    const first = findDay(`${month}-01`);
    if (!first) throw refuse.monthUnreadable(month);
    return first;
  }
}

const RUNS_SHOWN = 20;
const WITHHELD = '*';

const views = (rows: readonly PublishedRow[], ageFrom: readonly number[]): FlowFigureView[] =>
  rows.map((row) => ({ ...row, ageFrom }));

function linesOf({ before, after }: FlowCorrectionRow, ageFrom: readonly number[]): FlowCorrectionView['lines'] {
  return cellNames(ageFrom).flatMap((cell, n) => {
    const [was, is] = [before[n], after[n]];
    return typeof was === 'number' && typeof is === 'number' && was !== is ? [{ cell, before: was, after: is }] : [];
  });
}

import type { Caller } from '@app/access';
import type { Database } from '@app/database';
import { failpoint } from '@app/jobs';
import { addMonths, CLOCK, type Clock, countyOf, type Day, findDay, findDivisionCode } from '@app/kernel';
import { readTable } from '@app/tables';
import { workingDaysLater } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { refuse } from './quality.errors';
import { QualityRepository } from './quality.repository';
import { CHECKS, QualityCheckRepository } from './quality-check.repository';
import { exportLine } from './quality.rules';
import type {
  FindingFilter,
  FindingView,
  KindCount,
  MonthView,
  QualityKind,
  Refreshed,
  StatedSummary,
} from './quality.types';

const REASON = { least: 4, most: 500 };
const EXPORT_ROWS = 1_000;
const EXPORT_HEAD = ['id', 'kind', 'zh', 'en', 'severity', 'subject_type', 'subject_id', 'other_id', 'division_code'];
const EXPORT_MORE = ['owner_level', 'due_on', 'state', 'opened_at', 'closed_at', 'reason'];

/** What in the register contradicts itself: found by looking, closed by being gone or by an officer's word. */
@Injectable()
export class QualityService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly findings: QualityRepository,
    private readonly checks: QualityCheckRepository,
  ) {}

  /** Looks through the whole register, whoever asks: a contradiction may have its other half in another county. */
  refresh(): Promise<Refreshed> {
    return this.database.write(
      (tx) =>
        tx.across('a contradiction may lie between two counties; each is shown its own half only', async () => {
          await this.checks.lock(tx);
          const [today, at] = [this.clock.today(), this.clock.now()];
          for (const kind of await this.findings.kinds(tx, today)) {
            if (!(kind.code in CHECKS)) continue;
            const dueOn = workingDaysLater(today, kind.workingDays, 'count-weekdays');
            await this.checks.look(tx, { ...kind, dueOn }, today);
          }
          const refreshed = await this.checks.settle(tx, at);
          failpoint('registration.quality.refresh');
          return refreshed;
        }),
      { statementTimeout: 0 },
    );
  }

  kinds(): Promise<QualityKind[]> {
    return this.database.read((read) => this.findings.kinds(read, this.clock.today()));
  }

  list(filter: FindingFilter, after: readonly string[] | undefined, limit: number): Promise<FindingView[]> {
    return this.database.read((read) => this.findings.list(read, filter, after, limit));
  }

  count(filter: FindingFilter): Promise<number> {
    return this.database.read((read) => this.findings.count(read, filter));
  }

  byIds(ids: readonly string[]): Promise<FindingView[]> {
    return this.database.read((read) => this.findings.find(read, ids));
  }

  counts(prefix: string): Promise<KindCount[]> {
    return this.database.read((read) => this.findings.counts(read, prefix, this.clock.today()));
  }

  overdue(): Day {
    return this.clock.today();
  }

  /** The findings as lines of a file, a thousand a page; ids and codes, no names and no numbers. */
  async export(filter: FindingFilter, after: readonly string[] | undefined) {
    const rows = await this.list(filter, after, EXPORT_ROWS + 1);
    const page = rows.slice(0, EXPORT_ROWS);
    const lines = page.map((f) =>
      exportLine([
        ...[f.id, f.kind, f.zh, f.en, f.severity, f.subjectType, f.subjectId, f.otherId, f.divisionCode],
        ...[f.ownerLevel, f.dueOn, f.state, f.openedAt.toISOString(), f.closedAt?.toISOString() ?? null, f.reason],
      ]),
    );
    const last = rows.length > EXPORT_ROWS ? page.at(-1)! : undefined;
    const head = after ? [] : [exportLine([...EXPORT_HEAD, ...EXPORT_MORE])];
    return { csv: [...head, ...lines, ''].join('\n'), after: last ? [last.divisionCode, last.id] : null };
  }

  /** An officer's word that a record is right though it looks wrong; it is asked again when it changes. */
  async confirmRight(caller: Caller, id: string, reason: string): Promise<FindingView> {
    const words = reason.trim();
    const length = [...words].length;
    if (length < REASON.least || length > REASON.most) throw refuse.reasonMissing();
    return this.database.write(async (tx) => {
      const finding = await this.findings.findForUpdate(tx, id);
      if (!finding) throw refuse.findingUnknown(id);
      if (finding.state !== 'open') throw refuse.alreadyClosed(id, finding.state);
      const isCounty = caller.roles.includes('county-confirmer');
      if (finding.ownerLevel === 'county' && !isCounty) throw refuse.notTheOwner(id, finding.ownerLevel);

      await this.findings.confirmRight(tx, id, words, this.clock.now());
      tx.concern('quality_finding', [id]);
      failpoint('registration.quality.right');
      const [after] = await this.findings.find(tx, [id]);
      return after!;
    });
  }

  /** What others say how many people there are (CSV: county_code, household_no or division_code, persons). */
  async importStated(file: string, onDay: Day, source: string): Promise<StatedSummary> {
    const table = await readTable(file, {
      required: ['persons'],
      optional: ['county_code', 'household_no', 'division_code'],
    });
    let [added, rejected] = [0, 0];
    for await (const { lines } of table.batches()) {
      const rows = lines.flatMap((line): Stated[] => {
        if ('problem' in line || !/^\d{1,9}$/.test(line.cells.persons)) return [];
        const { county_code: county, household_no: no, division_code: division } = line.cells;
        const [place, numbering] = [findDivisionCode(division ?? ''), findDivisionCode(county ?? '')];
        if (!place && !(numbering && no)) return [];
        const persons = Number(line.cells.persons);
        if (place) return [{ county: null, householdNo: null, division: place, persons }];
        return [{ county: countyOf(numbering!), householdNo: no ?? null, division: null, persons }];
      });
      const at = this.clock.now();
      const known = await this.database.write((tx) => this.findings.addStated(tx, rows, onDay, source, at));
      added += known;
      rejected += lines.length - known;
    }
    return { added, rejected };
  }

  /**
   * Closes a month of the indicator; asked again, it adds a line where more was learned of it.
   * @param month As 2026-03.
   */
  async freezeMonth(month: string): Promise<{ frozen: number; lines: number }> {
    const first = this.firstOf(month);
    if (this.clock.today() < addMonths(first, 1)) throw refuse.monthNotOver(month);
    const from = startOf(first);
    const until = startOf(addMonths(first, 1));
    return this.database.write(
      async (tx) => {
        const at = this.clock.now();
        const rows = await this.findings.countMonth(tx, from, until);
        return this.findings.freeze(tx, first, rows, 'learned after the month was closed', at);
      },
      { statementTimeout: 0 },
    );
  }

  async months(prefix: string, month: string | undefined): Promise<MonthView[]> {
    const first = month === undefined ? null : this.firstOf(month);
    return this.database.read((read) => this.findings.months(read, prefix, first));
  }

  private firstOf(month: string): Day {
    const first = findDay(`${month}-01`);
    if (!first) throw refuse.monthUnreadable(month);
    return first;
  }
}

interface Stated {
  readonly county: string | null;
  readonly householdNo: string | null;
  readonly division: string | null;
  readonly persons: number;
}

/** The moment a day begins in China. */
const startOf = (on: Day): Date => new Date(`${on}T00:00:00+08:00`);

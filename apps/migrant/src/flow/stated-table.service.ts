import type { Database } from '@app/database';
import { CLOCK, type Clock, type Day, type DivisionCode, findDay, findDivisionCode } from '@app/kernel';
import { openRejects, readTable } from '@app/tables';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { findingSentence, refuse, type StatedRejectCode } from './flow.errors';
import {
  checkStatedTable,
  findStatedCount,
  STATED_GROUPS,
  STATED_WARNINGS,
  type StatedCode,
  type StatedFigure,
} from './stated-table.rules';
import { StatedTableRepository } from './stated-table.repository';
import type { StatedDirection, StatedSummary, StatedTableView } from './stated-table.types';

const DIRECTIONS: readonly StatedDirection[] = ['in', 'out', 'both'];

interface Heading {
  readonly divisionCode: DivisionCode;
  readonly direction: StatedDirection;
  readonly from: Day;
  readonly until: Day;
}

/** Figures of other authorities: checked, kept with their source, shown beside ours and never mixed with them. */
@Injectable()
export class StatedTableService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly tables: StatedTableRepository,
  ) {}

  /**
   * Takes in a file of stated tables (CSV: division_code, direction, from, until, part, item, count; one figure a line).
   * A table with an error is left out whole, and every finding is told with its line and what to do.
   */
  async import(file: string, source: string, options: { rejectsFile?: string } = {}): Promise<StatedSummary> {
    const from = source.trim();
    if ([...from].length < 2 || [...from].length > 200) throw refuse.sourceMissing();
    const table = await readTable(file, {
      required: ['division_code', 'direction', 'from', 'until', 'part', 'item', 'count'],
    });
    const stated = new Map<string, { heading: Heading; figures: StatedFigure[] }>();
    const findings: StatedSummary['findings'][number][] = [];
    const broken = new Set<string>();
    const tell = (
      code: StatedRejectCode,
      line: number,
      item: string,
      facts: Readonly<Record<string, string | number>>,
    ) => {
      const isWarning = STATED_WARNINGS.has(code as StatedCode);
      findings.push({ code, line, item, isWarning, sentence: findingSentence({ code, line, item, facts }) });
    };
    for await (const { lines } of table.batches()) {
      for (const line of lines) {
        if ('problem' in line) {
          tell('STATED_ROW_UNREADABLE', line.line, '', {});
          continue;
        }
        const { cells } = line;
        const heading = headingOf(cells);
        if (typeof heading === 'string') {
          tell(heading, line.line, cells.item, {});
          continue;
        }
        const key = `${heading.divisionCode} ${heading.direction} ${heading.from} ${heading.until}`;
        const one = stated.get(key) ?? { heading, figures: [] };
        stated.set(key, one);
        const group = STATED_GROUPS.find((name) => name === cells.part);
        const count = findStatedCount(cells.count);
        if (group && count && cells.item !== '') one.figures.push({ line: line.line, group, item: cells.item, count });
        else {
          broken.add(key);
          tell(group ? 'STATED_COUNT_UNREADABLE' : 'STATED_PART', line.line, cells.item, {});
        }
      }
    }
    const counts = { added: 0, unchanged: 0, rejected: 0 };
    for (const [key, { heading, figures }] of stated) {
      const checked = checkStatedTable(figures);
      for (const { code, line, item, facts } of checked.findings) tell(code, line, item, facts);
      const isWrong = broken.has(key) || checked.findings.some(({ code }) => !STATED_WARNINGS.has(code));
      if (isWrong) {
        counts.rejected += 1;
        continue;
      }
      const warnings = checked.findings.map(({ code, item }) => `${code} ${item}`);
      const kept = {
        ...heading,
        source: from,
        fileSha256: Buffer.from(table.sha256, 'hex'),
        warnings,
        figures: checked.figures,
      };
      const isNew = await this.database.write((tx) => this.tables.add(tx, kept, this.clock.now()));
      counts[isNew ? 'added' : 'unchanged'] += 1;
    }
    findings.sort((a, b) => a.line - b.line);
    if (options.rejectsFile) {
      const rejects = await openRejects(options.rejectsFile, 'item');
      await rejects.add(
        findings.map(({ code, line, item, sentence }) => ({ line, column: 'count', code, sentence, key: item })),
      );
      await rejects.close();
    }
    return { ...counts, findings };
  }

  list(prefix: string, after: string | undefined, limit: number): Promise<StatedTableView[]> {
    return this.database.read((read) => this.tables.list(read, prefix, after, limit));
  }

  count(prefix: string): Promise<number> {
    return this.database.read((read) => this.tables.count(read, prefix));
  }
}

function headingOf(
  cells: Readonly<Record<'division_code' | 'direction' | 'from' | 'until', string>>,
): Heading | 'STATED_DIVISION' | 'STATED_DIRECTION' | 'STATED_PERIOD' {
  const divisionCode = findDivisionCode(cells.division_code);
  if (!divisionCode) return 'STATED_DIVISION';
  const direction = DIRECTIONS.find((name) => name === cells.direction);
  if (!direction) return 'STATED_DIRECTION';
  const [from, until] = [findDay(cells.from), findDay(cells.until)];
  return from && until && from < until ? { divisionCode, direction, from, until } : 'STATED_PERIOD';
}

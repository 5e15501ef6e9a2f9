import { type DivisionList, type DivisionSuccessions, tellRegistrationChanged } from '@app/contracts';
import { constraintName, type Database } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock, findDay, findDivisionCode } from '@app/kernel';
import { openRejects, readTable } from '@app/tables';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from '../registration.tokens';
import { refuse, rejectionOf, type SuccessionRejectCode } from './division.errors';
import { DivisionRepository } from './division.repository';
import { DivisionService } from './division.service';
import {
  type Refiled,
  SUCCESSION_KINDS,
  type SuccessionKind,
  type SuccessionRow,
  type SuccessionSummary,
  type SuccessionView,
} from './division.types';

const YES = new Set(['yes', 'y', '1', 'true', '是']);
const HOUSEHOLDS_MAX = 500;
const REASON = { least: 4, most: 200 };

/** Divisions that followed others, and the filing of people that follows from it. */
@Injectable()
export class SuccessionService implements DivisionSuccessions {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(REGISTRATION_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly service: DivisionService,
    private readonly divisions: DivisionRepository,
  ) {}

  /**
   * Imports a list of successions (CSV: old_code, new_code, kind, on_day, source, and perhaps old_kept), row by row,
   * since one that makes a circle must not keep the others out; then people are filed where their division is now.
   */
  async import(file: string, options: { rejectsFile?: string } = {}): Promise<SuccessionSummary> {
    const table = await readTable(file, {
      required: ['old_code', 'new_code', 'kind', 'on_day', 'source'],
      optional: ['old_kept'],
    });
    const counts = { added: 0, unchanged: 0, rejected: 0 };
    const perCode: Record<string, number> = {};
    const rejects = options.rejectsFile ? await openRejects(options.rejectsFile, 'old_code') : undefined;
    for await (const { lines } of table.batches()) {
      for (const line of lines) {
        const row = 'problem' in line ? ('SUCCESSION_UNREADABLE' as const) : rowOf(line.cells);
        const outcome = typeof row === 'string' ? row : await this.add(row);
        if (outcome === 'added' || outcome === 'unchanged') counts[outcome] += 1;
        else {
          counts.rejected += 1;
          perCode[outcome] = (perCode[outcome] ?? 0) + 1;
          const key = 'cells' in line ? (findDivisionCode(line.cells.old_code) ?? null) : null;
          const sentence = rejectionOf(outcome, line.line);
          await rejects?.add([{ line: line.line, column: 'old_code', code: outcome, sentence, key, further: [] }]);
        }
      }
    }
    await rejects?.close();
    return { ...counts, perCode, refiled: await this.refile() };
  }

  private async add(row: SuccessionRow): Promise<'added' | 'unchanged' | SuccessionRejectCode> {
    try {
      return await this.database.write(async (tx) => {
        const at = this.clock.now();
        await this.divisions.addUnconfirmed(tx, [row.oldCode, row.newCode], at);
        if (!(await this.divisions.addSuccession(tx, row, at))) return 'unchanged';
        await tellRegistrationChanged(this.outbox, tx);
        return 'added';
      });
    } catch (error) {
      const code = REJECTED_BY[constraintName(error) ?? ''];
      if (!code) throw error;
      return code;
    }
  }

  /** Files people and households of ended divisions under what became of those; of a split nobody, a person must say. */
  refile(): Promise<Refiled> {
    return this.database.write(
      async (tx) => {
        const refiled = await this.service.refileWithin(tx);
        if (refiled.persons > 0) await tellRegistrationChanged(this.outbox, tx);
        failpoint('registration.division.refile');
        return refiled;
      },
      { statementTimeout: 0 },
    );
  }

  /** Files households of a split division, with who is registered in them, under the part where they live. */
  async fileUnder(householdIds: readonly string[], division: string, reason: string): Promise<number> {
    const newCode = findDivisionCode(division);
    if (!newCode) throw refuse.codeUnreadable(division);
    const words = reason.trim();
    if ([...words].length < REASON.least || [...words].length > REASON.most) throw refuse.reasonMissing();
    if (householdIds.length === 0 || householdIds.length > HOUSEHOLDS_MAX) throw refuse.tooMany(HOUSEHOLDS_MAX);
    return this.database.write(async (tx) => {
      const filed = await this.divisions.listFiled(tx, householdIds, newCode);
      const known = new Map(filed.map((row) => [row.id, row]));
      for (const id of householdIds) {
        const row = known.get(id);
        if (!row) throw refuse.householdUnknown(id);
        if (!row.isSplit) throw refuse.notSplit(id);
        if (!row.isPart) throw refuse.notAPart(row.code, newCode);
      }
      const at = this.clock.now();
      await this.divisions.addUnconfirmed(tx, [newCode], at);
      const persons = await this.divisions.fileUnder(tx, householdIds, newCode, words, at);
      tx.concern('household', householdIds);
      tx.concern('person', persons);
      await tellRegistrationChanged(this.outbox, tx);
      failpoint('registration.division.fileUnder');
      return persons.length;
    });
  }

  /** The whole list and the area served, for the other apps' own copies. */
  all(): Promise<DivisionList> {
    return this.database.read(async (read) => ({
      successions: await this.divisions.allSuccessions(read),
      counties: await this.divisions.peopledCounties(read),
    }));
  }

  successorsOf(codes: readonly string[]): Promise<SuccessionView[]> {
    return this.database.read((read) => this.divisions.listSuccessions(read, 'old', codes));
  }

  predecessorsOf(codes: readonly string[]): Promise<SuccessionView[]> {
    return this.database.read((read) => this.divisions.listSuccessions(read, 'new', codes));
  }
}

/** What the database refuses is a fault of the list. */
const REJECTED_BY: Readonly<Record<string, SuccessionRejectCode>> = {
  division_succession_makes_no_circle: 'SUCCESSION_CIRCLE',
  division_succession_is_split_or_not: 'SUCCESSION_SPLIT_OR_NOT',
  division_succession_has_one_heir: 'SUCCESSION_SECOND_HEIR',
  division_succession_is_listed_once: 'SUCCESSION_DIFFERS',
};

function rowOf(cells: Readonly<Record<string, string | undefined>>): SuccessionRow | SuccessionRejectCode {
  const [oldCode, newCode] = [findDivisionCode(cells.old_code ?? ''), findDivisionCode(cells.new_code ?? '')];
  if (!oldCode || !newCode || oldCode === newCode) return 'SUCCESSION_CODES';
  const kind = cells.kind as SuccessionKind;
  if (!SUCCESSION_KINDS.includes(kind)) return 'SUCCESSION_KIND';
  const onDay = findDay(cells.on_day ?? '');
  if (!onDay) return 'SUCCESSION_DAY';
  const source = cells.source?.trim() ?? '';
  if (source.length < 2 || source.length > 200) return 'SUCCESSION_SOURCE';
  const isOldKept = YES.has((cells.old_kept ?? '').toLowerCase());
  if (isOldKept && kind !== 'split') return 'SUCCESSION_KIND';
  return { oldCode, newCode, kind, onDay, source, isOldKept };
}

import { assertCovers, type Caller } from '@app/access';
import type { Database, Tx } from '@app/database';
import { CLOCK, type Clock, type Day, divisionPrefix, findDivisionCode } from '@app/kernel';
import { readTable } from '@app/tables';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { refuse } from './division.errors';
import { DivisionRepository } from './division.repository';
import type { DivisionRow, DivisionView, Refiled } from './division.types';

/** The tree of administrative divisions. */
@Injectable()
export class DivisionService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly divisions: DivisionRepository,
  ) {}

  /** The digits that a caller's list is limited to: the named division's or the caller's own, never a wider one's. */
  static prefixFor(caller: Caller, division: string | null | undefined): string {
    const code = division ? findDivisionCode(division) : caller.division;
    if (!code) throw refuse.codeUnreadable(division!);
    assertCovers(caller, code);
    return divisionPrefix(code);
  }

  /** Imports a list of divisions (CSV, columns `code, name`); returns how many were new or renamed. */
  async import(file: string): Promise<number> {
    const table = await readTable(file, { required: ['code', 'name'], optional: ['level', 'parent'] });
    let changed = 0;
    for await (const batch of table.batches()) {
      const rows: DivisionRow[] = batch.lines.map((line) => {
        const code = 'cells' in line ? findDivisionCode(line.cells.code) : undefined;
        if ('problem' in line || !code || !line.cells.name) {
          throw refuse.rowUnusable(file, line.line, 'cells' in line ? line.cells.code : '');
        }
        return { code, name: line.cells.name };
      });
      changed += await this.database.write((tx) => this.divisions.confirm(tx, rows, this.clock.now()));
    }
    return changed;
  }

  listCodes(read: Tx): Promise<string[]> {
    return this.divisions.listCodes(read);
  }

  /** Makes sure that codes met in an extract are on record; returns those that nobody had named. */
  addUnconfirmed(tx: Tx, codes: readonly string[]): Promise<string[]> {
    return this.divisions.addUnconfirmed(tx, codes, this.clock.now());
  }

  async byCodes(codes: readonly string[]): Promise<(DivisionView | null)[]> {
    const found = await this.database.read((read) => this.divisions.find(read, codes));
    const byCode = new Map(found.map((division) => [division.code, division]));
    return codes.map((code) => byCode.get(code) ?? null);
  }

  /** What an office is called, county and township; its code where nobody has named it. */
  async nameOf(read: Tx, code: string): Promise<string> {
    const township = `${code.slice(0, 9)}000`;
    const found = await this.divisions.find(read, [`${code.slice(0, 6)}000000`, township]);
    const names = found.sort((a, b) => (a.code < b.code ? -1 : 1)).flatMap(({ name }) => name ?? []);
    return names.length > 0 ? names.join('') : township;
  }

  children(parentCode: string | null, on: Day | null): Promise<DivisionView[]> {
    return this.database.read((read) => this.divisions.listChildren(read, parentCode, on));
  }

  /** A division and everything below it that there was on a day. */
  async subtree(code: string, on: Day): Promise<DivisionView[]> {
    const root = await this.asOf(code, on);
    return root ? this.database.read((read) => this.divisions.subtree(read, root.code, on, SUBTREE_MAX)) : [];
  }

  /**
   * The division that a code stood for on a day: what it had become by then, or what it was called before. Null where
   * it was several, which its predecessors tell; one that was split is still itself, with its successors.
   */
  async asOf(code: string, on: Day): Promise<DivisionView | null> {
    return this.database.read(async (read) => {
      let reached = (await this.divisions.heirs(read, [code], on)).get(code) ?? code;
      for (let step = 0; step < STEPS_MAX; step++) {
        const [found] = await this.divisions.find(read, [reached]);
        if (!found || !found.validFrom || on >= found.validFrom) return found ?? null;
        const before = await this.divisions.listSuccessions(read, 'new', [reached]);
        if (before.length !== 1) return null;
        reached = before[0]!.oldCode;
      }
      return null;
    });
  }

  /** Files people and households of ended divisions under what became of those; the caller tells the other apps. */
  async refileWithin(tx: Tx): Promise<Refiled> {
    const today = this.clock.today();
    const moves = await this.divisions.filedUnderOld(tx, today);
    if (moves.length === 0) return { persons: 0, households: 0 };
    const at = this.clock.now();
    await this.divisions.addUnconfirmed(
      tx,
      moves.map(({ heir }) => heir),
      at,
    );
    return this.divisions.refile(tx, moves, await this.divisions.countyHeirs(tx, today), at);
  }

  /** What codes of an extract have become, and whose county numbers households now: extracts lag behind a reform. */
  async heirsOf(
    tx: Tx,
    codes: readonly string[],
  ): Promise<{ divisions: ReadonlyMap<string, string>; counties: ReadonlyMap<string, string> }> {
    const today = this.clock.today();
    const divisions = await this.divisions.heirs(tx, codes, today);
    return { divisions, counties: divisions.size > 0 ? await this.divisions.countyHeirs(tx, today) : new Map() };
  }
}

const STEPS_MAX = 30;
const SUBTREE_MAX = 20_000;

import { createHash } from 'node:crypto';
import { type Database, newId, type Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, type Day, yuanText } from '@app/kernel';
import { Ledger, transferId } from '@app/ledger';
import { csvLine } from '@app/tables';
import { isWorkingDay } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { accountOf } from '../ledger/ledger.rules';
import { refuse } from './remittance.errors';
import { type RemittanceChange, RemittanceRepository } from './remittance.repository';
import { contentText, routeOf, takeParts } from './remittance.rules';
import { canMove, type RemittanceState } from './remittance.state';
import type { RemittanceLineRow, RemittancePartRow, RemittanceRow, Standing } from './remittance.types';

const KIND = 'remittance';
const EXPORT_HEAD = ['day', 'county_code', 'state', 'line', 'level', 'year', 'route', 'amount_yuan', 'remittance'];
const EXPORT_MAX = 1_000;

/** What was collected goes back to the funders it came from, every fen once: drafted daily, signed by two, handed over, confirmed. */
@Injectable()
export class RemittanceService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Ledger) private readonly ledger: Ledger,
    private readonly remittances: RemittanceRepository,
  ) {}

  standing(prefix: string): Promise<Standing[]> {
    return this.database.read((read) => this.remittances.standing(read, prefix));
  }

  /** Drafts every county's remittance of a working day, where something stands and none is made yet; repeatable at any point. */
  async draftDue(): Promise<number> {
    if (!isWorkingDay(this.clock.today(), 'count-weekdays')) return 0;
    const counties = new Set((await this.standing('')).map(({ countyCode }) => countyCode));
    let drafted = 0;
    for (const county of counties) if ((await this.draftFor(county)) !== undefined) drafted++;
    return drafted;
  }

  /** The same for one county, by an officer. Refuses where nothing stands; where one was made today, it is that one. */
  async draft(county: string): Promise<RemittanceRow> {
    await this.draftFor(county);
    const found = await this.database.read((read) => this.remittances.liveOn(read, county, this.clock.today()));
    if (!found) throw refuse.nothingStands(county);
    return found;
  }

  /** An officer has looked at the draft and stands for it. */
  prepare(id: string, actor: string): Promise<RemittanceRow> {
    return this.move(id, 'prepared', () => Promise.resolve({ prepared: { by: actor, at: this.clock.now() } }));
  }

  /**
   * Another officer's word for the exact content.
   * @param seenHash contentHash of what the officer looked at; anything else is refused.
   */
  approve(id: string, actor: string, seenHash: string, steppedUpAt?: Date): Promise<RemittanceRow> {
    return this.move(id, 'approved', (_tx, remittance) => {
      if ([remittance.preparedBy, remittance.draftedBy].includes(actor)) throw refuse.sameOfficer();
      if (seenHash !== remittance.contentHash) throw refuse.changedSinceSeen(id);
      const at = this.clock.now();
      return Promise.resolve({ approved: { by: actor, at, steppedUpAt: steppedUpAt ?? at, hash: seenHash } });
    });
  }

  /** Undone before it went: the money stands again. */
  cancel(id: string, reason: string, actor: string): Promise<RemittanceRow> {
    return this.end(id, 'cancelled', reason, actor);
  }

  /** The treasury has it. */
  confirm(id: string, bankRef: string, actor: string): Promise<RemittanceRow> {
    return this.end(id, 'confirmed', bankRef, actor);
  }

  /** The bank did not carry it out: the money stands again, for the next draft. */
  fail(id: string, reason: string, actor: string): Promise<RemittanceRow> {
    return this.end(id, 'failed', reason, actor);
  }

  list(
    prefix: string,
    span: { from: Day | null; until: Day | null },
    after: readonly string[] | null,
    limit: number,
  ): Promise<RemittanceRow[]> {
    return this.database.read((read) => this.remittances.list(read, prefix, span, after, limit));
  }

  lines(remittanceIds: readonly string[]): Promise<RemittanceLineRow[]> {
    return this.database.read((read) => this.remittances.lines(read, remittanceIds));
  }

  parts(lineIds: readonly string[]): Promise<RemittancePartRow[]> {
    return this.database.read((read) => this.remittances.parts(read, lineIds));
  }

  /** The lines of a span of days as CSV, newest first. */
  export(prefix: string, span: { from: Day | null; until: Day | null }): Promise<string> {
    return this.database.read(async (read) => {
      const rows = await this.remittances.list(read, prefix, span, null, EXPORT_MAX);
      const lines = await this.remittances.lines(
        read,
        rows.map(({ id }) => id),
      );
      const written = rows.flatMap((row) =>
        lines
          .filter(({ remittanceId }) => remittanceId === row.id)
          .map((line) => {
            const { level, year, route } = line;
            const ofLine = [String(line.line), level, String(year), route, yuanText(line.fen)];
            return csvLine([row.day, row.countyCode, row.state, ...ofLine, row.id]);
          }),
      );
      return [csvLine(EXPORT_HEAD), ...written].join('');
    });
  }

  /** Marks as handed over what a file pays, in the transaction that commits the file. */
  async hand(tx: Tx, id: string, fileId: string): Promise<void> {
    const remittance = await this.remittances.findForUpdate(tx, id);
    if (!remittance) throw refuse.unknown(id);
    if (!canMove(remittance.state, 'handed')) throw refuse.cannotMove(remittance.state, 'handed');
    await this.remittances.move(tx, id, 'handed', { fileId });
    tx.concern(KIND, [id]);
  }

  /** Undefined where nothing stands or one is there already. */
  private draftFor(county: string): Promise<string | undefined> {
    return this.database.write(async (tx) => {
      const [at, day] = [this.clock.now(), this.clock.today()];
      await this.remittances.hold(tx, county);
      if (await this.remittances.liveOn(tx, county, day)) return undefined;
      const seen = await this.remittances.standing(tx, county);
      // Locked, so that what stands is still there when it is reserved.
      await this.ledger.lock(
        tx,
        seen.map(({ level, year }) => accountOf.collected(county, level, year).code),
      );
      const standing = (await this.remittances.standing(tx, county)).filter((one) =>
        seen.some(({ level, year }) => level === one.level && year === one.year),
      );
      if (standing.length === 0) return undefined;

      const id = newId(at);
      const lines = [];
      for (const [i, { level, year, fen }] of standing.entries()) {
        const place = { countyCode: county, level, year };
        const shares = await this.remittances.openShares(tx, place);
        const parts = takeParts(shares, await this.remittances.returned(tx, place), fen);
        const reserved = transferId('remittance', id, level, year);
        const ofLine = { line: i + 1, level, year, fen, route: routeOf(year, day), transferId: reserved };
        lines.push({ id: newId(at), ...ofLine, parts });
      }
      await this.ledger.open(
        tx,
        standing.map(({ level, year }) => accountOf.treasury(county, level, year)),
      );
      await this.ledger.pend(
        tx,
        lines.map(({ level, year, fen, transferId: reserved }) => ({
          id: reserved,
          debit: accountOf.collected(county, level, year).code,
          credit: accountOf.treasury(county, level, year).code,
          fen,
          code: 'remit',
          ref: id,
          at,
        })),
      );
      failpoint('remittance.reserved');
      const totalFen = lines.reduce((sum, { fen }) => sum + fen, 0n);
      const hash = createHash('sha256')
        .update(contentText(county, day, lines))
        .digest();
      await this.remittances.insert(tx, { id, countyCode: county, day, totalFen, hash, at }, lines);
      tx.concern(KIND, [id]);
      failpoint('remittance.drafted');
      return id;
    });
  }

  private end(
    id: string,
    to: 'confirmed' | 'failed' | 'cancelled',
    note: string,
    actor: string,
  ): Promise<RemittanceRow> {
    const words = note.trim();
    if ([...words].length < 2 || [...words].length > 200) throw refuse.reasonMissing();
    return this.move(id, to, async (tx) => {
      const at = this.clock.now();
      const endings = (await this.remittances.lines(tx, [id])).map(({ transferId: pendingId }) => ({
        id: transferId(to === 'confirmed' ? 'remitted' : 'remittance-void', pendingId),
        pendingId,
        code: to === 'confirmed' ? 'remitted' : 'remittance-undone',
        at,
      }));
      if (to === 'confirmed') await this.ledger.settle(tx, endings);
      else await this.ledger.void(tx, endings);
      return { ended: { by: actor, on: this.clock.today(), note: words } };
    });
  }

  private move(
    id: string,
    to: RemittanceState,
    how: (tx: Tx, remittance: RemittanceRow) => Promise<RemittanceChange>,
  ): Promise<RemittanceRow> {
    return this.database.write(async (tx) => {
      const remittance = await this.remittances.findForUpdate(tx, id);
      if (!remittance) throw refuse.unknown(id);
      if (!canMove(remittance.state, to)) throw refuse.cannotMove(remittance.state, to);
      await this.remittances.move(tx, id, to, await how(tx, remittance));
      tx.concern(KIND, [id]);
      failpoint(`remittance.${to}`);
      return (await this.remittances.find(tx, id))!;
    });
  }
}

import { DIVISION_SUCCESSIONS, type DivisionSuccessions } from '@app/contracts';
import { type Database, inContext, systemContext, type Tx } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { addMonths, CLOCK, type Clock, type Day, dayInChina, type DivisionCode } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE, MIGRANT_OUTBOX } from '../migrant.tokens';
import { ParameterService } from '../parameter/parameter.service';
import { type ChangedPlace, shownCorrections } from './correction.rules';
import { FlowCountRepository } from './flow-count.repository';
import { refuse } from './flow.errors';
import { closeMonths } from './flow.jobs';
import { FlowRepository } from './flow.repository';
import { added, areaOf, publish, type PublishedRow, treeOf, widthOf } from './flow.rules';
import {
  FLOW_DIRECTIONS,
  type FlowMonth,
  type FlowParameters,
  type FlowRow,
  type FlowRunView,
  type FlowStage,
} from './flow.types';
import type { Place } from './suppression.rules';

/** Closing months: counted once, published without what would tell of single people, corrected by lines and never edited. */
@Injectable()
export class FlowService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(MIGRANT_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DIVISION_SUCCESSIONS) private readonly divisions: DivisionSuccessions,
    private readonly parameters: ParameterService,
    private readonly counting: FlowCountRepository,
    private readonly flows: FlowRepository,
  ) {}

  /** Plans the day's look once anybody is registered; of several rings at once one message goes on its way. */
  ring(): Promise<void> {
    return inContext(systemContext('flow', { isPlumbing: true }), async () => {
      if (!(await this.isDue())) return;
      await this.database.write((tx) => this.outbox.plan(tx, closeMonths, [{ bell: 'day' }]));
    });
  }

  /** Closes what is over and looks for what was learned of closed months, once a day. */
  async closeDue(): Promise<void> {
    if (await this.isDue()) await this.run();
  }

  private async isDue(): Promise<boolean> {
    const last = await this.database.read((read) => this.flows.lastDone(read));
    if (last && dayInChina(last) >= this.clock.today()) return false;
    return areaOf((await this.divisions.all()).counties) !== undefined;
  }

  /**
   * Closes every month that is over, from `since` on or from where the last one was closed, and writes corrections to those
   * that are known otherwise now. Run again it changes nothing.
   */
  async run(since?: Day): Promise<FlowRunView> {
    const id = await this.database.write((tx) => this.flows.begin(tx, this.clock.now()));
    const say = (stage: FlowStage) => this.database.write((tx) => this.flows.advance(tx, id, stage));
    try {
      const { counties } = await this.divisions.all();
      const area = areaOf(counties);
      if (area === undefined) throw refuse.noArea();
      await this.database.write((tx) => this.close(tx, id, area, since, say), { statementTimeout: 0 });
    } catch (error) {
      await this.database.write((tx) => this.flows.advance(tx, id, 'failed', {}, this.clock.now()));
      throw error;
    }
    const [done] = await this.database.read((read) => this.flows.runs(read, 1));
    return done!;
  }

  private async close(
    tx: Tx,
    id: string,
    area: string,
    since: Day | undefined,
    say: (stage: FlowStage) => Promise<void>,
  ): Promise<void> {
    await this.flows.lock(tx);
    await this.counting.prepare(tx);
    const [today, at] = [this.clock.today(), this.clock.now()];
    const thisMonth = firstOf(today);
    const closed = await this.flows.months(tx);
    const successions = await this.counting.successions(tx);
    const now = await this.parametersOn(tx, area, today);
    const due = monthsFrom(since ?? nextMonth(closed) ?? addMonths(thisMonth, -1), thisMonth).filter(
      (month) => !closed.some((one) => one.month === month),
    );
    const total = { months: due.length, figures: 0, corrections: 0 };
    for (const { parameters, months } of byParameters(now, closed)) {
      await say('counting');
      await this.counting.countMonths(tx, parameters, thisMonth, successions);
      failpoint('migrant.flow.counted');
      if (parameters === now && due.length > 0) {
        await say('freezing');
        total.figures += await this.flows.freeze(tx, due, { ...now, area }, at);
        await say('publishing');
        const townships = await this.flows.townships(tx, area);
        const rows = await this.flows.closed(tx, due, area);
        await this.flows.publish(tx, publishedOf(rows, area, townships, now));
      }
      const width = widthOf(parameters.ageFrom);
      const found = await this.flows.correct(
        tx,
        id,
        months.map(({ month }) => month),
        width,
        at,
      );
      total.corrections += found.lines;
      for (const month of months)
        if (found.months.includes(month.month)) await this.publishCorrections(tx, id, month, at);
    }
    failpoint('migrant.flow.close');
    await this.flows.advance(tx, id, 'done', total, at);
  }

  /** Lays what is known now beside what the public has, and publishes what tells of enough people. */
  private async publishCorrections(tx: Tx, id: string, month: FlowMonth, at: Date): Promise<void> {
    const width = widthOf(month.ageFrom);
    const frozen = (await this.flows.closed(tx, [month.month], month.area)).get(month.month)!;
    const current = await this.flows.current(tx, month.month, month.area);
    const published = await this.flows.published(tx, month.month, month.area);
    const lines = await this.flows.publishedCorrections(tx, month.month, month.area, undefined, LINES_MAX);
    const townships = [...new Set([...frozen, ...current].map(({ divisionCode }) => divisionCode.slice(0, 9)))];
    const rows = FLOW_DIRECTIONS.flatMap((direction) => {
      const listed = published.filter((row) => row.direction === direction);
      const withheld = new Map(listed.map(({ divisionCode, counts }) => [divisionCode, maskOf(counts)]));
      const all = [
        ...new Set([...townships, ...listed.map(({ divisionCode }) => divisionCode.slice(0, 9)).filter(isTownship)]),
      ];
      const of = (from: readonly FlowRow[]) => treeOf(month.area, countsBy(from, direction, all, width), width);
      const told = new Map<string, number[][]>();
      for (const line of lines) {
        if (line.direction !== direction) continue;
        told.set(line.divisionCode, [
          ...(told.get(line.divisionCode) ?? []),
          line.after.map((n, i) => (n ?? 0) - (line.before[i] ?? 0)),
        ]);
      }
      const root = laidBeside(of(frozen), of(current), told, width);
      const known = new Set(listed.map(({ divisionCode }) => divisionCode));
      // A place that is not in the published table has no line either: it counts as withheld.
      for (const { code } of everyPlace(root)) if (!known.has(code)) withheld.set(code, (1 << width) - 1);
      const shown = shownCorrections(root, withheld, month.smallBelow);
      return everyPlace(root)
        .filter(({ code }) => shown.has(code))
        .map(({ code, before, after }) => {
          const mask = withheld.get(code) ?? 0;
          const open = (counts: readonly number[]) =>
            counts.map((count, n) => (((mask >> n) & 1) === 1 ? null : count));
          return { divisionCode: code, direction, before: open(before), after: open(after) };
        });
    });
    if (rows.length > 0) await this.flows.publishCorrections(tx, id, month.month, rows, at);
  }

  /** What holds in the area on a day; refuses what nothing can be counted by. */
  async parametersOn(read: Tx, area: string, on: Day): Promise<FlowParameters & { readonly smallBelow: number }> {
    const division = area.padEnd(12, '0') as DivisionCode;
    const leastMonths = await this.parameters.whole(read, 'flow.half-year', division, on);
    const smallBelow = await this.parameters.whole(read, 'flow.small-cell', division, on);
    const text = await this.parameters.text(read, 'flow.age-groups', division, on);
    const ageFrom = text.split(',').map(Number);
    const isRising = ageFrom.every(
      (age, i) => Number.isInteger(age) && age < 150 && (i === 0 ? age === 0 : age > ageFrom[i - 1]!),
    );
    if (!isRising || ageFrom.length > 20) throw refuse.parameterUnusable('flow.age-groups', text);
    if (leastMonths > 60) throw refuse.parameterUnusable('flow.half-year', String(leastMonths));
    if (smallBelow < 2 || smallBelow > 100) throw refuse.parameterUnusable('flow.small-cell', String(smallBelow));
    return { leastMonths, smallBelow, ageFrom };
  }
}

const LINES_MAX = 1_000_000;

const firstOf = (day: Day): Day => `${day.slice(0, 7)}-01` as Day;
const nextMonth = ([newest]: readonly FlowMonth[]): Day | undefined => newest && addMonths(newest.month, 1);
const isTownship = (digits: string): boolean => digits.length === 9 && !digits.endsWith('000');

function monthsFrom(first: Day, until: Day): Day[] {
  const months: Day[] = [];
  for (let month = firstOf(first); month < until; month = addMonths(month, 1)) months.push(month);
  return months;
}

/** Closed months by what they were counted by, so that each is looked at again by its own measure. */
function byParameters(now: FlowParameters, closed: readonly FlowMonth[]) {
  const groups: { parameters: FlowParameters; months: FlowMonth[] }[] = [{ parameters: now, months: [] }];
  const isSame = (a: FlowParameters, b: FlowParameters) =>
    a.leastMonths === b.leastMonths && a.ageFrom.join() === b.ageFrom.join();
  for (const month of closed) {
    const group = groups.find(({ parameters }) => isSame(parameters, month));
    if (group) group.months.push(month);
    else groups.push({ parameters: { leastMonths: month.leastMonths, ageFrom: month.ageFrom }, months: [month] });
  }
  return groups;
}

function* publishedOf(
  months: ReadonlyMap<Day, readonly FlowRow[]>,
  area: string,
  townships: readonly string[],
  { ageFrom, smallBelow }: FlowParameters & { readonly smallBelow: number },
): Generator<readonly [Day, readonly PublishedRow[]]> {
  for (const [month, rows] of months) yield [month, publish(area, townships, rows, widthOf(ageFrom), smallBelow)];
}

function countsBy(rows: readonly FlowRow[], direction: string, townships: readonly string[], width: number) {
  const counts = new Map<string, readonly number[]>(
    townships.map((township) => [township, new Array<number>(width).fill(0)]),
  );
  for (const row of rows) if (row.direction === direction) counts.set(row.divisionCode.slice(0, 9), row.counts);
  return counts;
}

const maskOf = (counts: readonly (number | null)[]): number =>
  counts.reduce<number>((mask, count, n) => (count === null ? mask | (1 << n) : mask), 0);

/** What the public has of each place, with what is withheld as it was closed, and what is known now. */
function laidBeside(
  frozen: Place,
  current: Place,
  told: ReadonlyMap<string, readonly number[][]>,
  width: number,
): ChangedPlace {
  const children = frozen.children.map((child, n) => laidBeside(child, current.children[n]!, told, width));
  const before = added([frozen.counts, ...(told.get(frozen.code) ?? [])], width);
  return { code: frozen.code, before, after: current.counts, children };
}

const everyPlace = (place: ChangedPlace): ChangedPlace[] => [place, ...place.children.flatMap(everyPlace)];

import { type DivisionCode, divisionPrefix } from '@app/kernel';
import { FLOW_DIRECTIONS, type FlowDirection, type FlowRow } from './flow.types';
import { type PartTable, type Place, withheldOf } from './suppression.rules';

/** Where a figure stands in a row: the total, four distances, three sexes, and the age groups with unknown as the last. */
export const TOTAL = 0;
const DISTANCES = ['cross-province', 'within-province', 'within-county', 'unknown'] as const;
const SEXES = ['male', 'female', 'sex-unknown'] as const;
const FIRST_SEX = 1 + DISTANCES.length;
export const FIRST_AGE = FIRST_SEX + SEXES.length;
const WITHIN_PROVINCE = 2;

export const widthOf = (ageFrom: readonly number[]): number => FIRST_AGE + ageFrom.length + 1;

/** The three tables of a row, each of which adds up to the total. */
export const tablesOf = (width: number): readonly PartTable[] => [
  { from: 1, until: FIRST_SEX },
  { from: FIRST_SEX, until: FIRST_AGE },
  { from: FIRST_AGE, until: width },
];

/** What the figures are called in files and correction lines. */
export function cellNames(ageFrom: readonly number[]): string[] {
  const ages = ageFrom.map((from, i) => {
    const next = ageFrom[i + 1];
    return next === undefined ? `age-${from}-and-over` : `age-${from}-${next - 1}`;
  });
  return ['total', ...DISTANCES, ...SEXES, ...ages, 'age-unknown'];
}

/** Adds rows figure by figure. What is withheld in one is withheld in the sum: nothing new may follow from it. */
export function added<T extends number | null>(rows: readonly (readonly T[])[], width: number): T[] {
  return Array.from({ length: width }, (_, n) => {
    let sum = 0;
    for (const row of rows) {
      const count = row[n]!;
      if (count === null) return null as T;
      sum += count;
    }
    return sum as T;
  });
}

/** Leading digits of a division; of a place that is only known more widely, the noughts are kept: 340202000. */
const LEVELS = [2, 4, 6, 9] as const;

/** The code of a node: twelve digits, or nine where the township of a county was not stated. */
const codeOf = (digits: string): string =>
  /^(\d{6}000|\d{4}00|\d{2}00)$/.test(digits) ? digits : digits.padEnd(12, '0');

/** The leading digits that a code of a row stands for. */
export const digitsOf = (code: string): string => (code.length === 12 ? divisionPrefix(code as DivisionCode) : code);

const levelBelow = (digits: string): number | undefined => LEVELS.find((level) => level > digits.length);

/** A division is shown with those one level below it. */
export function isShownWith(code: string, prefix: string): boolean {
  const digits = digitsOf(code);
  return digits === prefix || (digits.startsWith(prefix) && digits.length === levelBelow(prefix));
}

/** Rows of townships by the division asked for and those one level below it, as they are called by `codeNow`. */
export function groupsBelow<R extends { readonly divisionCode: string; readonly direction: FlowDirection }>(
  rows: readonly R[],
  codeNow: (code: string) => string,
  prefix: string,
): { divisionCode: string; direction: FlowDirection; rows: R[] }[] {
  const groups = new Map<string, { divisionCode: string; direction: FlowDirection; rows: R[] }>();
  const level = levelBelow(prefix);
  for (const row of rows) {
    const township = codeNow(row.divisionCode).slice(0, 9);
    if (!township.startsWith(prefix)) continue;
    for (const digits of level === undefined ? [prefix] : [prefix, township.slice(0, level)]) {
      const divisionCode = codeOf(digits);
      const key = `${divisionCode.padEnd(12)} ${row.direction}`;
      const group = groups.get(key) ?? { divisionCode, direction: row.direction, rows: [] };
      group.rows.push(row);
      groups.set(key, group);
    }
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** The divisions of an area as a tree down to townships, each with the sum of what is below it. */
export function treeOf(area: string, townships: ReadonlyMap<string, readonly number[]>, width: number): Place {
  const build = (digits: string, inside: readonly string[]): Place => {
    const next = levelBelow(digits);
    if (next === undefined) return { code: codeOf(digits), counts: townships.get(digits)!, children: [] };
    const groups = new Map<string, string[]>();
    for (const one of inside) {
      const key = one.slice(0, next);
      const group = groups.get(key);
      if (group) group.push(one);
      else groups.set(key, [one]);
    }
    const children = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, below]) => build(key, below));
    const counts = new Array<number>(width).fill(0);
    for (const child of children) for (let n = 0; n < width; n++) counts[n]! += child.counts[n]!;
    return { code: codeOf(digits), counts, children };
  };
  return build(
    area,
    [...townships.keys()].filter((township) => township.startsWith(area)),
  );
}

export interface PublishedRow {
  readonly divisionCode: string;
  readonly direction: FlowDirection;
  readonly counts: readonly (number | null)[];
}

/** Every place of a tree with what may be shown of it. */
function* shown(
  place: Place,
  direction: FlowDirection,
  withheld: ReadonlyMap<string, number>,
): Generator<PublishedRow> {
  const mask = withheld.get(place.code) ?? 0;
  const counts = mask === 0 ? place.counts : place.counts.map((count, n) => (((mask >> n) & 1) === 1 ? null : count));
  yield { divisionCode: place.code, direction, counts };
  for (const child of place.children) yield* shown(child, direction, withheld);
}

/**
 * A month as everybody may see it. Within a whole province as many people come from its other counties as leave for them,
 * so what is withheld of the one is withheld of the other.
 */
export function publish(
  area: string,
  townships: readonly string[],
  rows: readonly FlowRow[],
  width: number,
  smallBelow: number,
): PublishedRow[] {
  const tables = tablesOf(width);
  const trees = new Map(
    FLOW_DIRECTIONS.map((direction) => {
      const counts = new Map<string, readonly number[]>(townships.map((t) => [t, new Array<number>(width).fill(0)]));
      for (const row of rows) if (row.direction === direction) counts.set(row.divisionCode.slice(0, 9), row.counts);
      return [direction, treeOf(area, counts, width)] as const;
    }),
  );
  const withheldIn = (direction: FlowDirection, forced = 0) =>
    withheldOf(trees.get(direction)!, tables, smallBelow, forced);
  const withheld = new Map(FLOW_DIRECTIONS.map((direction) => [direction, withheldIn(direction)]));
  if (area.length === 2) {
    const link = 1 << WITHIN_PROVINCE;
    const hides = (direction: FlowDirection) => ((withheld.get(direction)!.get(codeOf(area)) ?? 0) & link) !== 0;
    const [hiding, showing] = hides('in') ? (['in', 'out'] as const) : (['out', 'in'] as const);
    if (hides(hiding) && !hides(showing)) {
      // None of the one is none of the other, for everybody to see; anything else is withheld of both.
      if (trees.get(showing)!.counts[WITHIN_PROVINCE]! > 0) withheld.set(showing, withheldIn(showing, link));
      else for (const [code, mask] of withheld.get(hiding)!) withheld.get(hiding)!.set(code, mask & ~link);
    }
  }
  return FLOW_DIRECTIONS.flatMap((direction) => [...shown(trees.get(direction)!, direction, withheld.get(direction)!)]);
}

/** The smallest division that all these counties lie in; undefined where they have no province in common. */
export function areaOf(counties: readonly string[]): string | undefined {
  const digits = counties.map((code) => code.slice(0, 6));
  return [6, 4, 2]
    .map((length) => digits[0]?.slice(0, length))
    .find((area) => area && digits.every((d) => d.startsWith(area)));
}

import type { PartTable, Place, Withheld } from './suppression.rules';

/** `coefficients · x = value` over the unknown figures, by their number. */
export interface Equation {
  readonly coefficients: ReadonlyMap<number, number>;
  readonly value: number;
}

/** Everything that whoever has the published tables can write down: unknown figures, and what they add up to. */
export interface Published {
  readonly unknown: ReadonlyMap<string, number>;
  readonly equations: readonly Equation[];
}

const isHidden = (withheld: Withheld, code: string, n: number): boolean => (((withheld.get(code) ?? 0) >> n) & 1) === 1;
export const cellOf = (code: string, n: number, table = ''): string => `${table}${code}/${n}`;

/** The reader's system of equations: parts add up to totals, places below to the place above, in every figure. */
export function published(
  root: Place,
  tables: readonly PartTable[],
  withheld: Withheld,
  table = '',
  unknown = new Map<string, number>(),
): Published {
  const equations: Equation[] = [];
  const state = (terms: readonly (readonly [place: Place, n: number, sign: number])[]): void => {
    const coefficients = new Map<number, number>();
    let value = 0;
    for (const [place, n, sign] of terms) {
      if (!isHidden(withheld, place.code, n)) value -= sign * place.counts[n]!;
      else {
        const cell = cellOf(place.code, n, table);
        if (!unknown.has(cell)) unknown.set(cell, unknown.size);
        coefficients.set(unknown.get(cell)!, sign);
      }
    }
    if (coefficients.size > 0) equations.push({ coefficients, value });
    else if (value !== 0) throw new Error('the tables do not add up');
  };
  const visit = (place: Place): void => {
    for (const { from, until } of tables) {
      const parts = Array.from({ length: until - from }, (_, k) => [place, from + k, 1] as const);
      state([[place, 0, -1], ...parts]);
    }
    if (place.children.length > 0) {
      for (const n of place.counts.keys()) {
        state([[place, n, -1], ...place.children.map((child) => [child, n, 1] as const)]);
      }
    }
    place.children.forEach(visit);
  };
  visit(root);
  return { unknown, equations };
}

const TINY = 1e-7;

/**
 * The least and the greatest that one unknown can be, all being nought or more: linear programming by the simplex method
 * with Bland's rule, written down here so that the attack owes nothing to the rules it attacks.
 */
export function boundsOf({ unknown, equations }: Published, cells: readonly number[]): [least: number, most: number][] {
  const width = unknown.size;
  const rows = equations.map(({ coefficients, value }) => {
    const sign = value < 0 ? -1 : 1;
    const row = new Float64Array(width + 1);
    for (const [n, factor] of coefficients) row[n] = sign * factor;
    row[width] = sign * value;
    return row;
  });
  const basis = feasible(rows, width);
  return cells.map((cell) => [-maximum(rows, basis, width, cell, -1), maximum(rows, basis, width, cell, 1)]);
}

/** Phase one: pivots until no artificial unknown is left in the basis but on rows that say nothing. */
function feasible(rows: Float64Array[], width: number): number[] {
  const basis = rows.map(() => -1);
  for (;;) {
    const cost = new Float64Array(width + 1);
    for (const [r, row] of rows.entries()) if (basis[r] === -1) for (let n = 0; n <= width; n++) cost[n]! += row[n]!;
    let enter = -1;
    for (let n = 0; n < width && enter < 0; n++) if (cost[n]! > TINY && !basis.includes(n)) enter = n;
    if (enter < 0) {
      if (cost[width]! > TINY) throw new Error('nothing fits the published tables');
      break;
    }
    pivot(rows, basis, leaving(rows, basis, width, enter), enter, width);
  }
  for (const [r, row] of rows.entries()) {
    if (basis[r] !== -1) continue;
    const enter = row.findIndex((factor, n) => n < width && Math.abs(factor) > TINY);
    if (enter >= 0) pivot(rows, basis, r, enter, width);
  }
  return basis;
}

function maximum(rows: Float64Array[], basis: number[], width: number, cell: number, sign: number): number {
  for (;;) {
    const at = basis.indexOf(cell);
    let enter = -1;
    for (let n = 0; n < width && enter < 0; n++) {
      if (basis.includes(n)) continue;
      const gain = sign * ((n === cell ? 1 : 0) - (at >= 0 ? rows[at]![n]! : 0));
      if (gain > TINY) enter = n;
    }
    if (enter < 0) return sign * (at >= 0 ? rows[at]![width]! : 0);
    const leave = leaving(rows, basis, width, enter);
    if (leave < 0) return Infinity;
    pivot(rows, basis, leave, enter, width);
  }
}

function leaving(rows: readonly Float64Array[], basis: readonly number[], width: number, enter: number): number {
  let [found, least] = [-1, Infinity];
  for (const [r, row] of rows.entries()) {
    if (row[enter]! <= TINY) continue;
    const ratio = row[width]! / row[enter]!;
    if (ratio < least - TINY || (ratio < least + TINY && found >= 0 && basis[r]! < basis[found]!))
      [found, least] = [r, ratio];
  }
  return found;
}

function pivot(rows: Float64Array[], basis: number[], leave: number, enter: number, width: number): void {
  const row = rows[leave]!;
  const by = row[enter]!;
  for (let n = 0; n <= width; n++) row[n]! /= by;
  for (const [r, other] of rows.entries()) {
    const factor = other[enter]!;
    if (r === leave || factor === 0) continue;
    for (let n = 0; n <= width; n++) other[n]! -= factor * row[n]!;
  }
  basis[leave] = enter;
}

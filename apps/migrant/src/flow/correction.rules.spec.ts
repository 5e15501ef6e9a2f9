import fc from 'fast-check';
import { type ChangedPlace, shownCorrections } from './correction.rules';
import { boundsOf, cellOf, type Equation, published } from './suppression.fixture';
import { type PartTable, type Place, type Withheld, withheldOf } from './suppression.rules';

const SMALL = 5;
const TABLES: readonly PartTable[] = [{ from: 1, until: 4 }];

const over = (code: string, children: readonly Place[]): Place => ({
  code,
  children,
  counts: [0, 1, 2, 3].map((n) => children.reduce((sum, { counts }) => sum + counts[n]!, 0)),
});
const leaf = (code: string, parts: readonly number[]): Place => ({
  code,
  children: [],
  counts: [parts.reduce((a, b) => a + b, 0), ...parts],
});
const changed = (before: Place, after: Place): ChangedPlace => ({
  code: before.code,
  before: before.counts,
  after: after.counts,
  children: before.children.map((child, k) => changed(child, after.children[k]!)),
});

const figure = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 30 }));
const change = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: -6, max: 6 }) },
  { weight: 3, arbitrary: fc.integer({ min: 5, max: 20 }) },
  { weight: 2, arbitrary: fc.integer({ min: -20, max: -5 }) },
);
const pairs = fc.array(fc.array(fc.tuple(figure, change), { minLength: 3, maxLength: 3 }), {
  minLength: 1,
  maxLength: 4,
});
const story = fc.array(pairs, { minLength: 1, maxLength: 3 }).map((counties) => {
  const build = (pick: (pair: [number, number]) => number): Place =>
    over(
      'P',
      counties.map((towns, c) =>
        over(
          `P${c}`,
          towns.map((parts, t) => leaf(`P${c}${t}`, parts.map(pick))),
        ),
      ),
    );
  return { before: build(([n]) => n), after: build(([n, by]) => Math.max(0, n + by)) };
});

const every = (place: ChangedPlace): ChangedPlace[] => [place, ...place.children.flatMap(every)];
const bit = (withheld: Withheld, code: string, n: number) => (((withheld.get(code) ?? 0) >> n) & 1) === 1;

/**
 * What a reader can write down who has the frozen tables and the lines: figures of then and of now. Of a place with a
 * line they even know that nothing withheld in it changed; of a place without one they know nothing of now.
 */
function systemOf(before: Place, after: Place, withheld: Withheld, shown: ReadonlySet<string>) {
  const then = published(before, TABLES, withheld);
  const unknown = new Map(then.unknown);
  const equations: Equation[] = [...then.equations];
  const silence = new Map<string, number>();
  const silent = (place: Place): void => {
    if (!shown.has(place.code)) silence.set(place.code, 0b1111);
    else if (withheld.has(place.code)) silence.set(place.code, withheld.get(place.code)!);
    place.children.forEach(silent);
  };
  silent(after);
  const now = published(after, TABLES, silence, 'now ', unknown);
  equations.push(...now.equations);
  const tie = (place: Place): void => {
    for (const n of place.counts.keys()) {
      if (!shown.has(place.code) || !bit(withheld, place.code, n)) continue;
      const [a, b] = [unknown.get(cellOf(place.code, n))!, unknown.get(cellOf(place.code, n, 'now '))!];
      equations.push({
        coefficients: new Map([
          [a, 1],
          [b, -1],
        ]),
        value: 0,
      });
    }
    place.children.forEach(tie);
  };
  tie(before);
  return { unknown, equations };
}

describe('correction lines', () => {
  it('give away no withheld figure and no change that is held back, whoever lays two months’ lines side by side', () => {
    let lines = 0;
    fc.assert(
      fc.property(story, ({ before, after }) => {
        const withheld = withheldOf(before, TABLES, SMALL);
        const root = changed(before, after);
        const shown = shownCorrections(root, withheld, SMALL);
        lines += shown.size;
        for (const place of every(root)) {
          if (!shown.has(place.code)) continue;
          const changes = place.before.map((n, k) => Math.abs(place.after[k]! - n)).filter((n) => n > 0);
          expect(Math.min(...changes)).toBeGreaterThanOrEqual(SMALL);
        }
        const system = systemOf(before, after, withheld, shown);
        const then = [...system.unknown.keys()].filter((cell) => !cell.startsWith('now '));
        const held = every(root).filter(
          ({ code, children, before: was, after: is }) =>
            children.length === 0 &&
            !shown.has(code) &&
            Math.abs(is[0]! - was[0]!) > 0 &&
            Math.abs(is[0]! - was[0]!) < SMALL,
        );
        const cells = [...then, ...held.map(({ code }) => cellOf(code, 0, 'now '))];
        const bounds = boundsOf(
          system,
          cells.map((cell) => system.unknown.get(cell)!),
        );
        for (const [i, cell] of cells.entries()) {
          expect({ cell, isOpen: bounds[i]![1] - bounds[i]![0] > SMALL - 1e-6 }).toEqual({ cell, isOpen: true });
        }
      }),
      { numRuns: 300 },
    );
    expect(lines).toBeGreaterThan(0);
  });
});

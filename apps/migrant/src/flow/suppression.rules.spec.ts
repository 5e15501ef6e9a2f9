import fc from 'fast-check';
import { boundsOf, published } from './suppression.fixture';
import { type PartTable, type Place, withheldOf } from './suppression.rules';

const SMALL = 5;
/** Three parts and two: enough for every rule, and little enough to be attacked many times. */
const TABLES: readonly PartTable[] = [
  { from: 1, until: 4 },
  { from: 4, until: 6 },
];
const WIDTH = 6;

/** Adds up what is below, so that the tables are as right as ours are. */
const over = (code: string, children: readonly Place[]): Place => ({
  code,
  children,
  counts: Array.from({ length: WIDTH }, (_, n) => children.reduce((sum, { counts }) => sum + counts[n]!, 0)),
});

/** A place of the lowest level: parts of the first table, and how its total falls into the second. */
const leaf = (code: string, parts: readonly number[], share: number): Place => {
  const total = parts.reduce((a, b) => a + b, 0);
  const first = Math.round(total * share);
  return { code, children: [], counts: [total, ...parts, first, total - first] };
};

const count = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 4 }) },
  { weight: 2, arbitrary: fc.integer({ min: 5, max: 9 }) },
  { weight: 1, arbitrary: fc.integer({ min: 10, max: 60 }) },
  { weight: 3, arbitrary: fc.constant(0) },
);
const share = fc.oneof(fc.constantFrom(0, 1, 0.5, 0.05, 0.95), fc.double({ min: 0, max: 1, noNaN: true }));
const leafOf = (code: string) =>
  fc.tuple(fc.array(count, { minLength: 3, maxLength: 3 }), share).map(([p, s]) => leaf(code, p, s));
const level = (code: string, below: (code: string) => fc.Arbitrary<Place>): fc.Arbitrary<Place> =>
  fc
    .integer({ min: 1, max: 4 })
    .chain((many) =>
      fc
        .tuple(...Array.from({ length: many }, (_, k) => below(`${code}${k + 1}`)))
        .map((children) => over(code, children)),
    );
const county = level('C', leafOf);
const city = level('C', (code) => level(code, leafOf));

const every = (place: Place): Place[] => [place, ...place.children.flatMap(every)];

/** The narrowest interval that is left of any withheld figure, and whose it is. */
function attack(root: Place, forced = 0): { readonly cell: string; readonly width: number } {
  const withheld = withheldOf(root, TABLES, SMALL, forced);
  const system = published(root, TABLES, withheld);
  const cells = [...system.unknown.entries()];
  const bounds = boundsOf(
    system,
    cells.map(([, n]) => n),
  );
  const widths = cells.map(([cell], i) => ({ cell, width: bounds[i]![1] - bounds[i]![0] }));
  return widths.reduce((a, b) => (b.width < a.width ? b : a), { cell: 'none', width: Infinity });
}

describe('withheld figures', () => {
  it('never show how many are fewer than five, and never can be told closer than by five', () => {
    fc.assert(
      fc.property(fc.oneof(county, city), (root) => {
        const withheld = withheldOf(root, TABLES, SMALL);
        for (const { code, counts } of every(root)) {
          const shown = counts.filter((_, n) => (((withheld.get(code) ?? 0) >> n) & 1) === 0);
          expect(shown.filter((n) => n > 0 && n < SMALL)).toEqual([]);
        }
        expect(attack(root).width).toBeGreaterThanOrEqual(SMALL - 1e-6);
      }),
      { numRuns: 400 },
    );
  });
});

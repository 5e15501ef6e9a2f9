import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { areaOf, cellNames, publish, type PublishedRow, tablesOf, treeOf, widthOf } from './flow.rules';
import { FLOW_DIRECTIONS, type FlowDirection, type FlowRow } from './flow.types';
import { boundsOf, cellOf, type Equation, published } from './suppression.fixture';

const AGES = [0, 15];
const WIDTH = widthOf(AGES);
const rowOf = (code: string, direction: FlowDirection, distances: readonly number[]): FlowRow => {
  const total = distances.reduce((a, b) => a + b, 0);
  // Nobody of unknown sex or age, all of one sex and age: the distances are what is looked at.
  return { divisionCode: `${code}000`, direction, counts: [total, ...distances, total, 0, 0, 0, total, 0] };
};

const CASES = fs
  .readFileSync(path.join(__dirname, 'suppression.cases.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name, townships, shown]) => ({ name: name!, townships: townships!, shown: shown! }));

describe('a published county', () => {
  it.each(CASES)('$name', ({ townships, shown }) => {
    const codes = townships.split(';').map((_, n) => `34020210${n}`);
    const rows = townships.split(';').map((text, n) => {
      const [total, ...distances] = text
        .split(/[:\s]+/)
        .filter((word) => word !== '')
        .map(Number);
      expect(distances.reduce((a, b) => a + b, 0)).toBe(total);
      return rowOf(codes[n]!, 'in', distances);
    });
    const found = publish('340202', codes, rows, WIDTH, 5).filter(({ direction }) => direction === 'in');
    const text = ({ counts }: PublishedRow) => {
      const [total, ...distances] = counts.slice(0, 5).map((count) => count ?? '*');
      return `${total}: ${distances.join(' ')}`;
    };
    expect(found.map(text).join('; ')).toBe(shown);
  });
});

/** Townships of three counties of a province, and somewhere outside. */
const PLACES = ['340202100', '340202101', '340203100', '340304100', '510104001'];
const moves = fc.array(
  fc.tuple(
    fc.constantFrom(...PLACES),
    fc.constantFrom(...PLACES),
    fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 30 })),
  ),
  { minLength: 1, maxLength: 14 },
);

describe('a published province', () => {
  it('tells nothing closer than by five to whoever knows that as many come from its counties as leave for them', () => {
    fc.assert(
      fc.property(moves, (list) => {
        const rows = new Map<string, number[]>();
        const count = (place: string, direction: FlowDirection, distance: number, many: number) => {
          const key = `${place} ${direction}`;
          const distances = rows.get(key) ?? [0, 0, 0, 0];
          distances[distance]! += many;
          rows.set(key, distances);
        };
        for (const [from, to, many] of list) {
          if (from === to) continue;
          const distance = from.slice(0, 2) !== to.slice(0, 2) ? 0 : from.slice(0, 6) !== to.slice(0, 6) ? 1 : 2;
          count(to, distance === 2 ? 'within' : 'in', distance, many);
          if (distance !== 2) count(from, 'out', distance, many);
        }
        const all = [...rows].map(([key, distances]) => {
          const [place, direction] = key.split(' ') as [string, FlowDirection];
          return rowOf(place, direction, distances);
        });
        const townships = PLACES.slice(0, 4);
        const shown = publish('34', townships, all, WIDTH, 5);
        const unknown = new Map<string, number>();
        const equations: Equation[] = [];
        for (const direction of FLOW_DIRECTIONS) {
          const counts = new Map(
            townships.map((t): [string, readonly number[]] => [
              t,
              all.find((row) => row.divisionCode === `${t}000` && row.direction === direction)?.counts ??
                new Array<number>(WIDTH).fill(0),
            ]),
          );
          const withheld = new Map(
            shown
              .filter((row) => row.direction === direction)
              .map((row) => [
                row.divisionCode,
                row.counts.reduce<number>((m, c, n) => (c === null ? m | (1 << n) : m), 0),
              ]),
          );
          equations.push(
            ...published(treeOf('34', counts, WIDTH), tablesOf(WIDTH), withheld, `${direction} `, unknown).equations,
          );
        }
        const link = FLOW_DIRECTIONS.slice(0, 2).map((direction) => {
          const value = shown.find((row) => row.divisionCode === '340000000000' && row.direction === direction)!
            .counts[2];
          return { cell: unknown.get(cellOf('340000000000', 2, `${direction} `)), value: value ?? 0 };
        });
        const known = link.filter(({ cell }) => cell !== undefined);
        if (known.length > 0) {
          const coefficients = new Map(
            link.flatMap(({ cell }, n) => (cell === undefined ? [] : [[cell, n === 0 ? 1 : -1] as const])),
          );
          equations.push({
            coefficients,
            value:
              link[1]!.value * (link[1]!.cell === undefined ? 1 : 0) -
              link[0]!.value * (link[0]!.cell === undefined ? 1 : 0),
          });
        }
        const cells = [...unknown.values()];
        const narrowest = Math.min(
          Infinity,
          ...boundsOf({ unknown, equations }, cells).map(([least, most]) => most - least),
        );
        expect(narrowest).toBeGreaterThanOrEqual(5 - 1e-6);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the area served', () => {
  it.each([
    [['340202000000'], '340202'],
    [['340202000000', '340203000000'], '3402'],
    [['340202000000', '340304000000'], '34'],
    [['340202000000', '510104000000'], undefined],
    [[], undefined],
  ])('of %j is %s', (counties, area) => expect(areaOf(counties)).toBe(area));
});

it('figures have names that say which ages they are of', () =>
  expect(cellNames(AGES)).toEqual([
    ...['total', 'cross-province', 'within-province', 'within-county', 'unknown', 'male', 'female', 'sex-unknown'],
    ...['age-0-14', 'age-15-and-over', 'age-unknown'],
  ]));

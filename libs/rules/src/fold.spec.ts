import { addDays, day } from '@app/kernel';
import { evaluate } from './evaluate';
import type { CompareOperator, Expression } from './expression';
import { fold, isNullable } from './fold';
import { type Parameter, Parameters } from './parameters';
import { parseExpression } from './parse-expression';
import { referenceDay } from './run';

const facts = new Map([['a.born', { type: 'day' as const, required: false }]]);
const row = (region: string, from: string, to: string | null, value: bigint): Parameter => ({
  code: 'RATE',
  region,
  validFrom: day(from),
  validTo: to === null ? null : day(to),
  value,
  unit: 'fen',
  source: 'test',
  status: 'confirmed',
});
const parameters = new Parameters([
  row('', '2020-01-01', '2024-12-31', 1n),
  row('', '2025-07-01', null, 2n),
  row('34', '2021-01-01', '2021-12-31', 3n),
  row('3402', '2021-06-01', '2021-06-30', 4n),
]);
const run = { year: 2025, asOf: day('2025-08-01'), region: '340202' };
const read = (cel: string): Expression => parseExpression(cel, { facts, terms: new Map(), parameters });
const folded = (cel: string, at = run): Expression => fold(read(cel), { run: at, parameters, terms: new Map() });

describe('ages become dates', () => {
  const OPERATORS: CompareOperator[] = ['<', '<=', '>', '>=', '==', '!='];
  const around = (centre: string, count: number) =>
    Array.from({ length: 2 * count + 1 }, (_, index) => addDays(day(centre), index - count));
  const BIRTHS = ['2023-01-31', '2023-02-28', '2024-02-29', '2024-03-31', '2024-12-31'].flatMap((centre) =>
    around(centre, 4),
  );

  it.each([
    'add_months(a.born, 1)',
    'add_months(a.born, -1)',
    'add_months(a.born, 12)',
    'add_years(a.born, 1)',
    'add_years(a.born, 4)',
    'add_years(a.born, -3)',
  ])('without changing the verdict of any day around a month end: %s', (shift) => {
    for (const limit of BIRTHS.flatMap((born) =>
      around(String(evaluate(read(shift), { run, parameters, fact: () => born, term: () => null })), 1),
    )) {
      for (const operator of OPERATORS) {
        const original = read(`${shift} ${operator} day("${limit}")`);
        const cheap = fold(original, { run, parameters, terms: new Map() });
        expect(JSON.stringify(cheap)).not.toContain('"add"');
        for (const born of BIRTHS) {
          const scope = { run, parameters, fact: () => born, term: () => null };
          expect([born, limit, operator, evaluate(cheap, scope)]).toEqual([
            born,
            limit,
            operator,
            evaluate(original, scope),
          ]);
        }
      }
    }
  });

  it.each(['year(a.born)', 'month_index(a.born)', 'year(add_years(a.born, 60))', 'month_index(add_months(a.born, 7))'])(
    'and neither of years and months: %s',
    (part) => {
      for (const born of BIRTHS) {
        const scope = { run, parameters, fact: () => born, term: () => null };
        const value = evaluate(read(part), scope) as bigint;
        for (const operator of OPERATORS) {
          for (const bound of [value - 1n, value, value + 1n]) {
            const original = read(`${part} ${operator} ${bound}`);
            const cheap = fold(original, { run, parameters, terms: new Map() });
            expect(JSON.stringify(cheap, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v))).not.toMatch(
              /"part"|"add"/,
            );
            expect([born, operator, bound, evaluate(cheap, scope)]).toEqual([
              born,
              operator,
              bound,
              evaluate(original, scope),
            ]);
          }
        }
      }
    },
  );
});

describe('what is constant in a run', () => {
  it.each([
    ['param("RATE") == 2', true],
    ['param_at("RATE", day("2025-03-01")) == 2', null],
    ['param_in("RATE", 2022) == 1', true],
    ['param_in("RATE", 2025) == 1', null],
    ['year_end == day("2025-12-31") && as_of == day("2025-08-01")', true],
    ['sum_monthly("RATE", year * 12 + 6, year * 12 + 40) == 12', false],
    ['known(param_at("RATE", day("2019-12-31")))', false],
    ['true || a.born == day("2020-01-01")', true],
    ['a.born == day("2020-01-01") && false', false],
  ])('is worked out before any row is read: %s', (cel, value) => {
    const result = folded(cel);
    if (cel.includes('sum_monthly')) expect(result.kind).toBe('compare');
    else expect(result).toEqual({ kind: 'literal', type: 'bool', value });
  });

  it('looks at the day of the run nearest to its date', () => {
    expect(referenceDay(run)).toBe('2025-08-01');
    expect(referenceDay({ ...run, year: 2024 })).toBe('2024-12-31');
    expect(referenceDay({ ...run, year: 2026 })).toBe('2026-01-01');
  });

  it('knows what can be unknown', () => {
    expect(isNullable(folded('a.born < year_end'))).toBe(true);
    expect(isNullable(folded('known(a.born)'))).toBe(false);
    expect(isNullable(folded('else_ask(known(a.born))'))).toBe(true);
  });
});

describe('dated parameters', () => {
  it.each([
    ['340202', '2019-12-31', undefined],
    ['340202', '2020-01-01', 1n],
    ['340202', '2021-01-01', 3n],
    ['340202', '2021-05-31', 3n],
    ['340202', '2021-06-01', 4n],
    ['340202', '2021-06-30', 4n],
    ['340202', '2021-07-01', 3n],
    ['340000', '2021-06-15', 3n],
    ['110101', '2021-06-15', 1n],
    ['340202', '2021-12-31', 3n],
    ['340202', '2022-01-01', 1n],
    ['340202', '2024-12-31', 1n],
    ['340202', '2025-01-01', undefined],
    ['340202', '2025-06-30', undefined],
    ['340202', '2025-07-01', 2n],
  ])('in %s on %s', (region, on, value) => {
    expect(parameters.find('RATE', region, day(on))?.value).toBe(value);
    const steps = parameters.steps('RATE', region).filter(({ from }) => from <= on);
    expect(steps.at(-1)?.parameter?.value).toBe(value);
  });
});

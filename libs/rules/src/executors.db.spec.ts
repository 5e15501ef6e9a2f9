import { Environment } from '@marcbachmann/cel-js';
import { type Day, day, monthOf, yearOf } from '@app/kernel';
import { type TestDatabase, createTestDatabase } from '@app/testing';
import fc from 'fast-check';
import { monthIndex, shiftMonths } from './calendar';
import { compileSql } from './compile-sql';
import { resolveConflicts } from './conflicts';
import { type Decision, decide } from './decide';
import type { Expression, Value, ValueType } from './expression';
import { type Parameter, Parameters } from './parameters';
import { ExpressionFault, parseExpression } from './parse-expression';
import type { Fact, FactValues, Programme } from './programme';
import type { Run } from './run';

/**
 * One definition, two executors: hundreds of random expressions over hundreds of random cases, known and unknown,
 * give the same verdicts from the interpreter and from PostgreSQL, and where everything is known the same as cel-js.
 */

const FACTS: Record<string, { type: ValueType; required: boolean; sql: string }> = {
  'a.flag': { type: 'bool', required: false, sql: 'bool' },
  'a.other': { type: 'bool', required: false, sql: 'bool' },
  'a.sure': { type: 'bool', required: true, sql: 'bool' },
  'a.count': { type: 'int', required: false, sql: 'int4' },
  'a.small': { type: 'int', required: false, sql: 'int2' },
  'a.level': { type: 'int', required: true, sql: 'int4' },
  'a.born': { type: 'day', required: false, sql: 'date' },
  'a.died': { type: 'day', required: false, sql: 'date' },
  'a.since': { type: 'day', required: true, sql: 'date' },
  'a.kind': { type: 'text', required: false, sql: 'text' },
};

const row = (
  code: string,
  region: string,
  from: string,
  to: string | null,
  value: Parameter['value'],
  unit: string,
): Parameter => ({
  code,
  region,
  validFrom: day(from),
  validTo: to === null ? null : day(to),
  value,
  unit,
  source: 'test',
  status: 'confirmed',
});

const PARAMETERS = new Parameters([
  row('RATE', '', '2020-01-01', null, 300n, 'fen'),
  row('RATE', '', '2024-07-01', null, 450n, 'fen'),
  row('RATE', '34', '2025-03-01', '2025-08-31', 700n, 'fen'),
  row('GAPPED', '', '2024-05-01', '2024-09-30', 11n, 'fen'),
  row('GAPPED', '3402', '2025-06-15', null, 17n, 'fen'),
  row('AGE', '', '1900-01-01', null, 60n, 'years'),
  row('MODE', '', '2000-01-01', '2024-12-31', 'OLD', 'text'),
  row('MODE', '', '2025-01-01', null, 'NEW', 'text'),
  row('START', '', '2000-01-01', null, '2025-01-01', 'day'),
]);

const TERMS: Record<string, string> = {
  age_day: 'add_years(a.born, param("AGE"))',
  months: 'max(0, min(12, month_index(a.since) - month_index(param("START")) + a.level))',
  grown: 'age_day <= year_end && (a.flag || known(a.died))',
};

const facts = new Map<string, Fact>(
  Object.entries(FACTS).map(([name, { type, required }]) => [
    name,
    { name, type, required, label: { zh: name, en: name }, source: { zh: '测试', en: 'test' } },
  ]),
);
const terms = new Map<string, Expression>();
for (const [name, cel] of Object.entries(TERMS))
  terms.set(name, parseExpression(cel, { facts, terms, parameters: PARAMETERS }));

const read = (cel: string) => parseExpression(cel, { facts, terms, parameters: PARAMETERS });

function programmeOf(
  code: string,
  scope: string,
  conditions: readonly string[],
  amount: string,
  conflict?: string,
): Programme {
  return {
    code,
    title: { zh: code, en: code },
    legalBasis: [],
    unit: 'person',
    scope: read(scope),
    facts,
    terms: new Map(
      [...terms].map(([name, expression]) => [
        name,
        { name, expression, cel: TERMS[name]!, label: { zh: name, en: name } },
      ]),
    ),
    conditions: conditions.map((cel, index) => ({
      code: `C${index}`,
      cel,
      expression: read(cel),
      sentence: { zh: cel, en: cel },
      rule: 'test',
      question: null,
    })),
    amount: read(amount),
    amountCel: amount,
    conflicts: conflict ? [{ with: conflict, resolve: 'higher' }] : [],
    calendar: {},
    publicity: {},
    funding: {},
    parameters: PARAMETERS,
    version: code,
  };
}

const DAYS = [
  '2024-02-28',
  '2024-02-29',
  '2024-03-01',
  '2023-02-28',
  '2024-12-31',
  '2025-01-01',
  '2025-01-31',
  '2025-12-31',
  '1965-01-01',
  '1964-02-29',
];
const anyDay = fc.oneof(
  fc.constantFrom(...DAYS),
  fc
    .tuple(fc.integer({ min: 1900, max: 2040 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
    .map(([y, m, d]) => `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`),
);
const anyInt = fc.oneof(fc.integer({ min: -3, max: 40 }), fc.constantFrom(2025, 24300, 24311, 2024));
const KINDS = ['rural', "it's", 'urban', ''];

/** CEL text of each type. `asking` adds what can be unknown although every fact is known. */
const expressions = (asking: boolean) =>
  fc.letrec<Record<ValueType, string>>((tie) => {
    const [bool, int, date] = [tie('bool'), tie('int'), tie('day')] as const;
    const count = fc.oneof(fc.integer({ min: -40, max: 40 }).map(String), fc.constant('param("AGE")'));
    const call = (name: string, ...args: fc.Arbitrary<string>[]) =>
      fc.tuple(...args).map((parts) => `${name}(${parts.join(', ')})`);
    const infix = (operators: string[], left: fc.Arbitrary<string>, right: fc.Arbitrary<string>) =>
      fc.tuple(left, fc.constantFrom(...operators), right).map(([a, operator, b]) => `(${a} ${operator} ${b})`);
    const choose = (arm: fc.Arbitrary<string>) => fc.tuple(bool, arm, arm).map(([c, a, b]) => `(${c} ? ${a} : ${b})`);
    const dayLiteral = anyDay.map((at) => `day("${at}")`);
    const code = asking ? fc.constantFrom('"RATE"', '"GAPPED"') : fc.constant('"RATE"');
    const known = fc
      .constantFrom('a.flag', 'a.count', 'a.born', 'a.kind', 'a.since', 'age_day')
      .map((name) => `known(${name})`);
    return {
      bool: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(
          'a.flag',
          'a.other',
          'a.sure',
          'true',
          'false',
          'grown',
          ...(asking ? ['(param("MODE") == "NEW")'] : ['(a.kind == "rural")']),
        ),
        known,
        infix(['&&', '||'], bool, bool),
        bool.map((a) => `!${a}`),
        infix(['<', '<=', '>', '>=', '==', '!='], date, fc.oneof(dayLiteral, date)),
        infix(['<', '<=', '>', '>=', '==', '!='], int, fc.oneof(anyInt.map(String), int)),
        infix(['==', '!='], fc.constantFrom('a.kind'), fc.constantFrom(...KINDS.map((kind) => JSON.stringify(kind)))),
        int.map((a) => `(${a} in [1, 2, -3, 2025])`),
        fc.constant('(a.kind in ["rural", "it\'s"])'),
        choose(bool),
        ...(asking ? [bool.map((a) => `else_ask(${a})`)] : []),
      ),
      int: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('a.count', 'a.small', 'a.level', 'year', 'months'),
        anyInt.map(String),
        infix(['+', '-', '*'], int, int),
        call('min', int, int),
        call('max', int, int, int),
        call('year', date),
        call('month', date),
        call('month_index', date),
        call('param', code),
        ...(asking
          ? [call('param_at', code, date), call('param_in', code, int), call('sum_monthly', code, int, int)]
          : []),
        call('sum_monthly', fc.constant('"RATE"'), call('month_index', date), call('month_index', date)),
        choose(int),
      ),
      day: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('a.born', 'a.died', 'a.since', 'year_start', 'year_end', 'as_of', 'age_day', 'param("START")'),
        dayLiteral,
        call('add_years', date, count),
        call('add_months', date, count),
        call('min', date, date),
        call('max', date, date),
        choose(date),
      ),
      text: fc.constant('a.kind'),
    };
  });

/** Refused only because it might overflow: everything else the generator writes must be accepted. */
function isAccepted(cel: string): boolean {
  try {
    read(cel);
    return true;
  } catch (error) {
    if (error instanceof ExpressionFault && /overflow/.test(error.message)) return false;
    throw error;
  }
}

const caseOf = (nullable: boolean): fc.Arbitrary<FactValues> => {
  const maybe = <T>(arbitrary: fc.Arbitrary<T>, required: boolean) =>
    required || !nullable ? arbitrary : fc.option(arbitrary, { freq: 3 });
  const byType: Record<ValueType, fc.Arbitrary<Value>> = {
    bool: fc.boolean(),
    int: fc.integer({ min: -3, max: 40 }).map(BigInt),
    day: anyDay,
    text: fc.constantFrom(...KINDS),
  };
  return fc.record(
    Object.fromEntries(
      Object.entries(FACTS).map(([name, { type, required }]) => [name, maybe(byType[type], required)]),
    ),
  );
};

const anyRun: fc.Arbitrary<Run> = fc.record({
  year: fc.constantFrom(2024, 2025, 2026),
  asOf: fc.constantFrom('2024-06-30', '2025-07-01', '2026-12-31').map((at) => at as Day),
  region: fc.constantFrom('', '340202000000', '340000000000', '110000'),
});

const COLUMNS = Object.fromEntries(Object.keys(FACTS).map((name) => [name, `t.${name.replace('.', '_')}`]));

function relationOf(cases: readonly FactValues[]) {
  const types = Object.entries(FACTS).map(([name, { sql }]) => [name, sql] as const);
  const cell = (value: FactValues[string]) =>
    value === null ? 'null' : typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
  const rows = cases.map(
    (one, index) => `(${index}, ${types.map(([name, sql]) => `${cell(one[name])}::${sql}`).join(', ')})`,
  );
  return {
    from: `(values ${rows.join(',\n')}) t(id, ${types.map(([name]) => name.replace('.', '_')).join(', ')})`,
    keys: { case_id: 't.id' },
    facts: COLUMNS,
  };
}

const bits = (decision: Decision, result: string) =>
  decision.conditions.reduce(
    (mask, condition, index) => (condition.result === result ? mask | (1n << BigInt(index)) : mask),
    0n,
  );

const rowOf = (caseId: number, decision: Decision) => ({
  case_id: caseId,
  programme: decision.programme,
  outcome: decision.outcome,
  amount_fen: decision.amountFen === null ? null : String(decision.amountFen),
  met: String(bits(decision, 'met')),
  unknown: String(bits(decision, 'unknown')),
});

const order = (rows: Record<string, unknown>[]) =>
  rows
    .map((one) => ({ ...one }))
    .sort((a, b) => Number(a.case_id) - Number(b.case_id) || (String(a.programme) < String(b.programme) ? -1 : 1));

describe('the two executors', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const { bool, int } = expressions(true);
  const accepted = (arbitrary: fc.Arbitrary<string>) => arbitrary.filter(isAccepted);

  it('give the same bits, outcomes and amounts for random expressions over random known and unknown facts', async () => {
    const programme = fc.record({
      scope: accepted(bool),
      conditions: fc.array(accepted(bool), { minLength: 1, maxLength: 30 }),
      amount: accepted(int),
    });
    const decided = new Map<string, number>();
    let conditions = 0;
    await fc.assert(
      fc.asyncProperty(
        programme,
        fc.array(caseOf(true), { minLength: 100, maxLength: 200 }),
        anyRun,
        async (one, cases, run) => {
          const subject = programmeOf('P', one.scope, one.conditions, one.amount);
          conditions += one.conditions.length;
          const expected = cases
            .map((given, index) => rowOf(index, decide(subject, given, run)))
            .filter(({ outcome }) => outcome !== 'OUT_OF_SCOPE');
          const rows = await database.admin(compileSql([subject], run, relationOf(cases)));
          for (const { outcome } of expected) decided.set(outcome, (decided.get(outcome) ?? 0) + 1);
          expect(order(rows)).toEqual(order(expected));
        },
      ),
      { numRuns: 70 },
    );
    expect(conditions).toBeGreaterThan(200);
    expect([...decided.keys()]).toEqual(expect.arrayContaining(['NOT_ELIGIBLE', 'UNKNOWN']));
  });

  it('agree on single conditions too, where eligibility is common, and on who is superseded', async () => {
    const programme = fc.record({ condition: accepted(bool), amount: accepted(int) });
    const decided = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        programme,
        programme,
        fc.array(caseOf(true), { minLength: 60, maxLength: 120 }),
        anyRun,
        async (a, b, cases, run) => {
          const subjects = [
            programmeOf('A', 'a.sure || a.flag', [a.condition], a.amount),
            programmeOf('B', 'a.level > 5', [b.condition], b.amount, 'A'),
            programmeOf('C', 'true', ['true'], '1'),
          ];
          const expected = cases.flatMap((given, index) =>
            resolveConflicts(
              subjects,
              subjects.map((subject) => decide(subject, given, run)),
            )
              .map((decision) => rowOf(index, decision))
              .filter(({ outcome }) => outcome !== 'OUT_OF_SCOPE'),
          );
          for (const { outcome } of expected) decided.set(outcome, (decided.get(outcome) ?? 0) + 1);
          expect(order(await database.admin(compileSql(subjects, run, relationOf(cases))))).toEqual(order(expected));
        },
      ),
      { numRuns: 100 },
    );
    expect([...decided.keys()].sort()).toEqual(['ELIGIBLE', 'NOT_ELIGIBLE', 'SUPERSEDED', 'UNKNOWN']);
  });

  it('agree with the evaluation of cel-js wherever every fact is known', () => {
    const known = expressions(false);
    const run: Run = { year: 2025, asOf: day('2025-07-01'), region: '340202' };
    const environment = oracle(run);
    fc.assert(
      fc.property(
        accepted(known.bool),
        accepted(known.int),
        fc.array(caseOf(false), { minLength: 5, maxLength: 10 }),
        (condition, amount, cases) => {
          const subject = programmeOf('P', 'true', [condition], amount);
          for (const given of cases) {
            const decision = decide(subject, given, run);
            const a = Object.fromEntries(Object.entries(given).map(([name, value]) => [name.slice(2), value]));
            const context = { a, year: 2025n, year_start: '2025-01-01', year_end: '2025-12-31', as_of: '2025-07-01' };
            expect(decision.conditions[0]!.result === 'met').toBe(environment.evaluate(writtenOut(condition), context));
            const fen = environment.evaluate(writtenOut(amount), context) as bigint;
            if (decision.conditions[0]!.result === 'met') expect(decision.amountFen ?? 0n).toBe(fen > 0n ? fen : 0n);
          }
        },
      ),
      { numRuns: 600 },
    );
  });
});

/** Terms in place of their names: cel-js knows nothing of terms. */
function writtenOut(cel: string): string {
  const written = cel.replace(/\b(age_day|months|grown)\b/g, (name) => `(${TERMS[name]!})`);
  return written === cel ? cel : writtenOut(written);
}

/** Our functions for cel-js, written apart from both executors where that is possible; days are texts there. */
function oracle(run: Run): Environment {
  const value = (code: string) => PARAMETERS.find(code, run.region, run.asOf)!.value;
  const least = <T>(...values: T[]) => values.reduce((a, b) => (b < a ? b : a));
  const most = <T>(...values: T[]) => values.reduce((a, b) => (b > a ? b : a));
  const environment = new Environment()
    .registerVariable('a', 'map')
    .registerFunction('day(string): string', (at: string) => at)
    .registerFunction('known(dyn): bool', (given: unknown) => given !== null)
    .registerFunction('year(string): int', (at: Day) => BigInt(yearOf(at)))
    .registerFunction('month(string): int', (at: Day) => BigInt(monthOf(at)))
    .registerFunction('month_index(string): int', (at: Day) => BigInt(monthIndex(at)))
    .registerFunction('add_years(string, int): string', (at: Day, n: bigint) => shiftMonths(at, Number(n) * 12))
    .registerFunction('add_months(string, int): string', (at: Day, n: bigint) => shiftMonths(at, Number(n)))
    .registerFunction('param(string): dyn', value)
    .registerFunction('sum_monthly(string, int, int): int', (code: string, from: bigint, to: bigint) => {
      let sum = 0n;
      for (let month = 24300n; month < 24312n; month++) {
        if (month >= from && month <= to)
          sum += PARAMETERS.find(code, run.region, day(`2025-${String(month - 24299n).padStart(2, '0')}-01`))!
            .value as bigint;
      }
      return sum;
    });
  environment
    .registerFunction('min(dyn, dyn): dyn', least)
    .registerFunction('max(dyn, dyn): dyn', most)
    .registerFunction('max(dyn, dyn, dyn): dyn', most);
  for (const name of ['year_start', 'year_end', 'as_of']) environment.registerVariable(name, 'string');
  return environment.registerVariable('year', 'int');
}

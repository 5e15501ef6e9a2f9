import * as path from 'node:path';
import { type Day, day } from '@app/kernel';
import {
  type Case,
  type Decision,
  type FactValues,
  type Outcome,
  type Programme,
  type Run,
  caseFacts,
  caseParameters,
  caseRun,
  compileSql,
  conditionsFromBits,
  decideAll,
  loadProgramme,
  readCases,
  withParameters,
} from '@app/rules';
import { type TestDatabase, createTestDatabase } from '@app/testing';
import fc from 'fast-check';

const folder = (name: string) => path.join(__dirname, '..', 'programmes', name);
const childcare = loadProgramme(folder('childcare'));
const rural = loadProgramme(folder('ageing-rural-parents'));
const support = loadProgramme(folder('special-support'));
const SQL_TYPES = { bool: 'bool', int: 'int4', day: 'date', text: 'text' } as const;

interface Row {
  readonly case_no: number;
  readonly programme: string;
  readonly outcome: Outcome;
  readonly amount_fen: string | null;
  readonly met: string;
  readonly unknown: string;
}

describe('the bulk executor', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  /** Decides cases as a county is decided: one statement over a relation with a row for each. */
  async function bulk(programmes: readonly Programme[], run: Run, cases: readonly FactValues[]): Promise<Row[]> {
    const facts = new Map(
      programmes.flatMap((programme) => [...programme.facts.values()].map((fact) => [fact.name, fact.type] as const)),
    );
    const column = (name: string) => name.replace('.', '_');
    const cell = (value: FactValues[string]) =>
      value == null ? 'null' : typeof value === 'string' ? `'${value}'` : String(value);
    const rows = cases.map(
      (given, index) =>
        `(${[index, ...[...facts].map(([name, type]) => `${cell(given[name])}::${SQL_TYPES[type]}`)].join(', ')})`,
    );
    return database.admin<Row & Record<string, unknown>>(
      compileSql(programmes, run, {
        from: `(values ${rows.join(',\n')}) f(case_no, ${[...facts.keys()].map(column).join(', ')})`,
        keys: { case_no: 'f.case_no' },
        facts: Object.fromEntries([...facts.keys()].map((name) => [name, `f.${column(name)}`])),
      }),
    );
  }

  it.each([
    ['childcare', [childcare]],
    ['ageing-rural-parents', [rural]],
    ['special-support', [rural, support]],
  ])('decides every row of the cases of %s as the table says', async (name, programmes) => {
    for (const one of readCases(path.join(folder(name), 'cases.md'))) {
      const subjects = subjectsOf(programmes, one);
      const facts = Object.assign({}, ...subjects.map((subject) => caseFacts(subject, one))) as FactValues;
      const rows = await bulk(subjects, caseRun(one), [facts]);
      for (const { programme, outcome, amountFen } of one.expected) {
        const row = rows.find((found) => found.programme === (programme ?? subjects[0]!.code));
        const found = { outcome: row?.outcome ?? 'OUT_OF_SCOPE', amount: row?.amount_fen ?? null };
        expect({ case: one.name, ...found }).toEqual({
          case: one.name,
          outcome,
          amount: amountFen === null ? null : String(amountFen),
        });
      }
    }
  });

  /** The programmes a row is about: those with columns of their own, or the last one, whose folder it is. */
  function subjectsOf(programmes: readonly Programme[], one: Case): Programme[] {
    const codes = one.expected.map(({ programme }) => programme ?? programmes.at(-1)!.code);
    return programmes
      .filter(({ code }) => codes.includes(code))
      .map((programme) => withParameters(programme, caseParameters(programme, one)));
  }

  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 12 });
  const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
  const dayIn = (from: number, to: number) =>
    fc
      .tuple(fc.integer({ min: from, max: to }), fc.integer({ min: 1, max: 12 }), fc.constantFrom(1, 15, 28, 29))
      .map(([y, m, d]) => {
        const date = d === 29 && (m !== 2 || y % 4 !== 0) ? 30 - Number(m === 2) * 2 : d;
        return `${y}-${String(m).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
      });

  const person = fc.record({
    'person.born': maybe(dayIn(1930, 1985)),
    'person.died': rarely(dayIn(2010, 2027)),
    'person.sex': maybe(fc.constantFrom(1, 2)),
    'person.registered': fc.constantFrom(true, true, true, false),
    'person.status': maybe(fc.constantFrom(0, 0, 0, 0, 9, 8, 1)),
    'person.hukou': maybe(fc.constantFrom('rural', 'rural', 'urban', 'unified')),
    'person.marital': maybe(fc.constantFrom(10, 20, 21, 30, 40, 90)),
    'person.spouse_born': maybe(dayIn(1930, 1985)),
    'person.living_children': maybe(fc.integer({ min: 0, max: 3 })),
    'person.living_daughters': maybe(fc.integer({ min: 0, max: 2 })),
    'person.children_ever': maybe(fc.constantFrom(1, 1, 1, 0, 2, 3)),
    'person.last_child_died_on': rarely(dayIn(2000, 2026)),
    'person.youngest_child_born': rarely(dayIn(1990, 2026)),
    'finding.births_lawful_then': maybe(fc.constantFrom(true, true, false)),
    'finding.only_child_certificate': maybe(fc.constantFrom(true, true, false)),
    'finding.child_disability_grade': rarely(fc.integer({ min: 1, max: 4 })),
    'finding.child_disability_since': maybe(dayIn(2005, 2026)),
    'finding.certified_level': rarely(fc.integer({ min: 0, max: 4 })),
    'finding.rural_hukou': maybe(fc.boolean()),
  });

  const claim = fc.record({
    'person.born': maybe(dayIn(2021, 2028)),
    'person.died': rarely(dayIn(2024, 2028)),
    'person.registered': fc.constantFrom(true, true, true, true, false),
    'person.status': maybe(fc.constantFrom(0, 0, 0, 0, 0, 8, 1, 9)),
    'person.citizen': maybe(fc.constantFrom(true, true, true, false)),
    'person.moved_in_on': rarely(dayIn(2025, 2027)),
    'person.moved_out_on': rarely(dayIn(2025, 2027)),
    'claim.year': fc.integer({ min: 2024, max: 2029 }),
    'claim.submitted_on': dayIn(2025, 2029),
    'claim.first_year': maybe(fc.integer({ min: 2025, max: 2029 })),
    'claim.earlier_paid': fc.integer({ min: 0, max: 3 }),
    'claim.applicant_is_parent': maybe(fc.constantFrom(true, true, true, false)),
    'claim.other_claimant': maybe(fc.constantFrom(false, false, false, true)),
    'claim.place_settled': rarely(fc.boolean()),
  });

  const anyRun = (years: number[]): fc.Arbitrary<Run> =>
    fc.record({
      year: fc.constantFrom(...years),
      asOf: dayIn(2003, 2028).map((at) => at as Day),
      region: fc.constantFrom('340202', '510100', '110101', '341722', '370300'),
    });

  it.each([
    [
      'the two programmes for persons',
      [rural, support],
      person,
      [2003, 2008, 2012, 2014, 2015, 2018, 2022, 2024, 2026],
    ],
    ['childcare claims', [childcare], claim, [2024, 2025, 2026, 2028]],
  ] as [string, Programme[], fc.Arbitrary<FactValues>, number[]][])(
    'equals the explained single case for generated people: %s',
    async (_name, programmes, one, years) => {
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(anyRun(years), fc.array(one, { minLength: 200, maxLength: 300 }), async (run, cases) => {
          const expected = cases.flatMap((facts, index) =>
            decideAll(programmes, facts, run).map((decision) => ({ index, decision })),
          );
          const rows = await bulk(programmes, run, cases);
          const byCase = new Map(rows.map((row) => [`${row.case_no} ${row.programme}`, row]));
          expect(byCase.size).toBe(rows.length);
          for (const { index, decision } of expected) {
            const row = byCase.get(`${index} ${decision.programme}`);
            seen.add(`${decision.programme} ${decision.outcome}`);
            expect({ facts: cases[index], run, ...verdict(programmes, row) }).toEqual({
              facts: cases[index],
              run,
              ...explained(decision),
            });
          }
        }),
        { numRuns: 12 },
      );
      for (const { code } of programmes) {
        for (const outcome of ['ELIGIBLE', 'NOT_ELIGIBLE', 'UNKNOWN']) expect(seen).toContain(`${code} ${outcome}`);
      }
    },
  );

  function verdict(programmes: readonly Programme[], row: Row | undefined) {
    if (!row) return { outcome: 'OUT_OF_SCOPE' };
    const programme = programmes.find(({ code }) => code === row.programme)!;
    const conditions = conditionsFromBits(programme, BigInt(row.met), BigInt(row.unknown)).map(
      ({ code, result }) => `${code} ${result}`,
    );
    return { outcome: row.outcome, amount: row.amount_fen, conditions };
  }

  function explained({ outcome, amountFen, conditions }: Decision) {
    if (outcome === 'OUT_OF_SCOPE') return { outcome };
    return {
      outcome,
      amount: amountFen === null ? null : String(amountFen),
      conditions: conditions.map(({ code, result }) => `${code} ${result}`),
    };
  }

  it('says in two languages what decided, from which source and by which article', () => {
    const facts = {
      'person.born': '2023-05-10',
      'person.registered': true,
      'claim.year': 2026,
      'claim.submitted_on': '2026-02-01',
      'claim.earlier_paid': 1,
    };
    const [decision] = decideAll([childcare], facts, { year: 2026, asOf: day('2026-02-01'), region: '340202' });
    expect(decision!.conditions.find(({ code }) => code === 'MONTHS_LEFT')).toMatchObject({
      result: 'met',
      rule: '管理规范第五条、第十二条',
      sentence: { zh: '申领年度内仍有应补贴的月份', en: 'There are months to be paid in the year claimed' },
      facts: expect.arrayContaining([
        expect.objectContaining({
          name: 'person.born',
          value: '2023-05-10',
          source: expect.objectContaining({ en: expect.any(String) }),
        }),
      ]),
      parameters: expect.arrayContaining([
        expect.objectContaining({ code: 'YEB_VALID_FROM', value: '2025-01-01', region: '' }),
      ]),
    });
    expect(decision!.conditions.find(({ code }) => code === 'APPLICANT')).toMatchObject({
      result: 'unknown',
      missing: ['claim.applicant_is_parent'],
    });
    expect(decision!.terms.find(({ name }) => name === 'months_this_year')).toMatchObject({ value: 5 });
  });
});

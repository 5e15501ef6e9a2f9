import * as path from 'node:path';
import {
  type Case,
  type Decision,
  type Programme,
  caseFacts,
  caseParameters,
  caseRun,
  decide,
  fundingShares,
  loadProgramme,
  readCases,
  resolveConflicts,
  unknownColumns,
  withParameters,
} from '@app/rules';
import { day } from '@app/kernel';

const FOLDERS = { YEB: 'childcare', JF: 'ageing-rural-parents', TF: 'special-support' } as const;
const folder = (name: string) => path.join(__dirname, '..', 'programmes', name);
const programmes = Object.values(FOLDERS).map((name) => loadProgramme(folder(name)));
const [childcare, rural, support] = programmes as [Programme, Programme, Programme];

/** Every row of every cases.md, with the programmes it is about. */
const CASES = Object.entries(FOLDERS).flatMap(([code, name]) =>
  readCases(path.join(folder(name), 'cases.md')).map((one): [string, Case, string] => [
    `${code}: ${one.heading}: ${one.name}`,
    one,
    code,
  ]),
);

/** Decides a case as its table says: the programme of the folder, or all that have columns of their own. */
function decided(one: Case, code: string): Decision[] {
  const codes = one.expected.map(({ programme }) => programme ?? code);
  const subjects = programmes
    .filter((programme) => codes.includes(programme.code))
    .map((programme) => withParameters(programme, caseParameters(programme, one)));
  const decisions = subjects.map((subject) => decide(subject, caseFacts(subject, one), caseRun(one)));
  return resolveConflicts(subjects, decisions);
}

describe('cases.md, row by row', () => {
  it.each(CASES)('%s', (_name, one, code) => {
    expect(unknownColumns(programmes, one)).toEqual([]);
    const decisions = decided(one, code);
    for (const expected of one.expected) {
      const decision = decisions.find(({ programme }) => programme === (expected.programme ?? code))!;
      const { outcome, amountFen, conditions, reason } = decision;
      expect({ outcome, amountFen, because: one.because }).toEqual({
        ...expected,
        programme: undefined,
        deciding: undefined,
        because: one.because,
      });
      if (!expected.deciding) continue;
      const open = outcome === 'UNKNOWN' ? 'unknown' : 'not_met';
      const deciding = conditions.filter(({ result }) => result === open).map((condition) => condition.code);
      expect(reason ? [reason, ...deciding] : deciding).toEqual(expected.deciding.split(' '));
    }
  });

  it.each([
    ['YEB', 60],
    ['JF', 40],
    ['TF', 40],
  ])('has at least the promised number of rows for %s', (code, least) => {
    expect(CASES.filter(([, , of]) => of === code).length).toBeGreaterThanOrEqual(least);
  });
});

describe('the months table of births before 2025', () => {
  it.each(
    Array.from({ length: 36 }, (_, index) => [2022 + Math.floor(index / 12), (index % 12) + 1, index + 1] as const),
  )('pays a child born in %i-%i for %i months over its three years', (year, month, months) => {
    for (const date of ['01', '15', '28']) {
      const born = `${year}-${String(month).padStart(2, '0')}-${date}`;
      const total = [2025, 2026, 2027].map((claimYear) => paid(born, claimYear)).reduce((a, b) => a + b);
      expect(total).toBe(BigInt(months) * 30_000n);
    }
  });

  it('pays 10,800 yuan in all for every birth since 2025, and nothing for 2021-12-31', () => {
    const years = [2025, 2026, 2027, 2028, 2029];
    const total = (born: string) => years.map((claimYear) => paid(born, claimYear)).reduce((a, b) => a + b);
    expect(['2025-01-01', '2025-12-31', '2026-02-28'].map(total)).toEqual([1_080_000n, 1_080_000n, 1_080_000n]);
    expect(total('2021-12-31')).toBe(0n);
  });

  function paid(born: string, claimYear: number): bigint {
    const firstYear = Math.max(2025, Number(born.slice(0, 4)));
    if (claimYear < firstYear) return 0n;
    const facts = {
      'person.born': born,
      'person.registered': true,
      'person.status': 0,
      'person.citizen': true,
      'claim.year': claimYear,
      'claim.submitted_on': `${claimYear}-12-31`,
      'claim.first_year': firstYear,
      'claim.earlier_paid': claimYear - firstYear,
      'claim.applicant_is_parent': true,
      'claim.other_claimant': false,
    };
    return (
      decide(childcare, facts, { year: claimYear, asOf: day(`${claimYear}-12-31`), region: '340202' }).amountFen ?? 0n
    );
  }
});

describe('who bears the cost', () => {
  const PROVINCES =
    '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65'.split(' ');

  it.each(programmes.map((programme) => [programme.code, programme] as const))(
    'sums to the whole everywhere: %s',
    (_code, programme) => {
      const places = new Set([
        ...PROVINCES,
        ...programme.parameters.rows.filter(({ code }) => code.startsWith('FUND_')).map(({ region }) => region),
      ]);
      for (const place of places) {
        const shares = fundingShares(programme, place, day('2026-01-01'));
        expect(Object.values(shares).reduce((a, b) => a + b)).toBe(10_000);
      }
    },
  );

  it.each([
    ['310101', { central: 8500, province: 750, city: 0, county: 750 }],
    ['230102', { central: 9000, province: 0, city: 600, county: 400 }],
    ['231222', { central: 9000, province: 700, city: 0, county: 300 }],
    ['610112', { central: 9500, province: 150, city: 0, county: 350 }],
    ['340202', { central: 9000, province: 500, city: 0, county: 500 }],
  ])('childcare in %s', (region, shares) => {
    expect(fundingShares(childcare, region, day('2025-06-01'))).toEqual(shares);
  });

  it.each([
    ['510100', 8000],
    ['340202', 6000],
    ['370300', 5000],
    ['370200', 3000],
    ['110101', 1000],
  ])('the centre bears its tier of the national base in %s: %i', (region, central) => {
    expect(fundingShares(rural, region, day('2022-01-01')).central).toBe(central);
    expect(fundingShares(support, region, day('2022-01-01')).central).toBe(central);
  });

  it('refuses the printed shares of 50, 20 and 20 per cent, which leave a tenth to nobody', () => {
    const misprinted = withParameters(rural, {
      FUND_CENTRAL: 5000n,
      FUND_PROVINCE: 2000n,
      FUND_CITY: 0n,
      FUND_COUNTY: 2000n,
    });
    expect(() => fundingShares(misprinted, '340202', day('2022-01-01'))).toThrow(/sum to 9000 basis points/);
  });
});

it('every parameter names its source, and open questions are flagged as such', () => {
  const open = programmes.flatMap(({ parameters }) =>
    parameters.rows.filter(({ status }) => status === 'legal-open').map(({ code }) => code),
  );
  expect([...new Set(open)].sort()).toEqual([
    'JF_START_RULE',
    'JF_YEAR_OF_DEATH',
    'TF_DEATH_START_RULE',
    'TF_EXIT_RULE',
    'TF_START_RULE',
    'YEB_LATE_FIRST_CLAIM',
  ]);
});

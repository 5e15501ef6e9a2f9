import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Day, parseCitizenId, Refusal } from '@app/kernel';
import { luhnDigit } from './account.rules';
import { dayNumber } from './calendar.rules';
import { childcareYuan } from './claim.rules';
import { generateCounty, writeRegistry } from './county.service';
import type { CountySummary } from './county.types';

type Row = Readonly<Record<string, string>>;

const PEOPLE = 20_000;
const ISSUE_COLUMNS = {
  'registry.csv':
    'registry_person_id, name, sex, ethnicity, id_type, id_number, birth_date, birth_certificate_no, death_date, status, household_no, relation_to_head, household_type, division_code, address, father_id_number, mother_id_number, marital_status, moved_in_on, moved_out_on, updated_at',
  'claims.csv':
    'claim_no, child_id_number, child_birth_certificate_no, applicant_id_number, relation, claim_year, submitted_on, channel, account_no',
  'accounts.csv': 'holder_id_number, holder_name, bank_code, account_no, kind',
  'findings.csv': 'person_id_number, finding, value, valid_from, document_no, issued_by',
  'divisions.csv': 'code, name, level, parent',
} as const;

const OWN_NUMBERS = {
  registry: ['registry_person_id', 'id_number', 'birth_certificate_no', 'division_code', 'father_id_number'],
  claims: ['claim_no', 'child_id_number', 'applicant_id_number', 'account_no'],
  accounts: ['holder_id_number', 'account_no'],
} as const;

/** What is planted, so that a case that goes missing is missed. */
const CASE_CODES = `
  ACCOUNT_MISSING ACCOUNT_OF_ANOTHER ACCOUNT_OF_CHILD ACCOUNT_UNKNOWN
  ADOPTION APPLICANT_NOT_PARENT BANK_ACCOUNT_CLOSED BANK_ACCOUNT_FROZEN
  BANK_NAME_MISMATCH BORN_2021_12_31 BORN_2022_01_01 BORN_2022_12_31
  BORN_2023_12_31 BORN_2024_12_31 BORN_2025_01_01 BORN_FIRST_DAY_OF_MONTH
  BORN_LAST_DAY_OF_MONTH BORN_LEAP_DAY CERTIFICATE_ONLY CERTIFICATE_THEN_NUMBER_AGAIN
  CERTIFICATE_THEN_NUMBER_FIRST CERTIFICATE_WITHOUT_NUMBER DIED_BEFORE_SCHEME DIED_IN_BIRTH_YEAR_LATE
  DIED_IN_BIRTH_YEAR_NEXT DIED_IN_CLAIM_YEAR DIED_IN_EARLIER_YEAR DIED_ON_FIRST_DAY
  DIVORCED_MOTHER FATHER_UNKNOWN FIRST_CLAIM_NEXT_YEAR GUARDIAN
  HUKOU_CANCELLED JF_BORN_1932_12_31 JF_BORN_1933_01_01 JF_CHILDREN_DIED
  JF_NO_FINDING JF_ONE_CHILD JF_SON_AND_DAUGHTER JF_TWO_DAUGHTERS
  JF_UNIFIED_NO_FINDING JF_URBAN LATE_SUBMISSION LOWER_CASE_X
  MISSED_FIRST_YEAR MOVED_IN_AFTER_SUBMISSION MOVED_IN_BEFORE_SUBMISSION MOVED_OUT_AFTER_SUBMISSION
  MOVED_OUT_BEFORE_SUBMISSION NAME_OF_ONE_CHARACTER NAME_WITH_DOT NEVER_CLAIMED
  PARENTS_UNKNOWN PARENT_NOT_IN_EXTRACT RARE_NAME_BEYOND_BMP RARE_NAME_EXTENSION_A
  RARE_NAME_TWO_SURROGATES SHARED_NUMBER TF_CHILD_DIED TF_CHILD_DISABLED
  TF_DISABILITY_GRADE_4 TF_HIGHER_THAN_JF TF_NO_FINDING TF_WIFE_UNDER_49
  TWINS TWO_CLAIMANTS
`
  .trim()
  .split(/\s+/);

let folder: string;
let summary: CountySummary;
let registry: Row[];
let claims: Row[];
let accounts: Row[];
let cases: Row[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'county-'));
  summary = await generateCounty({ people: PEOPLE, seed: 7, folder });
  [registry, claims, accounts, cases] = (await Promise.all(
    ['registry.csv', 'claims.csv', 'accounts.csv', 'edge-cases.csv'].map((name) => rowsOf(name)),
  )) as [Row[], Row[], Row[], Row[]];
});

afterAll(() => rm(folder, { recursive: true }));

/** Cells with commas are in quotes and stand last, so this small reader is enough for the generator's own files. */
async function rowsOf(name: string): Promise<Row[]> {
  const [header, ...lines] = (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n');
  const columns = header!.split(',');
  return lines.map((line) => {
    const cells = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g)!.map((cell) => cell.replace(/,$/, '').replace(/^"|"$/g, ''));
    return Object.fromEntries(columns.map((column, index) => [column, cells[index]!]));
  });
}

const sha256 = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

const planted = (): Set<string> => new Set(cases.map((row) => row.person_id_number!).filter(Boolean));

/** Persons by the 18-digit form of their number. */
function byNumber(): Map<string, Row> {
  return new Map(registry.filter((row) => row.id_number).map((row) => [normal(row.id_number!), row]));
}

function normal(number: string): string {
  const parsed = parseCitizenId(number);
  if (typeof parsed === 'string') throw new Error(`${parsed}: ${number}`);
  return parsed.number;
}

describe('the demo county', () => {
  it.each(Object.entries(ISSUE_COLUMNS))('%s has exactly the columns that imports ask for', async (name, columns) => {
    const header = (await readFile(join(folder, name), 'utf8')).split('\n', 1)[0];
    expect(header).toBe(columns.replaceAll(' ', ''));
  });

  it('gives the same bytes for the same seed, and others for another', async () => {
    const [again, other] = [join(folder, 'again'), join(folder, 'other')];
    await generateCounty({ people: PEOPLE, seed: 7, folder: again });
    await generateCounty({ people: PEOPLE, seed: 8, folder: other });
    for (const name of [...Object.keys(ISSUE_COLUMNS), 'edge-cases.csv', 'expected.csv', 'county.json']) {
      expect(await sha256(join(again, name))).toBe(await sha256(join(folder, name)));
    }
    expect(await sha256(join(other, 'registry.csv'))).not.toBe(await sha256(join(folder, 'registry.csv')));
  });

  it('writes the same registry alone, as fast path for benches', async () => {
    const file = join(folder, 'alone.csv');
    const seen: number[] = [];
    const alone = await writeRegistry({ people: PEOPLE, seed: 7, file, onProgress: (people) => seen.push(people) });
    expect(await sha256(file)).toBe(await sha256(join(folder, 'registry.csv')));
    expect(alone.byStatus).toEqual(summary.byStatus);
    expect(seen.at(-1)).toBe(PEOPLE);
  });

  it('has exactly as many rows as asked for, and says so in its totals', () => {
    expect(registry).toHaveLength(PEOPLE);
    expect(claims).toHaveLength(summary.claims);
    expect(accounts).toHaveLength(summary.accounts);
    expect(cases).toHaveLength(summary.edgeCases);
    expect(new Set(registry.map((row) => row.household_no)).size).toBe(summary.households);
    expect(Object.values(summary.byStatus).reduce((a, b) => a + b, 0)).toBe(PEOPLE);
  });

  it('gives valid numbers of one county that agree with birth date and sex, none twice but the planted shared one', () => {
    const holders = new Map<string, Row[]>();
    const differing: Row[] = [];
    for (const row of registry.filter(({ id_number }) => id_number)) {
      const id = parseCitizenId(row.id_number!);
      if (typeof id === 'string') throw new Error(`${id}: ${row.id_number}`);
      if (id.region !== '340202' || id.birthDate !== row.birth_date || String(id.sex) !== row.sex) differing.push(row);
      holders.set(id.number, [...(holders.get(id.number) ?? []), row]);
    }
    expect(differing).toEqual([]);
    const shared = [...holders].filter(([, rows]) => rows.length > 1);
    expect(shared.map(([number]) => number)).toEqual(
      cases.filter((row) => row.case_code === 'SHARED_NUMBER').map((row) => row.person_id_number),
    );
    expect(registry.some(({ id_number }) => id_number!.length === 15)).toBe(true);
    expect(registry.some(({ id_number }) => id_number!.endsWith('x'))).toBe(true);
    const certificates = registry.map((row) => row.birth_certificate_no!).filter(Boolean);
    expect(new Set(certificates).size).toBe(certificates.length);
    expect(certificates.every((number) => /^[A-Z]34\d{7}$/.test(number))).toBe(true);
  });

  it('can give numbers of other regions to people who moved in', async () => {
    const file = join(folder, 'migrants.csv');
    await writeRegistry({ people: 4000, file, migrantRegions: ['340102'] });
    const rows = (await readFile(file, 'utf8')).split('\n').map((line) => line.split(','));
    const moved = rows.filter((cells) => cells[5]?.startsWith('340102'));
    expect(moved.length).toBeGreaterThan(20);
    expect(moved.every((cells) => cells[18])).toBe(true);
  });

  it('makes parents 15 to 50 years older than their children', () => {
    const persons = byNumber();
    let pairs = 0;
    for (const child of registry) {
      for (const [column, sex] of [
        ['father_id_number', '1'],
        ['mother_id_number', '2'],
      ] as const) {
        if (!child[column]) continue;
        const parent = parseCitizenId(child[column]);
        if (typeof parent === 'string') throw new Error(`${parent}: ${child[column]}`);
        if (String(parent.sex) !== sex) throw new Error(`${column} of ${child.registry_person_id}`);
        const years = (dayNumber(child.birth_date!) - dayNumber(parent.birthDate)) / 365.25;
        if (years < 15 || years > 50) throw new Error(`${years} years: ${child.registry_person_id}`);
        if (persons.has(parent.number)) pairs += 1;
      }
    }
    expect(pairs).toBeGreaterThan(PEOPLE / 2);
  });

  it('puts each person into a household with one head, in a village that the divisions file lists', async () => {
    const villages = new Set(
      (await rowsOf('divisions.csv')).filter(({ level }) => level === 'village').map((row) => row.code),
    );
    const heads = new Map<string, number>();
    for (const { household_no: no, relation_to_head: relation } of registry) {
      heads.set(no!, (heads.get(no!) ?? 0) + (relation === '02' ? 1 : 0));
    }
    expect(registry.filter((row) => !villages.has(row.division_code))).toEqual([]);
    expect([...heads.keys()].filter((no) => !/^\d{9}$/.test(no))).toEqual([]);
    expect([...heads.values()].every((count) => count === 1)).toBe(true);
  });

  it('tells no event before birth, after the day of the extract, or after its own updated_at', () => {
    const wrong = registry.filter((row) => {
      const days = [row.birth_date!, row.death_date!, row.moved_in_on!, row.moved_out_on!].filter(Boolean);
      const latest = row.updated_at!.slice(0, 10);
      return (
        days.some((at) => at < row.birth_date! || at > '2026-03-31' || at > latest) ||
        Boolean(row.death_date) !== (row.status === '9') ||
        Boolean(row.moved_out_on) !== (row.status === '8')
      );
    });
    expect(wrong).toEqual([]);
  });

  it('has births of 5.6 to 7 per thousand in each of the last full years, and 105 to 108 boys for 100 girls', async () => {
    const big = await writeRegistry({ people: 60_000, seed: 7, file: join(folder, 'big.csv') });
    let [boys, girls] = [0, 0];
    for (const year of ['2022', '2023', '2024', '2025']) {
      const born = big.births[year]!;
      const rate = ((born.boys + born.girls) / big.people) * 1000;
      expect([year, rate >= 5.6 && rate <= 7]).toEqual([year, true]);
      boys += born.boys;
      girls += born.girls;
    }
    expect((boys / girls) * 100).toBeGreaterThan(105);
    expect((boys / girls) * 100).toBeLessThan(108);
  });

  it('has a Chinese age pyramid: about a fifth above 60, rare and dotted names, several peoples', () => {
    const share = (test: (row: Row) => boolean): number => registry.filter(test).length / PEOPLE;
    const over60 = share((row) => row.birth_date! < '1966-04-01');
    const under15 = share((row) => row.birth_date! >= '2011-04-01');
    expect([over60 > 0.19 && over60 < 0.28, under15 > 0.11 && under15 < 0.18]).toEqual([true, true]);
    expect(share((row) => row.ethnicity === '01')).toBeGreaterThan(0.9);
    expect(new Set(registry.map((row) => row.ethnicity))).toEqual(new Set(['01', '03', '11', '15', '05']));
    for (const rare of ['𬱖', '𠮷', '㛃', '·']) expect(registry.some((row) => row.name!.includes(rare))).toBe(true);
  });

  it('lets about 93 in 100 entitled children be claimed, by a living parent of the register, from their own account', () => {
    const persons = byNumber();
    const special = planted();
    const holders = new Map(accounts.map((row) => [row.account_no!, row]));
    expect(holders.size).toBe(accounts.length);
    const ordinary = claims.filter((row) => row.child_id_number && !special.has(normal(row.child_id_number)));
    for (const claim of ordinary) {
      const child = persons.get(claim.child_id_number!)!;
      const applicant = persons.get(claim.applicant_id_number!)!;
      expect([child.status, applicant.status]).toEqual(['0', '0']);
      expect(claim.relation === '52' ? child.mother_id_number : child.father_id_number).toBe(claim.applicant_id_number);
      expect(holders.get(claim.account_no!)).toMatchObject({
        holder_id_number: claim.applicant_id_number,
        holder_name: applicant.name,
      });
      expect(claim.submitted_on!.slice(0, 4)).toBe(claim.claim_year);
      expect(claim.submitted_on! > child.birth_date! && claim.submitted_on! > child.moved_in_on!).toBe(true);
      expect(childcareYuan(dayNumber(child.birth_date!), Number(claim.claim_year), 2025)).toBeGreaterThan(0);
    }
    const entitled = registry.filter(
      (row) => row.status === '0' && row.birth_date! >= '2022-01-01' && row.birth_date! <= '2025-11-30',
    );
    const share = ordinary.filter((row) => row.claim_year === '2025').length / entitled.length;
    expect(share).toBeGreaterThan(0.86); // Not 0.93: of the last births some are claimed in the next year only.
    expect(ordinary.filter((row) => row.relation === '52').length / ordinary.length).toBeGreaterThan(0.6);
  });

  it('gives accounts of 16 to 19 digits, mostly with a right check digit, endings of refused ones only where planted', () => {
    const right = accounts.filter(({ account_no: no }) => luhnDigit(no!.slice(0, -1)) === Number(no!.at(-1)));
    expect(accounts.every(({ account_no }) => /^\d{16,19}$/.test(account_no!))).toBe(true);
    expect(right.length / accounts.length).toBeGreaterThan(0.95);
    const refused = accounts.map((row) => row.account_no!).filter((no) => /(0000|1111|2222)$/.test(no));
    const expected = cases.filter((row) => row.expected === 'RETURNED').map((row) => row.account_no);
    expect(refused.sort()).toEqual(expected.sort());
  });

  it('names for every claim what should become of it, once', async () => {
    const expected = await rowsOf('expected.csv');
    expect(expected.map((row) => row.claim_no).sort()).toEqual(claims.map((row) => row.claim_no).sort());
    const paid = expected
      .filter((row) => row.expected === 'PAY')
      .reduce((sum, row) => sum + Number(row.amount_yuan), 0);
    const special = cases.filter((row) => row.claim_no && row.expected === 'PAY');
    const ordinary = Object.values(summary.ordinaryClaims).reduce((sum, { yuan }) => sum + yuan, 0);
    expect(paid).toBe(ordinary + special.reduce((sum, row) => sum + Number(row.amount_yuan), 0));
  });
});

describe('the planted cases', () => {
  it('are all there, each with a child or parent of the files and a sentence in both languages', () => {
    const codes = [...new Set(cases.map((row) => row.case_code))].sort();
    expect(codes).toEqual(CASE_CODES);
    const persons = byNumber();
    const claimNumbers = new Map(claims.map((row) => [row.claim_no!, row]));
    for (const row of cases) {
      if (row.person_id_number) expect(persons.has(row.person_id_number)).toBe(true);
      else expect(row.birth_certificate_no).toMatch(/^[A-Z]\d{9}$/);
      if (row.claim_no)
        expect(claimNumbers.get(row.claim_no)).toMatchObject({
          claim_year: row.claim_year,
          account_no: row.account_no,
        });
      expect(row.sentence_zh).toMatch(/。$/);
      expect(row.sentence_en).toMatch(/\.$/);
      expect(row.reason === '').toBe(row.expected === 'PAY' || row.expected === 'NOTHING');
      if (row.expected === 'PAY') expect(Number(row.amount_yuan)).toBeGreaterThan(0);
    }
  });

  it.each([
    ['2021-12-31', 2025, 0],
    ['2022-01-01', 2025, 300],
    ['2022-12-31', 2025, 3600],
    ['2022-12-31', 2026, 0],
    ['2023-05-31', 2025, 3600],
    ['2023-05-31', 2026, 1500],
    ['2024-02-29', 2027, 600],
    ['2024-05-01', 2027, 1500],
    ['2024-12-31', 2027, 3600],
    ['2025-01-01', 2027, 3600],
    ['2025-01-01', 2028, 0],
  ])('a child born %s has %i worth %i yuan, as the published table says', (born, year, yuan) => {
    expect(childcareYuan(dayNumber(born), year, Math.max(2025, Number(born.slice(0, 4))))).toBe(yuan);
  });

  it.each(['registry-bad', 'claims-bad'])('%s.csv has one expected code per line', async (name) => {
    const [bad, expected] = [await rowsOf(`${name}.csv`), await rowsOf(`${name}-expected.csv`)];
    expect(expected.map((row) => Number(row.line))).toEqual(bad.map((_, index) => index + 2));
    expect(expected.filter((row) => row.expected_code === '')).toHaveLength(2);
  });
});

describe('a neighbouring county', () => {
  it('lies under its own code and shares no number of anything with the first', async () => {
    const neighbour = join(folder, 'neighbour');
    await generateCounty({ people: PEOPLE, seed: 7, county: '340209', folder: neighbour });
    for (const [file, columns] of Object.entries(OWN_NUMBERS)) {
      const [ours, theirs] = [await rowsOf(`${file}.csv`), await rowsOf(`neighbour/${file}.csv`)];
      for (const column of columns) {
        const known = new Set(ours.map((row) => row[column]).filter(Boolean));
        expect([file, column, theirs.filter((row) => known.has(row[column])).length]).toEqual([file, column, 0]);
      }
    }
    const places = new Set((await rowsOf('neighbour/registry.csv')).map((row) => row.division_code!.slice(0, 6)));
    expect([...places]).toEqual(['340209']);
  });
});

describe('a county that cannot be made', () => {
  it.each([
    [{ people: 3999 }, 'COUNTY_SIZE'],
    [{ people: 10_000_001 }, 'COUNTY_SIZE'],
    [{ people: 4000.5 }, 'COUNTY_SIZE'],
    [{ county: '340201' }, 'COUNTY_CODE'],
    [{ county: '340212' }, 'COUNTY_CODE'],
    [{ asOf: '2026-03-30' as Day }, 'COUNTY_DAY'],
    [{ asOf: '2031-01-01' as Day }, 'COUNTY_DAY'],
  ])('%j is refused with %s', async (options, code) => {
    const refused: unknown = await writeRegistry({ ...options, file: join(folder, 'never.csv') }).catch(
      (e: unknown) => e,
    );
    expect(refused).toBeInstanceOf(Refusal);
    expect((refused as Refusal).code).toBe(code);
  });
});

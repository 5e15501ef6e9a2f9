import { addDays, day, type DivisionCode, findDivisionCode } from '@app/kernel';
import { citizenNumber } from './family';

type Row = Record<string, string | number>;

/** The two counties, and five townships in each. */
export const PLACES = { first: '340202', second: '340203' } as const;
export type Place = keyof typeof PLACES;
const TOWNSHIPS = 5;
export const townshipOf = (place: Place, township: number): DivisionCode =>
  findDivisionCode(`${PLACES[place]}10${township}`)!;

/** How the two claims for one child differ. */
export type Spelling = 'other parent' | 'certificate first' | '15 digits' | 'small x' | 'certificate later';
const SPELLINGS: readonly Spelling[] = [
  'other parent',
  'certificate first',
  '15 digits',
  'small x',
  'certificate later',
];

/** A child that moves from the first county to the second, and is claimed for in both. */
export interface Child {
  readonly n: number;
  readonly spelling: Spelling;
  readonly number: string;
  readonly certificate: string;
  readonly born: string;
  readonly mother: string;
  readonly father: string;
}

/** So many children, a fifth of them of each spelling; among those of any township in one place are some of every township in the other. */
export function children(count: number): Child[] {
  return Array.from({ length: count }, (_, n) => {
    const spelling = SPELLINGS[n % SPELLINGS.length]!;
    const born = addDays(day('2023-01-01'), n % 900);
    return {
      n,
      spelling,
      born,
      number: numberOf(born, Math.floor(n / 900), spelling === 'small x'),
      certificate: `W34${String(n).padStart(7, '0')}`,
      mother: numberOf(addDays(day('1985-01-01'), n % 3000), 2 * Math.floor(n / 3000), false),
      father: numberOf(addDays(day('1984-01-01'), n % 3000), 1 + 2 * Math.floor(n / 3000), false),
    };
  });
}

/** The n-th number of a birthday, of those that end in X if asked for. */
function numberOf(born: string, n: number, endsInX: boolean): string {
  let left = n;
  for (let sequence = 10; ; sequence++) {
    const number = citizenNumber(born, sequence);
    if (endsInX === number.endsWith('X') && left-- === 0) return number;
  }
}

const township = (place: Place, n: number): number => Math.floor(place === 'first' ? n / 5 : n / 25) % TOWNSHIPS;

const villageOf = (place: Place, n: number): string => `${PLACES[place]}10${township(place, n)}201`;

/** A child's row in the extract, living in one of the two counties. */
export function registered(child: Child, place: Place, updatedAt: string): Row {
  return person(`C${child.n}`, child.number, child.born, villageOf(place, child.n), updatedAt, {
    birth_certificate_no: child.certificate,
    father_id_number: child.father,
    mother_id_number: child.mother,
    relation_to_head: '30',
  });
}

/** The mother's row: claims of a child that nobody knows yet are served where their applicant lives. */
export const registeredMother = (child: Child): Row =>
  person(
    `M${child.n}`,
    child.mother,
    `${child.mother.slice(6, 10)}-${child.mother.slice(10, 12)}-${child.mother.slice(12, 14)}`,
    villageOf('first', child.n),
    '2025-01-01T00:00:00+08:00',
  );

function person(id: string, number: string, born: string, village: string, updatedAt: string, more: Row = {}): Row {
  return {
    registry_person_id: id,
    name: `示例${id}`,
    sex: Number(number[16]) % 2 === 1 ? '1' : '2',
    ethnicity: '01',
    id_type: '111',
    id_number: number,
    birth_date: born,
    birth_certificate_no: '',
    death_date: '',
    status: '0',
    household_no: `H${id}`,
    relation_to_head: '02',
    household_type: 'unified',
    division_code: village,
    address: '示例村1号',
    father_id_number: '',
    mother_id_number: '',
    marital_status: '10',
    moved_in_on: '',
    moved_out_on: '',
    updated_at: updatedAt,
    ...more,
  };
}

/** Who asks in which place, with what papers. The claim in the second place bears the earlier day, so that neither is seen to come first. */
export function claimed(child: Child, place: Place): Row {
  const byMother = place === 'first' || child.spelling === '15 digits';
  const applicant = byMother ? child.mother : child.father;
  const byCertificate = child.spelling === (place === 'first' ? 'certificate first' : 'certificate later');
  return {
    claim_no: `${place}-${child.n}`,
    child_id_number: byCertificate ? '' : place === 'first' ? child.number.toLowerCase() : child.number,
    child_birth_certificate_no: byCertificate ? child.certificate : '',
    applicant_id_number: child.spelling === '15 digits' && place === 'second' ? fifteen(applicant) : applicant,
    relation: byMother ? '52' : '51',
    claim_year: 2025,
    submitted_on: place === 'first' ? '2025-10-02' : '2025-10-01',
    channel: 'counter',
    account_no: accountNo(child, byMother),
  };
}

/** Both parents' accounts. */
export const accounts = (child: Child): Row[] =>
  [true, false].map((ofMother) => ({
    holder_id_number: ofMother ? child.mother : child.father,
    holder_name: '示例',
    bank_code: '103',
    account_no: accountNo(child, ofMother),
    kind: 'debit',
  }));

const accountNo = (child: Child, ofMother: boolean): string =>
  `622848${ofMother ? '1' : '2'}${String(child.n).padStart(9, '0')}`;

/** As numbers were written before 1999: without the century and the check character. */
const fifteen = (number: string): string => number.slice(0, 6) + number.slice(8, 17);

import { checkCharacter } from '@app/kernel';

type Row = Record<string, string | number>;

/** A valid citizen number of the demo county; an odd sequence is a boy's. */
export function citizenNumber(born: string, sequence: number): string {
  const seventeen = `340202${born.replaceAll('-', '')}${String(sequence).padStart(3, '0')}`;
  return seventeen + checkCharacter(seventeen);
}

/** A row of a registry extract with everything an ordinary person has. */
export function registryRow(id: string, born: string, sequence: number, more: Row = {}): Row {
  return {
    registry_person_id: id,
    name: `示例${id}`,
    sex: sequence % 2 === 1 ? '1' : '2',
    ethnicity: '01',
    id_type: '111',
    id_number: citizenNumber(born, sequence),
    birth_date: born,
    birth_certificate_no: '',
    death_date: '',
    status: '0',
    household_no: '100000001',
    relation_to_head: '02',
    household_type: 'unified',
    division_code: '340202100201',
    address: '示例村1号',
    father_id_number: '',
    mother_id_number: '',
    marital_status: '20',
    moved_in_on: '',
    moved_out_on: '',
    updated_at: '2025-01-01T00:00:00+08:00',
    ...more,
  };
}

const MOTHER = citizenNumber('1995-05-05', 22);
const FATHER = citizenNumber('1993-03-03', 31);
const CHILD_BORN = '2024-02-29';
export const CHILD = citizenNumber(CHILD_BORN, 42);
export const CERTIFICATE = 'W340000001';

/** Father, mother and a child born on 29 February 2024, in one household. */
export function family(): Row[] {
  return [
    registryRow('F1', '1993-03-03', 31, { relation_to_head: '02' }),
    registryRow('M1', '1995-05-05', 22, { relation_to_head: '12' }),
    registryRow('C1', CHILD_BORN, 42, {
      relation_to_head: '30',
      marital_status: '10',
      birth_certificate_no: CERTIFICATE,
      father_id_number: FATHER,
      mother_id_number: MOTHER,
    }),
  ];
}

/** The same three, called so. */
export function namedFamily(...names: readonly [string, string, string]): [Row, Row, Row] {
  const [father, mother, child] = family();
  return [
    { ...father, name: names[0] },
    { ...mother, name: names[1] },
    { ...child, name: names[2] },
  ];
}

const ACCOUNT_NO = '6228480012345678903';

/** The mother's account. */
export const account = (more: Row = {}): Row => ({
  holder_id_number: MOTHER,
  holder_name: '示例M1',
  bank_code: '103',
  account_no: ACCOUNT_NO,
  kind: 'debit',
  ...more,
});

/** The mother's claim for the child and 2025. */
export const claim = (claimNo: string, more: Row = {}): Row => ({
  claim_no: claimNo,
  child_id_number: CHILD,
  child_birth_certificate_no: '',
  applicant_id_number: MOTHER,
  relation: '52',
  claim_year: 2025,
  submitted_on: '2025-10-01',
  channel: 'online',
  account_no: ACCOUNT_NO,
  ...more,
});

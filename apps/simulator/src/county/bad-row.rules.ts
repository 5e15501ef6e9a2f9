import { checkCharacter } from '@app/kernel';
import { type DayNumber, dayText } from './calendar.rules';
import { CLAIM_COLUMNS } from './claim.rules';
import { COUNTY } from './division.rules';
import { REGISTRY_COLUMNS } from './registry-row.rules';

/** A row that an import has to reject, or, with no code, a good one that has to go in all the same. */
export interface BadRow {
  readonly cells: readonly string[];
  /** The code in the rejects file. */
  readonly code: string;
  readonly column: string;
}

const numberOf = (digits17: string): string => digits17 + checkCharacter(digits17);
/** A number whose check character is one step wrong. */
const spoilt = (number: string): string => number.slice(0, 17) + String((Number(number[16]) + 1) % 10);

const GOOD_NUMBER = numberOf(`${COUNTY}19860412903`);
const TEMPLATE: Readonly<Record<string, string>> = {
  name: '试行',
  sex: '1',
  ethnicity: '01',
  id_type: '111',
  birth_date: '1986-04-12',
  status: '0',
  household_no: '299999999',
  relation_to_head: '02',
  household_type: 'unified',
  division_code: `${COUNTY}100001`,
  address: '示例县试行路1号',
  marital_status: '10',
};

/** Rows of a registry extract, each with one fault; the first and the last are good. */
export function badRegistryRows(asOf: DayNumber): BadRow[] {
  const farAhead = `${Number(dayText(asOf).slice(0, 4)) + 20}-01-01`;
  const faults: [string, string, string][] = [
    ['', '', ''],
    ['registry_person_id', '', 'REGISTRY_PERSON_ID_MISSING'],
    ['name', '', 'NAME_MISSING'],
    ['name', '长'.repeat(51), 'NAME_TOO_LONG'],
    ['name', '试\u0007行', 'TEXT_CONTROL_CHARACTER'],
    ['name', '试\uFFFD', 'TEXT_LOST_CHARACTER'],
    ['address', '远'.repeat(301), 'TEXT_TOO_LONG'],
    ['sex', '3', 'SEX_UNKNOWN'],
    ['id_type', '狗证', 'ID_TYPE_UNKNOWN'],
    ['id_number', spoilt(GOOD_NUMBER), 'ID_NUMBER_CHECK_DIGIT'],
    ['id_number', numberOf(`${COUNTY}19850229903`), 'ID_NUMBER_BIRTH_DATE'],
    ['id_number', '3402021986041', 'ID_NUMBER_SHAPE'],
    ['birth_date', '1986-02-30', 'DATE_IMPOSSIBLE'],
    ['birth_date', farAhead, 'BIRTH_IN_FUTURE'],
    ['death_date', '1986-04-11', 'BIRTH_AFTER_DEATH'],
    ['death_date', '1999-13-01', 'DATE_IMPOSSIBLE'],
    ['status', '7', 'STATUS_UNKNOWN'],
    ['relation_to_head', 'XX', 'RELATION_UNKNOWN'],
    ['household_type', 'farm', 'HOUSEHOLD_TYPE_UNKNOWN'],
    ['division_code', '', 'DIVISION_MISSING'],
    ['division_code', '3402A', 'DIVISION_SHAPE'],
    ['marital_status', '77', 'MARITAL_STATUS_UNKNOWN'],
    ['moved_out_on', '2019-01-01', 'MOVED_OUT_BEFORE_IN'],
    ['updated_at', 'gestern', 'UPDATED_AT_UNREADABLE'],
    ['', '', ''],
  ];
  const columns = REGISTRY_COLUMNS.split(',');
  const rows = faults.map(([column, value, code], index) => {
    const row: Record<string, string> = {
      ...TEMPLATE,
      registry_person_id: `B${String(index + 1).padStart(10, '0')}`,
      // Each row has a number of its own: none may look like a second holder of another's.
      id_number: numberOf(`${COUNTY}19860412${String(905 + index * 2)}`),
      moved_in_on: column === 'moved_out_on' ? '2020-01-01' : '',
      updated_at: `${dayText(asOf)}T09:00:00+08:00`,
      ...(column ? { [column]: value } : {}),
    };
    return { cells: columns.map((name) => row[name] ?? ''), code, column };
  });
  const short = rows.at(-1)!.cells.slice(0, 7);
  return [...rows, { cells: short, code: 'ROW_COLUMN_COUNT', column: '' }];
}

/** Rows of a claims file, each with one fault; the first and the last are good in form. */
export function badClaimRows(asOf: DayNumber): BadRow[] {
  const year = Number(dayText(asOf).slice(0, 4));
  const child = numberOf(`${COUNTY}20240617903`);
  const faults: [string, string, string][] = [
    ['', '', ''],
    ['claim_no', '', 'MISSING'],
    ['child_id_number', spoilt(child), 'ID_CHECK_DIGIT'],
    ['child_id_number', numberOf(`${COUNTY}20230229901`), 'ID_BIRTH_DATE'],
    ['child_id_number', '34020220240617', 'ID_SHAPE'],
    ['child_id_number', '', 'CHILD_NOT_NAMED'],
    ['child_birth_certificate_no', '34X0000001', 'CERTIFICATE_SHAPE'],
    ['applicant_id_number', '', 'MISSING'],
    ['applicant_id_number', spoilt(GOOD_NUMBER), 'ID_CHECK_DIGIT'],
    ['applicant_id_number', child, 'APPLICANT_IS_CHILD'],
    ['relation', '62', 'RELATION_UNKNOWN'],
    ['claim_year', '1999', 'YEAR_OUT_OF_RANGE'],
    ['claim_year', String(year + 20), 'YEAR_OUT_OF_RANGE'],
    ['submitted_on', '2025-02-30', 'NOT_A_DAY'],
    ['submitted_on', `${year + 20}-01-01`, 'IN_THE_FUTURE'],
    ['account_no', '62299A', 'ACCOUNT_SHAPE'],
    ['', '', ''],
  ];
  const columns = CLAIM_COLUMNS.split(',');
  const rows = faults.map(([column, value, code], index) => {
    const row: Record<string, string> = {
      claim_no: `B${String(index + 1).padStart(9, '0')}`,
      child_id_number: child,
      applicant_id_number: GOOD_NUMBER,
      relation: '51',
      claim_year: '2025',
      submitted_on: '2025-10-10',
      channel: 'counter',
      account_no: '6239990000000000',
      ...(column ? { [column]: value } : {}),
    };
    return { cells: columns.map((name) => row[name] ?? ''), code, column };
  });
  return [...rows, { cells: rows.at(-1)!.cells.slice(0, 4), code: 'ROW_COLUMN_COUNT', column: '' }];
}

import { type Day, findDay, findDivisionCode, normaliseIdNumber, parseCitizenId, yearOf } from '@app/kernel';
import {
  type Grade,
  GRADES,
  type LedgerHolder,
  type LedgerRow,
  type RowRemark,
  type SchemeRow,
} from './certificate.types';

/** From this birth on no certificate is given (人口与计划生育法 2015, in force 2016-01-01; art 31 since 2021). */
const ONE_CHILD_PERIOD_ENDED = '2016-01-01' as Day;

export const isOfThePeriod = (born: Day): boolean => born < ONE_CHILD_PERIOD_ENDED;

/** The scheme of an office on a day: of those in force, the one for the longest region. */
export function schemeOf(schemes: readonly SchemeRow[], officeCode: string, on: Day): SchemeRow | undefined {
  return schemes
    .filter(
      ({ region, from, until }) =>
        officeCode.startsWith(region) && (from === null || from <= on) && (until === null || on < until),
    )
    .sort((a, b) => b.region.length - a.region.length)[0];
}

/** The number of a replacement; undefined where the office makes none. */
export const replacementNumber = (
  scheme: SchemeRow | undefined,
  officeCode: string,
  on: Day,
  serial: number,
): string | undefined =>
  scheme?.template
    ?.replace('{office}', officeCode.slice(0, 6))
    .replace('{year}', String(yearOf(on)))
    .replace('{serial}', String(serial).padStart(6, '0'));

/** Letters and digits that are not taken for one another when a code is read out. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_LENGTH = 10;

/** A verification code of keyed bytes: fifty bits, in two groups of five. */
export function codeOf(bytes: Uint8Array): string {
  const letters = [...bytes.subarray(0, CODE_LENGTH)].map((byte) => LETTERS[byte % 32]).join('');
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
}

/** A code as somebody types it: any case, O for 0, I and L for 1, with or without the hyphen. */
export const normaliseCode = (typed: string): string =>
  typed
    .toUpperCase()
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
    .replace(/[^0-9A-Z]/g, '');

type Cells = Readonly<Record<string, string>>;

export const LEDGER_COLUMNS = {
  required: ['certificate_no', 'office_code', 'issued_on', 'child_name', 'child_birth_date'],
  optional: ['mother_name', 'mother_id_number', 'father_name', 'father_id_number', 'grade', 'source_ref'],
} as const;

const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\ufffd]/;

/** What is wrong with a line of a ledger, by code; the sentence names the column. */
const PROBLEMS: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  MISSING: ['不能为空，请对照台账补填', 'is empty; fill it in from the ledger'],
  TOO_LONG: ['过长，请核对', 'is too long; check it'],
  UNPRINTABLE: ['含有不可见或损坏的字符', 'holds control or broken characters'],
  NOT_A_DAY: ['不是日历上的日期，应为 YYYY-MM-DD', 'is no day of the calendar; write YYYY-MM-DD'],
  IN_THE_FUTURE: ['晚于今天，请核对', 'lies after today; check it'],
  OFFICE_SHAPE: ['不是 6、9 或 12 位区划代码', 'is no division code of 6, 9 or 12 digits'],
  BORN_AFTER_THE_PERIOD: [
    '2016年1月1日及以后出生的，不发放光荣证。请核对出生日期',
    'no certificate is given for births from 2016-01-01 on; check the day',
  ],
  ISSUED_BEFORE_BIRTH: ['早于孩子出生日期，请核对两个日期', 'lies before the child’s birth; check both days'],
  HOLDER_MISSING: ['父母至少填写一方', 'name at least one of the parents'],
  HOLDER_NUMBER: ['证件号码有误，请对照证件核对', 'is no identity number; compare it with the document'],
  GRADE_UNKNOWN: ['来源等级应为 ledger、archive、card、declared 之一', 'is none of ledger, archive, card, declared'],
  NUMBER_TAKEN: [
    '该发证机关的该证号已登记，且内容不同。请核对台账',
    'is on record at this office with other content; check the ledger',
  ],
  HOLDER_NUMBER_MISSING: [
    '缺少证件号码，只能按姓名和证号查找',
    'is missing; the certificate can be found by name and number only',
  ],
  NUMBER_OFF_SCHEME: [
    '与该机关当时的证号规则不符，已按原样登记，请核对',
    'does not fit how this office numbered then; kept as it stands, please check',
  ],
};

export function remarkOf(column: string, code: keyof typeof PROBLEMS): RowRemark {
  const [zh, en] = PROBLEMS[code]!;
  return { column, code, sentence: { zh: `${column}：${zh}。`, en: `${column} ${en}.` } };
}

/** One line of a ledger, with the oddities that do not keep it out; or why it cannot go in. */
export function readLedgerRow(
  cells: Cells,
  today: Day,
): { readonly row?: LedgerRow; readonly errors: readonly RowRemark[]; readonly warnings: readonly RowRemark[] } {
  const errors: RowRemark[] = [];
  const warnings: RowRemark[] = [];
  const no = (column: string, code: keyof typeof PROBLEMS) => void errors.push(remarkOf(column, code));
  const text = (column: string, longest: number): string => {
    const value = (cells[column] ?? '').trim();
    if (value === '') no(column, 'MISSING');
    else if ([...value].length > longest) no(column, 'TOO_LONG');
    else if (UNPRINTABLE.test(value) || !value.isWellFormed()) no(column, 'UNPRINTABLE');
    return value;
  };
  const dayIn = (column: string): Day | undefined => {
    const value = text(column, 10);
    const found = findDay(value.replace(/^(\d{4})[/.]?(\d{2})[/.]?(\d{2})$/, '$1-$2-$3'));
    if (value !== '' && !found) no(column, 'NOT_A_DAY');
    else if (found && found > today) no(column, 'IN_THE_FUTURE');
    return found;
  };
  const number = text('certificate_no', 40);
  const officeCode = findDivisionCode(text('office_code', 12));
  if (!officeCode || officeCode.endsWith('0000000000')) no('office_code', 'OFFICE_SHAPE');
  const issuedOn = dayIn('issued_on');
  const childName = text('child_name', 50);
  const childBorn = dayIn('child_birth_date');
  if (childBorn && !isOfThePeriod(childBorn)) no('child_birth_date', 'BORN_AFTER_THE_PERIOD');
  if (childBorn && issuedOn && issuedOn < childBorn) no('issued_on', 'ISSUED_BEFORE_BIRTH');
  const grade = (cells.grade ?? '').trim() || 'ledger';
  if (!GRADES.includes(grade as Grade)) no('grade', 'GRADE_UNKNOWN');
  const holders: LedgerHolder[] = [];
  for (const role of ['mother', 'father'] as const) {
    const [nameColumn, numberColumn] = [`${role}_name`, `${role}_id_number`];
    if ((cells[nameColumn] ?? '').trim() === '') continue;
    const name = text(nameColumn, 50);
    const given = (cells[numberColumn] ?? '').trim();
    const parsed = given === '' ? null : parseCitizenId(normaliseIdNumber(given));
    if (typeof parsed === 'string') no(numberColumn, 'HOLDER_NUMBER');
    else if (parsed === null) warnings.push(remarkOf(numberColumn, 'HOLDER_NUMBER_MISSING'));
    holders.push({ role, name, number: parsed && typeof parsed !== 'string' ? parsed.number : null });
  }
  if (holders.length === 0) no('mother_name', 'HOLDER_MISSING');
  if (errors.length > 0) return { errors, warnings: [] };
  const sourceRef = (cells.source_ref ?? '').trim().slice(0, 100) || 'ledger';
  const days = { issuedOn: issuedOn!, childBorn: childBorn! };
  return {
    row: { number, officeCode: officeCode!, ...days, childName, grade: grade as Grade, sourceRef, holders },
    errors,
    warnings,
  };
}

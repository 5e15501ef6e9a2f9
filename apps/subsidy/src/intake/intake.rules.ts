import { type Day, findDay, normaliseIdNumber, parseCitizenId, yearOf } from '@app/kernel';
import type { AccountRow, ClaimRow, FindingRow, Parsed, Relation, RowProblem } from './intake.types';

type Cells = Readonly<Record<string, string>>;

/** Collects what is wrong with a row while its values are read. */
class Reading {
  readonly errors: RowProblem[] = [];
  readonly warnings: RowProblem[] = [];

  constructor(private readonly cells: Cells) {}

  text(column: string, longest: number): string {
    const value = (this.cells[column] ?? '').trim();
    if (value === '') this.error(column, 'MISSING', '不能为空，请补填', 'is empty; fill it in');
    else if ([...value].length > longest) {
      this.error(column, 'TOO_LONG', `超过 ${longest} 个字符`, `is longer than ${longest} characters`);
    } else if (UNPRINTABLE.test(value) || !value.isWellFormed()) {
      this.error(column, 'UNPRINTABLE', '含有不可见或损坏的字符', 'holds control or broken characters');
    }
    return value;
  }

  optional(column: string, longest: number): string | null {
    return (this.cells[column] ?? '').trim() === '' ? null : this.text(column, longest);
  }

  /**
   * An 18-character identity number; 15 digits, lower case and full width are put right with a warning.
   * A parent or account holder may also show a passport, travel permit or old residence card.
   */
  idNumber(column: string, otherPapers = false): string {
    const raw = this.text(column, 30);
    if (raw === '') return raw;
    const normal = normaliseIdNumber(raw);
    if (otherPapers && OTHER_PAPERS.test(normal)) return normal;
    const parsed = parseCitizenId(normal);
    if (typeof parsed === 'string') {
      this.error(column, `ID_${parsed}`, ID_PROBLEMS[parsed].zh, ID_PROBLEMS[parsed].en);
      return raw;
    }
    if (parsed.legacy)
      this.warn(column, 'ID_15_DIGITS', '15 位旧号码已换算为 18 位', 'an old 15-digit number, converted to 18');
    else if (parsed.number !== raw) {
      this.warn(
        column,
        'ID_NORMALISED',
        '号码写法已规范（大写 X、半角）',
        'the spelling was put right (capital X, half width)',
      );
    }
    return parsed.number;
  }

  day(column: string): Day {
    const raw = this.text(column, 30);
    const iso = raw.replace(/^(\d{4})[/.年]?(\d{1,2})[/.月]?(\d{1,2})日?$/, (_, y: string, m: string, d: string) =>
      raw.length === 8 && /^\d{8}$/.test(raw)
        ? `${raw.slice(0, 4)}-${raw.slice(4, 6)}-${raw.slice(6)}`
        : `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`,
    );
    const found = findDay(iso);
    if (raw !== '' && !found) {
      this.error(
        column,
        'NOT_A_DAY',
        `“${raw}”不是日历上的日期，应为 YYYY-MM-DD`,
        `"${raw}" is no day of the calendar; write YYYY-MM-DD`,
      );
    }
    return found ?? ('' as Day);
  }

  error(column: string, code: string, zh: string, en: string): void {
    this.errors.push({ column, code, sentence: { zh: `${column}：${zh}。`, en: `${column} ${en}.` } });
  }

  warn(column: string, code: string, zh: string, en: string): void {
    this.warnings.push({ column, code, sentence: { zh: `${column}：${zh}。`, en: `${column}: ${en}.` } });
  }

  result<Row>(row: Row): Parsed<Row> {
    return this.errors.length > 0 ? { ok: false, errors: this.errors } : { ok: true, row, warnings: this.warnings };
  }
}

/** Passport, permit of Hong Kong and Macao residents, permanent-resident card before 2023. */
const OTHER_PAPERS = /^([A-Z]{1,2}\d{7,8}|[HM]\d{8,10}|[A-Z]{3}\d{12})$/;

const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/;

const ID_PROBLEMS = {
  SHAPE: { zh: '不是 18 位（或 15 位）身份证号码', en: 'is not an identity number of 18 (or 15) digits' },
  CHECK_DIGIT: { zh: '校验位不符，号码有误', en: 'has a wrong check digit' },
  BIRTH_DATE: { zh: '号码中的出生日期不存在', en: 'contains a birth date that does not exist' },
} as const;

/** Words for the applicant's relation to the child; codes of GB/T 4761 are read by relationOf. */
const RELATION_WORDS: Readonly<Record<string, Relation>> = {
  父亲: 'father',
  父: 'father',
  父子: 'father',
  父女: 'father',
  father: 'father',
  f: 'father',
  母亲: 'mother',
  母: 'mother',
  母子: 'mother',
  母女: 'mother',
  mother: 'mother',
  m: 'mother',
  父母: 'parent',
  父母一方: 'parent',
  parent: 'parent',
  监护人: 'guardian',
  其他监护人: 'guardian',
  guardian: 'guardian',
  机构: 'institution',
  儿童福利机构: 'institution',
  institution: 'institution',
  其他: 'other',
  other: 'other',
};

/** 51 is the child's father, 52 its mother; files that state the child's side instead (20–37: son, daughter) mean a parent. */
function relationOf(said: string): Relation | undefined {
  if (!/^\d{2}$/.test(said)) return RELATION_WORDS[said];
  if (said === '51') return 'father';
  if (said === '52') return 'mother';
  if (said === '50') return 'parent';
  if (said === '57' || said === '58' || said === '99') return 'guardian';
  const code = Number(said);
  if (code === 28 || code === 38) return 'other'; // A son's or daughter's spouse.
  if (code >= 20 && code <= 39) return 'parent';
  return code >= 10 ? 'other' : undefined;
}

/** One row of a claims file. The claim year must be one the scheme can have had; everything else is for the rules. */
export function parseClaim(cells: Cells, today: Day): Parsed<ClaimRow> {
  const reading = new Reading(cells);
  const claimNo = reading.text('claim_no', 64);
  const hasNumber = (cells.child_id_number ?? '').trim() !== '';
  const childIdNumber = hasNumber ? reading.idNumber('child_id_number') : null;
  const childBirthCertificateNo = certificate(reading);
  if (!childIdNumber && !childBirthCertificateNo) {
    reading.error(
      'child_id_number',
      'CHILD_NOT_NAMED',
      '身份证号与出生医学证明编号至少填写一项',
      'is empty and so is child_birth_certificate_no; one of the two is needed',
    );
  }
  const applicantIdNumber = reading.idNumber('applicant_id_number', true);
  if (applicantIdNumber !== '' && applicantIdNumber === childIdNumber) {
    reading.error('applicant_id_number', 'APPLICANT_IS_CHILD', '与儿童号码相同', 'is the child’s own number');
  }
  const said = reading.text('relation', 20).toLowerCase();
  const relation = relationOf(said);
  if (said !== '' && !relation) {
    reading.error(
      'relation',
      'RELATION_UNKNOWN',
      `“${said}”不是已知的关系，可用 51 父、52 母、99 监护人`,
      `"${said}" is not a known relation; use 51 father, 52 mother, 99 guardian`,
    );
  }
  const yearText = reading.text('claim_year', 4);
  const claimYear = /^\d{4}$/.test(yearText) ? Number(yearText) : 0;
  if (yearText !== '' && (claimYear < 2000 || claimYear > yearOf(today) + 1)) {
    reading.error(
      'claim_year',
      'YEAR_OUT_OF_RANGE',
      `“${yearText}”不是可申领的年度`,
      `"${yearText}" is not a year that can be claimed`,
    );
  }
  const submittedOn = reading.day('submitted_on');
  if (submittedOn > today) {
    reading.error(
      'submitted_on',
      'IN_THE_FUTURE',
      `${submittedOn} 晚于今天 ${today}`,
      `${submittedOn} lies after today, ${today}`,
    );
  }
  return reading.result<ClaimRow>({
    claimNo,
    childIdNumber,
    childBirthCertificateNo,
    applicantIdNumber,
    relation: relation ?? 'other',
    claimYear,
    submittedOn,
    channel: reading.optional('channel', 30) ?? 'unknown',
    accountNo: accountNumber(reading, cells, false),
  });
}

/** A birth certificate number: one letter and nine digits. */
function certificate(reading: Reading): string | null {
  const raw = reading.optional('child_birth_certificate_no', 20);
  if (raw === null) return null;
  const normal = normaliseIdNumber(raw);
  if (!/^[A-Z]\d{9}$/.test(normal)) {
    reading.error(
      'child_birth_certificate_no',
      'CERTIFICATE_SHAPE',
      '应为 1 个字母加 9 位数字',
      'must be one letter and nine digits',
    );
  }
  return normal;
}

function accountNumber(reading: Reading, cells: Cells, required: boolean): string | null {
  const raw = required ? reading.text('account_no', 40) : reading.optional('account_no', 40);
  if (raw === null || raw === '') return raw;
  const normal = raw.replace(/[\s-]/g, '');
  if (!/^\d{8,30}$/.test(normal)) {
    reading.error('account_no', 'ACCOUNT_SHAPE', '应为 8 至 30 位数字', 'must be 8 to 30 digits');
  } else if (normal.length >= 16 && normal.length <= 19 && !luhn(normal)) {
    // Passbooks and all-in-one cards need not satisfy it: a warning at most.
    reading.warn(
      'account_no',
      'ACCOUNT_CHECK_DIGIT',
      '卡号校验位不符，请核对',
      'the card check digit does not fit; please compare',
    );
  }
  return normal;
}

function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

export function parseAccount(cells: Cells): Parsed<AccountRow> {
  const reading = new Reading(cells);
  return reading.result<AccountRow>({
    holderIdNumber: reading.idNumber('holder_id_number', true),
    holderName: reading.text('holder_name', 50),
    bankCode: reading.text('bank_code', 20),
    accountNo: accountNumber(reading, cells, true) ?? '',
    kind: reading.optional('kind', 20) ?? 'unknown',
  });
}

const FINDINGS: Readonly<Record<string, RegExp>> = {
  births_lawful_then: /^(true|false)$/,
  only_child_certificate: /^(true|false)$/,
  child_disability_grade: /^[1-4]$/,
  child_disability_since: /^\d{4}-\d{2}-\d{2}$/,
  certified_level: /^[1-3]$/,
  rural_hukou: /^(true|false)$/,
};

/** One finding attested by an authority: `true`/`false`, a grade, a level or a day, with the document behind it. */
export function parseFinding(cells: Cells): Parsed<FindingRow> {
  const reading = new Reading(cells);
  const personIdNumber = reading.idNumber('person_id_number');
  const finding = reading.text('finding', 40);
  const value = reading.text('value', 20);
  const shape = FINDINGS[finding];
  if (finding !== '' && !shape) {
    reading.error(
      'finding',
      'FINDING_UNKNOWN',
      `“${finding}”不是已知的认定事项`,
      `"${finding}" is not a known finding`,
    );
  } else if (shape && value !== '' && (!shape.test(value) || (value.length === 10 && !findDay(value)))) {
    reading.error('value', 'FINDING_VALUE', `“${value}”不是 ${finding} 的取值`, `"${value}" is no value of ${finding}`);
  }
  return reading.result<FindingRow>({
    personIdNumber,
    finding,
    value,
    validFrom: reading.day('valid_from'),
    documentNo: reading.text('document_no', 60),
    issuedBy: reading.text('issued_by', 60),
  });
}

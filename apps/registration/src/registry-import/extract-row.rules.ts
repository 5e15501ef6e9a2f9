import { type Day, findDivisionCode, normaliseIdNumber } from '@app/kernel';
import { nameForMatching, SEPARATOR_LOOK_ALIKES } from '../person/name.rules';
import {
  findIdType,
  HOUSEHOLD_TYPES,
  type HouseholdType,
  type IdNumber,
  type IdNumberProblem,
  ID_TYPE_LIST,
  type IdType,
  idTypeOfNumber,
  isEthnicityCode,
  isOpaque,
  isPlausibleRegion,
  isRelationCode,
  MARITAL_CODES,
  parentNumber,
  parseIdNumber,
  type RegistryStatus,
  type Sex,
  SEX_CODES,
  STATUS_CODES,
} from './registry-code.rules';
import { parseDay, parseSourceTime } from './source-time.rules';

/** Columns of a registry extract. */
export const EXTRACT_COLUMNS = [
  'registry_person_id',
  'name',
  'sex',
  'ethnicity',
  'id_type',
  'id_number',
  'birth_date',
  'birth_certificate_no',
  'death_date',
  'status',
  'household_no',
  'relation_to_head',
  'household_type',
  'division_code',
  'address',
  'father_id_number',
  'mother_id_number',
  'marital_status',
  'moved_in_on',
  'moved_out_on',
  'updated_at',
] as const;
export type ExtractColumn = (typeof EXTRACT_COLUMNS)[number];
export type ExtractCells = Readonly<Record<ExtractColumn, string>>;

/** Why a row does not go in. Codes are part of the API: add, never rename. */
export type RowErrorCode =
  | 'REGISTRY_PERSON_ID_MISSING'
  | 'REGISTRY_PERSON_ID_NOT_OPAQUE'
  | 'NAME_MISSING'
  | 'NAME_TOO_LONG'
  | 'TEXT_TOO_LONG'
  | 'TEXT_CONTROL_CHARACTER'
  | 'TEXT_LOST_CHARACTER'
  | 'SEX_UNKNOWN'
  | 'ID_TYPE_UNKNOWN'
  | IdNumberProblem
  | 'DATE_IMPOSSIBLE'
  | 'BIRTH_IN_FUTURE'
  | 'DEATH_IN_FUTURE'
  | 'BIRTH_AFTER_DEATH'
  | 'STATUS_UNKNOWN'
  | 'RELATION_UNKNOWN'
  | 'HOUSEHOLD_TYPE_UNKNOWN'
  | 'DIVISION_MISSING'
  | 'DIVISION_SHAPE'
  | 'MARITAL_STATUS_UNKNOWN'
  | 'MOVED_OUT_BEFORE_IN'
  | 'UPDATED_AT_UNREADABLE';

/** What a clerk should know about a row that does go in. */
export type RowWarningCode =
  | 'ID_TYPE_ASSUMED'
  | 'ID_NUMBER_NORMALISED'
  | 'ID_NUMBER_CONVERTED'
  | 'ID_REGION_UNKNOWN'
  | 'SEX_DIFFERS_FROM_NUMBER'
  | 'SEX_MISSING'
  | 'BIRTH_DIFFERS_FROM_NUMBER'
  | 'BIRTH_DATE_MISSING'
  | 'NUMBER_AND_CERTIFICATE_MISSING'
  | 'BIRTH_CERTIFICATE_SHAPE'
  | 'PARENT_NUMBER_INVALID'
  | 'PARENT_IS_SELF'
  | 'ETHNICITY_UNKNOWN'
  | 'HOUSEHOLD_TYPE_MISSING'
  | 'DECEASED_WITHOUT_DATE'
  | 'DEATH_DATE_WITHOUT_STATUS'
  | 'NAME_SEPARATOR'
  | 'PRIVATE_USE_CHARACTER'
  | 'UPDATED_AT_IN_FUTURE';

/** `detail` is what was found, and only ever of columns without identity numbers. */
export interface RowRemark<Code extends string> {
  readonly code: Code;
  readonly column: ExtractColumn | '';
  readonly detail?: string;
}

/** A row as the register will keep it. Numbers are clear text here and nowhere after the vault. */
export interface ExtractRow {
  readonly registryPersonId: string;
  readonly name: string;
  readonly nameMatch: string;
  readonly sex: Sex;
  readonly ethnicity: string | null;
  readonly idType: IdType | null;
  readonly idNumber: string | null;
  readonly idNumberLegacy: string | null;
  readonly birthCertificateNo: string | null;
  readonly born: Day | null;
  readonly died: Day | null;
  readonly status: RegistryStatus;
  readonly householdNo: string | null;
  readonly relationToHead: string | null;
  readonly householdType: HouseholdType | null;
  readonly divisionCode: string;
  readonly address: string | null;
  readonly fatherNumber: string | null;
  readonly motherNumber: string | null;
  readonly maritalStatus: string | null;
  readonly movedInOn: Day | null;
  readonly movedOutOn: Day | null;
  /** Microseconds since 1970 UTC. */
  readonly updatedAt: number;
}

export interface CheckedRow {
  /** Absent when there are errors. */
  readonly row?: ExtractRow;
  readonly errors: readonly RowRemark<RowErrorCode>[];
  readonly warnings: readonly RowRemark<RowWarningCode>[];
}

const CONTROL = /[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/;
/** Controls, the replacement character, and surrogates, which may stand alone. */
const SUSPECT = /[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFFFD\uD800-\uDFFF]/;
const PRIVATE_USE = /[\uE000-\uF8FF\u{F0000}-\u{10FFFD}]/u;
const NAME_MAX = 50;
const LENGTH_MAX: Partial<Record<ExtractColumn, number>> = {
  registry_person_id: 64,
  ethnicity: 20,
  birth_certificate_no: 20,
  household_no: 20,
  address: 300,
};
const NUMBER_COLUMNS = new Set<ExtractColumn>([
  'id_number',
  'father_id_number',
  'mother_id_number',
  'birth_certificate_no',
]);

/**
 * Judges one row of an extract by itself. Errors say that something stated cannot be; warnings that something is
 * missing, odd, or differs from what the identity number tells, in which case the registry's own value is kept.
 * @param today the day in China, for dates in the future
 */
export function checkRow(cells: ExtractCells, today: Day): CheckedRow {
  return new RowCheck(cells, today).result();
}

class RowCheck {
  private readonly errors: RowRemark<RowErrorCode>[] = [];
  private readonly warnings: RowRemark<RowWarningCode>[] = [];

  constructor(
    private readonly cells: ExtractCells,
    private readonly today: Day,
  ) {}

  result(): CheckedRow {
    const { cells } = this;
    this.checkTexts();
    if (cells.registry_person_id === '') this.error('REGISTRY_PERSON_ID_MISSING', 'registry_person_id');
    else if (!isOpaque(cells.registry_person_id)) this.error('REGISTRY_PERSON_ID_NOT_OPAQUE', 'registry_person_id');
    const [idType, id] = this.identity();
    const sex = this.sex(id);
    const born = this.born(id);
    const died = this.date('death_date');
    const status = this.status(died);
    const movedInOn = this.date('moved_in_on');
    const movedOutOn = this.date('moved_out_on');
    const divisionCode = this.division();
    const updatedAt = this.updatedAt();
    if (died && born && died < born) this.error('BIRTH_AFTER_DEATH', 'death_date', `${born} > ${died}`);
    if (died && died > this.today) this.error('DEATH_IN_FUTURE', 'death_date', died);
    if (movedInOn && movedOutOn && movedOutOn < movedInOn) {
      this.error('MOVED_OUT_BEFORE_IN', 'moved_out_on', `${movedInOn} > ${movedOutOn}`);
    }
    const row: ExtractRow = {
      registryPersonId: cells.registry_person_id,
      name: cells.name,
      nameMatch: this.name(),
      sex,
      ethnicity: this.ethnicity(),
      idType: id ? idType : null,
      idNumber: id?.number ?? null,
      idNumberLegacy: id?.legacy ?? null,
      birthCertificateNo: this.birthCertificate(),
      born,
      died,
      status,
      householdNo: cells.household_no || null,
      relationToHead: this.coded('relation_to_head', isRelationCode, 'RELATION_UNKNOWN'),
      householdType: this.householdType(),
      divisionCode,
      address: cells.address || null,
      fatherNumber: this.parent('father_id_number', id),
      motherNumber: this.parent('mother_id_number', id),
      maritalStatus: this.coded('marital_status', (code) => MARITAL_CODES.has(code), 'MARITAL_STATUS_UNKNOWN'),
      movedInOn,
      movedOutOn,
      updatedAt,
    };
    if (!row.idNumber && !row.birthCertificateNo && cells.id_number === '') {
      this.warn('NUMBER_AND_CERTIFICATE_MISSING', 'id_number');
    }
    return this.errors.length ? { errors: this.errors, warnings: [] } : { row, errors: [], warnings: this.warnings };
  }

  private checkTexts(): void {
    const { cells } = this;
    let all = '';
    let tooLong = false;
    for (const column of EXTRACT_COLUMNS) {
      all += cells[column];
      tooLong ||= cells[column].length > (LENGTH_MAX[column] ?? Infinity);
    }
    if (!tooLong && !SUSPECT.test(all)) return; // One look at the whole row: nearly all rows end here.
    for (const column of EXTRACT_COLUMNS) {
      const text = cells[column];
      if (CONTROL.test(text)) this.error('TEXT_CONTROL_CHARACTER', column);
      else if (text.includes('\uFFFD') || !text.isWellFormed()) this.error('TEXT_LOST_CHARACTER', column);
      const max = LENGTH_MAX[column];
      if (max !== undefined && text.length > max && [...text].length > max) {
        this.error('TEXT_TOO_LONG', column, String(max));
      }
    }
  }

  private name(): string {
    const { name } = this.cells;
    if (name === '') this.error('NAME_MISSING', 'name');
    if (name.length > NAME_MAX && [...name].length > NAME_MAX) this.error('NAME_TOO_LONG', 'name', String(NAME_MAX));
    if (PRIVATE_USE.test(name)) this.warn('PRIVATE_USE_CHARACTER', 'name');
    const separator = name.match(SEPARATOR_LOOK_ALIKES)?.[0];
    if (separator)
      this.warn('NAME_SEPARATOR', 'name', `U+${separator.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`);
    return nameForMatching(name);
  }

  private identity(): [IdType, IdNumber | undefined] {
    const { id_type: name, id_number: text } = this.cells;
    const named = name === '' ? undefined : findIdType(name);
    // A number that itself says which paper it is outweighs a name nobody knows.
    const told = named ?? idTypeOfNumber(normaliseIdNumber(text));
    if (name !== '' && !named) {
      if (told) this.warn('ID_TYPE_ASSUMED', 'id_type', shown(name));
      else if (text !== '') this.error('ID_TYPE_UNKNOWN', 'id_type', ID_TYPE_LIST);
    }
    if (text === '' || (name !== '' && !told)) return ['111', undefined];
    const id = told ? parseIdNumber(told, text) : 'ID_NUMBER_SHAPE';
    if (typeof id === 'string') {
      this.error(id, 'id_number');
      return ['111', undefined];
    }
    if (id.legacy) this.warn('ID_NUMBER_CONVERTED', 'id_number');
    else if (id.number !== text) this.warn('ID_NUMBER_NORMALISED', 'id_number');
    if (id.region && !isPlausibleRegion(id.region)) this.warn('ID_REGION_UNKNOWN', 'id_number', id.region);
    return [told!, id];
  }

  private sex(id: IdNumber | undefined): Sex {
    const { sex: code } = this.cells;
    if (code === '') {
      this.warn('SEX_MISSING', 'sex');
      return id?.sex ?? 0;
    }
    const sex = SEX_CODES[code];
    if (sex === undefined) this.error('SEX_UNKNOWN', 'sex', shown(code));
    else if (id?.sex && id.sex !== sex && (sex === 1 || sex === 2)) this.warn('SEX_DIFFERS_FROM_NUMBER', 'sex', code);
    return sex ?? 0;
  }

  private born(id: IdNumber | undefined): Day | null {
    const stated = this.date('birth_date');
    if (this.cells.birth_date === '') this.warn('BIRTH_DATE_MISSING', 'birth_date');
    else if (stated && id?.birthDate && id.birthDate !== stated)
      this.warn('BIRTH_DIFFERS_FROM_NUMBER', 'birth_date', stated);
    const born = stated ?? ((id?.birthDate as Day | undefined) || null);
    if (born && born > this.today) this.error('BIRTH_IN_FUTURE', 'birth_date', born);
    return born;
  }

  private status(died: Day | null): RegistryStatus {
    const { status: code } = this.cells;
    const status = STATUS_CODES[code];
    if (status === undefined) this.error('STATUS_UNKNOWN', 'status', shown(code));
    if (status === 9 && this.cells.death_date === '') this.warn('DECEASED_WITHOUT_DATE', 'death_date');
    if (died && status !== undefined && status !== 9) this.warn('DEATH_DATE_WITHOUT_STATUS', 'status', code);
    return status ?? 0;
  }

  private date(column: 'birth_date' | 'death_date' | 'moved_in_on' | 'moved_out_on'): Day | null {
    const text = this.cells[column];
    if (text === '') return null;
    const found = parseDay(text);
    if (!found) this.error('DATE_IMPOSSIBLE', column, shown(text));
    return found ?? null;
  }

  private division(): string {
    const { division_code: text } = this.cells;
    if (text === '') {
      this.error('DIVISION_MISSING', 'division_code');
      return '';
    }
    const code = text.length >= 6 && /^[1-8]/.test(text) ? findDivisionCode(text) : undefined;
    if (!code) this.error('DIVISION_SHAPE', 'division_code', shown(text));
    return code ?? '';
  }

  private updatedAt(): number {
    const { updated_at: text } = this.cells;
    const micros = parseSourceTime(text);
    if (micros === undefined) this.error('UPDATED_AT_UNREADABLE', 'updated_at', shown(text));
    // A day of grace: clocks of two offices differ, and a plain day begins at midnight.
    else if (micros > (Date.parse(this.today) + 2 * 86_400_000) * 1000)
      this.warn('UPDATED_AT_IN_FUTURE', 'updated_at', text);
    return micros ?? 0;
  }

  private ethnicity(): string | null {
    const { ethnicity: code } = this.cells;
    if (code !== '' && !isEthnicityCode(code)) this.warn('ETHNICITY_UNKNOWN', 'ethnicity', shown(code));
    return code || null;
  }

  private householdType(): HouseholdType | null {
    const { household_type: type } = this.cells;
    if (type === '') this.warn('HOUSEHOLD_TYPE_MISSING', 'household_type');
    else if (!HOUSEHOLD_TYPES.has(type)) this.error('HOUSEHOLD_TYPE_UNKNOWN', 'household_type', shown(type));
    return (type || null) as HouseholdType | null;
  }

  private coded(column: ExtractColumn, isCode: (code: string) => boolean, code: RowErrorCode): string | null {
    const text = this.cells[column];
    if (text !== '' && !isCode(text)) this.error(code, column, shown(text));
    return text || null;
  }

  private birthCertificate(): string | null {
    const text = this.cells.birth_certificate_no;
    if (text === '') return null;
    const number = normaliseIdNumber(text);
    if (!/^[A-Z]\d{9}$/.test(number)) this.warn('BIRTH_CERTIFICATE_SHAPE', 'birth_certificate_no');
    return number;
  }

  /** A wrong number of a parent is no reason to leave the child out of the register: it is left unlinked. */
  private parent(column: 'father_id_number' | 'mother_id_number', own: IdNumber | undefined): string | null {
    const text = this.cells[column];
    if (text === '') return null;
    const number = parentNumber(text);
    if (number === undefined) this.warn('PARENT_NUMBER_INVALID', column);
    else if (number === own?.number) this.warn('PARENT_IS_SELF', column);
    else return number;
    return null;
  }

  private error(code: RowErrorCode, column: ExtractColumn, detail?: string): void {
    this.errors.push({ code, column, ...(detail !== undefined && !NUMBER_COLUMNS.has(column) ? { detail } : {}) });
  }

  private warn(code: RowWarningCode, column: ExtractColumn, detail?: string): void {
    this.warnings.push({ code, column, ...(detail !== undefined ? { detail } : {}) });
  }
}

/** What stood in a cell, cut short, and never a number long enough to be somebody's identity. */
const shown = (text: string): string => [...text.replace(/\d{15,}[\dXx]?/gu, '***')].slice(0, 30).join('');

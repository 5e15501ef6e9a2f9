import { checkCharacter, isPlain, normaliseIdNumber, parseCitizenId, withoutNumbers } from '@app/kernel';

/** GB/T 2261.1: unknown, male, female, unspecified. */
export type Sex = 0 | 1 | 2 | 9;
/** Hubei DB42/T 453: valid, cancelled, moved out, deceased. */
export type RegistryStatus = 0 | 1 | 8 | 9;
export type HouseholdType = 'urban' | 'rural' | 'unified';

/** Single digits, as their tables write them. */
export const SEX_CODES: Readonly<Record<string, Sex>> = { '0': 0, '1': 1, '2': 2, '9': 9 };
export const STATUS_CODES: Readonly<Record<string, RegistryStatus>> = { '0': 0, '1': 1, '8': 8, '9': 9 };
export const HOUSEHOLD_TYPES: ReadonlySet<string> = new Set(['urban', 'rural', 'unified']);
/** GB/T 2261.2. */
export const MARITAL_CODES: ReadonlySet<string> = new Set(['10', '20', '21', '22', '23', '30', '40', '90']);
/** GB/T 4761-2008: self and head, spouses, then whole decades of relatives. */
export const isRelationCode = (code: string): boolean => /^(0[12]|1[0-2]|[2-9]\d)$/.test(code);
/** GB/T 3304: 56 peoples, others, and Chinese citizens of foreign descent. */
export const isEthnicityCode = (code: string): boolean => /^(0[1-9]|[1-4]\d|5[0-6]|97|98)$/.test(code);

/** Identity papers as this register names them; `111` (GA/T 517) is the resident identity card. */
export type IdType = '111' | 'HMT_RESIDENCE' | 'PERMANENT_RESIDENT' | 'HM_PASS' | 'TW_PASS' | 'PASSPORT';

/** What extracts call the papers, in upper case. */
const ID_TYPE_NAMES: Readonly<Record<IdType, readonly string[]>> = {
  '111': [
    '111',
    '112',
    '01',
    '1',
    '身份证',
    '居民身份证',
    '临时居民身份证',
    '公民身份号码',
    'ID',
    'CITIZEN_ID',
    'RESIDENT_ID',
  ],
  HMT_RESIDENCE: ['HMT_RESIDENCE', '港澳台居民居住证', '港澳居民居住证', '台湾居民居住证'],
  PERMANENT_RESIDENT: ['PERMANENT_RESIDENT', '553', '外国人永久居留身份证', '外国人永久居留证'],
  HM_PASS: ['HM_PASS', '516', '港澳居民来往内地通行证', '回乡证'],
  TW_PASS: ['TW_PASS', '511', '台湾居民来往大陆通行证', '台胞证'],
  PASSPORT: ['PASSPORT', '414', '护照', '普通护照'],
};
const ID_TYPES = new Map(
  Object.entries(ID_TYPE_NAMES).flatMap(([type, names]) => names.map((name) => [name, type as IdType])),
);

export const ID_TYPE_LIST = Object.values(ID_TYPE_NAMES).flat().join(' ');

/** The paper meant; undefined when nobody knows the name. */
export const findIdType = (name: string): IdType | undefined => ID_TYPES.get(name.toUpperCase());

/** The paper that a number itself tells, where the extract names none; undefined for what is no 15- or 18-digit number. */
export function idTypeOfNumber(number: string): IdType | undefined {
  if (!/^(\d{15}|\d{17}[\dX])$/.test(number)) return undefined;
  if (/^8[123]0000.{12}$/.test(number)) return 'HMT_RESIDENCE';
  return number.length === 18 && number.startsWith('9') ? 'PERMANENT_RESIDENT' : '111';
}

export type IdNumberProblem = 'ID_NUMBER_SHAPE' | 'ID_NUMBER_CHECK_DIGIT' | 'ID_NUMBER_BIRTH_DATE';

export interface IdNumber {
  /** Normalised: upper case, ASCII, no blanks, 18 characters where the paper has 18. */
  readonly number: string;
  readonly legacy?: string;
  /** Only what the number of a citizen or resident tells; the registry's own columns win. */
  readonly birthDate?: string;
  readonly sex?: 1 | 2;
  readonly region?: string;
}

/** The number of a paper, checked as far as that paper allows. */
export function parseIdNumber(type: IdType, text: string): IdNumber | IdNumberProblem {
  const number = normaliseIdNumber(text);
  switch (type) {
    case '111':
    case 'HMT_RESIDENCE': {
      const parsed = parseCitizenId(number);
      if (typeof parsed === 'string') return `ID_NUMBER_${parsed}`;
      if (type === '111') return parsed;
      return /^8[123]0000.{12}$/.test(number)
        ? { number, birthDate: parsed.birthDate, sex: parsed.sex }
        : 'ID_NUMBER_SHAPE';
    }
    case 'PERMANENT_RESIDENT':
      if (/^[A-Z]{3}\d{12}$/.test(number)) return { number };
      if (!/^9\d{16}[\dX]$/.test(number)) return 'ID_NUMBER_SHAPE';
      return checkCharacter(number) === number[17] ? { number } : 'ID_NUMBER_CHECK_DIGIT';
    case 'HM_PASS':
      return /^[HM](\d{8}|\d{10})$/.test(number) ? { number } : 'ID_NUMBER_SHAPE';
    case 'TW_PASS':
      return /^(\d{8}|\d{10})$/.test(number) ? { number } : 'ID_NUMBER_SHAPE';
    case 'PASSPORT':
      return /^[A-Z0-9]{5,20}$/.test(number) ? { number } : 'ID_NUMBER_SHAPE';
  }
}

const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82'.split(' '),
);

/**
 * Whether six digits can be a county of GB/T 2260 of any year: a province there is, and a county part from the ranges
 * for districts (01–20), counties (21–80) and county-level cities (81–89), or 9001–9099 for those under a province.
 * Abolished codes pass, as they must.
 */
export function isPlausibleRegion(region: string): boolean {
  if (!PROVINCES.has(region.slice(0, 2))) return false;
  const [city, county] = [Number(region.slice(2, 4)), Number(region.slice(4))];
  if (city === 90) return county >= 1;
  return city >= 1 && city <= 70 && county >= 1 && county <= 89;
}

/** Whether an id tells nothing by itself: it is kept in clear, so it may be neither a name nor somebody's number. */
export const isOpaque = (id: string): boolean => isPlain(id) && withoutNumbers(id) === id;

/** A parent's number is stated without its kind: a citizen's, or a foreigner's paper that begins with a letter. */
export function parentNumber(text: string): string | undefined {
  const citizen = parseCitizenId(text);
  if (typeof citizen !== 'string') return citizen.number;
  const number = normaliseIdNumber(text);
  if (idTypeOfNumber(number) === 'PERMANENT_RESIDENT') {
    const id = parseIdNumber('PERMANENT_RESIDENT', number);
    return typeof id === 'string' ? undefined : id.number;
  }
  return /^[A-Z][A-Z0-9]{4,19}$/.test(number) ? number : undefined;
}

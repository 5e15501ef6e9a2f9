import { type Day, findDay } from './day';

/** GB 11643-1999: weights of the first seventeen digits; the check character is `CHECKS[sum mod 11]`. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECKS = '10X98765432';

export type CitizenIdProblem = 'SHAPE' | 'CHECK_DIGIT' | 'BIRTH_DATE';

export interface CitizenId {
  /** 18 characters, upper-case X: the form that is stored and compared. */
  readonly number: string;
  /** The 15-digit number it was converted from, if it was. */
  readonly legacy?: string;
  readonly birthDate: Day;
  /** Derived from the sequence number (GB/T 2261.1: 1 male, 2 female); the registry's own value wins on conflict. */
  readonly sex: 1 | 2;
  /** Six digits: place of first registration, never the present residence. */
  readonly region: string;
}

/** Full-width digits and letters to ASCII, blanks out, x to X. For matching and storing identity numbers only. */
export function normaliseIdNumber(text: string): string {
  return text
    .replace(/[\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[\s\u3000]/g, '')
    .toUpperCase();
}

/** The check character for 17 leading digits. */
export function checkCharacter(digits17: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += (digits17.charCodeAt(i) - 48) * WEIGHTS[i]!;
  return CHECKS[sum % 11]!;
}

/** 15-digit number (19YY births) to the 18-digit one; 996–999 were kept for people born in the 1800s. */
function from15(digits15: string): string {
  const century = digits15.slice(12) >= '996' ? '18' : '19';
  const seventeen = digits15.slice(0, 6) + century + digits15.slice(6);
  return seventeen + checkCharacter(seventeen);
}

/** Parses an 18- or 15-digit citizen number in any spelling. The region code is not judged: old codes stay valid. */
export function parseCitizenId(text: string): CitizenId | CitizenIdProblem {
  const normal = normaliseIdNumber(text);
  const legacy = /^\d{15}$/.test(normal) ? normal : undefined;
  const number = legacy ? from15(legacy) : normal;
  if (!/^\d{17}[\dX]$/.test(number)) return 'SHAPE';
  if (number[17] !== checkCharacter(number)) return 'CHECK_DIGIT';
  const birthDate = findDay(`${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`);
  if (!birthDate) return 'BIRTH_DATE';
  return {
    number,
    ...(legacy ? { legacy } : {}),
    birthDate,
    sex: number.charCodeAt(16) % 2 === 1 ? 1 : 2,
    region: number.slice(0, 6),
  };
}

/**
 * What may be shown of an identity number: the region's first four digits and nothing else, so that with
 * the region and the birth date known at least 90 candidates remain (no digit of the tail is shown).
 */
export function maskIdNumber(number: string): string {
  return number.slice(0, 4) + '*'.repeat(Math.max(0, number.length - 4));
}

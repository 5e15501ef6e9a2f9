import { type DivisionCode, countyOf, divisionLevel } from '@app/kernel';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Without I, L, O and U, which are misread.
const CODE_LENGTH = 12; // Sixty bits: nobody guesses it behind a limit of questions a minute.

/** The code that a complaint is followed up with, made of a keyed hash. */
export function codeOf(bytes: Uint8Array): string {
  const letters = [...bytes.subarray(0, CODE_LENGTH)].map((byte) => LETTERS[byte % 32]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`;
}

/** A code as somebody types it: any case, O for 0, I and L for 1, with or without hyphens. */
export const normaliseCode = (typed: string): string =>
  typed
    .toUpperCase()
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
    .replace(/[^0-9A-Z]/g, '');

/** Who answers a complaint about an office: the one above it, never itself. Null above a province: nobody is here. */
export function overseerOf(office: DivisionCode): DivisionCode | null {
  const level = divisionLevel(office);
  if (level === 'village' || level === 'township') return countyOf(office);
  if (level === 'county') return `${office.slice(0, 4)}00000000` as DivisionCode;
  return level === 'city' ? (`${office.slice(0, 2)}0000000000` as DivisionCode) : null;
}

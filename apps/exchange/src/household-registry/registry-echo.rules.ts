import { normaliseIdNumber, parseCitizenId } from '@app/kernel';
import { fail } from './registry-failure.rules';

/** What is typed for the separator in names (民委发〔2016〕33号): alike when compared, kept as given. */
const SEPARATORS = /[·•・‧．.]/gu;

/** The form in which names are compared. */
export const foldName = (name: string): string =>
  name.normalize('NFC').replace(/\s/gu, '').replace(SEPARATORS, '\u00b7').toUpperCase();

/** The 15-digit spelling of a number is the same number. */
function foldNumber(number: string): string {
  const parsed = parseCitizenId(number);
  return typeof parsed === 'string' ? normaliseIdNumber(number) : parsed.number;
}

export const isSameName = (one: string, other: string): boolean => foldName(one) === foldName(other);
export const isSameNumber = (one: string, other: string): boolean => foldNumber(one) === foldNumber(other);

interface Named {
  readonly idNumber: string | null;
  readonly name: string | null;
}

/**
 * Every record must bear the number that was asked about, and one of them the name, if there was one: several people on
 * one number are duplicates for a clerk, but nobody of the name asked about is another person.
 */
export function assertAbout(asked: Named, records: readonly Named[]): void {
  if (records.some(({ idNumber }) => !idNumber || !isSameNumber(idNumber, asked.idNumber!))) throw fail.wrongPerson();
  const { name } = asked;
  if (name && records.length > 0 && !records.some((record) => record.name && isSameName(record.name, name)))
    throw fail.wrongPerson();
}

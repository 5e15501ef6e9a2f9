const NUMBERS_A_YEAR = 9_999_999;

/** County 6 digits, year 2, number 7, and two check digits (ISO 7064, MOD 97-10): 17 digits, which no identity number has. */
export function referenceOf(county: string, year: number, count: number): string {
  if (count < 1 || count > NUMBERS_A_YEAR) throw new RangeError(`referenceOf: ${count} does not fit into seven digits`);
  const body = `${county.slice(0, 6)}${String(year % 100).padStart(2, '0')}${String(count).padStart(7, '0')}`;
  const check = 98n - ((BigInt(body) * 100n) % 97n);
  return body + String(check).padStart(2, '0');
}

/** Whether somebody can have been given this reference. */
export const isReference = (text: string): boolean => /^\d{17}$/.test(text) && BigInt(text) % 97n === 1n;

/** As it is printed: in groups of four, so that it can be copied by hand. */
export const printedReference = (reference: string): string => reference.replace(/(\d{4})(?=\d)/g, '$1 ');

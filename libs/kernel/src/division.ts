/** A 12-digit statistical division code: 2 province, 2 city, 2 county, 3 township, 3 village. Six digits name a county. */
export type DivisionCode = string & { readonly __division: unique symbol };

export type DivisionLevel = 'province' | 'city' | 'county' | 'township' | 'village';

/** Pads a 2-, 4-, 6-, 9- or 12-digit code to twelve; undefined for anything else. */
export function findDivisionCode(text: string): DivisionCode | undefined {
  return /^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/.test(text) ? (text.padEnd(12, '0') as DivisionCode) : undefined;
}

export function divisionLevel(code: DivisionCode): DivisionLevel {
  if (!code.endsWith('000')) return 'village';
  if (code.slice(6, 9) !== '000') return 'township';
  if (code.slice(4, 6) !== '00') return 'county';
  return code.slice(2, 4) !== '00' ? 'city' : 'province';
}

/** The digits that every code in this division's subtree begins with. */
export function divisionPrefix(code: DivisionCode): string {
  const digits = { province: 2, city: 4, county: 6, township: 9, village: 12 }[divisionLevel(code)];
  return code.slice(0, digits);
}

export const countyOf = (code: DivisionCode): DivisionCode => (code.slice(0, 6) + '000000') as DivisionCode;

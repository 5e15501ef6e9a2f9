/** The first to the last number of a series, as a printed receipt bears them. */
export const printed = (code: string, no: bigint | string, digits: number): string =>
  code + String(no).padStart(digits, '0');

/** How many numbers one allotment may have at most. */
export const SERIES_MAX = 1_000_000n;

/**
 * The rate of correct records, as the source documents print it ("accuracy 99.9 %, 233 corrections"): one less the share
 * of records that had to be corrected, in percent, to one decimal place, halves up. No records, no rate.
 */
export function rateText(records: bigint, corrections: bigint): string | null {
  if (records <= 0n) return null;
  const tenths = (2_000n * (records - corrections) + records) / (2n * records);
  return `${tenths / 10n}.${tenths % 10n}`;
}

/** One line of the export; cells with a comma, quote or line end are quoted. What a spreadsheet would run is not. */
export const exportLine = (cells: readonly (string | null)[]): string =>
  cells
    .map((cell) => {
      const text = cell ?? '';
      const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    })
    .join(',');

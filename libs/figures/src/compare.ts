/** A share out of so many cases. */
export interface Share {
  readonly of: number;
  readonly yes: number;
}

/** Between which shares the truth lies with 95 per cent confidence. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const Z = 1.959963984540054; // 95 per cent, two-sided.

/** Wilson's score interval: stays within 0 and 1 and holds for few cases and extreme shares (Wilson 1927). */
export function wilson({ of, yes }: Share): Interval {
  if (of <= 0) throw new RangeError('a share of no cases');
  const [p, z2] = [yes / of, Z * Z];
  const middle = p + z2 / (2 * of);
  const reach = Z * Math.sqrt((p * (1 - p)) / of + z2 / (4 * of * of));
  const whole = 1 + z2 / of;
  return { low: Math.max(0, (middle - reach) / whole), high: Math.min(1, (middle + reach) / whole) };
}

/** The difference a − b with Newcombe's hybrid score interval (Newcombe 1998, method 10). */
export function differenceOfShares(a: Share, b: Share): Interval & { readonly difference: number } {
  const [pa, pb] = [a.yes / a.of, b.yes / b.of];
  const [wa, wb] = [wilson(a), wilson(b)];
  const difference = pa - pb;
  const low = difference - Math.sqrt((pa - wa.low) ** 2 + (wb.high - pb) ** 2);
  const high = difference + Math.sqrt((wa.high - pa) ** 2 + (pb - wb.low) ** 2);
  return { difference, low: Math.max(-1, low), high: Math.min(1, high) };
}

/** The smallest value that at least this part of all values does not exceed: one that really occurred. Null of none. */
export function quantile(sorted: readonly number[], part: number): number | null {
  if (sorted.length === 0) return null;
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!;
}

/**
 * An interval for the median that assumes no shape: the order statistics whose ranks a fair coin would not pass with 95 per
 * cent. Null where there are too few values for one.
 */
export function medianInterval(sorted: readonly number[]): Interval | null {
  const n = sorted.length;
  const reach = (Z * Math.sqrt(n)) / 2;
  const [low, high] = [Math.floor(n / 2 - reach), Math.ceil(n / 2 + 1 + reach)];
  return low < 1 || high > n ? null : { low: sorted[low - 1]!, high: sorted[high - 1]! };
}

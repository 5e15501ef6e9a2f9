import type { Fen } from '@app/kernel';

/**
 * What each share has when `total` of the whole has come in: its exact part rounded down, and the fen that are left to the
 * largest remainders. Cumulative, so that many small payments end where one large one does: at the whole, every share has exactly
 * its part. No payment takes from a share what it has already, and nothing that goes back gives a share more (`given` binds).
 */
export function spread(shares: readonly Fen[], given: readonly Fen[], total: Fen): Fen[] {
  const whole = sum(shares);
  if (total < 0n || total > whole) throw new RangeError(`spread: ${total} is not within 0 and ${whole}`);
  const isMore = total >= sum(given);
  const lowest = shares.map((_, i) => (isMore ? given[i]! : 0n));
  const highest = shares.map((share, i) => (isMore ? share : given[i]!));
  const parts = shares.map((share, i) => within(lowest[i]!, (total * share) / whole, highest[i]!));
  for (let left = total - sum(parts); left !== 0n; left = total - sum(parts)) {
    const one = left > 0n ? 1n : -1n;
    const hasRoom = (i: number): boolean => (one > 0n ? parts[i]! < highest[i]! : parts[i]! > lowest[i]!);
    // How far it is from its exact part, times the whole: a comparison of whole numbers.
    const lack = (i: number): Fen => (total * shares[i]! - parts[i]! * whole) * one;
    const next = shares
      .map((_, i) => i)
      .filter(hasRoom)
      .reduce((best, i) => (lack(i) > lack(best) ? i : best));
    parts[next] = parts[next]! + one;
  }
  return parts;
}

const sum = (parts: readonly Fen[]): Fen => parts.reduce((all, part) => all + part, 0n);
const within = (low: Fen, value: Fen, high: Fen): Fen => (value < low ? low : value > high ? high : value);

import { addMonths, type Day, type Fen, monthOf, yearOf } from '@app/kernel';
import { portion } from '../portability/portability.rules';

/** Days from, up to and not including, until. */
export interface Days {
  readonly from: Day;
  readonly until: Day;
}

/** What a budget bore. */
export interface Bearing {
  readonly level: string;
  readonly year: number;
  readonly fen: Fen;
}

/**
 * What each budget bore of one line of a batch. By the lines that come before it, so that the lines of a batch add up to the batch
 * to the fen at every level; the level that bears most takes what rounding leaves.
 * @param before Fen of the lines before this one.
 */
export function lineShares(shares: readonly Bearing[], before: Fen, fen: Fen): Bearing[] {
  const total = sum(shares);
  const most = shares.reduce((a, b) => (b.fen > a.fen ? b : a));
  const parts = shares
    .filter((share) => share !== most)
    .map((share) => ({ ...share, fen: ((before + fen) * share.fen) / total - (before * share.fen) / total }));
  const rest = fen - sum(parts);
  // Only where a line is of less than a few fen: then there is nothing to share.
  if (rest < 0n) return [{ ...most, fen }];
  return shares.map(
    (share) => parts.find(({ level, year }) => level === share.level && year === share.year) ?? { ...most, fen: rest },
  );
}

/** Splits an amount in the proportion of what the budgets bore, by largest remainder: no budget gets back more than it gave. */
export function proportion(shares: readonly Bearing[], fen: Fen): Bearing[] {
  const total = sum(shares);
  if (fen > total) throw new RangeError(`proportion: ${fen} fen of ${total}`);
  const parts = shares.map((share, at) => ({
    at,
    part: { ...share, fen: (share.fen * fen) / total },
    left: (share.fen * fen) % total,
  }));
  let rest = fen - sum(parts.map(({ part }) => part));
  const inTurn = [...parts].sort((a, b) => (a.left === b.left ? a.at - b.at : a.left > b.left ? -1 : 1));
  const more = new Set<number>();
  for (const { at } of inTurn) {
    if (rest === 0n) break;
    more.add(at);
    rest -= 1n;
  }
  return parts
    .map(({ at, part }) => (more.has(at) ? { ...part, fen: part.fen + 1n } : part))
    .filter((part) => part.fen > 0n);
}

/** What of the budgets' shares is not spoken for by earlier overpayments of the same payment. */
export function remaining(shares: readonly Bearing[], taken: readonly Bearing[]): Bearing[] {
  return shares
    .map((share) => ({
      ...share,
      fen: share.fen - sum(taken.filter(({ level, year }) => level === share.level && year === share.year)),
    }))
    .filter(({ fen }) => fen > 0n);
}

export const sum = (parts: readonly { readonly fen: Fen }[]): Fen => parts.reduce((total, { fen }) => total + fen, 0n);

/** Some days of a payment, and what is owed for the whole of it as if all its days were like these. */
export interface Stretch extends Days {
  /** What the whole payment would be by the rules of the place that these days are of. */
  readonly owedFen: Fen;
  /** What another place gives back for some of these days: the family's no longer to give. */
  readonly reimbursed: readonly (Days & { readonly fen: Fen })[];
}

/**
 * What was paid and not owed, and for which days. An amount that is less for all its days alike is not owed for the last of them.
 * Rounded in the family's favour.
 */
export function notOwed(
  paid: Days & { readonly fen: Fen },
  stretches: readonly Stretch[],
): (Days & { fen: Fen }) | null {
  let found: (Days & { fen: Fen }) | null = null;
  for (const stretch of stretches) {
    const less = paid.fen - stretch.owedFen;
    if (less <= 0n) continue;
    const ofStretch = portion(paid.fen, paid, stretch);
    const days = lastDays(stretch, ofStretch, portion(less, paid, stretch));
    const back = stretch.reimbursed.reduce((total, one) => total + portion(one.fen, one, days), 0n);
    const fen = portion(less, paid, stretch) - back;
    if (fen <= 0n) continue;
    found = found
      ? { from: min(found.from, days.from), until: max(found.until, days.until), fen: found.fen + fen }
      : { ...days, fen };
  }
  return found;
}

/** The last months of some days, as many as the amount is of the whole; a part of a month is a whole one. */
function lastDays({ from, until }: Days, whole: Fen, fen: Fen): Days {
  if (fen >= whole) return { from, until };
  const months = BigInt(Math.max(1, index(until) - index(from)));
  const count = Number((fen * months + whole - 1n) / whole);
  return { from: max(from, addMonths(until, -count)), until };
}

const index = (at: Day): number => yearOf(at) * 12 + monthOf(at);
const min = (a: Day, b: Day): Day => (a < b ? a : b);
const max = (a: Day, b: Day): Day => (a > b ? a : b);

/** Cuts days wherever one of the others begins or ends. */
export function cut(days: Days, others: readonly { readonly from: Day; readonly until: Day | null }[]): Days[] {
  const inside = others
    .flatMap(({ from, until }) => (until === null ? [from] : [from, until]))
    .filter((at) => at > days.from && at < days.until);
  const starts = [...new Set([days.from, ...inside])].sort();
  return starts.map((from, n) => ({ from, until: starts[n + 1] ?? days.until }));
}

export const covers = (other: { readonly from: Day; readonly until: Day | null }, { from, until }: Days): boolean =>
  other.from <= from && (other.until === null || until <= other.until);

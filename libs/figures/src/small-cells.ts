import { differenceOfShares, type Interval, medianInterval, quantile } from './compare';

/**
 * What may be shown of figures about cases: few kinds of household side by side, each figure and its remainder by itself, and
 * no sum of a hidden part. It does not guard trees of places whose totals add up: that is suppression.rules.ts of migrant/flow.
 */

/** Figures about fewer cases than this are not shown (domain/07). */
export const SMALLEST_SHOWN = 5;

/** The two kinds of household whose service is laid side by side. */
export const HOUSEHOLDS = ['local', 'newcomer'] as const;
export type Household = (typeof HOUSEHOLDS)[number];

/** One case that was decided. */
export interface DecidedCase {
  readonly household: Household;
  /** Calendar days from asking to the decision. */
  readonly days: number;
  readonly isGranted: boolean;
  /** Whether it waited for a person to look at it. */
  readonly wasHeld: boolean;
  /** How many papers or facts the family was asked for. */
  readonly papers: number;
}

/** What is kept of the cases of one kind of household: counts and quantiles, nobody. */
export interface AccessCounts {
  readonly household: Household;
  readonly cases: number;
  readonly granted: number;
  readonly held: number;
  /** Cases in which at least one paper was asked for. */
  readonly asked: number;
  /** All papers asked for. */
  readonly papers: number;
  readonly daysMedian: number | null;
  readonly daysMedianLow: number | null;
  readonly daysMedianHigh: number | null;
  /** Nine of ten were decided within so many days. */
  readonly daysNinth: number | null;
}

/** The same as it may be shown: a null is a figure about too few, or one that would give such a figure away. */
export type ShownCounts = { readonly household: Household | 'all'; readonly isTooFew: boolean } & {
  readonly [name in Exclude<keyof AccessCounts, 'household'>]: number | null;
};

export interface ShownGap extends Interval {
  /** Newcomers' share minus locals'. */
  readonly difference: number;
}

export function countAccess(household: Household, all: readonly DecidedCase[]): AccessCounts {
  const own = all.filter((one) => one.household === household);
  const days = own.map((one) => one.days).sort((a, b) => a - b);
  const median = medianInterval(days);
  const count = (is: (one: DecidedCase) => boolean) => own.filter(is).length;
  return {
    household,
    cases: own.length,
    granted: count((one) => one.isGranted),
    held: count((one) => one.wasHeld),
    asked: count((one) => one.papers > 0),
    papers: own.reduce((sum, one) => sum + one.papers, 0),
    daysMedian: quantile(days, 0.5),
    daysMedianLow: median?.low ?? null,
    daysMedianHigh: median?.high ?? null,
    daysNinth: quantile(days, 0.9),
  };
}

/** A part of a whole may be shown when neither it nor what is left of the whole is about a few. */
const isPartShown = (part: number, whole: number): boolean =>
  [part, whole - part].every((count) => count === 0 || count >= SMALLEST_SHOWN);

const NOTHING = {
  cases: null,
  granted: null,
  held: null,
  asked: null,
  papers: null,
  daysMedian: null,
  daysMedianLow: null,
  daysMedianHigh: null,
  daysNinth: null,
} as const;

/** Of so few that a quantile would be somebody's own number of days, none is shown. */
function showCounts(counts: AccessCounts): ShownCounts {
  const { household, cases, granted, held, asked, papers } = counts;
  if (cases < SMALLEST_SHOWN) return { household, isTooFew: true, ...NOTHING };
  const part = (count: number): number | null => (isPartShown(count, cases) ? count : null);
  // The number of papers says how many were asked for one as soon as nobody or everybody was.
  return {
    ...counts,
    isTooFew: false,
    granted: part(granted),
    held: part(held),
    asked: part(asked),
    papers: part(asked) === null ? null : papers,
  };
}

/**
 * Both kinds of household and all together. The sum is shown only where both parts are, figure by figure: else the part
 * that is hidden could be had by taking the shown one away.
 */
export function showAccess(counts: readonly AccessCounts[]): readonly ShownCounts[] {
  const shown = HOUSEHOLDS.map((household) => {
    const found = counts.find((one) => one.household === household);
    return found ? showCounts(found) : { household, isTooFew: true, ...NOTHING };
  });
  const sum = (name: 'cases' | 'granted' | 'held' | 'asked' | 'papers'): number | null =>
    shown.reduce<number | null>((all, { [name]: one }) => (all === null || one === null ? null : all + one), 0);
  const cases = sum('cases');
  const all = {
    ...NOTHING,
    household: 'all' as const,
    isTooFew: cases === null,
    cases,
    granted: sum('granted'),
    held: sum('held'),
    asked: sum('asked'),
    papers: sum('papers'),
  };
  return [...shown, all];
}

/** How far newcomers' share lies from locals', with its uncertainty; null where either is not shown. */
export function gapOf(shown: readonly ShownCounts[], name: 'granted' | 'held' | 'asked'): ShownGap | null {
  const of = (household: Household) => shown.find((one) => one.household === household);
  const [newcomers, locals] = [of('newcomer'), of('local')];
  const [a, b] = [newcomers?.[name], locals?.[name]];
  if (!newcomers?.cases || !locals?.cases || a === null || a === undefined || b === null || b === undefined)
    return null;
  return differenceOfShares({ of: newcomers.cases, yes: a }, { of: locals.cases, yes: b });
}

const COUNTED = ['cases', 'granted', 'held', 'asked'] as const;

/**
 * Whether what was published may be followed by what is known now: a difference of one to four would be a figure about so
 * few. Until then the old one stands, and the next look tries again.
 */
export const isCorrectable = (before: AccessCounts, after: AccessCounts): boolean =>
  COUNTED.every((name) => {
    const difference = Math.abs(before[name] - after[name]);
    return difference === 0 || difference >= SMALLEST_SHOWN;
  }) && JSON.stringify(before) !== JSON.stringify(after);

import { type AccessCounts, gapOf, isCorrectable, showAccess, type ShownCounts, SMALLEST_SHOWN } from './small-cells';

/** What is kept for a kind of household, a service or programme, a county and a quarter. */
export interface AccessLine extends AccessCounts {
  /** Asked before the end of the quarter and undecided then. */
  readonly waiting: number;
}

export interface AccessGroup extends Omit<ShownCounts, 'household'> {
  /** LOCAL, NEWCOMER or ALL. */
  readonly household: string;
  readonly waiting: number | null;
  /** Of those decided, in per cent with one decimal. */
  readonly grantedPercent: string | null;
}

/** Newcomers' share minus locals', in percentage points, with the interval that it lies in with 95 per cent confidence. */
export interface AccessGap {
  readonly of: string;
  readonly points: string;
  readonly low: string;
  readonly high: string;
  /** Whether chance alone is an unlikely reason: the interval leaves zero out. */
  readonly isBeyondChance: boolean;
}

export interface AccessView {
  readonly groups: readonly AccessGroup[];
  readonly gaps: readonly AccessGap[];
}

const OF = ['granted', 'held', 'asked'] as const;
const percent = (share: number): string => (share * 100).toFixed(1);
const enough = (count: number | undefined): number | null =>
  count === undefined || (count > 0 && count < SMALLEST_SHOWN) ? null : count;

/** What may be shown of two lines, small cells left out. */
export function viewOf(lines: readonly AccessLine[]): AccessView {
  const shown = showAccess(lines);
  const waiting = new Map(lines.map((line) => [line.household as string, enough(line.waiting)]));
  const [local, newcomer] = [waiting.get('local') ?? null, waiting.get('newcomer') ?? null];
  waiting.set('all', local === null || newcomer === null ? null : local + newcomer);
  const groups = shown.map((one) => ({
    ...one,
    household: one.household.toUpperCase(),
    waiting: waiting.get(one.household) ?? null,
    grantedPercent: one.granted === null || !one.cases ? null : percent(one.granted / one.cases),
  }));
  const gaps = OF.flatMap((of) => {
    const gap = gapOf(shown, of);
    if (!gap) return [];
    const [points, low, high] = [gap.difference, gap.low, gap.high].map(percent) as [string, string, string];
    return [{ of, points, low, high, isBeyondChance: gap.low > 0 || gap.high < 0 }];
  });
  return { groups, gaps };
}

const countsOf = ({ waiting: _, ...counts }: AccessLine): AccessCounts => counts;

/** Whether new lines may follow the published ones as a correction: something changed, and by no less than five anywhere. */
export function isCorrection(before: readonly AccessLine[], after: readonly AccessLine[]): boolean {
  const pairs = after.map((line) => [before.find((one) => one.household === line.household)!, line] as const);
  const same = (a: AccessLine, b: AccessLine) =>
    JSON.stringify(sorted(countsOf(a))) === JSON.stringify(sorted(countsOf(b)));
  return (
    pairs.some(([a, b]) => !same(a, b)) &&
    pairs.every(([a, b]) => same(a, b) || isCorrectable(countsOf(a), countsOf(b)))
  );
}

const sorted = (counts: AccessCounts): [string, unknown][] =>
  Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));

/** The head of the file that goes with a view. */
export const VIEW_HEAD = [
  'correction',
  'household',
  'cases',
  'granted',
  'granted_percent',
  'held',
  'asked',
  'papers',
  'days_median',
  'days_median_low',
  'days_median_high',
  'days_ninth',
  'waiting',
];

/** Its lines; what is not shown is an empty cell. */
export const viewCells = ({ groups }: AccessView, correction: number): (string | number | null)[][] =>
  groups.map((one) => [
    correction,
    one.household,
    one.cases,
    one.granted,
    one.grantedPercent,
    one.held,
    one.asked,
    one.papers,
    one.daysMedian,
    one.daysMedianLow,
    one.daysMedianHigh,
    one.daysNinth,
    one.waiting,
  ]);

/** Checks of figures as another authority states them. A figure that is missing is never made up. */

/** Parts of one group add up to the total; `apart` stands for itself and is put into no sum. */
export const STATED_GROUPS = ['total', 'distance', 'sex', 'age', 'direction', 'apart'] as const;
export type StatedGroup = (typeof STATED_GROUPS)[number];

/** Groups whose parts are a closed list; those of the others are free. */
const STATED_ITEMS: Readonly<Partial<Record<StatedGroup, readonly string[]>>> = {
  total: ['total'],
  distance: ['cross-province', 'within-province', 'within-county', 'unknown'],
  sex: ['male', 'female', 'unknown'],
  direction: ['in', 'out'],
};

/** What stands in the cell: a number, digits that cannot be read (`20xx`), or nothing. */
export type StatedCount =
  | { readonly kind: 'known'; readonly count: number }
  | { readonly kind: 'masked'; readonly mask: string }
  | { readonly kind: 'missing' };

/** One figure of a stated table, with the line it stands on. */
export interface StatedFigure {
  readonly line: number;
  readonly group: StatedGroup;
  readonly item: string;
  readonly count: StatedCount;
}

export type StatedCode =
  | 'STATED_PARTS_DIFFER'
  | 'STATED_PARTS_EXCEED'
  | 'STATED_MASK_CONTRADICTED'
  | 'STATED_ITEM_TWICE'
  | 'STATED_ITEM_UNKNOWN'
  | 'STATED_MASK_OPEN'
  | 'STATED_NO_TOTAL'
  | 'STATED_EQUAL_COUNTS';

/** Warnings keep nobody's table out. */
export const STATED_WARNINGS: ReadonlySet<StatedCode> = new Set<StatedCode>([
  'STATED_MASK_OPEN',
  'STATED_NO_TOTAL',
  'STATED_EQUAL_COUNTS',
]);

export interface StatedFinding {
  readonly code: StatedCode;
  readonly line: number;
  readonly group: StatedGroup;
  readonly item: string;
  /** What the sentence needs: sums, counts, the other item. */
  readonly facts: Readonly<Record<string, string | number>>;
}

/** A figure as it is kept: solved where masked digits can only be one number. */
export interface CheckedFigure {
  readonly line: number;
  readonly group: StatedGroup;
  readonly item: string;
  readonly count: number | null;
  readonly mask: string | null;
}

export interface CheckedTable {
  readonly figures: readonly CheckedFigure[];
  readonly findings: readonly StatedFinding[];
}

const MISSING = new Set(['', '-', '—', '/', 'n/a', 'na', '不详', '未提供', '无数据', '未统计']);
const MASKED_DIGITS_MAX = 3;

/** What a cell says; undefined when it is no whole number, no number with masked digits and no word for "not available". */
export function findStatedCount(cell: string): StatedCount | undefined {
  const text = cell.normalize('NFKC').trim().toLowerCase();
  if (MISSING.has(text)) return { kind: 'missing' };
  const digits = /^\d{1,3}(,\d{3})+$/.test(text) ? text.replaceAll(',', '') : text;
  if (/^\d{1,9}$/.test(digits)) return { kind: 'known', count: Number(digits) };
  const mask = text.replace(/[*×某?]/g, 'x');
  if (!/^(?=.*x)[\dx]{1,9}$/.test(mask) || mask.replaceAll(/\d/g, '').length > MASKED_DIGITS_MAX) return undefined;
  return { kind: 'masked', mask };
}

/** Every number that masked digits can be; a number of several digits begins with none that is nought. */
function candidatesOf(mask: string): number[] {
  let texts = [''];
  for (const char of mask) {
    const digits = char === 'x' ? [...'0123456789'] : [char];
    texts = texts.flatMap((text) => digits.map((digit) => text + digit));
  }
  return texts.filter((text) => text.length === 1 || !text.startsWith('0')).map(Number);
}

/** A stated table looked through: masked digits solved where they can only be one number, and what contradicts what. */
export function checkStatedTable(stated: readonly StatedFigure[]): CheckedTable {
  const findings = misnamed(stated);
  const usable = stated.filter((one) => !findings.some(({ line }) => line === one.line));
  const total = usable.find(({ group }) => group === 'total');
  const groups = groupsOf(usable);
  if (!total && groups.size > 0) {
    const [first] = [...groups.values()][0]!;
    findings.push(finding('STATED_NO_TOTAL', first!, {}));
  }
  const possible = new Map(usable.map((one) => [one, numbersOf(one.count)]));
  solve(total, groups, possible);
  for (const [one, numbers] of possible) {
    if (one.count.kind !== 'masked') continue;
    if (numbers!.length === 0) findings.push(finding('STATED_MASK_CONTRADICTED', one, { mask: one.count.mask }));
    if (numbers!.length > 1)
      findings.push(finding('STATED_MASK_OPEN', one, { mask: one.count.mask, ways: numbers!.length }));
  }
  const figures = usable.map((one): CheckedFigure => {
    const numbers = possible.get(one);
    const { line, group, item } = one;
    const mask = one.count.kind === 'masked' ? one.count.mask : null;
    return { line, group, item, count: numbers?.length === 1 ? numbers[0]! : null, mask };
  });
  findings.push(...sums(total, groups, figures), ...equalCounts(figures));
  return { figures, findings };
}

const finding = (
  code: StatedCode,
  { line, group, item }: Pick<StatedFigure, 'line' | 'group' | 'item'>,
  facts: StatedFinding['facts'],
): StatedFinding => ({ code, line, group, item, facts });

function misnamed(stated: readonly StatedFigure[]): StatedFinding[] {
  const seen = new Set<string>();
  return stated.flatMap((one) => {
    const allowed = STATED_ITEMS[one.group];
    if (allowed && !allowed.includes(one.item)) {
      return [finding('STATED_ITEM_UNKNOWN', one, { allowed: allowed.join(', ') })];
    }
    const key = `${one.group} ${one.item}`;
    if (seen.has(key)) return [finding('STATED_ITEM_TWICE', one, {})];
    seen.add(key);
    return [];
  });
}

function groupsOf(stated: readonly StatedFigure[]): Map<StatedGroup, StatedFigure[]> {
  const groups = new Map<StatedGroup, StatedFigure[]>();
  for (const one of stated) {
    if (one.group === 'total' || one.group === 'apart') continue;
    groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  }
  return groups;
}

/** All that a count can be; null where nothing was said, which is any number. */
const numbersOf = (count: StatedCount): number[] | null =>
  count.kind === 'known' ? [count.count] : count.kind === 'masked' ? candidatesOf(count.mask) : null;

type Possible = Map<StatedFigure, number[] | null>;

/** Takes away what masked digits cannot be, group by group, until nothing more follows. */
function solve(
  total: StatedFigure | undefined,
  groups: ReadonlyMap<StatedGroup, StatedFigure[]>,
  possible: Possible,
): void {
  if (!total) return;
  for (let before = -1, left = 0; before !== left;) {
    before = left;
    for (const parts of groups.values()) narrow(total, parts, possible);
    left = [...possible.values()].reduce((sum, numbers) => sum + (numbers?.length ?? 0), 1);
  }
}

function narrow(total: StatedFigure, parts: readonly StatedFigure[], possible: Possible): void {
  const isMissing = parts.some((part) => possible.get(part) === null);
  const masked = [total, ...parts].filter(({ count }) => count.kind === 'masked');
  for (const one of masked) {
    const numbers = possible.get(one)!;
    const others = parts.filter((part) => part !== one);
    const sums = sumsOf(others, possible);
    if (!sums) continue; // Too many ways to look through: left as it is, and warned of.
    const totals = possible.get(total);
    if (totals === null) continue;
    const fits = (n: number): boolean =>
      one === total
        ? [...sums].some((sum) => (isMissing ? sum <= n : sum === n))
        : [...sums].some((sum) => totals!.some((whole) => (isMissing ? sum + n <= whole : sum + n === whole)));
    possible.set(one, numbers.filter(fits));
  }
}

const WAYS_MAX = 20_000;

/** Every sum that these can have, what is missing left out; undefined when there are too many. */
function sumsOf(parts: readonly StatedFigure[], possible: Possible): Set<number> | undefined {
  let sums = new Set([0]);
  for (const part of parts) {
    const numbers = possible.get(part);
    if (!numbers) continue;
    if (sums.size * numbers.length > WAYS_MAX) return undefined;
    sums = new Set([...sums].flatMap((sum) => numbers.map((n) => sum + n)));
  }
  return sums;
}

function sums(
  total: StatedFigure | undefined,
  groups: ReadonlyMap<StatedGroup, StatedFigure[]>,
  figures: readonly CheckedFigure[],
): StatedFinding[] {
  const whole = figures.find(({ group }) => group === 'total')?.count;
  if (!total || whole === null || whole === undefined) return [];
  return [...groups.keys()].flatMap((group) => {
    const parts = figures.filter((one) => one.group === group);
    const sum = parts.reduce((all, { count }) => all + (count ?? 0), 0);
    // Parts that the list of the group has and nobody stated are as missing as those left blank.
    const isComplete =
      parts.every(({ count }) => count !== null) &&
      (STATED_ITEMS[group] ?? []).every((item) => item === 'unknown' || parts.some((part) => part.item === item));
    const facts = { total: whole, sum, off: Math.abs(whole - sum) };
    if (sum > whole) return [finding(isComplete ? 'STATED_PARTS_DIFFER' : 'STATED_PARTS_EXCEED', parts[0]!, facts)];
    return isComplete && sum < whole ? [finding('STATED_PARTS_DIFFER', parts[0]!, facts)] : [];
  });
}

const COINCIDENCE_FROM = 100;

/** The same number twice is a slip of the pen more often than not, where neither is a part of the other. */
function equalCounts(figures: readonly CheckedFigure[]): StatedFinding[] {
  return figures.flatMap((one, i) => {
    if (one.count === null || one.count < COINCIDENCE_FROM) return [];
    const twin = figures.slice(0, i).find(({ count, group }) => count === one.count && isUnrelated(group, one.group));
    return twin ? [finding('STATED_EQUAL_COUNTS', one, { count: one.count, other: twin.item })] : [];
  });
}

/** A total may be all of one part; two parts of different groups, or what stands apart, have nothing to do with each other. */
const isUnrelated = (a: StatedGroup, b: StatedGroup): boolean =>
  a === 'apart' || b === 'apart' || (a !== 'total' && b !== 'total');

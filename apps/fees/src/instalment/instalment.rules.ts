import { addMonths, type Day, type Fen, monthOf, yearOf } from '@app/kernel';
import { periodEnd } from '@app/working-days';
import type {
  Bounds,
  Declaration,
  EarlyHow,
  Fault,
  InstalmentRule,
  Pause,
  PlannedInstalment,
  Preview,
  Side,
  Terms,
} from './instalment.types';

const YUAN = 100n;

/** No plan has more parts than fifty years have months; a declared hardship lifts every other bound of their number. */
export const MONTHS_MAX = 600;

const sumOf = (parts: readonly Fen[]): Fen => parts.reduce((sum, part) => sum + part, 0n);
const wholeYuan = (fen: Fen): Fen => (fen / YUAN) * YUAN;
const least = (a: Fen, b: Fen): Fen => (a < b ? a : b);
const most = (a: Fen, b: Fen): Fen => (a > b ? a : b);

/** A sum in so many parts: whole yuan, all alike, the remainder in the last. No part is below one yuan while there is a choice. */
export function partsByMonths(total: Fen, months: number): Fen[] {
  assertSum(total);
  if (!Number.isSafeInteger(months) || months < 1) throw new RangeError(`not a number of months: ${months}`);
  const count = Number(least(BigInt(months), most(1n, total / YUAN)));
  if (count > MONTHS_MAX) throw new RangeError(`more than ${MONTHS_MAX} parts`);
  const part = count === 1 ? total : wholeYuan(total / BigInt(count));
  return [...Array<Fen>(count - 1).fill(part), total - part * BigInt(count - 1)];
}

/** A sum in parts of so much a month, in whole yuan; the last is what remains, and never more than the others. */
export function partsByMonthly(total: Fen, monthly: Fen): Fen[] {
  assertSum(total);
  const part = wholeYuan(monthly);
  if (part < YUAN) throw new RangeError('a monthly sum is at least one yuan');
  const count = Number(monthsBy(total, part));
  if (count > MONTHS_MAX) throw new RangeError(`more than ${MONTHS_MAX} parts`);
  return [...Array<Fen>(count - 1).fill(part), total - part * BigInt(count - 1)];
}

const monthsBy = (total: Fen, part: Fen): bigint => (total + part - 1n) / part;

function assertSum(total: Fen): void {
  if (total <= 0n) throw new RangeError('there is nothing to divide');
}

/** The day on which it is due: a day off rolls forward to the next working day; of years not published yet, weekends only. */
export const dueDay = (nominal: Day): Day => periodEnd(nominal, 0, 'count-weekdays');

/** A calendar that was published since may roll a day further, and never takes one back that was told. */
export const dueAsPublished = (nominal: Day, toldOn: Day): Day => {
  const rolled = dueDay(nominal);
  return rolled > toldOn ? rolled : toldOn;
};

/** The day of the month that is meant for each part: monthly from the first, all counted from it, so that the 31st comes back. */
export const nominalDays = (firstOn: Day, count: number, pause: Pause | null): Day[] =>
  Array.from({ length: count }, (_, at) => addMonths(firstOn, at + (pause && at >= pause.after ? pause.months : 0)));

/** What somebody can pay in a month by their own words: a share of what is left beside needs, and never out of what everybody needs. */
export function affordableOf(
  { incomeFen, outlaysFen, people }: Declaration,
  { livingFen, affordablePercent }: Pick<InstalmentRule, 'livingFen' | 'affordablePercent'>,
): Fen {
  const needs = most(outlaysFen, livingFen * BigInt(people));
  return wholeYuan((most(0n, incomeFen - needs) * BigInt(affordablePercent)) / 100n);
}

/** The bounds of a plan. Hardship is that less is affordable than the bounds ask for: it widens them and refuses nothing. */
export function boundsOf(total: Fen, rule: InstalmentRule, declared: Declaration | null): Bounds {
  const { mostMonths, leastFen, longestPauseMonths } = rule;
  const affordableFen = declared && affordableOf(declared, rule);
  const asked = most(least(leastFen, total), monthsBy(total, BigInt(mostMonths)));
  if (affordableFen === null || affordableFen >= asked) {
    return { mostMonths, leastFen, longestPauseMonths, affordableFen, isHardship: false, asksWaiver: false };
  }
  return {
    mostMonths: MONTHS_MAX,
    leastFen: least(leastFen, most(YUAN, affordableFen)),
    longestPauseMonths: Math.max(longestPauseMonths, rule.hardshipPauseMonths),
    affordableFen,
    isHardship: true,
    asksWaiver: affordableFen * BigInt(rule.hardshipMonths) < total,
  };
}

/** The plan that the terms make of a sum, and in what it leaves the bounds. Only an officer is held to what is affordable. */
export function preview(
  total: Fen,
  terms: Terms,
  side: Exclude<Side, 'rule'>,
  today: Day,
  rule: InstalmentRule,
  declared: Declaration | null,
): Preview {
  const bounds = boundsOf(total, rule, declared);
  const { firstOn, pause } = terms;
  const faults: Fault[] = [];
  const count = countOf(total, terms);
  if (count > bounds.mostMonths) faults.push('too-many-months');
  const parts = count > MONTHS_MAX ? [] : partsBy(total, terms);
  if (parts.length > 1 && parts[0]! < bounds.leastFen) faults.push('too-little');
  const { affordableFen } = bounds;
  if (side === 'officer' && affordableFen !== null && parts.some((part) => part > affordableFen))
    faults.push('more-than-affordable');
  if (firstOn <= today) faults.push('begins-too-soon');
  const longest = bounds.longestPauseMonths;
  if (firstOn > addMonths(today, 1 + longest) || (pause && pause.months > longest)) faults.push('pause-too-long');
  if (pause && (pause.after >= parts.length || pause.after < 1 || pause.months < 1)) faults.push('pause-nowhere');
  return { totalFen: total, instalments: planned(parts, nominalDays(firstOn, parts.length, pause)), bounds, faults };
}

const countOf = (total: Fen, { months, monthlyFen }: Terms): bigint =>
  monthlyFen === null ? BigInt(months!) : monthsBy(total, wholeYuan(monthlyFen));

const partsBy = (total: Fen, { months, monthlyFen }: Terms): Fen[] =>
  monthlyFen === null ? partsByMonths(total, months!) : partsByMonthly(total, monthlyFen);

export const planned = (parts: readonly Fen[], nominal: readonly Day[]): PlannedInstalment[] =>
  parts.map((fen, at) => ({ no: at + 1, fen, nominalOn: nominal[at]!, dueOn: dueDay(nominal[at]!) }));

/** Money that names no instalment fills the earliest first. Gives what each takes; what is too much stays over. */
export const spreadFirst = (open: readonly Fen[], fen: Fen): Fen[] => {
  let left = fen;
  return open.map((part) => {
    const taken = least(part, left);
    left -= taken;
    return taken;
  });
};

/** What is cut, and what is paid early to be done sooner, takes the last away first. */
export const spreadLast = (open: readonly Fen[], fen: Fen): Fen[] => spreadFirst([...open].reverse(), fen).reverse();

/** What is paid early to pay less a month is taken of each alike, in whole yuan; what that leaves over comes off the last. */
export function spreadEven(open: readonly Fen[], fen: Fen): Fen[] {
  const total = sumOf(open);
  const all = least(fen, total);
  if (total === 0n) return open.map(() => 0n);
  const alike = open.map((part) => wholeYuan((part * all) / total));
  const over = spreadLast(
    open.map((part, at) => part - alike[at]!),
    all - sumOf(alike),
  );
  return alike.map((part, at) => part + over[at]!);
}

export const spreadEarly = (how: EarlyHow, open: readonly Fen[], fen: Fen): Fen[] =>
  how === 'shorten' ? spreadLast(open, fen) : spreadEven(open, fen);

/** An instalment as the rule on missed payments looks at it. */
export interface Watched {
  readonly openFen: Fen;
  readonly nominalOn: Day;
  readonly dueOn: Day;
  readonly graceUntil: Day | null;
}

/** Due and not paid: reminded of once, on a later day than it was due. */
export const isOverdue = ({ openFen, nominalOn, dueOn }: Watched, today: Day): boolean =>
  openFen > 0n && today > dueAsPublished(nominalOn, dueOn);

/** Until when a missed payment can be made good: counted from the reminder, never from before it. */
export const graceEnd = (remindedOn: Day, graceDays: number): Day => periodEnd(remindedOn, graceDays, 'count-weekdays');

/** Missed is what was reminded of and still is open after the days of grace. */
export const isMissed = ({ openFen, graceUntil }: Watched, today: Day): boolean =>
  openFen > 0n && graceUntil !== null && today > graceUntil;

/** A plan breaks by so many missed instalments, or where all that is open is missed. One that is made good counts no more. */
export function isBroken(parts: readonly Watched[], today: Day, breakAfter: number): boolean {
  const open = parts.filter(({ openFen }) => openFen > 0n);
  const missed = open.filter((part) => isMissed(part, today));
  return missed.length > 0 && (missed.length >= breakAfter || missed.length === open.length);
}

/** A payment request that there should be: of an instalment, or, without one, of what is paid early. */
export interface WantedRequest {
  readonly at: number | null;
  readonly fen: Fen;
}

/** One request for each open instalment; what somebody wants to pay early is asked for beside them, out of the same sum. */
export function wantedRequests(
  open: readonly Fen[],
  early: { readonly openFen: Fen; readonly how: EarlyHow } | null,
): WantedRequest[] {
  const fen = early ? least(early.openFen, sumOf(open)) : 0n;
  const taken = spreadEarly(early?.how ?? 'shorten', open, fen);
  const parts = open.map((part, at) => ({ at, fen: part - taken[at]! }));
  return [...(fen > 0n ? [{ at: null, fen }] : []), ...parts].filter((one) => one.fen > 0n);
}

/** After a suspension: the open instalments by so many whole months later that the first lies ahead. */
export function later(nominal: readonly Day[], today: Day): Day[] {
  const first = nominal[0];
  if (first === undefined || dueDay(first) > today) return [...nominal];
  const apart = (yearOf(today) - yearOf(first)) * 12 + monthOf(today) - monthOf(first);
  const months = dueDay(addMonths(first, apart)) > today ? apart : apart + 1;
  return nominal.map((one) => addMonths(one, months));
}

/** An instalment as money is counted for it. */
export interface Counted {
  readonly id: string;
  readonly paidFen: Fen;
  readonly namedFen: Fen;
  readonly droppedFen: Fen;
  readonly openFen: Fen;
  readonly remindedOn: Day | null;
  readonly graceUntil: Day | null;
  readonly missedOn: Day | null;
  readonly paidOn: Day | null;
}

/** What came in and fell away by now, of everything that a plan is over. */
export interface MoneyIn {
  /** Received and cut since the plan was put forward. */
  readonly receivedFen: Fen;
  readonly cutFen: Fen;
  readonly openFen: Fen;
  /** On payment requests that name an instalment, or what is paid early, by its id. */
  readonly named: ReadonlyMap<string, Fen>;
  /** What is asked for by the same: more than is open where a receipt was taken back. */
  readonly asked: ReadonlyMap<string, Fen>;
}

export interface EarlyMoney {
  readonly id: string;
  readonly paidFen: Fen;
  readonly how: EarlyHow;
}

/**
 * Counts what came in: for the instalment that its request names; what was to be paid early, as its payer chose; everything
 * else for the earliest. What was cut takes the last away. Where nothing is open any more, nothing is left of the plan. A receipt
 * that is taken back opens what is asked for again, and else the last.
 */
export function countIn<I extends Counted, E extends EarlyMoney>(
  before: readonly I[],
  earlies: readonly E[],
  money: MoneyIn,
  today: Day,
): { instalments: I[]; earlies: E[] } {
  const total = (rows: readonly I[], of: (row: I) => Fen): Fen => sumOf(rows.map(of));
  let left = most(0n, money.receivedFen - total(before, (row) => row.paidFen));
  let rows = takenBack(before, total(before, (row) => row.paidFen) - most(0n, money.receivedFen), money.asked).map(
    (row) => {
      const named = (money.named.get(row.id) ?? 0n) - row.namedFen;
      const taken = least(least(named, row.openFen), left);
      left -= taken;
      return { ...row, namedFen: row.namedFen + named, paidFen: row.paidFen + taken, openFen: row.openFen - taken };
    },
  );
  const pay = (taken: readonly Fen[]): void => {
    left -= sumOf(taken);
    rows = rows.map((row, at) => ({ ...row, paidFen: row.paidFen + taken[at]!, openFen: row.openFen - taken[at]! }));
  };
  const after = earlies.map((early) => {
    const paidFen = money.named.get(early.id) ?? 0n;
    pay(spreadEarly(early.how, openOf(rows), least(left, most(0n, paidFen - early.paidFen))));
    return { ...early, paidFen };
  });
  pay(spreadFirst(openOf(rows), left));
  const paidUp = rows.map((row, at) =>
    row.openFen === 0n && before[at]!.openFen > 0n ? { ...row, paidOn: today } : row,
  );
  const cut =
    money.openFen === 0n ? total(paidUp, (row) => row.openFen) : money.cutFen - total(paidUp, (row) => row.droppedFen);
  const dropped = spreadLast(openOf(paidUp), most(0n, cut));
  return { instalments: paidUp.map((row, at) => drop(row, dropped[at]!)), earlies: after };
}

/** What was counted too much is open again, and whatever followed from its being late is as if it had not been. */
function takenBack<I extends Counted>(rows: readonly I[], fen: Fen, asked: ReadonlyMap<string, Fen>): I[] {
  if (fen <= 0n) return [...rows];
  let left = fen;
  const open = (row: I, limit: Fen): I => {
    const back = least(least(row.paidFen, limit), left);
    if (back <= 0n) return row;
    left -= back;
    const anew = { remindedOn: null, graceUntil: null, missedOn: null, paidOn: null };
    return { ...row, paidFen: row.paidFen - back, openFen: row.openFen + back, ...anew };
  };
  const again = rows.map((row) => open(row, (asked.get(row.id) ?? 0n) - row.openFen));
  return again
    .reverse()
    .map((row) => open(row, row.paidFen))
    .reverse();
}

const openOf = (rows: readonly Counted[]): Fen[] => rows.map(({ openFen }) => openFen);

const drop = <I extends Counted>(row: I, fen: Fen): I => ({
  ...row,
  droppedFen: row.droppedFen + fen,
  openFen: row.openFen - fen,
});

/** What is still open is carried on elsewhere: by another plan, or by a request for the rest. */
export const dropAll = <I extends Counted>(rows: readonly I[]): I[] => rows.map((row) => drop(row, row.openFen));

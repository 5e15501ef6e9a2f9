import { addDays, type Answer, type Day, type DaySpan, spanOf, type UncertainPeriod } from '@app/kernel';
import { isWithin, placeOn } from './place.rules';
import {
  type AnswerSpan,
  type AskedPeriod,
  type HeldPeriod,
  RESIDENCE_BASES,
  type StatedDay,
  type StatedResidence,
  type Succession,
} from './residence.types';

/** The days that a stated day can be; null is without a bound. */
interface Bound {
  readonly first: Day | null;
  readonly last: Day | null;
  readonly isExact: boolean;
}

const boundOf = (at: StatedDay): Bound => {
  if (at === 'unknown') return { first: null, last: null, isExact: false };
  return { ...spanOf(at), isExact: at.length === 10 };
};

const after = (at: Day): Day => addDays(at, 1);
const earliest = (a: Day | null, b: Day | null): Day | null => (a === null ? b : b === null || a < b ? a : b);
const latest = (a: Day | null, b: Day | null): Day | null => (a === null ? b : b === null || a > b ? a : b);

/** Empty spans become undefined. */
const spanFrom = (from: Day | null, until: Day | null): DaySpan | undefined =>
  from !== null && until !== null && from >= until ? undefined : { from, until };

const meet = (a: DaySpan, b: DaySpan): boolean =>
  (a.from === null || b.until === null || a.from < b.until) &&
  (b.from === null || a.until === null || b.from < a.until);

const canBeTheSame = (a: Bound, b: Bound): boolean =>
  (a.first === null || b.last === null || a.first <= b.last) &&
  (b.first === null || a.last === null || b.first <= a.last);

/**
 * The days of a stay by what is known of its first day and of the first day after it. As the Dutch BRP counts: while a day
 * is known by its month or year only, every day of that month or year is possible and none of them is sure.
 */
export function stayOf(starts: StatedDay, ends: StatedDay | null): UncertainPeriod | undefined {
  return between(boundOf(starts), ends === null ? undefined : boundOf(ends));
}

function between(begin: Bound, end: Bound | undefined): UncertainPeriod | undefined {
  const valid = spanFrom(begin.first, end ? possibleUntil(end) : null);
  if (!valid) return undefined;
  return { valid, certain: certainBetween(begin, end) };
}

/** The first day on which it can no longer be so, where this is when it ends. */
const possibleUntil = (end: Bound): Day | null => (end.isExact || end.last === null ? end.last : after(end.last));

function certainBetween(begin: Bound, end: Bound | undefined): DaySpan | null {
  if (begin.last === null || (end && end.first === null)) return null;
  return spanFrom(begin.isExact ? begin.last : after(begin.last), end?.first ?? null) ?? null;
}

/** 0 is the strongest: what an officer found to be so, then by grade of evidence. */
export const strengthOf = ({ basis, isUpheld }: Pick<StatedResidence, 'basis' | 'isUpheld'>): number =>
  isUpheld ? 0 : 1 + RESIDENCE_BASES.indexOf(basis);

/** Notices in an order that does not depend on which came first: the stronger, the more precise, then by what they say. */
function inOrder<N extends StatedResidence>(notices: readonly N[]): N[] {
  const precision = (at: StatedDay | null) => (at === null ? 0 : at === 'unknown' ? 9 : 10 - at.length);
  const keyOf = (one: N) =>
    [
      strengthOf(one),
      precision(one.starts),
      one.starts,
      one.placeCode,
      precision(one.ends),
      one.ends,
      one.cameFrom,
    ].join('\n');
  return [...notices].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
}

/** A stay that one notice says, or several agreeing ones: the strongest stands for it. */
interface Stay<N extends StatedResidence> {
  readonly notice: N;
  readonly place: string;
  readonly strength: number;
  readonly begin: Bound;
  cameFrom: string | null;
  end: End | undefined;
}

interface End {
  readonly bound: Bound;
  readonly strength: number;
  /** Said together with the beginning: a plan rather than something that happened. */
  readonly isForeseen: boolean;
}

/**
 * Where somebody lived, by everything that was said and was not withdrawn: the same for any order in which it was said.
 * Agreeing notices are one stay, the strongest of them; the next stay ends the one before; a notice that a stronger one
 * contradicts stands beside it under investigation, and of two equals both do.
 */
export function periodsOf<N extends StatedResidence>(notices: readonly N[]): HeldPeriod<N>[] {
  const ordered = inOrder(notices);
  const stays = joinAgreeing(ordered);
  for (const end of ordered.filter(({ kind }) => kind === 'end')) endStay(stays, end);
  const death = ordered.find(({ kind }) => kind === 'death');
  const died = death ? boundOf(death.ends!) : undefined;

  const sorted = bySequence(stays);
  const disputed = contradicted(sorted, died);
  const accepted = withoutRepeats(sorted.filter((stay) => !disputed.has(stay)));
  const held = accepted.flatMap((stay, i) =>
    heldOf(stay, accepted[i - 1], accepted[i + 1], accepted.slice(i + 1), died),
  );
  const beside = sorted.filter((stay) => disputed.has(stay)).flatMap((stay) => besideOf(stay));
  return [...held, ...beside];
}

function joinAgreeing<N extends StatedResidence>(ordered: readonly N[]): Stay<N>[] {
  const stays: Stay<N>[] = [];
  for (const notice of ordered.filter(({ kind }) => kind === 'stay')) {
    const begin = boundOf(notice.starts!);
    const strength = strengthOf(notice);
    const end = notice.ends === null ? undefined : { bound: boundOf(notice.ends), strength, isForeseen: true };
    const same = stays.find((stay) => stay.place === notice.placeCode && canBeTheSame(stay.begin, begin));
    if (same) {
      same.end ??= end;
      same.cameFrom ??= notice.cameFrom;
    } else stays.push({ notice, place: notice.placeCode!, strength, begin, cameFrom: notice.cameFrom, end });
  }
  return stays;
}

/** Ends the last stay at the place that had begun by then, unless something at least as strong says when it ended. */
function endStay<N extends StatedResidence>(stays: readonly Stay<N>[], notice: N): void {
  const bound = boundOf(notice.ends!);
  const begun = stays.filter(
    ({ place, begin }) =>
      place === notice.placeCode && (begin.first === null || bound.last === null || begin.first <= bound.last),
  );
  const [last] = begun.sort((a, b) => compareBounds(b.begin, a.begin));
  const strength = strengthOf(notice);
  const isBetter =
    !last?.end || strength < last.end.strength || (last.end.isForeseen && strength === last.end.strength);
  if (last && isBetter) last.end = { bound, strength, isForeseen: false };
}

function compareBounds(a: Bound, b: Bound): number {
  if (a.first !== b.first) return a.first === null ? -1 : b.first === null ? 1 : a.first < b.first ? -1 : 1;
  if (a.last !== b.last) return a.last === null ? 1 : b.last === null ? -1 : a.last < b.last ? -1 : 1;
  return 0;
}

/** Whether one notice says that the person came from the other's place, and the days leave room for it. */
const saysItFollows = <N extends StatedResidence>(later: Stay<N>, earlier: Stay<N>): boolean =>
  later.cameFrom === earlier.place && earlier.cameFrom !== later.place && canBeTheSame(later.begin, earlier.begin);

/** By first day; where the days leave it open, by where somebody says to have come from. */
function bySequence<N extends StatedResidence>(stays: readonly Stay<N>[]): Stay<N>[] {
  const sorted = [...stays].sort((a, b) => compareBounds(a.begin, b.begin));
  for (const later of [...sorted]) {
    const earlier = sorted.find((stay) => saysItFollows(later, stay));
    if (!earlier || sorted.indexOf(earlier) < sorted.indexOf(later)) continue;
    sorted.splice(sorted.indexOf(earlier), 1);
    sorted.splice(sorted.indexOf(later), 0, earlier);
  }
  return sorted;
}

/** The stays that cannot stand: those contradicted by a stronger one that does, and equals that contradict each other. */
function contradicted<N extends StatedResidence>(sorted: readonly Stay<N>[], died: Bound | undefined): Set<Stay<N>> {
  const disputed = new Set<Stay<N>>();
  const accepted: Stay<N>[] = [];
  for (const strength of new Set(sorted.map((stay) => stay.strength).sort((a, b) => a - b))) {
    const equals = sorted.filter((stay) => stay.strength === strength);
    const isOut = (stay: Stay<N>) =>
      (died !== undefined && strength > 0 && isAfter(stay.begin, died)) ||
      accepted.some((other) => contradict(sorted, stay, other));
    const open = equals.filter((stay) => !isOut(stay));
    const standing = open.filter((stay) => !open.some((other) => other !== stay && contradict(sorted, stay, other)));
    for (const stay of equals) if (!standing.includes(stay)) disputed.add(stay);
    accepted.push(...standing);
  }
  return disputed;
}

const isAfter = (begin: Bound, died: Bound): boolean =>
  begin.first !== null && died.last !== null && begin.first >= died.last;

function contradict<N extends StatedResidence>(sorted: readonly Stay<N>[], a: Stay<N>, b: Stay<N>): boolean {
  if (a.place === b.place) return false;
  const certain = [a, b].map(({ begin, end }) => certainBetween(begin, end?.bound));
  if (certain[0] == null || certain[1] == null || !meet(certain[0], certain[1])) return false;
  const isTie = compareBounds(a.begin, b.begin) === 0 && !saysItFollows(a, b) && !saysItFollows(b, a);
  if (isTie) return true;
  // The next stay ends the one before, unless that is known to have gone on, by something stronger or weaker.
  const earlier = sorted.indexOf(a) < sorted.indexOf(b) ? a : b;
  return earlier.end !== undefined && a.strength !== b.strength;
}

/** Who still lives at a place and says so again has not come anew. */
function withoutRepeats<N extends StatedResidence>(sorted: readonly Stay<N>[]): Stay<N>[] {
  const kept: Stay<N>[] = [];
  for (const stay of sorted) {
    const last = kept.at(-1);
    const isStillThere =
      last?.place === stay.place &&
      last.strength <= stay.strength &&
      (last.end === undefined ||
        last.end.bound.first === null ||
        stay.begin.first === null ||
        stay.begin.first < last.end.bound.first);
    if (!isStillThere) kept.push(stay);
    else if (last.strength === stay.strength || !last.end)
      kept[kept.length - 1] = { ...last, end: laterEnd(last.end, stay.end) };
  }
  return kept;
}

const laterEnd = (a: End | undefined, b: End | undefined): End | undefined =>
  !a || (b && compareBounds(b.bound, a.bound) > 0) ? b : a;

function heldOf<N extends StatedResidence>(
  stay: Stay<N>,
  prior: Stay<N> | undefined,
  next: Stay<N> | undefined,
  later: readonly Stay<N>[],
  died: Bound | undefined,
): HeldPeriod<N>[] {
  const { begin } = stay;
  const ends = [stay.end?.bound, next?.begin, died && stay.strength > 0 ? died : undefined].filter(
    (bound) => bound !== undefined,
  );
  // It began after the one before did; and not while that surely still went on.
  const afterPrior = prior
    ? latest(
        prior.begin.isExact && prior.begin.last !== null ? after(prior.begin.last) : prior.begin.first,
        prior.end && prior.end.bound.first !== null && isBefore(prior.end.bound, begin) ? prior.end.bound.first : null,
      )
    : null;
  const from = begin.isExact ? begin.first : latest(begin.first, afterPrior);
  const until = ends.reduce<Day | null>((day, bound) => earliest(day, possibleUntil(bound)), null);
  const valid = spanFrom(from, until);
  if (!valid) return [];
  const certainUntil = [...ends.map(({ first }) => first), ...later.map((other) => other.begin.first)];
  const isOpen =
    begin.last === null || ends.some(({ first }) => first === null) || later.some((o) => o.begin.first === null);
  const sure = begin.last === null ? null : begin.isExact ? begin.last : after(begin.last);
  const certain = isOpen
    ? null
    : (spanFrom(
        latest(sure, from),
        certainUntil.reduce<Day | null>((day, first) => earliest(day, first), null),
      ) ?? null);
  const isFollowed = next !== undefined && stay.end === undefined && !(died && stay.strength > 0);
  return [{ ...saidBy(stay), period: { valid, certain }, isDisputed: false, isFollowed }];
}

const isBefore = (end: Bound, begin: Bound): boolean =>
  end.first !== null && (begin.last === null || end.first <= begin.last);

function besideOf<N extends StatedResidence>(stay: Stay<N>): HeldPeriod<N>[] {
  const period = between(stay.begin, stay.end?.bound);
  return period ? [{ ...saidBy(stay), period, isDisputed: true, isFollowed: false }] : [];
}

const saidBy = <N extends StatedResidence>({ notice, place, cameFrom }: Stay<N>) => ({
  notice,
  placeCode: place,
  cameFrom,
  basis: notice.basis,
});

/** The notices that cannot be so once an officer found that one is: those that it alone contradicts. */
export function refutedBy<N extends StatedResidence>(notices: readonly N[], isUpheld: (notice: N) => boolean): N[] {
  const refuted: N[] = [];
  for (;;) {
    const left = notices.filter((notice) => !refuted.includes(notice));
    const marked = left.map((notice) => ({ ...notice, isUpheld: notice.isUpheld || isUpheld(notice), of: notice }));
    const disputed = (all: typeof marked) =>
      new Set(periodsOf(all).flatMap(({ isDisputed, notice }) => (isDisputed ? [notice.of] : [])));
    const anyway = disputed(marked.filter(({ of }) => !isUpheld(of)));
    const found = [...disputed(marked)].filter((notice) => !anyway.has(notice));
    if (found.length === 0) return refuted;
    refuted.push(...found);
  }
}

const holds = (span: DaySpan, on: Day): boolean =>
  (span.from === null || span.from <= on) && (span.until === null || on < span.until);

/**
 * Whether somebody lived in the subtree that `prefix` begins on a day, as divisions were called that day. Sure before
 * under investigation, that before possible. Who moved within the subtree was in it all the time.
 */
export function livedIn(
  periods: readonly AskedPeriod[],
  prefix: string,
  on: Day,
  successions: readonly Succession[] = [],
): Answer {
  let [isPossible, isDisputed] = [false, false];
  for (const { placeCode, period, ...rest } of filled(periods)) {
    if (!holds(period.valid, on)) continue;
    const { codes, isSure } = placeOn(placeCode, on, successions);
    const within = codes.filter((code) => isWithin(code, prefix)).length;
    if (within === 0) continue;
    if (rest.isDisputed) isDisputed = true;
    else if ((isSure || within === codes.length) && isCertain(period, rest.followedBy, prefix, on, successions))
      return 'yes';
    else isPossible = true;
  }
  return isDisputed ? 'under-investigation' : isPossible ? 'possible' : 'no';
}

type Followed = AskedPeriod & { readonly followedBy: AskedPeriod | undefined };

/** Each period with the one that ended it, where there is one and no gap between. */
function filled(periods: readonly AskedPeriod[]): Followed[] {
  const standing = periods.filter(({ isDisputed }) => !isDisputed);
  return periods.map((one) => ({
    ...one,
    followedBy:
      one.isFollowed && !one.isDisputed ? standing.find((next) => next !== one && follows(next, one)) : undefined,
  }));
}

/** The next begins on the first of the days on which the one before may have ended. */
const follows = (next: AskedPeriod, one: AskedPeriod): boolean =>
  one.period.valid.until !== null &&
  next.period.certain !== null &&
  (next.period.certain.from === one.period.valid.until ||
    (next.period.valid.from !== null && next.period.valid.from === one.period.valid.until));

function isCertain(
  { certain }: UncertainPeriod,
  next: AskedPeriod | undefined,
  prefix: string,
  on: Day,
  successions: readonly Succession[],
): boolean {
  if (certain === null) return false;
  if (holds(certain, on)) return true;
  if (!next || certain.until === null || on < certain.until || next.period.certain?.from == null) return false;
  const { codes } = placeOn(next.placeCode, on, successions);
  return on < next.period.certain.from && codes.every((code) => isWithin(code, prefix));
}

/**
 * The parts of a period in which somebody lived, possibly lived or is looked into as living in a subtree; `until` is the
 * first day that is not asked about. Days of another answer, a bound or a succession part them.
 */
export function livedInFrom(
  periods: readonly AskedPeriod[],
  prefix: string,
  { from, until }: { readonly from: Day; readonly until: Day },
  successions: readonly Succession[] = [],
): AnswerSpan[] {
  const bounds = periods.flatMap(({ period: { valid, certain } }) => [
    valid.from,
    valid.until,
    certain?.from,
    certain?.until,
  ]);
  const days = [...bounds, ...successions.map(({ onDay }) => onDay)].filter(
    (at): at is Day => at !== null && at !== undefined && from < at && at < until,
  );
  const cuts = [from, ...new Set(days.sort()), until];
  const spans: AnswerSpan[] = [];
  for (const [i, start] of cuts.slice(0, -1).entries()) {
    const answer = livedIn(periods, prefix, start, successions);
    const last = spans.at(-1);
    if (answer === 'no') continue;
    if (last?.answer === answer && last.until === start) spans[spans.length - 1] = { ...last, until: cuts[i + 1]! };
    else spans.push({ from: start, until: cuts[i + 1]!, answer });
  }
  return spans;
}

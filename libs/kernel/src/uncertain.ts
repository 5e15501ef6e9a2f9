import { addDays, type Day, dayOf, daysInMonth, findDay } from './day';

/** A day as far as it is known: `2019-05-03`, `2019-05`, `2019`; null while nothing is known. */
export type PartialDay = string & { readonly __partialDay: unique symbol };

/** The text as a day, month or year that exists; undefined for anything else. */
export function findPartialDay(text: string): PartialDay | undefined {
  if (/^\d{4}$/.test(text) && Number(text) >= 1) return text as PartialDay;
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text) && Number(text.slice(0, 4)) >= 1) return text as PartialDay;
  return findDay(text) as unknown as PartialDay | undefined;
}

/** Days from `from` up to, not including, `until`; null is without a bound. Both null-less and equal is no day at all. */
export interface DaySpan {
  readonly from: Day | null;
  readonly until: Day | null;
}

/** When something holds, with what is not known about it: surely on the inner days, possibly on the outer ones. */
export interface UncertainPeriod {
  readonly valid: DaySpan;
  /** Null while no day is sure. */
  readonly certain: DaySpan | null;
}

/** The first and the last day that a partly known day can be. */
export function spanOf(at: PartialDay): { first: Day; last: Day } {
  const [year, month] = [Number(at.slice(0, 4)), Number(at.slice(5, 7))];
  if (at.length === 10) return { first: at as unknown as Day, last: at as unknown as Day };
  if (at.length === 7) return { first: dayOf(year, month, 1), last: dayOf(year, month, daysInMonth(year, month)) };
  return { first: dayOf(year, 1, 1), last: dayOf(year, 12, 31) };
}

/** A bound of a period: the day, `'unknown'` when there is one nobody knows, null when there is none. */
export type PeriodBound = PartialDay | 'unknown' | null;

/**
 * From the first day on which something holds to the first on which it no longer does. Undefined when it can hold on
 * no day.
 */
export function uncertainPeriod(from: PeriodBound, until: PeriodBound): UncertainPeriod | undefined {
  const begins = from === null || from === 'unknown' ? undefined : spanOf(from);
  const ends = until === null || until === 'unknown' ? undefined : spanOf(until);
  const valid: DaySpan = { from: begins?.first ?? null, until: ends?.last ?? null };
  if (valid.from !== null && valid.until !== null && valid.from >= valid.until) return undefined;
  if (from === 'unknown' || until === 'unknown') return { valid, certain: null };
  const certain: DaySpan = { from: begins?.last ?? null, until: ends?.first ?? null };
  const isEmpty = certain.from !== null && certain.until !== null && certain.from >= certain.until;
  return { valid, certain: isEmpty ? null : certain };
}

/** An event: the days on which it may have happened, and the day it did, where that is known. */
export function uncertainDay(at: PartialDay): UncertainPeriod {
  const { first, last } = spanOf(at);
  const valid = { from: first, until: addDays(last, 1) };
  return { valid, certain: first === last ? valid : null };
}

export type Answer = 'yes' | 'possible' | 'under-investigation' | 'no';

const holds = (span: DaySpan, at: Day): boolean =>
  (span.from === null || span.from <= at) && (span.until === null || at < span.until);

/** Whether something held on a day, as far as that is known. */
export function answerOn(period: UncertainPeriod, at: Day, isDisputed = false): Answer {
  if (!holds(period.valid, at)) return 'no';
  if (isDisputed) return 'under-investigation';
  return period.certain !== null && holds(period.certain, at) ? 'yes' : 'possible';
}

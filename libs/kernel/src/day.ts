/** A calendar day as ISO text, `YYYY-MM-DD`. Not an instant: it has no time zone, and it sorts as text. */
export type Day = string & { readonly __day: unique symbol };

const SHAPE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** The text as a Day, or undefined when no such day exists in the calendar (`2023-02-29`). */
export function findDay(text: string): Day | undefined {
  const match = SHAPE.exec(text);
  if (!match) return undefined;
  const [year, month, date] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1 || month < 1 || month > 12 || date < 1 || date > daysInMonth(year, month)) return undefined;
  return text as Day;
}

/** The text as a Day; throws RangeError when there is no such day. */
export function day(text: string): Day {
  const found = findDay(text);
  if (!found) throw new RangeError(`not a calendar day: ${text}`);
  return found;
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

export const yearOf = (at: Day): number => Number(at.slice(0, 4));
export const monthOf = (at: Day): number => Number(at.slice(5, 7));
const dateOf = (at: Day): number => Number(at.slice(8, 10));

export function dayOf(year: number, month: number, date: number): Day {
  return day(`${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`);
}

export function addDays(at: Day, count: number): Day {
  const millis = Date.UTC(yearOf(at), monthOf(at) - 1, dateOf(at)) + count * 86_400_000;
  return new Date(millis).toISOString().slice(0, 10) as Day;
}

/** Same date `count` months later; a date that month lacks becomes its last day (29 Feb + 12 → 28 Feb), as PostgreSQL does. */
export function addMonths(at: Day, count: number): Day {
  const index = yearOf(at) * 12 + (monthOf(at) - 1) + count;
  const [year, month] = [Math.floor(index / 12), (index % 12) + 1];
  return dayOf(year, month, Math.min(dateOf(at), daysInMonth(year, month)));
}

/** The day it is in China at this instant: the law's day, wherever the server stands. */
export function dayInChina(at: Date): Day {
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10) as Day;
}

import { addDays, type Day, yearOf } from '@app/kernel';
import { isWorkday } from 'chinese-days';
import { refuse } from './working-days.errors';

/**
 * What happens where counting leads into a year that the State Council has not published: it refuses, unless the caller
 * says by name that a deadline may stay open (null) or that Mondays to Fridays are counted as if there were no holidays.
 */
export type Beyond = 'refuse' | 'leave-open' | 'count-weekdays';

const published = new Map<number, boolean>();

/**
 * Whether the State Council's calendar of a year is there. The first three days of October are off in every published
 * year and never all at weekends; New Year's Day alone says nothing, as it stands in the notice of the year before.
 */
export function isPublished(year: number): boolean {
  const known = published.get(year);
  if (known !== undefined) return known;
  const text = String(year).padStart(4, '0');
  const isThere = ['01', '02', '03'].every((date) => !isWorkday(`${text}-10-${date}`));
  published.set(year, isThere);
  return isThere;
}

/** Whether people work on a day: holidays do not count, make-up Saturdays and Sundays do. */
export function isWorkingDay(day: Day, beyond: Exclude<Beyond, 'leave-open'> = 'refuse'): boolean {
  if (beyond === 'refuse' && !isPublished(yearOf(day))) throw refuse.notPublished(yearOf(day), day);
  return isWorkday(day); // Of a year without data it says whether the day is one of Monday to Friday.
}

/** The day `count` working days on; the first day is not counted (行政许可法 art 82; domain/03 §3.2). */
export function workingDaysLater(from: Day, count: number, beyond?: Exclude<Beyond, 'leave-open'>): Day;
export function workingDaysLater(from: Day, count: number, beyond: 'leave-open'): Day | null;
export function workingDaysLater(from: Day, count: number, beyond: Beyond = 'refuse'): Day | null {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`not a number of days: ${count}`);
  let day = from;
  for (let left = count; left > 0;) {
    day = addDays(day, 1);
    if (beyond !== 'count-weekdays' && !isPublished(yearOf(day))) {
      if (beyond === 'leave-open') return null;
      throw refuse.notPublished(yearOf(day), from);
    }
    if (isWorkday(day)) left--;
  }
  return day;
}

/**
 * The last day of a period of calendar days: the day after `from` is the first, and a last day that is off rolls forward
 * to the next working day (民事诉讼法 art 85; domain/03 §3.2).
 */
export function periodEnd(from: Day, days: number, beyond?: Exclude<Beyond, 'leave-open'>): Day;
export function periodEnd(from: Day, days: number, beyond: 'leave-open'): Day | null;
export function periodEnd(from: Day, days: number, beyond: Beyond = 'refuse'): Day | null {
  if (!Number.isSafeInteger(days) || days < 0) throw new RangeError(`not a number of days: ${days}`);
  let day = addDays(from, days);
  for (;;) {
    if (beyond !== 'count-weekdays' && !isPublished(yearOf(day))) {
      if (beyond === 'leave-open') return null;
      throw refuse.notPublished(yearOf(day), from);
    }
    if (isWorkday(day)) return day;
    day = addDays(day, 1);
  }
}

import { addDays, addMonths, type Day } from '@app/kernel';
import { type Beyond, periodEnd, workingDaysLater } from '@app/working-days';

/** The acts whose periods are counted here; each says for itself what its "days" are. */
export type Statute = 'reconsideration' | 'coercion' | 'licensing' | 'civil-procedure' | 'litigation';
export type Unit = 'working-days' | 'days' | 'months' | 'years';

export interface Deadline {
  readonly statute: Statute;
  readonly count: number;
  readonly unit: Unit;
}

/** Acts that count some of their days as working days, by how many they are. */
const WORKING: Record<Statute, (days: number) => boolean> = {
  reconsideration: (days) => [3, 5, 7, 10].includes(days), // 行政复议法 art 88: those of 3, 5, 7 and 10 days.
  coercion: (days) => days <= 10, // 行政强制法 art 69: those of up to ten days.
  licensing: () => true, // 行政许可法 art 82: all of them.
  'civil-procedure': () => false, // 民事诉讼法 art 85.
  litigation: () => false, // 行政诉讼法 art 101 refers to the 民事诉讼法.
};

/** So many "days" of an act, as that act means them. */
export const daysOf = (statute: Statute, count: number): Deadline => ({
  statute,
  count,
  unit: WORKING[statute](count) ? 'working-days' : 'days',
});
export const monthsOf = (statute: Statute, count: number): Deadline => ({ statute, count, unit: 'months' });
export const yearsOf = (statute: Statute, count: number): Deadline => ({ statute, count, unit: 'years' });

/**
 * The last day of a period that a day starts; that day itself is not counted. A calendar period whose last day is off ends
 * on the next working day. Refuses with WORKING_DAYS_NOT_PUBLISHED where the calendar of that year is not there.
 */
export function deadlineEnd(deadline: Deadline, from: Day): Day;
export function deadlineEnd(deadline: Deadline, from: Day, beyond: 'leave-open'): Day | null;
export function deadlineEnd(deadline: Deadline, from: Day, beyond: Exclude<Beyond, 'count-weekdays'> = 'refuse') {
  const { count, unit } = deadline;
  if (unit === 'working-days')
    return beyond === 'leave-open' ? workingDaysLater(from, count, beyond) : workingDaysLater(from, count);
  const last = lastDay(deadline, from);
  return beyond === 'leave-open' ? periodEnd(last, 0, beyond) : periodEnd(last, 0);
}

/** The last day of a period of calendar days, months or years before it rolls forward. */
export function lastDay({ count, unit }: Deadline, from: Day): Day {
  if (unit === 'months') return addMonths(from, count);
  if (unit === 'years') return addMonths(from, count * 12);
  return addDays(from, count);
}

/** A last day that is off becomes the next working day; null where the calendar of that year is not there. */
export const rollForward = (last: Day): Day | null => periodEnd(last, 0, 'leave-open');

/** Whether a last day is past. What is not past before it rolls forward is answered without any calendar. */
export const isPast = (last: Day, today: Day): boolean => today > last && today > periodEnd(last, 0);

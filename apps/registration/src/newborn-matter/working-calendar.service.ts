import { getHolidaysInRange, isWorkday } from 'chinese-days';
import type { WorkingCalendar } from './newborn-matter.rules';

const known = new Map<number, boolean>();

/** The State Council's calendar as far as it is published: a year without any holiday in it is not. */
export const workingCalendar: WorkingCalendar = {
  isKnown: (year) => {
    if (!known.has(year)) known.set(year, getHolidaysInRange(`${year}-01-01`, `${year}-12-31`, false).length > 0);
    return known.get(year)!;
  },
  isWorkday: (day) => isWorkday(day),
};

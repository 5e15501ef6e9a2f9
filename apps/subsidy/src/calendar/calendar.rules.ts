import { addMonths, type Day, dayOf } from '@app/kernel';

/** The quarters of a year and the day each one's run is due. */
export function quarterDays(
  year: number,
  rule: { monthOfQuarter: number; dayOfMonth: number; quartersLater: number },
): { period: `${number}Q${1 | 2 | 3 | 4}`; dueOn: Day }[] {
  return ([1, 2, 3, 4] as const).map((quarter) => {
    const due = dayOf(year, (quarter - 1) * 3 + rule.monthOfQuarter, rule.dayOfMonth);
    return { period: `${year}Q${quarter}`, dueOn: addMonths(due, 3 * rule.quartersLater) };
  });
}

import { type Day, addMonths, day, dayOf, monthOf, yearOf } from '@app/kernel';
import type { CompareOperator, Value } from './expression';

/** year * 12 + month - 1: months as a line of integers. */
export const monthIndex = (at: Day): number => yearOf(at) * 12 + monthOf(at) - 1;

/** The first day of the month with this index. */
export const firstOfMonth = (index: number): Day => dayOf(Math.floor(index / 12), (index % 12) + 1, 1);

/** The same date some months later, PostgreSQL's way; beyond the years 1–9999 the calendar's own end. */
export function shiftMonths(at: Day, count: number): Day {
  const index = monthIndex(at) + count;
  if (index < 12) return day('0001-01-01');
  return index >= 120_000 ? day('9999-12-31') : addMonths(at, count);
}

/** Compares two known values of one type; ISO days order as text. */
export function compareValues(
  operator: CompareOperator,
  left: Exclude<Value, null>,
  right: Exclude<Value, null>,
): boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

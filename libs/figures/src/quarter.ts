import { addDays, type Day, day, monthOf, yearOf } from '@app/kernel';

/** A quarter of a calendar year as text, `2026Q1`; sorts as text. */
export type QuarterText = `${number}Q${1 | 2 | 3 | 4}`;

export const findQuarter = (text: string): QuarterText | undefined =>
  /^20\d\dQ[1-4]$/.test(text) ? (text as QuarterText) : undefined;

export const quarterOfDay = (at: Day): QuarterText => `${yearOf(at)}Q${Math.ceil(monthOf(at) / 3) as 1 | 2 | 3 | 4}`;

/** Its first day, and the first day that is no longer in it. */
export function daysOf(quarter: QuarterText): { readonly from: Day; readonly until: Day } {
  const [year, number] = [Number(quarter.slice(0, 4)), Number(quarter.slice(5))];
  const first = (months: number): Day => {
    const [y, m] = [year + Math.floor(months / 12), (months % 12) + 1];
    return day(`${y}-${String(m).padStart(2, '0')}-01`);
  };
  return { from: first((number - 1) * 3), until: first(number * 3) };
}

/** The newest quarter that had ended so many days before a day. */
export function quarterEndedBy(today: Day, daysAfter: number): QuarterText {
  const { from } = daysOf(quarterOfDay(addDays(today, -daysAfter)));
  return quarterOfDay(addDays(from, -1));
}

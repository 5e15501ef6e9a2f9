import { type Day, findDivisionCode, findPartialDay, spanOf } from '@app/kernel';
import { stayOf } from './residence.rules';
import type { NewNotice, NoticeRow, StatedDay } from './residence.types';

/** A day as people write it; undefined for what is none. */
export const findStatedDay = (text: string): StatedDay | undefined =>
  text.trim().toLowerCase() === 'unknown' || text.trim() === '不详' ? 'unknown' : findPartialDay(text.trim());

/** A place of residence: a county, a township or a village, and nothing finer. */
export function findPlace(text: string): string | undefined {
  const code = findDivisionCode(text.trim());
  return code && /^[1-8]/.test(code) && code.slice(4, 6) !== '00' ? code : undefined;
}

/** What stands in the way of a stay or an end, by what is known of its days. */
export type DayFault = 'no-days' | 'in-future' | 'before-birth';

export function faultOf(
  { kind, starts, ends }: Pick<NewNotice, 'kind' | 'starts' | 'ends'>,
  today: Day,
  born: Day | null,
): { fault: DayFault; day: string } | undefined {
  const isLater = (at: StatedDay | null) => at !== null && at !== 'unknown' && spanOf(at).first > today;
  if (isLater(starts)) return { fault: 'in-future', day: starts! };
  if (isLater(ends)) return { fault: 'in-future', day: ends! };
  if (born !== null && starts !== null && starts !== 'unknown' && spanOf(starts).last < born)
    return { fault: 'before-birth', day: starts };
  if (kind === 'stay' && stayOf(starts!, ends) === undefined) return { fault: 'no-days', day: starts! };
  return undefined;
}

/** Whether two notices say the same on evidence of the same grade. */
export const saysTheSame = (a: NewNotice, b: NewNotice): boolean =>
  a.kind === b.kind &&
  a.placeCode === b.placeCode &&
  a.cameFrom === b.cameFrom &&
  a.starts === b.starts &&
  a.ends === b.ends &&
  a.basis === b.basis;

/** What a new notice would repeat: one that stands, or one that was found not to be so and is not said again. */
export const repeated = (known: readonly NoticeRow[], notice: NewNotice): NoticeRow | undefined =>
  known.find((one) => saysTheSame(one, notice) && one.withdrawnWhy !== 'corrected');

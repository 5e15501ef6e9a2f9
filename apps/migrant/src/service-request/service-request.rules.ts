import { addDays, addMonths, type Day } from '@app/kernel';
import { workingDaysLater } from '@app/working-days';
import type { ServiceRequestState } from './service-request.state';
import type { Entitlement } from './service-request.types';

/** A deadline: by which written rule, so many working days from which day. Null days lie beyond the published calendar. */
export interface Deadline {
  readonly rule: string;
  readonly from: Day;
  readonly workingDays: number;
  readonly dueOn: Day | null;
}

/** The rule that tells everything missing once, within so many working days (一次性告知). */
export const NOTICE_RULE = 'service.notice-working-days';

/** The only ways a deadline comes about. Nobody sets a day by hand. */
export function deadlineOf(
  state: ServiceRequestState,
  text: Pick<Entitlement, 'code' | 'region' | 'from' | 'workingDays'>,
  noticeDays: number,
  from: Day,
): Deadline | null {
  if (state !== 'asked' && state !== 'taken') return null;
  const [rule, workingDays] =
    state === 'asked'
      ? [NOTICE_RULE, noticeDays]
      : [`${text.code}@${text.region === '' ? 'CN' : text.region}/${text.from}`, text.workingDays];
  return { rule, from, workingDays, dueOn: workingDaysLater(from, workingDays, 'leave-open') };
}

/** Why an item may not be asked for: the text says never, or it does not name it. */
export type PaperFault = 'never' | 'not-named';

export function faultOf(
  paper: string,
  { papers, neverPapers }: Pick<Entitlement, 'papers' | 'neverPapers'>,
): PaperFault | null {
  if (neverPapers.includes(paper)) return 'never';
  return papers.includes(paper) ? null : 'not-named';
}

/** Until when a decision can be fought: 60 days for review (复议法 art 20), six months for a suit (诉讼法 art 46). */
export const rightsAgainst = (decidedOn: Day): { readonly reviewUntil: Day; readonly suitUntil: Day } => ({
  reviewUntil: addDays(decidedOn, 60),
  suitUntil: addMonths(decidedOn, 6),
});

/** Nothing was said within the deadline: the request stands as accepted from the day it came (行政许可法 art 32). */
export const isSilent = (dueOn: Day | null, today: Day): boolean => dueOn !== null && today > dueOn;

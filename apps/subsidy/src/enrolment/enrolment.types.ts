import type { Enrolment, EnrolmentOutcome } from '@app/contracts';
import type { Day } from '@app/kernel';

/** What others are told of somebody who is, or was, paid here. */
export type PaidHere = Enrolment;

/** A question on its way to the exchange. */
export interface Question {
  readonly id: string;
  readonly personId: string;
  readonly programme: string;
  readonly from: Day;
  readonly until: Day;
  readonly county: string;
}

/** What the other installations said. */
export interface Answer {
  readonly id: string;
  readonly outcome: Exclude<EnrolmentOutcome, 'waiting'>;
  readonly enrolments: readonly (Enrolment & { readonly peer: string })[];
}

/** A year that is paid, or will be. */
export interface PaidYear {
  readonly programme: string;
  readonly from: Day;
  readonly until: Day;
  readonly authority: string;
}

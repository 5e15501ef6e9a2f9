import type { Enrolment, EnrolmentOutcome } from '@app/contracts';
import type { Day } from '@app/kernel';

/** A question to one other installation that is due. */
export interface DueAsk {
  readonly id: string;
  readonly questionId: string;
  readonly personId: string;
  readonly programme: string;
  readonly from: Day;
  readonly until: Day;
  readonly divisionCode: string;
  readonly legalBasis: string;
  readonly tries: number;
}

/** What another installation said of one person. */
export interface SaidOfOne {
  readonly ask: DueAsk;
  readonly isEnrolled: boolean;
  readonly enrolments: readonly Enrolment[];
}

/** A question as it stands, with what was answered. */
export interface AnsweredQuestion {
  readonly id: string;
  readonly reference: string;
  readonly personId: string;
  readonly outcome: EnrolmentOutcome;
}

export interface YesRow {
  readonly id: string;
  readonly questionId: string;
  readonly peer: string;
  readonly sealed: Buffer;
}

/** What another installation asks of one person. */
export interface AskedOfUs {
  readonly reference: string;
  readonly name: string;
  readonly idNumber: string | null;
  readonly birthCertificateNo: string | null;
  readonly programme: string;
  readonly from: Day;
  readonly until: Day;
  readonly divisionCode: string;
  readonly purpose: string;
  readonly legalBasis: string;
}

export interface AskedRow extends Pick<
  AskedOfUs,
  'reference' | 'programme' | 'from' | 'until' | 'divisionCode' | 'purpose' | 'legalBasis'
> {
  readonly personId: string | null;
  readonly isEnrolled: boolean;
}

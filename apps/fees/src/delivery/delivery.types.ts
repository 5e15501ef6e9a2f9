import type { Day } from '@app/kernel';
import type { LetterRow } from '../letter/letter.types';
import type { Failure, Mode, Proof } from './delivery.rules';

/** A letter is to be served by one mode. */
export interface Sending {
  readonly letterId: string;
  readonly mode: Mode;
  readonly note?: string | null;
}

export interface Delivery {
  readonly letterId: string;
  readonly divisionCode: string;
  readonly recipientKey: Buffer | null;
  readonly beganOn: Day;
  /** May lie ahead while a public notice runs. */
  readonly servedOn: Day | null;
  readonly toldOn: Day | null;
}

export interface Attempt {
  readonly id: string;
  readonly letterId: string;
  readonly mode: Mode;
  readonly note: string | null;
  readonly sentOn: Day;
  readonly sentBy: string;
}

/** What became of an attempt; the last of an attempt counts. */
export interface Outcome extends Proof {
  readonly attemptId: string;
  readonly seq: number;
  readonly kind: 'served' | 'failed';
  readonly servedOn: Day | null;
  readonly failure: Failure | null;
  readonly correction: string | null;
  readonly recordedBy: string;
  readonly recordedAt: Date;
}

export interface Consent {
  readonly id: string;
  readonly basis: 'online' | 'paper';
  readonly reference: string | null;
  readonly words: string;
  readonly givenOn: Day;
  readonly endedOn: Day | null;
}

export interface PaperRequest {
  readonly id: string;
  readonly letterId: string;
  readonly askedOn: Day;
  readonly givenOn: Day | null;
}

export type ServiceState = 'not-sent' | 'on-its-way' | 'failed' | 'notice-running' | 'served';

/** A letter that is not served yet, with what was tried. */
export interface Undelivered extends LetterRow {
  readonly state: ServiceState;
  readonly attempts: number;
  readonly lastFailure: Failure | null;
  readonly paperAsked: boolean;
  readonly waitingDays: number;
}

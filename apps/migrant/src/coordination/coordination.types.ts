import type { CoordinationApp, CoordinationKind, CoordinationOutcome } from '@app/contracts';
import type { Day } from '@app/kernel';
import type { CoordinationState, HandOver } from './coordination.state';

export type { CoordinationApp, CoordinationKind, CoordinationOutcome };

/** The two places of a request. */
export type Place = 'asker' | 'asked';

/** `inside`: both places are in this installation; else the other one is in a peer's. */
export type Way = 'inside' | 'outgoing' | 'incoming';

/** What a place does with a request; `silence` is the deadline's. */
export type Act = 'answer' | 'return' | 'ask-again' | 'withdraw' | 'hand-over' | 'accept' | 'decline' | 'silence';

export type Answer = 'confirmed' | 'mismatch' | 'not-found';

/** What the rules know of a request. */
export interface Standing {
  readonly kind: CoordinationKind;
  readonly state: CoordinationState;
  readonly outcome: CoordinationOutcome;
  readonly handOver: HandOver;
  /** Never nobody. */
  readonly responsible: Place;
}

/** A request without what it says of anybody. */
export interface RequestRow {
  readonly id: string;
  readonly way: Way;
  readonly app: CoordinationApp | null;
  readonly matter: string | null;
  readonly peer: string | null;
  readonly kind: CoordinationKind;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly fromDivision: string;
  readonly toDivision: string;
  readonly personId: string | null;
  readonly subjectMask: string | null;
  readonly fields: readonly string[];
  readonly state: CoordinationState;
  readonly outcome: CoordinationOutcome;
  readonly handOver: HandOver;
  readonly responsibleDivision: string;
  readonly askedOn: Day;
  readonly dueOn: Day;
  readonly remindOn: Day;
  readonly answeredOn: Day | null;
  readonly answeredFields: readonly string[];
  readonly escalateOn: Day | null;
  readonly escalatedTo: string | null;
  readonly forgetOn: Day | null;
  readonly forgottenAt: Date | null;
}

/** A request with what is sealed of it; null once it was forgotten. */
export interface SealedRequestRow extends RequestRow {
  readonly offeredSealed: Buffer | null;
  readonly valuesSealed: Buffer | null;
}

/** Whom a request is about, as another place can find them. */
export interface StatedSubject {
  readonly name: string;
  readonly idNumber: string | null;
  readonly birthCertificateNo: string | null;
}

/** What is sealed with a request. */
export interface Offered {
  readonly offered: Readonly<Record<string, string>>;
  readonly subject: StatedSubject | null;
}

/** A request as it is opened. */
export interface NewRequest {
  readonly id: string;
  readonly way: Way;
  readonly app: CoordinationApp | null;
  readonly matter: string | null;
  readonly peer: string | null;
  readonly kind: CoordinationKind;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly fromDivision: string;
  readonly toDivision: string;
  readonly personId: string | null;
  readonly subjectKey: Buffer | null;
  readonly subjectMask: string | null;
  readonly fields: readonly string[];
  readonly offeredSealed: Buffer;
  readonly handOver: HandOver;
  readonly askedOn: Day;
  readonly dueOn: Day;
  readonly remindOn: Day;
}

/** What an act changes. */
export interface Changed {
  readonly id: string;
  readonly state: CoordinationState;
  readonly outcome: CoordinationOutcome;
  readonly handOver: HandOver;
  readonly responsibleDivision: string;
  readonly dueOn: Day;
  readonly remindOn: Day;
  readonly answeredOn: Day | null;
  readonly answeredFields: readonly string[];
  readonly valuesSealed: Buffer | null;
  readonly escalateOn: Day | null;
  readonly escalatedTo: string | null;
  readonly forgetOn: Day | null;
}

/** One line of a request's history. */
export interface NewAct {
  readonly id: string;
  readonly requestId: string;
  readonly kind: Act | 'ask' | 'unheard';
  readonly place: Place | null;
  readonly state: CoordinationState;
  readonly responsibleDivision: string;
  readonly noteSealed: Buffer | null;
}

export interface ActRow {
  readonly id: string;
  readonly requestId: string;
  readonly kind: string;
  readonly place: Place | null;
  readonly actor: string;
  readonly state: CoordinationState;
  readonly responsibleDivision: string;
  readonly noteSealed: Buffer | null;
  readonly at: Date;
}

export interface ReminderRow {
  readonly requestId: string;
  readonly kind: 'before' | 'after' | 'escalated';
  readonly toDivision: string;
  readonly onDay: Day;
}

export interface RequestFilter {
  readonly prefix: string;
  readonly place: Place | null;
  readonly states: readonly CoordinationState[] | null;
  readonly kind: CoordinationKind | null;
  readonly escalatedTo: string | null;
  readonly dueBefore: Day | null;
}

/** How many of the requests to a place that were due in a month were answered by their deadline. */
export interface ResponseRate {
  readonly toDivision: string;
  readonly month: string;
  readonly kind: CoordinationKind;
  readonly due: number;
  readonly within: number;
  readonly late: number;
  readonly unanswered: number;
}

/** A dated value of `coordination.*`, as it holds where the asker is. */
export interface Terms {
  readonly askWorkingDays: number;
  readonly replyWorkingDays: number;
  readonly reportWorkingDays: number;
  readonly remindDays: number;
  readonly escalateWorkingDays: number;
  readonly retentionDays: number;
}

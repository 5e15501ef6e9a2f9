import type { Day } from '@app/kernel';
import type { ComplaintState } from './complaint.state';

export type ComplaintKind = 'service' | 'delay' | 'paper' | 'conduct';

export interface FileInput {
  readonly kind: ComplaintKind;
  /** The office complained of. */
  readonly office: string;
  /** The request it is about, where whoever complains may see it. */
  readonly requestId: string | null;
  /** Number of the claim or case it is about otherwise. */
  readonly matter: string | null;
  readonly paper: string | null;
  /** The officer it is about, as far as it is known. */
  readonly officer: string | null;
  readonly told: string;
  readonly contact: string | null;
  readonly isAnonymous: boolean;
}

/** What whoever complains takes home. */
export interface Ticket {
  readonly number: string;
  readonly code: string;
  readonly dueOn: Day | null;
}

export interface ComplaintRow {
  readonly id: string;
  readonly number: string;
  readonly kind: ComplaintKind;
  readonly requestId: string | null;
  readonly matter: string | null;
  readonly paper: string | null;
  readonly aboutCode: string;
  readonly responsibleCode: string;
  readonly isAnonymous: boolean;
  readonly owner: string | null;
  readonly state: ComplaintState;
  readonly events: number;
  readonly reasons: string | null;
  readonly mended: string | null;
  readonly mendedRequestId: string | null;
  readonly receivedOn: Day;
  readonly dueOn: Day | null;
  readonly endedOn: Day | null;
  readonly isOwn: boolean;
  readonly toldSealed: Buffer;
  readonly contactSealed: Buffer | null;
}

export interface HandOverRow {
  readonly id: string;
  readonly complaintId: string;
  readonly fromCode: string;
  readonly toCode: string;
  readonly reason: string;
  readonly askedAt: Date;
  readonly answer: string | null;
  readonly note: string | null;
}

export interface ComplaintAction {
  readonly complaintId: string;
  readonly seq: number;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly note: string | null;
  readonly actor: string;
  readonly at: Date;
}

/** What a stranger with the number and the code is told. */
export interface Followed {
  readonly state: ComplaintState;
  readonly receivedOn: Day;
  readonly dueOn: Day | null;
  readonly responsibleCode: string;
  readonly reasons: string | null;
  readonly mended: string | null;
  readonly endedOn: Day | null;
}

export interface ComplaintFilter {
  readonly prefix: string;
  readonly state?: ComplaintState;
  readonly kind?: ComplaintKind;
  /** Only what was due before this day and is not over. */
  readonly dueBefore?: Day;
}

import type { Day, Fen } from '@app/kernel';

export type CloseOut =
  'CLOSED_PAID' | 'CLOSED_PARTIAL_REMAINDER_CEASED' | 'CLOSED_UNPAID_CEASED' | 'CLOSED_NO_DECISION';

/** Whether a court had been asked to enforce it: never, still to be withdrawn by us, or ended. */
export type CourtState = 'none' | 'pending' | 'ended';

/** Why a payment was none that the law asked for. */
export type PaymentError = 'twice' | 'after-repeal' | 'wrong-person' | 'without-decision';

/** A payment as an old ledger tells it. */
export interface StatedPayment {
  readonly paidOn: Day | null;
  readonly fen: Fen;
  readonly receiptNo: string | null;
  readonly payerName: string;
  /** The ledger itself says that somebody else paid. */
  readonly isWrongPerson: boolean;
}

/** A payment, or that part of one, which was lawful or not. */
export interface SortedPayment extends Omit<StatedPayment, 'isWrongPerson'> {
  readonly error: PaymentError | null;
}

/** A line of an old ledger. */
export interface LegacyRow {
  readonly officeCode: string;
  readonly caseNo: string;
  readonly payerName: string;
  readonly idNumber: string | null;
  /** Null where no decision was made. */
  readonly decidedOn: Day | null;
  readonly leviedFen: Fen | null;
  /** As the line says it in one sum; null where payments are listed. */
  readonly paidFen: Fen | null;
  readonly courtState: CourtState;
  readonly courtDocument: string | null;
  readonly sourceRef: string;
}

export interface LegacyCase {
  readonly id: string;
  readonly officeCode: string;
  readonly caseNo: string;
  readonly payerName: string;
  readonly numberMask: string | null;
  readonly decidedOn: Day | null;
  readonly leviedFen: Fen | null;
  readonly paidFen: Fen;
  readonly mispaidFen: Fen;
  readonly ceasedFen: Fen;
  readonly closeOut: CloseOut;
  readonly courtState: CourtState;
  readonly courtDocument: string | null;
  readonly sourceRef: string;
  readonly isInRefundReview: boolean;
}

export interface LegacyPayment {
  readonly id: string;
  readonly caseId: string;
  readonly paidOn: Day | null;
  readonly fen: Fen;
  readonly receiptNo: string | null;
  readonly payerName: string;
  readonly error: PaymentError | null;
}

export type ReviewState = 'opened' | 'verified' | 'approved' | 'rejected';

export interface RefundReview {
  readonly id: string;
  readonly caseId: string;
  readonly paymentId: string;
  readonly fen: Fen;
  readonly state: ReviewState;
  readonly foundByUnit: boolean;
  readonly reason: string;
  readonly openedBy: string;
  readonly openedOn: Day;
  /** By when our own side has to answer; nobody else has to do anything by a day. */
  readonly answerBy: Day | null;
  readonly verifiedBy: string | null;
  readonly decidedBy: string | null;
  readonly decision: string | null;
}

/** A review, and whether the money is back. */
export interface FollowedReview extends RefundReview {
  readonly paidBackOn: Day | null;
}

/** The memo table of an office: what was, and that nothing is owed. */
export interface LegacyMemo {
  readonly officeCode: string;
  readonly cases: number;
  readonly closedPaid: number;
  readonly remainderCeased: number;
  readonly unpaidCeased: number;
  readonly withoutDecision: number;
  readonly courtPending: number;
  readonly courtEnded: number;
  readonly inRefundReview: number;
  readonly leviedFen: Fen;
  readonly paidFen: Fen;
  readonly ceasedFen: Fen;
  readonly mispaidFen: Fen;
  readonly refundApprovedFen: Fen;
  readonly sealedOn: Day | null;
}

/** The certificate of a deletion: how much, of which office, by whom; nothing of anybody. */
export interface LegacyDeletion {
  readonly id: string;
  readonly officeCode: string;
  readonly takenBefore: Day;
  readonly cases: number;
  readonly payments: number;
  readonly letters: number;
  readonly byActor: string;
  readonly at: Date;
}

export interface LegacyFilter {
  /** Leading digits of the office's code. */
  readonly prefix: string;
  readonly caseNo: string | null;
  readonly closeOut: CloseOut | null;
  readonly numberKey: Buffer | null;
}

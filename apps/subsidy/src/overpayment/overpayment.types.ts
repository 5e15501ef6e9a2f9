import type { OverpaymentGround } from '@app/contracts';
import type { Day, Fen } from '@app/kernel';
import type { Bearing, Days } from './overpayment.rules';
import type { OverpaymentState } from './overpayment.state';

/** A claim that was decided, with the payment that carries it out, as it stands now. */
export interface Payment {
  readonly claimId: string;
  readonly claimNo: string;
  readonly claimYear: number;
  readonly programme: string;
  readonly divisionCode: string | null;
  readonly beneficiaryId: string;
  readonly determinationId: bigint | null;
  /** Content hash of the rules that it was decided by. */
  readonly version: string | null;
  /** The day that it was decided as of. */
  readonly asOf: Day | null;
  /** Null where nothing was ordered to be paid, or not any more. */
  readonly instructionId: string | null;
  /** With the family: credited, and not come back. */
  readonly isPaid: boolean;
  readonly attemptId: string | null;
  readonly fen: Fen;
  readonly from: Day;
  readonly until: Day;
  readonly paidOn: Day;
}

/** What of it is now known not to be owed. */
export interface Finding extends Days {
  readonly ground: OverpaymentGround;
  readonly fen: Fen;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly decision: {
    readonly outcome: 'ELIGIBLE' | 'NOT_ELIGIBLE';
    readonly amountFen: Fen | null;
    readonly met: bigint;
    readonly unknown: bigint;
    readonly version: string;
    readonly factsVersion: number | null;
    readonly personId: string;
  } | null;
}

/** An overpayment of a payment that stands. */
export interface Standing {
  readonly id: string;
  readonly ground: OverpaymentGround;
  readonly state: OverpaymentState;
  readonly fen: Fen;
  readonly from: Day;
  readonly until: Day;
  /** After what was changed since fees has it. */
  readonly stillFen: Fen;
  readonly isReported: boolean;
}

export interface OverpaymentView {
  readonly id: string;
  readonly claimId: string;
  readonly claimNo: string;
  readonly instructionId: string;
  readonly programme: string;
  readonly countyCode: string;
  readonly ground: OverpaymentGround;
  readonly state: OverpaymentState;
  readonly from: Day;
  readonly until: Day;
  readonly fen: Fen;
  readonly stillFen: Fen;
  readonly payeeName: string;
  readonly paidOn: Day;
  readonly foundOn: Day;
  readonly foundAt: Date;
  readonly evidence: string | null;
  readonly note: string | null;
  readonly reportedBy: string | null;
  readonly seenBy: string | null;
  readonly seenNote: string | null;
  readonly toldAt: Date | null;
  readonly takenUpAt: Date | null;
  readonly takenBackAt: Date | null;
  readonly takenBackWhy: string | null;
}

export interface ShareRow extends Bearing {
  readonly overpaymentId: string;
}

export interface ChangeRow {
  readonly overpaymentId: string;
  readonly seq: number;
  readonly fen: Fen;
  readonly why: string;
  readonly at: Date;
}

export interface OverpaymentFilter {
  readonly prefix: string;
  readonly state: OverpaymentState | null;
  readonly ground: OverpaymentGround | null;
  readonly programme: string | null;
}

import type { Day, Fen } from '@app/kernel';
import type { Level } from '../funding/funding.types';

export type ReimbursementState = 'open' | 'settled' | 'dropped';

/** One place owes another for a payment. */
export interface Reimbursement {
  readonly id: string;
  readonly programme: string;
  readonly beneficiaryId: string;
  readonly instructionId: string | null;
  readonly claimId: string | null;
  readonly debtorCounty: string;
  readonly debtorElsewhere: boolean;
  readonly creditorCounty: string;
  readonly creditorElsewhere: boolean;
  readonly from: Day;
  readonly until: Day;
  readonly fen: Fen;
  readonly state: ReimbursementState;
  readonly bookedAt: Date;
  readonly settledBy: string | null;
  readonly settledAt: Date | null;
  readonly documentNo: string | null;
}

export interface Share {
  readonly reimbursementId: string;
  readonly side: 'debtor' | 'creditor';
  readonly level: Level;
  readonly fen: Fen;
}

/** What one place paid a family for a period, and whether the money stands with it. */
export interface Payment {
  readonly instructionId: string;
  readonly county: string;
  readonly from: Day;
  readonly until: Day;
  readonly fen: Fen;
  readonly isPaid: boolean;
  /** The day its batch was prepared, which says who bore it. */
  readonly bornOn: Day | null;
}

/** Who is primary for which days. */
export interface Responsible {
  readonly county: string;
  readonly isElsewhere: boolean;
  readonly from: Day;
  readonly until: Day | null;
}

/** A debt that is booked and not dropped, between the payer and one other place. */
export interface Booked {
  readonly id: string;
  readonly instructionId: string;
  readonly debtorCounty: string;
  readonly debtorElsewhere: boolean;
  readonly creditorCounty: string;
  readonly creditorElsewhere: boolean;
  readonly fen: Fen;
  readonly state: 'open' | 'settled';
}

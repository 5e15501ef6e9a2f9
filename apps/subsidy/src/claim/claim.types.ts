import type { Day } from '@app/kernel';
import type { ClaimState } from './claim.state';

/** A claim as the graph and the command line show it: numbers masked. */
export interface ClaimView {
  readonly id: string;
  readonly claimNo: string;
  readonly programme: string;
  readonly claimYear: number;
  readonly submittedOn: Day;
  readonly channel: string;
  readonly relation: string;
  readonly applicantMask: string;
  readonly divisionCode: string | null;
  readonly state: ClaimState;
  readonly amountFen: bigint | null;
  readonly accountMask: string | null;
  readonly personId: string | null;
}

export interface ClaimEventView {
  readonly claimId: string;
  readonly seq: number;
  readonly from: string;
  readonly to: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly at: Date;
}

export interface ClaimFilter {
  /** Leading digits of the division code. */
  readonly prefix: string;
  readonly state?: ClaimState;
  readonly claimYear?: number;
  readonly programme?: string;
}

/** How many children were decided about, paid, returned by the bank, paid after a repair, and held for a person. */
export interface ChildrenFigures {
  readonly decided: number;
  readonly paid: number;
  readonly returned: number;
  readonly repaired: number;
  readonly held: number;
}

import type { Day, Fen } from '@app/kernel';
import type { RefundState } from './refund.state';

/** `receipt`: of a bank receipt's refundable money. `legacy`: of a payment of an old case, made in error. */
export type RefundKind = 'receipt' | 'legacy';
/** What was received this year reduces revenue; what was received in a past year comes back out of the treasury (退库). */
export type RefundRoute = 'reduce-revenue' | 'treasury-return';

export interface RefundTarget {
  readonly holderName: string;
  /** In clear; sealed before it is written. */
  readonly account: string;
  /** Twelve digits of a clearing number, or the bank's name. */
  readonly bank: string;
}

/** Money that is to go back to who paid it. */
export interface NewRefund {
  readonly kind: RefundKind;
  /** The bank receipt; or the payment of the old case. */
  readonly sourceId: string;
  readonly fen: Fen;
  readonly payerName: string;
  readonly payerKey: Buffer | null;
  /** Twelve digits: the county that took the money. */
  readonly divisionCode: string;
  readonly reason: string;
  /** Where the money came from, if that is known; else the unit names it when it verifies. */
  readonly target?: RefundTarget | null;
  /** Default today; decides whether revenue is reduced or the treasury gives back. */
  readonly receivedOn?: Day | null;
  /** Of the fiscal receipt that was issued for it, which must then be quoted. */
  readonly originalReceiptNo?: string | null;
  /** Default: a bank receipt’s refund is found by ourselves, an old case’s is asked for. */
  readonly foundByUnit?: boolean;
}

export interface RefundRow {
  readonly id: string;
  readonly kind: RefundKind;
  readonly sourceId: string;
  readonly divisionCode: string;
  readonly fen: Fen;
  readonly payerName: string;
  readonly payerKey: Buffer | null;
  readonly reason: string;
  readonly foundByUnit: boolean;
  readonly receivedOn: Day | null;
  readonly originalReceiptNo: string | null;
  readonly quotedReceiptNo: string | null;
  readonly route: RefundRoute | null;
  readonly state: RefundState;
  readonly openedBy: string;
  readonly openedOn: Day;
  readonly dueOn: Day | null;
  readonly verifiedBy: string | null;
  readonly approvedBy: string | null;
  readonly accountId: string | null;
  readonly tries: number;
  readonly endedOn: Day | null;
}

/** An account on record for a refund, its number as a mask only. */
export interface RefundAccountRow {
  readonly id: string;
  readonly refundId: string;
  readonly no: number;
  readonly holderName: string;
  readonly accountMask: string;
  readonly bank: string;
  readonly reason: string | null;
}

export interface RefundStepRow {
  readonly refundId: string;
  readonly seq: number;
  readonly fromState: RefundState | null;
  readonly toState: RefundState;
  readonly note: string | null;
  readonly actor: string;
  readonly at: Date;
}

export interface RefundFilter {
  readonly prefix: string;
  readonly state: RefundState | null;
  /** Only those whose own deadline has passed on this day. */
  readonly overdueOn: Day | null;
}

/** One try at paying a refund: a line of a file. */
export interface RefundPaymentRow {
  readonly refundId: string;
  readonly tryNo: number;
  readonly fileId: string;
  readonly line: number;
  readonly endToEndId: string;
  readonly accountId: string;
  readonly fen: Fen;
}

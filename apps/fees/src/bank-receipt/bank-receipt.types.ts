import type { Day, Fen } from '@app/kernel';

/** An account of the authority that money comes in on. */
export interface ReceivingAccount {
  readonly account: string;
  /** Twelve digits: the county whose money it is. */
  readonly divisionCode: string;
  readonly bank: string;
  readonly holderName: string;
}

export type ReceiptState = 'unmatched' | 'part' | 'matched' | 'refundable';

export interface BankReceipt {
  readonly id: string;
  readonly account: string;
  readonly divisionCode: string;
  readonly bankRef: string;
  readonly bookedOn: Day;
  readonly fen: Fen;
  readonly payerName: string;
  readonly payerAccountMask: string | null;
  readonly payerBank: string;
  readonly remittance: string;
  readonly foundReferences: readonly string[];
  readonly matchedFen: Fen;
  readonly refundableFen: Fen;
  readonly leftFen: Fen;
  readonly state: ReceiptState;
  readonly takenBy: string;
  readonly takenAt: Date;
}

/** A booking as a file states it: nothing of it is judged yet. */
export interface StatedEntry {
  readonly line: number;
  /** Empty where the file does not say. */
  readonly account: string;
  readonly bankRef: string;
  readonly status: string;
  readonly direction: string;
  readonly isReversal: boolean;
  readonly bookedAt: string;
  readonly amount: string;
  readonly currency: string;
  readonly payerName: string;
  readonly payerAccount: string;
  readonly payerBank: string;
  readonly remittance: string;
  readonly isSumWrong: boolean;
}

/** What a booking tells once it is judged to be money that came in. */
export interface StatedReceipt {
  readonly bankRef: string;
  readonly bookedOn: Day;
  readonly fen: Fen;
  readonly payerName: string;
  readonly payerAccount: string | null;
  readonly payerBank: string;
  readonly remittance: string;
}

/** A booking that was not taken in, and why. */
export interface EntryAside {
  readonly id: string;
  readonly account: string;
  readonly divisionCode: string;
  readonly line: number;
  readonly bankRef: string;
  readonly bookedAt: string;
  readonly amount: string;
  readonly code: string;
  readonly setAsideAt: Date;
  readonly settledBy: string | null;
  readonly note: string | null;
}

export interface ReceiptFilter {
  /** Leading digits of the county. */
  readonly prefix: string;
  readonly state: ReceiptState | null;
  /** Only those of which something is left. */
  readonly isOpen: boolean;
  /** Only those booked on this day or before. */
  readonly bookedUntil: Day | null;
  readonly reference: string | null;
}

/** Receipts of which something is left, by the days since they were booked. */
export interface AgeingBand {
  readonly fromDays: number;
  /** Null in the last band. */
  readonly untilDays: number | null;
  readonly receipts: number;
  readonly fen: Fen;
}

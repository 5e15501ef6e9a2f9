import type { Day, Fen } from '@app/kernel';
import type { RemittanceState } from './remittance.state';

/** Money of the current year reduces the expenditure of its budget; that of a past year goes to the treasury (退库). */
export type RemittanceRoute = 'reduce-expenditure' | 'treasury-return';

export interface RemittanceRow {
  readonly id: string;
  readonly countyCode: string;
  readonly day: Day;
  readonly state: RemittanceState;
  readonly lineCount: number;
  readonly totalFen: Fen;
  /** Hex of what the approving officer signs. */
  readonly contentHash: string;
  readonly draftedBy: string;
  readonly draftedAt: Date;
  readonly preparedBy: string | null;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
  readonly fileId: string | null;
  readonly endedOn: Day | null;
  readonly endNote: string | null;
}

export interface RemittanceLineRow {
  readonly id: string;
  readonly remittanceId: string;
  readonly line: number;
  readonly level: string;
  readonly year: number;
  readonly fen: Fen;
  readonly route: RemittanceRoute;
  readonly transferId: string;
}

/** Which amount received on which receivable a line remits, with the payment that it came by. */
export interface RemittancePartRow {
  readonly lineId: string;
  readonly stepId: string;
  readonly receivableId: string;
  readonly matterId: string;
  readonly bankReceiptId: string;
  /** Of the share that the budget has in what was received. */
  readonly shareFen: Fen;
  readonly fen: Fen;
  /** Of the fiscal receipt that stands for it; null while none is given out. */
  readonly receiptNumber: string | null;
  readonly receivedOn: Day;
}

/** What stands in a budget's account and is promised to no remittance. */
export interface Standing {
  readonly countyCode: string;
  readonly level: string;
  readonly year: number;
  readonly fen: Fen;
}

/** A share of an amount that was received, and what of it may still be remitted. */
export interface OpenShare {
  readonly stepId: string;
  /** Receivable and bank receipt: what is given back is given back of both. */
  readonly pair: string;
  /** Received and in no remittance. */
  readonly fen: Fen;
}

import type { Fen } from '@app/kernel';

export type MatchHow = 'reference' | 'amount-and-name' | 'by-hand';
export type MatchState = 'proposed' | 'confirmed' | 'declined' | 'lapsed' | 'undone';

/** What of a receipt pays which request; without a request, the receivable itself. */
export interface Match {
  readonly id: string;
  readonly receiptId: string;
  /** Who took the receipt in. */
  readonly takenBy: string;
  readonly receivableId: string;
  readonly requestId: string | null;
  /** Of the request. */
  readonly reference: string | null;
  readonly debtorName: string;
  readonly divisionCode: string;
  readonly fen: Fen;
  readonly how: MatchHow;
  readonly isAutomatic: boolean;
  readonly state: MatchState;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly reason: string | null;
  readonly undoneBy: string | null;
  readonly undoneAt: Date | null;
  readonly undoReason: string | null;
}

/** What one look through the open receipts did. */
export interface MatchRun {
  readonly matched: number;
  readonly matchedFen: Fen;
  readonly refundable: number;
  readonly proposed: number;
  readonly lapsed: number;
}

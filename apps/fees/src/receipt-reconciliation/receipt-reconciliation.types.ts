import type { Day, Fen } from '@app/kernel';

/** What the bank's statement says came in on an account and day. */
export interface BankDayTotal {
  readonly account: string;
  readonly day: Day;
  readonly receipts: number;
  readonly fen: Fen;
  readonly source: string;
}

/** Figures of a county, those of the bank and its receipts of one day, the others as they stand. */
export interface Figures {
  /** Null where the bank has not said. */
  readonly statedFen: Fen | null;
  readonly bookedFen: Fen;
  readonly ledgerFen: Fen;
  readonly matchedFen: Fen;
  readonly refundableFen: Fen;
  readonly unmatchedFen: Fen;
  /** Of every receipt of the county, as its own row says and as the ledger says. */
  readonly openFen: Fen;
  readonly openLedgerFen: Fen;
  readonly collectedFen: Fen;
  readonly remittedFen: Fen;
  readonly underWayFen: Fen;
  readonly givenBackFen: Fen;
  readonly standingFen: Fen;
  readonly satisfiedFen: Fen;
  readonly receiptedFen: Fen;
}

export type DifferenceKind =
  'bank-missing' | 'bank-total' | 'bank-ledger' | 'receipt-split' | 'unmatched' | 'collected' | 'fiscal-receipts';

export interface Difference {
  readonly kind: DifferenceKind;
  readonly expectedFen: Fen;
  readonly foundFen: Fen;
}

export interface ReconciliationRow extends Omit<Figures, 'ledgerFen' | 'openFen' | 'openLedgerFen'> {
  readonly id: string;
  readonly countyCode: string;
  readonly day: Day;
  readonly no: number;
  readonly isBalanced: boolean;
  readonly runBy: string;
  readonly runAt: Date;
}

export interface DifferenceRow extends Difference {
  readonly id: string;
  readonly countyCode: string;
  readonly day: Day;
  readonly foundAt: Date;
  readonly endedBy: string | null;
  readonly endedAt: Date | null;
  readonly note: string | null;
}

export interface MonthRow {
  readonly countyCode: string;
  readonly month: Day;
  readonly bookedFen: Fen;
  readonly days: number;
  readonly closedBy: string;
  readonly closedOn: Day;
}

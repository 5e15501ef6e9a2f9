import type { Day, Fen } from '@app/kernel';

/** A budget of a funder, and how much of the receivable is its money. */
export interface ReceivableShare {
  readonly level: string;
  readonly year: number;
  readonly fen: Fen;
}

/** What a decision that was served says somebody owes. */
export interface NewReceivable {
  /** The recovery case. */
  readonly matterId: string;
  /** Twelve digits: the county acting. */
  readonly divisionCode: string;
  readonly programme: string;
  /** `key`: blind index of the identity number, as letter.recipient_key. */
  readonly debtor: { readonly name: string; readonly key: Buffer | null };
  readonly fen: Fen;
  /** Sum to `fen`. */
  readonly shares: readonly ReceivableShare[];
}

/** A bank receipt, or part of one, that is counted for a receivable: for the request it names, or those due first. */
export interface Payment {
  readonly id: string;
  readonly requestId: string | null;
  readonly receiptId: string;
  readonly fen: Fen;
}

export type CutReason = 'decision-changed' | 'waived' | 'ceased';

/** Open is decided less cut less received, and never below nothing: the database keeps it so. */
export interface ReceivableStanding {
  readonly id: string;
  readonly matterId: string;
  readonly decidedFen: Fen;
  readonly cutFen: Fen;
  readonly receivedFen: Fen;
  readonly openFen: Fen;
}

/** What was received beyond the amount that a later decision leaves: it goes back to who paid, by receipt. */
export interface Excess {
  readonly excessFen: Fen;
  readonly excess: readonly { readonly receiptId: string; readonly fen: Fen }[];
}

export interface Receivable extends ReceivableStanding {
  readonly divisionCode: string;
  readonly programme: string;
  readonly debtorName: string;
  readonly openedBy: string;
  readonly openedOn: Day;
}

/** A share and what it got back so far. */
export interface ShareStanding extends ReceivableShare {
  readonly receivableId: string;
  readonly receivedFen: Fen;
}

export type StepKind = 'opened' | 'requested' | 'withdrawn' | 'received' | 'cut' | 'returned';

/** One line of a receivable's history. */
export interface ReceivableStep {
  readonly id: string;
  readonly receivableId: string;
  readonly no: number;
  readonly kind: StepKind;
  readonly fen: Fen;
  /** What is owed after it. */
  readonly openFen: Fen;
  readonly reason: CutReason | null;
  readonly note: string | null;
  readonly reference: string | null;
  readonly receiptId: string | null;
  readonly onDay: Day;
  readonly at: Date;
}

/** What of a step was a budget's. */
export interface StepShare extends ReceivableShare {
  readonly stepId: string;
}

export interface ReceivableFilter {
  /** Leading digits of the division. */
  readonly prefix: string;
  readonly matterId: string | null;
  /** Whether something is still owed; null: both. */
  readonly isOpen: boolean | null;
  readonly numberKey: Buffer | null;
}

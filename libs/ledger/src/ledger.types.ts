import type { Fen } from '@app/kernel';

/** Only a source may give more than it got: it stands for the world outside. */
export type AccountKind = 'source' | 'budget' | 'working' | 'final';

export interface LedgerAccount {
  /** `kind:part:part`, lower-case first: `budget:childcare:340202000000:2026:central`. */
  readonly code: string;
  readonly kind: AccountKind;
}

/** Money from one account to another; the id is the caller's, so that asking twice moves it once. */
export interface Transfer {
  readonly id: string;
  readonly debit: string;
  readonly credit: string;
  /** More than zero. */
  readonly fen: Fen;
  /** Why, as a stable word: `release`, `settled`. */
  readonly code: string;
  /** The row it is about, in the caller's tables. */
  readonly ref?: string;
  readonly at: Date;
}

/** Ends a pending transfer, once: the money goes (post) or becomes available again (void). */
export interface Ending {
  readonly id: string;
  readonly pendingId: string;
  readonly code: string;
  readonly at: Date;
}

/** All four counters, and what can still be given away, in fen. */
export interface Balance {
  readonly code: string;
  readonly kind: AccountKind;
  readonly debitsPosted: Fen;
  readonly creditsPosted: Fen;
  readonly debitsPending: Fen;
  readonly creditsPending: Fen;
  /** Received less given less reserved. Negative only for a source. */
  readonly available: Fen;
}

import type { Fen } from '@app/kernel';

/** One line of an account's statement. */
export interface AccountLine {
  readonly id: string;
  readonly at: Date;
  /** Why, as a stable word. */
  readonly code: string;
  readonly otherAccount: string;
  readonly inFen: Fen;
  readonly outFen: Fen;
  /** What the account held after it: received less given. */
  readonly balanceFen: Fen;
  readonly ref: string | null;
}

import type { Day, Fen } from '@app/kernel';

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

export interface StatementFilter {
  readonly account: string;
  readonly from: Day | null;
  /** The first day that is left out. */
  readonly until: Day | null;
  readonly after: readonly string[] | undefined;
  readonly limit: number;
}

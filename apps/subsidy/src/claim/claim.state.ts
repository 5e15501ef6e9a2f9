/** Where a claim stands. */
export type ClaimState =
  | 'new'
  | 'received'
  | 'held'
  | 'determined'
  | 'reviewed'
  | 'confirmed'
  | 'paying'
  | 'paid'
  | 'returned'
  | 'closed'
  | 'refused'
  | 'withdrawn';

/** Every move there is. What is not listed cannot happen; PostgreSQL mirrors it in claim_state_move. */
export const MOVES: Record<ClaimState, readonly ClaimState[]> = {
  new: ['received'],
  received: ['determined', 'held', 'withdrawn'],
  held: ['received', 'refused', 'withdrawn'], // Only a person refuses, and only from here.
  determined: ['reviewed', 'held', 'withdrawn'],
  reviewed: ['confirmed', 'held', 'withdrawn'],
  confirmed: ['paying', 'held'],
  paying: ['paid', 'returned', 'confirmed'], // Back to confirmed when its batch was cancelled before sending.
  paid: ['closed', 'returned'], // A bank may send money back weeks after it said "paid".
  returned: ['paying', 'held'],
  closed: ['returned'],
  refused: ['received'], // An objection was upheld.
  withdrawn: [],
};

export const canMove = (from: string, to: ClaimState): boolean => MOVES[from as ClaimState].includes(to);

/** States in which a claim takes the child's year: one at most, by constraint. */
export const TAKES_THE_YEAR: readonly ClaimState[] = ['confirmed', 'paying', 'paid', 'returned', 'closed'];

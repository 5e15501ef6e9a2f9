/** Where a refund stands. */
export type RefundState =
  'asked' | 'verified' | 'approved' | 'handed' | 'confirmed' | 'returned' | 'repaired' | 'rejected';

/** Every move there is. What is not listed cannot happen; a trigger in PostgreSQL repeats it. */
export const MOVES: Record<RefundState, readonly RefundState[]> = {
  asked: ['verified', 'rejected'],
  verified: ['approved', 'rejected'],
  approved: ['handed'],
  handed: ['confirmed', 'returned'],
  confirmed: ['returned'], // A bank may send money back weeks after it said "paid".
  returned: ['repaired'],
  repaired: ['approved'], // To another account, so finance looks again.
  rejected: [], // The money is free again, and another refund of it may be asked for.
};

export const canMove = (from: RefundState, to: RefundState): boolean => MOVES[from].includes(to);

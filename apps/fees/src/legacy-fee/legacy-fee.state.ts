import type { ReviewState } from './legacy-fee.types';

/** Every move of a refund review. What is not listed cannot happen; a trigger in PostgreSQL repeats it. */
export const MOVES: Record<ReviewState, readonly ReviewState[]> = {
  opened: ['verified'],
  verified: ['approved', 'rejected'],
  approved: [],
  rejected: [], // Another review of the same payment may be opened with new evidence.
};

export const canMove = (from: ReviewState, to: ReviewState): boolean => MOVES[from].includes(to);

import type { MatchState } from './match.types';

/** Every move of a match. What is not listed cannot happen; a trigger in PostgreSQL repeats it. */
export const MOVES: Record<MatchState, readonly MatchState[]> = {
  proposed: ['confirmed', 'declined', 'lapsed'], // Lapsed: the receipt or the request went another way meanwhile.
  confirmed: ['undone'], // By new transfers, while the money is not with the treasury.
  declined: [],
  lapsed: [],
  undone: [],
};

export const canMove = (from: MatchState, to: MatchState): boolean => MOVES[from].includes(to);

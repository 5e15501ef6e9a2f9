/** Where a request stands. `late` is answered after the deadline, when the matter had gone on without. */
export type CoordinationState = 'asked' | 'returned' | 'answered' | 'silent' | 'late' | 'withdrawn';

/** Every move there is. What is not listed cannot happen; PostgreSQL mirrors it in coordination_move. */
export const MOVES: Record<CoordinationState, readonly CoordinationState[]> = {
  asked: ['returned', 'answered', 'silent', 'withdrawn'],
  returned: ['asked', 'answered', 'silent', 'withdrawn'],
  silent: ['late'], // No reply never ends the question: an answer that comes later is told again.
  answered: [],
  late: [],
  withdrawn: [],
};

export const canMove = (from: CoordinationState, to: CoordinationState): boolean => MOVES[from].includes(to);

/** Where the hand-over of a case stands. Until it is accepted, who was responsible stays so. */
export type HandOver = 'none' | 'offered' | 'accepted' | 'declined';

/** Mirrored in coordination_hand_over_move. */
export const HAND_OVER_MOVES: Record<HandOver, readonly HandOver[]> = {
  none: ['offered'],
  offered: ['accepted', 'declined'],
  accepted: ['offered'], // Back, or on.
  declined: ['offered'],
};

/** Where a remedy stands. `proposed`: an outcome that changes an amount waits for a second officer. */
export type RemedyState = 'filed' | 'supplement' | 'accepted' | 'refused' | 'proposed' | 'decided';

/** Every move there is. What is not listed cannot happen; the table remedy_move repeats it. */
export const MOVES: Record<RemedyState, readonly RemedyState[]> = {
  filed: ['supplement', 'accepted', 'refused', 'decided'], // Decided: withdrawn before anybody looked.
  supplement: ['filed', 'refused', 'decided'],
  accepted: ['accepted', 'proposed', 'decided'], // Accepted again: its time to decide was extended.
  proposed: ['accepted', 'decided'],
  refused: [],
  decided: [],
};

export const canMove = (from: RemedyState, to: RemedyState): boolean => MOVES[from].includes(to);

export const isOpen = (state: RemedyState): boolean => MOVES[state].length > 0;

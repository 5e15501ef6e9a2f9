/** Where a complaint stands. */
export const COMPLAINT_STATES = ['filed', 'handling', 'upheld', 'executed', 'not-upheld', 'withdrawn'] as const;
export type ComplaintState = (typeof COMPLAINT_STATES)[number];

/** Every move there is; PostgreSQL mirrors it in complaint_move. A move to itself is a hand-over. */
export const MOVES: Readonly<Record<'new' | ComplaintState, readonly ComplaintState[]>> = {
  new: ['filed'],
  filed: ['filed', 'handling', 'withdrawn'],
  handling: ['handling', 'upheld', 'not-upheld', 'withdrawn'],
  upheld: ['executed'], // A right outcome is not enough: something is mended.
  executed: [],
  'not-upheld': ['handling'], // Whoever complained is not content, and somebody else looks.
  withdrawn: ['filed'],
};

export const canMove = (from: ComplaintState, to: ComplaintState): boolean => MOVES[from].includes(to);

/** Those in which an authority has to act by the deadline. */
export const WAITS: readonly ComplaintState[] = ['filed', 'handling', 'upheld'];

/** Where one part of a newborn matter stands. */
export type SubCaseState = 'offered' | 'declined' | 'open' | 'waiting' | 'done' | 'failed' | 'withdrawn';

/** Every move there is. What is not listed cannot happen; PostgreSQL mirrors it in newborn_state_move. */
export const MOVES: Record<SubCaseState, readonly SubCaseState[]> = {
  offered: ['open', 'declined', 'done'], // The authority may have served the family before anybody chose.
  declined: ['open', 'done'],
  open: ['waiting', 'done', 'failed', 'withdrawn'],
  waiting: ['open', 'done', 'failed', 'withdrawn'], // For something of the family's: the authority's days stand still.
  failed: ['open', 'done'], // Tried again, or served elsewhere.
  withdrawn: ['open', 'done'],
  done: ['open'], // It turned out that it was not.
};

export const canMove = (from: SubCaseState, to: SubCaseState): boolean => MOVES[from].includes(to);

/** States in which the days of the authority run. */
export const RUNNING: readonly SubCaseState[] = ['open'];

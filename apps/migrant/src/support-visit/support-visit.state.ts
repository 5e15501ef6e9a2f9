/** Where a support visit stands. */
export const SUPPORT_VISIT_STATES = ['offered', 'accepted', 'done', 'declined', 'cancelled'] as const;
export type SupportVisitState = (typeof SUPPORT_VISIT_STATES)[number];

/** Every move there is; PostgreSQL mirrors it in support_visit_move. The end of the consent deletes a visit in any state. */
export const MOVES: Readonly<Record<'new' | SupportVisitState, readonly SupportVisitState[]>> = {
  new: ['offered'],
  offered: ['accepted', 'declined', 'cancelled'],
  accepted: ['done', 'declined', 'cancelled'],
  done: ['accepted'], // Entered by mistake: it has not taken place.
  declined: ['accepted'], // The family changed their mind.
  cancelled: [],
};

export const canMove = (from: SupportVisitState, to: SupportVisitState): boolean => MOVES[from].includes(to);

/** Where a request for a service stands. */
export const SERVICE_REQUEST_STATES = ['asked', 'incomplete', 'taken', 'served', 'declined', 'withdrawn'] as const;
export type ServiceRequestState = (typeof SERVICE_REQUEST_STATES)[number];

/**
 * Every move there is; PostgreSQL mirrors it in service_request_move. A move to itself is a change within a state: a
 * referral, a second notice that waits, a paper that is no longer asked for.
 */
export const MOVES: Readonly<Record<'new' | ServiceRequestState, readonly ServiceRequestState[]>> = {
  new: ['asked'],
  asked: ['asked', 'incomplete', 'taken', 'declined', 'withdrawn'],
  incomplete: ['incomplete', 'asked', 'taken', 'withdrawn'],
  taken: ['taken', 'served', 'declined', 'withdrawn'],
  served: ['taken'], // It was not given after all, or a complaint was upheld.
  declined: ['taken'], // A person looked again.
  withdrawn: ['asked'], // The family changed their mind.
};

export const canMove = (from: ServiceRequestState, to: ServiceRequestState): boolean => MOVES[from].includes(to);

/** Those in which it is not over. */
export const isOpen = (state: ServiceRequestState): boolean => ['asked', 'incomplete', 'taken'].includes(state);

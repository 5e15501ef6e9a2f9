import type { RequestState } from './payment-request.types';

/** Every move of a payment request. What is not listed cannot happen; a trigger in PostgreSQL repeats it. */
export const MOVES: Record<RequestState, readonly RequestState[]> = {
  open: ['part', 'paid', 'cancelled'],
  part: ['part', 'paid', 'cancelled'],
  paid: [],
  cancelled: [], // Money that still comes under its reference is looked at by an officer.
};

export const isOpen = (state: RequestState): boolean => MOVES[state].length > 0;

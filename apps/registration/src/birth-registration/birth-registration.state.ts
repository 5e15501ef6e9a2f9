/** Where a birth registration stands. */
export const BIRTH_REGISTRATION_STATES = [
  'submitted',
  'returned',
  'asking',
  'accepted',
  'registered',
  'elsewhere',
  'not-covered',
  'withdrawn',
  'cancelled',
] as const;

export type BirthRegistrationState = (typeof BIRTH_REGISTRATION_STATES)[number];

/**
 * Every move there is; the database holds the same table (birth_registration_move). A move to itself is a change within
 * a state: a correction, a birth that took place, an answer that came late.
 */
export const MOVES: Readonly<Record<'new' | BirthRegistrationState, readonly BirthRegistrationState[]>> = {
  new: ['submitted'],
  submitted: ['submitted', 'accepted', 'returned', 'asking', 'not-covered', 'withdrawn'],
  returned: ['returned', 'submitted', 'withdrawn'],
  asking: ['asking', 'accepted', 'elsewhere', 'withdrawn'],
  accepted: ['accepted', 'asking', 'registered', 'elsewhere', 'not-covered', 'withdrawn'],
  registered: ['registered', 'cancelled', 'withdrawn'],
  elsewhere: [],
  'not-covered': ['submitted', 'withdrawn'],
  withdrawn: [],
  cancelled: [],
};

export const canMove = (from: BirthRegistrationState, to: BirthRegistrationState): boolean => MOVES[from].includes(to);

/** Those in which the birth counts as registered or about to be: no second registration beside it. */
export const isLive = (state: BirthRegistrationState): boolean => MOVES[state].length > 0 && state !== 'not-covered';

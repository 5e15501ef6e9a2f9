/** Where a plan stands. */
export const PLAN_STATES = [
  'proposed',
  'agreed',
  'suspended',
  'settled',
  'broken',
  'replaced',
  'declined',
  'withdrawn',
  'lapsed',
] as const;
export type PlanState = (typeof PLAN_STATES)[number];

/** Every move of a plan. What is not listed cannot happen; PostgreSQL mirrors it in instalment_move. */
export const MOVES: Readonly<Record<PlanState, readonly PlanState[]>> = {
  proposed: ['agreed', 'declined', 'withdrawn', 'lapsed'],
  agreed: ['suspended', 'settled', 'broken', 'replaced'],
  suspended: ['agreed', 'settled', 'replaced'], // Nothing breaks while a remedy suspends.
  settled: [],
  broken: [], // Another plan may be agreed over what is open.
  replaced: [],
  declined: [],
  withdrawn: [],
  lapsed: [], // Nothing was left to agree on.
};

export const canMove = (from: PlanState, to: PlanState): boolean => MOVES[from].includes(to);

/** Whether it says when what is to be paid. */
export const isInForce = (state: PlanState): boolean => state === 'agreed' || state === 'suspended';

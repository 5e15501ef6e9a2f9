import type { PairStateName } from './duplicate.types';

/** Every move there is. A pair that was merged opens again when the merge is undone; what looked alike once may again. */
export const MOVES: Record<PairStateName, readonly PairStateName[]> = {
  open: ['not-same', 'merged', 'gone'],
  'not-same': ['open'],
  merged: ['open'],
  gone: ['open'],
};

export const canMove = (from: PairStateName, to: PairStateName): boolean => MOVES[from].includes(to);

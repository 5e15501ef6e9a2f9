import type { FindingState } from './quality.types';

/** Every move there is. What an officer confirmed is asked again when what contradicts changes. */
export const MOVES: Record<FindingState, readonly FindingState[]> = {
  open: ['corrected', 'right'],
  right: ['open', 'corrected'],
  corrected: [], // The same contradiction once more is another finding.
};

import { defineJob } from '@app/jobs';

/** Hand over what is to be handed over, fetch what came back, of one comparison. */
export const followComparison = defineJob<{ id: string }>({
  queue: 'exchange',
  name: 'comparison.follow',
  key: ({ id }) => id,
});

/** Look through the comparisons that have lines without a result. */
export const ringComparisons = defineJob<{ bell: string }>({
  queue: 'exchange',
  name: 'comparison.ring',
  key: ({ bell }) => bell,
});

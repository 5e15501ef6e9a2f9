import { defineJob } from '@app/jobs';

/** Draft what stands, and hand over what is approved. */
export const lookAtTreasury = defineJob<{ bell: string }>({
  queue: 'fees',
  name: 'treasury.look',
  key: ({ bell }) => bell,
});

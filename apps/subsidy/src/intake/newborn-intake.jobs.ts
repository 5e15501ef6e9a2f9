import { defineJob } from '@app/jobs';

/** Tell registration of every newborn's claim that moved. The table is the truth, this only rings the bell. */
export const tellNewborns = defineJob<{ bell: string }>({
  queue: 'subsidy',
  name: 'newborn-claim.tell',
  key: ({ bell }) => bell,
});

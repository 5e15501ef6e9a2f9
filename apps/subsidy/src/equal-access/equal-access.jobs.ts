import { defineJob } from '@app/jobs';

/** Look whether a quarter is to be frozen. The tables are the truth, this only rings the bell. */
export const freezeEqualAccess = defineJob<{ bell: string }>({
  queue: 'subsidy',
  name: 'equal-access.freeze',
  key: ({ bell }) => bell,
});

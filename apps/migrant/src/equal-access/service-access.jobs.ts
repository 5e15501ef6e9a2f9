import { defineJob } from '@app/jobs';

/** Look whether a quarter is to be frozen. The tables are the truth, this only rings the bell. */
export const freezeServiceAccess = defineJob<{ bell: string }>({
  queue: 'migrant',
  name: 'service-access.freeze',
  key: ({ bell }) => bell,
});

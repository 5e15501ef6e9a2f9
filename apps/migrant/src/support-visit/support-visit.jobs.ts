import { defineJob } from '@app/jobs';

/** Look which consents are over. The tables are the truth, this only rings the bell. */
export const lookAtConsents = defineJob<{ bell: string }>({
  queue: 'migrant',
  name: 'support.look',
  key: ({ bell }) => bell,
});

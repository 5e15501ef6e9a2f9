import { defineJob } from '@app/jobs';

/** Look which requests are due, silent or over. The tables are the truth, this only rings the bell. */
export const lookAtCoordination = defineJob<{ bell: string }>({
  queue: 'migrant',
  name: 'coordination.look',
  key: ({ bell }) => bell,
});

import { defineJob } from '@app/jobs';

/** Look what is due. The tables are the truth, this only rings the bell. */
export const lookAtServices = defineJob<{ bell: string }>({
  queue: 'migrant',
  name: 'services.look',
  key: ({ bell }) => bell,
});

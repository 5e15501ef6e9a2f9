import { defineJob } from '@app/jobs';

/** Look what fell due or was missed. The tables are the truth, this only rings the bell. */
export const lookAtInstalments = defineJob<{ bell: string }>({
  queue: 'fees',
  name: 'instalments.look',
  key: ({ bell }) => bell,
});

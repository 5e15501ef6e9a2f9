import { defineJob } from '@app/jobs';

/** Look which complaints are due. The tables are the truth, this only rings the bell. */
export const lookAtComplaints = defineJob<{ bell: string }>({
  queue: 'migrant',
  name: 'complaints.look',
  key: ({ bell }) => bell,
});

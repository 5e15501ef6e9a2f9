import { defineJob } from '@app/jobs';

/** Close what is over; many bells in a row are one look. */
export const closeMonths = defineJob<{ bell: string }>({
  queue: 'migrant',
  name: 'flow.close',
  key: ({ bell }) => bell,
});

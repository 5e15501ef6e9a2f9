import { defineJob } from '@app/jobs';

/** Look at everybody whose registration moved. The table is the truth, this only rings the bell. */
export const followMoves = defineJob<{ bell: string }>({
  queue: 'subsidy',
  name: 'portability.follow',
  key: ({ bell }) => bell,
});

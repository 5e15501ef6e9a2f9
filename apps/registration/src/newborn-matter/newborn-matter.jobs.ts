import { defineJob } from '@app/jobs';

/** Look what the register has learnt and what is due. The tables are the truth, this only rings the bell. */
export const lookAtNewborns = defineJob<{ bell: string }>({
  queue: 'registration',
  name: 'newborn.look',
  key: ({ bell }) => bell,
});

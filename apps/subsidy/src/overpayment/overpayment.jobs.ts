import { defineJob } from '@app/jobs';

/** Look at what was paid and is in doubt, and tell of what was found. The tables are the truth, this only rings the bell. */
export const findOverpayments = defineJob<{ bell: string }>({
  queue: 'subsidy',
  name: 'overpayment.find',
  key: ({ bell }) => bell,
});

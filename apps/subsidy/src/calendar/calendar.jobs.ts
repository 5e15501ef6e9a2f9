import { defineJob } from '@app/jobs';

/** Look at the payment calendar: whatever is due is to be started. The table is the truth, this only rings the bell. */
export const ringCalendar = defineJob<{ bell: string }>({
  queue: 'subsidy',
  name: 'calendar.ring',
  key: ({ bell }) => bell,
});

/** Start one run that is due, if it still is. */
export const startRun = defineJob<{ id: string }>({
  queue: 'subsidy',
  name: 'calendar.start',
  key: ({ id }) => id,
});

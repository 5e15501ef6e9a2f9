import { defineJob } from '@app/jobs';

/** Look at the payment calendar: whatever is due starts. The table is the truth, this only rings the bell. */
export const ringCalendar = defineJob<{ bell: string }>({
  queue: 'subsidy',
  name: 'calendar.ring',
  key: ({ bell }) => bell,
});

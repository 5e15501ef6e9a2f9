import { defineJob } from '@app/jobs';

/** Ask other installations what is due to be asked, and read what they said. The table is the truth, this only rings the bell. */
export const askEnrolments = defineJob<{ bell: string }>({
  queue: 'subsidy',
  name: 'enrolment.ask',
  key: ({ bell }) => bell,
});

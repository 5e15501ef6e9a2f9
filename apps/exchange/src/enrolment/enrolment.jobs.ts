import { defineJob } from '@app/jobs';

/** Ask another installation what is due; of several of these at a time one is on its way. */
export const askEnrolments = defineJob<{ peer: string }>({
  queue: 'exchange',
  name: 'enrolment.ask',
  key: ({ peer }) => peer,
});

/** Look through the questions: those that are due are asked, those beyond their deadline end, old ones are forgotten. */
export const ringEnrolments = defineJob<{ bell: string }>({
  queue: 'exchange',
  name: 'enrolment.ring',
  key: ({ bell }) => bell,
});

import { defineJob } from '@app/jobs';

/** Tells the subsidy app that the feed has changes: many bells in a row are one pull. */
export const registrationChanged = defineJob<{ feed: string }>({
  queue: 'subsidy',
  name: 'facts.pull',
  key: ({ feed }) => feed,
});

export const PERSONS_FEED = 'registration.persons';

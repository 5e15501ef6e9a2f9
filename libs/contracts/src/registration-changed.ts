import { defineJob } from '@app/jobs';

/** Told by registration to the subsidy app: the feed has changes. Many bells in a row are one pull. */
export const registrationChanged = defineJob<{ feed: string }>({
  queue: 'subsidy',
  name: 'facts.pull',
  key: ({ feed }) => feed,
});

export const PERSONS_FEED = 'registration.persons';

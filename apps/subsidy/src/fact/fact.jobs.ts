import { defineJob } from '@app/jobs';

/** The register has changes: pull them. Many bells in a row are one pull. */
export const pullFacts = defineJob<{ feed: string }>({
  queue: 'subsidy',
  name: 'facts.pull',
  key: ({ feed }) => feed,
});

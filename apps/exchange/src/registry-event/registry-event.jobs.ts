import { defineJob } from '@app/jobs';

/** Ask the registry for its changes since the last time. */
export const pullEvents = defineJob<{ bell: string }>({
  queue: 'exchange',
  name: 'registry-event.pull',
  key: ({ bell }) => bell,
});

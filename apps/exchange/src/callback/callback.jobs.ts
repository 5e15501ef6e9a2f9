import { defineJob } from '@app/jobs';

/** Drop messages that are remembered long enough. */
export const forgetMessages = defineJob<{ bell: string }>({
  queue: 'exchange',
  name: 'callback.forget',
  key: ({ bell }) => bell,
});

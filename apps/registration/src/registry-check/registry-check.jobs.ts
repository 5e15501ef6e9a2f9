import { defineJob } from '@app/jobs';

/** Ask the household registry about one parent. */
export const askRegistry = defineJob<{ check: string }>({
  queue: 'registration',
  name: 'registry-check.ask',
  key: ({ check }) => check,
});

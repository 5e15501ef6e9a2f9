import { defineJob } from '@app/jobs';

/** Send an approved batch to the bank, if it still waits for that. */
export const sendBatch = defineJob<{ batch: string }>({
  queue: 'subsidy',
  name: 'batch.send',
  key: ({ batch }) => batch,
});

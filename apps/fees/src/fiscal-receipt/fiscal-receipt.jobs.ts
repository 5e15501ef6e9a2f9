import { defineJob } from '@app/jobs';

/** Give out receipts for what was matched and has none yet. */
export const issueDueReceipts = defineJob<{ bell: string }>({
  queue: 'fees',
  name: 'fiscal-receipt.issue-due',
  key: ({ bell }) => bell,
});

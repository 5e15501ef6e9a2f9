import { defineJob } from '@app/jobs';

/** Money moved on a receivable, or an amount was cut: whoever owns the case looks at where it stands. */
export const receivableChanged = defineJob<{ receivable: string }>({
  queue: 'fees',
  name: 'receivable.changed',
  key: ({ receivable }) => receivable,
});

/** The same for whoever keeps a plan of instalments. */
export const receivablePaid = defineJob<{ receivable: string }>({
  queue: 'fees',
  name: 'receivable.paid',
  key: ({ receivable }) => receivable,
});

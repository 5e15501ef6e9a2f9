import { defineJob } from '@app/jobs';

/** Delete what is due today, if that is not done yet; of many rings one message goes on its way. */
export const deleteDue = defineJob<{ bell: string }>({
  queue: 'migrant',
  name: 'retention.delete',
  key: ({ bell }) => bell,
});

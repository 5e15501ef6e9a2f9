import { defineJob } from '@app/jobs';

/** A remedy came to its outcome. Whoever hears it asks RemedyService.outcome for what it was. */
export const remedyDecided = defineJob<{ remedy: string }>({
  queue: 'fees',
  name: 'remedy.decided',
  key: ({ remedy }) => remedy,
});

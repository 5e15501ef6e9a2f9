import { defineJob } from '@app/jobs';

/** What a remedy had suspended goes on. Whoever hears it looks at how the matter stands. */
export const remedyResumed = defineJob<{ remedy: string; suspension: number }>({
  queue: 'fees',
  name: 'remedy.resumed',
  key: ({ remedy, suspension }) => `${remedy}-${suspension}`,
});

/** A remedy came to its outcome. Whoever hears it asks RemedyService.outcome for what it was. */
export const remedyDecided = defineJob<{ remedy: string }>({
  queue: 'fees',
  name: 'remedy.decided',
  key: ({ remedy }) => remedy,
});

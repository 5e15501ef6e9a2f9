import { defineJob } from '@app/jobs';

/**
 * The day on which a letter is served has changed: it was served, or a wrong proof was corrected. Whoever hears it asks
 * DeliveryService.servedOn, which may say that it is not served after all.
 */
export const letterServed = defineJob<{ letter: string }>({
  queue: 'fees',
  name: 'letter.served',
  key: ({ letter }) => letter,
});

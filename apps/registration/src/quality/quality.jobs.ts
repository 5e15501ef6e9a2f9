import { defineJob } from '@app/jobs';

/** Look through the register for contradictions; many changes in a row are one look. */
export const refreshQuality = defineJob<{ register: string }>({
  queue: 'registration',
  name: 'quality.refresh',
  key: ({ register }) => register,
});

import { defineJob } from '@app/jobs';

/** Look for double records among those that changed since the last search; many imports in a row are one search. */
export const searchDuplicates = defineJob<{ register: string }>({
  queue: 'registration',
  name: 'duplicate.search',
  key: ({ register }) => register,
});

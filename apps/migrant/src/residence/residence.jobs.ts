import { defineJob } from '@app/jobs';

/** Look who a resident is in the register: who was noted by number is linked to the person once. */
export const linkResident = defineJob<{ resident: string }>({
  queue: 'migrant',
  name: 'resident.link',
  key: ({ resident }) => resident,
});

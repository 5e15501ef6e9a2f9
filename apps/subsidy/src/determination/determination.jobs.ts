import { defineJob } from '@app/jobs';

/** Decide one part of a run. Its row says whether that is still to be done. */
export const decideChunk = defineJob<{ run: string; no: number }>({
  queue: 'subsidy',
  name: 'determination.chunk',
  key: ({ run, no }) => `${run}-${no}`,
});

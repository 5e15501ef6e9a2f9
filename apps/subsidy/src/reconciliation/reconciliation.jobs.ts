import { defineJob } from '@app/jobs';

/** Look what waits to go to the bank and what came from it. Batches and files are the truth, this only rings the bell. */
export const courierRound = defineJob<{ bell: string }>({
  queue: 'subsidy',
  name: 'courier.round',
  key: ({ bell }) => bell,
});

/** Take an answer file of the bank's folder in; its name alone. */
export const receiveAnswer = defineJob<{ file: string }>({
  queue: 'subsidy',
  name: 'answer.receive',
  key: ({ file }) => encodeURIComponent(file),
});

/** Compare list, bank and ledger of a batch whose last answer was taken in. */
export const reconcileBatch = defineJob<{ batch: string }>({
  queue: 'subsidy',
  name: 'batch.reconcile',
  key: ({ batch }) => batch,
});

import type { Tx } from '@app/database';
import { defineJob, type Outbox } from '@app/jobs';

/** Told by registration to the subsidy app: the feed has changes. Many bells in a row are one pull. */
export const registrationChanged = defineJob<{ feed: string }>({
  queue: 'subsidy',
  name: 'facts.pull',
  key: ({ feed }) => feed,
});

/** The same, told to the migrant app. */
export const residentsChanged = defineJob<{ feed: string }>({
  queue: 'migrant',
  name: 'residents.pull',
  key: ({ feed }) => feed,
});

export const PERSONS_FEED = 'registration.persons';

/** Rings the bell of everybody who reads the feed of persons, with the change. */
export async function tellRegistrationChanged(outbox: Outbox, tx: Tx): Promise<void> {
  for (const job of [registrationChanged, residentsChanged]) await outbox.plan(tx, job, [{ feed: PERSONS_FEED }]);
}

import { type JobHandler, JobsRuntime, type Payload } from '@app/jobs';
import { createTestQueue } from '@app/testing';
import { EXCHANGE_HANDLERS } from '../../apps/exchange/src/exchange.tokens';
import { FEES_HANDLERS } from '../../apps/fees/src/fees.tokens';
import { MIGRANT_HANDLERS } from '../../apps/migrant/src/migrant.tokens';
import { REGISTRATION_HANDLERS } from '../../apps/registration/src/registration.tokens';
import { SUBSIDY_HANDLERS } from '../../apps/subsidy/src/subsidy.tokens';
import type { CountyWorld } from './county-world';

/** The queues between the apps of a world, at work until closed. */
export interface Messages {
  /** Waits until everything that was told and is due has been done, and what that told in turn. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Facts wait for every older transaction of the server, and with it for other tests' imports. */
const WAIT = 60_000;
const LOOK = 25;

/**
 * Real queues, real outboxes and the handlers of the register, of subsidy, of migrant and of fees, and of the exchange where a test needs it; an
 * error of a handler fails the next settle().
 */
export async function openMessages(world: CountyWorld, { withExchange = false } = {}): Promise<Messages> {
  const queue = await createTestQueue(world.database);
  const errors: unknown[] = [];
  const handlers = (token: symbol): readonly JobHandler<Payload>[] => world.app.get(token, { strict: false });
  const jobs = new JobsRuntime({
    queue: queue.place,
    apps: [
      {
        schema: 'registration',
        database: await world.database.open('registration'),
        handlers: handlers(REGISTRATION_HANDLERS),
      },
      { schema: 'subsidy', database: await world.database.open('subsidy'), handlers: handlers(SUBSIDY_HANDLERS) },
      { schema: 'fees', database: await world.database.open('fees'), handlers: handlers(FEES_HANDLERS) },
      { schema: 'migrant', database: await world.database.open('migrant'), handlers: handlers(MIGRANT_HANDLERS) },
      ...(withExchange
        ? [
            {
              schema: 'exchange',
              database: await world.database.open('exchange'),
              handlers: handlers(EXCHANGE_HANDLERS),
            },
          ]
        : []),
    ],
    clock: world.clock,
    onError: (error) => errors.push(error),
  });
  jobs.start();
  const waiting = async (): Promise<number> => {
    const [row] = await world.database.admin<{ n: number }>(
      `select (select count(*) from registration.outbox where acked_at is null and (not_before is null or not_before <= $2))::int
            + (select count(*) from subsidy.outbox where acked_at is null and (not_before is null or not_before <= $2))::int
            + (select count(*) from migrant.outbox where acked_at is null and (not_before is null or not_before <= $2))::int
            + (select count(*) from fees.outbox where acked_at is null and (not_before is null or not_before <= $2))::int
            + (select count(*) from exchange.outbox where $1 and acked_at is null and (not_before is null or not_before <= $2))::int as n`,
      [withExchange, world.clock.now()],
    );
    return row!.n;
  };
  return {
    settle: async () => {
      for (let waited = 0; (await waiting()) > 0; waited += LOOK) {
        if (errors.length > 0) throw errors.splice(0)[0];
        if (waited > WAIT) throw new Error('messages were not done with in time');
        await new Promise((resolve) => setTimeout(resolve, LOOK));
      }
    },
    close: async () => {
      await jobs.close();
      await queue.close();
    },
  };
}

import { Database, systemContext } from '@app/database';
import { createTestDatabase, createTestQueue, TestClock, type TestDatabase, type TestQueue } from '@app/testing';
import { defineJob, type Delivery, type JobHandler, JobsRuntime, Outbox, type Payload } from './index';

const wait = defineJob<Payload>({ queue: 'subsidy', name: 'wait', key: () => 'one' });

let world: TestDatabase;
let queue: TestQueue;
const openSubsidy = () =>
  Database.open({ url: world.url('subsidy_rw'), schema: 'subsidy', standing: systemContext('test') });

beforeAll(async () => {
  world = await createTestDatabase();
  queue = await createTestQueue(world);
});
afterAll(async () => {
  await queue.close();
  await world.drop();
});
beforeEach(async () => {
  await world.admin('truncate subsidy.outbox, subsidy.delivery');
  await queue.wipe();
  await plan();
});

const plan = async () => {
  const database = await openSubsidy();
  await database.write((tx) => new Outbox('subsidy').plan(tx, wait, [{}]));
  await database.close();
};

/** Takes the planned message, closes in the middle of `handle`, and says what was reported as an error. */
async function closeWhile(handle: (delivery: Delivery) => Promise<void>): Promise<unknown[]> {
  const errors: unknown[] = [];
  const database = await openSubsidy();
  let begun = () => {};
  const handling = new Promise<void>((resolve) => (begun = resolve));
  const handler: JobHandler<Payload> = {
    job: wait,
    handle: (_payload, delivery) => {
      begun();
      return handle(delivery);
    },
  };
  const jobs = new JobsRuntime({
    queue: queue.place,
    apps: [{ schema: 'subsidy', database, handlers: [handler] }],
    clock: new TestClock('2026-04-01'),
    onError: (error) => errors.push(error),
    timings: { poll: 50, lock: 500, stalledCheck: 200, backoff: 10, grace: 1_000 },
  });
  jobs.start();
  await handling;
  await Promise.all([jobs.close(), jobs.close()]);
  await database.close();
  return errors;
}

/** Sockets and timers of this process, and the queue's sessions on the server. */
async function opened(): Promise<{ resources: string[]; sessions: unknown[] }> {
  const sessions = await world.admin(
    `select pid from pg_stat_activity where usename in ('queue_rw', 'subsidy_rw') and datname = current_database()`,
  );
  return { resources: process.getActiveResourcesInfo().filter((name) => /^(TCP|Timeout)/.test(name)), sessions };
}

/** Sockets need a moment to say goodbye. */
async function untilClosed(before: Awaited<ReturnType<typeof opened>>): Promise<void> {
  for (;;) {
    const now = await opened();
    if (now.sessions.length === 0 && now.resources.length <= before.resources.length) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('closing', () => {
  it('asks handlers to stop, counts that against no message, and leaves no socket and no timer', async () => {
    const before = await opened();
    const stopping = (delivery: Delivery) =>
      new Promise<void>((_, reject) => {
        delivery.signal.addEventListener('abort', () => reject(new Error('stopped')));
      });
    await expect(closeWhile(stopping)).resolves.toEqual([]);
    expect(await world.admin('select starts, failures from subsidy.delivery')).toEqual([{ starts: 0, failures: 0 }]);
    await untilClosed(before);
  });

  it('lets a handler finish that is nearly done', async () => {
    await closeWhile(() => new Promise((resolve) => setTimeout(resolve, 50)));
    expect(await world.admin('select acked_at is not null as acked from subsidy.outbox')).toEqual([{ acked: true }]);
  });

  it('takes bounded time though a handler will not stop, and the message is taken up by the next process', async () => {
    const before = await opened();
    await closeWhile(() => new Promise(() => {}));
    await untilClosed(before);
    await closeWhile(async () => {});
    expect(await world.admin('select starts, finished_at is not null as finished from subsidy.delivery')).toEqual([
      { starts: 2, finished: true },
    ]);
  });
});

import type { Database } from '@app/database';
import { createTestDatabase, createTestQueue, TestClock, type TestDatabase, type TestQueue } from '@app/testing';
import { type Bundle, defineJob, JobsRuntime, Outbox } from './index';

type Event = { id: string };
const event = defineJob<Event>({ queue: 'subsidy', name: 'event', key: ({ id }) => id, bundle: 50 });

let world: TestDatabase;
let queue: TestQueue;
let subsidy: Database;
let registration: Database;
let runtime: JobsRuntime | undefined;
/** Sizes of the bundles that were handled. */
let sizes: number[];

beforeAll(async () => {
  world = await createTestDatabase();
  queue = await createTestQueue(world);
  await world.admin('create table subsidy.effect (key text)');
  await world.admin('grant all on subsidy.effect to subsidy_rw');
  [subsidy, registration] = [await world.open('subsidy'), await world.open('registration')];
});
afterAll(async () => {
  await queue.close();
  await world.drop();
});
beforeEach(async () => {
  for (const schema of ['subsidy', 'registration'])
    await world.admin(`truncate ${schema}.outbox, ${schema}.inbox, ${schema}.delivery, ${schema}.quarantine`);
  await world.admin('truncate subsidy.effect');
  await queue.wipe();
  sizes = [];
});
afterEach(() => runtime?.close());

function open(handleAll: (bundle: Bundle<Event>) => Promise<void>): JobsRuntime {
  return (runtime = new JobsRuntime({
    queue: queue.place,
    apps: [
      { schema: 'subsidy', database: subsidy, handlers: [{ job: event, handleAll }] },
      { schema: 'registration', database: registration, handlers: [] },
    ],
    clock: new TestClock('2026-04-01'),
    onError: () => undefined,
    attempts: 3,
    timings: { lease: 300, resend: 300, quarantineResend: 300, poll: 100, backoff: 10 },
  }));
}

async function write({ payloads, onceEach }: Bundle<Event>): Promise<void> {
  sizes.push(payloads.length);
  await subsidy.write(async (tx) => {
    for (const { id } of await onceEach(tx)) await tx.query('insert into effect values ($1)', [id]);
  });
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `e${String(i).padStart(3, '0')}`);
const plan = (ids: readonly string[], database = subsidy, outbox = new Outbox('subsidy')) =>
  database.write((tx) =>
    outbox.plan(
      tx,
      event,
      ids.map((id) => ({ id })),
    ),
  );
const effects = async (): Promise<string[]> =>
  (await world.admin<{ key: string }>('select key from subsidy.effect order by key')).map(({ key }) => key);

describe('bundles of small messages', () => {
  it('are handled together, each effect once, and acknowledged to another app by one notice', async () => {
    await plan(names(120));
    await plan(['far-1', 'far-2'], registration, new Outbox('registration'));
    await expect(open(write).runUntilIdle()).resolves.toEqual({ quarantined: 0 });
    expect(await effects()).toEqual([...names(120), 'far-1', 'far-2']);
    expect(sizes.length).toBeLessThan(10);
    expect(await world.admin('select count(*)::int as n from subsidy.inbox')).toEqual([{ n: 122 }]);
  });

  it('come apart when one of them is poisonous: the others are done, and it alone is set aside', async () => {
    await plan(names(20));
    const jobs = open(async (bundle) => {
      if (bundle.payloads.some(({ id }) => id === 'e007')) throw new TypeError('no');
      await write(bundle);
    });
    await expect(jobs.runUntilIdle()).resolves.toEqual({ quarantined: 1 });
    expect(await effects()).toEqual(names(20).filter((id) => id !== 'e007'));
    expect(await world.admin('select key, error_code, crashes from subsidy.quarantine')).toEqual([
      { key: 'e007', error_code: 'TypeError', crashes: 0 },
    ]);
  });

  it('come apart when the process died with them before, so that only the one that kills it is counted out', async () => {
    await plan(names(10));
    await world.admin(`insert into subsidy.delivery (message_id, producer, starts)
      select id, 'subsidy', case when key = 'e003' then 3 else 1 end from subsidy.outbox`);
    await expect(open(write).runUntilIdle()).resolves.toEqual({ quarantined: 1 });
    expect(new Set(sizes)).toEqual(new Set([1]));
    expect(sizes.length).toBeGreaterThanOrEqual(9); // A slow machine brings some of them again, which changes nothing.
    expect(await effects()).toEqual(names(10).filter((id) => id !== 'e003'));
  });

  it('write no effect twice when the whole bundle is delivered again', async () => {
    await plan(names(30));
    const jobs = open(write);
    await jobs.runUntilIdle();
    await world.admin(`set session_replication_role = replica;
      update subsidy.outbox set acked_at = null, lease_until = '-infinity';
      set session_replication_role = default;
      update subsidy.delivery set finished_at = null`);
    await jobs.runUntilIdle();
    expect(sizes.length).toBeGreaterThan(1);
    expect(await effects()).toEqual(names(30));
  });
});

import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Database } from '@app/database';
import { createTestDatabase, createTestQueue, TestClock, type TestDatabase, type TestQueue } from '@app/testing';
import type * as Jobs from './index';

let world: TestDatabase;
let queue: TestQueue;
let subsidy: Database;
let registration: Database;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-failpoint-'));

beforeAll(async () => {
  world = await createTestDatabase();
  queue = await createTestQueue(world);
  await world.admin('create table subsidy.effect (key text)');
  await world.admin('grant all on subsidy.effect to subsidy_rw');
  [subsidy, registration] = [await world.open('subsidy'), await world.open('registration')];
});
afterAll(async () => {
  fs.rmSync(folder, { recursive: true });
  await queue.close();
  await world.drop();
});

/** The library as a process with this environment would load it. */
function withFailpoint(environment: { YANGYU_FAILPOINT?: string; YANGYU_FAILPOINT_LOG?: string }): typeof Jobs {
  let loaded: typeof Jobs | undefined;
  Object.assign(process.env, environment);
  jest.isolateModules(() => (loaded = jest.requireActual<typeof Jobs>('./index')));
  for (const name of Object.keys(environment)) delete process.env[name];
  return loaded!;
}

/** One message from each of two apps, until nothing is left to do; returns the failpoints that were passed. */
async function story(key: string, failpoint?: string): Promise<string[]> {
  const log = path.join(folder, key);
  const jobs = withFailpoint({ YANGYU_FAILPOINT_LOG: log, ...(failpoint && { YANGYU_FAILPOINT: failpoint }) });
  const job = jobs.defineJob<{ id: string }>({ queue: 'subsidy', name: 'count', key: ({ id }) => id });
  const errors: string[] = [];
  const runtime = new jobs.JobsRuntime({
    queue: queue.place,
    clock: new TestClock('2026-04-01'),
    onError: (error) => errors.push(String(error)),
    timings: { lease: 200, resend: 200, poll: 50, backoff: 10 },
    apps: [
      {
        schema: 'subsidy',
        database: subsidy,
        handlers: [
          {
            job,
            handle: ({ id }, { once }) =>
              subsidy.write(async (tx) => {
                if (await once(tx)) await tx.query('insert into effect values ($1)', [id]);
              }),
          } satisfies Jobs.JobHandler<{ id: string }>,
        ],
      },
      { schema: 'registration', database: registration, handlers: [] },
    ],
  });
  try {
    await subsidy.write((tx) => new jobs.Outbox('subsidy').plan(tx, job, [{ id: `${key}-own` }]));
    await registration.write((tx) => new jobs.Outbox('registration').plan(tx, job, [{ id: `${key}-far` }]));
    await expect(runtime.runUntilIdle()).resolves.toEqual({ quarantined: 0 });
  } finally {
    await runtime.close();
  }
  if (failpoint) expect(errors.join()).toContain(`failpoint ${failpoint.split(':')[0]}`);
  const passed = fs.readFileSync(log, 'utf8').trim().split('\n');
  return [...new Set(passed.map((line) => line.split(' ')[0]!))].sort();
}

const STEPS = [
  'consumer.concluded',
  'consumer.handled',
  'consumer.started',
  'producer.applied',
  'relay.claimed',
  'relay.marked',
  'relay.published',
];

describe('between any two steps of a message', () => {
  it('there is a failpoint that can be listed', async () => {
    await expect(story('plain')).resolves.toEqual(STEPS);
  });

  it.each(STEPS)('the process may stop (%s) and the effect is written once', async (step) => {
    await story(step, `${step}:1:throw`);
    const effects = await world.admin(`select key from subsidy.effect where key like '${step}-%' order by key`);
    expect(effects).toEqual([{ key: `${step}-far` }, { key: `${step}-own` }]);
  });
});

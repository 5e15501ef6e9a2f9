import { type Database, type Tx } from '@app/database';
import { Refusal } from '@app/kernel';
import { createTestDatabase, createTestQueue, TestClock, type TestDatabase, type TestQueue } from '@app/testing';
import {
  defineJob,
  type Delivery,
  JobsRuntime,
  type JobHandler,
  type JobsOptions,
  Outbox,
  type Payload,
} from './index';

type Count = { id: string };
type Step = { n: number };
const count = defineJob<Count>({ queue: 'subsidy', name: 'count', key: ({ id }) => id });

/** Small enough that what a minute repairs in the office is repaired here at once. */
const QUICK = {
  lease: 300,
  resend: 300,
  quarantineResend: 300,
  poll: 100,
  lock: 1_000,
  stalledCheck: 300,
  backoff: 10,
  grace: 2_000,
};

let world: TestDatabase;
let queue: TestQueue;
let subsidy: Database;
let registration: Database;
let clock: TestClock;
let errors: unknown[];
let runtimes: JobsRuntime[];
const outbox = new Outbox('subsidy');
const foreign = new Outbox('registration');

beforeAll(async () => {
  world = await createTestDatabase();
  queue = await createTestQueue(world);
  await world.admin('create table subsidy.effect (key text, message_id uuid)');
  await world.admin('grant all on subsidy.effect to subsidy_rw');
  [subsidy, registration] = [await world.open('subsidy'), await world.open('registration')];
});
afterAll(async () => {
  await queue.close();
  await world.drop();
});
beforeEach(async () => {
  for (const schema of ['subsidy', 'registration']) {
    await world.admin(`truncate ${schema}.outbox, ${schema}.inbox, ${schema}.delivery, ${schema}.quarantine`);
  }
  await world.admin('truncate subsidy.effect');
  await queue.wipe();
  [clock, errors, runtimes] = [new TestClock('2026-04-01'), [], []];
});
afterEach(async () => {
  for (const runtime of runtimes) await runtime.close();
});

function runtime(handlers: JobHandler<Payload>[], options: Partial<JobsOptions> = {}): JobsRuntime {
  const made = new JobsRuntime({
    queue: queue.place,
    apps: [
      { schema: 'subsidy', database: subsidy, handlers },
      { schema: 'registration', database: registration, handlers: [] },
    ],
    clock,
    onError: (error) => errors.push(error),
    attempts: 3,
    timings: QUICK,
    ...options,
  });
  runtimes.push(made);
  return made;
}

const handler = (handle: (payload: Count, delivery: Delivery) => Promise<void>): JobHandler<Count> => ({
  job: count,
  handle,
});

const writeEffect = (payload: Count, { once, messageId }: Delivery): Promise<void> =>
  subsidy.write(async (tx: Tx) => {
    if (!(await once(tx))) return;
    await tx.query('insert into effect values ($1, $2)', [payload.id, messageId]);
  });

const plan = (...ids: string[]) =>
  subsidy.write((tx) =>
    outbox.plan(
      tx,
      count,
      ids.map((id) => ({ id })),
    ),
  );

const effects = async (): Promise<string[]> =>
  (await world.admin<{ key: string }>('select key from subsidy.effect order by key')).map((row) => row.key);

const open = async (): Promise<number> =>
  (await world.admin<{ n: number }>('select count(*)::int as n from subsidy.outbox where acked_at is null'))[0]!.n;

/** As if the process had died between the effect and the note of it: no app may do this, only a superuser past the triggers. */
const forgetAcknowledgement = (schema: string, change = '') =>
  world.admin(`set session_replication_role = replica;
    update ${schema}.outbox set acked_at = null, lease_until = '-infinity' ${change};
    set session_replication_role = default`);

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('jobs', () => {
  it('does what was planned once its transaction has committed, and nothing of one that rolled back', async () => {
    const jobs = runtime([handler(writeEffect)]);
    await plan('a', 'b');
    const undone = subsidy.write(async (tx) => {
      await outbox.plan(tx, count, [{ id: 'never' }]);
      throw new Error('undo');
    });
    await expect(undone).rejects.toThrow('undo');
    await expect(jobs.runUntilIdle()).resolves.toEqual({ quarantined: 0 });
    expect(await effects()).toEqual(['a', 'b']);
    expect(await open()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('waits for the business time, not for the time of the machine', async () => {
    const jobs = runtime([handler(writeEffect)]);
    await subsidy.write((tx) =>
      outbox.plan(tx, count, [{ id: 'may' }], { notBefore: new Date('2026-05-01T00:00:00+08:00') }),
    );
    await jobs.runUntilIdle();
    expect(await effects()).toEqual([]);
    clock.set('2026-05-01');
    await jobs.runUntilIdle();
    expect(await effects()).toEqual(['may']);
  });

  it('has one message per key on its way, and does not lose what is planned under the key meanwhile', async () => {
    let runs = 0;
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const jobs = runtime([
      handler(async () => {
        runs++;
        if (runs === 1) await held;
      }),
    ]);
    await plan('a');
    await plan('a');
    jobs.start();
    await until(() => runs === 1);
    await plan('a');
    await plan('a');
    expect(await open()).toBe(1);
    letGo();
    await jobs.runUntilIdle();
    expect(runs).toBe(2);
    expect(await open()).toBe(0);
  });

  it('refuses keys and names that the queue cannot hold', async () => {
    expect(() => defineJob<Count>({ queue: 'subsidy', name: 'a:b', key: () => 'x' })).toThrow('cannot name');
    await expect(plan('a:b')).rejects.toThrow('cannot be a key');
  });

  it('cannot change a message once it was sent, nor take it back, even by hand in SQL', async () => {
    await plan('a');
    await runtime([handler(writeEffect)]).runUntilIdle();
    const change = subsidy.write((tx) => tx.query(`update outbox set payload = '{}'`));
    await expect(change).rejects.toThrow('is history');
    await expect(subsidy.write((tx) => tx.query('delete from outbox'))).rejects.toThrow('permission denied');
    await expect(subsidy.write((tx) => tx.query('delete from inbox'))).rejects.toThrow('permission denied');
    const nested = subsidy.write((tx) =>
      outbox.plan(tx, count, [{ id: 'b', person: { name: 'nobody' } } as unknown as Count]),
    );
    await expect(nested).rejects.toThrow('outbox_payload_is_flat');
  });

  it('writes an effect once, however often the message is delivered', async () => {
    let runs = 0;
    const jobs = runtime([
      handler(async (payload, delivery) => {
        await writeEffect(payload, delivery);
        if (++runs === 1) throw new Error('after the commit');
      }),
    ]);
    await plan('a');
    await jobs.runUntilIdle();
    await forgetAcknowledgement('subsidy');
    await world.admin('update subsidy.delivery set finished_at = null');
    await jobs.runUntilIdle();
    expect(runs).toBe(3);
    expect(await effects()).toEqual(['a']);
  });

  it('refuses a message that comes again with another payload', async () => {
    const jobs = runtime([handler(writeEffect)]);
    await plan('a');
    await jobs.runUntilIdle();
    await forgetAcknowledgement('subsidy', `, payload = '{"id": "forged"}'`);
    await world.admin('update subsidy.delivery set finished_at = null');
    await expect(jobs.runUntilIdle()).resolves.toEqual({ quarantined: 1 });
    expect(await effects()).toEqual(['a']);
  });

  it('sends again what was published by a relay that died before noting it', async () => {
    await plan('a');
    const claimed = await subsidy.write((tx) => outbox.claim(tx, clock.now(), 10, 200));
    expect(claimed).toHaveLength(1);
    expect(await subsidy.write((tx) => outbox.claim(tx, clock.now(), 10, 200))).toEqual([]);
    await runtime([handler(writeEffect)]).runUntilIdle();
    expect(await effects()).toEqual(['a']);
  });

  it('tries again after an error', async () => {
    let runs = 0;
    const jobs = runtime([
      handler(async (payload, delivery) => {
        if (++runs < 3) throw new Error('not yet');
        await writeEffect(payload, delivery);
      }),
    ]);
    await plan('a');
    await expect(jobs.runUntilIdle()).resolves.toEqual({ quarantined: 0 });
    expect([runs, await effects()]).toEqual([3, ['a']]);
  });

  it('counts an outage of what it stands on against no message, however long it lasts', async () => {
    const outages: unknown[] = [
      new Refusal('SERVICE_UNAVAILABLE', { en: 'away', zh: '暂无应答' }),
      Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
      Object.assign(new Error('shut down'), { code: '57P01' }),
      new Error('Connection terminated unexpectedly'),
    ];
    let runs = 0;
    const jobs = runtime([
      handler(async (payload, delivery) => {
        if (++runs <= 2 * outages.length) throw outages[runs % outages.length];
        await writeEffect(payload, delivery);
      }),
    ]);
    await plan('a');
    await expect(jobs.runUntilIdle()).resolves.toEqual({ quarantined: 0 });
    expect([runs, await effects()]).toEqual([9, ['a']]);
    expect(await world.admin('select starts, failures from subsidy.delivery')).toEqual([{ starts: 1, failures: 0 }]);
  });

  it('lists what it gave up on, and releases what another app had sent without a worker of that app', async () => {
    let isPoisonous = true;
    const handle = async (payload: Count, delivery: Delivery): Promise<void> => {
      if (isPoisonous) throw new TypeError('no');
      await writeEffect(payload, delivery);
    };
    await registration.write((tx) => foreign.plan(tx, count, [{ id: 'far' }]));
    const first = runtime([handler(handle)]);
    await first.runUntilIdle();
    const [held] = await first.quarantined();
    expect(held).toMatchObject({
      schema: 'subsidy',
      queue: 'subsidy',
      name: 'count',
      key: 'far',
      errorCode: 'TypeError',
    });
    await first.close();
    isPoisonous = false;
    const bystander = runtime([handler(handle)], { isBystander: true });
    await expect(bystander.release('subsidy', held!.id)).resolves.toBe(true);
    expect(await bystander.quarantined()).toEqual([]);
    await expect(runtime([handler(handle)]).runUntilIdle()).resolves.toEqual({ quarantined: 0 });
    expect(await effects()).toEqual(['far']);
  });

  it('sets a poisonous message aside with the code only, and lets its neighbours go on', async () => {
    let poisonous = true;
    const seen: unknown[] = [];
    const jobs = runtime([
      handler(async (payload, delivery) => {
        if (poisonous && payload.id === 'bad') {
          seen.push(await queue.text());
          throw new Refusal('ACCOUNT_CLOSED', { en: 'Zhang San has closed the account.', zh: '张三已销户。' });
        }
        await writeEffect(payload, delivery);
      }),
    ]);
    await plan('bad', 'c', 'd');
    await expect(jobs.runUntilIdle()).resolves.toEqual({ quarantined: 1 });
    expect(await effects()).toEqual(['c', 'd']);
    const [row] = await world.admin('select * from subsidy.quarantine');
    expect(row).toMatchObject({ key: 'bad', error_code: 'ACCOUNT_CLOSED', failures: 3, crashes: 0 });
    await plan('bad', 'e');
    await jobs.runUntilIdle();
    expect(await effects()).toEqual(['c', 'd', 'e']);
    seen.push(
      await world.admin('select q::text from subsidy.quarantine q union all select d::text from subsidy.delivery d'),
    );
    expect(JSON.stringify(seen)).toContain('ACCOUNT_CLOSED');
    expect(JSON.stringify(seen)).not.toMatch(/Zhang|张三/);

    poisonous = false;
    await expect(jobs.release('subsidy', row!.message_id as string)).resolves.toBe(true);
    await expect(jobs.runUntilIdle()).resolves.toEqual({ quarantined: 0 });
    expect(await effects()).toEqual(['bad', 'bad', 'c', 'd', 'e']); // Planned twice, done twice.
    await expect(jobs.release('subsidy', row!.message_id as string)).resolves.toBe(false);
  });

  it('sets a message aside that a process never survives', async () => {
    await plan('killer');
    const [{ id }] = (await world.admin<{ id: string }>('select id from subsidy.outbox')) as [{ id: string }];
    await world.admin(`insert into subsidy.delivery (message_id, producer, starts) values ('${id}', 'subsidy', 3)`);
    await expect(runtime([handler(writeEffect)]).runUntilIdle()).resolves.toEqual({ quarantined: 1 });
    expect(await effects()).toEqual([]);
    expect(await world.admin('select error_code, crashes from subsidy.quarantine')).toEqual([
      { error_code: 'CRASHED', crashes: 3 },
    ]);
  });

  it('loses nothing when the queue forgets everything, while waiting, working and failing', async () => {
    let runs = 0;
    const jobs = runtime([
      handler(async (payload, delivery) => {
        if (++runs % 7 === 0) await queue.wipe();
        await writeEffect(payload, delivery);
      }),
    ]);
    const ids = Array.from({ length: 40 }, (_, i) => `m${String(i).padStart(2, '0')}`);
    await plan(...ids);
    await expect(jobs.runUntilIdle()).resolves.toEqual({ quarantined: 0 });
    expect(runs).toBeGreaterThanOrEqual(7);
    expect(await effects()).toEqual(ids);
  });

  it('takes over a message whose worker was lost in the middle', async () => {
    await plan('a');
    const jobs = runtime([handler(writeEffect)]);
    await subsidy.write((tx) => outbox.claim(tx, clock.now(), 1, 0)); // As sent once already.
    const [row] = await world.admin<{ id: string; payload: object }>('select id, payload from subsidy.outbox');
    await queue.strand('subsidy', {
      id: row!.id,
      name: 'count',
      data: { producer: 'subsidy', key: 'a', payload: row!.payload },
    });
    await jobs.runUntilIdle();
    expect(await effects()).toEqual(['a']);
  });

  it('writes each effect once with two runtimes on one queue', async () => {
    const two = [runtime([handler(writeEffect)]), runtime([handler(writeEffect)])];
    const ids = Array.from({ length: 60 }, (_, i) => `m${String(i).padStart(2, '0')}`);
    await plan(...ids);
    await Promise.all(two.map((jobs) => jobs.runUntilIdle()));
    expect(await effects()).toEqual(ids);
  });

  it('has another app acknowledge by a notice, and touches no table of that app', async () => {
    const jobs = runtime([
      handler(async (payload, delivery) => {
        if (payload.id === 'bad') throw new TypeError('no');
        await writeEffect(payload, delivery);
      }),
    ]);
    await registration.write((tx) => foreign.plan(tx, count, [{ id: 'far' }, { id: 'bad' }]));
    await expect(jobs.runUntilIdle()).resolves.toEqual({ quarantined: 1 });
    expect(await effects()).toEqual(['far']);
    expect(
      await world.admin('select key, acked_at is not null as acked from registration.outbox order by key'),
    ).toEqual([
      { key: 'bad', acked: false },
      { key: 'far', acked: true },
    ]);
    expect(await world.admin('select key, producer, error_code from subsidy.quarantine')).toEqual([
      { key: 'bad', producer: 'registration', error_code: 'TypeError' },
    ]);
    expect(await world.admin('select * from registration.delivery')).toEqual([]);
  });

  it('answers again when the notice to another app was lost', async () => {
    const jobs = runtime([handler(writeEffect)]);
    await registration.write((tx) => foreign.plan(tx, count, [{ id: 'far' }]));
    await jobs.runUntilIdle();
    await forgetAcknowledgement('registration');
    await jobs.runUntilIdle();
    expect(await effects()).toEqual(['far']);
  });

  it('publishes all that committed and nothing that did not, under writers that commit late', async () => {
    const jobs = runtime([handler(writeEffect)], { concurrency: 8 });
    jobs.start();
    const committed: string[] = [];
    const random = seeded(20260401);
    const writer = async (w: number) => {
      for (let i = 0; i < 25; i++) {
        const id = `w${w}-${String(i).padStart(2, '0')}`;
        const [late, undo] = [random() * 50, random() < 0.1];
        const work = subsidy.write(async (tx) => {
          await outbox.plan(tx, count, [{ id }]);
          await new Promise((resolve) => setTimeout(resolve, late));
          if (undo) throw new Error('undo');
        });
        await work.then(
          () => committed.push(id),
          () => {},
        );
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, w) => writer(w)));
    await jobs.runUntilIdle();
    expect(committed.length).toBeLessThan(200);
    expect(await effects()).toEqual(committed.sort());
  });

  it('handles one key one after the other, in order, however many workers there are', async () => {
    const step = defineJob<Step>({ queue: 'subsidy', name: 'step', key: () => 'one-claim' });
    let inside = 0;
    const seen: number[] = [];
    const handle = async ({ n }: Step): Promise<void> => {
      expect(++inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(n);
      inside--;
    };
    const jobs = runtime([{ job: step, handle }], { concurrency: 8 });
    jobs.start();
    for (let n = 1; n <= 30; n++) await subsidy.write((tx) => outbox.plan(tx, step, [{ n }]));
    await jobs.runUntilIdle();
    expect(errors).toEqual([]);
    expect(seen.at(-1)).toBe(30);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it('comes back by itself after every connection was cut', async () => {
    const jobs = runtime([handler(writeEffect)]);
    await plan('a');
    await jobs.runUntilIdle();
    await queue.cut();
    await plan('b');
    await jobs.runUntilIdle();
    expect(await effects()).toEqual(['a', 'b']);
  });
});

function seeded(state: number): () => number {
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

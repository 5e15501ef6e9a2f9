import * as fs from 'node:fs';
import { Database, systemContext } from '@app/database';
import { defineJob, failpoint, type JobHandler, JobsRuntime, type QueuePlace } from '@app/jobs';
import { systemClock } from '@app/kernel';

/** What a worker process of these tests is told, as JSON in its environment. */
export interface WorkerOrders {
  readonly url: string;
  readonly queue: QueuePlace;
  /** Every execution is noted there, also one that its process does not survive. */
  readonly log: string;
  readonly lock: number;
  readonly concurrency: number;
  readonly crashes: number;
  /** Relays and acknowledges only. */
  readonly isRelay?: boolean;
}

export interface Deed extends Record<string, string> {
  readonly id: string;
  /** What its handler does besides writing the effect. */
  readonly how: 'well' | 'block' | 'exit' | 'throw' | 'hang' | 'memory' | 'deep';
  /** After so many executions it does it no more; '' is never. */
  readonly until: string;
}

export const deed = defineJob<Deed>({ queue: 'subsidy', name: 'deed', key: ({ id }) => id });

async function work(orders: WorkerOrders): Promise<void> {
  const database = await Database.open({
    url: orders.url,
    schema: 'subsidy',
    standing: systemContext('test', { isPlumbing: true }),
  });
  const executions = (id: string): number =>
    fs
      .readFileSync(orders.log, 'utf8')
      .split('\n')
      .filter((line) => line === id).length;
  const handler: JobHandler<Deed> = {
    job: deed,
    handle: async ({ id, how, until }, { once, signal }) => {
      fs.appendFileSync(orders.log, `${id}\n`);
      if (until === '' || executions(id) <= Number(until)) await misbehave(how, orders.lock, signal);
      failpoint('deed.ready');
      await database.write(async (tx) => {
        if (await once(tx)) await tx.query('insert into effect (key, pid) values ($1, $2)', [id, process.pid]);
      });
    },
  };
  const jobs = new JobsRuntime({
    queue: orders.queue,
    apps: [{ schema: 'subsidy', database, handlers: [handler] }],
    clock: systemClock,
    onError: () => undefined,
    concurrency: orders.concurrency,
    attempts: 3,
    crashes: orders.crashes,
    timings: {
      lease: 1_000,
      resend: 3_000,
      poll: 100,
      lock: orders.lock,
      stalledCheck: Math.min(500, orders.lock),
      backoff: 50,
      quarantineResend: 60_000,
      grace: 3_000,
    },
  });
  jobs.start();
  process.stdout.write('up\n');
}

/** Each way in which a handler has been seen to go wrong. */
async function misbehave(how: Deed['how'], lock: number, signal: AbortSignal): Promise<void> {
  if (how === 'block') for (const end = performance.now() + 6 * lock; performance.now() < end;);
  if (how === 'exit') process.exit(3);
  if (how === 'throw') throw new Error('poison');
  if (how === 'memory')
    for (const heap: string[][] = []; ;) heap.push(Array.from({ length: 1e5 }, () => 'x'.repeat(64)));
  if (how === 'deep') JSON.stringify(Array.from({ length: 1e5 }).reduce<unknown>((inner) => [inner], []));
  if (how === 'hang')
    await new Promise((_, reject) => {
      const late = setTimeout(() => reject(new Error('too long')), 2 * lock);
      signal.addEventListener('abort', () => (clearTimeout(late), reject(new Error('aborted'))));
    });
}

if (process.env.YANGYU_TEST_WORKER) void work(JSON.parse(process.env.YANGYU_TEST_WORKER) as WorkerOrders);

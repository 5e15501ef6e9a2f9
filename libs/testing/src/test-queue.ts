import { prepareQueue, type QueuePlace } from '@app/jobs';
import { createPostgresBackend, Queue, withBackend, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import type { TestDatabase } from './test-database';

/** A queue of a test's own, on PostgreSQL or, where `npm run test:redis` runs, on Redis. */
export interface TestQueue {
  readonly place: QueuePlace;
  /** Forgets everything, as FLUSHALL does. */
  wipe(): Promise<void>;
  /** All that it holds, as text: for whoever looks for what must not be in it. */
  text(): Promise<string>;
  /** Leaves a job in the hands of a worker that is gone. */
  strand(queue: string, job: { id: string; name: string; data: object }): Promise<void>;
  /** Cuts every connection to it. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

/** The workers hold rows of it meanwhile: PostgreSQL may find the two in each other's way, and then once more is right. */
async function wipeRows(world: TestDatabase, triesLeft = 10): Promise<void> {
  try {
    await world.admin('delete from bullmq.job; delete from bullmq.meta');
  } catch (error) {
    if ((error as { code?: string }).code !== '40P01' || triesLeft === 0) throw error;
    await wipeRows(world, triesLeft - 1);
  }
}

/** Where the run-wide set-up has a Redis for the tests; without it they use PostgreSQL. */
const redisUrl = (): string | undefined => process.env.YANGYU_TEST_REDIS;

export async function createTestQueue(world: TestDatabase): Promise<TestQueue> {
  const url = redisUrl();
  return url ? openRedisQueue(url, world.name) : openPostgresQueue(world);
}

async function openPostgresQueue(world: TestDatabase): Promise<TestQueue> {
  await prepareQueue(world.url('postgres'), new URL(world.url('postgres')).password);
  const place: QueuePlace = { kind: 'postgres', url: world.url('queue_rw') };
  const classes = withBackend(createPostgresBackend);
  return {
    place,
    wipe: () => wipeRows(world),
    text: async () =>
      JSON.stringify(
        await world.admin('select t::text from bullmq.job t union all select e::text from bullmq.event e'),
      ),
    strand: async (queue, job) => {
      const pool = new Pool({ connectionString: place.url, options: '-c search_path=bullmq' });
      const [adding, taking] = [
        new classes.Queue(queue, { connection: pool }),
        new classes.Worker(queue, null, { connection: pool, autorun: false, lockDuration: 1 }),
      ];
      await strandWith(adding, taking, job);
      await pool.end();
    },
    cut: async () =>
      void (await world.admin(
        `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'queue_rw' and datname = current_database()`,
      )),
    close: () => Promise.resolve(),
  };
}

async function openRedisQueue(url: string, prefix: string): Promise<TestQueue> {
  const redis = new Redis(url, { maxRetriesPerRequest: null, connectionName: 'test' });
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const some of redis.scanStream({ match: `${prefix}:*`, count: 1_000 }))
      found.push(...(some as string[]));
    return found;
  };
  const wipe = async () => {
    const found = await keys();
    if (found.length > 0) await redis.unlink(found);
  };
  return {
    place: { kind: 'redis', url, prefix },
    wipe,
    text: async () => JSON.stringify(await Promise.all((await keys()).map((key) => dumpOf(redis, key)))),
    strand: async (queue, job) => {
      const connection = redis.duplicate();
      const [adding, taking] = [
        new Queue(queue, { connection, prefix }),
        new Worker(queue, null, { connection, prefix, autorun: false, lockDuration: 1 }),
      ];
      await strandWith(adding, taking, job);
      connection.disconnect();
    },
    cut: async () => {
      for (const line of String(await redis.client('LIST')).split('\n')) {
        const [id, name] = [/\bid=(\d+)/.exec(line)?.[1], /\bname=(\S*)/.exec(line)?.[1]];
        if (id && name?.includes(prefix)) await redis.client('KILL', 'ID', id);
      }
    },
    close: async () => {
      if (redis.status === 'end') return;
      await wipe();
      redis.disconnect();
    },
  };
}

/** Taken with a lock of a millisecond by a worker that then goes away without a word. */
async function strandWith(
  queue: Pick<Queue, 'add' | 'close'>,
  worker: Pick<Worker, 'getNextJob' | 'close'>,
  job: { id: string; name: string; data: object },
): Promise<void> {
  await queue.add(job.name, job.data, { jobId: job.id, removeOnComplete: true, attempts: 5 });
  const taken = await worker.getNextJob('dead');
  if (taken?.id !== job.id) throw new Error('the job that was to be stranded was not there to be taken');
  await worker.close(true);
  await queue.close();
}

async function dumpOf(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  if (type === 'hash') return [key, await redis.hgetall(key)];
  if (type === 'list') return [key, await redis.lrange(key, 0, -1)];
  if (type === 'set') return [key, await redis.smembers(key)];
  if (type === 'zset') return [key, await redis.zrange(key, 0, -1)];
  if (type === 'stream') return [key, await redis.xrange(key, '-', '+')];
  return [key, await redis.get(key)];
}

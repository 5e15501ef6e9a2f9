import { Refusal } from '@app/kernel';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { refuse } from './jobs.errors';
import type { QueuePlace, QueueStore, ReportError } from './queue.types';

type RedisPlace = Extract<QueuePlace, { kind: 'redis' }>;

const AGAIN_MAX = 2_000;
const VERSION_MIN = 7;
/** A sender that waits longer than this for Redis gives up; what it held stays in the outbox. */
const ANSWER = 5_000;

const connect = (
  { url, prefix }: RedisPlace,
  more: { maxRetriesPerRequest: number | null; commandTimeout?: number },
): Redis =>
  new Redis(url, {
    ...more,
    retryStrategy: (tries) => Math.min(tries * 100, AGAIN_MAX),
    connectionName: `yangyu-${prefix}`,
  });

/** Two connections for a process, and one more for each worker that waits for work. */
export function openRedisQueues(place: RedisPlace, onError: ReportError): QueueStore {
  const { prefix } = place;
  const sending = connect(place, { maxRetriesPerRequest: 2, commandTimeout: ANSWER });
  const working = connect(place, { maxRetriesPerRequest: null });
  for (const one of [sending, working]) {
    one.setMaxListeners(0); // Every queue and worker adds some.
    one.on('error', (error) => onError(error, 'queue connection'));
  }
  return {
    queue: (name) => new Queue(name, { connection: sending, prefix, skipVersionCheck: true }),
    worker: (name, handle, options) =>
      new Worker(name, handle, { ...options, connection: working, prefix, skipVersionCheck: true }),
    close: () => {
      for (const one of [sending, working]) {
        one.removeAllListeners('error');
        one.on('error', () => {}); // The server may go away first.
        one.disconnect();
      }
      return Promise.resolve();
    },
  };
}

/**
 * Refuses, before anything is started, a Redis that could lose what it was given: without an append-only file a restart empties it (measured: all
 * of 26,002 jobs), and one that may evict drops jobs when memory is short. Losing them costs no money, but minutes.
 */
export async function assertQueueKeeps(place: QueuePlace): Promise<void> {
  if (place.kind !== 'redis') return; // PostgreSQL is looked at by its own guard.
  const { url } = place;
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  let heard: Error | undefined; // A wrong password is told by an event; connect() then only says that it ended.
  redis.on('error', (error) => (heard ??= error));
  try {
    await redis.connect();
    const info = readInfo(await redis.info());
    const version = info.redis_version ?? '0';
    if (Number(version.split('.')[0]) < VERSION_MIN) throw refuse.redisTooOld(version, VERSION_MIN);
    const problems = [
      ...(info.aof_enabled === '1' ? [] : [refuse.words.noAppendOnlyFile]),
      ...(info.maxmemory_policy === 'noeviction' ? [] : [refuse.words.mayEvict(info.maxmemory_policy ?? '?')]),
    ];
    if (problems.length > 0) throw refuse.redisMayLose(problems);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw refuse.redisUnreachable(new URL(url).host, heard ?? error);
  } finally {
    redis.disconnect();
  }
}

const readInfo = (text: string): Record<string, string | undefined> =>
  Object.fromEntries(
    text
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );

import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import { Database, migrate, startCluster, systemContext } from '@app/database';
import {
  defineJob,
  type JobHandler,
  JobsRuntime,
  Outbox,
  prepareQueue,
  type QueuePlace,
  startRedisServer,
} from '@app/jobs';
import { systemClock } from '@app/kernel';
import { createPostgresBackend, Queue, withBackend, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Client, Pool } from 'pg';
import type { BenchOptions, BenchTable } from './bench.types';
import { median } from './samples';

export const defaults = { people: 20_000, runs: 5 };

type Event = { n: number };
/** Small events about many persons, as they travel; and the same with a queue entry and a transaction each. */
const together = defineJob<Event>({ queue: 'subsidy', name: 'together', key: ({ n }) => `t${n}`, bundle: 250 });
const alone = defineJob<Event>({ queue: 'subsidy', name: 'alone', key: ({ n }) => `a${n}` });

const CONCURRENCY = 50;
const PLANNED_AT_ONCE = 1_000;
/** For the latency: as many a second, one by one, far from what either side can carry. */
const CALM = { events: 400, pause: 10 };
/** One by one costs a transaction each, so fewer of them tell as much. */
const ALONE_SHARE = 4;

const MODES = ['bare', 'together', 'alone'] as const;
type Mode = (typeof MODES)[number];
const BACKENDS = ['redis', 'postgres'] as const;
type Backend = (typeof BACKENDS)[number];

interface Side {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

export interface QueueFigures {
  readonly events: number;
  readonly runs: number;
  readonly sides: readonly (Side & { readonly backend: Backend; readonly mode: Mode; readonly ratio: number })[];
}

/** What a side of the comparison does: everything that is to be carried, at once or one by one. */
interface Carrier {
  /** Until every event has been handled once; seconds. */
  carry(first: number, count: number): Promise<number>;
  /** Milliseconds from commit (or add) to the handler, event by event. */
  calm(first: number): Promise<number[]>;
  close(): Promise<void>;
}

/**
 * Events a second from a committed outbox row to an effect written exactly once and acknowledged, beside bare BullMQ that
 * adds as many jobs and handles them by doing nothing; on Redis and on PostgreSQL, by turns in one run, durable settings.
 */
export async function run({ people: events, runs, say }: BenchOptions): Promise<QueueFigures> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-bench-'));
  fs.chmodSync(folder, 0o755);
  const cluster = await startCluster({ dataFolder: folder });
  const redis = await startRedisServer({ folder: path.join(folder, 'redis') });
  const url = (role: string) =>
    `postgres://${role}:${cluster.superuserPassword}@${cluster.host}:${cluster.port}/postgres`;
  try {
    await migrate({ adminUrl: url('postgres'), rolePassword: cluster.superuserPassword }, [
      { schema: 'subsidy', folder: path.resolve('apps/subsidy/src/migrations') },
    ]);
    await prepareQueue(url('postgres'), cluster.superuserPassword);
    const places: Record<Backend, QueuePlace> = {
      redis: { kind: 'redis', url: redis.url, prefix: 'bench' },
      postgres: { kind: 'postgres', url: url('queue_rw') },
    };
    return await measure(places, url, events, runs, say);
  } finally {
    await redis.stop();
    await cluster.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  places: Record<Backend, QueuePlace>,
  url: (role: string) => string,
  events: number,
  runs: number,
  say: BenchOptions['say'],
): Promise<QueueFigures> {
  const admin = new Client({ connectionString: url('postgres') });
  await admin.connect();
  await admin.query(
    'create table subsidy.bench_effect (n int primary key); grant select, insert on subsidy.bench_effect to subsidy_rw',
  );
  const seen = new Map<string, { seconds: number[]; waits: number[] }>();
  for (let turn = 1, first = 1; turn <= runs; turn++) {
    for (const backend of BACKENDS) {
      for (const mode of turn % 2 ? MODES : [...MODES].reverse()) {
        const count = mode === 'alone' ? Math.ceil(events / ALONE_SHARE) : events;
        for (const statement of [
          'set session_replication_role = replica',
          'truncate subsidy.outbox, subsidy.inbox, subsidy.delivery, subsidy.bench_effect',
          'set session_replication_role = origin',
          'checkpoint',
        ])
          await admin.query(statement);
        const carrier = mode === 'bare' ? await openBare(places[backend]) : await openOurs(places[backend], url, mode);
        try {
          await carrier.carry(first, PLANNED_AT_ONCE); // Connections are open and statements planned by now.
          first += PLANNED_AT_ONCE;
          const key = `${backend} ${mode}`;
          const known = seen.get(key) ?? { seconds: [], waits: [] };
          known.seconds.push((await carrier.carry(first, count)) / count);
          first += count;
          known.waits.push(...(await carrier.calm(first)));
          first += CALM.events;
          seen.set(key, known);
        } finally {
          await carrier.close();
        }
      }
    }
    say(`第 ${turn} 轮完成`, `turn ${turn} of ${runs}`);
  }
  await admin.end();
  const sideOf = (backend: Backend, mode: Mode): Side => {
    const { seconds, waits } = seen.get(`${backend} ${mode}`)!;
    const sorted = [...waits].sort((a, b) => a - b);
    const at = (share: number) => Number(sorted[Math.floor(sorted.length * share)]!.toFixed(1));
    return { perSecond: Math.round(1 / median(seconds)), p50: at(0.5), p99: at(0.99) };
  };
  const sides = BACKENDS.flatMap((backend) => {
    const bare = sideOf(backend, 'bare');
    return MODES.map((mode) => {
      const side = sideOf(backend, mode);
      return { backend, mode, ...side, ratio: Number((side.perSecond / bare.perSecond).toFixed(2)) };
    });
  });
  return { events, runs, sides };
}

/** Notes when each event came, and tells when the last of so many did. */
class Arrivals {
  private left = 0;
  private done = () => {};
  readonly at = new Map<number, number>();

  expect(count: number): Promise<void> {
    this.left = count;
    return new Promise((resolve) => (this.done = resolve));
  }

  note(n: number): void {
    this.at.set(n, performance.now());
    if (--this.left === 0) this.done();
  }
}

const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

async function calmly(first: number, arrivals: Arrivals, send: (n: number) => Promise<void>): Promise<number[]> {
  const sent = new Map<number, number>();
  const all = arrivals.expect(CALM.events);
  for (const n of range(first, CALM.events)) {
    await send(n);
    sent.set(n, performance.now());
    await new Promise((resolve) => setTimeout(resolve, CALM.pause));
  }
  await all;
  return [...sent].map(([n, at]) => Math.max(0, arrivals.at.get(n)! - at));
}

async function openBare(place: QueuePlace): Promise<Carrier> {
  const arrivals = new Arrivals();
  const handle = (job: { data: Event }): Promise<void> => {
    arrivals.note(job.data.n);
    return Promise.resolve();
  };
  const { queue, worker, end } = place.kind === 'redis' ? bareRedis(place, handle) : barePostgres(place, handle);
  await worker.waitUntilReady();
  const opts = { removeOnComplete: true };
  return {
    carry: async (first, count) => {
      const began = performance.now();
      const all = arrivals.expect(count);
      for (let at = 0; at < count; at += PLANNED_AT_ONCE) {
        const some = range(first + at, Math.min(PLANNED_AT_ONCE, count - at));
        await queue.addBulk(some.map((n) => ({ name: 'bare', data: { n }, opts: { ...opts, jobId: `b${n}` } })));
      }
      await all;
      return (performance.now() - began) / 1_000;
    },
    calm: (first) =>
      calmly(first, arrivals, async (n) => void (await queue.add('bare', { n }, { ...opts, jobId: `b${n}` }))),
    close: async () => {
      await worker.close();
      await queue.close();
      await end();
    },
  };
}

function bareRedis(
  { url, prefix }: Extract<QueuePlace, { kind: 'redis' }>,
  handle: (job: { data: Event }) => Promise<void>,
) {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue('bare', { connection, prefix });
  const worker = new Worker('bare', handle, { connection, prefix, concurrency: CONCURRENCY });
  return { queue, worker, end: () => Promise.resolve(connection.disconnect()) };
}

function barePostgres(
  { url }: Extract<QueuePlace, { kind: 'postgres' }>,
  handle: (job: { data: Event }) => Promise<void>,
) {
  const classes = withBackend(createPostgresBackend);
  const connection = new Pool({ connectionString: url, max: CONCURRENCY + 6, options: '-c search_path=bullmq' });
  connection.setMaxListeners(0);
  const queue = new classes.Queue('bare', { connection });
  const worker = new classes.Worker('bare', handle, { connection, concurrency: CONCURRENCY });
  return { queue, worker, end: () => connection.end() };
}

async function openOurs(
  place: QueuePlace,
  url: (role: string) => string,
  mode: 'together' | 'alone',
): Promise<Carrier> {
  const standing = systemContext('bench', { isPlumbing: true });
  const database = await Database.open({
    url: url('subsidy_rw'),
    schema: 'subsidy',
    recorder: auditRecorder('subsidy'),
    standing,
    poolSize: 24,
  });
  const arrivals = new Arrivals();
  const written: JobHandler<Event> = {
    job: together,
    handleAll: async ({ payloads, onceEach }) => {
      await database.write(async (tx) => {
        const fresh = await onceEach(tx);
        await tx.query('insert into bench_effect select unnest($1::int[])', [fresh.map(({ n }) => n)]);
      });
      for (const { n } of payloads) arrivals.note(n);
    },
  };
  const oneByOne: JobHandler<Event> = {
    job: alone,
    handle: async ({ n }, { once }) => {
      await database.write(async (tx) => {
        if (await once(tx)) await tx.query('insert into bench_effect values ($1)', [n]);
      });
      arrivals.note(n);
    },
  };
  const jobs = new JobsRuntime({
    queue: place,
    apps: [{ schema: 'subsidy', database, handlers: [written, oneByOne] }],
    clock: systemClock,
    onError: (error) => process.stderr.write(`${String(error)}\n`),
    concurrency: mode === 'alone' ? CONCURRENCY / 2 : 4,
  });
  jobs.start();
  const outbox = new Outbox('subsidy');
  const job = mode === 'together' ? together : alone;
  const plan = (some: readonly number[]): Promise<void> =>
    database.write((tx) =>
      outbox.plan(
        tx,
        job,
        some.map((n) => ({ n })),
      ),
    );
  return {
    carry: async (first, count) => {
      const began = performance.now();
      for (let at = 0; at < count; at += PLANNED_AT_ONCE)
        await plan(range(first + at, Math.min(PLANNED_AT_ONCE, count - at)));
      await jobs.runUntilIdle(); // Acknowledged, not only arrived.
      return (performance.now() - began) / 1_000;
    },
    calm: (first) => calmly(first, arrivals, (n) => plan([n])),
    close: async () => {
      await jobs.close();
      await database.close();
    },
  };
}

export function tables({ sides }: QueueFigures): BenchTable[] {
  const what: Record<Mode, string> = {
    bare: 'bare BullMQ, add + process',
    together: 'ours, outbox → inbox, in bundles',
    alone: 'ours, outbox → inbox, one by one',
  };
  return [
    {
      head: ['queue on', '', 'events/s', 'of bare', 'p50 ms', 'p99 ms'],
      rows: sides.map(({ backend, mode, perSecond, ratio, p50, p99 }) => [
        backend,
        what[mode],
        perSecond,
        ratio.toFixed(2),
        p50,
        p99,
      ]),
    },
  ];
}

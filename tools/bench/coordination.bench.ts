import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import {
  coordinationAnswered,
  type CoordinationAnswered,
  type CoordinationAsked,
  type CoordinationMatters,
  coordinationWanted,
} from '@app/contracts';
import { Database, migrate, startCluster, systemContext } from '@app/database';
import { type JobHandler, JobsRuntime, Outbox, prepareQueue, type QueuePlace, startRedisServer } from '@app/jobs';
import { systemClock } from '@app/kernel';
import { createPostgresBackend, Queue, withBackend, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Client, Pool } from 'pg';
import { CoordinationOpeningService } from '../../apps/migrant/src/coordination/coordination-opening.service';
import { openCoordination } from '../../apps/migrant/src/coordination/coordination.fixture';
import { CoordinationProcessor } from '../../apps/migrant/src/coordination/coordination.processor';
import type { BenchOptions, BenchTable } from './bench.types';
import { median } from './samples';

export const defaults = { people: 5_000, runs: 5 };

const CONCURRENCY = 50;
const AT_ONCE = 1_000;
/** Connections are open and statements planned after so many. */
const WARM = 500;
const BACKENDS = ['redis', 'postgres'] as const;
type Backend = (typeof BACKENDS)[number];

export interface CoordinationFigures {
  readonly requests: number;
  readonly runs: number;
  readonly backends: readonly {
    readonly backend: Backend;
    /** From the app's matter to the answer read by the app, every message acknowledged. */
    readonly requestsPerSecond: number;
    /** Bare BullMQ: as many jobs added and handled by doing nothing. */
    readonly barePerSecond: number;
    readonly ratio: number;
    /** Requests that were not opened, answered and told back exactly once. */
    readonly wrong: number;
  }[];
}

/** Takes so many through, all numbered from `first`; seconds. */
type Carry = (first: number, count: number) => Promise<number>;

/**
 * Requests a second between two places of one installation, over the queue: the app plans a matter, migrant opens the request,
 * has the app that knows answer it, and tells the first one, which reads the answer. Beside it bare BullMQ in the same run.
 */
export async function run({ people: requests, runs, say }: BenchOptions): Promise<CoordinationFigures> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-bench-'));
  fs.chmodSync(folder, 0o755);
  const cluster = await startCluster({ dataFolder: folder });
  const redis = await startRedisServer({ folder: path.join(folder, 'redis') });
  const url = (role: string) =>
    `postgres://${role}:${cluster.superuserPassword}@${cluster.host}:${cluster.port}/postgres`;
  try {
    await migrate(
      { adminUrl: url('postgres'), rolePassword: cluster.superuserPassword },
      (['registration', 'migrant'] as const).map((schema) => ({
        schema,
        folder: path.resolve(`apps/${schema}/src/migrations`),
      })),
    );
    await prepareQueue(url('postgres'), cluster.superuserPassword);
    const places: Record<Backend, QueuePlace> = {
      redis: { kind: 'redis', url: redis.url, prefix: 'bench' },
      postgres: { kind: 'postgres', url: url('queue_rw') },
    };
    return await measure(places, url, requests, runs, say);
  } finally {
    await redis.stop();
    await cluster.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  places: Record<Backend, QueuePlace>,
  url: (role: string) => string,
  requests: number,
  runs: number,
  say: BenchOptions['say'],
): Promise<CoordinationFigures> {
  const admin = new Client({ connectionString: url('postgres') });
  await admin.connect();
  const seen = {
    redis: { ours: [] as number[], bare: [] as number[] },
    postgres: { ours: [] as number[], bare: [] as number[] },
  };
  const wrong = { redis: 0, postgres: 0 };
  for (let turn = 1, first = 1; turn <= runs; turn++) {
    for (const backend of BACKENDS) {
      for (const side of turn % 2 ? (['bare', 'ours'] as const) : (['ours', 'bare'] as const)) {
        await sweep(admin);
        const opened = side === 'bare' ? await openBare(places[backend]) : await openOurs(places[backend], url);
        try {
          await opened.carry(first, WARM);
          first += WARM;
          seen[backend][side].push((await opened.carry(first, requests)) / requests);
          if (side === 'ours') wrong[backend] += await countWrong(admin, first, requests);
          first += requests;
        } finally {
          await opened.close();
        }
      }
    }
    say(`第 ${turn} 轮完成`, `turn ${turn} of ${runs}`);
  }
  await admin.end();
  return {
    requests,
    runs,
    backends: BACKENDS.map((backend) => {
      const perSecond = (side: 'ours' | 'bare') => Math.round(1 / median(seen[backend][side]));
      const [requestsPerSecond, barePerSecond] = [perSecond('ours'), perSecond('bare')];
      const ratio = Number((requestsPerSecond / barePerSecond).toFixed(2));
      return { backend, requestsPerSecond, barePerSecond, ratio, wrong: wrong[backend] };
    }),
  };
}

async function sweep(admin: Client): Promise<void> {
  const tables = ['outbox', 'inbox', 'delivery'].flatMap((name) => [`registration.${name}`, `migrant.${name}`]);
  for (const statement of [
    'set session_replication_role = replica',
    `truncate ${tables.join()}, migrant.coordination_act, migrant.coordination_reminder, migrant.coordination_message, migrant.coordination_request`,
    'set session_replication_role = origin',
    'checkpoint',
  ])
    await admin.query(statement);
}

/** Each request once, answered once, its answer told once and read. */
async function countWrong(admin: Client, first: number, count: number): Promise<number> {
  const { rows } = await admin.query<{ right: number }>(
    `select count(*)::int as right from generate_series($1::int, $1 + $2 - 1) n
       where (select count(*) from migrant.coordination_request r where r.matter = 'm' || n and r.state = 'answered') = 1
         and (select count(*) from migrant.coordination_act a join migrant.coordination_request r on r.id = a.request_id
               where r.matter = 'm' || n) = 2
         and (select count(*) from migrant.outbox o where o.payload->>'matter' = 'm' || n and o.acked_at is not null) = 1`,
    [first, count],
  );
  return count - rows[0]!.right;
}

async function openOurs(
  place: QueuePlace,
  url: (role: string) => string,
): Promise<{ carry: Carry; close(): Promise<void> }> {
  const open = (schema: string) =>
    Database.open({
      url: url(`${schema}_rw`),
      schema,
      recorder: auditRecorder(schema),
      standing: systemContext('bench'),
      poolSize: 24,
    });
  const [registration, migrant] = [await open('registration'), await open('migrant')];
  // The app that asks and the one that knows: what they say costs nothing, so that requests are measured and not an app.
  const matters: CoordinationMatters = {
    matter: (matter) =>
      Promise.resolve({
        ...{ app: 'registration', matter, kind: 'confirm-registration', personId: null },
        ...{ purpose: '办理生育登记', legalBasis: '人口与计划生育法第十四条' },
        ...{ fromDivision: '340202100000', toDivision: '340203000000', fields: ['is_registered', 'office'] },
        offered: { month: '2026-08', name: '示例某', id_number: '340202199606060029' },
      }),
    answer: (_asked: CoordinationAsked) =>
      Promise.resolve({ outcome: 'not-found', values: { is_registered: 'false' } }),
  };
  const app = await openCoordination({ database: migrant, clock: systemClock, apps: { registration: matters } });
  const opening = app.get(CoordinationOpeningService, { strict: false });
  const read = new Map<string, string>();
  const hear: JobHandler<CoordinationAnswered> = {
    job: coordinationAnswered.registration,
    handleAll: async ({ payloads }) => {
      const told = await opening.answers(
        'registration',
        payloads.map(({ matter }) => matter),
      );
      for (const { matter, outcome } of told) read.set(matter, outcome);
    },
  };
  const jobs = new JobsRuntime({
    queue: place,
    apps: [
      { schema: 'registration', database: registration, handlers: [hear] },
      { schema: 'migrant', database: migrant, handlers: app.get(CoordinationProcessor, { strict: false }).handlers },
    ],
    clock: systemClock,
    onError: (error) => process.stderr.write(`${String(error)}\n`),
    concurrency: 4,
  });
  jobs.start();
  const outbox = new Outbox('registration');
  return {
    carry: async (first, count) => {
      const began = performance.now();
      for (let at = 0; at < count; at += AT_ONCE) {
        const some = Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, i) => ({
          app: 'registration',
          matter: `m${first + at + i}`,
        }));
        await registration.write((tx) => outbox.plan(tx, coordinationWanted, some));
      }
      await jobs.runUntilIdle(); // Acknowledged, not only arrived.
      const seconds = (performance.now() - began) / 1_000;
      for (let n = first; n < first + count; n++)
        if (read.get(`m${n}`) !== 'not-found') throw new Error(`the answer to m${n} did not come back`);
      return seconds;
    },
    close: async () => {
      await jobs.close();
      await app.close();
      await registration.close();
      await migrant.close();
    },
  };
}

type Numbered = { readonly n: number };

async function openBare(place: QueuePlace): Promise<{ carry: Carry; close(): Promise<void> }> {
  let left = 0;
  let done = () => {};
  const handle = (_job: { data: Numbered }): Promise<void> => {
    if (--left === 0) done();
    return Promise.resolve();
  };
  const { queue, worker, end } = place.kind === 'redis' ? bareRedis(place, handle) : barePostgres(place, handle);
  await worker.waitUntilReady();
  return {
    carry: async (first, count) => {
      left = count;
      const all = new Promise<void>((resolve) => (done = resolve));
      const began = performance.now();
      for (let at = 0; at < count; at += AT_ONCE) {
        const some = Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, i) => first + at + i);
        await queue.addBulk(
          some.map((n) => ({ name: 'bare', data: { n }, opts: { removeOnComplete: true, jobId: `b${n}` } })),
        );
      }
      await all;
      return (performance.now() - began) / 1_000;
    },
    close: async () => {
      await worker.close();
      await queue.close();
      await end();
    },
  };
}

function bareRedis(
  { url, prefix }: Extract<QueuePlace, { kind: 'redis' }>,
  handle: (job: { data: Numbered }) => Promise<void>,
) {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue('bare', { connection, prefix });
  const worker = new Worker('bare', handle, { connection, prefix, concurrency: CONCURRENCY });
  return { queue, worker, end: () => Promise.resolve(connection.disconnect()) };
}

function barePostgres(
  { url }: Extract<QueuePlace, { kind: 'postgres' }>,
  handle: (job: { data: Numbered }) => Promise<void>,
) {
  const classes = withBackend(createPostgresBackend);
  const connection = new Pool({ connectionString: url, max: CONCURRENCY + 6, options: '-c search_path=bullmq' });
  connection.setMaxListeners(0);
  const queue = new classes.Queue('bare', { connection });
  const worker = new classes.Worker('bare', handle, { connection, concurrency: CONCURRENCY });
  return { queue, worker, end: () => connection.end() };
}

export function tables({ backends }: CoordinationFigures): BenchTable[] {
  return [
    {
      head: ['queue on', 'requests/s', 'bare jobs/s', 'of bare', 'wrong'],
      rows: backends.map(({ backend, requestsPerSecond, barePerSecond, ratio, wrong }) => [
        backend,
        requestsPerSecond,
        barePerSecond,
        ratio.toFixed(2),
        wrong,
      ]),
    },
  ];
}

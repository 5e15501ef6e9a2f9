import 'reflect-metadata';
import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import { assertGuarded, type Cluster, Database, inContext, migrate, startCluster, systemContext } from '@app/database';
import { JobsRuntime, prepareQueue } from '@app/jobs';
import { type Clock, systemClock } from '@app/kernel';
import { openVault } from '@app/vault';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client } from 'pg';
import type { Config } from './config';
import { openRateLimits, type RateLimits } from '../../gateway/src/doorkeeper';
import { bindMode } from './mode';
import { explainConstraint } from '../../subsidy/src/power/power.errors';
import { SUBSIDY_HANDLERS } from '../../subsidy/src/subsidy.tokens';
import { bankFolders } from './folders';
import { StandaloneModule } from './standalone.module';

const DATABASE = 'yangyu';
const APPS = path.join(__dirname, '..', '..');
const SCHEMAS = ['registration', 'subsidy', 'gateway'] as const;

/** Everything that runs in this one process. */
export interface Installation {
  readonly app: INestApplicationContext;
  readonly jobs: JobsRuntime;
  readonly clock: Clock;
  readonly registration: Database;
  readonly subsidy: Database;
  /** What the door keeps: who is let in no more. Nothing about families. */
  readonly gateway: Database;
  readonly limits: RateLimits;
  /** Bulk work is left to workers in other processes; in this one it is done where it was asked for. */
  readonly hasWorkersElsewhere: boolean;
  /** False when another process of ours serves this data folder already, and this one only visits. */
  readonly isOwner: boolean;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly clock?: Clock;
  readonly onStep?: (step: 'database' | 'migrations' | 'apps') => void;
  readonly onError?: (error: unknown, where: string) => void;
  readonly hasWorkersElsewhere?: boolean;
  /** Messages that this process handles at once per queue. */
  readonly concurrency?: number;
  /** Durability off: for tests only. */
  readonly throwaway?: boolean;
}

/** Brings up PostgreSQL, its schemas, the queue and the apps; refuses in one sentence what it cannot put right. */
export async function openInstallation(config: Config, options: OpenOptions = {}): Promise<Installation> {
  const clock = options.clock ?? systemClock;
  bindMode(config);
  options.onStep?.('database');
  const cluster = await startCluster({
    dataFolder: config.dataFolder,
    port: config.postgresPort,
    throwaway: options.throwaway,
  });
  try {
    const starting = systemContext('start', { isPlumbing: true });
    return await inContext(starting, () => openOn(cluster, config, clock, options));
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function openOn(cluster: Cluster, config: Config, clock: Clock, options: OpenOptions): Promise<Installation> {
  // One secret per role, derived from the cluster's own, so that no second secret has to be kept.
  const rolePassword = createHash('sha256').update(`role ${cluster.superuserPassword}`).digest('base64url');
  const url = (role: string, password: string, database = DATABASE) =>
    `postgres://${role}:${password}@${cluster.host}:${cluster.port}/${database}`;
  const adminUrl = url('postgres', cluster.superuserPassword);
  options.onStep?.('migrations');
  await createDatabase(url('postgres', cluster.superuserPassword, 'postgres'));
  await migrate(
    { adminUrl, rolePassword },
    SCHEMAS.map((schema) => ({ schema, folder: path.join(APPS, schema, 'src', 'migrations') })),
  );
  await prepareQueue(adminUrl, rolePassword);

  options.onStep?.('apps');
  const vault = (await openVault(config.vault)).follow(options.onError ?? (() => undefined));
  const [registration, subsidy, gateway] = await Promise.all(
    SCHEMAS.map((schema) =>
      Database.open({
        url: url(`${schema}_rw`, rolePassword),
        schema,
        recorder: auditRecorder(schema),
        explain: explainConstraint,
      }),
    ),
  );
  const now = () => systemClock.now();
  const isThrowaway = options.throwaway ?? config.isThrowaway;
  await assertGuarded(registration!, 'registration', now, isThrowaway);
  await assertGuarded(subsidy!, 'subsidy', now, isThrowaway);
  await assertGuarded(gateway!, 'gateway', now, isThrowaway);
  const parts = { registration: registration!, subsidy: subsidy!, vault, clock, bankFolders: bankFolders(config) };
  const app = await NestFactory.createApplicationContext(StandaloneModule.of(parts), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  const jobs = new JobsRuntime({
    backend: 'postgres',
    queueUrl: url('queue_rw', rolePassword),
    apps: [
      { schema: 'registration', database: parts.registration, handlers: [] },
      { schema: 'subsidy', database: parts.subsidy, handlers: app.get(SUBSIDY_HANDLERS, { strict: false }) },
    ],
    clock,
    onError: options.onError ?? (() => undefined),
    ...(options.concurrency ? { concurrency: options.concurrency } : {}),
  });
  const limits = openRateLimits(url('gateway_rw', rolePassword), config.requestsPerMinute);
  return {
    app,
    jobs,
    ...parts,
    gateway: gateway!,
    limits,
    hasWorkersElsewhere: options.hasWorkersElsewhere ?? false,
    isOwner: cluster.owned,
    close: async () => {
      await jobs.close();
      await app.close();
      vault.close();
      await parts.registration.close();
      await parts.subsidy.close();
      await gateway!.close();
      await limits.close();
      await cluster.stop();
    },
  };
}

async function createDatabase(controlUrl: string): Promise<void> {
  const control = new Client({ connectionString: controlUrl });
  await control.connect();
  try {
    const { rowCount } = await control.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await control.query(`create database ${DATABASE}`);
  } finally {
    await control.end();
  }
}

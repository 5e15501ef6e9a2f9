import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Cluster, migrate, startCluster } from '@app/database';
import { prepareQueue, type QueuePlace } from '@app/jobs';
import { withPassword } from '@app/service';
import { Client } from 'pg';
import type { Config, Elsewhere } from './config';

export const SCHEMAS = ['registration', 'subsidy', 'migrant', 'exchange', 'gateway'] as const;
const DATABASE = 'yangyu';
const APPS = path.join(__dirname, '..', '..');

/** Where an installation's database and queue are. */
export interface Place {
  /** Address of the database as a runtime role, with its password. */
  url(role: string): string;
  readonly queue: QueuePlace;
  /** False when another process of ours runs the server, and this one only visits. */
  readonly isOwner: boolean;
  stop(): Promise<void>;
}

/** The embedded server on this data folder, brought up to date; its queue lies in Redis if one is named. */
export async function openEmbedded(
  config: Config,
  options: { throwaway?: boolean; onMigrate: () => void },
): Promise<Place> {
  const { dataFolder, postgresPort: port } = config;
  const cluster = await startCluster({ dataFolder, port, throwaway: options.throwaway });
  try {
    options.onMigrate();
    return await prepareEmbedded(cluster, config);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function prepareEmbedded(cluster: Cluster, { redis }: Config): Promise<Place> {
  const { superuserPassword, host, port } = cluster;
  const address = (role: string, password: string) => `postgres://${role}:${password}@${host}:${port}/${DATABASE}`;
  // One secret per role, derived from the cluster's own, so that no second secret has to be kept.
  const rolePassword = createHash('sha256').update(`role ${superuserPassword}`).digest('base64url');
  const adminUrl = address('postgres', superuserPassword);
  await prepareDatabase(adminUrl, () => rolePassword);
  if (!redis) await prepareQueue(adminUrl, rolePassword);
  const url = (role: string) => address(role, rolePassword);
  return {
    url,
    queue: redis ?? { kind: 'postgres', url: url('queue_rw') },
    isOwner: cluster.owned,
    stop: () => cluster.stop(),
  };
}

/** A server that others run, which the migration job has brought up to date; each role's password is a file. */
export function visitElsewhere({ databaseUrl, secrets, redis }: Elsewhere): Place {
  const url = (role: string): string => {
    const password = fs.readFileSync(path.join(secrets, `${role}.password`), 'utf8').trim();
    const whole = new URL(databaseUrl);
    whole.username = role;
    return withPassword(whole.href, password);
  };
  return { url, queue: redis, isOwner: false, stop: () => Promise.resolve() };
}

/** Makes the database if it is missing, then brings every schema up to date. Names of the migrations that ran. */
export async function prepareDatabase(adminUrl: string, passwordOf: (role: string) => string): Promise<string[]> {
  await createDatabase(adminUrl);
  return migrate(
    { adminUrl, rolePassword: (schema) => passwordOf(`${schema}_rw`) },
    SCHEMAS.map((schema) => ({ schema, folder: path.join(APPS, schema, 'src', 'migrations') })),
  );
}

async function createDatabase(adminUrl: string): Promise<void> {
  const control = new URL(adminUrl);
  const name = decodeURIComponent(control.pathname.slice(1));
  control.pathname = '/postgres';
  const client = new Client({ connectionString: control.href });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

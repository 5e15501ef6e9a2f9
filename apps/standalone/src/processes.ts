import * as fs from 'node:fs';
import * as path from 'node:path';
import { freePort, startCluster } from '@app/database';
import { startRedisServer } from '@app/jobs';
import type { Config, Elsewhere, Faults } from './config';
import { type Ground, onThisMachine, readCompose } from './compose';
import { prepareDatabase } from './place';
import { makeSecrets } from './secrets';
import { keepUp } from './store';
import { type ProcessToRun, Supervisor } from './supervisor';

const DATABASE = 'yangyu';
const COMPOSE_FILE = 'docker-compose.yml';
const ADMIN = 'postgres';

/** One installation as several processes on this machine. */
export interface Processes {
  /** How the command line, beside them, reaches what they share. */
  readonly elsewhere: Elsewhere;
  readonly supervisor: Supervisor;
  readonly gatewayUrl: string;
  close(): Promise<void>;
}

/**
 * Starts what docker-compose.yml describes without Docker: PostgreSQL and Redis on the data folder (or the Redis that
 * is named), the migration job, and every process of ours in the environment it has there, with this machine's addresses.
 */
export async function startProcesses(
  config: Config,
  options: {
    workers: number;
    onStep: (step: 'stores' | 'migrations' | 'apps') => void;
    more?: Record<string, string>;
    faults?: Faults;
  },
): Promise<Processes> {
  const { dataFolder: data, postgresPort } = config;
  const ring = path.join(data, 'vault.key');
  const secrets = await makeSecrets(path.join(data, 'secrets'), ring);
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const one of closing.reverse()) await one();
  };
  try {
    options.onStep('stores');
    const cluster = await keepUp((port = postgresPort) =>
      startCluster({ dataFolder: data, port, throwaway: config.isThrowaway }),
    );
    closing.push(() => cluster.stop());
    const password = secrets.read('redis.password');
    const redis = config.redis ?? (await ownRedis(path.join(data, 'redis'), password, closing));
    options.onStep('migrations');
    const server = `${cluster.host}:${cluster.port}`;
    await prepareDatabase(`postgres://${ADMIN}:${cluster.superuserPassword}@${server}/${DATABASE}`, (role) =>
      secrets.read(`${role}.password`),
    );

    options.onStep('apps');
    const supervisor = new Supervisor(path.join(data, 'log'));
    closing.push(() => supervisor.stop());
    for (const folder of ['to', 'from']) fs.mkdirSync(path.join(data, 'bank', folder), { recursive: true });
    const elsewhere = { databaseUrl: `postgres://${server}/${DATABASE}`, secrets: secrets.folder, redis };
    const processes = await processesOf(config, elsewhere, ring, options.workers);
    await supervisor.start(processes.map((one) => withFaults(one, options)));
    return { elsewhere, supervisor, gatewayUrl: `http://127.0.0.1:${config.port}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function ownRedis(
  folder: string,
  password: string,
  closing: (() => Promise<void>)[],
): Promise<Elsewhere['redis']> {
  const server = await keepUp((port) => startRedisServer({ folder, password, port }));
  closing.push(() => server.stop());
  return { kind: 'redis', url: server.url, prefix: 'yangyu' };
}

/** Apps before those who ask them, the world outside last. */
async function processesOf(
  config: Config,
  { databaseUrl, secrets, redis }: Elsewhere,
  ring: string,
  workers: number,
): Promise<ProcessToRun[]> {
  const [registration, subsidy] = [await freePort(), await freePort()];
  const ports: Record<string, number> = { registration, subsidy, gateway: config.port, simulator: config.issuerPort };
  const { password, ...redisAddress } = addressOf(redis.url);
  const ground: Ground = {
    addresses: {
      'postgres:5432': new URL(databaseUrl).host,
      'redis:6379': redisAddress.host,
      'registration:4101': `127.0.0.1:${registration}`,
      'subsidy:4102': `127.0.0.1:${subsidy}`,
      '127.0.0.1:4000': `127.0.0.1:${config.port}`,
      'localhost:4000': `localhost:${config.port}`,
      '127.0.0.1:4001': `127.0.0.1:${config.issuerPort}`,
    },
    secrets,
    data: config.dataFolder,
    ring,
  };
  const own = {
    YANGYU_THROWAWAY: config.isThrowaway ? 'yes' : 'no',
    YANGYU_BANK_FAILURES: String(config.bankFailures),
    YANGYU_REQUESTS_PER_MINUTE: String(config.requestsPerMinute),
    YANGYU_REDIS_PREFIX: redis.prefix,
    YANGYU_REDIS_PASSWORD: password,
    TZ: 'UTC',
  };
  return readCompose(COMPOSE_FILE)
    .filter(({ service }) => service !== 'migrate')
    .flatMap((process) => {
      const count = process.service === 'subsidy-worker' ? workers : 1;
      return Array.from({ length: count }, (_, n) => ({
        name: count === 1 ? process.service : `${process.service}-${n + 1}`,
        program: path.resolve(process.program),
        environment: { ...onThisMachine(process, ground, ports[process.service] ?? 0), ...own },
      }));
    });
}

function withFaults(
  one: ProcessToRun,
  { more, faults = {} }: { more?: Record<string, string>; faults?: Faults },
): ProcessToRun {
  const noting = (file: string): Record<string, string> =>
    faults.log === undefined ? {} : { YANGYU_FAILPOINT_LOG: path.join(faults.log, file) };
  const isHit = faults.process !== undefined && one.name.startsWith(faults.process);
  const hit = isHit && faults.failpoint !== undefined ? { YANGYU_FAILPOINT: faults.failpoint } : undefined;
  return {
    ...one,
    environment: { ...one.environment, ...more, ...noting(one.name) },
    firstLife: hit && { ...hit, ...noting(`${one.name}.first`) },
  };
}

function addressOf(url: string): { host: string; password: string } {
  const { host, password } = new URL(url);
  return { host, password: decodeURIComponent(password) };
}

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
  /** The first one is where the demo's people sign in. */
  readonly gatewayUrls: readonly string[];
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
    /** Of each app's process and of the gateway; one unless it is said. */
    instances?: number;
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
    const ports = await portsOf(config, options.instances ?? 1);
    const processes = processesOf(config, elsewhere, ring, ports, options.workers);
    await supervisor.start(processes.map((one) => withFaults(one, options)));
    return { elsewhere, supervisor, gatewayUrls: ports.gateway!.map(urlOf), close };
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

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

/** Of each process that others call, by service. */
async function portsOf({ port, issuerPort }: Config, instances: number): Promise<Record<string, number[]>> {
  const ports: Record<string, number[]> = {
    registration: [],
    subsidy: [],
    migrant: [],
    exchange: [],
    gateway: [port],
    simulator: [issuerPort],
  };
  for (const service of ['registration', 'subsidy', 'migrant', 'exchange', 'gateway'])
    while (ports[service]!.length < instances) ports[service]!.push(await freePort());
  return ports;
}

/** Apps before those who ask them, the world outside last. */
function processesOf(
  config: Config,
  { databaseUrl, secrets, redis }: Elsewhere,
  ring: string,
  ports: Record<string, number[]>,
  workers: number,
): ProcessToRun[] {
  const ground: Ground = {
    addresses: {
      'postgres:5432': new URL(databaseUrl).host,
      'http://registration:4101': ports.registration!.map(urlOf).join(','),
      'http://subsidy:4102': ports.subsidy!.map(urlOf).join(','),
      'http://migrant:4104': ports.migrant!.map(urlOf).join(','),
      'http://exchange:4103': ports.exchange!.map(urlOf).join(','),
      '127.0.0.1:4000': `127.0.0.1:${config.port}`,
      'localhost:4000': `localhost:${config.port}`,
      '127.0.0.1:4001': `127.0.0.1:${config.issuerPort}`,
    },
    secrets,
    data: config.dataFolder,
    ring,
  };
  const settings = {
    YANGYU_THROWAWAY: config.isThrowaway ? 'yes' : 'no',
    YANGYU_BANK_FAILURES: String(config.bankFailures),
    YANGYU_REQUESTS_PER_MINUTE: String(config.requestsPerMinute),
    YANGYU_REDIS_PREFIX: redis.prefix,
    YANGYU_REDIS_URL: redis.url,
    TZ: 'UTC',
  };
  return readCompose(COMPOSE_FILE)
    .filter(({ service }) => service !== 'migrate')
    .flatMap((process) => {
      const own = ports[process.service] ?? [];
      const count = process.service === 'subsidy-worker' ? workers : Math.max(1, own.length);
      return Array.from({ length: count }, (_, n) => ({
        name: count === 1 ? process.service : `${process.service}-${n + 1}`,
        program: path.resolve(process.program),
        environment: { ...withoutRedisPassword(onThisMachine(process, ground, own[n] ?? 0)), ...settings },
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

/** The whole address is given, with its password in it. */
const withoutRedisPassword = ({ YANGYU_REDIS_PASSWORD_FILE: _, ...environment }: Record<string, string>) => environment;

import * as os from 'node:os';
import * as path from 'node:path';
import type { QueuePlace } from '@app/jobs';
import { readSettings, withPassword } from '@app/service';
import type { VaultOptions } from '@app/vault';
import { z } from 'zod';
import { type RegistrySettings, registrySettings } from '../../exchange/src/household-registry/registry-settings.types';
import { type PeerSettings, peerSettings } from '../../exchange/src/peer/peer-settings.types';
import { DOOR_SETTINGS } from '../../gateway/src/config';
import { refuse } from './standalone.errors';

export const STANDALONE_SETTINGS = {
  /** Folder of everything this installation keeps: the database cluster, keys, files in and out. */
  YANGYU_DATA: z.string().min(1).default(path.join(process.cwd(), '.data')),
  YANGYU_HOST: z.string().default('127.0.0.1'),
  YANGYU_PORT: z.coerce.number().int().min(0).max(65535).default(4000),
  ...DOOR_SETTINGS,
  /** Of the demo issuer. Default: the one after YANGYU_PORT, so that a token's issuer is the same after a restart. */
  YANGYU_ISSUER_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  /** The queue in Redis instead of in PostgreSQL. */
  YANGYU_REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  YANGYU_REDIS_PASSWORD: z.string().optional(),
  YANGYU_REDIS_PREFIX: z
    .string()
    .regex(/^[\w-]+$/)
    .default('yangyu'),
  /**
   * A database that others run, `postgres://host:port/database`, whose apps run as processes of their own: the command
   * line then only visits. Needs YANGYU_REDIS_URL, and YANGYU_SECRETS with a `<role>.password` for each runtime role.
   */
  YANGYU_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  YANGYU_SECRETS: z.string().min(1).optional(),
  /** Default: any free port. */
  YANGYU_PG_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  /** `yes`: what is committed may be lost in a crash of the machine. For tests; otherwise such a server is refused. */
  YANGYU_THROWAWAY: z.enum(['yes', 'no']).default('no'),
  /** The key ring's file. Default: vault.key in YANGYU_DATA. */
  YANGYU_VAULT_RING: z.string().min(1).optional(),
  /** File of the key that wraps the keys in it; on another disk than the data. Default: they are not wrapped. */
  YANGYU_VAULT_KEK_FILE: z.string().min(1).optional(),
  /** The text of vault.key, for containers without files of their own. */
  YANGYU_VAULT_KEYS: z.string().min(1).optional(),
  /** JSON of how the household registry is spoken to (apps/exchange/README.md); it holds keys, so it is given as a file. */
  YANGYU_REGISTRY: registrySettings.default({ kind: 'none' }),
  /** JSON of which other installations there are (apps/exchange/README.md); it holds our keys, so it is given as a file. */
  YANGYU_PEERS: peerSettings.default({ kind: 'none' }),
  /** Where calls of other installations and of the registry are taken in; nowhere, where it is not said. */
  YANGYU_CALLBACK_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  /** People of the demo county. */
  YANGYU_PEOPLE: z.coerce.number().int().min(100).max(20_000_000).default(20_000),
  /** Counties that the demo's people live in. */
  YANGYU_COUNTIES: z.coerce.number().int().min(1).max(10).default(1),
  /** Share of the demo's payments that the simulated bank fails by chance; planted accounts fail always. */
  YANGYU_BANK_FAILURES: z.coerce.number().min(0).max(1).default(0.02),
};

/** An installation of several processes, seen from the command line beside it. */
export interface Elsewhere {
  readonly databaseUrl: string;
  readonly secrets: string;
  readonly redis: Extract<QueuePlace, { kind: 'redis' }>;
}

export interface Config {
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
  readonly isProduction: boolean;
  readonly requestsPerMinute: number;
  readonly trustedProxies: readonly string[] | undefined;
  readonly issuer: string | undefined;
  readonly audience: string;
  readonly client: string;
  readonly issuerPort: number;
  readonly postgresPort: number | undefined;
  readonly isThrowaway: boolean;
  readonly redis: Extract<QueuePlace, { kind: 'redis' }> | undefined;
  readonly elsewhere: Elsewhere | undefined;
  readonly vault: VaultOptions;
  readonly people: number;
  readonly counties: number;
  readonly bankFailures: number;
  readonly registry: RegistrySettings;
  readonly peers: PeerSettings;
  readonly callbackPort: number | undefined;
}

/** 0 stays 0: any free port. */
const nextPort = (port: number): number => (port === 0 ? 0 : port < 65535 ? port + 1 : port - 1);

/** The only reader of the environment; refuses what it cannot use by naming it. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const data = readSettings(STANDALONE_SETTINGS, environment);
  if (data.YANGYU_MODE === 'production') {
    const missing = [
      ...(data.YANGYU_ISSUER === undefined ? ['YANGYU_ISSUER: production names its own issuer'] : []),
      ...(data.YANGYU_THROWAWAY === 'yes' ? ['YANGYU_THROWAWAY: not in production'] : []),
    ];
    if (missing.length > 0) throw refuse.configuration(missing);
  }
  const redis = data.YANGYU_REDIS_URL
    ? {
        kind: 'redis' as const,
        url: withPassword(data.YANGYU_REDIS_URL, data.YANGYU_REDIS_PASSWORD),
        prefix: data.YANGYU_REDIS_PREFIX,
      }
    : undefined;
  const dataFolder = path.resolve(data.YANGYU_DATA.replace(/^~(?=\/)/, os.homedir()));
  return {
    dataFolder,
    host: data.YANGYU_HOST,
    port: data.YANGYU_PORT,
    isProduction: data.YANGYU_MODE === 'production',
    requestsPerMinute: data.YANGYU_REQUESTS_PER_MINUTE,
    trustedProxies: data.YANGYU_TRUSTED_PROXY,
    issuer: data.YANGYU_ISSUER,
    audience: data.YANGYU_AUDIENCE,
    client: data.YANGYU_CLIENT,
    issuerPort: data.YANGYU_ISSUER_PORT ?? nextPort(data.YANGYU_PORT),
    postgresPort: data.YANGYU_PG_PORT,
    isThrowaway: data.YANGYU_THROWAWAY === 'yes',
    redis,
    elsewhere: elsewhereOf(data, redis),
    vault: {
      file: data.YANGYU_VAULT_RING ?? path.join(dataFolder, 'vault.key'),
      keys: data.YANGYU_VAULT_KEYS,
      kekFile: data.YANGYU_VAULT_KEK_FILE,
    },
    people: data.YANGYU_PEOPLE,
    counties: data.YANGYU_COUNTIES,
    bankFailures: data.YANGYU_BANK_FAILURES,
    registry: data.YANGYU_REGISTRY,
    peers: data.YANGYU_PEERS,
    callbackPort: data.YANGYU_CALLBACK_PORT,
  };
}

type Data = ReturnType<typeof readSettings<typeof STANDALONE_SETTINGS>>;

function elsewhereOf(data: Data, redis: Config['redis']): Elsewhere | undefined {
  const { YANGYU_DATABASE_URL: databaseUrl, YANGYU_SECRETS: secrets } = data;
  if (databaseUrl === undefined) return undefined;
  const missing = [
    ...(redis ? [] : ['YANGYU_REDIS_URL: the queue of a database elsewhere']),
    ...(secrets === undefined ? ['YANGYU_SECRETS: the folder of its passwords'] : []),
  ];
  if (!redis || secrets === undefined) throw refuse.configuration(missing);
  return { databaseUrl, secrets, redis };
}

/** For the fault suite (test/faults), which lets processes of `npm run distributed` die on purpose. */
export interface Faults {
  /** Folder of one file per process, with every failpoint that it passes; `.first` is what one that is hit passes before. */
  readonly log?: string;
  /** What the names of the processes begin with that are hit. */
  readonly process?: string;
  /** `name:n:kill|throw|pause`, of their first life only. */
  readonly failpoint?: string;
}

export function readFaults(environment: NodeJS.ProcessEnv = process.env): Faults {
  const { YANGYU_FAULT_LOG: log, YANGYU_FAULT_PROCESS: name, YANGYU_FAULT_FAILPOINT: failpoint } = environment;
  return { log, process: name, failpoint };
}

/** What the migration job is told. */
export const MIGRATION_SETTINGS = {
  /** As a role that may create roles, schemas and trusted extensions; its password apart. */
  YANGYU_ADMIN_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  YANGYU_ADMIN_PASSWORD: z.string().optional(),
  /** Folder with a `<role>.password` for each runtime role. */
  YANGYU_SECRETS: z.string().min(1),
} as const;

export function readMigrationConfig(environment: NodeJS.ProcessEnv = process.env) {
  const data = readSettings(MIGRATION_SETTINGS, environment);
  return {
    adminUrl: withPassword(data.YANGYU_ADMIN_URL, data.YANGYU_ADMIN_PASSWORD),
    secrets: data.YANGYU_SECRETS,
  };
}

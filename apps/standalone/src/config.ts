import * as os from 'node:os';
import * as path from 'node:path';
import { isSafeAddress, TOKEN_AUDIENCE } from '@app/access';
import type { VaultOptions } from '@app/vault';
import { z } from 'zod';
import { refuse } from './standalone.errors';

const schema = z.object({
  /** Folder of everything this installation keeps: the database cluster, keys, files in and out. */
  YANGYU_DATA: z.string().min(1).default(path.join(process.cwd(), '.data')),
  YANGYU_HOST: z.string().default('127.0.0.1'),
  YANGYU_PORT: z.coerce.number().int().min(0).max(65535).default(4000),
  /**
   * `production`: nothing of the demo. An issuer must be named; no page to try queries on, no introspection, and our
   * own desk calls stored operations only.
   */
  YANGYU_MODE: z.enum(['demo', 'production']).default('demo'),
  /** What one caller may ask in a minute. */
  YANGYU_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(600),
  /**
   * Addresses or CIDR ranges, separated by commas, of the proxies that callers come through: from them alone an
   * X-Forwarded-For is believed. Without it whoever comes through a proxy counts as one address.
   */
  YANGYU_TRUSTED_PROXY: z
    .string()
    .transform((text) => text.split(',').map((one) => one.trim()))
    .pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'an address or a CIDR range')))
    .refine((all) => all.every((one) => !/\/0+$/.test(one)), 'everybody is no proxy')
    .optional(),
  /** Who signs people in: an OpenID Connect issuer, https or on this machine. Without it a demo issuer runs beside the gateway. */
  YANGYU_ISSUER: z
    .url()
    .refine((text) => isSafeAddress(new URL(text)), 'an issuer is https')
    .optional(),
  /** What the issuer calls this graph in the tokens that are for it. */
  YANGYU_AUDIENCE: z.string().min(1).default(TOKEN_AUDIENCE),
  /** What the issuer calls our own desk: its log-outs are addressed to it. */
  YANGYU_CLIENT: z.string().min(1).default('yangyu-desk'),
  /** Of the demo issuer. Default: the one after YANGYU_PORT, so that a token's issuer is the same after a restart. */
  YANGYU_ISSUER_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  /** Default: any free port. */
  YANGYU_PG_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  /** `yes`: what is committed may be lost in a crash of the machine. For tests; otherwise such a server is refused. */
  YANGYU_THROWAWAY: z.enum(['yes', 'no']).default('no'),
  /** File of the key that wraps the keys in vault.key; on another disk than the data. Default: they are not wrapped. */
  YANGYU_VAULT_KEK_FILE: z.string().min(1).optional(),
  /** The text of vault.key, for containers without files of their own. */
  YANGYU_VAULT_KEYS: z.string().min(1).optional(),
  /** People of the demo county. */
  YANGYU_PEOPLE: z.coerce.number().int().min(100).max(20_000_000).default(20_000),
  /** Share of the demo's payments that the simulated bank fails by chance; planted accounts fail always. */
  YANGYU_BANK_FAILURES: z.coerce.number().min(0).max(1).default(0.02),
});

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
  readonly vault: VaultOptions;
  readonly people: number;
  readonly bankFailures: number;
}

/** 0 stays 0: any free port. */
const nextPort = (port: number): number => (port === 0 ? 0 : port < 65535 ? port + 1 : port - 1);

/** The only reader of the environment; refuses what it cannot use by naming it. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw refuse.configuration(issues);
  }
  const { data } = parsed;
  if (data.YANGYU_MODE === 'production') {
    const missing = [
      ...(data.YANGYU_ISSUER === undefined ? ['YANGYU_ISSUER: production names its own issuer'] : []),
      ...(data.YANGYU_THROWAWAY === 'yes' ? ['YANGYU_THROWAWAY: not in production'] : []),
    ];
    if (missing.length > 0) throw refuse.configuration(missing);
  }
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
    vault: {
      file: path.join(dataFolder, 'vault.key'),
      keys: data.YANGYU_VAULT_KEYS,
      kekFile: data.YANGYU_VAULT_KEK_FILE,
    },
    people: data.YANGYU_PEOPLE,
    bankFailures: data.YANGYU_BANK_FAILURES,
  };
}

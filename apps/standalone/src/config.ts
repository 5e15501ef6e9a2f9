import * as os from 'node:os';
import * as path from 'node:path';
import { z } from 'zod';
import { refuse } from './standalone.errors';

const schema = z.object({
  /** Folder of everything this installation keeps: the database cluster, keys, files in and out. */
  YANGYU_DATA: z.string().min(1).default(path.join(process.cwd(), '.data')),
  YANGYU_HOST: z.string().default('127.0.0.1'),
  YANGYU_PORT: z.coerce.number().int().min(0).max(65535).default(4000),
  /** Default: any free port. */
  YANGYU_PG_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  /** `yes`: what is committed may be lost in a crash of the machine. For tests; otherwise such a server is refused. */
  YANGYU_THROWAWAY: z.enum(['yes', 'no']).default('no'),
  /** People of the demo county. */
  YANGYU_PEOPLE: z.coerce.number().int().min(100).max(20_000_000).default(20_000),
  /** Share of the demo's payments that the simulated bank fails by chance; planted accounts fail always. */
  YANGYU_BANK_FAILURES: z.coerce.number().min(0).max(1).default(0.02),
});

export interface Config {
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
  readonly postgresPort: number | undefined;
  readonly isThrowaway: boolean;
  readonly people: number;
  readonly bankFailures: number;
}

/** The only reader of the environment; refuses what it cannot use by naming it. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw refuse.configuration(issues);
  }
  const { data } = parsed;
  return {
    dataFolder: path.resolve(data.YANGYU_DATA.replace(/^~(?=\/)/, os.homedir())),
    host: data.YANGYU_HOST,
    port: data.YANGYU_PORT,
    postgresPort: data.YANGYU_PG_PORT,
    isThrowaway: data.YANGYU_THROWAWAY === 'yes',
    people: data.YANGYU_PEOPLE,
    bankFailures: data.YANGYU_BANK_FAILURES,
  };
}

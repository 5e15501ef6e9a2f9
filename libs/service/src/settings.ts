import * as fs from 'node:fs';
import { z } from 'zod';
import { refuse } from './service.errors';

/** Settings that cannot be used, each named. */
export const unusableSettings = refuse.configuration;

/** What every process of the house is told about itself. Any of these may be given as NAME_FILE: a file that holds the value. */
export const PROCESS_SETTINGS = {
  YANGYU_HOST: z.string().default('127.0.0.1'),
  /** 0 takes any free port. */
  YANGYU_PORT: z.coerce.number().int().min(0).max(65535),
  /** `postgres://<runtime role>@host:port/database`; the role's password apart. */
  YANGYU_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  YANGYU_DATABASE_PASSWORD: z.string().min(1),
  /** The Ed25519 private key (PEM) that this process signs its calls to others with. */
  YANGYU_SERVICE_KEY: z.string().min(1),
  /** JSON of the names of those who may call, with their public keys (PEM). */
  YANGYU_SERVICE_CALLERS: z
    .string()
    .default('{}')
    .transform((text, context) => {
      try {
        return z.record(z.string(), z.string()).parse(JSON.parse(text));
      } catch {
        context.addIssue('a JSON object of names and public keys');
        return z.NEVER;
      }
    }),
  /** `yes`: what is committed may be lost in a crash of the machine. For tests; otherwise such a server is refused. */
  YANGYU_THROWAWAY: z.enum(['yes', 'no']).default('no'),
  /** Seconds that a process which was told to stop goes on answering, while whoever sends it work looks elsewhere. */
  YANGYU_DRAIN_SECONDS: z.coerce.number().min(0).max(60).default(2),
} as const;

/** What a process that opens sealed values needs besides. */
export const VAULT_SETTINGS = {
  YANGYU_VAULT_KEYS: z.string().min(1).optional(),
  /** The key ring's file, followed when it changes; one of the two must be given. */
  YANGYU_VAULT_RING: z.string().min(1).optional(),
  YANGYU_VAULT_KEK_FILE: z.string().min(1).optional(),
} as const;

/** Where this process seals the audit log of its app. */
export const SEALING_SETTINGS = {
  /** `no` where another host seals it: its checkpoints are published from one folder. */
  YANGYU_SEALING: z.enum(['yes', 'no']).default('yes'),
  /** Folder of the audit log's key and checkpoints. */
  YANGYU_DATA: z.string().min(1),
} as const;

/** What a worker needs besides. */
export const WORKER_SETTINGS = {
  ...SEALING_SETTINGS,
  /** `redis://host:port`; its password apart. */
  YANGYU_REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  YANGYU_REDIS_PASSWORD: z.string().optional(),
  /** What our keys in that Redis begin with. */
  YANGYU_REDIS_PREFIX: z
    .string()
    .regex(/^[\w-]+$/)
    .default('yangyu'),
  /** Messages handled at once per queue. */
  YANGYU_CONCURRENCY: z.coerce.number().int().min(1).max(100).default(4),
  /** Times a message may see its process die before it is set aside. */
  YANGYU_JOB_CRASHES: z.coerce.number().int().min(1).max(1_000).default(3),
} as const;

type Settings<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;

/** Reads what a process is told; refuses with CONFIGURATION, naming each setting that cannot be used. */
export function readSettings<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: NodeJS.ProcessEnv,
): Settings<Shape> {
  const given: Record<string, string | undefined> = { ...environment };
  const unread: string[] = [];
  for (const name of Object.keys(shape)) {
    const file = environment[`${name}_FILE`];
    if (file === undefined || `${name}_FILE` in shape) continue;
    try {
      given[name] = fs.readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      unread.push(`${name}_FILE: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`);
    }
  }
  const parsed = z.object(shape).safeParse(given);
  const issues = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
  if (!parsed.success || unread.length > 0) throw refuse.configuration([...unread, ...issues]);
  return parsed.data;
}

/** An address with its password in it. */
export function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  const whole = new URL(url);
  whole.password = encodeURIComponent(password);
  return whole.href;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { freePort } from '@app/database';
import { refuse } from './jobs.errors';

const PATIENCE = 5_000;
const PATIENCE_STEP = 50;

/** A redis-server of this machine, on loopback and with a password of its own. */
export interface RedisServer {
  /** With its password. */
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  /** When it is gone, for whatever reason. */
  readonly ended: Promise<void>;
  /** Asks it to write its file and end; waits until it has. */
  stop(): Promise<void>;
}

/**
 * Starts the redis-server on the PATH on `folder`, keeping everything it is given: an append-only file, nothing evicted.
 * Refuses with REDIS_MISSING or REDIS_DID_NOT_START.
 */
export async function startRedisServer(options: {
  folder: string;
  port?: number;
  /** One is made and kept in the folder when none is given. */
  password?: string;
}): Promise<RedisServer> {
  const { folder } = options;
  fs.mkdirSync(folder, { recursive: true });
  const port = options.port ?? (await freePort());
  const password = options.password ?? keptPassword(folder);
  const settings = path.join(folder, 'redis.conf');
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(path.resolve(folder))}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
  ];
  fs.writeFileSync(settings, `${lines.join('\n')}\n`, { mode: 0o600 }); // In a file, because anybody can read the command line.
  // Its own process group: Ctrl-C in the terminal reaches us first, and we stop it last.
  const child = spawn('redis-server', [settings], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  await untilReady(child);
  child.unref();
  const killWithUs = () => child.kill('SIGTERM');
  process.once('exit', killWithUs);
  const ended = isOver(child) ? Promise.resolve() : new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => process.off('exit', killWithUs));
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    pid: child.pid!,
    port,
    ended,
    stop: () => stopped(child),
  };
}

const isOver = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

/** While it writes its first append-only file it will not end, so it is asked again, and at last made to. */
async function stopped(child: ChildProcess): Promise<void> {
  child.ref();
  for (let waited = 0; !isOver(child); waited += PATIENCE_STEP) {
    child.kill(waited < PATIENCE ? 'SIGTERM' : 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, PATIENCE_STEP));
  }
}

function untilReady(child: ChildProcess): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (!said.includes('Ready to accept connections')) return;
      child.stdout!.destroy(); // Nobody reads on, and a full pipe would stop the server.
      resolve();
    });
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? refuse.redisMissing() : error),
    );
    child.once('exit', () => reject(refuse.redisDidNotStart(said.trim().split('\n').at(-1) ?? '')));
  });
}

function keptPassword(folder: string): string {
  const file = path.join(folder, 'redis.password');
  if (!fs.existsSync(file)) fs.writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return fs.readFileSync(file, 'utf8');
}

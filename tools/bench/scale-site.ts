import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { startCluster } from '@app/database';
import { type Clock, day } from '@app/kernel';
import { Client } from 'pg';
import { type Config, readConfig } from '../../apps/standalone/src/config';
import { type Installation, openInstallation } from '../../apps/standalone/src/installation';

const RUNNING = 'yangyu';
const AS_MADE = 'yangyu_as_made';

/** The day after the first quarter's runs were due, for the bench and all its workers. */
export const benchClock: Clock = { now: () => new Date('2026-04-01T02:00:00Z'), today: () => day('2026-04-01') };

/** As the counties were made: the keys are those of the bench's own installation. */
export const configOf = (folder: string): Config => ({
  ...readConfig(),
  dataFolder: folder,
  port: 0,
  postgresPort: undefined,
  bankFailures: 0,
});

/** The installation of a run with its workers, each a process of its own. */
export interface Site {
  readonly installation: Installation;
  readonly config: Config;
  readonly workers: readonly ChildProcess[];
  readonly admin: Client;
  /** Seconds of processor time so far, of all workers and of the server. */
  cpu(): Promise<Cpu>;
  close(): Promise<void>;
}

export interface Cpu {
  readonly workers: number;
  readonly server: number;
}

/** Keeps the counties as they were made, beside the database that runs change. */
export async function keepAsMade(folder: string): Promise<void> {
  await onServer(folder, async (client, has) => {
    if (await has(AS_MADE)) return; // Left by a bench that was killed, which had changed the other one.
    // Under a passing name first: half a copy is never taken for a whole one.
    await client.query(`drop database if exists ${AS_MADE}_part`);
    await client.query(`create database ${AS_MADE}_part template ${RUNNING} strategy file_copy`);
    const copy = await connect(folder, `${AS_MADE}_part`);
    await copy.query('vacuum (freeze, analyze)'); // Else whoever reads a page first pays for whoever wrote it.
    await copy.end();
    await client.query(`alter database ${AS_MADE}_part rename to ${AS_MADE}`);
  });
}

/** Puts the counties back as they were made, for whatever bench comes next. */
export async function putBack(folder: string): Promise<void> {
  await onServer(folder, async (client, has) => {
    if (!(await has(AS_MADE))) return;
    await client.query(`drop database if exists ${RUNNING} with (force)`);
    await client.query(`alter database ${AS_MADE} rename to ${RUNNING}`);
  });
}

/** A fresh copy of the counties, and so many workers that wait for messages. */
export async function openSite(folder: string, workerCount: number): Promise<Site> {
  await onServer(folder, async (client) => {
    await client.query(`drop database if exists ${RUNNING} with (force)`);
    await client.query(`create database ${RUNNING} template ${AS_MADE} strategy file_copy`);
    await client.query('checkpoint');
  });
  fs.rmSync(path.join(folder, 'bank'), { recursive: true, force: true });
  const config = configOf(folder);
  const installation = await openInstallation(config, {
    clock: benchClock,
    hasWorkersElsewhere: true,
    onError: (error, where) => process.stderr.write(`${where}: ${String(error)}\n`),
  });
  const admin = await connect(folder, RUNNING);
  const workers: ChildProcess[] = [];
  // One after the other: each looks whether the tables are up to date.
  for (let i = 0; i < workerCount; i++) workers.push(await startWorker(folder));
  const serverPid = noteOf(folder).serverPid;
  return {
    installation,
    config,
    workers,
    admin,
    cpu: async () => {
      const each = [];
      for (const worker of workers) each.push(await ask<{ cpu: number }>(worker, 'cpu'));
      return { workers: each.reduce((sum, { cpu }) => sum + cpu, 0), server: serverCpu(serverPid) };
    },
    close: async () => {
      for (const worker of workers) {
        worker.send('stop');
        await once(worker, 'exit');
      }
      await admin.end();
      await installation.close();
    },
  };
}

async function startWorker(folder: string): Promise<ChildProcess> {
  const worker = fork(path.join(__dirname, 'scale-worker.js'), [folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  process.once('exit', () => worker.kill());
  const [said] = (await Promise.race([once(worker, 'message'), once(worker, 'exit')])) as [unknown];
  if (typeof said === 'object' && said !== null) return worker;
  throw new Error('A worker of the bench did not start; the reason is above.');
}

async function ask<T>(worker: ChildProcess, question: string): Promise<T> {
  const answer = once(worker, 'message');
  worker.send(question);
  return ((await answer) as [T])[0];
}

const noteOf = (folder: string): { port: number; serverPid: number } =>
  JSON.parse(fs.readFileSync(path.join(folder, 'postgres.json'), 'utf8')) as { port: number; serverPid: number };

async function connect(folder: string, database: string): Promise<Client> {
  const client = new Client({
    host: '127.0.0.1',
    port: noteOf(folder).port,
    user: 'postgres',
    password: fs.readFileSync(path.join(folder, 'postgres.password'), 'utf8'),
    database,
  });
  await client.connect();
  return client;
}

/** Work on whole databases, while nobody has them open. */
async function onServer(
  folder: string,
  work: (client: Client, has: (database: string) => Promise<boolean>) => Promise<void>,
): Promise<void> {
  const cluster = await startCluster({ dataFolder: folder });
  const client = await connect(folder, 'postgres');
  try {
    await work(client, async (database) => {
      const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
      return rowCount === 1;
    });
  } finally {
    await client.end();
    await cluster.stop();
  }
}

const TICKS_A_SECOND = 100;

/** Of the server's main process with its ended children, and of its living ones; Linux only, else nothing. */
function serverCpu(pid: number): number {
  if (process.platform !== 'linux') return 0;
  let ticks = 0;
  for (const name of fs.readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const fields = statOf(name);
    if (!fields) continue;
    const [parent, user, system, childrenUser, childrenSystem] = [1, 11, 12, 13, 14].map((i) => Number(fields[i]));
    if (Number(name) === pid) ticks += user! + system! + childrenUser! + childrenSystem!;
    else if (parent === pid) ticks += user! + system!;
  }
  return ticks / TICKS_A_SECOND;
}

/** What follows the process's name in its line. */
function statOf(pid: string): string[] | undefined {
  try {
    const line = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return line.slice(line.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // It has just ended.
  }
}

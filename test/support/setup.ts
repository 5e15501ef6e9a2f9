import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { migrate, startCluster } from '@app/database';
import { assertQueueKeeps, startRedisServer } from '@app/jobs';
import { Client } from 'pg';
import { placeForServer, removeLeftovers, TEST_FOLDER } from './leftovers';
import { SCHEMAS } from './schemas';

/** Before all tests: one throwaway PostgreSQL and a migrated template that every test database is copied from. */
export default async function setup(): Promise<void> {
  removeLeftovers();
  const dataFolder = fs.mkdtempSync(path.join(placeForServer(), TEST_FOLDER));
  fs.chmodSync(dataFolder, 0o755);
  const cluster = await startCluster({ dataFolder, throwaway: true });
  process.env.TMPDIR = path.join(dataFolder, 'tmp'); // Of the test files too: what they leave behind goes with the rest.
  fs.mkdirSync(process.env.TMPDIR, { mode: 0o755 });
  const redis = await openRedis(path.join(dataFolder, 'redis'));
  const stop = async () => {
    await redis?.stop();
    await cluster.stop();
    fs.rmSync(dataFolder, { recursive: true, force: true });
  };
  (globalThis as { stopTestServer?: () => Promise<void> }).stopTestServer = stop;
  stopOnSignal();
  const url = (database: string) =>
    `postgres://postgres:${cluster.superuserPassword}@127.0.0.1:${cluster.port}/${database}`;
  const control = new Client({ connectionString: url('postgres') });
  await control.connect();
  await control.query('create database yangyu_template');
  await control.end();
  try {
    await migrate({ adminUrl: url('yangyu_template'), rolePassword: cluster.superuserPassword }, SCHEMAS);
  } catch (error) {
    await stop(); // Jest runs no teardown after a failed setup.
    throw error;
  }
  process.env.YANGYU_TEST_SERVER = JSON.stringify({
    host: '127.0.0.1',
    port: cluster.port,
    password: cluster.superuserPassword,
    template: 'yangyu_template',
    folder: dataFolder,
  });
}

/** Where the tests of the queue are to run on Redis (`npm run test:redis`): the one that REDIS_URL names, or one of our own. */
async function openRedis(folder: string): Promise<{ stop(): Promise<void> } | undefined> {
  if (process.env.YANGYU_TEST_QUEUE !== 'redis') return undefined;
  const given = process.env.REDIS_URL;
  const server = given ? { url: given, stop: () => Promise.resolve() } : await startRedisServer({ folder });
  await assertQueueKeeps({ kind: 'redis', url: server.url, prefix: 'test' });
  process.env.YANGYU_TEST_REDIS = server.url;
  return server;
}

/** Ctrl-C in the middle of a run: Jest runs no teardown then, but the server dies with this process. */
function stopOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => process.exit(128 + os.constants.signals[signal]));
  }
}

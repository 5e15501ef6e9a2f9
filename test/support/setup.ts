import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Client } from 'pg';
import { migrate, startCluster } from '@app/database';
import { SCHEMAS } from './schemas';

/** Before all tests: one throwaway PostgreSQL and a migrated template that every test database is copied from. */
export default async function setup(): Promise<void> {
  const dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-test-'));
  fs.chmodSync(dataFolder, 0o755);
  const cluster = await startCluster({ dataFolder, throwaway: true });
  const url = (database: string) => `postgres://postgres:${cluster.superuserPassword}@127.0.0.1:${cluster.port}/${database}`;
  const control = new Client({ connectionString: url('postgres') });
  await control.connect();
  await control.query('create database yangyu_template');
  await control.end();
  await migrate({ adminUrl: url('yangyu_template'), rolePassword: cluster.superuserPassword }, SCHEMAS);
  process.env.YANGYU_TEST_SERVER = JSON.stringify({
    host: '127.0.0.1',
    port: cluster.port,
    password: cluster.superuserPassword,
    template: 'yangyu_template',
  });
  (globalThis as { stopTestServer?: () => Promise<void> }).stopTestServer = async () => {
    await cluster.stop();
    fs.rmSync(dataFolder, { recursive: true, force: true });
  };
}

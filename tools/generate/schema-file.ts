import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { migrate, startCluster } from '@app/database';
import { Client } from 'pg';
import type { Derived } from './derived';
import { printSchema } from './print-schema';

/** `apps/<app>/schema.sql` of every app that has migrations, read back from a freshly migrated database. */
export async function schemaFiles(root: string): Promise<Derived[]> {
  const sources = fs
    .readdirSync(path.join(root, 'apps'))
    .map((schema) => ({ schema, folder: path.join(root, 'apps', schema, 'src', 'migrations') }))
    .filter(({ folder }) => fs.existsSync(folder) && fs.readdirSync(folder).some((file) => file.endsWith('.sql')));
  const dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-generate-'));
  fs.chmodSync(dataFolder, 0o755); // The server may run as another account than this process.
  const cluster = await startCluster({ dataFolder, throwaway: true });
  try {
    const url = `postgres://postgres:${cluster.superuserPassword}@${cluster.host}:${cluster.port}/postgres`;
    await migrate({ adminUrl: url, rolePassword: cluster.superuserPassword }, sources);
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      const files: Derived[] = [];
      for (const { schema } of sources) {
        files.push({ file: `apps/${schema}/schema.sql`, text: await printSchema(client, schema) });
      }
      return files;
    } finally {
      await client.end();
    }
  } finally {
    await cluster.stop();
    fs.rmSync(dataFolder, { recursive: true, force: true });
  }
}

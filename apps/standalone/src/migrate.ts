import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { readMigrationConfig } from './config';
import { prepareDatabase } from './place';
import { fail } from './terminal';

/** The one-shot job in front of everything else: roles, schemas and tables, brought up to date before any process starts. */
async function main(): Promise<void> {
  const { adminUrl, secrets } = readMigrationConfig();
  const applied = await prepareDatabase(adminUrl, (role) =>
    readFileSync(path.join(secrets, `${role}.password`), 'utf8').trim(),
  );
  process.stdout.write(`${applied.length > 0 ? applied.join('\n') : 'up to date'}\n`);
}

main().catch((error: unknown) => (process.exitCode = fail(error, false)));

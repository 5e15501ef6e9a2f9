import * as fs from 'node:fs';
import * as path from 'node:path';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { Client } from 'pg';
import { contextKey, contextPads, signContext, systemContext } from './context';

/** One app's schema: its name and the folder of its hand-written `<timestamp>-<what>.sql` files. */
export interface SchemaSource {
  readonly schema: string;
  readonly folder: string;
}

export interface Installation {
  /** As a role that may create roles, schemas and trusted extensions, superuser or not; used for migrations only. */
  readonly adminUrl: string;
  /** Password given to every runtime role, or to that of each schema. */
  readonly rolePassword: string | ((schema: string) => string);
}

const EXTENSIONS = ['btree_gist', 'pg_trgm'];
const LOCK = 7_305_001; // Any fixed number: two starts must not migrate at once.

/**
 * Brings every schema up to date: `<schema>_owner` owns the tables and cannot log in, `<schema>_rw` is what
 * the app connects as. Each file runs once, in its own transaction. Returns the names of those that ran.
 */
export async function migrate(installation: Installation, sources: readonly SchemaSource[]): Promise<string[]> {
  const admin = new Client({ connectionString: installation.adminUrl });
  await admin.connect();
  try {
    await admin.query(`select pg_advisory_lock(${LOCK})`);
    for (const extension of EXTENSIONS) await admin.query(`create extension if not exists ${extension}`);
    const applied: string[] = [];
    const { rolePassword } = installation;
    for (const source of sources) {
      const password = typeof rolePassword === 'string' ? rolePassword : rolePassword(source.schema);
      await prepareSchema(admin, source.schema, password);
      applied.push(...(await runFiles(installation.adminUrl, password, source)));
      await setContextKey(admin, source.schema, password);
    }
    return applied;
  } finally {
    await admin.end();
  }
}

async function prepareSchema(admin: Client, schema: string, password: string): Promise<void> {
  const [owner, runtime] = [`${schema}_owner`, `${schema}_rw`];
  const quoted = `'${password.replaceAll("'", "''")}'`;
  await admin.query(`
    do $$ begin
      if not exists (select from pg_roles where rolname = '${owner}') then create role ${owner} nologin; end if;
      if not exists (select from pg_roles where rolname = '${runtime}') then create role ${runtime} nologin; end if;
    end $$;
    alter role ${runtime} login password ${quoted};
    do $$ begin
      -- Only a superuser may take these away, or even say that they are not there.
      if exists (select from pg_roles where rolname = '${runtime}' and (rolsuper or rolbypassrls)) then
        alter role ${runtime} nosuperuser nobypassrls;
      end if;
      -- Whoever is no superuser may administer the role they made, but not yet act as it.
      if not (pg_has_role('${owner}', 'set') and pg_has_role('${owner}', 'usage')) then
        grant ${owner} to current_user with inherit true, set true;
      end if;
    end $$;
    -- Where the server is somebody else's too: what this role could not do is not repeated in the server's log.
    do $$ begin
      alter role ${runtime} set log_min_messages = 'log';
      alter role ${runtime} set log_min_error_statement = 'panic';
      alter role ${runtime} set log_error_verbosity = 'terse';
    exception when insufficient_privilege then null; -- Then the server must be set so; starting looks at it.
    end $$;
    create schema if not exists ${schema} authorization ${owner};
    grant usage on schema ${schema} to ${runtime};
    alter default privileges for role ${owner} in schema ${schema}
      grant select, insert, update, delete on tables to ${runtime};
    alter default privileges for role ${owner} in schema ${schema} grant usage, select on sequences to ${runtime};`);
}

/** With the password, the key that contexts are signed with changes too. */
async function setContextKey(admin: Client, schema: string, password: string): Promise<void> {
  const { rows } = await admin.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    `${schema}.context_key`,
  ]);
  if (!rows[0]!.there) return; // A schema whose tables name nobody.
  const { inner, outer } = contextPads(contextKey(password, schema));
  await admin.query(
    `insert into ${schema}.context_key (inner_pad, outer_pad) values ($1, $2)
     on conflict (is_only) do update set inner_pad = $1, outer_pad = $2`,
    [inner, outer],
  );
}

async function runFiles(adminUrl: string, password: string, { schema, folder }: SchemaSource): Promise<string[]> {
  const context = signContext(systemContext('migration'), contextKey(password, schema));
  const dataSource = await new DataSource({
    type: 'postgres',
    url: adminUrl,
    schema,
    migrations: sqlMigrations(schema, folder, context),
    migrationsTableName: 'migration',
    installExtensions: false,
  }).initialize();
  try {
    return (await dataSource.runMigrations({ transaction: 'each' })).map((migration) => migration.name);
  } finally {
    await dataSource.destroy();
  }
}

/** The .sql files of a folder as TypeORM migrations, whose names must end in the timestamp; they see every row there is. */
function sqlMigrations(schema: string, folder: string, context: string): Function[] {
  const files = fs.readdirSync(folder).filter((file) => file.endsWith('.sql'));
  return files.sort().map((file) => {
    const [, timestamp, what] = /^(\d{13})-(.+)\.sql$/.exec(file) ?? [];
    if (!timestamp) throw new Error(`${file}: a migration is named <13-digit timestamp>-<what>.sql`);
    const sql = fs.readFileSync(path.join(folder, file), 'utf8');
    return class implements MigrationInterface {
      name = `${schema}_${what}_${timestamp}`.replaceAll('-', '_');
      async up(runner: QueryRunner): Promise<void> {
        await runner.query(`set local role ${schema}_owner; set local search_path = ${schema}, public, pg_temp;
          set local app.context = '${context}'`);
        await runner.query(sql);
        await runner.query('reset role');
      }
      down(): Promise<void> {
        return Promise.reject(new Error('Money and registers only move forward: write a new migration.'));
      }
    };
  });
}

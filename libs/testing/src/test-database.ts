import { randomBytes } from 'node:crypto';
import * as path from 'node:path';
import { Database, type DatabaseOptions, systemContext } from '@app/database';
import { Client } from 'pg';

/** What the run-wide set-up (test/support/setup.ts) leaves in the environment for the test files. */
export interface TestServer {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly template: string;
  /** For files that one test file makes for others. */
  readonly folder: string;
}

/** What the first test file that needs it makes, and each of the run then gets a copy of: a database, and files beside it. */
export interface Prepared {
  readonly database: string;
  readonly folder: string;
}

export interface TestDatabase {
  readonly name: string;
  /** Connection string as the runtime role of a schema, or as the superuser. */
  url(role: string): string;
  /** Opens a schema as its runtime role, seeing everything where a test names no context of its own; closed by drop(). */
  open(schema: string, more?: Partial<DatabaseOptions>): Promise<Database>;
  /** One statement as superuser: for looking at, or tampering with, what no app may. */
  admin<R = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<R[]>;
  /** Takes every row out of these tables (`schema.table, …`), append-only or not, and has their identities begin anew. */
  empty(tables: string): Promise<void>;
  /** Waits until every transaction that is under way now, in whatever database of the server, is over. */
  settled(): Promise<void>;
  /** Leaves it behind under this name instead, for others to be made from; nobody is connected to it any more. */
  keepAs(name: string): Promise<void>;
  drop(): Promise<void>;
}

const testServer = (): TestServer => JSON.parse(process.env.YANGYU_TEST_SERVER ?? '{}') as TestServer;

/** Has `prepare` fill what it is given, once in a run: whoever else asks meanwhile waits for it. Its last act is keepAs(). */
export async function prepareOnce(name: string, prepare: (into: Prepared) => Promise<void>): Promise<Prepared> {
  const { host, port, password, folder } = testServer();
  const into = { database: `prepared_${name}`, folder: path.join(folder, name) };
  const control = new Client({ host, port, password, user: 'postgres', database: 'postgres' });
  await control.connect();
  try {
    await control.query('select pg_advisory_lock(hashtext($1))', [into.database]);
    const isThere = await control.query('select from pg_database where datname = $1', [into.database]);
    if (isThere.rowCount === 0) await prepare(into);
    return into;
  } finally {
    await control.end();
  }
}

/** A fresh database with every schema migrated, or what was prepared: a copy, made in some tens of milliseconds. */
export async function createTestDatabase(template?: string): Promise<TestDatabase> {
  const server = testServer();
  const name = `t_${randomBytes(6).toString('hex')}`;
  const url = (role: string, database = name) =>
    `postgres://${role}:${server.password}@${server.host}:${server.port}/${database}`;
  const control = new Client({ connectionString: url('postgres', 'postgres') });
  await control.connect();
  // Copied as files, which is a tenth of the work of writing every page into the log; the template never changes.
  await control.query(`create database ${name} template ${template ?? server.template} strategy file_copy`);
  const open: Database[] = [];
  const admin = new Client({ connectionString: url('postgres') });
  await admin.connect();
  const disconnect = async () => {
    for (const database of open) await database.close();
    await admin.end();
  };
  return {
    name,
    url: (role) => url(role),
    open: async (schema, more = {}) => {
      const standing = systemContext('test');
      const database = await Database.open({ url: url(`${schema}_rw`), schema, standing, ...more });
      open.push(database);
      return database;
    },
    admin: async <R>(sql: string, parameters: unknown[] = []) => (await admin.query(sql, parameters)).rows as R[],
    empty: async (tables) => {
      // Append-only tables refuse by trigger; a test's broom may go past them.
      await admin.query('set session_replication_role = replica');
      await admin.query(emptying(tables));
      await admin.query('set session_replication_role = origin');
    },
    settled: async () => {
      const mark = (await admin.query<{ xid: string }>('select pg_current_xact_id()::text as xid')).rows[0]!.xid;
      const isOver = 'select pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 as over';
      while (!(await admin.query<{ over: boolean }>(isOver, [mark])).rows[0]!.over) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    keepAs: async (kept) => {
      await disconnect();
      await control.query(`alter database ${name} rename to ${kept}`);
      await control.end();
    },
    drop: async () => {
      await disconnect();
      await control.query(`drop database ${name} with (force)`);
      await control.end();
    },
  };
}

/** What TRUNCATE … RESTART IDENTITY does, without making the files of every table and index anew, be there a row in it or not. */
const emptying = (tables: string): string => `
  do $$
  declare
    named constant regclass[] := string_to_array('${tables}', ', ')::regclass[];
    one regclass;
  begin
    lock table ${tables} in access exclusive mode;
    foreach one in array named loop
      if pg_relation_size(one) > 0 then execute 'delete from ' || one; end if;
    end loop;
    perform setval(s.seqrelid, s.seqstart, false) from pg_sequence s
      join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = s.seqrelid and d.deptype in ('a', 'i')
     where d.refobjid = any (named);
  end $$`;

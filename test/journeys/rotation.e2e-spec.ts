import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import { type Database, sqlState } from '@app/database';
import { maskIdNumber } from '@app/kernel';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { FileKeys, type KeyRing, Rotation, type SealedSchema, Vault } from '@app/vault';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RevealService } from '../../apps/registration/src/person/reveal.service';
import { SEALED_COLUMNS as REGISTRATION_COLUMNS } from '../../apps/registration/src/person/sealed-columns.types';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { REGISTRY_COLUMNS } from '../../apps/simulator/src/county/registry-row.rules';
import { writeRegistry } from '../../apps/simulator/src/county/county.service';
import { StandaloneModule } from '../../apps/standalone/src/standalone.module';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import { SEALED_COLUMNS as SUBSIDY_COLUMNS } from '../../apps/subsidy/src/intake/sealed-columns.types';
import { assure } from '../support/assurance';
import { refusalOf } from '../support/subsidy-world';

const PEOPLE = 5_000;
/** Rows of the register that somebody corrects before the first rotation. */
const CORRECTED = 1_000;
/** Rows that one import, and one file of accounts, brings during the second. */
const AT_A_TIME = 200;
const NOTICE = { noticeMilliseconds: 1_300 };

/** A rotation in a process of its own, compiled on the way as jest does. */
const ROTATION = `
  const swc = require('@swc/core');
  const config = JSON.parse(require('fs').readFileSync('.swcrc', 'utf8'));
  config.jsc.baseUrl = process.cwd();
  require.extensions['.ts'] = (module, filename) =>
    module._compile(swc.transformSync(require('fs').readFileSync(filename, 'utf8'), { ...config, filename, swcrc: false }).code, filename);
  process.removeAllListeners('warning').on('warning', () => {});
  require('reflect-metadata');
  const load = (file) => require(process.cwd() + '/' + file + '.ts');
  const { Database, systemContext } = load('libs/database/src/index');
  const { Rotation, Vault, FileKeys } = load('libs/vault/src/index');
  const columns = { registration: 'person', subsidy: 'intake' };
  (async () => {
    const schemas = [];
    for (const [schema, slice] of Object.entries(columns)) schemas.push({
      schema,
      database: await Database.open({ url: process.env[schema.toUpperCase()], schema, standing: systemContext('vault rotate') }),
      columns: load('apps/' + schema + '/src/' + slice + '/sealed-columns.types').SEALED_COLUMNS,
    });
    const vault = await Vault.open(new FileKeys(process.env.KEYS));
    const rotated = await new Rotation(vault, schemas).rotate({ noticeMilliseconds: 10, chunkRows: 250 });
    process.stdout.write(JSON.stringify(rotated));
    for (const { database } of schemas) await database.close();
  })();`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-rotation-'));
const keys = path.join(folder, 'vault.key');
const clock = new TestClock('2026-04-01');
let world: TestDatabase;
let registration: Database;
let subsidy: Database;
let migrant: Database;
let exchange: Database;
let schemas: SealedSchema[];
/** Of the running server, which only follows. */
let serving: Vault;
let app: INestApplicationContext;
let registry: string[];
/** What the figures of the assurance are. */
const seen: Record<string, number> = {};

beforeAll(async () => {
  world = await createTestDatabase();
  const open = (schema: string) => world.open(schema, { recorder: auditRecorder(schema) });
  [registration, subsidy] = [await open('registration'), await open('subsidy')];
  [migrant, exchange] = [await open('migrant'), await open('exchange')];
  schemas = [
    { schema: 'registration', database: registration, columns: REGISTRATION_COLUMNS },
    { schema: 'subsidy', database: subsidy, columns: SUBSIDY_COLUMNS },
  ];
  // A key file of the first form: what every installation from before has.
  fs.writeFileSync(keys, Buffer.alloc(32, 9).toString('base64'), { mode: 0o600 });
  serving = (await Vault.open(new FileKeys(keys))).follow((error) => {
    throw error;
  });
  app = await NestFactory.createApplicationContext(
    StandaloneModule.of({ registration, subsidy, migrant, exchange, vault: serving, clock }),
    { logger: ['error'], abortOnError: false },
  );
  const file = path.join(folder, 'registry.csv');
  await writeRegistry({ people: PEOPLE, seed: 1, file });
  registry = fs.readFileSync(file, 'utf8').trim().split('\n').slice(1);
  await app.get(RegistryImportService, { strict: false }).import(file);
  await correct(0, CORRECTED, 0);
  await openAccounts(0);
});
afterAll(async () => {
  serving.close();
  await app.close();
  await world.drop();
  fs.rmSync(folder, { recursive: true });
});

const column = (row: string, name: string): string => row.split(',')[REGISTRY_COLUMNS.split(',').indexOf(name)]!;
const holders = (): string[] =>
  registry.map((row) => column(row, 'id_number')).filter((text) => /^\d{17}[\dX]$/.test(text));

/** A registry extract that states other addresses of these people: each leaves a row in the history. */
async function correct(from: number, count: number, second: number): Promise<void> {
  const file = path.join(folder, `corrected-${second}.csv`);
  const at = `2026-03-31T23:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}`;
  const rows = registry.slice(from, from + count).map((row) => {
    const cells = row.split(',');
    cells[REGISTRY_COLUMNS.split(',').indexOf('address')] = `新址${second}`;
    return [...cells.slice(0, -1), `${at}+08:00`].join(',');
  });
  fs.writeFileSync(file, [REGISTRY_COLUMNS, ...rows, ''].join('\n'));
  await app.get(RegistryImportService, { strict: false }).import(file);
}

/** An account for everybody with a number; with another bank code it takes the place of the one before. */
async function openAccounts(series: number, most = Infinity): Promise<void> {
  const file = path.join(folder, `accounts-${series}.csv`);
  const bank = String(series).padStart(12, '1');
  const rows = holders()
    .slice(0, most)
    .map((number, i) => `${number},示例户名,${bank},0012${String(i).padStart(8, '0')},social-card`);
  fs.writeFileSync(file, ['holder_id_number,holder_name,bank_code,account_no,kind', ...rows, ''].join('\n'));
  await app.get(IntakeService, { strict: false }).importAccounts(file);
}

/** Everything about the sealed tables but the sealed values themselves, as one digest a table, and how many rows. */
async function unsealedContent(): Promise<Record<string, string>> {
  const of: Record<string, string> = {};
  for (const [table, sealed] of [
    ['registration.person', `'{id_number_sealed,birth_certificate_sealed}'`],
    ['registration.person_history', `'{id_number_sealed,birth_certificate_sealed}'`],
    ['subsidy.payee_account', `'{holder_sealed,account_sealed}'`],
  ] as const) {
    const [row] = await world.admin<{ content: string }>(
      `select count(*) || ' ' || md5(string_agg(r, '' order by r)) as content
         from (select (to_jsonb(t) - ${sealed}::text[])::text as r from ${table} t) s`,
    );
    of[table] = row!.content;
  }
  return of;
}

interface Looked {
  readonly values: number;
  readonly unreadable: number;
  /** Values whose blind index does not find their row. */
  readonly lost: number;
  readonly versions: number[];
}

/** Opens every sealed value there is, as an app would, and looks its row up by what was in it. */
async function lookAtAll(vault: Vault): Promise<Looked> {
  let [values, unreadable, lost] = [0, 0, 0];
  const versions = new Set<number>();
  for (const [table, boundTo, sealed, key, kind] of [
    ['registration.person', 'registration.person', 'id_number_sealed', 'id_number_key', 'id-number'],
    [
      'registration.person',
      'registration.person',
      'birth_certificate_sealed',
      'birth_certificate_key',
      'birth-certificate',
    ],
    ['registration.person_history', 'registration.person', 'id_number_sealed', 'id_number_key', 'id-number'],
    [
      'registration.person_history',
      'registration.person',
      'birth_certificate_sealed',
      'birth_certificate_key',
      'birth-certificate',
    ],
    ['subsidy.payee_account', 'payee_account', 'holder_sealed', 'holder_key', 'id-number'],
    ['subsidy.payee_account', 'payee_account', 'account_sealed', 'account_key', 'bank-account'],
  ] as const) {
    const rows = await world.admin<{ id: string; sealed: Buffer; key: Buffer }>(
      `select id, ${sealed} as sealed, ${key} as key from ${table} where ${sealed} is not null`,
    );
    for (const row of rows) {
      values++;
      versions.add(row.sealed[0]!);
      try {
        const text = vault.open(row.sealed, { table: boundTo, column: sealed, row: row.id });
        if (!vault.blindIndex(kind, text).equals(row.key)) lost++;
      } catch {
        unreadable++;
      }
    }
  }
  return { values, unreadable, lost, versions: [...versions].sort() };
}

const newVault = (): Promise<Vault> => Vault.open(new FileKeys(keys));
const rotationOf = (vault: Vault): Rotation => new Rotation(vault, schemas);

/** People, their history and accounts, all under version 1. */
async function begin(): Promise<void> {
  const looked = await lookAtAll(serving);
  expect(looked).toMatchObject({ unreadable: 0, lost: 0, versions: [1] });
  const [rows] = await world.admin<Record<string, number>>(
    `select (select count(*)::int from registration.person) as persons,
            (select count(*)::int from registration.person_history) as history,
            (select count(*)::int from subsidy.payee_account) as accounts`,
  );
  expect(rows!.persons).toBeGreaterThanOrEqual(PEOPLE - 50);
  expect(rows!.history).toBe(CORRECTED);
  expect(rows!.accounts).toBeGreaterThan(4_000);
  Object.assign(seen, rows, { 'sealed values': looked.values });
}

const POINTS = [
  'vault.announced:1', // The key is in the ring and seals nothing.
  'vault.activated:1',
  'vault.swapped:1', // Inside the first chunk.
  'vault.chunk:3',
  'vault.swapped:9',
  'vault.chunk:20',
];

/** Killed at every kind of place, the same command goes on and nothing is lost. */
async function killed(): Promise<void> {
  const before = await unsealedContent();
  const { values } = await lookAtAll(serving);
  const run = (failpoint?: string) =>
    spawnSync(process.execPath, ['-e', ROTATION], {
      cwd: path.join(__dirname, '../..'),
      env: {
        PATH: process.env.PATH,
        KEYS: keys,
        REGISTRATION: world.url('registration_rw'),
        SUBSIDY: world.url('subsidy_rw'),
        ...(failpoint && { YANGYU_FAILPOINT: failpoint }),
      },
      encoding: 'utf8',
    });
  let moved = 0;
  for (const point of POINTS) {
    const child = run(`${point}:kill`);
    expect([point, child.signal, child.stderr]).toEqual([point, 'SIGKILL', '']);
    const ring = (await newVault()).keys;
    expect([point, ring.newest, ring.content.isRotating]).toEqual([point, 2, true]);
    // The server that runs meanwhile opens everything.
    expect([point, await lookAtAll(serving)]).toMatchObject([point, { values, unreadable: 0, lost: 0 }]);
    expect((await refusalOf(rotationOf(await newVault()).retire(1))).code).toBe('VAULT_ROTATION_UNFINISHED');
    const [done] = await world.admin<{ n: number }>(
      'select count(*)::int as n from registration.person where get_byte(id_number_sealed, 0) = 2',
    );
    expect(done!.n).toBeGreaterThanOrEqual(moved);
    moved = done!.n;
  }
  expect(moved).toBeGreaterThan(0);
  const last = run();
  expect([last.status, last.stderr]).toEqual([0, '']);
  expect(JSON.parse(last.stdout)).toMatchObject({ version: 2, isNew: false, left: 0, unreadable: 0 });
  expect(await lookAtAll(serving)).toEqual({ values, unreadable: 0, lost: 0, versions: [2] });
  expect(await unsealedContent()).toEqual(before);
  seen.kills = POINTS.length;
}

/** A process that has not heard of the rotations: it seals with version 1 for ever. */
const stale = () => new Vault(Buffer.alloc(32, 9));
const insertStale = (vault: Vault) =>
  subsidy.write(async (tx) => {
    const id = '00000000-0000-4000-8000-000000000001';
    const place = (of: string) => ({ table: 'payee_account', column: of, row: id });
    await tx.query(
      `insert into payee_account (id, holder_key, holder_mask, holder_sealed, holder_name, bank_code, account_key, account_mask, account_sealed, kind, recorded_at)
       values ($1, $2, '3402**', $3, '示例', '1', $4, '****0001', $5, 'card', now()) on conflict (id) do nothing`,
      [
        id,
        vault.blindIndex('id-number', '340202202501010213'),
        vault.seal('340202202501010213', place('holder_sealed')),
        vault.blindIndex('bank-account', '00120001'),
        vault.seal('00120001', place('account_sealed')),
      ],
    );
  });

/** A version is not retired as long as one value names it. */
async function stillNamed(): Promise<void> {
  await insertStale(stale());
  const refusal = await refusalOf(rotationOf(await newVault()).retire(1));
  expect([refusal.code, refusal.facts]).toEqual(['VAULT_VERSION_IN_USE', { version: 1, values: 2 }]);
  expect((await refusalOf(rotationOf(await newVault()).retire(2))).code).toBe('VAULT_VERSION_SEALS');
  expect((await refusalOf(rotationOf(await newVault()).retire(7))).code).toBe('VAULT_VERSION_UNKNOWN');
}

/** Imports write and others read meanwhile, and no reader notices. */
async function underLoad(): Promise<void> {
  let isOver = false;
  let [reads, failed] = [0, 0];
  const read = async (): Promise<void> => {
    while (!isOver) {
      const rows = await subsidy.read((tx) =>
        tx.query<{ id: string; sealed: Buffer; key: Buffer }>(
          'select id, account_sealed as sealed, account_key as key from payee_account order by random() limit 50',
        ),
      );
      for (const row of rows) {
        reads++;
        try {
          const text = serving.open(row.sealed, { table: 'payee_account', column: 'account_sealed', row: row.id });
          if (!serving.blindIndex('bank-account', text).equals(row.key)) failed++;
        } catch {
          failed++;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  // The same people again and again: rows that are swapped are rewritten at that moment and pushed into the history.
  let rounds = 0;
  const write = async (): Promise<void> => {
    while (!isOver) {
      rounds++;
      await correct(CORRECTED, AT_A_TIME, rounds);
      await openAccounts(rounds, AT_A_TIME);
    }
  };
  const others = [read(), write()];
  let [roundsBefore, roundsAfter] = [Infinity, 0];
  const rotated = await rotationOf(await newVault()).rotate({
    ...NOTICE,
    chunkRows: 25,
    onProgress: () => ([roundsBefore, roundsAfter] = [Math.min(roundsBefore, rounds), rounds]),
  });
  isOver = true;
  await Promise.all(others);
  expect(rotated).toMatchObject({ version: 3, isNew: true, left: 0, unreadable: 0 });
  expect(roundsAfter - roundsBefore).toBeGreaterThanOrEqual(3); // They did write while values were swapped.
  expect([reads > 1_000, failed]).toEqual([true, 0]);

  const looked = await lookAtAll(serving);
  expect(looked).toMatchObject({ unreadable: 0, lost: 0, versions: [3] });
  const [rows] = await world.admin<Record<string, number>>(
    `select (select count(*)::int from registration.person) as persons,
            (select count(*)::int from registration.person_history) as history,
            (select count(*)::int from subsidy.payee_account) as accounts`,
  );
  // The writers' own rows and no others.
  const written = rounds * AT_A_TIME;
  expect(rows).toEqual({
    persons: seen.persons,
    history: seen.history! + written,
    accounts: seen.accounts! + written + 1,
  });
  seen['failed reads'] = failed;
  Object.assign(seen, { unreadable: looked.unreadable, 'lost look-ups': looked.lost });
}

/** Old versions are dropped then, and the database takes their values no more. */
async function retired(): Promise<void> {
  const vault = await newVault();
  for (const version of [1, 2]) await rotationOf(vault).retire(version);
  const ring: KeyRing = (await newVault()).keys;
  expect(ring.content.seal.map(({ version }) => version)).toEqual([3]);
  expect(ring.content.retired).toEqual([1, 2]);
  await world.admin(`delete from subsidy.payee_account where id = '00000000-0000-4000-8000-000000000001'`);
  await expect(insertStale(stale())).rejects.toMatchObject({ constraint: 'payee_account_seal_1_is_retired' });
  expect(await lookAtAll(await newVault())).toMatchObject({ unreadable: 0, lost: 0, versions: [3] });
}

describe('rotations of a register and its accounts', () => {
  it('lose no value and no look-up: killed six times, then under load, then with the old keys destroyed', async () => {
    await begin();
    await killed();
    await stillNamed();
    await underLoad();
    await retired();
    assure(
      'T47',
      'Sealed values: rotated after kill -9 and under load, none is unreadable and no look-up is lost',
      seen,
    );
  });

  it('leave the number that an officer reveals what it was', async () => {
    const number = holders()[10]!;
    const [person] = await world.admin<{ id: string }>(
      'select id from registration.person where id_number_key = $1 limit 1',
      [serving.blindIndex('id-number', number)],
    );
    const revealed = await app.get(RevealService, { strict: false }).idNumber(person!.id, '核对身份', 'T47');
    expect(revealed.number).toBe(number);
    expect(maskIdNumber(number)).not.toBe(number);
  });
});

describe('the right to swap a sealed value', () => {
  const swap = (database: Database, table: string, of: string, id: string, was: Buffer, becomes: Buffer) =>
    database.write((tx) =>
      tx
        .query<{ n: number }>('select reseal($1, $2, $3::uuid[], $4::bytea[], $5::bytea[]) as n', [
          table,
          of,
          [id],
          [was],
          [becomes],
        ])
        .then((rows) => rows[0]!.n),
    );
  const stateOf = (work: Promise<unknown>) => work.then(() => 'done', sqlState);
  const later = (value: Buffer): Buffer => {
    const copy = Buffer.from(value);
    copy[0]! += 1;
    return copy;
  };

  it('is for the same text under a later version, of a value that is still what was read, and nothing else', async () => {
    const [row] = await world.admin<{ id: string; sealed: Buffer }>(
      'select id, account_sealed as sealed from subsidy.payee_account limit 1',
    );
    const { id, sealed } = row!;
    const account = (was: Buffer, becomes: Buffer) =>
      swap(subsidy, 'payee_account', 'account_sealed', id, was, becomes);
    expect(await stateOf(account(sealed, sealed))).toBe('23514');
    expect(await stateOf(account(sealed, Buffer.concat([later(sealed), Buffer.of(0)])))).toBe('23514');
    expect(await account(later(sealed), later(later(sealed)))).toBe(0);
    expect(await stateOf(swap(subsidy, 'payee_account', 'account_key', id, sealed, later(sealed)))).toBe('42501');
    expect(await stateOf(swap(subsidy, 'claim', 'row_hash', id, sealed, later(sealed)))).toBe('42501');
    const direct = (sql: string, database: Database) => stateOf(database.write((tx) => tx.query(sql)));
    expect(await direct(`update payee_account set account_sealed = '\\x00'`, subsidy)).toBe('42501');
    expect(await direct(`update person_history set id_number_sealed = null`, registration)).toBe('42501');
    const county = { standing: { ...contextOfCounty } };
    const narrow = await world.open('subsidy', county);
    expect(await stateOf(swap(narrow, 'payee_account', 'account_sealed', id, sealed, later(sealed)))).toBe('42501');
    expect(await stateOf(narrow.write((tx) => tx.query('select retire_seal(1)')))).toBe('42501');
    // Closing the tables to a version that nothing newer has replaced would stop every import.
    expect(await stateOf(subsidy.write((tx) => tx.query('select retire_seal(9)')))).toBe('42501');
  });

  const contextOfCounty = {
    actor: 'officer',
    operation: 'test',
    permission: 'test',
    purpose: 'operation',
    requestId: '1',
    division: '340202',
  };
});

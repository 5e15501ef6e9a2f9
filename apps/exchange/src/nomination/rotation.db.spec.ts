import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { FileKeys, Rotation, Vault } from '@app/vault';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import { randomUUID } from 'node:crypto';
import type { Database } from '@app/database';
import { sqlState } from '@app/database';
import { SEALED_COLUMNS, sealOf } from './sealed-columns.types';

let world: TestDatabase;
let database: Database;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'exchange-rotation-'));
beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('exchange');
});
afterAll(async () => {
  await world.drop();
  fs.rmSync(folder, { recursive: true });
});

describe('the keys of what the exchange keeps sealed', () => {
  it('name every sealed column that there is', async () => {
    const columns = await world.admin<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns
        where table_schema = 'exchange' and column_name like '%\\_sealed' order by 1`,
    );
    const listed = await world.admin<{ name: string }>(
      `select of_table || '.' || of_column as name from exchange.sealed_column order by 1`,
    );
    expect(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort()).toEqual(
      columns.map(({ name }) => name),
    );
    expect(listed).toEqual(columns);
  });

  it('are changed while everything stays readable, and the old one is then refused by every table', async () => {
    const vault = await Vault.open(new FileKeys(path.join(folder, 'vault.key')));
    const rows = Array.from({ length: 25 }, () => randomUUID());
    const seal = (text: string, row: string) =>
      vault.seal(text, { table: sealOf('registry_event'), column: 'content_sealed', row });
    const insert = (row: string, sealed: Buffer) =>
      database.write((tx) =>
        tx.query(
          `insert into registry_event (id, event_id, kind, happened_at, registry_person_key, content_sealed, came_by, arrived_at)
           values ($1::uuid, $1::text, 'birth', now(), sha256('x'), $2, 'pull', now())`,
          [row, sealed],
        ),
      );
    for (const row of rows) await insert(row, seal(`content of ${row}`, row));
    const old = seal('too late', rows[0]!);

    const rotation = new Rotation(vault, [{ schema: 'exchange', database, columns: SEALED_COLUMNS }]);
    expect(await rotation.rotate({ noticeMilliseconds: 1 })).toMatchObject({ version: 2, left: 0, unreadable: 0 });
    const kept = await world.admin<{ id: string; sealed: Buffer }>(
      'select id, content_sealed as sealed from exchange.registry_event',
    );
    expect(new Set(kept.map(({ sealed }) => sealed[0]))).toEqual(new Set([2]));
    for (const { id, sealed } of kept)
      expect(vault.open(sealed, { table: sealOf('registry_event'), column: 'content_sealed', row: id })).toBe(
        `content of ${id}`,
      );

    await rotation.retire(1);
    await expect(insert(randomUUID(), old)).rejects.toThrow('is_retired');
    const swap = (table: string, column: string) =>
      database.write((tx) =>
        tx.query('select reseal($1, $2, array[$3::uuid], array[$4::bytea], array[$4::bytea])', [
          table,
          column,
          rows[0],
          old,
        ]),
      );
    for (const [table, column] of [
      ['registry_event', 'kind'],
      ['quota_use', 'used'],
    ] as const)
      expect(sqlState(await swap(table, column).catch((error: unknown) => error))).toBe('42501');
  });
});

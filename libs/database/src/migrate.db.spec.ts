import { createTestDatabase, type TestDatabase } from '@app/testing';
import { Client } from 'pg';
import { SCHEMAS } from '../../../test/support/schemas';
import { migrate } from './index';

const ADMIN = 'managed_admin';
const DATABASE = 'managed_by_others';

let world: TestDatabase;
beforeAll(async () => (world = await createTestDatabase()));
afterAll(() => world.drop());

describe('an administrator who is no superuser, as hosts of managed servers give one', () => {
  const address = (role: string): string => {
    const url = new URL(world.url(role));
    url.pathname = `/${DATABASE}`;
    return url.href;
  };
  const password = () => decodeURIComponent(new URL(world.url('postgres')).password);
  const drop = async () => {
    await world.admin(`drop database if exists ${DATABASE} with (force)`);
    const [found] = await world.admin(`select from pg_roles where rolname = '${ADMIN}'`);
    if (!found) return;
    await world.admin(`drop owned by ${ADMIN}`);
    await world.admin(`drop role ${ADMIN}`);
  };

  beforeAll(async () => {
    await drop();
    await world.admin(`create role ${ADMIN} login createrole password '${password()}'`);
    await world.admin(`create database ${DATABASE} owner ${ADMIN} template template0`);
    // What CREATE ROLE gives to whoever ran it: here the roles of all test databases are there already.
    for (const { schema } of SCHEMAS)
      for (const role of [`${schema}_owner`, `${schema}_rw`])
        await world.admin(`grant ${role} to ${ADMIN} with admin true, inherit false, set false`);
  });
  afterAll(drop);

  it('brings every schema up to date, twice', async () => {
    const installation = { adminUrl: address(ADMIN), rolePassword: password() };
    const applied = await migrate(installation, SCHEMAS);
    expect(applied.length).toBeGreaterThanOrEqual(SCHEMAS.length);
    expect(await migrate(installation, SCHEMAS)).toEqual([]);

    const runtime = new Client({ connectionString: address('gateway_rw') });
    await runtime.connect();
    try {
      const { rows } = await runtime.query(
        `select rolsuper, rolbypassrls, pg_has_role('gateway_owner', 'member') as "isOwner" from pg_roles where rolname = current_user`,
      );
      expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, isOwner: false }]);
    } finally {
      await runtime.end();
    }
  });
});

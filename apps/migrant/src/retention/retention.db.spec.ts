import type { Database } from '@app/database';
import { createTestDatabase, type TestDatabase } from '@app/testing';

let world: TestDatabase;
let database: Database;
beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('migrant');
});
afterAll(() => world?.drop());

it('opens', async () => {
  const rows = await database.read((read) => read.query(`select name from retention_class order by position`));
  expect(rows.length).toBeGreaterThan(5);
  await database.read((read) => read.query(`select * from retention_standing(gen_random_uuid(), '2026-01-01')`));
});

import { createTestDatabase, type TestDatabase } from '@app/testing';
import { MOVES as CERTIFICATE_MOVES, VALID } from '../certificate/certificate.state';
import { MOVES, RUNNING } from './newborn-matter.state';
import { ITEMS } from './newborn-matter.types';

let world: TestDatabase;
beforeAll(async () => void (world = await createTestDatabase()));
afterAll(() => world.drop());

const movesOf = (moves: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(moves)
    .flatMap(([from, tos]) => tos.map((to) => `${from} -> ${to}`))
    .sort();
const movesIn = async (table: string) =>
  (await world.admin<{ from_state: string; to_state: string }>(`select * from registration.${table}`))
    .map((row) => `${row.from_state} -> ${row.to_state}`)
    .sort();

describe('the states of newborn matters and certificates', () => {
  it('move as the tables say, and PostgreSQL has the same tables', async () => {
    expect(await movesIn('newborn_state_move')).toEqual(movesOf(MOVES));
    expect(await movesIn('certificate_state_move')).toEqual(movesOf(CERTIFICATE_MOVES));
  });

  it('let an authority’s days run, or carry rights, in the same states in code and in PostgreSQL', async () => {
    const running = await world.admin<{ state: string }>('select state from registration.newborn_state where is_open');
    expect(running.map(({ state }) => state)).toEqual([...RUNNING]);
    const valid = await world.admin<{ state: string }>(
      'select state from registration.certificate_state where is_valid order by 1',
    );
    expect(valid.map(({ state }) => state)).toEqual([...VALID].sort());
  });
});

describe('the dated rows', () => {
  it('name items that the code knows, each with a source', async () => {
    const rows = await world.admin<{ item: string; source: string }>(
      'select item, source from registration.newborn_item',
    );
    expect(rows.filter(({ item }) => !(ITEMS as readonly string[]).includes(item))).toEqual([]);
    expect(rows.filter(({ source }) => source.length < 4)).toEqual([]);
  });

  it('hold one row for an item, region and day', async () => {
    await expect(
      world.admin(
        `insert into registration.newborn_item (region, item, authority, working_days, valid, source, status)
         values ('44', 'childcare-subsidy', 'township-health', 10, '[2026-01-01,)', '某通知', 'confirmed')`,
      ),
    ).rejects.toThrow('newborn_item_holds_once');
  });
});

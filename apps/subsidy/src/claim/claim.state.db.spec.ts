import { createTestDatabase, type TestDatabase } from '@app/testing';
import { MOVES, TAKES_THE_YEAR } from './claim.state';

let world: TestDatabase;
beforeAll(async () => void (world = await createTestDatabase()));
afterAll(() => world.drop());

describe('the states of a claim', () => {
  it('move as the table says, and PostgreSQL has the same table', async () => {
    const rows = await world.admin<{ from_state: string; to_state: string }>('select * from subsidy.claim_state_move');
    const inDatabase = rows.map((row) => `${row.from_state} -> ${row.to_state}`).sort();
    const inCode = Object.entries(MOVES).flatMap(([from, tos]) => tos.map((to) => `${from} -> ${to}`));
    expect(inDatabase).toEqual(inCode.sort());
  });

  it('take a child’s year in the same states in code and in the unique index', async () => {
    const [index] = await world.admin<{ def: string }>(
      `select pg_get_indexdef('subsidy.claim_pays_a_child_year_once'::regclass) as def`,
    );
    expect([...index!.def.matchAll(/'(\w+)'::text/g)].map((match) => match[1])).toEqual([...TAKES_THE_YEAR]);
  });
});

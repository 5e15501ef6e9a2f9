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

  it('take a child’s year in the same states in code and in PostgreSQL', async () => {
    const rows = await world.admin<{ state: string }>('select state from subsidy.claim_state where takes_year');
    expect(rows.map(({ state }) => state).sort()).toEqual([...TAKES_THE_YEAR].sort());
    const all = await world.admin<{ state: string }>('select state from subsidy.claim_state');
    expect(all.map(({ state }) => state).sort()).toEqual(Object.keys(MOVES).sort());
  });
});

import type { Database } from '@app/database';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import { ACTS, outcomeOf, RECOVERY_STATES, type RecoveryAct } from './recovery.state';

let world: TestDatabase;
let database: Database;
beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('fees');
});
afterAll(() => world?.drop());

describe('the steps of a recovery case', () => {
  const acts = Object.keys(ACTS) as RecoveryAct[];

  it('are the same in the code and in PostgreSQL', async () => {
    const moves = await database.read((read) =>
      read.query<{ move: string }>(
        `select concat_ws(' ', act, from_state, to_state, outcome) as move from recovery_move order by 1`,
      ),
    );
    const ours = acts.flatMap((act) =>
      ACTS[act].moves.map(([from, to]) => [act, from, to, outcomeOf(act)].filter(Boolean).join(' ')),
    );
    expect(moves.map(({ move }) => move).sort()).toEqual(ours.sort());
    const states = await database.read((read) => read.query<{ state: string }>('select state from recovery_state'));
    expect(states.map(({ state }) => state).sort()).toEqual([...RECOVERY_STATES].sort());
  });

  it('lead from a closed case nowhere, but where the money that closed it was not its own', () => {
    const onward = acts.flatMap((act) => ACTS[act].moves.filter(([from]) => (from as string) === 'closed'));
    expect(onward.map(([, to]) => to).sort()).toEqual(['closed', 'closed', 'repaying']);
  });

  it.each([
    ['move a case without an event', `update recovery_case set state = 'closed'`],
    ['say how it ended', `update recovery_case set outcome = 'repaid'`],
    ['write who decided', `update recovery_case set decided_by = 'x'`],
    ['raise what was wrong', 'update recovery_case set wrong_fen = 1'],
    ['forget a case', 'delete from recovery_case'],
    ['rewrite history', 'update recovery_event set note = null'],
    ['rewrite what somebody said', `update recovery_statement set words = 'x'`],
    ['add a step', `insert into recovery_move values ('skip', 'detected', 'served', null)`],
  ])('let the runtime role not %s', async (_, sql) => {
    await expect(database.write((tx) => tx.query(sql))).rejects.toThrow('permission denied');
  });
});

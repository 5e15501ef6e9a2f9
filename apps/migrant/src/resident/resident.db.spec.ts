import { inContext, systemContext, type Database } from '@app/database';
import { createTestDatabase, type TestDatabase } from '@app/testing';

let world: TestDatabase;
let database: Database;

beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('migrant');
});
beforeEach(() => world.admin('truncate migrant.resident cascade'));
afterAll(() => world.drop());

const [A, X] = ['340202001001', '420102003007'];

/** Somebody with one notice and one period at a place, by SQL as the app itself may write it. */
async function settle(place: string, certain = '[2020-01-01,)'): Promise<{ id: string; period: string }> {
  return database.write(async (tx) => {
    const [resident] = await tx.query<{ id: string }>(
      `insert into resident (name, sex, divisions, recorded_at) values ('某', 1, array[$1], now()) returning id`,
      [place],
    );
    const period = await add(tx, resident!.id, place, certain);
    return { id: resident!.id, period };
  });
}

async function add(
  tx: { query<R>(sql: string, parameters?: readonly unknown[]): Promise<R[]> },
  resident: string,
  place: string,
  certain: string,
  isDisputed = false,
): Promise<string> {
  const [notice] = await tx.query<{ id: string }>(
    `insert into residence_notice (resident_id, source, reference, kind, place_code, starts, basis, recorded_at)
     values ($1, 'own', gen_random_uuid(), 'stay', $2, '2020', 'declared', now()) returning id`,
    [resident, place],
  );
  const [period] = await tx.query<{ id: string }>(
    `insert into residence_period (resident_id, notice_id, place_code, valid, certain, basis, is_disputed, recorded_at)
     values ($1, $2, $3, '[2019-01-01,)', $4::daterange, 'declared', $5, now()) returning id`,
    [resident, notice!.id, place, certain, isDisputed],
  );
  return period!.id;
}

const inDivision = <T>(division: string, work: () => Promise<T>): Promise<T> =>
  inContext(systemContext('test', { division, actor: 'officer' }), work);
const count = async (table: string): Promise<number> =>
  (await database.read((read) => read.query<{ n: number }>(`select count(*)::int as n from ${table}`)))[0]!.n;

describe('where somebody lives, in the database', () => {
  it('is surely one place at a time, while possible and disputed days may overlap', async () => {
    const { id } = await settle(A, '[2020-01-01,2022-01-01)');
    await database.write((tx) => add(tx, id, X, '[2022-01-01,)'));
    await database.write((tx) => add(tx, id, A, '[2021-01-01,)', true));
    await expect(database.write((tx) => add(tx, id, X, '[2021-12-31,2022-01-01)'))).rejects.toThrow(
      'residence_period_one_place_at_a_time',
    );
  });

  it('is seen by the officers of where one lives, and of nowhere else', async () => {
    await settle(A);
    expect(await inDivision('3402', () => count('resident'))).toBe(1);
    expect(await inDivision('340202001002', () => count('resident'))).toBe(0);
    expect(await inDivision('42', () => count('residence_period'))).toBe(0);
    expect(await inDivision('3402', () => count('residence_notice'))).toBe(1);
  });

  it('is ended and never edited, by whoever says so', async () => {
    const { period } = await settle(A);
    const change = (set: string) => () =>
      database.write((tx) => tx.query(`update residence_period set ${set} where id = $1`, [period]));
    await expect(change(`place_code = '${X}'`)()).rejects.toThrow('permission denied');
    await expect(change(`ended_by = 'somebody else', ended_at = now()`)()).rejects.toThrow('never edited');
    await change(`ended_by = 'system', ended_at = now()`)();
    await expect(change('ended_by = null, ended_at = null')()).rejects.toThrow('never edited');
    expect(await world.admin('select divisions from migrant.resident')).toEqual([{ divisions: [A] }]);
  });

  it('is gone with the resident, or with its notice, to the last row', async () => {
    const [one, other] = [await settle(A), await settle(X)];
    await world.admin('delete from migrant.resident where id = $1', [one.id]);
    expect([await count('residence_notice'), await count('residence_period')]).toEqual([1, 1]);
    await world.admin(
      'delete from migrant.residence_notice where id = (select notice_id from migrant.residence_period where id = $1)',
      [other.period],
    );
    expect([await count('resident'), await count('residence_period')]).toEqual([1, 0]);
  });

  it('moves with its periods from one officer to another', async () => {
    const { id, period } = await settle(A);
    await database.write(async (tx) => {
      await tx.query(`update residence_period set ended_by = 'system', ended_at = now() where id = $1`, [period]);
      await add(tx, id, X, '[2021-01-01,)');
    });
    expect([await inDivision('34', () => count('resident')), await inDivision('42', () => count('resident'))]).toEqual([
      0, 1,
    ]);
  });
});

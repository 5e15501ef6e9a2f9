import { createTestDatabase, type TestDatabase } from '@app/testing';
import { copyLine, type Database, inContext, sqlState, systemContext, type Tx } from './index';

let world: TestDatabase;
let database: Database;

beforeAll(async () => {
  world = await createTestDatabase();
  await world.admin('create table subsidy.note (id int8 primary key, at date, text text)');
  await world.admin('grant all on subsidy.note to subsidy_rw');
  database = await world.open('subsidy');
});
afterAll(() => world.drop());

describe('the database door', () => {
  it('gives days as text and int8 as bigint', async () => {
    const [row] = await database.read((read) =>
      read.query(`select '1988-06-01'::date as day, 9007199254740993::int8 as n`),
    );
    expect(row).toEqual({ day: '1988-06-01', n: 9007199254740993n });
  });

  it('rolls back a COPY together with its transaction', async () => {
    const broken = database.write(async (tx) => {
      await tx.copyIn('copy note (id, at, text) from stdin', [copyLine([1n, '2025-01-01', 'a\tb\\c\nd'])]);
      expect(await tx.query('select text from note where id < 10')).toEqual([{ text: 'a\tb\\c\nd' }]);
      throw new Error('stop');
    });
    await expect(broken).rejects.toThrow('stop');
    expect(await database.read((read) => read.query('select * from note where id < 10'))).toEqual([]);
  });

  it('refuses a statement that was not awaited inside its transaction', async () => {
    let escaped: Tx | undefined;
    await database.write(async (tx) => void (escaped = tx));
    expect(() => escaped!.query(`insert into note values (2, null, 'leak')`)).toThrow('over');
    expect(await database.read((read) => read.query('select * from note where id < 10'))).toEqual([]);
  });

  it('looks across divisions for nobody: without a context there is nothing to widen', async () => {
    const bare = await world.open('subsidy', { standing: undefined });
    await expect(bare.read((read) => read.across('a test', () => read.query('select from claim')))).rejects.toThrow(
      'no context',
    );
  });

  it('looks across divisions until the outermost look ends, and no further', async () => {
    const seen = (tx: Tx) => tx.query<{ division: string | null }>(`select guard_text('division') as division`);
    const county = systemContext('test', { division: '340202' });
    await inContext(county, () =>
      database.write(async (tx) => {
        await tx.across('outer', async () => {
          await tx.across('inner', () => Promise.resolve());
          expect(await seen(tx)).toEqual([{ division: '' }]);
        });
        expect(await seen(tx)).toEqual([{ division: '340202' }]);
      }),
    );
  });

  it('cannot write in a read', async () => {
    const attempt = database.read((read) => read.query(`insert into note values (3, null, 'x')`));
    await expect(attempt.catch((error: unknown) => sqlState(error))).resolves.toBe('25006');
  });

  it('runs the whole closure again after a deadlock', async () => {
    await database.write((tx) => tx.query(`insert into note values (10, null, ''), (11, null, '')`));
    let attempts = 0;
    const inOrder = (first: number, second: number) =>
      database.write(async (tx) => {
        attempts++;
        await tx.query('update note set text = text || $2 where id = $1', [first, 'x']);
        await new Promise((resolve) => setTimeout(resolve, 200));
        await tx.query('update note set text = text || $2 where id = $1', [second, 'x']);
      });
    await Promise.all([inOrder(10, 11), inOrder(11, 10)]);
    expect(attempts).toBeGreaterThan(2);
    expect(await database.read((read) => read.query('select text from note where id in (10, 11)'))).toEqual([
      { text: 'xx' },
      { text: 'xx' },
    ]);
  });
});

import type { RegisteredPerson } from '@app/contracts';
import type { Database } from '@app/database';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import { FeedRepository } from './feed.repository';
import { FeedService } from './feed.service';

let world: TestDatabase;
let database: Database;
let feed: FeedService;

beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('registration');
  feed = new FeedService(database, new FeedRepository());
  await world.admin(`
    insert into registration.division (code, level, parent_code, status, recorded_at) values
      ('340000000000', 'province', null, 'unconfirmed', now()), ('340200000000', 'city', '340000000000', 'unconfirmed', now()),
      ('340202000000', 'county', '340200000000', 'unconfirmed', now())`);
});
beforeEach(() => world.admin('truncate registration.person cascade'));
afterAll(() => world.drop());

const INSERT = `
  insert into registration.person (registry_person_id, name, name_match, sex, status, division_code, source_updated_at,
    row_hash, batch_id, batch_line, recorded_at)
  select $1 || n, '某', '某', 1, 0, '340202000000', '2026-01-05 08:00:00.5+08', sha256(($1 || n)::bytea), uuidv7(), 2, now()
    from generate_series(1, $2::int) n`;

async function pullAll(limit: number, from = ''): Promise<{ persons: RegisteredPerson[]; position: string }> {
  const persons: RegisteredPerson[] = [];
  for (let position = from; ;) {
    const page = await feed.page(position, limit);
    persons.push(...page.persons);
    position = page.next;
    if (page.caughtUp) return { persons, position };
    if (page.persons.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const names = async (persons: readonly RegisteredPerson[]): Promise<string[]> => {
  const rows = await world.admin<{ id: string; r: string }>(
    'select id, registry_person_id as r from registration.person',
  );
  const byId = new Map(rows.map(({ id, r }) => [id, r]));
  return persons.map(({ id }) => byId.get(id)!).sort();
};

describe('the change feed', () => {
  it('gives every person from the start, page by page, and nothing more until something changes', async () => {
    await world.admin(INSERT, ['P', 25]);
    const { persons, position } = await pullAll(10);
    expect(new Set(persons.map(({ id }) => id)).size).toBe(25);
    expect(await feed.page(position, 10)).toEqual({ persons: [], next: position, caughtUp: true });

    await world.admin(
      `update registration.person set marital_status = '20', changed_xid = pg_current_xact_id() where registry_person_id = 'P7'`,
    );
    const changed = await pullAll(10, position);
    expect(changed.persons).toHaveLength(1);
    expect(changed.persons[0]).toMatchObject({
      maritalStatus: '20',
      divisionCode: '340202000000',
      updatedAt: '2026-01-05T00:00:00.5Z',
    });
    expect(changed.persons[0]).toMatchObject({ idNumberKey: null, born: null, idNumberShared: false });
  });

  it('says that it is not at the end while an older transaction is open, and misses nothing of it', async () => {
    let release: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    let started: (() => void) | undefined;
    const begun = new Promise<void>((resolve) => (started = resolve));
    const late = database.write(async (tx) => {
      await tx.query(INSERT, ['late', 1]);
      started!();
      await gate;
    });
    await begun;
    await world.admin(INSERT, ['early', 1]);
    const held = await feed.page('', 10);
    expect([held.persons, held.caughtUp]).toEqual([[], false]);
    release!();
    await late;
    expect(await names((await pullAll(10, held.next)).persons)).toEqual(['early1', 'late1']);
  });

  it('misses nothing of many writers that commit late, out of order or not at all', async () => {
    const writers = Array.from({ length: 6 }, async (_, writer) => {
      for (let i = 0; i < 15; i++) {
        const work = database.write(async (tx) => {
          await tx.query(INSERT, [`w${writer}-${i}-`, 3]);
          await tx.query('select pg_sleep($1::float8)', [((writer * 7 + i * 3) % 10) / 500]);
          if ((writer + i) % 9 === 0) throw new Error('rolled back');
        });
        await work.catch((error: Error) => expect(error.message).toBe('rolled back'));
      }
    });
    let writing = true;
    const all = Promise.all(writers).then(() => (writing = false));
    const seen: RegisteredPerson[] = [];
    let position = '';
    while (writing) {
      const pulled = await feed.page(position, 500); // Large, so that it reads right behind the writers.
      seen.push(...pulled.persons);
      position = pulled.next;
      if (pulled.persons.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await all;
    seen.push(...(await pullAll(7, position)).persons);
    const committed = await world.admin<{ id: string }>('select id from registration.person order by id');
    expect(committed.length).toBeGreaterThan(200);
    expect(seen.map(({ id }) => id).sort()).toEqual(committed.map(({ id }) => id));
  });

  it('refuses a position it never gave', async () => {
    expect(() => feed.page("1'; drop table person; --", 10)).toThrow('is not one');
  });
});

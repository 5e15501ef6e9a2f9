import { systemClock } from '@app/kernel';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import { assertGuarded } from './boot-check';
import { Database } from './database';

let world: TestDatabase;
let database: Database;
beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('subsidy');
});
afterAll(() => world.drop());

const now = () => systemClock.now();
const check = (isThrowaway = true, clock = now) => assertGuarded(database, 'subsidy', clock, isThrowaway);

/** Spoils something as superuser, looks at what start-up says, and puts it right again. */
async function saidWhen(spoil: string, mend: string): Promise<string> {
  await world.admin(spoil);
  try {
    return await check().then(
      () => 'started',
      (error: Error) => error.message,
    );
  } finally {
    await world.admin(mend);
  }
}

describe('starting', () => {
  it('goes on where everything is guarded', async () => {
    await expect(check()).resolves.toBeUndefined();
  });

  it.each([
    [
      'a table that is not forced',
      'alter table subsidy.claim no force row level security',
      'alter table subsidy.claim force row level security',
      'claim',
    ],
    [
      'a table without row-level security',
      'alter table subsidy.claim disable row level security',
      'alter table subsidy.claim enable row level security',
      'claim',
    ],
    [
      'a view that sees with its owner’s eyes',
      'create view subsidy.everything as select * from subsidy.claim',
      'drop view subsidy.everything',
      'everything',
    ],
    [
      'another key for signatures',
      `update subsidy.context_key set inner_pad = sha256('x') || sha256('y')`,
      '',
      'signature',
    ],
  ])('is refused with %s', async (_, spoil, mend, named) => {
    const kept = await world.admin<{ inner_pad: Buffer }>('select inner_pad from subsidy.context_key');
    const said = await saidWhen(spoil, mend || 'select 1');
    await world.admin('update subsidy.context_key set inner_pad = $1', [kept[0]!.inner_pad]);
    expect(said).toContain('Will not start on subsidy');
    expect(said).toContain(named);
  });

  it('is refused as a superuser, with durability off, with a server that writes down what failed, and with a clock that is off', async () => {
    const asSuperuser = await Database.open({ url: world.url('postgres'), schema: 'subsidy' });
    try {
      await expect(assertGuarded(asSuperuser, 'subsidy', now, true)).rejects.toThrow('may go past row-level security');
    } finally {
      await asSuperuser.close();
    }
    await expect(check(false)).rejects.toThrow('fsync');
    await world.admin(`alter role subsidy_rw set log_min_messages = 'warning'`);
    const talkative = await Database.open({ url: world.url('subsidy_rw'), schema: 'subsidy' });
    try {
      await expect(assertGuarded(talkative, 'subsidy', now, true)).rejects.toThrow('log_min_messages');
    } finally {
      await world.admin(`alter role subsidy_rw set log_min_messages = 'log'`);
      await talkative.close();
    }
    await expect(check(true, () => new Date(now().getTime() + 10_000))).rejects.toThrow('clocks');
    await expect(check()).resolves.toBeUndefined();
  });
});

import { auditRecorder } from '@app/audit';
import { type Database, inContext, systemContext } from '@app/database';
import { Outbox } from '@app/jobs';
import type { Day } from '@app/kernel';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { RetentionNightService } from './retention-night.service';
import { RetentionRepository } from './retention.repository';
import { RetentionService } from './retention.service';

let world: TestDatabase;
let database: Database;
let clock: TestClock;
let night: RetentionNightService;
let retention: RetentionService;

beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('migrant', { recorder: auditRecorder('migrant') });
  clock = new TestClock('2026-04-01');
  const outbox = new Outbox('migrant');
  night = new RetentionNightService(database, outbox, clock, new RetentionRepository());
  retention = new RetentionService(database, clock, new RetentionRepository());
  await world.admin('insert into migrant.retention_rehearsal default values');
});
beforeEach(async () => {
  clock.set('2026-04-01');
  await world.admin('truncate migrant.resident, migrant.retention_run, migrant.outbox cascade');
});
afterAll(() => world?.drop());

const PLACE = '340202001001';

/** Somebody who lived at a place on some days, by SQL as the app itself writes it; `until` null is until now. */
async function settle(from: string, until: string | null, recorded = '2020-01-05T02:00:00Z'): Promise<string> {
  return database.write(async (tx) => {
    const [resident] = await tx.query<{ id: string }>(
      `insert into resident (name, sex, divisions, recorded_at) values ('某', 1, array['${PLACE}'], $1) returning id`,
      [recorded],
    );
    const [notice] = await tx.query<{ id: string }>(
      `insert into residence_notice (resident_id, source, reference, kind, place_code, starts, ends, basis, recorded_at)
       values ($1, 'own', gen_random_uuid(), 'stay', '${PLACE}', $2, $3, 'declared', $4) returning id`,
      [resident!.id, from, until, recorded],
    );
    await tx.query(
      `insert into residence_period (resident_id, notice_id, place_code, valid, certain, basis, recorded_at)
       values ($1, $2, '${PLACE}', daterange($3, $4), daterange($3, $4), 'declared', $5)`,
      [resident!.id, notice!.id, from, until, recorded],
    );
    return resident!.id;
  });
}

const count = async (table: string): Promise<number> =>
  (await world.admin<{ n: number }>(`select count(*)::int as n from migrant.${table}`))[0]!.n;
const due = async (resident: string): Promise<unknown> =>
  (await database.read((read) => new RetentionRepository().kept(read, resident, clock.today()))).map((kept) => [
    kept.class,
    kept.dueOn,
    kept.held.length,
  ]);

describe('deletion by class', () => {
  it('knows nothing to delete of somebody who lives here, and tells the day once they left', async () => {
    expect(await due(await settle('2020-01-01', null))).toEqual([
      ['resident', null, 0],
      ['residence', null, 0],
    ]);
    expect(await due(await settle('2020-01-01', '2025-03-01'))).toEqual([
      ['resident', '2027-03-01', 0],
      ['residence', '2027-03-01', 0],
    ]);
    // Entered late: the time counts from then.
    expect(await due(await settle('2010-01-01', '2012-01-01', '2026-03-31T17:00:00Z'))).toEqual([
      ['resident', '2028-04-01', 0],
      ['residence', '2028-04-01', 0],
    ]);
  });

  it('deletes on the day and not the day before, with everything that hangs on the resident', async () => {
    await settle('2020-01-01', '2025-03-01');
    await settle('2020-01-01', null);
    clock.set('2027-02-28');
    expect(await night.run()).toMatchObject({ resident: 0, residence: 0 });
    clock.set('2027-03-01');
    expect(await night.run()).toMatchObject({ resident: 1, residence: 0 });
    expect([await count('resident'), await count('residence_notice'), await count('residence_period')]).toEqual([
      1, 1, 1,
    ]);
    expect(await night.run()).toBeNull(); // The day is done.
  });

  it('takes away what is over of somebody who lives elsewhere now, and leaves the rest', async () => {
    const id = await settle('2015-01-01', '2018-01-01', '2018-01-05T02:00:00Z');
    await database.write(async (tx) => {
      const [notice] = await tx.query<{ id: string }>(
        `insert into residence_notice (resident_id, source, reference, kind, place_code, starts, basis, recorded_at)
         values ($1, 'own', 'now', 'stay', '420102003007', '2018', 'declared', now()) returning id`,
        [id],
      );
      await tx.query(
        `insert into residence_period (resident_id, notice_id, place_code, valid, certain, basis, recorded_at)
         values ($1, $2, '420102003007', '[2018-01-01,)', '[2018-01-01,)', 'declared', now())`,
        [id, notice!.id],
      );
    });
    expect(await night.run()).toMatchObject({ resident: 0, residence: 1 });
    expect(await world.admin('select place_code from migrant.residence_period')).toEqual([
      { place_code: '420102003007' },
    ]);
  });

  it('waits while somebody has it held, says so, and goes on when the hold is lifted', async () => {
    const id = await settle('2020-01-01', '2022-01-01');
    const hold = await retention.hold(id, 'suit', '（2026）皖0202行初1号');
    await expect(retention.hold(id, 'suit', '（2026）皖0202行初1号')).rejects.toMatchObject({
      code: 'RETENTION_HOLD_STANDS',
    });
    expect(await night.run()).toMatchObject({ resident: 0 });
    expect(await due(id)).toContainEqual(['resident', '2024-01-01', 1]);
    await retention.lift(hold.id);
    await expect(retention.lift(hold.id)).rejects.toMatchObject({ code: 'RETENTION_HOLD_LIFTED' });
    clock.set('2026-04-02');
    expect(await night.run()).toMatchObject({ resident: 1 });
    expect(await count('retention_hold')).toBe(0);
  });

  it('waits while a residence is under investigation', async () => {
    const id = await settle('2020-01-01', '2022-01-01');
    await world.admin('alter table migrant.residence_period disable trigger user');
    await world.admin('update migrant.residence_period set is_disputed = true');
    await world.admin('alter table migrant.residence_period enable trigger user');
    expect(await night.run()).toMatchObject({ resident: 0, residence: 0 });
    expect(await due(id)).toContainEqual(['resident', '2024-01-01', 1]);
  });

  it('keeps by the parameter of the place, and deletes nothing of a class without one', async () => {
    const id = await settle('2020-01-01', '2025-03-01');
    await world.admin(
      `insert into migrant.parameter (name, region, valid, value, unit, source, status)
       values ('keep.resident', '3402', '[2021-01-01,)', '60', 'months', '试', 'assumed')`,
    );
    expect(await due(id)).toContainEqual(['resident', '2030-03-01', 0]);
    await world.admin(`delete from migrant.parameter where name = 'keep.resident' and region = '3402'`);
    await world.admin(`update migrant.parameter set valid = '[2021-08-20,2022-01-01)' where name = 'keep.resident'`);
    clock.set('2040-01-01');
    expect(await night.run()).toMatchObject({ resident: 0, residence: 1 });
    await world.admin(`update migrant.parameter set valid = '[2021-08-20,)' where name = 'keep.resident'`);
  });

  it('takes the messages that name what is gone, and lets those arrive that are on their way', async () => {
    const id = await settle('2020-01-01', '2022-01-01');
    const tell = (sends: number, acked: string, key = id) =>
      world.admin(
        `insert into migrant.outbox (queue, name, key, payload, sends, acked_at)
         values ('x', 'y', $1, jsonb_build_object('resident', $2::text), ${sends}, ${acked})`,
        [key, id],
      );
    await tell(1, 'now()');
    await tell(1, 'null', 'of another key');
    expect(await night.run()).toMatchObject({ resident: 0 });
    await world.admin('update migrant.outbox set quarantined_at = now() where acked_at is null'); // Given up on.
    clock.set('2026-04-02');
    expect(await night.run()).toMatchObject({ resident: 1 });
    expect(await count('outbox')).toBe(0);
  });

  it('takes a service request and the complaint about it in one night, with what was done about them', async () => {
    const key = 'aa'.repeat(32);
    await world.admin('set session_replication_role = replica');
    await world.admin(
      `with r as (
         insert into migrant.service_request (entitlement_id, client_ref, asked_by, channel, household, owner_key, name,
           first_code, responsible_code, places, state, received_on, counted_from, decided_on, recorded_at)
         select id, 'r', 'x', 'online', 'newcomer', decode($1, 'hex'), '某', '${PLACE}', '${PLACE}', array['${PLACE}'],
                'served', '2020-01-01', '2020-01-01', '2020-02-01', '2020-01-01' from migrant.service_entitlement limit 1 returning id),
       a as (
         insert into migrant.service_request_action (request_id, seq, kind, from_state, to_state, actor, at)
         select id, 1, 'ask', 'new', 'asked', 'x', '2020-01-01' from r)
       insert into migrant.complaint (kind, request_id, about_code, responsible_code, places, told_sealed, is_anonymous, owner_key,
         filed_by, state, reasons, received_on, counted_days, ended_on, recorded_at)
       select 'service', id, '340202001000', '340202000000', array['340202000000'], 'x', false, decode($1, 'hex'), 'x',
              'not-upheld', '经核实无误', '2020-03-01', 5, '2025-03-01', '2020-03-01' from r`,
      [key],
    );
    await world.admin('set session_replication_role = origin');
    clock.set('2027-02-28'); // The request is long over; the complaint still rests on it.
    expect(await night.run()).toMatchObject({ complaint: 0, 'service-request': 0 });
    clock.set('2027-03-01');
    expect(await night.run()).toMatchObject({ complaint: 1, 'service-request-trail': 1, 'service-request': 1 });
    expect([await count('complaint'), await count('service_request'), await count('service_request_action')]).toEqual([
      0, 0, 0,
    ]);
  });

  it('goes on where it was stopped, and counts once', async () => {
    for (let n = 0; n < 3; n++) await settle('2020-01-01', '2022-01-01');
    const stopping = new AbortController();
    stopping.abort(new Error('stopping'));
    await expect(night.run(stopping.signal)).rejects.toThrow('stopping');
    expect(await retention.certificates(null, 5)).toMatchObject([{ finishedAt: null, counts: [] }]);
    await night.run();
    const [certificate] = await retention.certificates(null, 5);
    expect(certificate).toMatchObject({
      onDay: '2026-04-01',
      counts: [
        {
          class: 'resident',
          division: '340202',
          deleted: 3,
          digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        },
      ],
    });
    expect(certificate!.finishedAt).not.toBeNull();
    expect(await world.admin('select salt from migrant.retention_run')).toEqual([{ salt: null }]);
  });

  it('is rung once after one o’clock, and not when the day is done', async () => {
    const planned = () =>
      world.admin(`select key from migrant.outbox where name = 'retention.delete' and acked_at is null`);
    clock.set('2026-04-01T00:30:00+08:00');
    await night.ring();
    expect(await planned()).toEqual([]);
    clock.set('2026-04-01T01:00:00+08:00');
    await night.ring();
    await night.ring();
    expect(await planned()).toEqual([{ key: 'night' }]);
    await night.run();
    await world.admin('truncate migrant.outbox');
    await night.ring();
    expect(await planned()).toEqual([]);
  });
});

describe('the database', () => {
  it('lets the app delete nothing itself, not even through what it may update', async () => {
    const id = await settle('2020-01-01', null);
    for (const sql of [
      'delete from resident',
      'delete from residence_notice',
      'delete from residence_period',
      'delete from retention_hold',
      'delete from own_request',
      'delete from retention_count',
      `insert into retention_class values ('x', 'resident', 't.id', 'current_date', '''''', '', '', 'x', 'x', 1)`,
      `update retention_class set starts = '''2000-01-01'''`,
      'insert into retention_rehearsal default values',
      'delete from parameter',
      `select retention_delete_resident('${id}')`,
      `select retention_forget_messages(array['${id}']::uuid[])`,
      'select pad from retention_key',
    ])
      await expect(database.write((tx) => tx.query(sql))).rejects.toThrow(/permission denied|retention only/);
    expect(await count('resident')).toBe(1);
  });

  it('deletes for no day that has not come, for no officer, and in no run that is over', async () => {
    await settle('2020-01-01', '2022-01-01');
    await world.admin('delete from migrant.retention_rehearsal');
    clock.set('2199-01-01');
    await expect(night.run()).rejects.toThrow('has not come');
    await world.admin('insert into migrant.retention_rehearsal default values');
    const officer = systemContext('test', { actor: 'officer', division: '34' });
    clock.set('2026-04-01');
    await expect(inContext(officer, () => night.run())).rejects.toThrow('deletion is central');
    await night.run();
    const [run] = await world.admin<{ id: string }>('select id from migrant.retention_run');
    await expect(
      database.write((tx) => tx.query(`select * from retention_delete($1, 'resident', 0, 64)`, [run!.id])),
    ).rejects.toThrow('no such run is open');
  });

  it('lets an emptied record of somebody go who is in another one, with its holds and requests gone over', async () => {
    const [from, into] = [await settle('2020-01-01', '2021-01-01'), await settle('2021-01-01', null)];
    await retention.hold(from, 'dispute', '2026-7');
    await expect(database.write((tx) => tx.query('delete from resident where id = $1', [from]))).rejects.toThrow(
      'retention only',
    );
    await database.write(async (tx) => {
      await tx.query('select personal_rows_move($1, $2)', [from, into]);
      await tx.query('delete from resident where id = $1', [from]);
    });
    expect(await world.admin('select resident_id from migrant.retention_hold')).toEqual([{ resident_id: into }]);
    expect(await count('residence_period')).toBe(2);
  });

  it('has every table with an owner in the register, or a reason why it tells of nobody', async () => {
    const tables = await world.admin<{ name: string }>(
      `select tablename::text as name from pg_tables where schemaname = 'migrant'
        and tablename not in (select of_table from migrant.personal_table) order by 1`,
    );
    expect(tables.map(({ name }) => name).filter((name) => !(name in OF_NOBODY))).toEqual([]);
    const unclassed = await world.admin<{ name: string }>(
      `select of_table as name from migrant.personal_table p
        where p.otherwise is null and not exists (select from migrant.retention_class c where c.of_table = p.of_table) and not exists (
          select from pg_constraint f where f.conrelid = ('migrant.' || p.of_table)::regclass and f.contype = 'f' and f.confdeltype = 'c')`,
    );
    expect(unclassed).toEqual([]);
    const missing = await database.read((read) => withoutParameter(read));
    expect(missing).toEqual([]);
  });
});

const withoutParameter = (read: Parameters<RetentionRepository['names']>[0]) =>
  new RetentionRepository()
    .classes(read, '', '2026-01-01' as Day)
    .then((classes) => classes.filter(({ keep, source }) => keep === null || source === null));

/** Tables of this schema that tell of no resident, each with the reason. */
const OF_NOBODY: Readonly<Record<string, string>> = {
  migration: 'which migrations ran',
  context_key: 'the key that contexts are signed with',
  outbox: 'ids only; deleted with what they name, and when they are old',
  inbox: 'ids of messages only; the same',
  delivery: 'ids of messages only; the same',
  quarantine: 'ids only; deleted with what they name',
  audit_entry: 'internal ids; append-only (docs/decisions/0025-retention.md)',
  audit_leaf: 'hashes',
  audit_node: 'hashes',
  audit_checkpoint: 'hashes',
  parameter: 'deadlines and days of keeping',
  sealed_column: 'names of columns',
  personal_table: 'names of tables',
  retention_class: 'names of classes',
  retention_holder: 'names of reasons',
  retention_run: 'certificates',
  retention_count: 'counts',
  retention_tombstone: 'keyed hashes that tell nothing',
  retention_key: 'the key of those',
  retention_rehearsal: 'whether this is a trial',
  division_succession: 'divisions',
  feed_position: 'how far a feed was read',
  coordination_state: 'the rules',
  coordination_move: 'the rules',
  coordination_hand_over_move: 'the rules',
  service_entitlement: 'the rules',
  service_request_move: 'the rules',
  support_visit_move: 'the rules',
  complaint_move: 'the rules',
  service_access: 'counts',
  flow_correction: 'counts',
  flow_figure: 'counts',
  flow_month: 'counts',
  flow_published: 'counts',
  flow_published_correction: 'counts',
  flow_run: 'counts',
  flow_stated: 'counts of other authorities',
  flow_stated_figure: 'counts of other authorities',
  lookup_miss: 'a keyed hash of region and birth date, and who asked',
};

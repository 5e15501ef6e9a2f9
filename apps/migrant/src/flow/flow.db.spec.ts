import { auditRecorder } from '@app/audit';
import type { DivisionSuccession } from '@app/contracts';
import { type Database, inContext, systemContext } from '@app/database';
import { day } from '@app/kernel';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { FlowCountRepository } from './flow-count.repository';
import { FlowRepository } from './flow.repository';
import { cellNames } from './flow.rules';
import { type MadeMover, makeMover, openFlows } from './flow.fixture';
import type { FlowService } from './flow.service';

/** Two townships of one county, one of the next county, one of another city, one of another province. */
const [HERE, NEAR, NEXT, CITY, FAR] = ['340202100201', '340202101201', '340203100201', '340301100201', '510104001201'];
const COUNTIES = ['340202000000', '340203000000'];
const AGES = [0, 3, 6, 15, 25, 35, 45, 60, 65];
const clock = new TestClock('2026-04-10');
const list = { successions: [] as DivisionSuccession[], counties: COUNTIES };
const counting = new FlowCountRepository();
let world: TestDatabase;
let database: Database;
let service: FlowService;

beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('migrant', { recorder: auditRecorder('migrant') });
});
beforeEach(async () => {
  // A closed month can be emptied by nobody, so the triggers are passed by.
  await world.admin(`set session_replication_role = replica; truncate migrant.outbox, migrant.resident, migrant.flow_run, migrant.flow_month, migrant.flow_figure, migrant.flow_published,
    migrant.division_succession cascade; set session_replication_role = default;
    delete from migrant.parameter where valid = '[2026-05-01,)'; update migrant.parameter set valid = '[2000-01-01,)' where name ^@ 'flow'`);
  clock.set('2026-04-10');
  list.successions = [];
  service = openFlows(database, clock, list);
});
afterAll(() => world.drop());

const move = (mover: MadeMover) => makeMover(world, mover);
/** What is counted between two days, as `township direction cell=count …`, noughts left out. */
async function counted(from: string, until: string, leastMonths = 0): Promise<string[]> {
  const rows = await database.write(async (tx) => {
    const successions = await counting.successions(tx);
    return counting.countPeriod(tx, { leastMonths, ageFrom: AGES }, day(from), day(until), successions);
  });
  return rows.map(({ divisionCode, direction, counts }) => {
    const cells = cellNames(AGES).flatMap((name, n) => (counts[n]! > 0 ? [`${name}=${counts[n]}`] : []));
    return [divisionCode.slice(0, 9), direction, ...cells].join(' ');
  });
}
const kindsOf = (rows: readonly string[]) => rows.map((row) => row.split(' ').slice(0, 4).join(' '));
const month = (on: string) => database.read((read) => new FlowRepository().month(read, day(on)));
const published = async (on: string, code: string, direction = 'in') =>
  (
    await world.admin<{ counts: (number | null)[] }>(
      'select counts from migrant.flow_published where month = $1 and division_code = $2 and direction = $3',
      [on, code, direction],
    )
  )[0]?.counts;

describe('a move', () => {
  it.each([
    ['from another province', FAR, ['340202100 in total=1 cross-province=1', '510104001 out total=1 cross-province=1']],
    ['from another city', CITY, ['340202100 in total=1 within-province=1', '340301100 out total=1 within-province=1']],
    [
      'from the next county',
      NEXT,
      ['340202100 in total=1 within-province=1', '340203100 out total=1 within-province=1'],
    ],
    ['from another township', NEAR, ['340202100 within total=1 within-county=1']],
    ['from the same township', '340202100202', []],
    ['from a county, the township not said', '340202000000', ['340202100 within total=1 unknown=1']],
    [
      'from a province, the county not said',
      '340000000000',
      ['340000000 out total=1 unknown=1', '340202100 in total=1 unknown=1'],
    ],
    ['from nobody knows where', null, ['340202100 in total=1 unknown=1']],
  ])('%s is counted at both its ends by how far it went', async (_, origin, rows) => {
    await move({ origin, stays: [{ at: HERE, valid: '[2026-01-05,)' }] });
    expect(kindsOf(await counted('2026-01-01', '2026-02-01'))).toEqual(rows);
  });

  it('counts sex and age on the day of the move', async () => {
    await move({ origin: FAR, sex: 2, born: '2011-01-06', stays: [{ at: HERE, valid: '[2026-01-05,)' }] });
    await move({ origin: FAR, sex: 1, born: '2011-01-05', stays: [{ at: HERE, valid: '[2026-01-05,)' }] });
    await move({ origin: FAR, sex: 9, born: null, stays: [{ at: HERE, valid: '[2026-01-05,)' }] });
    expect((await counted('2026-01-01', '2026-02-01'))[0]).toBe(
      '340202100 in total=3 cross-province=3 male=1 female=1 sex-unknown=1 age-6-14=1 age-15-24=1 age-unknown=1',
    );
  });

  it('is from the period before rather than from the origin, and what the notice says comes between', async () => {
    await move({
      origin: FAR,
      stays: [
        { at: NEXT, valid: '[2025-01-01,2026-01-05)' },
        { at: HERE, valid: '[2026-01-05,)' },
      ],
    });
    await move({ origin: FAR, stays: [{ at: HERE, valid: '[2026-01-05,)', from: CITY }] });
    expect(kindsOf(await counted('2026-01-01', '2026-02-01'))).toEqual([
      '340202100 in total=2 within-province=2',
      '340203100 out total=1 within-province=1',
      '340301100 out total=1 within-province=1',
    ]);
  });

  it('to a place unknown is where somebody left and is nowhere; who died left for nowhere', async () => {
    await move({ origin: FAR, stays: [{ at: HERE, valid: '[2025-01-01,2026-01-05)' }] });
    await move({ origin: FAR, stays: [{ at: HERE, valid: '[2025-01-01,2026-01-05)' }], died: '2026-01-05' });
    expect(kindsOf(await counted('2026-01-01', '2026-02-01'))).toEqual(['340202100 out total=1 unknown=1']);
  });

  it('whose day is not known to be in the period is unknown, and so is one that is disputed; none is dropped', async () => {
    await move({ origin: FAR, stays: [{ at: HERE, valid: '[2026-01-01,)', certain: '[2026-01-31,)' }] });
    await move({ origin: FAR, stays: [{ at: HERE, valid: '[2026-01-01,)', certain: '[2026-12-31,)' }] });
    await move({ origin: FAR, stays: [{ at: HERE, valid: '[2026-01-01,)', certain: 'empty' }] });
    await move({ origin: FAR, stays: [{ at: HERE, valid: '(,)', certain: 'empty', recordedAt: '2026-01-20' }] });
    await move({ origin: FAR, stays: [{ at: HERE, valid: '[2026-01-05,)', isDisputed: true }] });
    const [row] = await counted('2026-01-01', '2026-02-01');
    expect(row).toContain('340202100 in total=5 cross-province=1 unknown=4 male=5');
  });
});

describe('half a year', () => {
  it('is counted on the day it is reached, at one township, and not at all when the stay ends before', async () => {
    await move({ origin: FAR, stays: [{ at: HERE, valid: '[2025-07-05,)' }] });
    await move({ origin: FAR, stays: [{ at: HERE, valid: '[2025-07-05,2026-01-04)' }] });
    await move({
      origin: FAR,
      stays: [
        { at: HERE, valid: '[2025-07-05,2025-09-01)' },
        { at: '340202100202', valid: '[2025-09-01,)' },
      ],
    });
    await move({
      origin: FAR,
      stays: [
        { at: HERE, valid: '[2025-07-05,2025-09-01)' },
        { at: NEAR, valid: '[2025-09-01,)' },
      ],
    });
    expect(kindsOf(await counted('2026-01-01', '2026-02-01', 6))[0]).toBe('340202100 in total=2 cross-province=2');
    expect(kindsOf(await counted('2026-03-01', '2026-04-01', 6))).toEqual(['340202101 within total=1 within-county=1']);
  });
});

describe('a division that was merged or recoded', () => {
  const follow = async (oldCode: string, newCode: string, kind: string, onDay: string) =>
    world.admin(`insert into migrant.division_succession values ($1, $2, $3, $4, false)`, [
      oldCode,
      newCode,
      kind,
      onDay,
    ]);

  it('is counted as it was called on the day of the move, and who stayed while it changed did not move', async () => {
    await follow('340202100000', '340202101000', 'merged', '2026-01-01');
    await follow('340202100201', '340202101299', 'recoded', '2026-01-01');
    await move({ origin: FAR, stays: [{ at: HERE, valid: '[2025-12-05,)' }] });
    await move({ origin: FAR, stays: [{ at: HERE, valid: '[2026-01-05,)' }] });
    await move({
      origin: FAR,
      stays: [
        { at: HERE, valid: '[2025-01-01,2026-02-05)' },
        { at: NEAR, valid: '[2026-02-05,)' },
      ],
    });
    const places = (await counted('2025-12-01', '2026-03-01')).filter(
      (row) => row.includes(' in ') || row.includes('within'),
    );
    expect(kindsOf(places)).toEqual(['340202100 in total=1 cross-province=1', '340202101 in total=1 cross-province=1']);
  });
});

describe('a month', () => {
  const several = async (many: number, mover: MadeMover) => {
    for (let n = 0; n < many; n++) await move(mover);
  };
  const stay = (at: string, on: string) => [{ at, valid: `[${on},)` }];

  it('is closed once it is over, once, with a digest; empty months are closed too', async () => {
    await several(6, { origin: FAR, stays: stay(HERE, '2025-09-05') });
    expect(await service.run(day('2026-02-01'))).toMatchObject({ stage: 'done', months: 2, corrections: 0 });
    expect(await month('2026-03-01')).toMatchObject({ leastMonths: 6, smallBelow: 5, area: '3402' });
    expect(await month('2026-04-01')).toBeUndefined();
    expect(await service.run()).toMatchObject({ months: 0, figures: 0, corrections: 0 });
    for (const on of ['2026-02-01', '2026-03-01']) {
      expect(await database.read((read) => new FlowRepository().isIntact(read, day(on)))).toBe(true);
    }
    await world.admin(`set session_replication_role = replica; update migrant.flow_figure set counts[1] = 7, counts[2] = 7, counts[6] = 7, counts[14] = 7;
      set session_replication_role = default`);
    expect(await database.read((read) => new FlowRepository().isIntact(read, day('2026-03-01')))).toBe(false);
  });

  it('cannot be edited, added to or emptied by anybody', async () => {
    await several(6, { origin: FAR, stays: stay(HERE, '2025-09-05') });
    await service.run(day('2026-03-01'));
    for (const sql of [
      'update migrant.flow_figure set counts = counts',
      'delete from migrant.flow_published',
      'truncate migrant.flow_correction',
      'update migrant.flow_month set small_below = 2',
      `insert into migrant.flow_figure select month, '340202109000', direction, counts from migrant.flow_figure limit 1`,
    ]) {
      await expect(world.admin(sql)).rejects.toMatchObject({ constraint: 'flow_is_closed' });
    }
    await expect(database.write((tx) => tx.query('delete from flow_figure'))).rejects.toThrow(/permission denied/);
    await expect(
      world.admin(`insert into migrant.flow_correction (run_id, month, division_code, direction, before, after, recorded_at)
        select r.id, '2026-03-01', '340202100000', 'in', '{1,1,0,0,0,1,0,0,1,0}', '{2,1,0,0,0,1,0,0,1,0}', now() from migrant.flow_run r limit 1`),
    ).rejects.toMatchObject({ constraint: 'flow_correction_parts_add_up' });
  });

  it('keeps what was closed when more is learned: a line names the figure before and after', async () => {
    await several(6, { origin: FAR, stays: stay(HERE, '2025-09-05') });
    await service.run(day('2026-03-01'));
    const before = await published('2026-03-01', '340202100000');
    await several(1, { origin: FAR, sex: 2, stays: stay(HERE, '2025-09-20') });
    expect(await service.run()).toMatchObject({ months: 0, corrections: 2 });
    const lines = await world.admin<{ before: number[]; after: number[] }>(
      `select before, after from migrant.flow_correction where direction = 'in'`,
    );
    expect(lines.map((line) => [line.before.slice(0, 7), line.after.slice(0, 7)])).toEqual([
      [
        [6, 6, 0, 0, 0, 6, 0],
        [7, 7, 0, 0, 0, 6, 1],
      ],
    ]);
    expect(await published('2026-03-01', '340202100000')).toEqual(before);
    expect(await world.admin('select 1 from migrant.flow_published_correction')).toEqual([]); // One person is no line.
    await several(5, { origin: FAR, sex: 2, stays: stay(HERE, '2025-09-20') });
    await service.run();
    const told = await world.admin<{ code: string; before: number[]; after: number[] }>(
      `select division_code as code, before, after from migrant.flow_published_correction where direction = 'in' order by 1`,
    );
    expect(told.map(({ code, ...line }) => [code, line.before[0], line.after[0]])).toEqual([
      ['340200000000', 6, 12],
      ['340202000000', 6, 12],
      ['340202100000', 6, 12],
    ]);
    expect(await service.run()).toMatchObject({ corrections: 0 });
    expect(await world.admin('select 1 from migrant.flow_published_correction')).toHaveLength(3);
  });

  it('loses somebody by a line too, and one whose resident was deleted', async () => {
    await several(6, { origin: FAR, stays: stay(HERE, '2025-09-05') });
    const gone = await move({ origin: FAR, stays: stay(HERE, '2025-09-06') });
    await service.run(day('2026-03-01'));
    await world.admin('delete from migrant.resident where id = $1', [gone]);
    await service.run();
    expect(
      await world.admin(`select before[1], after[1] from migrant.flow_correction where direction = 'in'`),
    ).toMatchObject([{ before: 7, after: 6 }]);
  });

  it('is published without what is small and without what would give that away', async () => {
    await several(9, { origin: FAR, stays: stay(HERE, '2025-09-05') });
    await several(2, { origin: CITY, stays: stay(HERE, '2025-09-05') });
    await several(8, { origin: CITY, stays: stay(NEAR, '2025-09-05') });
    await several(3, { origin: FAR, stays: stay(NEXT, '2025-09-05') });
    await service.run(day('2026-03-01'));
    const distances = async (code: string) => (await published('2026-03-01', code))?.slice(0, 5);
    expect(await distances('340200000000')).toEqual([22, 12, 10, 0, 0]);
    expect(await distances('340202000000')).toEqual([null, null, null, null, null].map((_, n) => (n > 2 ? 0 : null)));
    expect(await distances('340203000000')).toEqual([null, null, null, 0, 0]);
  });

  it('is looked at again by what it was counted by when the threshold has changed since', async () => {
    await several(6, { origin: FAR, stays: stay(HERE, '2025-09-05') });
    await service.run(day('2026-03-01'));
    await world.admin(`update migrant.parameter set valid = '[2000-01-01,2026-05-01)' where name = 'flow.half-year'`);
    await world.admin(
      `insert into migrant.parameter (name, valid, value, unit, source, status) values ('flow.half-year', '[2026-05-01,)', '3', 'months', '试点', 'assumed')`,
    );
    clock.set('2026-05-02');
    expect(await service.run()).toMatchObject({ months: 1, corrections: 0 });
    expect(await month('2026-04-01')).toMatchObject({ leastMonths: 3 });
    await several(6, { origin: FAR, stays: stay(HERE, '2026-01-05') });
    expect(await service.run()).toMatchObject({ months: 0, corrections: 2 });
    expect(await world.admin('select distinct month::text from migrant.flow_correction')).toEqual([
      { month: '2026-04-01' },
    ]);
  });

  it('is closed by the bell once a day, and not before anybody is registered', async () => {
    list.counties = [];
    await service.ring();
    await service.closeDue();
    expect(await world.admin('select 1 from migrant.flow_run')).toEqual([]);
    await expect(service.run()).rejects.toMatchObject({ code: 'FLOW_AREA_UNKNOWN' });
    list.counties = COUNTIES;
    await service.ring();
    await service.ring();
    expect(await world.admin('select name from migrant.outbox')).toEqual([{ name: 'flow.close' }]);
    await service.closeDue();
    await service.closeDue();
    await service.ring();
    expect(await world.admin('select 1 from migrant.outbox')).toHaveLength(1);
    expect(await world.admin('select stage, months from migrant.flow_run order by id')).toEqual([
      { stage: 'failed', months: 0 },
      { stage: 'done', months: 1 },
    ]);
  });

  it('shows an officer the figures of their division only, and everybody what is published', async () => {
    await several(6, { origin: FAR, stays: stay(HERE, '2025-09-05') });
    await service.run(day('2026-03-01'));
    const seen = (division: string | undefined, table: string) =>
      inContext(systemContext('test', { actor: 'officer', division }), () =>
        database.read((read) => read.query(`select 1 from ${table}`)),
      );
    expect(await seen('340202', 'flow_figure')).toHaveLength(1);
    expect(await seen('340203', 'flow_figure')).toHaveLength(0);
    expect(await seen(undefined, 'flow_figure')).toHaveLength(0);
    expect((await seen(undefined, 'flow_published')).length).toBeGreaterThan(0);
  });
});

import * as path from 'node:path';
import type { Database } from '@app/database';
import { type JobHandler, Outbox, type Payload } from '@app/jobs';
import { day, type DivisionCode } from '@app/kernel';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import { openWorkers, type Workers } from '../support/workers';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { generateCounty } from '../../apps/simulator/src/county/county.service';
import { FactService } from '../../apps/subsidy/src/fact/fact.service';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import { SUBSIDY_DATABASE, SUBSIDY_HANDLERS } from '../../apps/subsidy/src/subsidy.tokens';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';
import { DeterminationRepository } from '../../apps/subsidy/src/determination/determination.repository';
import { ProgrammeService } from '../../apps/subsidy/src/programme/programme.service';
import { RunService } from '../../apps/subsidy/src/determination/run.service';

const COMMAND = {
  programmes: ['YEB', 'JF', 'TF'],
  division: '340200000000' as DivisionCode, // Two counties, so that every year has several chunks.
  asOf: day('2026-03-31'),
  actor: 'test',
};
const NEVER = new AbortController().signal;

let world: CountyWorld;
let workers: Workers | undefined;
let directly: { rows: unknown[]; summary: unknown };

beforeAll(async () => {
  world = await openCountyWorld('2026-04-01');
  for (const [i, county] of ['340202', '340203'].entries()) {
    const folder = path.join(world.folder, county);
    const file = (name: string) => path.join(folder, `${name}.csv`);
    await generateCounty({ people: 4_000, seed: i + 1, county, folder });
    await world.get(RegistryImportService).import(file('registry'));
    await world.get(FactService).pull();
    await world.get(IntakeService).importFindings(file('findings'));
    await world.get(IntakeService).importAccounts(file('accounts'));
    await world.get(IntakeService).importClaims(file('claims'), 'YEB');
  }
  await keepAsMade();
  const { runId: _, ...summary } = await world.get(DeterminationService).determine(COMMAND);
  directly = { rows: await outcome(), summary };
  expect(directly.rows.length).toBeGreaterThan(500);
});
beforeEach(() => backToMade());
afterEach(async () => {
  await workers?.close();
  workers = undefined;
});
afterAll(() => world?.close());

const MOVED = ['claim', 'claim_event', 'review_case', 'determination', 'determination_run', 'determination_chunk'];
const past = (...statements: string[]) =>
  world.database.admin(
    ['set session_replication_role = replica', ...statements, 'set session_replication_role = origin'].join('; '),
  );
const keepAsMade = () => past(...MOVED.map((table) => `create table public.made_${table} as table subsidy.${table}`));
const backToMade = () =>
  past(
    `truncate ${MOVED.map((table) => `subsidy.${table}`).join(', ')}, subsidy.outbox, subsidy.delivery, subsidy.quarantine cascade`,
    'alter table subsidy.claim_event disable trigger all',
    ...MOVED.map(
      (table) =>
        `insert into subsidy.${table} ${OVERRIDING.has(table) ? 'overriding system value ' : ''}table public.made_${table}`,
    ),
    'alter table subsidy.claim_event enable trigger all',
  );
const OVERRIDING = new Set(['determination', 'claim_event', 'review_case']);

/** Every decision, where its claim stands and what is asked about it, by what means the same in every run. */
const outcome = () =>
  world.database.admin(
    `select d.programme, d.year, coalesce(c.claim_no, f.id_number_mask || f.person_id) as of, d.outcome, d.amount_fen, d.met, d.unknown,
            d.is_current, c.state, c.amount_fen as claimed, (select string_agg(e.to_state || coalesce(e.reason, ''), ' ' order by e.seq)
              from subsidy.claim_event e where e.claim_id = c.id) as way,
            (select string_agg(r.reason || r.facts, ' ' order by r.reason) from subsidy.review_case r where r.claim_id = c.id) as asked
       from subsidy.determination d left join subsidy.claim c on c.id = d.claim_id
       left join subsidy.person_fact f on f.person_id = d.person_id order by 1, 2, 3`,
  );

const work = async (count: number): Promise<Workers> =>
  (workers = await openWorkers(
    world.database,
    world.app.get<Database>(SUBSIDY_DATABASE, { strict: false }),
    world.clock,
    world.app.get<JobHandler<Payload>[]>(SUBSIDY_HANDLERS, { strict: false }),
    count,
  ));

const chunks = (where = 'true') =>
  world.database.admin<{ run: string; no: number; year: number }>(
    `select run_id as run, no, year from subsidy.determination_chunk where ${where} order by run_id, no`,
  );
const planned = async () =>
  (
    await world.database.admin<{ key: string }>(
      `select key from subsidy.outbox where name = 'determination.chunk' and acked_at is null order by key`,
    )
  ).map(({ key }) => key);
const keys = (some: readonly { run: string; no: number }[]) => some.map(({ run, no }) => `${run}-${no}`).sort();

describe('a division determined by workers', () => {
  it('comes out row by row as when one process does it alone', async () => {
    await work(2);
    const seen: number[] = [];
    const { runId: _, ...summary } = await world
      .get(DeterminationService)
      .determineByWorkers(COMMAND, ({ done }) => seen.push(done));
    expect(summary).toEqual(directly.summary);
    expect(await outcome()).toEqual(directly.rows);
    expect(seen.at(-1)).toBe((await chunks()).length);
    expect(await workers!.settle()).toBe(0);
    expect(workers!.errors).toEqual([]);
    // One message each: nobody plans again what is on its way.
    const messages = await world.database.admin(`select from subsidy.outbox where name = 'determination.chunk'`);
    expect(messages).toHaveLength((await chunks()).length);
  });

  it('is decided year after year, and the next year is planned with the last chunk of the one before', async () => {
    const runs = world.get(RunService);
    const { runIds } = await world.get(DeterminationService).start({ ...COMMAND, programmes: ['YEB'] });
    const first = await chunks('year = 2025');
    const next = await chunks('year = 2026');
    expect([first.length, next.length]).toEqual([expect.any(Number), expect.any(Number)]);
    expect(Math.min(first.length, next.length)).toBeGreaterThan(1);
    expect(await planned()).toEqual(keys(first));
    const [last, ...others] = first;
    for (const { run, no } of others) await runs.decideNext(run, no, NEVER);
    expect(await planned()).toEqual(keys(first));
    await runs.decideNext(last!.run, last!.no, NEVER);
    expect(await planned()).toEqual(keys([...first, ...next]));
    for (const { run, no } of next) await runs.decideNext(run, no, NEVER);
    expect(await world.get(DeterminationService).progress(runIds)).toMatchObject({ isFinished: true, setAside: 0 });
  });

  it('goes on when its last chunks of a year are finished at the same moment', async () => {
    await world.get(DeterminationService).start({ ...COMMAND, programmes: ['YEB'] });
    const [one, other, ...rest] = await chunks('year = 2025');
    for (const { run, no } of rest) await world.get(RunService).decideNext(run, no, NEVER);
    // Neither asks what comes next before the other is done as well.
    let [both, arrived] = [() => {}, 0];
    const met = new Promise<void>((resolve) => (both = resolve));
    class Meeting extends DeterminationRepository {
      override async finishChunk(...of: Parameters<DeterminationRepository['finishChunk']>): Promise<void> {
        await super.finishChunk(...of);
        if (++arrived === 2) both();
        await met;
      }
    }
    const database = world.app.get<Database>(SUBSIDY_DATABASE, { strict: false });
    const runs = new RunService(
      database,
      world.clock,
      world.get(ProgrammeService),
      new Meeting(),
      new Outbox('subsidy'),
    );
    await Promise.all([one!, other!].map(({ run, no }) => runs.decideNext(run, no, NEVER)));
    expect(await planned()).toEqual(keys(await chunks()));
  });

  it('is not changed by a chunk that is delivered again, to two workers at once', async () => {
    await world.get(DeterminationService).start(COMMAND);
    const runs = world.get(RunService);
    const [one] = await chunks('year = 2025');
    await Promise.all([1, 2, 3].map(() => runs.decideNext(one!.run, one!.no, NEVER)));
    await work(2);
    await workers!.settle();
    const books = () => world.database.admin('select * from subsidy.determination_chunk order by run_id, no');
    const before = await books();
    for (const { run, no } of await chunks()) await runs.decideNext(run, no, NEVER);
    expect(await books()).toEqual(before);
    expect(await outcome()).toEqual(directly.rows);
  });

  it('is taken up by the same command when all messages and half of the work were lost', async () => {
    const determinations = world.get(DeterminationService);
    const { runIds } = await determinations.start(COMMAND);
    const [one] = await chunks('year = 2025');
    await world.get(RunService).decideNext(one!.run, one!.no, NEVER);
    await past('truncate subsidy.outbox');
    expect(await determinations.start(COMMAND)).toEqual({ runIds, resumed: true });
    await work(2);
    await workers!.settle();
    expect(await determinations.progress(runIds)).toMatchObject({ isFinished: true });
    expect(await outcome()).toEqual(directly.rows);
    expect(await determinations.start(COMMAND)).not.toMatchObject({ runIds });
  });

  it('stops at a safe place when its worker is told to, and nothing of the chunk stands', async () => {
    await world.get(DeterminationService).start({ ...COMMAND, programmes: ['YEB'] });
    const [one] = await chunks();
    await expect(world.get(RunService).decideNext(one!.run, one!.no, AbortSignal.abort())).rejects.toThrow('aborted');
    expect(await outcome()).toEqual([]);
    expect(await chunks(`state = 'done'`)).toEqual([]);
  });

  it('is not gone on with by other rules than it began with, and whoever waits is told', async () => {
    const determinations = world.get(DeterminationService);
    const { runIds } = await determinations.start({ ...COMMAND, programmes: ['JF'] });
    await past(`update subsidy.determination_run set versions = array[repeat('0', 64)]`);
    await (await work(1)).settle();
    const undecided = (await chunks()).length;
    expect(new Set(workers!.errors)).toEqual(new Set(['DETERMINATION_RULES_DIFFER']));
    expect(await determinations.progress(runIds)).toMatchObject({ done: 0, setAside: undecided, isFinished: false });
    expect(await outcome()).toEqual([]);
    await past(
      `update subsidy.determination_run set versions = array[(select version from subsidy.programme_version where code = 'JF')]`,
    );
    await expect(determinations.determineByWorkers({ ...COMMAND, programmes: ['JF'] })).rejects.toMatchObject({
      code: 'DETERMINATION_SET_ASIDE',
    });
  });
});

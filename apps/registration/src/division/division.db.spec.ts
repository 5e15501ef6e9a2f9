import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import { type Database, inContext, systemContext } from '@app/database';
import { Outbox } from '@app/jobs';
import { day } from '@app/kernel';
import { csvLine } from '@app/tables';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import { EXTRACT_COLUMNS, type ExtractColumn } from '../registry-import/extract-row.rules';
import { openImport } from '../registry-import/registry-import.fixture';
import { makeDivisions, makeHousehold, makePerson } from '../person/person.fixture';
import { DivisionRepository } from './division.repository';
import { DivisionService } from './division.service';
import { SuccessionService } from './succession.service';

const [A, B, C, D] = ['340202100201', '340202100202', '340202101201', '340203100201'] as const;
const EMPTY =
  'truncate registration.person, registration.household, registration.division, registration.import_batch cascade; truncate registration.outbox';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'divisions-'));
const clock = new TestClock('2026-04-01');
let world: TestDatabase;
let database: Database;
let divisions: DivisionService;
let service: SuccessionService;

beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('registration', { recorder: auditRecorder('registration') });
  const repository = new DivisionRepository();
  divisions = new DivisionService(database, clock, repository);
  service = new SuccessionService(database, new Outbox('registration'), clock, divisions, repository);
});
beforeEach(async () => {
  await world.admin(EMPTY);
  await makeDivisions(world, [A, B, C, D]);
});
afterAll(() => world.drop());
afterAll(() => fs.rmSync(folder, { recursive: true }));

const list = (...rows: string[]) => {
  const file = path.join(folder, 'successions.csv');
  fs.writeFileSync(file, ['old_code,new_code,kind,on_day,source,old_kept', ...rows, ''].join('\n'));
  return service.import(file);
};
const codeOf = async (id: string) =>
  (await world.admin<{ code: string }>('select division_code as code from registration.person where id = $1', [id]))[0]!
    .code;
const asOfficer = <T>(prefix: string, work: () => Promise<T>) =>
  inContext(systemContext('test', { actor: 'officer', division: prefix }), work);
const seenBy = (prefix: string) =>
  asOfficer(prefix, () => database.read((read) => read.query<{ id: string }>('select id from person order by id')));
const on = (text: string) => day(text);

describe('a code that was merged, renamed or recoded', () => {
  it('still answers: with what it has become by a day, through a chain, and with what it was before', async () => {
    await list(`${A},${B},recoded,2020-01-01,民函〔2019〕1号,`, `${B},${C},recoded,2022-01-01,民函〔2021〕1号,`);
    const at = async (code: string, when: string) => (await divisions.asOf(code, on(when)))?.code;
    expect(await at(A, '2019-12-31')).toBe(A);
    expect(await at(A, '2020-01-01')).toBe(B);
    expect(await at(A, '2021-12-31')).toBe(B);
    expect(await at(A, '2022-01-01')).toBe(C);
    expect(await at(C, '2021-06-01')).toBe(B);
    expect(await at(C, '2001-01-01')).toBe(A);
    expect(await service.successorsOf([A])).toMatchObject([{ newCode: B, kind: 'recoded', onDay: '2020-01-01' }]);
    expect(await service.predecessorsOf([C])).toMatchObject([{ oldCode: B }]);
    const [old] = await divisions.byCodes([A]);
    expect(old).toMatchObject({ validTo: '2020-01-01' });
  });

  it('is several before a merger, which its predecessors tell, and nobody guesses', async () => {
    await list(`${A},${C},merged,2020-01-01,合并,`, `${B},${C},merged,2020-01-01,合并,`);
    expect((await divisions.asOf(A, on('2021-01-01')))?.code).toBe(C);
    expect((await divisions.asOf(C, on('2019-01-01')))?.code).toBe(C); // It was there before.
    expect((await service.predecessorsOf([C])).map(({ oldCode }) => oldCode)).toEqual([A, B]);
  });

  it('takes along what is below a county that was only recoded, not what was merged', async () => {
    await list('340202,340299,recoded,2025-01-01,国函,', '340203,340204,merged,2025-01-01,国函,');
    expect(await database.read((read) => divisions.heirsOf(read, [A, D]))).toMatchObject({
      divisions: new Map([[A, '340299100201']]),
      counties: new Map([['340202000000', '340299000000']]),
    });
  });

  it('stands in the tree of its days only', async () => {
    await list(`${A},${B},merged,2020-01-01,合并,`);
    const below = async (when: string) => (await divisions.subtree('340202100000', on(when))).map(({ code }) => code);
    expect(await below('2019-12-31')).toEqual(['340202100000', A, B]);
    expect(await below('2020-01-01')).toEqual(['340202100000', B]);
    expect((await divisions.children('340202100000', on('2020-01-01'))).map(({ code }) => code)).toEqual([B]);
    expect((await divisions.children('340202100000', null)).map(({ code }) => code)).toEqual([A, B]);
  });
});

describe('what other apps keep of divisions', () => {
  it('is the whole list of successions, and the counties in which anybody is registered', async () => {
    await list(`${A},${B},split,2020-01-01,民函,是`, `${C},${D},merged,2021-01-01,民函,`);
    for (const division of [A, B, D]) await makePerson(world, { division });
    expect(await service.all()).toEqual({
      successions: [
        { oldCode: A, newCode: B, kind: 'split', onDay: '2020-01-01', isOldKept: true },
        { oldCode: C, newCode: D, kind: 'merged', onDay: '2021-01-01', isOldKept: false },
      ],
      counties: ['340202000000', '340203000000'],
    });
  });
});

describe('a list of successions', () => {
  it('goes in row by row: what is wrong is rejected with its reason, and repeated it changes nothing', async () => {
    const rows = [
      `${A},${B},recoded,2020-01-01,民函,`,
      `${B},${C},renamed,2021-01-01,民函,`,
      `${C},${A},merged,2022-01-01,民函,`,
      `${A},${C},merged,2020-01-01,民函,`,
      `${A},${D},split,2020-01-01,民函,`,
      `${A},${B},merged,2020-01-01,民函,`,
      `${A},${A},merged,2020-01-01,民函,`,
      `12345,${A},merged,2020-01-01,民函,`,
      `${D},${A},swallowed,2020-01-01,民函,`,
      `${D},${A},merged,2020-02-30,民函,`,
      `${D},${A},merged,2020-01-01,,`,
      `${D},${A},merged,2020-01-01,民函,是`,
    ];
    expect(await list(...rows)).toMatchObject({
      added: 2,
      unchanged: 0,
      rejected: 10,
      perCode: {
        SUCCESSION_CIRCLE: 1,
        SUCCESSION_SECOND_HEIR: 1,
        SUCCESSION_SPLIT_OR_NOT: 1,
        SUCCESSION_DIFFERS: 1,
        SUCCESSION_CODES: 2,
        SUCCESSION_KIND: 2,
        SUCCESSION_DAY: 1,
        SUCCESSION_SOURCE: 1,
      },
    });
    expect(await list(...rows.slice(0, 2))).toMatchObject({ added: 0, unchanged: 2, rejected: 0 });
  });

  it('makes no circle, however long and whoever writes it', async () => {
    await list(
      `${A},${B},recoded,2020-01-01,民函,`,
      `${B},${C},merged,2021-01-01,民函,`,
      `${C},${D},merged,2022-01-01,民函,`,
    );
    const insert = (from: string, to: string) =>
      world.admin(
        `insert into registration.division_succession (old_code, new_code, kind, on_day, source, recorded_at)
         values ($1, $2, 'merged', '2023-01-01', '民函', now())`,
        [from, to],
      );
    await expect(insert(D, A)).rejects.toMatchObject({ constraint: 'division_succession_makes_no_circle' });
    await expect(insert(A, A)).rejects.toMatchObject({ constraint: 'division_succession_makes_no_circle' });
    await expect(
      asOfficer('340202', () =>
        database.write((tx) =>
          tx.query(
            `insert into division_succession (old_code, new_code, kind, on_day, source, recorded_at) values ('${D}', '340202000000', 'merged', '2020-01-01', 'xx', now())`,
          ),
        ),
      ),
    ).rejects.toThrow(/row-level security/);
    await expect(database.write((tx) => tx.query('delete from division_succession'))).rejects.toThrow(
      /permission denied/,
    );
  });
});

describe('people of a division that is no more', () => {
  it('are filed under what it became and seen by its officers; where they were filed is kept', async () => {
    const household = await makeHousehold(world, A);
    const person = await makePerson(world, { division: A, householdId: household });
    expect((await seenBy('340203')).map(({ id }) => id)).toEqual([]);
    const { refiled } = await list(`${A},${B},recoded,2020-01-01,民函,`, `${B},${D},merged,2024-01-01,民函,`);
    expect(refiled).toEqual({ persons: 1, households: 1 });
    expect(await codeOf(person)).toBe(D);
    expect((await seenBy('340203')).map(({ id }) => id)).toEqual([person]);
    expect(await seenBy('340202')).toEqual([]);
    const kept = await world.admin(
      `select old_code, new_code, done_by from registration.refiling where person_id = $1 or household_id = $2`,
      [person, household],
    );
    expect(kept).toEqual([
      { old_code: A, new_code: D, done_by: 'system' },
      { old_code: A, new_code: D, done_by: 'system' },
    ]);
    expect(await service.refile()).toEqual({ persons: 0, households: 0 });
    const told = await world.admin(`select distinct name from registration.outbox order by name`);
    expect(told).toEqual([{ name: 'facts.pull' }, { name: 'residents.pull' }]);
  });

  it('stay where they are until the day it ends', async () => {
    const person = await makePerson(world, { division: A });
    await list(`${A},${B},merged,2026-05-01,民函,`);
    expect(await codeOf(person)).toBe(A);
    clock.set('2026-05-01');
    await service.refile();
    expect(await codeOf(person)).toBe(B);
    clock.set('2026-04-01');
  });

  it('go in under what it became when an extract still says the old code, and the same extract again changes nothing', async () => {
    await list(`${A},${D},merged,2024-01-01,民函,`);
    const file = path.join(folder, 'extract.csv');
    const row: Partial<Record<ExtractColumn, string>> = {
      registry_person_id: 'X1',
      name: '王建国',
      sex: '1',
      birth_date: '1985-07-19',
      status: '0',
      household_no: '7',
      relation_to_head: '02',
      household_type: 'unified',
      division_code: A,
      updated_at: '2026-01-01',
    };
    fs.writeFileSync(file, csvLine([...EXTRACT_COLUMNS]) + csvLine(EXTRACT_COLUMNS.map((column) => row[column] ?? '')));
    const imports = openImport(database, clock, new Vault(Buffer.alloc(32, 7)));
    expect(await imports.import(file)).toMatchObject({ accepted: 1, rejected: 0 });
    const where = `select p.division_code as person, h.division_code as household, h.county_code as county
      from registration.person p join registration.household h on h.id = p.household_id`;
    // The county that numbered the household is still the old one: two that were merged may both have a number 7.
    const filed = [{ person: D, household: D, county: '340202000000' }];
    expect(await world.admin(where)).toEqual(filed);
    expect(await imports.import(file)).toMatchObject({ accepted: 0, unchanged: 1 });
    expect(await world.admin(where)).toEqual(filed);
  });

  it('keep their household number: it follows one county into one, and stays apart where two became one', async () => {
    const [one, two] = [await makeHousehold(world, A, '7'), await makeHousehold(world, D, '7')];
    const county = async (id: string) =>
      (
        await world.admin<{ county: string }>(
          'select county_code as county from registration.household where id = $1',
          [id],
        )
      )[0]!.county;
    await list(
      `${A},340299100201,recoded,2025-01-01,国函,`,
      '340202,340299,recoded,2025-01-01,国函,',
      `${D},340299100202,merged,2025-01-01,国函,`,
    );
    expect([await county(one), await county(two)]).toEqual(['340299000000', '340203000000']);
  });
});

describe('a division that was split', () => {
  it('waits for a person to say where each household belongs', async () => {
    const [stays, goes] = [await makeHousehold(world, A), await makeHousehold(world, A)];
    const person = await makePerson(world, { division: A, householdId: goes });
    const other = await makePerson(world, { division: A, householdId: stays });
    const { refiled } = await list(`${A},${B},split,2025-01-01,民函,`, `${A},${C},split,2025-01-01,民函,`);
    expect(refiled).toEqual({ persons: 0, households: 0 });
    expect((await divisions.asOf(A, on('2026-01-01')))?.code).toBe(A);
    const say = (households: string[], division: string, prefix = '340202', reason = '按拆分方案第三条') =>
      asOfficer(prefix, () => service.fileUnder(households, division, reason));
    await expect(say([goes], D)).rejects.toMatchObject({ code: 'DIVISION_NOT_A_PART' });
    await expect(say([goes], B, '340202', 'x')).rejects.toMatchObject({ code: 'DIVISION_NEEDS_A_REASON' });
    await expect(say([], B)).rejects.toMatchObject({ code: 'DIVISION_HOUSEHOLDS_MAX' });
    await expect(say([goes], B, '340203')).rejects.toMatchObject({ code: 'HOUSEHOLD_UNKNOWN' });
    expect(await say([goes], C)).toBe(1);
    expect([await codeOf(person), await codeOf(other)]).toEqual([C, A]);
    expect(await world.admin('select done_by, reason from registration.refiling where person_id is not null')).toEqual([
      { done_by: 'officer', reason: '按拆分方案第三条' },
    ]);
    await expect(say([goes], B)).rejects.toMatchObject({ code: 'DIVISION_NOT_SPLIT' });
  });

  it('may go on itself when only a part was split off', async () => {
    await list(`${A},${B},split,2025-01-01,民函,是`);
    const [old] = await divisions.byCodes([A]);
    expect(old).toMatchObject({ validTo: null });
    expect((await divisions.asOf(B, on('2024-01-01')))?.code).toBe(A);
  });
});

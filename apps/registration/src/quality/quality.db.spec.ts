import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Caller } from '@app/access';
import { auditRecorder } from '@app/audit';
import { type Database, inContext, systemContext } from '@app/database';
import { day, type DivisionCode } from '@app/kernel';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { makeDivisions, makeHousehold, makePerson, type MadePerson, VILLAGE } from '../person/person.fixture';
import { QualityRepository } from './quality.repository';
import { CHECKS, QualityCheckRepository } from './quality-check.repository';
import { rateText } from './quality.rules';
import { QualityService } from './quality.service';

const ELSEWHERE = '340203100201';
const EMPTY = `truncate registration.person, registration.household, registration.quality_finding, registration.quality_month,
  registration.division_succession, registration.import_batch, registration.stated_total, registration.change cascade`;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'quality-'));
const clock = new TestClock('2026-04-01');
let world: TestDatabase;
let database: Database;
let service: QualityService;

beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('registration', { recorder: auditRecorder('registration') });
  service = new QualityService(database, clock, new QualityRepository(), new QualityCheckRepository());
  await makeDivisions(world, [VILLAGE, '340202100202', ELSEWHERE]);
});
beforeEach(() => {
  clock.set('2026-04-01');
  return world.admin(EMPTY);
});
afterAll(() => world.drop());
afterAll(() => fs.rmSync(folder, { recursive: true }));

const make = (person: MadePerson = {}) => makePerson(world, person);
const found = async (kind?: string) =>
  (await service.list({ prefix: '', state: 'open', kind }, undefined, 200)).map((f) => [
    f.kind,
    f.subjectId,
    f.otherId,
  ]);
const set = (id: string, what: string) =>
  database.write((tx) => tx.query(`update person set ${what} where id = $1`, [id]));
const callerOf = (role: Caller['roles'][number]): Caller => ({
  id: 'officer',
  name: '李审核',
  roles: [role],
  division: '340202000000' as DivisionCode,
});
const asOfficer = <T>(work: () => Promise<T>, prefix = '340202') =>
  inContext(systemContext('test', { actor: 'officer', division: prefix }), work);

/** One register for each kind that has this contradiction and no other; `repair` makes it right. */
type Story = () => Promise<{ subjects: string[]; others?: (string | null)[]; repair: () => Promise<unknown> }>;
const STORIES: Readonly<Record<string, Story>> = {
  NUMBER_HELD_TWICE: async () => {
    const [a, b] = [await make({ number: 'N1' }), await make({ number: 'N1' })];
    return { subjects: [a, b], others: [b, a], repair: () => set(b, `id_number_key = sha256('x')`) };
  },
  CERTIFICATE_HELD_TWICE: async () => {
    const [a, b] = [await make({ certificate: 'C1' }), await make({ certificate: 'C1' })];
    return { subjects: [a, b], others: [b, a], repair: () => set(b, `birth_certificate_key = sha256('x')`) };
  },
  NUMBER_CONTRADICTS_RECORD: async () => {
    const a = await make();
    await world.admin(
      `insert into registration.import_batch (id, file_name, file_sha256, file_bytes, encoding, unknown_columns, next_line, started_at)
       values ('00000000-0000-0000-0000-000000000001', 'x', sha256('x'), 1, 'utf-8', '{}', 2, now())`,
    );
    await world.admin(
      `insert into registration.import_warning select batch_id, batch_line, 'sex', 'SEX_DIFFERS_FROM_NUMBER', null, registry_person_id
         from registration.person where id = $1`,
      [a],
    );
    return { subjects: [a], repair: () => set(a, 'batch_line = 0') };
  },
  CHILD_WITHOUT_PARENT: async () => {
    const mother = await make({ name: '李艳', sex: 2 });
    await make({ born: '2008-04-01' }); // Eighteen today.
    const a = await make({ born: '2008-04-02' });
    return { subjects: [a], repair: () => set(a, `mother_id = '${mother}', mother_key = sha256('M')`) };
  },
  PARENT_TOO_YOUNG: async () => {
    const mother = await make({ born: '2000-05-01', sex: 2 });
    await make({ born: '2012-05-01', motherId: mother }); // On her twelfth birthday.
    const a = await make({ born: '2012-04-30', motherId: mother });
    return { subjects: [a], others: [mother], repair: () => set(mother, `born = '1990-05-01'`) };
  },
  PARENT_BORN_AFTER_CHILD: async () => {
    const father = await make({ born: '1990-05-01' });
    const a = await make({ born: '1989-04-30', fatherId: father });
    return { subjects: [a], others: [father], repair: () => set(a, `born = '2016-01-01'`) };
  },
  BORN_AFTER_PARENT_DIED: async () => {
    const father = await make({ born: '1960-05-01', died: '2000-01-01', status: 9 });
    await make({ born: '2000-10-01', fatherId: father });
    const a = await make({ born: '2000-12-01', fatherId: father });
    return { subjects: [a], others: [father], repair: () => set(a, `father_id = null`) };
  },
  BIRTH_DAY_MISSING: async () => {
    const a = await make({ born: null });
    return { subjects: [a], repair: () => set(a, `born = '1990-01-01'`) };
  },
  DEAD_HEAD: async () => {
    const household = await makeHousehold(world);
    const head = await make({ householdId: household, relation: '02', status: 9, died: '2026-01-01' });
    const widow = await make({ householdId: household, relation: '12', sex: 2 });
    expect(head).toBeDefined();
    return { subjects: [household], repair: () => set(widow, `relation_to_head = '02'`) };
  },
  HOUSEHOLD_WITHOUT_HEAD: async () => {
    const household = await makeHousehold(world);
    const a = await make({ householdId: household, relation: '20' });
    return { subjects: [household], repair: () => set(a, `relation_to_head = '02'`) };
  },
  HOUSEHOLD_WITH_TWO_HEADS: async () => {
    const household = await makeHousehold(world);
    await make({ householdId: household, relation: '02' });
    const b = await make({ householdId: household, relation: '02' });
    return { subjects: [household], repair: () => set(b, `relation_to_head = '20'`) };
  },
  HOUSEHOLD_ELSEWHERE: async () => {
    const household = await makeHousehold(world, '340202100202');
    await make({ householdId: household, relation: '02', division: '340202100202' });
    const a = await make({ householdId: household, relation: '20' });
    return { subjects: [a], repair: () => set(a, `division_code = '340202100202'`) };
  },
  DECEASED_WITHOUT_DATE: async () => {
    const a = await make({ status: 9 });
    return { subjects: [a], repair: () => set(a, `died = '2026-01-01'`) };
  },
  DEATH_DATE_WITHOUT_STATUS: async () => {
    const a = await make({ died: '2026-01-01' });
    return { subjects: [a], repair: () => set(a, 'died = null') };
  },
  MOVED_OUT_WITHOUT_DATE: async () => {
    const a = await make({ status: 8 });
    return { subjects: [a], repair: () => set(a, `moved_out_on = '2026-01-01'`) };
  },
  MOVED_OUT_AND_HERE: async () => {
    const a = await make({ movedOut: '2026-01-01' });
    return { subjects: [a], repair: () => set(a, 'moved_out_on = null') };
  },
  HOUSEHOLD_MEMBERS_DIFFER: async () => {
    const household = await makeHousehold(world, VILLAGE, '77');
    await make({ householdId: household, relation: '02' });
    const file = path.join(folder, 'stated.csv');
    fs.writeFileSync(
      file,
      'county_code,household_no,division_code,persons\n340202,77,,2\n340202,78,,2\n,,,2\n340202,77,,zwei\n',
    );
    expect(await service.importStated(file, day('2026-03-01'), '户口簿清点')).toEqual({ added: 1, rejected: 3 });
    return {
      subjects: [household],
      repair: () => make({ householdId: household, relation: '20', born: '1950-01-01' }),
    };
  },
  DIVISION_PERSONS_DIFFER: async () => {
    await make();
    const file = path.join(folder, 'stated.csv');
    fs.writeFileSync(file, 'county_code,household_no,division_code,persons\n,,340202100,2\n');
    await service.importStated(file, day('2026-03-01'), '统计公报');
    const [total] = await world.admin<{ id: string }>('select id from registration.stated_total');
    return { subjects: [total!.id], repair: () => make({ name: '李四', born: '1950-01-01' }) };
  },
  IMPORT_TOTALS_DIFFER: async () => {
    const id = '00000000-0000-0000-0000-0000000000aa';
    await world.admin(
      `insert into registration.import_batch (id, file_name, file_sha256, file_bytes, encoding, unknown_columns, state, next_line, total, accepted, rejected, started_at, finished_at)
       values ($1, 'x', sha256('x'), 1, 'utf-8', '{}', 'done', 4, 2, 1, 1, now(), now())`,
      [id],
    );
    const repair = () =>
      world.admin(`insert into registration.import_reject values ($1, 3, 'name', 'NAME_MISSING', null, null, '{}')`, [
        id,
      ]);
    return { subjects: [id], repair };
  },
  REGISTRY_CONTRADICTS_FACT: async () => {
    const a = await make();
    const change = '00000000-0000-0000-0000-0000000000cc';
    await world.admin(
      `insert into registration.change (id, kind, basis, reason, persons, actor, at) values ($1, 'registry', 'registry', '登记', '{}', 'system', now())`,
      [change],
    );
    await world.admin(
      `insert into registration.fact (id, kind, person_id, code, valid, certain, is_disputed, basis, recorded_by, recorded_at)
       values (gen_random_uuid(), 'death', $1, 'died', '[2026-01-01,2026-01-02)', '[2026-01-01,2026-01-02)', true, 'registry', $2, now())`,
      [a, change],
    );
    const repair = () => world.admin(`update registration.fact set ended_by = $1, ended_at = now()`, [change]);
    return { subjects: [a], repair };
  },
  DIVISION_ENDED: async () => {
    const household = await makeHousehold(world);
    const a = await make({ householdId: household, relation: '02' });
    await world.admin(
      `insert into registration.division_succession (old_code, new_code, kind, on_day, source, recorded_at)
       values ('${VILLAGE}', '340202100202', 'split', '2025-01-01', '民函', now())`,
    );
    const repair = async () => {
      await set(a, `division_code = '340202100202'`);
      await world.admin(`update registration.household set division_code = '340202100202'`);
    };
    return { subjects: [household], repair };
  },
};

describe('each kind of contradiction', () => {
  it('is in the catalogue, is looked for, and has a story here', async () => {
    const kinds = (await service.kinds()).map(({ code }) => code).sort();
    expect(Object.keys(CHECKS).sort()).toEqual(kinds);
    expect(Object.keys(STORIES).sort()).toEqual(kinds);
  });

  it.each(Object.keys(STORIES))('%s is found where it is, and closes by itself when it is gone', async (kind) => {
    const { subjects, others, repair } = await STORIES[kind]!();
    await service.refresh();
    const expected = subjects.map((subject, i) => [kind, subject, others?.[i] ?? null]);
    expect((await found()).sort()).toEqual(expected.sort());
    const [first] = await service.list({ prefix: '' }, undefined, 1);
    expect(first!.dueOn > '2026-04-01').toBe(true);
    expect(await service.refresh()).toEqual({ opened: 0, corrected: 0, askedAgain: 0 });
    await repair();
    expect(await service.refresh()).toEqual({ opened: 0, corrected: subjects.length, askedAgain: 0 });
    expect(await found()).toEqual([]);
    expect(await service.list({ prefix: '', state: 'corrected' }, undefined, 5)).toHaveLength(subjects.length);
  });
});

describe('a finding', () => {
  it('has an owner and a day: township or county, so many working days', async () => {
    await make({ number: 'N1' });
    await make({ number: 'N1', division: ELSEWHERE, name: '李四' });
    await make({ born: null });
    await service.refresh();
    const rows = await service.list({ prefix: '340202', state: 'open' }, undefined, 9);
    expect(rows.map(({ kind, ownerLevel, dueOn }) => [kind, ownerLevel, dueOn]).sort()).toEqual([
      ['BIRTH_DAY_MISSING', 'township', '2026-04-30'],
      ['NUMBER_HELD_TWICE', 'county', '2026-04-16'],
    ]);
    expect(await service.counts('340202')).toMatchObject([
      { kind: 'BIRTH_DAY_MISSING', open: 1, overdue: 0 },
      { kind: 'NUMBER_HELD_TWICE', open: 1, overdue: 0 },
    ]);
    clock.set('2026-04-17');
    expect(await service.counts('340202')).toMatchObject([{ overdue: 0 }, { kind: 'NUMBER_HELD_TWICE', overdue: 1 }]);
    const late = await service.list({ prefix: '', overdueOn: day('2026-04-17') }, undefined, 9);
    expect(late.map(({ kind }) => kind)).toEqual(['NUMBER_HELD_TWICE', 'NUMBER_HELD_TWICE']);
  });

  it('is confirmed as right by its owner with a reason, and asked again when something changes', async () => {
    const mother = await make({ born: '2000-05-01', sex: 2 });
    const child = await make({ born: '2011-05-01', motherId: mother });
    await make({ number: 'N1' });
    await make({ number: 'N1', name: '李四' });
    await service.refresh();
    const of = async (kind: string) => (await service.list({ prefix: '', state: 'open', kind }, undefined, 1))[0]!.id;
    const say = (role: Caller['roles'][number], id: string, reason = '出生医学证明和户口簿均已查看') =>
      asOfficer(() => service.confirmRight(callerOf(role), id, reason));
    await expect(say('township-reviewer', await of('NUMBER_HELD_TWICE'))).rejects.toMatchObject({
      code: 'QUALITY_OF_ANOTHER_LEVEL',
    });
    const id = await of('PARENT_TOO_YOUNG');
    await expect(say('township-reviewer', id, ' ')).rejects.toMatchObject({ code: 'QUALITY_NEEDS_A_REASON' });
    expect(await say('township-reviewer', id)).toMatchObject({ state: 'right', saidBy: 'officer' });
    await expect(say('township-reviewer', id)).rejects.toMatchObject({ code: 'QUALITY_FINDING_CLOSED' });
    expect(await service.refresh()).toEqual({ opened: 0, corrected: 0, askedAgain: 0 });
    await set(child, `born = '2010-05-01'`);
    expect(await service.refresh()).toEqual({ opened: 0, corrected: 0, askedAgain: 1 });
    expect(await of('PARENT_TOO_YOUNG')).toBe(id);
  });

  it('is another one when the same contradiction comes back', async () => {
    const a = await make({ born: null });
    await service.refresh();
    await set(a, `born = '1990-01-01'`);
    await service.refresh();
    await set(a, 'born = null');
    expect(await service.refresh()).toMatchObject({ opened: 1 });
    expect(await service.count({ prefix: '' })).toBe(2);
  });

  it('is seen where its subject is filed, and by no family', async () => {
    const a = await make({ number: 'N1', name: '李四' });
    await make({ number: 'N1', division: ELSEWHERE });
    await asOfficer(() => service.refresh()); // Whoever asks, the whole register is looked through.
    const seen = (prefix: string) => asOfficer(() => service.list({ prefix, state: 'open' }, undefined, 9), prefix);
    expect((await seen('340202')).map(({ subjectId }) => subjectId)).toEqual([a]);
    expect(await seen('340203')).toHaveLength(1);
    expect(await seen('340204')).toHaveLength(0);
    const [foreign] = await seen('340203');
    await expect(
      asOfficer(() => service.confirmRight(callerOf('county-confirmer'), foreign!.id, '户口簿已查看')),
    ).rejects.toMatchObject({ code: 'QUALITY_FINDING_UNKNOWN' });
    const family = systemContext('test', { division: undefined, family: { key: '00', persons: [a] } });
    for (const table of ['quality_finding', 'quality_word', 'quality_month', 'stated_total'])
      expect(await inContext(family, () => database.read((read) => read.query(`select 1 from ${table}`)))).toEqual([]);
  });

  it('goes out as lines of a file, page by page', async () => {
    for (let n = 0; n < 3; n++) await make({ born: null });
    await service.refresh();
    const page = await service.export({ prefix: '340202', state: 'open' }, undefined);
    expect(page.csv.split('\n')).toHaveLength(5);
    expect(page.csv).toMatch(/^id,kind,zh,en,severity,/);
    expect(page.after).toBeNull();
    const rest = await service.export({ prefix: '340202', state: 'open' }, [
      VILLAGE,
      '00000000-0000-0000-0000-000000000000',
    ]);
    expect(rest.csv.split('\n')).toHaveLength(4);
  });
});

describe('the rate of correct records of a month', () => {
  const monthOf = async (code: string) => (await service.months(code, '2026-03')).find((m) => m.divisionCode === code);

  it('counts what was put right in it, is frozen when it is over, and later lines are added', async () => {
    clock.set('2026-03-10');
    const people: string[] = [];
    for (let n = 0; n < 4; n++) people.push(await make({ born: null }));
    await service.refresh();
    clock.set('2026-03-20');
    await set(people[0]!, `born = '1990-01-01'`);
    await service.refresh();
    await expect(service.freezeMonth('2026-03')).rejects.toMatchObject({ code: 'QUALITY_MONTH_NOT_OVER' });
    await expect(service.freezeMonth('März')).rejects.toMatchObject({ code: 'QUALITY_MONTH_UNREADABLE' });
    clock.set('2026-04-02');
    expect(await service.freezeMonth('2026-03')).toMatchObject({ lines: 0 });
    expect(await monthOf('340202000000')).toMatchObject({ records: 4n, corrections: 1n, later: 0n });
    expect(await monthOf('340202100000')).toMatchObject({ records: 4n, corrections: 1n });
    await set(people[1]!, `born = '1990-01-01'`);
    await service.refresh(); // In April: none of March's.
    expect(await service.freezeMonth('2026-03')).toEqual({ frozen: 0, lines: 0 });
    await world.admin(
      `update registration.quality_finding set state = 'corrected', closed_at = '2026-03-31T15:59:59Z' where subject_id = $1`,
      [people[2]],
    );
    expect(await service.freezeMonth('2026-03')).toEqual({ frozen: 0, lines: 2 });
    expect(await monthOf('340202000000')).toMatchObject({ records: 4n, corrections: 1n, later: 1n });
    expect(await service.freezeMonth('2026-03')).toEqual({ frozen: 0, lines: 0 });
  });

  it('is 99.9 % when 233 of 233,000 records were put right', async () => {
    await database.write((tx) =>
      new QualityRepository().freeze(
        tx,
        '2026-03-01',
        [{ divisionCode: '340202000000', records: 233_000n, corrections: 233n }],
        'x',
        clock.now(),
      ),
    );
    const month = await monthOf('340202000000');
    expect(rateText(month!.records, month!.corrections + month!.later)).toBe('99.9');
  });

  it('cannot be rewritten', async () => {
    const change = (sql: string) => database.write((tx) => tx.query(sql));
    for (const sql of [
      'update quality_month set corrections = 0',
      'delete from quality_month_line',
      'delete from quality_finding',
      'delete from quality_kind',
    ])
      await expect(change(sql)).rejects.toThrow(/permission denied/);
  });
});

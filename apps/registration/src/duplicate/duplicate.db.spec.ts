import { auditRecorder } from '@app/audit';
import { type Database, inContext, systemContext } from '@app/database';
import { checkCharacter, day, type DivisionCode } from '@app/kernel';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import * as fc from 'fast-check';
import { keyOf, makeDivisions, makePerson, type MadePerson, VILLAGE } from '../person/person.fixture';
import { nameForMatching } from '../person/name.rules';
import { DuplicateRepository } from './duplicate.repository';
import { levelsOf, scoreOf, textsOf, verdictOf } from './duplicate.rules';
import { DuplicateSearchRepository } from './duplicate-search.repository';
import { DuplicateSearchService } from './duplicate-search.service';
import { DuplicateService } from './duplicate.service';
import type { ComparedRecord } from './duplicate.types';

const ELSEWHERE = '340203100201';
const EMPTY =
  'truncate registration.person, registration.change cascade; truncate registration.duplicate_run, registration.outbox';
const clock = new TestClock('2026-04-01');
const vault = new Vault(Buffer.alloc(32, 7));
const searches = new DuplicateSearchRepository();
let world: TestDatabase;
let database: Database;
let search: DuplicateSearchService;
let service: DuplicateService;

beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('registration', { recorder: auditRecorder('registration') });
  search = new DuplicateSearchService(database, clock, new DuplicateRepository(), searches);
  service = new DuplicateService(database, clock, vault, new DuplicateRepository(), searches);
  await makeDivisions(world, [VILLAGE, '340202100202', '340202101201', ELSEWHERE]);
});
beforeEach(() => {
  clock.set('2026-04-01');
  return world.admin(EMPTY);
});
afterAll(() => world.drop());

const officerOf = (county: string, actor = 'officer') => systemContext('test', { actor, division: county });
const asOfficer = <T>(work: () => Promise<T>, county = '340202', actor = 'officer') =>
  inContext(officerOf(county, actor), work);
const make = (person: MadePerson = {}) => makePerson(world, person);
const listed = async () =>
  (await service.list({ prefix: '', state: 'open' }, undefined, 50)).map(({ personA, personB, verdict }) => [
    [personA, personB].sort(),
    verdict,
  ]);
const change = (sql: string, parameters: unknown[]) => database.write((tx) => tx.query(sql, parameters));
const later = (minutes: number) => clock.set(`2026-04-01T05:${String(minutes).padStart(2, '0')}:00Z`);

describe('the comparison in SQL', () => {
  const mark = (marks: readonly string[]) => fc.option(fc.constantFrom(...marks), { nil: null });
  const record = fc.record({
    number: mark(['N1', 'N2']),
    idType: fc.constantFrom('111', 'PASSPORT'),
    legacy: mark(['L1', 'L2']),
    certificate: mark(['C1', 'C2']),
    name: fc.constantFrom(
      '王伟',
      '王玮',
      '伟王',
      '王国伟',
      '王建国',
      '王国建',
      '李强',
      '未取名',
      '王之子',
      '𠮷𬱖',
      '𠮷伟',
      '买买提·依明',
      '买买提•依明',
      '王',
    ),
    born: fc.option(fc.constantFrom('1985-07-09', '1985-09-07', '1985-07-10', '1986-07-09', '1990-01-31'), {
      nil: null,
    }),
    sex: fc.constantFrom(0, 1, 2, 9),
    motherKey: mark(['M1', 'M2']),
    fatherKey: mark(['F1', 'F2']),
    division: fc.constantFrom(VILLAGE, '340202100202', '340202101201', ELSEWHERE),
  });
  const compared = (p: {
    number: string | null;
    idType: string;
    legacy: string | null;
    certificate: string | null;
    name: string;
    born: string | null;
    sex: number;
    motherKey: string | null;
    fatherKey: string | null;
    division: string;
  }): ComparedRecord => ({
    numberKey: p.number,
    legacyKey: p.legacy,
    idType: p.number && p.idType,
    certificateKey: p.certificate,
    name: nameForMatching(p.name),
    born: p.born === null ? null : day(p.born),
    sex: p.sex,
    mother: p.motherKey,
    father: p.fatherKey,
    divisionCode: p.division,
  });

  it('comes to the levels, the score and the verdict of the rules, for any two records', async () => {
    const made = fc.sample(record, { numRuns: 220, seed: 5 });
    const ids: string[] = [];
    for (const one of made) ids.push(await make({ ...one, legacy: one.legacy ?? undefined }));
    let pairs = 0;
    const seen = new Set<string>();
    await database.read(async (read) => {
      for (let i = 0; i < ids.length; i++) {
        for (let j = 1; j <= 12; j++) {
          const k = (i * 7 + j * 13) % ids.length;
          if (k === i) continue;
          const found = await searches.compare(read, ids[i]!, ids[k]!);
          const levels = levelsOf(compared(made[i]!), compared(made[k]!));
          const expected = { score: scoreOf(levels), verdict: verdictOf(levels), levels: textsOf(levels) };
          expect({ score: found!.score, verdict: found!.verdict, levels: found!.levels }).toEqual(expected);
          seen.add(expected.verdict);
          pairs += 1;
        }
      }
    });
    expect(pairs).toBeGreaterThan(2_500);
    expect([...seen].sort()).toEqual(['certain', 'look', 'no']);
  }, 60_000);
});

describe('a search of the whole register', () => {
  it('lists second records with how sure it is, and no twin and no stranger', async () => {
    const parents = { motherKey: 'M1', fatherKey: 'F1' };
    const one = await make({ number: 'N1', ...parents });
    const again = await make({ ...parents, division: '340202101201' });
    const moved = await make({ name: '李艳红', number: 'N3', sex: 2 });
    const away = await make({ name: '李燕红', number: 'N3', sex: 2, division: ELSEWHERE });
    await make({ name: '王国强', number: 'N2', ...parents, certificate: 'C2' });
    await make({ name: '王建国', number: 'N4', motherKey: 'M9' });
    const summary = await search.run();
    expect(summary).toMatchObject({ isWhole: true, found: 4 });
    expect(await listed()).toEqual(
      expect.arrayContaining([
        [[one, again].sort(), 'certain'],
        [[moved, away].sort(), 'certain'],
      ]),
    );
    // The record without number may also be the twin, or the other man of that name and day: a person looks.
    expect((await listed()).filter(([, verdict]) => verdict === 'certain')).toHaveLength(2);
  });

  it('finds a pair by each of its blocks', async () => {
    const base = { name: '王建国', born: '1985-07-09', motherKey: null, fatherKey: null } as const;
    const cases: [string, MadePerson, MadePerson][] = [
      ['number', { number: 'N1' }, { number: 'N1', name: '王建军' }],
      [
        'legacy',
        { number: 'N2', legacy: 'L1', born: '1950-01-01' },
        { number: null, legacy: 'L1', born: '1950-01-01', name: '赵明' },
      ],
      [
        'certificate',
        { certificate: 'C1', number: 'N3', born: '2020-01-01' },
        { certificate: 'C1', name: '李四', born: '2019-12-31' },
      ],
      ['birthday', { number: 'N4', born: '1971-02-03', name: '李艳红' }, { born: '1971-02-03', name: '李燕红' }],
      ['swapped', { number: 'N5', born: '1972-02-03', name: '赵国强' }, { born: '1972-03-02', name: '赵国强' }],
      [
        'mother',
        { number: 'N6', born: '1973-02-03', name: '孙国强', motherKey: 'M6' },
        { born: '1974-02-03', name: '孙国强', motherKey: 'M6' },
      ],
      [
        'father',
        { number: 'N7', born: '1975-02-03', name: '周国强', fatherKey: 'F7' },
        { born: null, name: '周国强', fatherKey: 'F7' },
      ],
      ['village', { number: 'N8', born: '1976-02-03', name: '吴国强' }, { born: '1976-02-04', name: '吴国强' }],
    ];
    for (const [, a, b] of cases) {
      await make({ ...base, ...a });
      await make({ ...base, ...b });
    }
    const { found } = await search.run();
    expect(found).toBe(cases.length);
  });

  it('looks only at what changed since, and closes pairs that are alike no more', async () => {
    const [one, other] = [await make({ number: 'N1' }), await make({ name: '王建国' })];
    await search.run();
    expect(await listed()).toHaveLength(1);
    later(1);
    const [third] = [await make({ name: '赵晓梅', born: '1999-01-01', sex: 2 })];
    const summary = await search.run();
    expect(summary).toMatchObject({ isWhole: false, found: 0, gone: 0 });
    expect(summary.persons).toBeLessThanOrEqual(3);
    expect(third).toBeDefined();
    later(2);
    await change(
      `update person set id_number_key = $2, id_type = '111', id_number_sealed = $2, id_number_mask = 'x', changed_xid = pg_current_xact_id() where id = $1`,
      [other, keyOf('N2')],
    );
    expect(await search.run()).toMatchObject({ gone: 1 });
    expect(await listed()).toEqual([]);
    later(3);
    await change(
      `update person set id_number_key = null, id_type = null, id_number_sealed = null, id_number_mask = null, changed_xid = pg_current_xact_id() where id = $1`,
      [other],
    );
    await search.run();
    expect(await listed()).toEqual([[[one, other].sort(), expect.any(String)]]);
  });

  it('run twice lists the same once', async () => {
    await make({ number: 'N1' });
    await make({});
    await search.run({ isWhole: true });
    later(1);
    expect(await search.run({ isWhole: true })).toMatchObject({ found: 0, gone: 0 });
    expect(await listed()).toHaveLength(1);
  });
});

describe('an officer’s word that two records are two people', () => {
  it('takes a pair off the list, for good, until it is taken back for a reason', async () => {
    await make({ number: 'N1' });
    const b = await make({});
    await search.run();
    const [pair] = await service.list({ prefix: '', state: 'open' }, undefined, 5);
    await asOfficer(async () => {
      await expect(service.settleNotSame(pair!.id, ' no ')).rejects.toMatchObject({ code: 'DUPLICATE_NEEDS_A_REASON' });
      const settled = await service.settleNotSame(pair!.id, '两本户口簿均已查看');
      expect(settled.state).toBe('not-same');
      expect(await service.said([settled])).toMatchObject([{ saidBy: 'officer', reason: '两本户口簿均已查看' }]);
      await expect(service.settleNotSame(pair!.id, '再说一次')).rejects.toMatchObject({
        code: 'DUPLICATE_WRONG_STATE',
      });
      expect(await service.like(b)).toEqual([]);
    });
    later(1);
    await search.run({ isWhole: true });
    expect(await listed()).toEqual([]);
    await asOfficer(() => service.settleTakenBack(pair!.id, '材料有误，重新核对'));
    expect(await listed()).toHaveLength(1);
    later(2);
    await search.run({ isWhole: true });
    expect(await listed()).toHaveLength(1);
  });

  it('keeps a pair from being listed that no search had found yet', async () => {
    const [a, b] = [await make({ number: 'N1' }), await make({})];
    await asOfficer(() => service.markNotSame(b, a, '两本户口簿均已查看'));
    await search.run();
    expect(await listed()).toEqual([]);
    expect(await database.read((read) => service.areNotSame(read, a, b))).toBe(true);
    await asOfficer(() => database.write((tx) => service.takeBackNotSameWithin(tx, a, b, '弄错了人员')));
    expect(await database.read((read) => service.areNotSame(read, a, b))).toBe(false);
  });

  it('is history: not rewritten, not said in another’s name, not about oneself', async () => {
    const [a, b] = [await make({ number: 'N1' }), await make({})].sort();
    await asOfficer(() => service.markNotSame(a!, b!, '两本户口簿均已查看'));
    await expect(service.markNotSame(a!, a!, '两本户口簿均已查看')).rejects.toMatchObject({
      code: 'DUPLICATE_OF_ITSELF',
    });
    const say = (sql: string) => asOfficer(() => database.write((tx) => tx.query(sql, [a, b])));
    await expect(
      say(
        `insert into not_same (person_a, person_b, reason, said_by, said_at) values ($1, $2, 'abcd', 'another', now())`,
      ),
    ).rejects.toThrow(/permission denied/);
    await expect(say(`update not_same set reason = 'another' where person_a = $1 and person_b = $2`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(say(`delete from not_same where person_a = $1 and person_b = $2`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(
      say(
        `update not_same set taken_back_reason = 'abcd', taken_back_by = 'another', taken_back_at = now() where person_a = $1 and person_b = $2`,
      ),
    ).rejects.toThrow(/row-level security/);
  });
});

describe('a merge by the register', () => {
  it('closes the pair with a link and opens it again when it is undone', async () => {
    const [a, b] = [await make({ number: 'N1' }), await make({})];
    await search.run();
    const change = '00000000-0000-4000-8000-00000000000c';
    await database.write((tx) => service.markMerged(tx, a, b, change));
    const [merged] = await service.list({ prefix: '', state: 'merged' }, undefined, 5);
    expect(merged).toMatchObject({ keptId: a, changeId: change });
    await expect(asOfficer(() => service.markNotSame(a, b, '两本户口簿均已查看'))).rejects.toMatchObject({
      code: 'DUPLICATE_WRONG_STATE',
    });
    later(1);
    await search.run({ isWhole: true });
    expect(await listed()).toEqual([]);
    await database.write((tx) => service.markUnmerged(tx, a, b));
    expect(await listed()).toHaveLength(1);
  });

  it('is followed by the next search, also when nobody told: merged is settled, a record that lives on in another is looked for no more', async () => {
    const [a, b] = [await make({ number: 'N1' }), await make({})];
    await search.run();
    const [merging, undo] = ['00000000-0000-4000-8000-00000000000d', '00000000-0000-4000-8000-00000000000e'];
    for (const [id, kind, undoes] of [
      [merging, 'merge', null],
      [undo, 'undo', merging],
    ])
      await world.admin(
        `insert into registration.change (id, kind, basis, reason, persons, undoes, actor, at) values ($1, $2, 'document', '合并', $3, $4, 'officer', now())`,
        [id, kind, [a, b], undoes],
      );
    await change(`insert into merge (id, from_id, into_id, change_id) values ($1, $2, $3, $1)`, [merging, b, a]);
    await change('update person set merged_into = $1 where id = $2', [a, b]);
    later(1);
    expect(await search.run({ isWhole: true })).toMatchObject({ persons: 0, compared: 0 });
    expect(await service.list({ prefix: '', state: 'merged' }, undefined, 5)).toMatchObject([
      { keptId: a, changeId: merging },
    ]);
    await change('update merge set undone_by = $1', [undo]);
    await change('update person set merged_into = null where id = $1', [b]);
    later(2);
    await search.run({ isWhole: true });
    expect(await listed()).toHaveLength(1);
  });
});

describe('a search while somebody waits', () => {
  const newcomer = { name: '王建国', born: day('1985-07-19'), sex: 1, divisionCode: VILLAGE as DivisionCode };

  it('finds who is registered already, by number, certificate, or name and day', async () => {
    const number = `34020219850719001${checkCharacter('34020219850719001')}`;
    const key = vault.blindIndex('id-number', number);
    const a = await make({ name: '赵六', born: '1985-07-19' });
    await change(
      `update person set id_number_key = $2, id_type = '111', id_number_sealed = $2, id_number_mask = 'x' where id = $1`,
      [a, key],
    );
    const b = await make({});
    await asOfficer(async () => {
      await expect(service.find({ ...newcomer, name: null, born: null })).rejects.toMatchObject({
        code: 'DUPLICATE_NEEDS_MORE',
      });
      await expect(
        service.find({ ...newcomer, idNumber: `34020219850719002${checkCharacter('34020219850719001')}` }),
      ).rejects.toMatchObject({
        code: 'DUPLICATE_NUMBER_UNREADABLE',
      });
      expect(await service.find(newcomer)).toMatchObject([{ personId: b, verdict: 'look' }]);
      expect(
        (await service.find({ ...newcomer, name: '某某', idNumber: number.toLowerCase() })).map(
          ({ personId }) => personId,
        ),
      ).toContain(a);
    });
  });

  it('tells of a record in another county that there is one, when it is certain, and not whose', async () => {
    const there = await make({ number: 'N1', motherKey: 'M1', fatherKey: 'F1', division: ELSEWHERE });
    const here = await make({ motherKey: 'M1', fatherKey: 'F1' });
    const found = await asOfficer(() => service.like(here));
    expect(found).toEqual([{ personId: null, levels: [], score: expect.any(Number), verdict: 'certain' }]);
    expect(await asOfficer(() => service.like(here), '')).toMatchObject([{ personId: there }]);
    await expect(asOfficer(() => service.like(there))).rejects.toMatchObject({ code: 'PERSON_UNKNOWN' });
    // Likeness alone is not told across a border: it would be a way to ask around.
    expect(await asOfficer(() => service.find(newcomer), '340204')).toEqual([]);
  });
});

describe('rows of pairs', () => {
  it('are seen by the officers of either record and by nobody else', async () => {
    const [a, b] = [await make({ number: 'N1', division: ELSEWHERE }), await make({ division: VILLAGE, number: 'N1' })];
    await search.run();
    const seen = (county: string) =>
      asOfficer(() => service.list({ prefix: county, state: 'open' }, undefined, 5), county);
    expect(await seen('340202')).toHaveLength(1);
    expect(await seen('340203')).toHaveLength(1);
    expect(await seen('340204')).toHaveLength(0);
    const family = systemContext('test', { division: undefined, family: { key: '00', persons: [a, b] } });
    const rows = await inContext(family, () => database.read((read) => read.query('select 1 from duplicate_pair')));
    expect(rows).toEqual([]);
    await asOfficer(() => service.markNotSame(a, b, '两本户口簿均已查看'));
    expect(await inContext(family, () => database.read((read) => read.query('select 1 from not_same')))).toEqual([]);
  });
});

import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { randomUUID } from 'node:crypto';
import { inContext, systemContext } from '@app/database';
import { day, type PartialDay } from '@app/kernel';
import { asOfficer } from '../../../../test/support/officer';
import {
  A,
  B,
  C,
  named,
  numberOf,
  openResidences,
  registered,
  type ResidenceWorld,
  stay,
  X,
} from './residence.fixture';
import type { NewNotice } from './residence.types';

let world: ResidenceWorld;

beforeAll(async () => {
  world = await openResidences();
});
beforeEach(async () => {
  await world.test.admin(
    'truncate migrant.resident, migrant.outbox, migrant.feed_position, migrant.division_succession cascade',
  );
  world.register.persons.length = 0;
  world.register.identities.clear();
  world.register.list = { successions: [], counties: [] };
});
afterAll(() => world.test.drop());

/** Of several people, each with references of their own and, a moment apart, with ids in that order. */
const note = (notice: NewNotice, sequence = 1) => {
  if (sequence > 1) world.clock.advance(1);
  const reference = sequence > 1 ? `${notice.reference}/${sequence}` : notice.reference;
  return world.residences.note(named(sequence), { ...notice, reference }, null);
};

/** Standing periods as place, days and whether they are looked into. */
async function standing(): Promise<string[]> {
  const rows = await world.test.admin<{ text: string }>(
    `select concat_ws(' ', place_code, valid, certain, basis, case when is_disputed then 'disputed' end) as text
       from migrant.residence_period where ended_at is null order by 1`,
  );
  return rows.map(({ text }) => text);
}
const count = async (table: string): Promise<number> =>
  (await world.test.admin<{ n: number }>(`select count(*)::int as n from migrant.${table}`))[0]!.n;
const periodAt = async (place: string): Promise<string> =>
  (
    await world.test.admin<{ id: string }>(
      'select id from migrant.residence_period where place_code = $1 and ended_at is null',
      [place],
    )
  )[0]!.id;

describe('a notice', () => {
  it('seals the number, shows a mask, and becomes a period', async () => {
    const { residentId, isNew } = await note(stay(A, '2024-03'));
    expect(isNew).toBe(true);
    expect(await standing()).toEqual([`${A} [2024-03-01,) [2024-04-01,) declared`]);
    const [row] = await world.test.admin('select number_mask as mask, person_id as person from migrant.resident');
    expect(row).toEqual({ mask: `3402${'*'.repeat(14)}`, person: null });
    const [message] = await world.test.admin<{ payload: unknown }>('select payload from migrant.outbox');
    expect(message!.payload).toEqual({ resident: residentId });
  });

  it('is one however often it is sent, and under another reference too where it says the same', async () => {
    await note(stay(A, '2024-03-05'));
    const again = await Promise.all([1, 2, 3].map(() => note(stay(A, '2024-03-05'))));
    expect(again.map(({ isNew }) => isNew)).toEqual([false, false, false]);
    expect((await note(stay(A, '2024-03-05', { reference: 'another' }))).isNew).toBe(false);
    expect([await count('resident'), await count('residence_notice'), await count('residence_period')]).toEqual([
      1, 1, 1,
    ]);
    await expect(note(stay(B, '2024-03-05', { reference: `${A}-2024-03-05--` }))).rejects.toMatchObject({
      code: 'NOTICE_REFERENCE_TAKEN',
    });
    await expect(world.residences.note(named(2), stay(A, '2024-03-05'), null)).rejects.toMatchObject({
      code: 'NOTICE_REFERENCE_TAKEN',
    });
  });

  it('is taken once where it comes from ten hands at the same moment', async () => {
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => note(stay(A, '2024-03-05'))));
    expect(outcomes.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect([await count('resident'), await count('residence_notice')]).toEqual([1, 1]);
  });

  it.each([
    ['a day to come', stay(A, '2026-06-02'), 'RESIDENCE_IN_FUTURE'],
    ['a stay without a day', stay(A, '2024-03-05', { ends: '2024-03-05' as PartialDay }), 'RESIDENCE_WITHOUT_DAYS'],
    ['a day before birth', stay(A, '1990-05-05'), 'RESIDENCE_BEFORE_BIRTH'],
  ])('refuses %s, and keeps nothing of it', async (_what, notice, code) => {
    await expect(note(notice)).rejects.toMatchObject({ code });
    expect(await count('resident')).toBe(0);
  });

  it('refuses a number that is none, and one that is on record under another name', async () => {
    await expect(
      world.residences.note(
        named(1, { idNumber: numberOf('1990-05-06', 1).replace(/.$/, '#') }),
        stay(A, '2024'),
        null,
      ),
    ).rejects.toMatchObject({ code: 'RESIDENT_NUMBER_UNREADABLE' });
    await note(stay(A, '2024'));
    await expect(world.residences.note(named(1, { name: '李强' }), stay(B, '2025'), null)).rejects.toMatchObject({
      code: 'RESIDENT_NUMBER_OF_ANOTHER',
    });
  });

  it('ends the one before, which stays on record as it was known', async () => {
    await note(stay(A, '2024-03-05'));
    world.clock.advance(1_000);
    await note(stay(X, '2025-01'));
    expect(await standing()).toEqual([
      `${A} [2024-03-05,2025-02-01) [2024-03-05,2025-01-01) declared`,
      `${X} [2025-01-01,) [2025-02-01,) declared`,
    ]);
    expect(await count('residence_period')).toBe(3);
  });
});

describe('any order of notices', () => {
  const all: NewNotice[] = [
    stay(A, '2020-02-01'),
    stay(B, '2021', { source: 'permit', basis: 'agency' }),
    stay(X, '2022-05', { ends: '2023-06-01' as PartialDay }),
    stay(C, '2020-02-01', { source: 'permit', basis: 'agency', ends: '2020-12-01' as PartialDay }),
    {
      ...stay(B, '2021'),
      kind: 'end',
      starts: null,
      ends: '2022-03-01' as PartialDay,
      reference: 'end-b',
      basis: 'document',
    },
    stay(A, '2024-01', { basis: 'document' }),
  ];

  it('gives the same periods', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 12; round++) {
      await world.test.admin('truncate migrant.resident cascade');
      const shuffled = all
        .map((one, i) => ({ one, at: (i * 7 + round * 5 + i * round) % 13 }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one);
      for (const notice of [...shuffled, shuffled[0]!]) {
        if (notice.kind === 'stay') await note(notice);
        else {
          // It can only be given of somebody who is on record.
          await note(all[1]!);
          const [{ id }] = (await world.test.admin<{ id: string }>('select id from migrant.resident')) as [
            { id: string },
          ];
          const { reference, basis, placeCode, ends } = notice;
          await world.residences.end(id, placeCode!, ends!, { reference, basis, sourceRef: null });
        }
        world.clock.advance(1_000);
      }
      outcomes.add((await standing()).join('\n'));
    }
    expect([...outcomes]).toHaveLength(1);
    expect([...outcomes][0]).toContain('disputed');
  });
});

describe('two sources that contradict each other', () => {
  const permit = stay(X, '2024-03-01', { source: 'permit', basis: 'agency' });

  it('stand beside each other, the weaker under investigation, until an officer says that it does not hold', async () => {
    await note(stay(A, '2024-03-01'));
    await note(permit);
    expect(await standing()).toEqual([
      `${A} [2024-03-01,) [2024-03-01,) declared disputed`,
      `${X} [2024-03-01,) [2024-03-01,) agency`,
    ]);
    await expect(world.residences.settle(await periodAt(X), true, '现场核实')).rejects.toMatchObject({
      code: 'RESIDENCE_NOT_DISPUTED',
    });
    await world.residences.settle(await periodAt(A), false, '本人说明填写有误');
    expect(await standing()).toEqual([`${X} [2024-03-01,) [2024-03-01,) agency`]);
    // What was found not to be so is not said again.
    expect((await note(stay(A, '2024-03-01', { reference: 'once more' }))).isNew).toBe(false);
    expect(await standing()).toHaveLength(1);
  });

  it('are settled for the weaker one on an officer’s word, and the other is not said again', async () => {
    await note(stay(A, '2024-03-01'));
    await note(permit);
    await asOfficer('officer-1', async () => world.residences.settle(await periodAt(A), true, '居委会证明'));
    expect(await standing()).toEqual([`${A} [2024-03-01,) [2024-03-01,) declared`]);
    expect((await note({ ...permit, reference: 'again' })).isNew).toBe(false);
    expect(await standing()).toHaveLength(1);
    const [{ by, why }] = (await world.test.admin(
      'select withdrawn_by as by, settled_why as why from migrant.residence_notice where withdrawn_at is not null',
    )) as [{ by: string; why: string }];
    expect([by, why]).toEqual(['officer-1', '居委会证明']);
  });

  it('leave alone what contradicts something else', async () => {
    await note(stay(A, '2024-03-01'));
    await note(stay(B, '2024-03-01'));
    await note(stay(C, '2024-03-01', { basis: 'document' }));
    await note(permit);
    expect(await standing()).toHaveLength(4);
    await world.residences.settle(await periodAt(C), false, '证明系伪造');
    expect((await standing()).filter((text) => text.endsWith('disputed'))).toHaveLength(2);
  });
});

describe('a correction', () => {
  const better = { reference: 'fix-1', basis: 'declared' as const, sourceRef: null };

  it('puts a better notice in the place of one, once', async () => {
    await note(stay(A, '2024-03'));
    const [wrong, fixed] = [await periodAt(A), { starts: '2023-11-20' as PartialDay }];
    await world.residences.correct(wrong, fixed, '想起了到达日期', better);
    expect((await world.residences.correct(wrong, fixed, '想起了到达日期', better)).isNew).toBe(false);
    expect(await standing()).toEqual([`${A} [2023-11-20,) [2023-11-20,) declared`]);
    await expect(
      world.residences.correct(wrong, fixed, '再次更正日期', { ...better, reference: 'fix-2' }),
    ).rejects.toMatchObject({ code: 'RESIDENCE_PERIOD_UNKNOWN' });
    const reasonless = { ...better, reference: 'fix-3' };
    await expect(world.residences.correct(await periodAt(A), fixed, '又', reasonless)).rejects.toMatchObject({
      code: 'RESIDENCE_NEEDS_A_REASON',
    });
  });

  it('does not replace what stands on better evidence', async () => {
    await note(stay(A, '2024-03', { source: 'permit', basis: 'agency' }));
    const period = await periodAt(A);
    await expect(world.residences.correct(period, { placeCode: B }, '实际住在邻村', better)).rejects.toMatchObject({
      code: 'RESIDENCE_ON_BETTER_EVIDENCE',
    });
    expect(await standing()).toHaveLength(1);
  });
});

describe('what the registry tells', () => {
  const keyOf = (sequence: number) =>
    world.vault.blindIndex('id-number', numberOf('1990-05-06', sequence)).toString('hex');

  it('is kept of residents only: origin, death and its reversal', async () => {
    const [known, other] = [randomUUID(), randomUUID()];
    await note(stay(A, '2024-03-01'));
    world.register.persons.push(
      registered(known, { idNumberKey: keyOf(1), movedInOn: day('2010-01-01') }),
      registered(other, { idNumberKey: keyOf(2) }),
    );
    expect(await world.feed.pull()).toBe(1);
    expect(await world.test.admin('select person_id as id from migrant.resident')).toEqual([{ id: known }]);
    const origins = () =>
      world.test.admin(
        'select division_code as code, valid::text as valid, basis from migrant.resident_origin where ended_at is null order by valid',
      );
    expect(await origins()).toEqual([{ code: X, valid: '[2010-01-01,)', basis: 'registry' }]);

    world.register.persons.push(
      registered(known, { divisionCode: B, movedInOn: day('2025-02-01'), died: day('2026-02-03'), status: 9 }),
    );
    await world.feed.pull();
    expect(await standing()).toEqual([`${A} [2024-03-01,2026-02-03) [2024-03-01,2026-02-03) declared`]);
    expect(await origins()).toEqual([
      { code: X, valid: '[2010-01-01,2025-02-01)', basis: 'registry' },
      { code: B, valid: '[2025-02-01,)', basis: 'registry' },
    ]);

    world.register.persons.push(registered(known, { divisionCode: B, movedInOn: day('2025-02-01') }));
    await world.feed.pull();
    expect(await standing()).toEqual([`${A} [2024-03-01,) [2024-03-01,) declared`]);
    expect(await count('resident')).toBe(1);
  });

  it('changes nothing when it is told again', async () => {
    const person = registered(randomUUID(), {
      idNumberKey: keyOf(1),
      movedInOn: day('2010-01-01'),
      died: day('2026-02-03'),
    });
    await note(stay(A, '2024-03-01'));
    world.register.persons.push(person);
    await world.feed.pull();
    const before = [await count('residence_notice'), await count('residence_period'), await count('resident_origin')];
    world.register.persons.push(person, person);
    await world.feed.pull();
    expect([await count('residence_notice'), await count('residence_period'), await count('resident_origin')]).toEqual(
      before,
    );
  });

  it('joins two residents whose records are one person, to the last notice', async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    await note(stay(A, '2020-03-01'), 1);
    await note(stay(C, '2023-01-01'), 2);
    world.register.persons.push(registered(one, { idNumberKey: keyOf(1) }), registered(two, { idNumberKey: keyOf(2) }));
    await world.feed.pull();
    world.register.persons.push(registered(two, { idNumberKey: keyOf(2), mergedInto: one }));
    await world.feed.pull();
    expect(await world.test.admin('select person_id as id from migrant.resident')).toEqual([{ id: one }]);
    expect(await standing()).toEqual([
      `${A} [2020-03-01,2023-01-01) [2020-03-01,2023-01-01) declared`,
      `${C} [2023-01-01,) [2023-01-01,) declared`,
    ]);
  });

  it('follows a record that goes on under another one', async () => {
    const [old, survivor] = [randomUUID(), randomUUID()];
    await note(stay(A, '2020-03-01'));
    world.register.persons.push(registered(old, { idNumberKey: keyOf(1) }));
    await world.feed.pull();
    world.register.persons.push(registered(old, { mergedInto: survivor }));
    await world.feed.pull();
    expect(await world.test.admin('select person_id as id from migrant.resident')).toEqual([{ id: survivor }]);
  });

  it('finds somebody new by name and number, with their origin', async () => {
    const personId = randomUUID();
    const { residentId } = await note(stay(A, '2024-03-01'));
    world.register.identities.set(`王芳/${numberOf('1990-05-06', 1)}`, { personId, divisionCode: X });
    await world.feed.link(residentId);
    expect(await world.residences.standing([personId, randomUUID()], day('2025-01-01'))).toEqual([personId]);
    expect(await world.residences.standing([personId], day('2024-02-29'))).toEqual([]);
  });
});

describe('who lived here then', () => {
  const ask = async (prefix: string, on: string) =>
    (await world.views.on(prefix, day(on), undefined, 50)).map(({ spans }) => spans[0]!.answer);

  it('is answered by subtree, with the three answers', async () => {
    await note(stay(A, '2024-03-01'), 1);
    await note(stay(B, '2024-05'), 2);
    await note(stay(C, '2024-05-01'), 3);
    await note(stay(X, '2024-05-01', { source: 'permit', basis: 'agency' }), 3);
    expect(await ask('340202', '2024-05-10')).toEqual(['yes', 'possible', 'under-investigation']);
    expect(await ask('340202001', '2024-05-10')).toEqual(['yes', 'possible']);
    expect(await ask('42', '2024-05-10')).toEqual(['yes']);
    expect(await ask('34', '2023-05-10')).toEqual([]);
  });

  it('goes by pages without leaving anybody out, though many at hand did not live there', async () => {
    for (let n = 1; n <= 9; n++) await note(stay(n % 3 === 0 ? B : A, '2024-03-01'), n);
    world.register.list = {
      successions: [{ oldCode: B, newCode: C, kind: 'merged', onDay: day('2025-01-01'), isOldKept: false }],
      counties: [],
    };
    await world.feed.pull();
    const seen: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await world.views.on(C, day('2025-06-01'), after, 2);
      seen.push(...page.map(({ resident }) => resident.id));
      if (page.length < 2) break;
      after = page.at(-1)!.resident.id;
    }
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(3);
    expect(await ask(B, '2025-06-01')).toEqual([]);
    // Officers of what the division became see them by id as well, whenever the list came.
    await note(stay(B, '2024-03-01'), 10);
    const visibleFrom = (division: string) =>
      inContext(systemContext('test', { division }), () =>
        world.database.read((read) => read.query<{ n: number }>('select count(*)::int as n from residence_period')),
      );
    expect((await visibleFrom(C))[0]!.n).toBe(4);
    expect((await visibleFrom('340202003'))[0]!.n).toBe(0);
    expect(await ask(B, '2024-06-01')).toHaveLength(4);
  });

  it('refuses a period that ends before it begins, or is a lifetime', async () => {
    const between = (from: string, until: string) => () =>
      world.views.between('34', { from: day(from), until: day(until) }, undefined, 5);
    expect(between('2024-01-01', '2024-01-01')).toThrow(/RESIDENCE|must end after/);
    expect(between('2000-01-01', '2024-01-01')).toThrow(/At most 10 years/);
  });
});

describe('the permit authority’s file', () => {
  it('goes in line by line, says what is wrong with the others, and changes nothing a second time', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-permits-'));
    const file = path.join(folder, 'permits.csv');
    const line = (no: string, number: string, place: string, from: string, more = '') =>
      `${no},王芳,${number},${place},${from},${more}`;
    fs.writeFileSync(
      file,
      [
        'notice_no,name,id_number,place_code,from,origin_code',
        line('P1', numberOf('1990-05-06', 1), A, '2024-03', X),
        line('P2', '340202199005060000', A, '2024-03'),
        line('P3', numberOf('1990-05-06', 3), '34', '2024-03'),
        line('P4', numberOf('1990-05-06', 4), A, '2024-13'),
        line('P5', numberOf('1990-05-06', 5), A, '2030-01'),
        'P6,王芳',
        line('P7', numberOf('1990-05-06', 7), '340202', 'unknown'),
      ].join('\n') + '\n',
    );
    const rejectsFile = path.join(folder, 'rejects.csv');
    expect(await world.permits.import(file, { rejectsFile })).toEqual({
      total: 7,
      accepted: 2,
      unchanged: 0,
      rejected: 5,
      perCode: {
        RESIDENT_NUMBER_UNREADABLE: 1,
        RESIDENCE_PLACE_UNREADABLE: 1,
        RESIDENCE_DAY_UNREADABLE: 1,
        RESIDENCE_IN_FUTURE: 1,
        PERMIT_UNREADABLE: 1,
      },
    });
    const rejects = fs.readFileSync(rejectsFile, 'utf8').trim().split('\n');
    expect(rejects).toHaveLength(6);
    expect(rejects[1]).toMatch(/^3,.*RESIDENT_NUMBER_UNREADABLE,第 3 行.*Line 3.*P2/);
    expect(rejects.join('\n')).not.toContain('340202199005060000');
    expect(await world.permits.import(file)).toMatchObject({ accepted: 0, unchanged: 2, rejected: 5 });
    expect(await count('resident')).toBe(2);
    fs.rmSync(folder, { recursive: true });
  });
});

describe('what is seen and done of a resident', () => {
  const as = <T>(context: Parameters<typeof systemContext>[1], work: () => Promise<T>): Promise<T> =>
    inContext(systemContext('test', { permission: 'residence.read', ...context }), work);

  it('is for the officers of where they live or come from, and for themselves', async () => {
    const { residentId } = await world.residences.note(named(), stay(A, '2024-03-01'), {
      divisionCode: X,
      from: null,
      basis: 'declared',
      sourceRef: null,
    });
    const seen = (context: Parameters<typeof systemContext>[1]) =>
      as(context, async () => (await world.residents.byIds([residentId])).length);
    const key = world.vault.blindIndex('id-number', numberOf('1990-05-06', 1)).toString('hex');
    expect(await seen({ division: '340202' })).toBe(1);
    expect(await seen({ division: '42' })).toBe(1);
    expect(await seen({ division: '3403' })).toBe(0);
    expect(await seen({ division: undefined, family: { key, persons: [] } })).toBe(1);
    expect(await seen({ division: undefined, family: { key: '00', persons: [randomUUID()] } })).toBe(0);
    const evidence = { reference: 'gone', basis: 'declared' as const, sourceRef: null };
    await expect(
      as({ division: '3403', actor: 'far' }, () => world.residences.end(residentId, A, '2025' as PartialDay, evidence)),
    ).rejects.toMatchObject({ code: 'RESIDENT_UNKNOWN' });
  });

  it('is taken at the counter of a new place though the old one is not to be seen from there', async () => {
    await note(stay(X, '2020-01-01'));
    await as({ division: '340202', actor: 'officer' }, () => note(stay(A, '2024-03-01')));
    expect(await count('resident')).toBe(1);
    expect(await standing()).toHaveLength(2);
  });

  it('is not tried out by number', async () => {
    await note(stay(A, '2024-03-01'));
    const look = (sequence: number) =>
      as({ division: '340202', actor: 'curious' }, () =>
        world.residents.findByNumber(numberOf('1990-05-06', sequence)),
      );
    expect(await look(1)).not.toBeNull();
    for (let n = 2; n <= 6; n++) expect(await look(n)).toBeNull();
    await expect(look(1)).rejects.toMatchObject({ code: 'LOOKUP_LOCKED' });
  });

  it('is gone with one statement, from every table', async () => {
    const { residentId } = await note(stay(A, '2024-03-01'));
    await note(stay(B, '2025'));
    await world.test.admin('truncate migrant.lookup_miss');
    await as({ division: '340202', actor: 'clerk' }, () => world.residents.findByNumber(numberOf('1990-05-06', 1)));
    expect(await count('lookup_found')).toBe(1);
    await world.test.admin('delete from migrant.resident where id = $1', [residentId]);
    for (const table of ['resident', 'residence_notice', 'residence_period', 'resident_origin', 'lookup_found'])
      expect([table, await count(table)]).toEqual([table, 0]);
  });
});

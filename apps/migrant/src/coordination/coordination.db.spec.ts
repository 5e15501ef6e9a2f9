import { auditRecorder } from '@app/audit';
import type { Caller } from '@app/access';
import type { CoordinationAsked, CoordinationMatter, CoordinationReply } from '@app/contracts';
import { type Database, inContext, systemContext } from '@app/database';
import { checkCharacter, type DivisionCode, divisionPrefix } from '@app/kernel';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import type { INestApplicationContext } from '@nestjs/common';
import { asOfficer } from '../../../../test/support/officer';
import { CoordinationBellService } from './coordination-bell.service';
import { openCoordination } from './coordination.fixture';
import { CoordinationOpeningService } from './coordination-opening.service';
import { CoordinationService } from './coordination.service';
import { HAND_OVER_MOVES, MOVES } from './coordination.state';
import type { RequestRow } from './coordination.types';

const OURS = '340202000000' as DivisionCode;
const THEIRS = '430203000000' as DivisionCode;
const NUMBER = ((digits) => digits + checkCharacter(digits))('34020219960606002');
const PERSON = '0199f2d0-0000-7000-8000-000000000001';

const officer = (id: string, division: DivisionCode): Caller => ({
  id,
  name: id,
  roles: ['county-confirmer'],
  division,
});
const [asker, asked, stranger] = [
  officer('asker', OURS),
  officer('asked', THEIRS),
  officer('x', '340203000000' as DivisionCode),
];

let world: TestDatabase;
let database: Database;
let clock: TestClock;
let app: INestApplicationContext;
let vault: Vault;
const matters = new Map<string, CoordinationMatter>();
let reply: ((asked: CoordinationAsked) => CoordinationReply | null) | undefined;

beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('migrant', { recorder: auditRecorder('migrant') });
  clock = new TestClock('2026-04-01');
  vault = new Vault(Buffer.alloc(32, 1));
  const registration = {
    matter: (id: string) => Promise.resolve(matters.get(id) ?? null),
    answer: (one: CoordinationAsked) => Promise.resolve(reply?.(one) ?? null),
  };
  app = await openCoordination({ database, clock, vault, apps: { registration, subsidy: registration } });
});
afterAll(async () => {
  await app?.close();
  await world.drop();
});
beforeEach(() => {
  clock.set('2026-04-01');
  reply = undefined;
});

const get = <T>(type: abstract new (...args: never[]) => T): T => app.get(type as never, { strict: false });
let sequence = 0;

/** A matter of registration wants something, and what request it became. */
async function want(more: Partial<CoordinationMatter> = {}): Promise<string> {
  const matter = `m${++sequence}`;
  matters.set(matter, {
    ...{ app: 'registration', matter, kind: 'confirm-registration' as const, personId: PERSON },
    ...{ purpose: '办理生育登记', legalBasis: '人口与计划生育法第十四条', fromDivision: OURS, toDivision: THEIRS },
    ...{ fields: ['is_registered', 'office'], offered: { name: '示例某', id_number: NUMBER } },
    ...more,
  });
  await get(CoordinationOpeningService).want([{ app: 'registration', matter }]);
  return (await rowOf(matter)).id;
}
const rowOf = async (matter: string) =>
  (await world.admin<{ id: string }>('select id from migrant.coordination_request where matter = $1', [matter]))[0]!;
const matterOf = () => `m${sequence}`;
const answer = (matter = matterOf()) => get(CoordinationOpeningService).answer('registration', matter);
/** What registration was told of a matter, and not yet done with. */
const told = async (matter = matterOf()) =>
  (
    await world.admin<{ n: number }>(
      `select count(*)::int as n from migrant.outbox where name = 'coordination.answered' and payload->>'matter' = $1`,
      [matter],
    )
  )[0]!.n;
const look = () => get(CoordinationBellService).look();
const service = () => get(CoordinationService);
const as = <T>(who: Caller, work: () => Promise<T>): Promise<T> => asOfficer(who.id, work);
const seen = async (id: string): Promise<RequestRow> => (await service().byIds([id]))[0]!;
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
const constraintOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: Error & { constraint?: string }) => error.constraint ?? error.message,
  );

describe('a matter of an app', () => {
  it('becomes one request however often it is told, with its purpose, its article and its day', async () => {
    const id = await want();
    await get(CoordinationOpeningService).want([{ app: 'registration', matter: matterOf() }]);
    expect(
      await world.admin('select 1 from migrant.coordination_request where matter = $1', [matterOf()]),
    ).toHaveLength(1);
    expect(await seen(id)).toMatchObject({
      ...{ way: 'inside', state: 'asked', outcome: 'waiting', responsibleDivision: OURS, handOver: 'none' },
      // Five working days; 清明, 4 to 6 April, lies between.
      ...{
        purpose: '办理生育登记',
        legalBasis: '人口与计划生育法第十四条',
        askedOn: '2026-04-01',
        dueOn: '2026-04-09',
      },
    });
    expect(await answer()).toMatchObject({ outcome: 'waiting', values: {}, isLate: false });
  });

  it('is answered by the app that knows, at once, told back once, and by nothing that was not asked for', async () => {
    reply = ({ fields, offered, personId }) => ({
      outcome: 'confirmed',
      values: { office: `示例街道 ${fields.join()} ${offered.name} ${personId}`, id_number: NUMBER },
    });
    const id = await want();
    await get(CoordinationOpeningService).want([{ app: 'registration', matter: matterOf() }]);
    expect(await answer()).toEqual({
      ...{ request: id, matter: matterOf(), outcome: 'confirmed', answeredOn: '2026-04-01', isLate: false },
      values: { office: `示例街道 is_registered,office 示例某 ${PERSON}` },
    });
    expect(await told()).toBe(1);
    const acts = await service().history([id]);
    expect(acts.map(({ kind, place, actor }) => [kind, place, actor])).toEqual([
      ['ask', 'asker', 'system'],
      ['answer', 'asked', 'system'],
    ]);
  });

  it.each([
    ['without a purpose', { purpose: '  ' }, 'COORDINATION_PURPOSE_MISSING'],
    ['without an article', { legalBasis: '条' }, 'COORDINATION_PURPOSE_MISSING'],
    ['that names no field', { fields: [] }, 'COORDINATION_FIELDS_UNUSABLE'],
    ['that wants everything', { fields: ['*'] }, 'COORDINATION_FIELDS_UNUSABLE'],
    ['of a place to itself', { toDivision: OURS }, 'COORDINATION_PLACES_UNUSABLE'],
  ])('%s is not asked of anybody', async (_what, more, code) => {
    expect(await codeOf(want(more))).toBe(code);
  });

  it('that wants nothing any more is withdrawn, unless the other place has it in hand', async () => {
    const id = await want();
    matters.delete(matterOf());
    await get(CoordinationOpeningService).want([{ app: 'registration', matter: matterOf() }]);
    expect(await seen(id)).toMatchObject({ state: 'withdrawn', outcome: 'waiting' });
  });
});

describe('an officer of the place that was asked', () => {
  it('answers what was asked for, once', async () => {
    const id = await want();
    const say = (values: { field: string; value: string }[], who = asked) =>
      as(who, () => service().answer(who, id, 'confirmed', values, null));
    expect(await codeOf(say([{ field: 'born_on', value: '2026-01-01' }]))).toBe('COORDINATION_FIELD_NOT_ASKED');
    expect(await codeOf(say([], asker))).toBe('COORDINATION_NOT_YOURS_TO_DO');
    await say([{ field: 'office', value: ' 示例街道 ' }]);
    expect(await answer()).toMatchObject({ outcome: 'confirmed', values: { office: '示例街道' }, isLate: false });
    expect(await codeOf(say([]))).toBe('COORDINATION_WRONG_STATE');
    expect(await told()).toBe(1);
  });

  it('sends back what cannot be answered; who asked asks again, within the same days', async () => {
    const id = await want();
    await as(asked, () => service().return(asked, id, '请补充孩子出生月份'));
    expect(await seen(id)).toMatchObject({ state: 'returned', dueOn: '2026-04-09' });
    expect(await codeOf(as(asked, () => service().askAgain(asked, id, '孩子出生月份为三月')))).toBe(
      'COORDINATION_NOT_YOURS_TO_DO',
    );
    await as(asker, () => service().askAgain(asker, id, '孩子出生月份为三月'));
    expect(await seen(id)).toMatchObject({ state: 'asked', dueOn: '2026-04-09' });
    const notes = await service().history([id]);
    expect(notes.map(({ actor, note }) => [actor, note])).toEqual([
      ['system', null],
      ['asked', '请补充孩子出生月份'],
      ['asker', '孩子出生月份为三月'],
    ]);
    expect(JSON.stringify(await world.admin('select * from migrant.coordination_act'))).not.toContain('孩子');
  });
});

describe('no reply', () => {
  it('is told on the day after the deadline, and a later answer is told again as late', async () => {
    const id = await want();
    clock.set('2026-04-09');
    await look();
    expect(await seen(id)).toMatchObject({ state: 'asked' });
    clock.set('2026-04-10');
    await look();
    await look();
    expect([await answer(), await told()]).toMatchObject([{ outcome: 'no-reply', isLate: false, answeredOn: null }, 1]);
    await world.admin(
      `update migrant.outbox set sends = 1, published_at = now(), acked_at = now() where payload->>'matter' = $1`,
      [matterOf()],
    );

    clock.set('2026-04-15');
    await as(asked, () => service().answer(asked, id, 'mismatch', [], null));
    expect(await answer()).toMatchObject({ outcome: 'mismatch', isLate: true, answeredOn: '2026-04-15' });
    expect(await told()).toBe(2);
  });

  it('reminds the place before and after, and tells the next level up, as far as the province', async () => {
    const id = await want();
    const on = async (day: string) => {
      clock.set(day);
      await look();
    };
    await on('2026-04-06');
    expect(await service().reminders([id])).toEqual([]);
    for (const day of [
      '2026-04-07',
      '2026-04-08',
      '2026-04-10',
      '2026-04-11',
      '2026-04-17',
      '2026-04-24',
      '2026-05-29',
    ])
      await on(day);
    expect((await service().reminders([id])).map(({ kind, toDivision, onDay }) => [kind, toDivision, onDay])).toEqual([
      ['before', THEIRS, '2026-04-07'],
      ['after', THEIRS, '2026-04-10'],
      ['escalated', '430200000000', '2026-04-17'],
      ['escalated', '430000000000', '2026-04-24'],
    ]);
    expect(await seen(id)).toMatchObject({ state: 'silent', escalatedTo: '430000000000' });
  });

  it('of who was to ask again is told to the level above them, and never holds the matter up', async () => {
    const id = await want();
    await as(asked, () => service().return(asked, id, '请补充孩子姓名'));
    clock.set('2026-04-02');
    await look();
    expect((await service().reminders([id])).map(({ kind, toDivision }) => [kind, toDivision])).toEqual([
      ['before', OURS],
    ]);
    clock.set('2026-04-10');
    await look();
    expect(await answer()).toMatchObject({ outcome: 'no-reply' });
  });

  it('is counted by the county that was asked and the month in which answers were due', async () => {
    const place = '450203000000' as DivisionCode;
    const clerk = officer('clerk', place);
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push(await want({ toDivision: place }));
    await as(clerk, () => service().answer(clerk, ids[0]!, 'not-found', [], null));
    await as(clerk, () => service().answer(clerk, ids[1]!, 'not-found', [], null));
    clock.set('2026-04-10');
    await look();
    await as(clerk, () => service().answer(clerk, ids[2]!, 'not-found', [], null));
    expect(await service().rates('450203', '2026-01', '2026-12')).toEqual([
      {
        ...{ toDivision: place, month: '2026-04', kind: 'confirm-registration' },
        ...{ due: 4, within: 2, late: 1, unanswered: 1 },
      },
    ]);
    expect(await codeOf(service().rates('45', '2026-05', '2026-04'))).toBe('COORDINATION_MONTHS_UNREADABLE');
  });
});

describe('who answers for a case', () => {
  it('is who was contacted first until the other accepts, and may have it handed back', async () => {
    const id = await want();
    const holder = async () => (await seen(id)).responsibleDivision;
    await as(asker, () => service().handOver(asker, id, '当事人已迁往居住地'));
    expect([await holder(), (await seen(id)).handOver]).toEqual([OURS, 'offered']);
    expect(await codeOf(as(asker, () => service().accept(asker, id)))).toBe('COORDINATION_NOT_YOURS_TO_DO');
    await as(asked, () => service().decline(asked, id, '当事人不在本地居住'));
    expect(await holder()).toBe(OURS);
    expect(await codeOf(as(asked, () => service().accept(asked, id)))).toBe('COORDINATION_NOTHING_OFFERED');

    await as(asker, () => service().handOver(asker, id, '补充居住证信息'));
    await as(asked, () => service().accept(asked, id));
    // Fifteen working days to report, from the day it was accepted.
    expect(await seen(id)).toMatchObject({ responsibleDivision: THEIRS, handOver: 'accepted', dueOn: '2026-04-23' });
    expect(await codeOf(as(asked, () => service().return(asked, id, '不属于本地')))).toBe('COORDINATION_TAKEN_ON');
    await as(asked, () => service().handOver(asked, id, '当事人已返回户籍地'));
    expect(await holder()).toBe(THEIRS);
    await as(asker, () => service().accept(asker, id));
    expect(await holder()).toBe(OURS);
  });

  it('changes with a transfer that the other place confirms, and with no other answer', async () => {
    reply = () => ({ outcome: 'confirmed', values: {} });
    const taken = await want({ kind: 'transfer-case' });
    reply = () => ({ outcome: 'mismatch', values: {} });
    const kept = await want({ kind: 'transfer-case' });
    expect((await seen(taken)).responsibleDivision).toBe(THEIRS);
    expect((await seen(kept)).responsibleDivision).toBe(OURS);
  });
});

describe('in SQL, by whatever hand', () => {
  const set = (change: string, id: string) =>
    world.admin(`update migrant.coordination_request set ${change} where id = $1`, [id]);

  it('a request never is nobody’s, answers no other field, says what for, and moves as the tables say', async () => {
    const id = await want();
    expect(await constraintOf(set(`responsible_division = '110000000000', hand_over = 'offered'`, id))).toBe(
      'coordination_request_changes_hands_by_acceptance',
    );
    expect(await constraintOf(set(`responsible_division = null`, id))).toMatch(/null|violates/);
    expect(await constraintOf(set(`answered_fields = '{id_number}'`, id))).toBe(
      'coordination_request_answers_only_what_was_asked',
    );
    expect(await constraintOf(set(`purpose = ''`, id))).toBe('coordination_request_says_what_for');
    expect(await constraintOf(set(`legal_basis = '某'`, id))).toBe('coordination_request_says_on_what_article');
    expect(await constraintOf(set(`state = 'late', outcome = 'confirmed', answered_on = '2026-04-01'`, id))).toBe(
      'coordination_request_moves_as_the_table_says',
    );
    expect(await constraintOf(set(`hand_over = 'accepted'`, id))).toBe(
      'coordination_request_hands_over_as_the_table_says',
    );
    const other = systemContext('test', { actor: 'me' });
    const forged = inContext(other, () =>
      database.write((tx) =>
        tx.query(
          `insert into coordination_act (id, request_id, kind, actor, state, responsible_division, at)
           values (gen_random_uuid(), $1, 'answer', 'somebody', 'asked', 'x', now())`,
          [id],
        ),
      ),
    );
    await expect(forged).rejects.toMatchObject({ driverError: { code: '42501' } });
  });

  it('the tables of moves are those of the code', async () => {
    const movesIn = async (table: string) =>
      (await world.admin<{ move: string }>(`select from_state || ' > ' || to_state as move from migrant.${table}`))
        .map(({ move }) => move)
        .sort();
    const movesOf = (moves: Readonly<Record<string, readonly string[]>>) =>
      Object.entries(moves)
        .flatMap(([from, all]) => all.map((to) => `${from} > ${to}`))
        .sort();
    expect(await movesIn('coordination_move')).toEqual(movesOf(MOVES));
    expect(await movesIn('coordination_hand_over_move')).toEqual(movesOf(HAND_OVER_MOVES));
  });
});

describe('whom a request is about', () => {
  it('is seen by both places and by themselves, and by nobody else', async () => {
    const id = await want();
    const rows = (division: string | undefined, family?: { key: string; persons: string[] }) =>
      inContext(systemContext('test', { division, family }), () => service().byIds([id]));
    const number = vault.blindIndex('id-number', NUMBER).toString('hex');
    const nobody = '00'.repeat(32);
    expect(await rows(divisionPrefix(OURS))).toHaveLength(1);
    expect(await rows(divisionPrefix(THEIRS))).toHaveLength(1);
    expect(await rows(divisionPrefix(stranger.division))).toHaveLength(0);
    expect(await rows(undefined, { key: number, persons: [] })).toHaveLength(1);
    expect(await rows(undefined, { key: nobody, persons: [PERSON] })).toHaveLength(1);
    expect(await rows(undefined, { key: nobody, persons: [] })).toHaveLength(0);
    const strange = inContext(systemContext('test', { actor: 'x', division: divisionPrefix(stranger.division) }), () =>
      service().answer(stranger, id, 'confirmed', [], null),
    );
    expect(await codeOf(strange)).toBe('COORDINATION_UNKNOWN');
  });

  it('is forgotten after the days of keeping: nothing of them is left, that there was a request stays', async () => {
    reply = () => ({ outcome: 'confirmed', values: { office: '示例街道' } });
    const id = await want();
    const matter = matterOf();
    clock.set('2026-09-28');
    expect((await look()).forgotten).toBe(0);
    expect(await answer(matter)).toMatchObject({ values: { office: '示例街道' } });
    clock.set('2026-09-29');
    expect((await look()).forgotten).toBeGreaterThan(0);
    expect(await answer(matter)).toBeNull();
    const [row] = await world.admin<Record<string, unknown>>(
      `select person_id, subject_key, subject_mask, matter, offered_sealed, values_sealed, outcome, purpose
         from migrant.coordination_request where id = $1`,
      [id],
    );
    expect(row).toEqual({
      ...{ person_id: null, subject_key: null, subject_mask: null, matter: null },
      ...{ offered_sealed: null, values_sealed: null, outcome: 'confirmed', purpose: '办理生育登记' },
    });
    expect(await codeOf(as(asker, () => service().handOver(asker, id, '当事人已迁往居住地')))).toBe(
      'COORDINATION_FORGOTTEN',
    );
  });
});

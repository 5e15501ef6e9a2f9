import type { Caller } from '@app/access';
import { inContext, systemContext, type WorkContext } from '@app/database';
import { day, type DivisionCode, divisionPrefix, findDivisionCode } from '@app/kernel';
import { type CountyWorld, openCountyWorld } from '../../../../test/support/county-world';
import { refusalOf } from '../../../../test/support/subsidy-world';
import { ConsentService } from './consent.service';
import { SupportVisitService } from './support-visit.service';
import { MOVES } from './support-visit.state';
import type { ConsentInput } from './support-visit.types';

const TOWN = findDivisionCode('340202001')!;
const CHILD = '01900000-0000-7000-8000-000000000001';

let world: CountyWorld;
beforeAll(async () => {
  world = await openCountyWorld('2026-03-02');
}, 60_000);
beforeEach(async () => {
  await world.reset();
  world.clock.set('2026-03-02');
});
afterAll(() => world?.close());

const clerk: Caller = { id: 'clerk', name: 'clerk', roles: ['village-clerk'], division: TOWN };
const parent: Caller = {
  id: 'parent',
  name: 'parent',
  roles: ['citizen'],
  division: '' as DivisionCode,
  family: { key: 'ab'.repeat(32), persons: [CHILD] },
};

const as = async <T>(who: Caller, work: () => Promise<T>): Promise<T> => {
  const context: Partial<WorkContext> = who.roles.includes('citizen')
    ? { actor: who.id, division: undefined, family: who.family }
    : { actor: who.id, division: divisionPrefix(who.division) };
  return inContext(systemContext('test', context), work);
};
const input = (more: Partial<ConsentInput> = {}): ConsentInput => ({
  division: TOWN,
  kind: 'child',
  personId: CHILD,
  name: '示例孩子',
  guardianName: '示例家长',
  scope: ['home-visit', 'call'],
  startsOn: null,
  endsOn: day('2026-09-01'),
  document: null,
  ...more,
});
const consents = () => world.get(ConsentService);
const visits = () => world.get(SupportVisitService);
const give = (more: Partial<ConsentInput> = {}, who = parent) => as(who, () => consents().give(input(more), who));
const codeOf = async (work: Promise<unknown>) => (await refusalOf(work)).code;
/** Every row of every table of this slice. */
const rows = async () => {
  const [row] = await world.database.admin<{ n: number }>(
    `select ((select count(*) from migrant.support_consent) + (select count(*) from migrant.support_visit)
       + (select count(*) from migrant.support_topic) + (select count(*) from migrant.support_note))::integer as n`,
  );
  return row!.n;
};

describe('a support visit', () => {
  it('moves as the table says, here and in PostgreSQL', async () => {
    const found = await world.database.admin<{ move: string }>(
      `select from_state || ' → ' || to_state as move from migrant.support_visit_move`,
    );
    const own = Object.entries(MOVES).flatMap(([from, all]) => all.map((to) => `${from} → ${to}`));
    expect(found.map(({ move }) => move).sort()).toEqual(own.sort());
  });

  it('needs a consent of the person or, for a child, of a guardian, with a scope and an end', async () => {
    expect(await codeOf(give({ guardianName: null }))).toBe('SUPPORT_NEEDS_GUARDIAN');
    expect(await codeOf(give({ personId: '01900000-0000-7000-8000-000000000009' }))).toBe('SUPPORT_PERSON_OF_OTHERS');
    expect(await codeOf(give({ scope: [] }))).toBe('SUPPORT_SCOPE_EMPTY');
    expect(await codeOf(give({ endsOn: day('2027-03-03') }))).toBe('SUPPORT_DAYS');
    expect(await codeOf(give({}, clerk))).toBe('SUPPORT_NEEDS_DOCUMENT');
    expect(await codeOf(give({ kind: 'elder' }))).toBe('SUPPORT_PERSON_OF_OTHERS');
    await give();
    expect(await codeOf(give())).toBe('SUPPORT_CONSENTED_ALREADY');
    await expect(
      world.database.admin(`update migrant.support_consent set given_by = 'self', guardian_name = null`),
    ).rejects.toMatchObject({ constraint: 'support_consent_of_a_child_is_a_guardians' });
  });

  it('is offered only for what was consented to, made only when accepted, and tells only what the family asked', async () => {
    const consent = await give();
    const offer = (purpose: 'call' | 'errands', on: string) =>
      as(clerk, () => visits().offer(consent, purpose, day(on)));
    expect(await codeOf(offer('errands', '2026-04-01'))).toBe('SUPPORT_OUTSIDE_CONSENT');
    expect(await codeOf(offer('call', '2026-09-01'))).toBe('SUPPORT_OUTSIDE_CONSENT');
    const visit = await offer('call', '2026-04-01');
    const record = (topic: 'medicine' | 'repairs') =>
      as(clerk, () => visits().record(visit, [{ topic, words: '药够用一个月' }]));
    expect(await codeOf(record('medicine'))).toBe('SUPPORT_WRONG_STATE');
    await as(parent, () => visits().answer(visit, true, ['medicine']));
    expect(await codeOf(record('repairs'))).toBe('SUPPORT_NOTE_NOT_ASKED_FOR');
    await record('medicine');
    expect((await as(parent, () => visits().notes([visit]))).map(({ words }) => words)).toEqual(['药够用一个月']);
    await expect(
      world.database.admin(
        `insert into migrant.support_note (visit_id, topic, words, written_by, at) values ($1, 'repairs', '屋顶', 'x', now())`,
        [visit],
      ),
    ).rejects.toMatchObject({ constraint: 'support_note_is_only_what_was_asked_for' });
    await as(clerk, () => visits().undo(visit));
    expect(await as(parent, () => visits().notes([visit]))).toEqual([]);
  });

  it('is gone with everything it carried when the consent is taken back, with one click and in any state', async () => {
    const consent = await give();
    const visit = await as(clerk, () => visits().offer(consent, 'call', day('2026-04-01')));
    await as(parent, () => visits().answer(visit, true, ['medicine']));
    await as(clerk, () => visits().record(visit, [{ topic: 'medicine', words: '药够用' }]));
    expect(await rows()).toBe(4);
    await as(parent, () => consents().end(consent));
    expect(await rows()).toBe(0);
    expect(await codeOf(as(clerk, () => visits().offer(consent, 'call', day('2026-04-02'))))).toBe(
      'SUPPORT_CONSENT_UNKNOWN',
    );
  });

  it('is gone likewise when the consent is over', async () => {
    const consent = await give();
    await as(clerk, () => visits().offer(consent, 'call', day('2026-04-01')));
    const deleteOver = () => inContext(systemContext('support'), () => consents().deleteOver());
    world.clock.set('2026-08-31');
    expect(await deleteOver()).toBe(0);
    world.clock.set('2026-09-01');
    expect(await deleteOver()).toBe(1);
    expect(await rows()).toBe(0);
  });

  it('is nobody else’s to see or to end', async () => {
    const consent = await give();
    const stranger: Caller = { ...parent, id: 'stranger', family: { key: 'cd'.repeat(32), persons: [] } };
    const abroad: Caller = { ...clerk, id: 'abroad', division: findDivisionCode('340203001')! };
    for (const who of [stranger, abroad]) {
      expect(await as(who, () => consents().byIds([consent]))).toEqual([]);
      expect(await codeOf(as(who, () => consents().end(consent)))).toBe('SUPPORT_CONSENT_UNKNOWN');
    }
    expect(await rows()).toBe(1);
  });
});

import { randomUUID } from 'node:crypto';
import { day, type Day } from '@app/kernel';
import { type CountyWorld, openCountyWorld } from '../../../../test/support/county-world';
import { refusalOf } from '../../../../test/support/subsidy-world';
import { citizen, ELSEWHERE, feesOf, officer, writeLetter } from '../delivery/delivery.fixture';
import { NO_PROOF } from '../delivery/delivery.rules';
import { DeliveryService } from '../delivery/delivery.service';
import { RemedyService } from './remedy.service';
import { RemedyStepService } from './remedy-step.service';
import type { NewRemedy, RemedyStanding } from './remedy.types';

let world: CountyWorld;
beforeAll(async () => {
  world = await openCountyWorld('2026-03-02');
}, 120_000);
beforeEach(async () => {
  await world.reset();
  world.clock.set('2026-03-02');
});
afterAll(() => world?.close());

const remedies = () => world.get(RemedyService);
const steps = () => world.get(RemedyStepService);
const codeOf = async (work: Promise<unknown>) => (await refusalOf(work)).code;

/** A decision about 300 yuan in a letter, served on a day unless that is null. */
async function decided(
  servedOn: string | null = '2026-03-02',
  { toldOfRights = true }: { toldOfRights?: boolean } = {},
): Promise<string> {
  const matterId = randomUUID();
  const letterId = await writeLetter(world, { matterId }, (tx, id) =>
    remedies().contest(tx, { matterId, letterId: id, fen: 30_000n, toldOfRights }),
  );
  if (servedOn !== null) await serve(letterId, servedOn);
  return matterId;
}

async function serve(letterId: string, on: string): Promise<void> {
  const now = world.clock.today();
  if (on > now) world.clock.set(on);
  await officer('server', async () => {
    const attempt = await world.get(DeliveryService).start({ letterId, mode: 'direct' });
    await world.get(DeliveryService).prove(attempt, { ...NO_PROOF, reference: '回证1号', signedOn: day(on) });
  });
}

const file = (matterId: string, more: Partial<NewRemedy> = {}) =>
  citizen(world, () =>
    remedies().file({
      matterId,
      kind: 'reconsideration',
      channel: 'online',
      filedOn: world.clock.today(),
      reference: null,
      body: null,
      grounds: '多领的月份计算有误',
      lateReason: null,
      ...more,
    }),
  );
const sue = (matterId: string, more: Partial<NewRemedy> = {}) =>
  officer('clerk', () =>
    remedies().file({
      matterId,
      kind: 'suit',
      channel: 'court',
      filedOn: world.clock.today(),
      reference: '（2026）皖0202行初1号',
      body: '示例区人民法院',
      grounds: null,
      lateReason: null,
      ...more,
    }),
  );
const judge = <T>(work: () => Promise<T>, actor = 'judge') => officer(actor, work);
const standing = async (matterId: string): Promise<RemedyStanding> =>
  (await officer('clerk', () => feesOf(world).read((read) => remedies().standing(read, [matterId])))).get(matterId)!;
const row = async (id: string) => (await officer('clerk', () => remedies().byIds([id])))[0]!;
const told = async (remedyId: string) =>
  (
    await world.database.admin<{ n: number }>(
      `select count(*)::int as n from fees.outbox where name = 'remedy.decided' and key = $1`,
      [remedyId],
    )
  )[0]!.n;
const conclude = (
  id: string,
  outcome: 'upheld' | 'upheld-in-part' | 'quashed' | 'dismissed',
  newFen: bigint | null = null,
) => judge(() => steps().conclude(id, { outcome, newFen, reasons: '经审理查明事实' }, 'judge'));
const accept = (id: string, lateReason: string | null = null) => judge(() => steps().accept(id, lateReason, 'judge'));

describe('the time to contest a decision', () => {
  it('does not run before its letter is served, and ends with the last of the rights', async () => {
    const matterId = await decided(null);
    expect(await standing(matterId)).toMatchObject({ isOpen: false, lastDayToApply: null, lastDayToReconsider: null });
    const served = await decided('2026-03-10');
    expect(await standing(served)).toEqual({
      isSuspended: false,
      isOpen: false,
      awaitsService: false,
      lastDayToReconsider: '2026-05-09',
      lastDayToSue: '2026-09-10',
      lastDayToApply: '2026-09-10',
    });
  });

  it('is over on the day after, with that day in the refusal; late ones are taken only for a reason that somebody accepts', async () => {
    const matterId = await decided('2026-03-10');
    world.clock.set('2026-05-10');
    const refusal = await refusalOf(file(matterId));
    expect([refusal.code, refusal.facts.lastDay]).toEqual(['REMEDY_LATE', '2026-05-09']);
    const id = await file(matterId, { lateReason: '住院至五月九日' });
    expect(await codeOf(accept(id))).toBe('REMEDY_LATE_NEEDS_REASON');
    await accept(id, '住院证明属实，不可归责于申请人');
    expect(await row(id)).toMatchObject({ state: 'accepted', isLate: true, lastDay: '2026-05-09' });
  });

  it('is until its last day, and needs no calendar that is not published yet to know that', async () => {
    const matterId = await decided('2026-03-10');
    world.clock.set('2026-05-09');
    expect(await row(await file(matterId))).toMatchObject({ state: 'filed', isLate: false });
    const late = await decided('2026-11-26');
    expect(await standing(late)).toMatchObject({ lastDayToReconsider: null, lastDayToSue: null, lastDayToApply: null });
    world.clock.set('2027-01-20');
    expect(await row(await file(late))).toMatchObject({ isLate: false, lastDay: null });
  });

  it('where nobody told of the rights runs from learning of them, a year at most', async () => {
    const matterId = await decided('2026-03-02', { toldOfRights: false });
    world.clock.set('2026-06-01');
    expect(await standing(matterId)).toMatchObject({ lastDayToReconsider: null });
    await officer('clerk', () => remedies().learned(matterId, day('2026-06-01')));
    expect(await standing(matterId)).toMatchObject({ lastDayToReconsider: '2026-07-31', lastDayToSue: '2026-12-01' });
    expect(await codeOf(officer('clerk', () => remedies().learned(matterId, day('2026-06-01'))))).toBe(
      'REMEDY_RIGHTS_TOLD',
    );
  });
});

describe('reconsideration', () => {
  it('is accepted by silence, on the last day to look at it', async () => {
    const id = await file(await decided());
    expect(await row(id)).toMatchObject({ checkDueOn: '2026-03-09' });
    world.clock.set('2026-03-09');
    await steps().ring();
    expect((await row(id)).state).toBe('filed');
    world.clock.set('2026-03-12');
    await steps().ring();
    expect(await row(id)).toMatchObject({ state: 'accepted', acceptedOn: '2026-03-09', decideDueOn: '2026-05-08' });
    await judge(() => steps().extend(id, '案情复杂，需要核查', 'judge'));
    expect(await row(id)).toMatchObject({ decideDueOn: '2026-06-08', isExtended: true });
    expect(await codeOf(judge(() => steps().extend(id, '案情复杂，需要核查', 'judge')))).toBe(
      'REMEDY_EXTENDED_ALREADY',
    );
  });

  it('suspends nothing until that is decided, and no longer than it is open', async () => {
    const matterId = await decided();
    const id = await file(matterId);
    await accept(id);
    expect(await standing(matterId)).toMatchObject({ isSuspended: false, isOpen: true, lastDayToApply: null });
    const why = { basis: 'applicant', reason: '申请人家庭困难，要求合理', decidedOn: day('2026-03-02') } as const;
    await judge(() => steps().suspend(id, 'suspended', why, 'judge'));
    expect((await standing(matterId)).isSuspended).toBe(true);
    expect(await codeOf(judge(() => steps().suspend(id, 'suspended', why, 'judge')))).toBe('REMEDY_SUSPENSION_AS_IS');
    await judge(() => steps().suspend(id, 'resumed', { ...why, basis: 'authority' }, 'judge'));
    expect((await standing(matterId)).isSuspended).toBe(false);
    await judge(() => steps().suspend(id, 'suspended', why, 'judge'));
    await conclude(id, 'upheld');
    expect((await standing(matterId)).isSuspended).toBe(false);
  });

  it('suspends by itself only where a dated rule of the place says so', async () => {
    const matterId = await decided();
    await file(matterId);
    await world.database.admin(
      `insert into fees.parameter (name, region, valid, value, unit, source, status)
       values ('remedy.suspends-by-law', '340202', '[2026-03-02,)', 'yes', 'text', '试验', 'assumed')`,
    );
    expect((await standing(matterId)).isSuspended).toBe(true);
    await world.database.admin(
      `delete from fees.parameter where region = '340202' and name = 'remedy.suspends-by-law'`,
    );
  });

  it('that changes an amount takes two officers, neither of whom made the decision, and lowers it only', async () => {
    const id = await file(await decided());
    await accept(id);
    expect(await codeOf(officer('writer', () => steps().accept(id, null, 'writer')))).toBe('REMEDY_OF_OWN_DECISION');
    for (const newFen of [null, 0n, 30_000n, 40_000n])
      expect(await codeOf(conclude(id, 'upheld-in-part', newFen))).toBe('REMEDY_AMOUNT_WRONG');
    expect(await codeOf(conclude(id, 'upheld', 100n))).toBe('REMEDY_AMOUNT_WRONG');
    await conclude(id, 'upheld-in-part', 12_000n);
    expect([(await row(id)).state, await told(id)]).toEqual(['proposed', 0]);
    expect(await codeOf(judge(() => steps().confirm(id, 'judge')))).toBe('REMEDY_NEEDS_SECOND_OFFICER');
    expect(await codeOf(officer('writer', () => steps().confirm(id, 'writer')))).toBe('REMEDY_OF_OWN_DECISION');
    await judge(() => steps().confirm(id, 'second'), 'second');
    expect(await row(id)).toMatchObject({ state: 'decided', outcome: 'upheld-in-part', newFen: 12_000n });
    expect(await told(id)).toBe(1);
    const outcome = await officer('clerk', () => feesOf(world).read((read) => remedies().outcome(read, id)));
    expect(outcome).toMatchObject({ outcome: 'upheld-in-part', newFen: 12_000n, decidedOn: '2026-03-02' });
  });

  it('opens the court for fifteen days from the day on which its own letter is served', async () => {
    const matterId = await decided();
    const id = await file(matterId);
    expect(await codeOf(sue(matterId))).toBe('REMEDY_OPEN_ALREADY');
    await accept(id);
    await conclude(id, 'upheld');
    expect(await standing(matterId)).toMatchObject({
      ...{ isOpen: false, awaitsService: true, lastDayToApply: null, lastDayToReconsider: null },
    });
    await serve((await row(id)).decisionLetterId!, '2026-03-06');
    expect(await standing(matterId)).toMatchObject({
      ...{ awaitsService: false, lastDayToApply: '2026-03-23', lastDayToSue: '2026-03-23' },
    });
    expect(await codeOf(file(matterId))).toBe('REMEDY_RECONSIDERED_ALREADY');
    world.clock.set('2026-03-24');
    expect((await refusalOf(sue(matterId))).facts.lastDay).toBe('2026-03-23');
    world.clock.set('2026-03-23');
    expect(await row(await sue(matterId))).toMatchObject({ state: 'accepted', body: '示例区人民法院' });
  });

  it('that is not decided in time opens the court too', async () => {
    const matterId = await decided();
    await accept(await file(matterId));
    world.clock.set('2026-05-07');
    expect(await standing(matterId)).toMatchObject({ lastDayToSue: '2026-05-21' });
    await sue(matterId);
  });

  it('is completed once asked, withdrawn by who filed it, and then not filed again', async () => {
    const matterId = await decided();
    const id = await file(matterId);
    await judge(() => steps().ask(id, '缺身份证明和授权委托书', 'judge'));
    expect(await row(id)).toMatchObject({ state: 'supplement', supplementDueOn: '2026-03-16' });
    await citizen(world, () => steps().supplement(id, '身份证明'));
    await citizen(world, () => steps().withdraw(id, 'citizen'));
    expect([(await row(id)).outcome, await told(id)]).toEqual(['withdrawn', 1]);
    expect(await codeOf(file(matterId))).toBe('REMEDY_RECONSIDERED_ALREADY');
    expect(await standing(matterId)).toMatchObject({ lastDayToSue: '2026-09-02', lastDayToApply: '2026-09-02' });
  });

  it('is seen by its own family and county and by nobody else', async () => {
    const matterId = await decided();
    const id = await file(matterId);
    const other = '340202198811112347';
    expect(await citizen(world, () => remedies().byIds([id]), other)).toEqual([]);
    expect(await codeOf(citizen(world, () => steps().withdraw(id, 'x'), other))).toBe('REMEDY_UNKNOWN');
    expect(await officer('x', () => remedies().byIds([id]), ELSEWHERE.slice(0, 6))).toEqual([]);
    const [own] = await citizen(world, () => remedies().ownRemedies());
    expect(remedies().grounds(own!)).toBe('多领的月份计算有误');
  });
});

describe('a suit', () => {
  it('has six months, and what the court says ends the matter', async () => {
    const matterId = await decided('2026-03-02');
    expect(await codeOf(sue(matterId, { body: ' ' }))).toBe('REMEDY_COURT_MISSING');
    world.clock.set('2026-09-02');
    const id = await sue(matterId);
    expect(await codeOf(file(matterId, { lateReason: '试一试看' }))).toBe('REMEDY_RECONSIDERED_ALREADY');
    await conclude(id, 'quashed');
    await judge(() => steps().sendBack(id, '文书未生效', 'second'), 'second');
    await conclude(id, 'quashed');
    await judge(() => steps().confirm(id, 'second'), 'second');
    expect(await standing(matterId)).toMatchObject({ isOpen: false, lastDayToApply: '2026-09-02', lastDayToSue: null });
    expect(await codeOf(sue(matterId))).toBe('REMEDY_JUDGED_ALREADY');
  });
});

describe('what is on record', () => {
  const asRole = (context: 'officer' | 'citizen', sql: string) => {
    const work = () => feesOf(world).write((tx) => tx.query(sql));
    return context === 'officer' ? officer('writer', work) : citizen(world, work);
  };
  const decide = (by: string) =>
    `update remedy set state = 'decided', outcome = 'dismissed', reasons = '不成立的', decided_by = '${by}', decided_on = '2026-03-02'`;
  it.each<['officer' | 'citizen', string, string, RegExp]>([
    ['officer', 'decide on their own decision', decide('writer'), /remedy_is_decided_by_another|own decision/],
    [
      'officer',
      'raise an amount',
      `update remedy set outcome = 'upheld-in-part', new_fen = 30000, reasons = '不成立的'`,
      /larger/,
    ],
    [
      'officer',
      'change an amount alone',
      `update remedy set state = 'decided', outcome = 'quashed', reasons = '不成立的', proposed_by = 'a', decided_by = 'a', decided_on = '2026-03-02'`,
      /remedy_changing_an_amount_needs_two/,
    ],
    ['officer', 'move where no move leads', `update remedy set state = 'supplement'`, /no such move/],
    ['officer', 'rewrite the journal', `update remedy_event set note = 'x'`, /permission denied/],
    ['officer', 'delete a suspension', 'delete from remedy_suspension', /permission denied/],
    ['officer', 'change what is contested', 'update contestable_decision set fen = 1', /permission denied/],
    ['citizen', 'decide for themselves', decide('citizen'), /applicants complete and withdraw/],
    [
      'citizen',
      'suspend for themselves',
      `insert into remedy_suspension (remedy_id, seq, kind, basis, body, reason, decided_on, recorded_at)
       select id, 1, 'suspended', 'law', 'x', '不成立的', '2026-03-02', now() from remedy`,
      /row-level security/,
    ],
  ])('cannot be bent by hand in SQL: no %s can %s', async (who, _what, sql, message) => {
    await accept(await file(await decided()));
    await expect(asRole(who, sql)).rejects.toThrow(message);
  });

  it('is true of days: nobody files tomorrow, nor before the decision', async () => {
    const matterId = await decided();
    for (const filedOn of ['2026-03-01', '2026-03-03'] as Day[])
      expect(await codeOf(file(matterId, { filedOn }))).toBe('REMEDY_DAY_IMPOSSIBLE');
  });
});

import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Caller, Role } from '@app/access';
import { inContext, systemContext, type WorkContext } from '@app/database';
import { day, type Day, type DivisionCode, divisionPrefix, findDivisionCode } from '@app/kernel';
import * as fc from 'fast-check';
import { workingDaysLater } from '@app/working-days';
import { type CountyWorld, openCountyWorld } from '../../../../test/support/county-world';
import { refusalOf } from '../../../../test/support/subsidy-world';
import { AskingService } from './asking.service';
import { ReferralService } from './referral.service';
import { deadlineOf, faultOf, NOTICE_RULE } from './service-request.rules';
import { ServiceReminderService } from './service-reminder.service';
import { ServiceRequestService } from './service-request.service';
import { MOVES } from './service-request.state';
import type { AskInput, ServiceRequestRow } from './service-request.types';

const TOWN = findDivisionCode('340202001')!;
const OTHER_TOWN = findDivisionCode('340202002')!;
const COUNTY = findDivisionCode('340202')!;
const NEXT_COUNTY = findDivisionCode('340203')!;
const KEY = 'ab'.repeat(32);

let world: CountyWorld;
beforeAll(async () => {
  world = await openCountyWorld('2026-03-02');
}, 60_000);
beforeEach(async () => {
  await world.reset();
  world.clock.set('2026-03-02');
});
afterAll(() => world?.close());

const caller = (id: string, division: DivisionCode, role: Role = 'township-reviewer'): Caller => ({
  id,
  name: id,
  roles: [role],
  division,
});
const clerk = caller('clerk', TOWN);
const neighbour = caller('neighbour', OTHER_TOWN);
const county = caller('county', COUNTY, 'county-confirmer');
const colleague = caller('colleague', COUNTY, 'county-confirmer');
const abroad = caller('abroad', NEXT_COUNTY);
const family: Caller = { ...caller('family', '' as DivisionCode, 'citizen'), family: { key: KEY, persons: [] } };

/** Work in somebody's own context: an officer's division, a family's own key. */
const as = async <T>(who: Caller, work: () => Promise<T>): Promise<T> => {
  const context: Partial<WorkContext> = who.roles.includes('citizen')
    ? { actor: who.id, division: undefined, family: who.family }
    : { actor: who.id, division: divisionPrefix(who.division) };
  return inContext(systemContext('test', context), work);
};

const input = (more: Partial<AskInput> = {}): AskInput => ({
  clientRef: 'r1',
  service: 'birth-registration',
  division: TOWN,
  household: 'newcomer',
  personId: null,
  name: '示例家长',
  need: null,
  ...more,
});
const ask = (more: Partial<AskInput> = {}) =>
  as(family, () => world.get(AskingService).ask(input(more), { id: 'family', channel: 'online', ownKey: KEY }, []));
const requests = () => world.get(ServiceRequestService);
const referrals = () => world.get(ReferralService);
const row = async (id: string): Promise<ServiceRequestRow> =>
  (await inContext(systemContext('test'), () => requests().byIds([id])))[0]!;
const look = () => inContext(systemContext('services'), () => world.get(ServiceReminderService).look());

describe('a request for a service', () => {
  it('moves as the table says, here and in PostgreSQL', async () => {
    const rows = await world.database.admin<{ move: string }>(
      `select from_state || ' → ' || to_state as move from migrant.service_request_move order by 1`,
    );
    const own = Object.entries(MOVES).flatMap(([from, all]) => all.map((to) => `${from} → ${to}`));
    expect(rows.map(({ move }) => move).sort()).toEqual(own.sort());
    expect(own.sort()).toMatchInlineSnapshot(`
[
  "asked → asked",
  "asked → declined",
  "asked → incomplete",
  "asked → taken",
  "asked → withdrawn",
  "declined → taken",
  "incomplete → asked",
  "incomplete → incomplete",
  "incomplete → taken",
  "incomplete → withdrawn",
  "new → asked",
  "served → taken",
  "taken → declined",
  "taken → served",
  "taken → taken",
  "taken → withdrawn",
  "withdrawn → asked",
]
`);
  });

  const table = fs.readFileSync(path.join(__dirname, 'service-request.cases.md'), 'utf8');
  const cases = table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
  it.each(cases)('%s', async (_case, service, division, on, paper, fault, noticeDue, due) => {
    const texts = await inContext(systemContext('test'), () => world.get(AskingService).owed(division, day(on)));
    const text = texts.find(({ code }) => code === service)!;
    expect(faultOf(paper, text) ?? '-').toBe(fault);
    expect(deadlineOf('asked', text, 5, day(on))!.dueOn).toBe(noticeDue);
    expect(deadlineOf('taken', text, 5, day(on))!.dueOn).toBe(due);
  });

  it('is asked once, however often the button is pressed', async () => {
    const ids = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(ids).size).toBe(1);
    expect(await row(ids[0])).toMatchObject({
      state: 'asked',
      responsibleCode: TOWN,
      dueOn: '2026-03-09',
      dueRule: NOTICE_RULE,
    });
  });

  it('stays with who was asked first until another accepts', async () => {
    const id = await ask();
    await as(clerk, () => referrals().refer(id, clerk, '340202002', null, '现住在该街道'));
    expect(await row(id)).toMatchObject({ responsibleCode: TOWN, owner: 'clerk' });
    expect((await refusalOf(as(neighbour, () => requests().take(id, neighbour)))).code).toBe('SERVICE_NOT_RESPONSIBLE');
    await as(neighbour, () => referrals().answer(id, neighbour, false, '不在本街道居住'));
    expect(await row(id)).toMatchObject({ responsibleCode: TOWN, owner: 'clerk' });
    await as(clerk, () => referrals().refer(id, clerk, '340202002', null, '已核实，住在该街道'));
    await as(neighbour, () => referrals().answer(id, neighbour, true, null));
    expect(await row(id)).toMatchObject({ responsibleCode: OTHER_TOWN, owner: 'neighbour' });
    expect((await refusalOf(as(clerk, () => requests().take(id, clerk)))).code).toBe('SERVICE_NOT_RESPONSIBLE');
    await as(neighbour, () => requests().take(id, neighbour));
    expect(await row(id)).toMatchObject({ state: 'taken', dueOn: '2026-03-11' });
  });

  it('cannot be pushed to somebody who did not accept, even by hand in SQL', async () => {
    const id = await ask();
    await expect(
      world.database.admin(
        `update migrant.service_request set responsible_code = $2::text, places = array_append(places, $2::text) where id = $1`,
        [id, OTHER_TOWN],
      ),
    ).rejects.toMatchObject({ constraint: 'service_request_stays_until_another_accepts' });
    await expect(
      world.database.admin(
        `update migrant.service_request set state = 'served', decided_on = '2026-03-02' where id = $1`,
        [id],
      ),
    ).rejects.toMatchObject({ constraint: 'service_request_moves_as_the_table_says' });
    await expect(
      world.database.admin(
        `update migrant.service_request set due_rule = null, counted_days = null, due_on = null where id = $1`,
        [id],
      ),
    ).rejects.toMatchObject({ constraint: 'service_request_deadline_runs_while_an_authority_acts' });
  });

  it('goes to an authority outside by its word, entered by who asked it', async () => {
    const id = await ask({ service: 'compulsory-education' });
    await as(clerk, () => referrals().refer(id, clerk, '340202', '县教育局', '义务教育由教育部门办理'));
    expect((await row(id)).responsibleUnit).toBeNull();
    await as(clerk, () => referrals().answer(id, clerk, true, '县教育局接收函〔2026〕1号'));
    expect(await row(id)).toMatchObject({ responsibleCode: COUNTY, responsibleUnit: '县教育局', owner: 'clerk' });
  });

  it('is told everything missing once; a second time another officer of the county decides', async () => {
    const id = await ask({ service: 'vaccination' });
    const tell = (items: string[]) => as(clerk, () => requests().tellMissing(id, clerk, items, null));
    expect((await refusalOf(tell(['residence-permit']))).code).toBe('SERVICE_PAPER_NEVER');
    expect((await refusalOf(tell(['tenancy-contract']))).code).toBe('SERVICE_PAPER_NOT_NAMED');
    expect((await refusalOf(tell([]))).code).toBe('SERVICE_NOTHING_MISSING');
    await tell(['birth-certificate', 'vaccination-record']);
    expect(await row(id)).toMatchObject({
      state: 'incomplete',
      dueOn: null,
      missing: ['birth-certificate', 'vaccination-record'],
    });
    await as(family, () => world.get(AskingService).complete(id, family, '已补齐'));
    await tell(['identity-paper']);
    expect(await row(id)).toMatchObject({ state: 'asked', notices: 1, wanted: ['identity-paper'] });
    await as(county, () => requests().decideSecondNotice(id, county, false));
    expect(await row(id)).toMatchObject({ state: 'asked', notices: 1, wanted: [] });
    await as(county, () => requests().tellMissing(id, county, ['identity-paper'], null));
    expect((await refusalOf(as(county, () => requests().decideSecondNotice(id, county, true)))).code).toBe(
      'SERVICE_OWN_SECOND_NOTICE',
    );
    await as(colleague, () => requests().decideSecondNotice(id, colleague, true));
    expect(await row(id)).toMatchObject({
      state: 'incomplete',
      notices: 2,
      demanded: ['birth-certificate', 'vaccination-record', 'identity-paper'],
    });
  });

  it('counts as taken up when nobody said anything by the deadline, and is reminded of once before and once after', async () => {
    const id = await ask();
    const kinds = async () =>
      (await inContext(systemContext('test'), () => requests().actions([id]))).map(({ kind }) => kind);
    expect(await look()).toEqual({ accepted: 0, counted: 0, reminded: 0 });
    world.clock.set('2026-03-07');
    await look();
    await look();
    expect(await kinds()).toEqual(['ask', 'remind-before']);
    world.clock.set('2026-03-10');
    await look();
    expect(await row(id)).toMatchObject({ state: 'taken', countedFrom: '2026-03-02', dueOn: '2026-03-11' });
    expect((await refusalOf(as(clerk, () => requests().tellMissing(id, clerk, ['identity-paper'], null)))).code).toBe(
      'SERVICE_WRONG_STATE',
    );
    world.clock.set('2026-03-12');
    await look();
    await look();
    expect((await kinds()).slice(2)).toEqual(['silence', 'remind-before', 'remind-after']);
    expect((await row(id)).state).toBe('taken'); // Nothing is ever declined by itself.
  });

  it('is declined by a person only, with a reason and with rights', async () => {
    const id = await ask();
    expect((await refusalOf(as(clerk, () => requests().decline(id, clerk, '不')))).code).toBe('SERVICE_WORDING');
    await as(clerk, () => requests().decline(id, clerk, '申请人已在户籍地登记'));
    expect(await row(id)).toMatchObject({ state: 'declined', decidedOn: '2026-03-02' });
    await expect(
      world.database.admin(
        `insert into migrant.service_request_action (request_id, seq, kind, from_state, to_state, note, actor, at)
         values ($1, 9, 'decline', 'taken', 'declined', '系统', 'system:x', now())`,
        [id],
      ),
    ).rejects.toMatchObject({ constraint: 'service_request_is_declined_by_a_person' });
    await as(clerk, () => requests().reopen(id, clerk, '核对有误，重新办理'));
    expect(await row(id)).toMatchObject({ state: 'taken', decidedOn: null });
  });

  it('is taken back by the family at any time before the decision, and goes on at their wish', async () => {
    const id = await ask();
    await as(family, () => world.get(AskingService).withdraw(id, family, null));
    world.clock.set('2026-03-16');
    expect(await look()).toMatchObject({ accepted: 0, reminded: 0 });
    await as(family, () => world.get(AskingService).resume(id, family));
    expect(await row(id)).toMatchObject({ state: 'asked', receivedOn: '2026-03-02', dueOn: '2026-03-23' });
  });

  it('is seen by its places and its family, and by nobody else', async () => {
    const id = await ask();
    const seenBy = async (who: Caller) => (await as(who, () => requests().byIds([id]))).length;
    expect(await Promise.all([clerk, county, family].map(seenBy))).toEqual([1, 1, 1]);
    const stranger: Caller = { ...family, id: 'stranger', family: { key: 'cd'.repeat(32), persons: [] } };
    expect(await Promise.all([neighbour, abroad, stranger].map(seenBy))).toEqual([0, 0, 0]);
    expect((await refusalOf(as(stranger, () => world.get(AskingService).withdraw(id, stranger, null)))).code).toBe(
      'SERVICE_REQUEST_UNKNOWN',
    );
  });
});

/** What may happen to a request, in any order, by whoever tries. */
const anything = fc.array(
  fc.record({
    what: fc.constantFrom(
      'take',
      'tell',
      'allow',
      'serve',
      'decline',
      'reopen',
      'refer',
      'accept',
      'refuse',
      'back',
      'complete',
      'withdraw',
      'resume',
      'days',
      'look',
    ),
    who: fc.constantFrom(clerk, neighbour, county, colleague, family),
  }),
  { minLength: 3, maxLength: 14 },
);

describe('whatever anybody does', () => {
  it('a request always has an authority that accepted it, and a deadline only by the written rule', async () => {
    let n = 0;
    const accepted = { steps: 0 };
    await fc.assert(
      fc.asyncProperty(anything, async (steps) => {
        world.clock.set('2026-03-02');
        const id = await ask({ clientRef: `m${n++}`, service: 'vaccination' });
        const willing = new Set<string>([TOWN]);
        for (const { what, who } of steps) {
          await as(who, () => attempt(id, what, who)).then(
            () => accepted.steps++,
            (error: { code?: string }) => {
              if (!/^SERVICE_/.test(error.code ?? '')) throw error as Error;
            },
          );
          const now = await row(id);
          const answered = await inContext(systemContext('test'), () => requests().referrals([id]));
          for (const one of answered) if (one.answer === 'accepted') willing.add(one.toCode);
          expect(willing).toContain(now.responsibleCode);
          expect(now.dueOn).toEqual(dueByRule(now));
        }
      }),
      { numRuns: 40 },
    );
    expect(accepted.steps).toBeGreaterThan(40);
  }, 120_000);

  async function attempt(id: string, what: string, who: Caller): Promise<unknown> {
    const asking = world.get(AskingService);
    switch (what) {
      case 'take':
        return requests().take(id, who);
      case 'tell':
        return requests().tellMissing(id, who, ['identity-paper'], null);
      case 'allow':
        return requests().decideSecondNotice(id, who, true);
      case 'serve':
        return requests().serve(id, who, null);
      case 'decline':
        return requests().decline(id, who, '经核实不符合');
      case 'reopen':
        return requests().reopen(id, who, '重新核实');
      case 'refer':
        return referrals().refer(id, who, who.division === TOWN ? OTHER_TOWN : TOWN, null, '应由该处办理');
      case 'accept':
        return referrals().answer(id, who, true, null);
      case 'refuse':
        return referrals().answer(id, who, false, '不属于我处');
      case 'back':
        return referrals().takeBack(id, who);
      case 'complete':
        return asking.complete(id, who, null);
      case 'withdraw':
        return asking.withdraw(id, who, null);
      case 'resume':
        return asking.resume(id, who);
      case 'days':
        return void world.clock.advance(3 * 86_400_000);
      default:
        return look();
    }
  }

  /** The rule written down a second time: five working days for a notice and for the service, from the day it counts from. */
  const dueByRule = ({ state, countedFrom }: ServiceRequestRow): Day | null =>
    state === 'asked' || state === 'taken' ? workingDaysLater(countedFrom, 5) : null;
});

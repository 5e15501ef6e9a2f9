import type { Caller, Role } from '@app/access';
import { inContext, systemContext, type WorkContext } from '@app/database';
import { type DivisionCode, divisionPrefix, findDivisionCode } from '@app/kernel';
import { type CountyWorld, openCountyWorld } from '../../../../test/support/county-world';
import { refusalOf } from '../../../../test/support/subsidy-world';
import { AskingService } from '../service-request/asking.service';
import { ServiceRequestService } from '../service-request/service-request.service';
import { overseerOf } from './complaint.rules';
import { ComplaintService } from './complaint.service';
import { MOVES } from './complaint.state';
import type { ComplaintRow, FileInput } from './complaint.types';
import { FilingService } from './filing.service';

const TOWN = findDivisionCode('340202001')!;
const COUNTY = findDivisionCode('340202')!;
const CITY = findDivisionCode('3402')!;
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

const caller = (id: string, division: DivisionCode, role: Role = 'county-confirmer'): Caller => ({
  id,
  name: id,
  roles: [role],
  division,
});
const clerk = caller('clerk', TOWN, 'township-reviewer');
const county = caller('county', COUNTY);
const colleague = caller('colleague', COUNTY);
const city = caller('city', CITY);
const family: Caller = { ...caller('family', '' as DivisionCode, 'citizen'), family: { key: KEY, persons: [] } };

const as = async <T>(who: Caller | undefined, work: () => Promise<T>): Promise<T> => {
  const context: Partial<WorkContext> =
    who === undefined
      ? { actor: 'anonymous', division: undefined }
      : who.roles.includes('citizen')
        ? { actor: who.id, division: undefined, family: who.family }
        : { actor: who.id, division: divisionPrefix(who.division) };
  return inContext(systemContext('test', context), work);
};
const codeOf = async (work: Promise<unknown>) => (await refusalOf(work)).code;
const complaints = () => world.get(ComplaintService);
const input = (more: Partial<FileInput> = {}): FileInput => ({
  kind: 'service',
  office: TOWN,
  requestId: null,
  matter: null,
  paper: null,
  officer: null,
  told: '窗口一直没有人',
  contact: null,
  isAnonymous: false,
  ...more,
});
const file = (who: Caller | undefined, more: Partial<FileInput> = {}) =>
  as(who, () => world.get(FilingService).file(input(more), who));
const newest = async (): Promise<ComplaintRow> => {
  const [{ id } = { id: '' }] = await world.database.admin<{ id: string }>(
    `select id from migrant.complaint order by seq desc limit 1`,
  );
  return (await inContext(systemContext('test'), () => complaints().byIds([id])))[0]!;
};
const seenBy = async (who: Caller, id: string) => (await as(who, () => complaints().byIds([id]))).length;

/** A request whose clerk demanded two papers. */
async function demanded(): Promise<string> {
  const id = await as(family, () =>
    world.get(AskingService).ask(
      {
        clientRef: 'r',
        service: 'vaccination',
        division: TOWN,
        household: 'newcomer',
        personId: null,
        name: '示例',
        need: null,
      },
      { id: 'family', channel: 'online', ownKey: KEY },
      [],
    ),
  );
  const items = ['birth-certificate', 'vaccination-record'];
  await as(clerk, () => world.get(ServiceRequestService).tellMissing(id, clerk, items, null));
  return id;
}
const requestOf = async (id: string) =>
  (await inContext(systemContext('test'), () => world.get(ServiceRequestService).byIds([id])))[0]!;

describe('a complaint', () => {
  it('moves as the table says, here and in PostgreSQL', async () => {
    const found = await world.database.admin<{ move: string }>(
      `select from_state || ' → ' || to_state as move from migrant.complaint_move`,
    );
    const own = Object.entries(MOVES).flatMap(([from, all]) => all.map((to) => `${from} → ${to}`));
    expect(found.map(({ move }) => move).sort()).toEqual(own.sort());
  });

  it.each([
    ['340202001001', '340202000000'],
    ['340202001000', '340202000000'],
    ['340202000000', '340200000000'],
    ['340200000000', '340000000000'],
    ['340000000000', null],
  ])('about %s is answered by %s', (office, overseer) => {
    expect(overseerOf(office as DivisionCode)).toBe(overseer);
  });

  it('may come without a name: nothing of whoever complains is kept, and number and code follow it up', async () => {
    const { number, code, dueOn } = await file(family, { isAnonymous: true, contact: '13800000000' });
    expect(dueOn).toBe('2026-03-23');
    const [row] = await world.database.admin<Record<string, unknown>>('select * from migrant.complaint');
    expect(row).toMatchObject({ filed_by: 'anonymous', owner_key: null, is_anonymous: true });
    expect(JSON.stringify(row)).not.toContain('13800000000');
    const [{ n } = { n: -1 }] = await world.database.admin<{ n: number }>(
      `select count(*)::integer as n from migrant.audit_entry where actor = 'family'`,
    );
    expect(n).toBe(0);
    const follow = (typed: string) => as(undefined, () => world.get(FilingService).follow(number, typed));
    expect(await follow(code.toLowerCase().replaceAll('-', ' '))).toMatchObject({
      state: 'filed',
      responsibleCode: COUNTY,
    });
    expect(await codeOf(follow('0000-0000-0000'))).toBe('COMPLAINT_CODE_WRONG');
    expect(await codeOf(as(undefined, () => world.get(FilingService).follow('TS99999999', code)))).toBe(
      'COMPLAINT_CODE_WRONG',
    );
  });

  it('is limited by the hour without a name, and with a name it is not', async () => {
    await world.database.admin(`update migrant.parameter set value = '2' where name = 'complaint.anonymous-hourly'`);
    await file(undefined);
    await file(undefined);
    expect(await codeOf(file(undefined))).toBe('COMPLAINT_TOO_MANY');
    await file(family);
    world.clock.advance(3_600_001);
    await file(undefined);
    await world.database.admin(`update migrant.parameter set value = '30' where name = 'complaint.anonymous-hourly'`);
  });

  it('is seen by the office above and by nobody it is about, whatever their office', async () => {
    const requestId = await demanded();
    await file(family, { kind: 'paper', paper: 'birth-certificate', requestId, officer: 'colleague' });
    const { id } = await newest();
    expect(await Promise.all([county, family, clerk, colleague].map((who) => seenBy(who, id)))).toEqual([1, 1, 0, 0]);
    const promoted = caller('clerk', COUNTY);
    expect(await seenBy(promoted, id)).toBe(0);
    expect(await codeOf(as(promoted, () => complaints().take(id, promoted)))).toBe('COMPLAINT_UNKNOWN');
  });

  it('about a demanded paper is upheld and executed: the paper is asked for no more and the request goes on', async () => {
    const requestId = await demanded();
    await file(family, { kind: 'paper', paper: 'birth-certificate', requestId });
    const { id } = await newest();
    await as(county, () => complaints().take(id, county));
    await as(county, () => complaints().decide(id, county, true, '出生信息可共享取得，不应要求提交'));
    await as(county, () => complaints().execute(id, county, '已取消该材料要求'));
    expect(await newest()).toMatchObject({ state: 'executed', mendedRequestId: requestId });
    expect(await requestOf(requestId)).toMatchObject({ state: 'incomplete', missing: ['vaccination-record'] });
    await file(family, { kind: 'paper', paper: 'vaccination-record', requestId });
    const second = (await newest()).id;
    await as(county, () => complaints().take(second, county));
    await as(county, () => complaints().decide(second, county, true, '接种记录可共享取得'));
    await as(county, () => complaints().execute(second, county, '已取消该材料要求'));
    expect(await requestOf(requestId)).toMatchObject({ state: 'taken', missing: [] });
  });

  it('that was not upheld is looked at again by another officer', async () => {
    await file(family);
    const { id } = await newest();
    await as(county, () => complaints().take(id, county));
    await as(county, () => complaints().decide(id, county, false, '当日系统检修，已公告'));
    await as(family, () => complaints().reopen(id, family, '公告没有张贴'));
    expect(await codeOf(as(county, () => complaints().decide(id, county, false, '已经答复')))).toBe(
      'COMPLAINT_SAME_OFFICER',
    );
    await as(colleague, () => complaints().decide(id, colleague, true, '确未张贴公告'));
    expect(await newest()).toMatchObject({ state: 'upheld' });
  });

  it('is handed over by acceptance only, and never to the office it is about', async () => {
    await file(family);
    const { id } = await newest();
    expect(await codeOf(as(county, () => complaints().handOver(id, county, TOWN, '请你处答复')))).toBe(
      'COMPLAINT_TO_THE_OFFICE',
    );
    await as(county, () => complaints().handOver(id, county, '3402', '涉及市级规定'));
    expect(await newest()).toMatchObject({ responsibleCode: COUNTY });
    expect(await codeOf(as(county, () => complaints().answerHandOver(id, county, true, null)))).toBe(
      'COMPLAINT_HAND_OVER_UNKNOWN',
    );
    await as(city, () => complaints().answerHandOver(id, city, true, null));
    expect(await newest()).toMatchObject({ responsibleCode: CITY, owner: 'city' });
    await expect(
      world.database.admin(
        `update migrant.complaint set responsible_code = '340202000000' , places = array['340202000000'] where id = $1`,
        [id],
      ),
    ).rejects.toMatchObject({ constraint: 'complaint_stays_until_another_accepts' });
  });

  it('is reminded of before and after its deadline, and never decided by itself', async () => {
    await file(family);
    const { id } = await newest();
    const look = () => inContext(systemContext('complaints'), () => complaints().look());
    world.clock.set('2026-03-21');
    await look();
    await look();
    world.clock.set('2026-03-24');
    await look();
    await look();
    const kinds = (await inContext(systemContext('test'), () => complaints().actions([id]))).map(({ kind }) => kind);
    expect(kinds).toEqual(['file', 'remind-before', 'remind-after']);
    expect((await newest()).state).toBe('filed');
  });
});

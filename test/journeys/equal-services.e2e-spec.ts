import type { Caller, Role } from '@app/access';
import { inContext, systemContext } from '@app/database';
import { checkCharacter, type DivisionCode, findDivisionCode } from '@app/kernel';
import { ServiceAccessService } from '../../apps/migrant/src/equal-access/service-access.service';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import { GraphClient } from '../support/graph-client';

const TOWN = findDivisionCode('340202001')!;
const OTHER_TOWN = findDivisionCode('340202002')!;
const COUNTY = findDivisionCode('340202')!;

let world: CountyWorld;
let graph: GraphClient;
beforeAll(async () => {
  world = await openCountyWorld('2026-03-02');
  graph = await GraphClient.open(world);
}, 120_000);
afterAll(async () => {
  await graph?.close();
  await world?.close();
});

const caller = (id: string, division: DivisionCode, role: Role): Caller => ({ id, name: id, roles: [role], division });
const clerk = caller('town-clerk', TOWN, 'township-reviewer');
const neighbour = caller('other-clerk', OTHER_TOWN, 'township-reviewer');
const county = caller('county-officer', COUNTY, 'county-confirmer');
/** Registered in another province, and in no register here. */
const digits = '51010419900307123';
const newcomer: Caller = {
  ...caller('newcomer', '' as DivisionCode, 'citizen'),
  idNumber: `${digits}${checkCharacter(digits)}`,
};

interface Request {
  readonly id: string;
  readonly state: string;
  readonly responsibleCode: string;
  readonly owner: string | null;
  readonly dueOn: string | null;
  readonly missing: readonly string[];
  readonly history: readonly { kind: string }[];
}
const FIELDS = 'id state responsibleCode owner dueOn missing history { kind }';
const my = async (): Promise<Request> => {
  const { data } = await graph.ask<{ myServiceRequests: Request[] }>(newcomer, `{ myServiceRequests { ${FIELDS} } }`);
  return data.myServiceRequests[0]!;
};
const act = (who: Caller, field: string, args: string) =>
  graph.ask<Record<string, Request>>(who, `mutation { ${field}(${args}) { id } }`);

describe('a family from elsewhere', () => {
  it('reads what it is owed and which papers are never asked for, without signing in', async () => {
    const { data } = await graph.ask<{
      serviceEntitlements: { code: string; neverPapers: string[]; source: string }[];
    }>(undefined, '{ serviceEntitlements(division: "340202001") { code neverPapers source } }');
    const vaccination = data.serviceEntitlements.find(({ code }) => code === 'vaccination')!;
    expect(vaccination.neverPapers).toContain('residence-permit');
    expect(data.serviceEntitlements.every(({ source }) => source !== '')).toBe(true);
  });

  it('is referred, told once what is missing, complains of papers that are then asked for no more, and is counted', async () => {
    await isReferred();
    await isToldOnce();
    await complains();
    await isCounted();
  }, 60_000);

  /** It asks and is referred; whoever was asked first answers for it until the other accepts. */
  async function isReferred(): Promise<void> {
    const asked = await act(
      newcomer,
      'askForService',
      'clientRef: "first", service: "vaccination", division: "340202001", household: NEWCOMER, name: "示例孩子", need: "接种"',
    );
    expect(asked.refused).toEqual([]);
    const { id } = await my();
    expect(
      (await act(clerk, 'referServiceRequest', `id: "${id}", to: "340202002", reason: "现住在该街道"`)).refused,
    ).toEqual([]);
    expect(await my()).toMatchObject({ responsibleCode: TOWN, owner: 'town-clerk', dueOn: '2026-03-09' });
    expect((await act(neighbour, 'takeServiceRequest', `id: "${id}"`)).refused).toEqual(['SERVICE_NOT_RESPONSIBLE']);
    await act(neighbour, 'answerServiceReferral', `id: "${id}", accept: true`);
    expect(await my()).toMatchObject({ responsibleCode: OTHER_TOWN, owner: 'other-clerk' });
  }

  /** It is told once what is missing, never a permit that no text asks for; a second list waits for the county. */
  async function isToldOnce(): Promise<void> {
    const { id } = await my();
    const tell = (items: string) => act(neighbour, 'tellMissing', `id: "${id}", items: [${items}]`);
    const permit = await tell('"residence-permit"');
    expect(permit.refused).toEqual(['SERVICE_PAPER_NEVER']);
    expect(permit.errors[0]!.message).toMatch(/never ask for residence-permit/);
    expect(JSON.stringify(permit.errors[0])).toMatch(/不得要求提交/);
    await tell('"birth-certificate"');
    expect(await my()).toMatchObject({ state: 'INCOMPLETE', missing: ['birth-certificate'], dueOn: null });
    await act(newcomer, 'completeServiceRequest', `id: "${id}"`);
    await tell('"birth-certificate", "vaccination-record"');
    expect(await my()).toMatchObject({ state: 'ASKED' });
    const { data } = await graph.ask<{ serviceRequests: { nodes: { id: string }[] } }>(
      county,
      '{ serviceRequests(filter: { isSecondNotice: true }) { nodes { id } } }',
    );
    expect(data.serviceRequests.nodes).toEqual([{ id }]);
    await act(county, 'decideSecondServiceNotice', `id: "${id}", allow: true`);
    expect(await my()).toMatchObject({ state: 'INCOMPLETE', missing: ['birth-certificate', 'vaccination-record'] });
  }

  /** It complains of the papers; the office and its officers see nothing of it, and what is upheld is mended. */
  async function complains(): Promise<void> {
    const { id } = await my();
    const tickets: { number: string; code: string }[] = [];
    for (const paper of ['birth-certificate', 'vaccination-record']) {
      const { data, refused } = await graph.ask<{ fileComplaint: { number: string; code: string } }>(
        newcomer,
        `mutation { fileComplaint(kind: PAPER, office: "340202002", request: "${id}", paper: "${paper}", told: "材料可以共享取得") { number code } }`,
      );
      expect(refused).toEqual([]);
      tickets.push(data.fileComplaint);
    }
    const list = async (who: Caller) =>
      (
        await graph.ask<{ complaints: { nodes: { id: string; told: string }[] } }>(
          who,
          '{ complaints { nodes { id told } } }',
        )
      ).data.complaints.nodes;
    expect(await list(neighbour)).toEqual([]);
    expect(await list(county)).toEqual([]); // Who allowed the second notice is complained of as well.
    const superior = caller('county-superior', COUNTY, 'county-confirmer');
    const found = await list(superior);
    expect(found.map(({ told }) => told)).toEqual(['材料可以共享取得', '材料可以共享取得']);
    for (const one of found) {
      await act(superior, 'takeComplaint', `id: "${one.id}"`);
      await act(superior, 'decideComplaint', `id: "${one.id}", uphold: true, reasons: "信息可共享取得，不应要求提交"`);
      expect((await act(superior, 'executeComplaint', `id: "${one.id}", mended: "已取消该材料要求"`)).refused).toEqual(
        [],
      );
    }
    for (const { number, code } of tickets) {
      const { data } = await graph.ask<{ followComplaint: object }>(
        undefined,
        `{ followComplaint(number: "${number}", code: "${code}") { state reasons mended } }`,
      );
      expect(data.followComplaint).toEqual({
        state: 'EXECUTED',
        reasons: '信息可共享取得，不应要求提交',
        mended: '已取消该材料要求',
      });
    }
    const mended = await my();
    expect(mended).toMatchObject({ state: 'TAKEN', missing: [] });
    expect((await act(neighbour, 'serveServiceRequest', `id: "${mended.id}"`)).refused).toEqual([]);
    expect((await my()).history.map(({ kind }) => kind)).toEqual([
      'ask',
      'refer',
      'accept-referral',
      'tell-missing',
      'complete',
      'want-second-notice',
      'allow-second-notice',
      'waive',
      'waive',
      'serve',
    ]);
  }

  /** It is counted beside locals once the quarter is over: published, with small cells left out. */
  async function isCounted(): Promise<void> {
    const serve = async (household: string, n: number, isAskedForPapers: boolean) => {
      const { data } = await act(
        clerk,
        'askForService',
        `clientRef: "${household}-${n}", service: "vaccination", division: "340202001", household: ${household}, name: "示例"`,
      );
      const { id } = data.askForService!;
      if (isAskedForPapers) {
        await act(clerk, 'tellMissing', `id: "${id}", items: ["birth-certificate"]`);
        await act(clerk, 'completeServiceRequest', `id: "${id}"`);
      }
      await act(clerk, 'takeServiceRequest', `id: "${id}"`);
      await act(clerk, 'serveServiceRequest', `id: "${id}"`);
    };
    for (let n = 0; n < 6; n++) await serve('NEWCOMER', n, true);
    for (let n = 0; n < 8; n++) await serve('LOCAL', n, false);
    const other = await act(
      clerk,
      'askForService',
      'clientRef: "relief", service: "emergency-relief", division: "340202001", household: NEWCOMER, name: "示例"',
    );
    await act(clerk, 'declineServiceRequest', `id: "${other.data.askForService!.id}", reason: "经核实不符合"`);

    world.clock.set('2026-04-21');
    const freeze = () =>
      inContext(systemContext('freeze'), () => world.app.get(ServiceAccessService, { strict: false }).freezeDue());
    expect(await freeze()).toEqual({ frozen: 2, corrected: 0 });
    expect(await freeze()).toEqual({ frozen: 0, corrected: 0 });

    const { data, refused } = await graph.ask<{
      serviceAccess: { service: string; groups: Record<string, unknown>[]; gaps: Record<string, unknown>[] }[];
    }>(
      undefined,
      `{ serviceAccess(division: "340202", quarter: "2026Q1") { service correction
         groups { household cases granted grantedPercent asked papers daysMedian isTooFew }
         gaps { of points low high isBeyondChance } } }`,
    );
    expect(refused).toEqual([]);
    const [relief, vaccination] = data.serviceAccess;
    expect(relief).toMatchObject({ service: 'emergency-relief', gaps: [] });
    expect(relief!.groups.every(({ cases, granted, isTooFew }) => cases === null && granted === null && isTooFew)).toBe(
      true,
    );
    expect(vaccination!.groups).toEqual([
      {
        household: 'LOCAL',
        cases: 8,
        granted: 8,
        grantedPercent: '100.0',
        asked: 0,
        papers: 0,
        daysMedian: 0,
        isTooFew: false,
      },
      {
        household: 'NEWCOMER',
        cases: 7,
        granted: 7,
        grantedPercent: '100.0',
        asked: 7,
        papers: 8,
        daysMedian: 0,
        isTooFew: false,
      },
      {
        household: 'ALL',
        cases: 15,
        granted: 15,
        grantedPercent: '100.0',
        asked: 7,
        papers: 8,
        daysMedian: null,
        isTooFew: false,
      },
    ]);
    // Papers are asked of newcomers and of no local: a gap that is no accident, shown as one.
    expect(vaccination!.gaps.find(({ of }) => of === 'asked')).toMatchObject({ points: '100.0', isBeyondChance: true });
    const csv = await graph.ask<{ serviceAccessExport: string }>(
      undefined,
      '{ serviceAccessExport(division: "340202") }',
    );
    expect(csv.data.serviceAccessExport.split('\n')[0]).toMatch(/^quarter,division,service,correction,household,cases/);
    expect(csv.data.serviceAccessExport).not.toContain('town-clerk');
  }
});

import type { Caller } from '@app/access';
import { FlowService } from '../../apps/migrant/src/flow/flow.service';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import { citizenNumber, registryRow } from '../support/family';
import { GraphClient } from '../support/graph-client';
import { type Messages, openMessages } from '../support/messages';

/** Two townships of the county served, another city of the province, another province. */
const [HERE, NEAR, CITY, FAR] = ['340202100201', '340202101201', '340301100201', '510104001201'] as const;
const COUNTY = '340202000000';

let world: CountyWorld;
let graph: GraphClient;
let messages: Messages;
let made = 0;

const caller = (id: string, division: string, role: Caller['roles'][number]): Caller => ({
  id,
  name: id,
  roles: [role],
  division: division as Caller['division'],
});
const officer = caller('officer', COUNTY, 'county-confirmer');
const elsewhere = caller('elsewhere', '340203000000', 'county-confirmer');
const police = caller('police', '340000000000', 'agency');

beforeAll(async () => {
  world = await openCountyWorld('2026-03-15');
  graph = await GraphClient.open(world);
  messages = await openMessages(world);
  await world.get(RegistryImportService).import(world.file('extract.csv', [registryRow('R', '1980-01-01', 11)]));
  await messages.settle();
}, 120_000);
afterAll(async () => {
  await messages?.close();
  await graph?.close();
  await world?.close();
});

/** The residence-permit authority tells of somebody who came. */
async function came(to: string, from: string, on: string, isWoman = false): Promise<void> {
  made += 1;
  const number = citizenNumber('1990-05-05', 100 + 2 * made + (isWoman ? 0 : 1));
  const { refused } = await graph.ask(
    police,
    `mutation { notePermit(noticeNo: "JZZ-${made}", name: "示例${made}", idNumber: "${number}",
       stay: { placeCode: "${to}", from: "${on}", cameFrom: "${from}" }) { reference } }`,
  );
  expect(refused).toEqual([]);
}

interface Figure {
  readonly divisionCode: string;
  readonly direction: string;
  readonly total: number | null;
  readonly crossProvince: number | null;
  readonly withinProvince: number | null;
  readonly withinCounty: number | null;
  readonly unknown: number | null;
  readonly male: number | null;
  readonly female: number | null;
  readonly sexUnknown: number | null;
  readonly ages: readonly { readonly count: number | null }[];
}
const FIGURES = `nodes { divisionCode direction total crossProvince withinProvince withinCounty unknown male female sexUnknown ages { count } }`;
const cells = (figure: Figure) => [
  ...[figure.total, figure.crossProvince, figure.withinProvince, figure.withinCounty, figure.unknown],
  ...[figure.male, figure.female, figure.sexUnknown, ...figure.ages.map(({ count }) => count)],
];
const closed = async (isCorrected: boolean) =>
  (
    await graph.ask<{ closedFlows: { nodes: Figure[] } }>(
      officer,
      `{ closedFlows(month: "2026-02", isCorrected: ${isCorrected}, first: 200) { ${FIGURES} } }`,
    )
  ).data.closedFlows.nodes;
const published = async () =>
  (
    await graph.ask<{ publishedFlows: { nodes: Figure[] } }>(
      undefined,
      `{ publishedFlows(division: "340202", month: "2026-02", first: 200) { ${FIGURES} } }`,
    )
  ).data.publishedFlows.nodes;
const ring = async () => {
  await world.get(FlowService).ring();
  await messages.settle();
};
const of = (figures: readonly Figure[], code: string) =>
  figures.find(({ divisionCode, direction }) => divisionCode === code && direction === 'IN');

describe('a month of people who came', () => {
  it('is closed, published without small figures, corrected by a line, and the same as a file', async () => {
    for (let n = 0; n < 9; n++) await came(HERE, FAR, '2025-08-05');
    for (let n = 0; n < 2; n++) await came(HERE, CITY, '2025-08-05');
    for (let n = 0; n < 8; n++) await came(NEAR, CITY, '2025-08-10', true);

    // Before it is closed there is nothing to ask for, and the sentence says what to do.
    {
      const { errors } = await graph.ask(officer, `{ closedFlows(month: "2026-02") { totalCount } }`);
      expect(JSON.stringify(errors)).toContain('FLOW_MONTH_OPEN');
    }
    await ring();

    // The officers of the county see what was counted; those of another county are refused.
    expect(of(await closed(false), COUNTY)).toMatchObject({
      total: 19,
      crossProvince: 9,
      withinProvince: 10,
      male: 11,
    });
    expect(of(await closed(false), '340202100000')).toMatchObject({ total: 11, crossProvince: 9, withinProvince: 2 });
    {
      const { refused } = await graph.ask(
        elsewhere,
        `{ closedFlows(division: "340202", month: "2026-02") { totalCount } }`,
      );
      expect(refused).toEqual(['OUTSIDE_DIVISION']);
    }

    // Everybody sees the county whole; the two who came from the next city are not shown, nor what they could be told by.
    const first = await published();
    expect(of(first, COUNTY)).toMatchObject({ total: 19, crossProvince: 9, withinProvince: 10 });
    expect(of(first, '340202100000')).toMatchObject({ total: 11, crossProvince: null, withinProvince: null });
    expect(of(first, '340202101000')).toMatchObject({ total: 8, crossProvince: null, withinProvince: null });
    expect(first.flatMap(cells).filter((count) => count !== null && count > 0 && count < 5)).toEqual([]);

    // One more is learned of when the month is closed: a line, and nothing that was closed or published changes.
    const before = await closed(false);
    await came(HERE, FAR, '2025-08-20', true);
    world.clock.set('2026-03-16');
    await ring();
    const { data } = await graph.ask<{
      flowCorrections: { nodes: { divisionCode: string; direction: string; lines: object[] }[] };
    }>(
      officer,
      `{ flowCorrections(month: "2026-02") { nodes { divisionCode direction lines { cell before after } } } }`,
    );
    expect(data.flowCorrections.nodes).toEqual([
      {
        divisionCode: '340202100000',
        direction: 'IN',
        lines: [
          { cell: 'total', before: 11, after: 12 },
          { cell: 'cross-province', before: 9, after: 10 },
          { cell: 'female', before: 0, after: 1 },
          { cell: 'age-35-44', before: 11, after: 12 },
        ],
      },
    ]);
    expect(await closed(false)).toEqual(before);
    expect(of(await closed(true), '340202100000')).toMatchObject({ total: 12, female: 1 });
    expect(await published()).toEqual(first);
    const told = await graph.ask<{ publishedFlowCorrections: { nodes: unknown[] } }>(
      undefined,
      `{ publishedFlowCorrections(division: "340202") { nodes { id } } }`,
    );
    expect(told.data.publishedFlowCorrections.nodes).toEqual([]);

    // The file says what the graph says, the withheld as a star.
    const file = await graph.ask<{ publishedFlowExport: { csv: string; after: string | null } }>(
      undefined,
      `{ publishedFlowExport(division: "340202", month: "2026-02") { csv after } }`,
    );
    const [, ...lines] = file.data.publishedFlowExport.csv.trimEnd().split('\r\n');
    const said = first.map((figure) =>
      ['2026-02', figure.divisionCode, figure.direction.toLowerCase(), ...cells(figure).map((n) => n ?? '*')].join(','),
    );
    expect(lines).toEqual(said);
    expect(file.data.publishedFlowExport.after).toBeNull();

    // Any other period is counted as things are known now, and the closed month says that it is as it was closed.
    const live = await graph.ask<{ flows: { nodes: Figure[] }; flowMonths: object[] }>(
      officer,
      `{ flows(from: "2025-08-01", until: "2025-08-15", leastMonths: 0) { ${FIGURES} } flowMonths { month isIntact smallBelow } }`,
    );
    expect(of(live.data.flows.nodes, COUNTY)).toMatchObject({ total: 19 });
    expect(live.data.flowMonths).toEqual([{ month: '2026-02-01', isIntact: true, smallBelow: 5 }]);
  }, 120_000);
});

import type { Caller } from '@app/access';
import { citizenNumber, registryRow } from '../support/family';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import { GraphClient } from '../support/graph-client';
import { type Messages, openMessages } from '../support/messages';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';

// A family of another county comes to live in a township of this one. Their hukou is in 340202, they live in 340202's
// neighbour 340203.
const [HERE, OTHER_HERE, HUKOU] = ['340203001002', '340203001003', '340202100201'] as const;
const MOTHER = citizenNumber('1991-04-05', 24);

let world: CountyWorld;
let graph: GraphClient;
let messages: Messages;

const officer = (id: string, division: string, role: Caller['roles'][number] = 'township-reviewer'): Caller => ({
  id,
  name: id,
  roles: [role],
  division: division as Caller['division'],
});
const clerk = officer('clerk', '340203001000');
const elsewhere = officer('elsewhere', '340204000000');
const origin = officer('origin', '340202000000');
const police: Caller = officer('police', '340000000000', 'agency');
const mother: Caller = {
  id: 'mother',
  name: '示例M',
  roles: ['citizen'],
  division: '' as Caller['division'],
  idNumber: MOTHER,
};

beforeAll(async () => {
  world = await openCountyWorld('2026-06-01');
  graph = await GraphClient.open(world);
  messages = await openMessages(world);
  const file = world.file('extract.csv', [registryRow('M', '1991-04-05', 24, { moved_in_on: '1991-05-01' })]);
  await world.get(RegistryImportService).import(file);
  await messages.settle();
}, 120_000);
afterAll(async () => {
  await messages?.close();
  await graph?.close();
  await world?.close();
});

interface Period {
  readonly id: string;
  readonly placeCode: string;
  readonly possibleFrom: string | null;
  readonly certainFrom: string | null;
  readonly possibleUntil: string | null;
  readonly isDisputed: boolean;
  readonly basis: string;
}
interface Own {
  readonly myResidence: {
    id: string;
    idNumberMask: string;
    person: { id: string } | null;
    origins: { divisionCode: string; basis: string }[];
    periods: Period[];
  }[];
}
const OWN = `{ myResidence { id idNumberMask person { id } origins { divisionCode basis }
  periods { id placeCode possibleFrom certainFrom possibleUntil isDisputed basis } } }`;
const own = async () => (await graph.ask<Own>(mother, OWN)).data.myResidence[0]!;

const residents = async (caller: Caller, division: string, on: string) => {
  const { data } = await graph.ask<{
    residents: { nodes: { resident: { id: string }; spans: { answer: string }[] }[] };
  }>(caller, `{ residents(division: "${division}", on: "${on}") { nodes { resident { id } spans { answer } } } }`);
  return data.residents.nodes.map(({ spans }) => spans[0]!.answer);
};

describe('a mother who moved', () => {
  it('gives notice, is answered for with what is not known, contradicted, put right and gone, and only those see it who may', async () => {
    // She gives notice herself, as far as she knows the days, and sees her own record.
    {
      const notice = `mutation { noteOwnResidence(reference: "own-1", stay: { placeCode: "${HERE}", from: "2025-09", cameFrom: "${HUKOU}" }) { reference isNew resident { id } } }`;
      const { data, refused } = await graph.ask<{ noteOwnResidence: { isNew: boolean } }>(mother, notice);
      expect([refused, data.noteOwnResidence.isNew]).toEqual([[], true]);
      const again = await graph.ask<{ noteOwnResidence: { isNew: boolean } }>(mother, notice);
      expect(again.data.noteOwnResidence.isNew).toBe(false);
      await messages.settle();

      const mine = await own();
      expect(mine).toMatchObject({
        idNumberMask: `3402${'*'.repeat(14)}`,
        origins: [{ divisionCode: HUKOU, basis: 'REGISTRY' }],
        periods: [{ placeCode: HERE, possibleFrom: '2025-09-01', certainFrom: '2025-10-01', basis: 'DECLARED' }],
      });
      expect(mine.person).not.toBeNull();
      expect(graph.answers.join()).not.toContain(MOTHER);
    }

    // She is possibly a resident in the month she came, surely after it; in her township and nowhere else.
    {
      expect(await residents(clerk, HERE, '2025-08-31')).toEqual([]);
      expect(await residents(clerk, HERE, '2025-09-15')).toEqual(['POSSIBLE']);
      expect(await residents(clerk, '340203001', '2025-10-01')).toEqual(['RESIDENT']);
      const { refused } = await graph.ask(elsewhere, `{ residents(division: "340203") { nodes { resident { id } } } }`);
      expect(refused).toContain('OUTSIDE_DIVISION');
      const { data } = await graph.ask<{ residents: { nodes: unknown[] } }>(
        elsewhere,
        `{ residents { nodes { resident { id } } } }`,
      );
      expect(data.residents.nodes).toEqual([]);
    }

    // A period is answered in the parts in which the answer differs.
    {
      const { data } = await graph.ask<{ residentsBetween: { nodes: { spans: unknown[] }[] } }>(
        clerk,
        `{ residentsBetween(from: "2025-08-01", until: "2026-01-01") { nodes { spans { from until answer } } } }`,
      );
      expect(data.residentsBetween.nodes).toEqual([
        {
          spans: [
            { from: '2025-09-01', until: '2025-10-01', answer: 'POSSIBLE' },
            { from: '2025-10-01', until: '2026-01-01', answer: 'RESIDENT' },
          ],
        },
      ]);
      const { refused } = await graph.ask(
        clerk,
        `{ residentsBetween(from: "2025-08-01", until: "2025-08-01") { nodes { spans { answer } } } }`,
      );
      expect(refused).toEqual(['RESIDENCE_PERIOD_BACKWARDS']);
    }

    // The officers of her origin see where she lives, and no others do.
    {
      const { id } = await own();
      const ask = `{ resident(id: "${id}") { name periods { placeCode } } }`;
      expect((await graph.ask(origin, ask)).data).toMatchObject({ resident: { periods: [{ placeCode: HERE }] } });
      expect((await graph.ask(elsewhere, ask)).data).toEqual({ resident: null });
    }

    // She puts her own record right.
    {
      const { periods } = await own();
      const { refused } = await graph.ask(
        mother,
        `mutation { correctResidence(reference: "own-2", period: "${periods[0]!.id}", reason: "想起了到达的日期",
         stay: { placeCode: "${HERE}", from: "2025-09-08", cameFrom: "${HUKOU}" }) { isNew } }`,
      );
      expect(refused).toEqual([]);
      expect((await own()).periods).toMatchObject([{ possibleFrom: '2025-09-08', certainFrom: '2025-09-08' }]);
    }

    // The permit authority says another village: both stand until an officer settles it.
    {
      const { data, refused } = await graph.ask(
        police,
        `mutation { notePermit(noticeNo: "JZZ-1", name: "示例M", idNumber: "${MOTHER}", permitNo: "3402030001",
         stay: { placeCode: "${OTHER_HERE}", from: "2025-09-08" }) { reference isNew } }`,
      );
      expect([refused, data]).toEqual([[], { notePermit: { reference: 'JZZ-1', isNew: true } }]);
      const [mine, theirs] = (await own()).periods.sort((a, b) => a.placeCode.localeCompare(b.placeCode));
      expect([mine!.isDisputed, theirs!.isDisputed]).toEqual([true, false]);
      expect(await residents(clerk, HERE, '2026-01-01')).toEqual(['UNDER_INVESTIGATION']);

      // She cannot settle it herself, and an officer of another county not either.
      const settle = `mutation { settleResidence(period: "${mine!.id}", holds: true, reason: "村委会核实") { id } }`;
      expect((await graph.ask(mother, settle)).refused).toEqual(['NOT_PERMITTED']);
      expect((await graph.ask(elsewhere, settle)).refused).toEqual(['RESIDENCE_PERIOD_UNKNOWN']);
      expect((await graph.ask(clerk, settle)).refused).toEqual([]);
      expect(await residents(clerk, HERE, '2026-01-01')).toEqual(['RESIDENT']);
      expect((await own()).periods).toMatchObject([{ placeCode: HERE, isDisputed: false }]);
    }

    // She ends it when she leaves.
    {
      const { id } = await own();
      await graph.ask(
        mother,
        `mutation { endResidence(reference: "own-3", resident: "${id}", placeCode: "${HERE}", on: "2026-05-20") { isNew } }`,
      );
      expect((await own()).periods).toMatchObject([{ possibleFrom: '2025-09-08', possibleUntil: '2026-05-20' }]);
      expect([await residents(clerk, HERE, '2026-05-19'), await residents(clerk, HERE, '2026-05-20')]).toEqual([
        ['RESIDENT'],
        [],
      ]);
    }
  });
});

describe('at the counter', () => {
  const take = (place: string, more = '') =>
    `mutation { noteResidence(reference: "counter-1", name: "刘洋", idNumber: "${citizenNumber('1988-08-08', 31)}",
       stay: { placeCode: "${place}", from: "2026-01" }, basis: DOCUMENT ${more}) { isNew resident { sex born } } }`;

  it('a notice is taken for one’s own place, with the paper that was seen', async () => {
    expect((await graph.ask(clerk, take(OTHER_HERE))).refused).toEqual(['NOTICE_PAPER_UNNAMED']);
    expect((await graph.ask(clerk, take('340204001001', 'sourceRef: "租房合同"'))).refused).toEqual([
      'RESIDENCE_OUTSIDE_DIVISION',
    ]);
    expect((await graph.ask(clerk, take(OTHER_HERE, 'sourceRef: "租房合同"'))).data).toEqual({
      noteResidence: { isNew: true, resident: { sex: 'MALE', born: '1988-08-08' } },
    });
    await messages.settle(); // Nobody of that number is in the register: nothing comes of looking.

    // By the number on the card they are found again, and nobody may try numbers out.
    const find = (number: string) => `{ residentByNumber(idNumber: "${number}") { name } }`;
    const number = citizenNumber('1988-08-08', 31);
    expect((await graph.ask(clerk, find(number))).data).toEqual({ residentByNumber: { name: '刘洋' } });
    for (let n = 100; n < 105; n++)
      expect((await graph.ask(clerk, find(citizenNumber('1988-08-08', n)))).data).toEqual({ residentByNumber: null });
    expect((await graph.ask(clerk, find(number))).refused).toEqual(['LOOKUP_LOCKED']);
  });
});

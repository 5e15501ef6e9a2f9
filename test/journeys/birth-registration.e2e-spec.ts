import { createHash } from 'node:crypto';
import type { Caller } from '@app/access';
import type { DivisionCode } from '@app/kernel';
import { CoordinationBellService } from '../../apps/migrant/src/coordination/coordination-bell.service';
import { DivisionService } from '../../apps/registration/src/division/division.service';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import { citizenNumber, family } from '../support/family';
import { GraphClient } from '../support/graph-client';
import { type Messages, openMessages } from '../support/messages';
import { pdfText } from '../support/pdf-text';

const TOWNSHIP = '340202100000';
const NEXT_COUNTY = '340203100000';
/** A county of another province that this installation serves, and one that it does not. */
const OTHER_PROVINCE = '430203000000';
const ELSEWHERE = '430202000000';
const TODAY = '2026-04-01';

let world: CountyWorld;
let graph: GraphClient;

beforeAll(async () => {
  world = await openCountyWorld(TODAY);
  const divisions = [
    { code: '340202', name: '示例县' },
    { code: TOWNSHIP, name: '示例镇' },
    { code: '340202100201', name: '示例村' },
    { code: '340203', name: '邻县' },
    { code: NEXT_COUNTY, name: '邻镇' },
    { code: OTHER_PROVINCE, name: '外省县' },
  ];
  await world.get(DivisionService).import(world.file('divisions.csv', divisions));
  await world.get(RegistryImportService).import(world.file('registry.csv', family()));
  graph = await GraphClient.open(world);
}, 120_000);
afterAll(async () => {
  await graph?.close();
  await world?.close();
});

afterEach(() => world.clock.set(TODAY));

const REVIEWER = 'township-reviewer';
const NEIGHBOUR: Caller = {
  id: 'neighbour',
  name: '邻县',
  roles: ['township-reviewer'],
  division: NEXT_COUNTY as DivisionCode,
};
const citizen = (id: string, idNumber: string): Caller => ({
  id,
  name: id,
  roles: ['citizen'],
  division: '' as Caller['division'],
  idNumber,
});
let sequence = 400;
const numberOf = (): string => citizenNumber('1996-06-06', (sequence += 2));

interface Registration {
  readonly id: string;
  readonly state: string;
  readonly look: string | null;
  readonly dueOn: string | null;
  readonly version: number;
  readonly toldWhere: string | null;
  readonly history: { kind: string; actor: string; items: string[] }[];
  readonly questions: { id: string; askedDivision: string; outcome: string | null; dueOn: string }[];
  readonly vouchers: { id: string; no: string; state: string; sha256: string }[];
}
const SHOWN = `id state look dueOn version toldWhere history { kind actor items }
  questions { id askedDivision outcome dueOn } vouchers { id no state sha256 }`;

/** One operation about a registration, as somebody; what came of it, or the code of what was refused. */
async function act(who: string | Caller, field: string, variables: object = {}, declared = ''): Promise<Registration> {
  const answer = await graph.ask<Record<string, Registration>>(
    who,
    `mutation ${declared} { it: ${field} { ${SHOWN} } }`,
    variables,
  );
  if (answer.refused.length > 0) throw Object.assign(new Error(answer.errors[0]!.message), { code: answer.refused[0] });
  return answer.data.it!;
}
const file = (who: string | Caller, statement: object, more: { clientRef?: string; division?: string } = {}) =>
  act(
    who,
    'fileBirthRegistration(clientRef: $clientRef, division: $division, statement: $statement)',
    { clientRef: `c-${sequence++}`, division: TOWNSHIP, ...more, statement },
    '($clientRef: String!, $division: String, $statement: BirthStatementInput!)',
  );
const alone = (idNumber: string, more: object = {}) => ({
  parties: [{ role: 'MOTHER', name: '示例·𬱖', idNumber, hukouDivision: '340202' }],
  expectedMonth: '2026-08',
  ...more,
});
const register = (id: string, who: string | Caller = REVIEWER) => act(who, `registerBirth(id: "${id}")`);

async function fileOf(who: string | Caller, voucherId: string) {
  const { data, refused } = await graph.ask<{ voucherFile: { name: string; base64: string; sha256: string } }>(
    who,
    `{ voucherFile(id: "${voucherId}") { name base64 sha256 } }`,
  );
  return { refused, ...data?.voucherFile, pdf: Buffer.from(data?.voucherFile?.base64 ?? '', 'base64') };
}
const verify = async (code: string, fileSha256?: string) =>
  (
    await graph.ask<{ verifyVoucher: object }>(
      undefined,
      'query ($code: String!, $hash: String) { verifyVoucher(code: $code, fileSha256: $hash) { status holders office isSameFile } }',
      { code, hash: fileSha256 },
    )
  ).data.verifyVoucher;
const verifyCredential = async (credential: string) =>
  (
    await graph.ask<{ verifyVoucherCredential: { status: string; shown: Record<string, unknown> } }>(
      undefined,
      'query ($credential: String!) { verifyVoucherCredential(credential: $credential) { status shown } }',
      { credential },
    )
  ).data.verifyVoucherCredential;
const codeIn = (pdf: Buffer): string => /([0-9A-Z]{4}-){7}[0-9A-Z]{4}/.exec(pdfText(pdf))![0];

describe('an unmarried mother', () => {
  it('is told what is asked, registers alone before the birth, and has her voucher, with no paper brought', async () => {
    const text = await graph.ask<{
      birthServiceText: Record<string, unknown> & { rules: { name: string; value: string; source: string }[] };
    }>(
      undefined,
      '{ birthServiceText(division: "340202") { asksMaritalStatus asksEarlierChildren sharedPapers commitmentZh rules { name value source } } }',
    );
    expect(text.data.birthServiceText).toMatchObject({ asksMaritalStatus: false, asksEarlierChildren: false });
    const { rules } = text.data.birthServiceText;
    expect(rules.find(({ name }) => name === 'who-may-register')).toMatchObject({ value: 'anyone' });

    const received = await file('village-clerk', alone(numberOf()), { division: '340202100201' });
    expect(received).toMatchObject({ state: 'SUBMITTED', look: null, dueOn: '2026-04-09' });
    const registered = await register(received.id);
    expect(registered).toMatchObject({ state: 'REGISTERED', questions: [] });
    expect(registered.history.map(({ kind }) => kind)).toEqual(['file', 'accept', 'register']);
    expect(registered.vouchers).toEqual([expect.objectContaining({ state: 'VALID' })]);

    world.clock.set('2026-08-20');
    const born = await act(
      'village-clerk',
      `recordRegisteredBirth(id: "${received.id}", children: [{ order: 1, bornOn: "2026-08-12", sex: FEMALE }])`,
    );
    expect(born).toMatchObject({ state: 'REGISTERED', version: 2 });
    expect(born.vouchers.map(({ state }) => state)).toEqual(['VALID', 'SUPERSEDED']);
  });
});

describe('a family that moves between provinces', () => {
  it('goes on by its word when the other province is silent, and what that says later is looked at by a person', async () => {
    const own = numberOf();
    const commitment = {
      facts: ['NOT_REGISTERED_ELSEWHERE', 'RESIDENCE'],
      textVersion: '2026-01',
      signedBy: 'MOTHER',
      signedOn: TODAY,
      agentName: '示例亲属',
      agentRelation: '母女',
    };
    const { id } = await file(REVIEWER, alone(own, { registeredElsewhere: '430202', commitment }));
    const asking = await register(id);
    expect(asking).toMatchObject({
      state: 'ASKING',
      dueOn: '2026-04-09',
      vouchers: [],
      questions: [{ askedDivision: '430202000000', outcome: null, dueOn: '2026-04-09' }],
    });
    await expect(register(id)).rejects.toMatchObject({ code: 'WAITING_FOR_ANSWER' });

    world.clock.set('2026-04-10');
    const overdue = await graph.ask<{ birthRegistrations: { nodes: { id: string; isOverdue: boolean }[] } }>(
      REVIEWER,
      '{ birthRegistrations(filter: { state: ASKING, isOverdue: true }) { nodes { id isOverdue } } }',
    );
    expect(overdue.data.birthRegistrations.nodes).toEqual([{ id, isOverdue: true }]);
    const registered = await register(id);
    expect(registered).toMatchObject({ state: 'REGISTERED', questions: [{ outcome: 'NO_REPLY' }] });

    const question = registered.questions[0]!.id;
    const late = await act(
      REVIEWER,
      `answerElsewhere(questionId: "${question}", outcome: MISMATCH, note: "出生月份不同")`,
    );
    expect(late).toMatchObject({ state: 'REGISTERED', look: 'ANSWER_MISMATCH' });
    const looked = await graph.ask<{ birthRegistrations: { nodes: { id: string }[] } }>(
      REVIEWER,
      '{ birthRegistrations(filter: { needsLook: true }) { nodes { id } } }',
    );
    expect(looked.data.birthRegistrations.nodes).toEqual([{ id }]);
    const right = await act(
      REVIEWER,
      'correctBirthRegistration(id: $id, statement: $statement, reason: "按外地答复更正月份")',
      { id, statement: alone(own, { expectedMonth: '2026-09' }) },
      '($id: ID!, $statement: BirthStatementInput!)',
    );
    expect(right).toMatchObject({ state: 'REGISTERED', look: null, version: 2 });
    expect(right.vouchers.map(({ state }) => state)).toEqual(['VALID', 'SUPERSEDED']);
  });

  it('is not registered a second time by the next county, and is told where it is registered', async () => {
    const own = numberOf();
    const { id } = await file(REVIEWER, alone(own));
    await register(id);
    await expect(file(NEIGHBOUR, alone(own), { division: NEXT_COUNTY })).rejects.toMatchObject({
      code: 'BIRTH_ALREADY_REGISTERED',
      message: expect.stringContaining('示例镇') as string,
    });
    const seen = await graph.ask<{ birthRegistration: null }>(NEIGHBOUR, `{ birthRegistration(id: "${id}") { id } }`);
    expect(seen.data.birthRegistration).toBeNull();
  });

  it('found registered elsewhere before it is registered here, is told where and nothing is left open', async () => {
    const { id } = await file(REVIEWER, alone(numberOf(), { registeredElsewhere: '430202' }));
    const asked = await act(REVIEWER, `acceptBirthRegistration(id: "${id}")`);
    const question = asked.questions[0]!.id;
    const told = await act(
      REVIEWER,
      `answerElsewhere(questionId: "${question}", outcome: CONFIRMED, office: "湖南省示例区示例街道")`,
    );
    expect(told).toMatchObject({ state: 'ELSEWHERE', toldWhere: '湖南省示例区示例街道', dueOn: null, vouchers: [] });
  });
});

describe('a question to another place', () => {
  let messages: Messages;
  beforeAll(async () => void (messages = await openMessages(world)));
  afterAll(() => messages?.close());

  const commitment = {
    facts: ['NOT_REGISTERED_ELSEWHERE', 'RESIDENCE'],
    textVersion: '2026-01',
    signedBy: 'MOTHER',
    signedOn: TODAY,
    agentName: '示例亲属',
    agentRelation: '母女',
  };
  const shown = async (id: string): Promise<Registration> => {
    const { data } = await graph.ask<{ birthRegistration: Registration }>(
      REVIEWER,
      `{ birthRegistration(id: "${id}") { ${SHOWN} } }`,
    );
    return data.birthRegistration;
  };
  const look = async () => {
    await world.get(CoordinationBellService).look();
    await messages.settle();
  };
  const officer = (division: string): Caller => ({
    id: `officer-${division}`,
    name: '外地',
    roles: ['county-confirmer'],
    division: division as DivisionCode,
  });
  const SEEN = `id purpose legalBasis fromDivision toDivision responsibleDivision fields outcome state dueOn
    values { field value } history { kind place actor } reminders { kind toDivision } person { id }`;
  interface Seen {
    readonly id: string;
    readonly toDivision: string;
    readonly outcome: string;
    readonly values: { field: string; value: string }[];
  }

  it('travels to the other county and is answered by its register, so that nobody waits and nobody types it in', async () => {
    const own = numberOf();
    const { id } = await file(REVIEWER, alone(own, { registeredElsewhere: OTHER_PROVINCE }));
    expect(await act(REVIEWER, `acceptBirthRegistration(id: "${id}")`)).toMatchObject({ state: 'ASKING' });
    await messages.settle();
    expect(await shown(id)).toMatchObject({ state: 'ACCEPTED', questions: [{ outcome: 'NOT_FOUND' }] });
    expect(await register(id)).toMatchObject({ state: 'REGISTERED', look: null });

    const mine = await graph.ask<{ myCoordinationRequests: Seen[] }>(
      citizen('asked-about', own),
      `{ myCoordinationRequests { ${SEEN} } }`,
    );
    expect(mine.refused).toEqual([]);
    expect(mine.data.myCoordinationRequests).toEqual([
      expect.objectContaining({
        purpose: '办理生育登记：核实是否已在贵地登记，避免重复登记',
        legalBasis: '人口与计划生育法第十四条',
        ...{ fromDivision: TOWNSHIP, toDivision: OTHER_PROVINCE, responsibleDivision: TOWNSHIP },
        ...{ outcome: 'NOT_FOUND', fields: ['is_registered', 'registered_on', 'office'] },
        values: [{ field: 'is_registered', value: 'false' }],
      }),
    ]);
    const strange = await graph.ask<{ myCoordinationRequests: Seen[] }>(
      citizen('stranger', numberOf()),
      `{ myCoordinationRequests { ${SEEN} } }`,
    );
    expect(strange.data.myCoordinationRequests).toEqual([]);
  });

  it('that nobody answers ends on its day: the family goes on by its word, and what comes later is looked at by a person', async () => {
    const own = numberOf();
    const { id } = await file(REVIEWER, alone(own, { registeredElsewhere: ELSEWHERE, commitment }));
    await act(REVIEWER, `acceptBirthRegistration(id: "${id}")`);
    await messages.settle();
    expect(await shown(id)).toMatchObject({ state: 'ASKING', dueOn: '2026-04-09' });

    world.clock.set('2026-04-09');
    await look();
    expect(await shown(id)).toMatchObject({ state: 'ASKING' });
    world.clock.set('2026-04-10');
    await look();
    expect(await shown(id)).toMatchObject({ state: 'ACCEPTED', questions: [{ outcome: 'NO_REPLY' }] });
    expect(await register(id)).toMatchObject({ state: 'REGISTERED', look: null });

    world.clock.set('2026-04-20');
    const theirs = officer(ELSEWHERE);
    const list = await graph.ask<{ coordinationRequests: { nodes: Seen[] } }>(
      theirs,
      `{ coordinationRequests(filter: { side: ASKED, states: [SILENT] }) { nodes { ${SEEN} } } }`,
    );
    expect(list.refused).toEqual([]);
    const answers = await Promise.all(
      list.data.coordinationRequests.nodes.map(async ({ id: request }) =>
        graph.ask<{ answerCoordination: Seen }>(
          theirs,
          `mutation { answerCoordination(id: "${request}", outcome: MISMATCH, values: [{ field: "is_registered", value: "true" }]) { ${SEEN} } }`,
        ),
      ),
    );
    expect(answers.flatMap(({ refused }) => refused)).toEqual([]);
    await messages.settle();
    expect(await shown(id)).toMatchObject({
      ...{ state: 'REGISTERED', look: 'ANSWER_MISMATCH' },
      questions: [{ outcome: 'MISMATCH' }],
    });
    const right = await act(
      REVIEWER,
      'correctBirthRegistration(id: $id, statement: $statement, reason: "按外地答复更正月份")',
      { id, statement: alone(own, { expectedMonth: '2026-09' }) },
      '($id: ID!, $statement: BirthStatementInput!)',
    );
    expect(right).toMatchObject({ state: 'REGISTERED', look: null, version: 2 });
    const rates = await graph.ask<{ coordinationResponseRates: { toDivision: string; late: number }[] }>(
      theirs,
      '{ coordinationResponseRates(from: "2026-04", until: "2026-04") { toDivision kind due within late unanswered } }',
    );
    expect(rates.data.coordinationResponseRates).toEqual([
      expect.objectContaining({ toDivision: ELSEWHERE, within: 0, unanswered: 0 }),
    ]);
  });
});

describe('a citizen at home', () => {
  it('registers with a second click changing nothing, sees their own, and takes it back', async () => {
    const own = numberOf();
    const me = citizen('me', own);
    const clicks = await Promise.all([1, 2, 3].map(() => file(me, alone(own), { clientRef: 'my-click' })));
    expect(new Set(clicks.map(({ id }) => id)).size).toBe(1);
    const mine =
      '{ myBirthRegistrations { id state parties { role name idNumberMask maritalStatus } accesses { actor operation } } }';
    const { data, refused } = await graph.ask<{ myBirthRegistrations: Record<string, unknown>[] }>(me, mine);
    expect(refused).toEqual([]);
    expect(data.myBirthRegistrations).toEqual([
      expect.objectContaining({
        id: clicks[0]!.id,
        parties: [{ role: 'MOTHER', name: '示例·𬱖', idNumberMask: `3402${'*'.repeat(14)}`, maritalStatus: null }],
      }),
    ]);
    expect(graph.answers.join()).not.toContain(own);
    const stranger = citizen('stranger', numberOf());
    expect((await graph.ask<{ myBirthRegistrations: object[] }>(stranger, mine)).data.myBirthRegistrations).toEqual([]);
    await expect(act(stranger, `withdrawBirthRegistration(id: "${clicks[0]!.id}")`)).rejects.toMatchObject({
      code: 'BIRTH_REGISTRATION_UNKNOWN',
    });
    await expect(file(stranger, alone(own))).rejects.toMatchObject({ code: 'YOU_ARE_NOT_A_PARTY' });
    expect(await act(me, `withdrawBirthRegistration(id: "${clicks[0]!.id}")`)).toMatchObject({ state: 'WITHDRAWN' });
    expect(await act(me, `withdrawBirthRegistration(id: "${clicks[0]!.id}")`)).toMatchObject({ state: 'WITHDRAWN' });
  });

  it('downloads the voucher, and whoever is shown it verifies it without signing in and learns nothing else', async () => {
    const own = numberOf();
    const me = citizen('holder', own);
    const { id } = await file(me, alone(own));
    const { vouchers } = await register(id);
    const mine = await fileOf(me, vouchers[0]!.id);
    expect(mine.sha256).toBe(createHash('sha256').update(mine.pdf).digest('hex'));
    expect(pdfText(mine.pdf)).toContain('不作为生育合法性的证明');
    expect((await fileOf(citizen('other', numberOf()), vouchers[0]!.id)).refused).toEqual(['VOUCHER_UNKNOWN']);
    expect((await fileOf('auditor', vouchers[0]!.id)).refused).toEqual(['NOT_PERMITTED']);

    const code = codeIn(mine.pdf);
    const genuine = { status: 'VALID', holders: ['示**𬱖'], office: '示例县示例镇', isSameFile: true };
    expect(await verify(code, mine.sha256)).toEqual(genuine);
    const tampered = Buffer.from(mine.pdf);
    tampered[1_000]! ^= 1;
    const hash = createHash('sha256').update(tampered).digest('hex');
    expect(await verify(code, hash)).toMatchObject({ isSameFile: false });
    expect(await verify(code.replace(/.$/, (c) => (c === '0' ? '1' : '0')))).toEqual({
      status: 'UNKNOWN',
      holders: [],
      office: null,
      isSameFile: null,
    });

    const issued = await graph.ask<{ issueVoucherCredential: string }>(
      me,
      `mutation { issueVoucherCredential(id: "${vouchers[0]!.id}") }`,
    );
    const credential = issued.data.issueVoucherCredential;
    expect(await verifyCredential(credential)).toMatchObject({ status: 'VALID', shown: { holders: ['示例·𬱖'] } });
    expect(await verifyCredential(`${credential.split('~')[0]!}~`)).toEqual({ status: 'VALID', shown: {} });
    const spoilt = credential.replace(/\.([^.~]{20})/, (part) =>
      part
        .split('')
        .reverse()
        .join('')
        .replace(/(.*)\.$/, '.$1'),
    );
    expect(await verifyCredential(spoilt)).toEqual({ status: 'UNKNOWN', shown: {} });

    await act(me, `withdrawBirthRegistration(id: "${id}")`);
    expect(await verify(code)).toMatchObject({ status: 'WITHDRAWN' });
    expect(await verifyCredential(credential)).toMatchObject({ status: 'WITHDRAWN' });
  });
});

describe('an office', () => {
  it('tells once what is missing, never asks for what is shared, and a second notice is the county’s', async () => {
    const own = numberOf();
    const { id } = await file('village-clerk', alone(own));
    const asked = await graph.ask(
      REVIEWER,
      `mutation { returnBirthRegistration(id: "${id}", items: [MARRIAGE_CERTIFICATE]) { id } }`,
    );
    expect(asked.refused).not.toEqual([]); // There is no such item to ask for.
    expect(await act(REVIEWER, `returnBirthRegistration(id: "${id}", items: [SIGNATURE])`)).toMatchObject({
      state: 'RETURNED',
    });
    const again = await act(
      'village-clerk',
      'supplementBirthRegistration(id: $id, statement: $statement)',
      { id, statement: alone(own) },
      '($id: ID!, $statement: BirthStatementInput!)',
    );
    expect(again).toMatchObject({ state: 'SUBMITTED', version: 2 });
    expect(await act(REVIEWER, `returnBirthRegistration(id: "${id}", items: [RESIDENT_SINCE])`)).toMatchObject({
      state: 'SUBMITTED',
      look: 'SECOND_NOTICE',
    });
    expect(await act('county-confirmer', `decideSecondNotice(id: "${id}", allow: true)`)).toMatchObject({
      state: 'RETURNED',
    });
  });

  it('names a registered parent by id, or finds them by number and name; a number alone tells nobody’s name', async () => {
    const [mother] = await world.database.admin<{ id: string }>(
      `select id from registration.person where registry_person_id = 'M1'`,
    );
    const own = String(family()[1]!.id_number);
    const people = (id: string) =>
      graph.ask<{ birthRegistration: { parties: { name: string; person: { id: string } | null }[] } }>(
        REVIEWER,
        `{ birthRegistration(id: "${id}") { parties { name person { id } } } }`,
      );
    const guessed = await file(REVIEWER, {
      parties: [{ role: 'MOTHER', name: '某人', idNumber: own }],
      expectedMonth: '2026-08',
    });
    expect((await people(guessed.id)).data.birthRegistration.parties).toEqual([{ name: '某人', person: null }]);
    await act(REVIEWER, `withdrawBirthRegistration(id: "${guessed.id}")`);
    const described = { role: 'MOTHER', name: '示例M1', idNumber: own };
    const linked = await file(REVIEWER, { parties: [described], expectedMonth: '2026-08' });
    expect((await people(linked.id)).data.birthRegistration.parties).toEqual([
      { name: '示例M1', person: { id: mother!.id } },
    ]);
    await expect(
      file(REVIEWER, { parties: [{ role: 'MOTHER', personId: mother!.id }], expectedMonth: '2026-08' }),
    ).rejects.toMatchObject({ code: 'BIRTH_ALREADY_REGISTERED' }); // By id or by number, it is her one birth.
  });

  it('cannot close what no text stands against, whatever it writes', async () => {
    const { id } = await file(REVIEWER, alone(numberOf()));
    await expect(act(REVIEWER, `declareBirthNotCovered(id: "${id}", note: "未婚")`)).rejects.toMatchObject({
      code: 'NOTHING_STANDS_AGAINST',
    });
  });
});

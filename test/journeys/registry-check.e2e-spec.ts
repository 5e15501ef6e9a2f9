import type { Caller } from '@app/access';
import { AskingService } from '../../apps/exchange/src/question/asking.service';
import { DivisionService } from '../../apps/registration/src/division/division.service';
import { person, Wires } from '../household-registry/wires.fixture';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import { numberOf } from '../support/exchange-world';
import { GraphClient } from '../support/graph-client';
import { type Messages, openMessages } from '../support/messages';

const MORNING = '2026-04-01T10:00:00+08:00';
const TOWNSHIP = '340202100000';
const REVIEWER = 'township-reviewer';
const NAME = '古丽·艾买提';
const mothers = Array.from({ length: 9 }, (_, n) => numberOf('1995-05-05', 20 + 2 * n));
const [MATCHED, MISNAMED, UNSEEN, DEAD, CONFUSED, NOTICED, STRANGER, SILENT, LATE] = mothers as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

let wires: Wires;
let world: CountyWorld;
let graph: GraphClient;
let messages: Messages;

beforeAll(async () => {
  const known = mothers.filter((number) => number !== UNSEEN);
  wires = await Wires.open({
    persons: known.map((idNumber) =>
      person({ name: NAME, idNumber, born: '1995-05-05', sex: 2, status: idNumber === DEAD ? 9 : 0 }),
    ),
  });
  world = await openCountyWorld(MORNING, wires.of('ministry'));
  at(MORNING);
  await world.get(DivisionService).import(
    world.file('divisions.csv', [
      { code: '340202', name: '示例县' },
      { code: TOWNSHIP, name: '示例镇' },
    ]),
  );
  graph = await GraphClient.open(world);
  messages = await openMessages(world, { withExchange: true });
  for (const [officer, name, n, isResponsible] of [
    ['demo-township-reviewer', '王经办', 1, false],
    ['chief', '李负责', 3, true],
  ] as const)
    await graph.ask('county-confirmer', 'mutation ($input: NominationInput!) { nominateClerk(input: $input) { id } }', {
      input: {
        officer,
        name,
        idNumber: numberOf('1980-05-05', n),
        unitCode: '340202WJ',
        unitName: '示例县卫生健康委员会',
        division: '340202',
        isResponsible,
        from: '2026-01-01',
      },
    });
}, 120_000);
afterEach(() => {
  wires.registry.behave();
  at(MORNING);
});
afterAll(async () => {
  await messages?.close();
  await graph?.close();
  await world?.close();
  await wires?.close();
});

/** One time here and at the registry. */
function at(time: string): void {
  world.clock.set(time);
  wires.clock.set(time);
}

const citizen = (idNumber: string): Caller => ({
  id: `c${idNumber.slice(-4)}`,
  name: '某',
  roles: ['citizen'],
  division: '' as Caller['division'],
  idNumber,
});

interface Check {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly saidBy: string | null;
}
interface Silence {
  readonly isWaiting: boolean;
  readonly textZh: string;
  readonly source: string;
}

let references = 0;
async function file(idNumber: string, name = NAME): Promise<string> {
  const { data, errors } = await graph.ask<{ fileBirthRegistration: { id: string } }>(
    citizen(idNumber),
    `mutation ($ref: String!, $statement: BirthStatementInput!) {
       fileBirthRegistration(clientRef: $ref, division: "${TOWNSHIP}", statement: $statement) { id } }`,
    {
      ref: `r${references++}`,
      statement: { parties: [{ role: 'MOTHER', name, idNumber, hukouDivision: '340202' }], expectedMonth: '2026-08' },
    },
  );
  expect(errors).toEqual([]);
  await messages.settle();
  return data.fileBirthRegistration.id;
}
async function checksOf(id: string): Promise<Check[]> {
  const { data, errors } = await graph.ask<{ birthRegistration: { registryChecks: Check[] } }>(
    REVIEWER,
    `{ birthRegistration(id: "${id}") { registryChecks { id role state reason saidBy askedAt answeredAt } } }`,
  );
  expect(errors).toEqual([]);
  return data.birthRegistration.registryChecks;
}
async function toldTo(idNumber: string): Promise<Silence | null> {
  const { data, errors } = await graph.ask<{ myBirthRegistrations: { registrySilence: Silence | null }[] }>(
    citizen(idNumber),
    '{ myBirthRegistrations { registrySilence { isWaiting textZh textEn source } } }',
  );
  expect(errors).toEqual([]);
  return data.myBirthRegistrations[0]!.registrySilence;
}
async function toLookAt(): Promise<(Check & { birthRegistration: { id: string } | null })[]> {
  const { data } = await graph.ask<{ registryChecks: { nodes: (Check & { birthRegistration: { id: string } })[] } }>(
    REVIEWER,
    '{ registryChecks { nodes { id state reason birthRegistration { id } newbornMatter { id } } } }',
  );
  return data.registryChecks.nodes;
}
const settle = (id: string) =>
  graph.ask<{ settleRegistryCheck: Check }>(
    REVIEWER,
    `mutation { settleRegistryCheck(id: "${id}", note: "已当面查看居民身份证") { state note saidBy } }`,
  );
const register = (id: string) =>
  graph.ask<{ registerBirth: { state: string; history: { kind: string; items: string[] }[] } }>(
    REVIEWER,
    `mutation { registerBirth(id: "${id}") { state history { kind items } } }`,
  );

describe('a birth registration and the household registry', () => {
  it('whose name and number the registry confirms is registered, and the citizen is told of no silence', async () => {
    const id = await file(MATCHED);
    const [check] = await checksOf(id);
    expect(check).toMatchObject({ state: 'VERIFIED', reason: null });
    expect(await toldTo(MATCHED)).toBeNull();
    expect((await register(id)).data.registerBirth.state).toBe('REGISTERED');
    const [asked] = await world.database.admin<{ purpose: string; basis: string; asker: string }>(
      `select purpose, legal_basis as basis, asker from exchange.question where reference = $1`,
      [check!.id],
    );
    expect(asked).toMatchObject({ purpose: 'birth-registration', asker: 'registration' });
    expect(asked!.basis).toContain('人口与计划生育法');
  });

  it.each([
    ['of another name there', MISNAMED, '另一名字', 'MISMATCH'],
    ['that nobody there has', UNSEEN, NAME, 'NOT_FOUND'],
    ['with a death mark', DEAD, NAME, 'DEATH_MARK'],
  ])('a number %s is looked at by an officer and goes on by their word', async (_, idNumber, name, reason) => {
    const id = await file(idNumber, name);
    const [check] = await checksOf(id);
    expect(check).toMatchObject({ state: 'LOOK', reason });
    expect(await toldTo(idNumber)).toBeNull(); // Nobody learns by filing whose name and number belong together.
    expect(await toLookAt()).toContainEqual(
      expect.objectContaining({ id: check!.id, reason, birthRegistration: { id } }),
    );
    expect((await register(id)).refused).toEqual(['REGISTRY_CHECK_LOOK_FIRST']);

    expect(await settle(check!.id)).toMatchObject({
      refused: [],
      data: { settleRegistryCheck: { state: 'SETTLED', saidBy: 'demo-township-reviewer' } },
    });
    expect((await settle(check!.id)).refused).toEqual(['REGISTRY_CHECK_NOTHING_TO_SETTLE']);
    expect((await toLookAt()).map((one) => one.id)).not.toContain(check!.id);
    expect((await register(id)).data.registerBirth.state).toBe('REGISTERED');
  });

  it('an answer about another person is never used: an officer sees it, and the citizen is served by commitment', async () => {
    wires.registry.behave({ kind: 'other-person' });
    const id = await file(CONFUSED);
    expect(await checksOf(id)).toEqual([expect.objectContaining({ state: 'LOOK', reason: 'SET_ASIDE' })]);
    const [kept] = await world.database.admin(
      'select outcome, is_death_marked from registration.registry_check where registration_id = $1',
      [id],
    );
    expect(kept).toEqual({ outcome: 'set-aside', is_death_marked: null });
    expect(await toldTo(CONFUSED)).toMatchObject({ isWaiting: false });
    expect((await register(id)).data.registerBirth.state).toBe('REGISTERED');
  });

  it('a parent named in a hospital’s notice is asked about, and what does not fit stops no part', async () => {
    const hospital: Caller = {
      id: 'hospital',
      name: '院',
      roles: ['agency'],
      division: '340202000000' as Caller['division'],
    };
    const notice = {
      reference: 'H-1',
      born: '2026-03-30',
      sex: 'FEMALE',
      mother: { name: '另一名字', number: NOTICED },
    };
    const notify = () =>
      graph.ask<{ notifyBirth: { caseNo: string } }>(
        hospital,
        'mutation ($notice: BirthNotice!) { notifyBirth(notice: $notice) { caseNo } }',
        { notice },
      );
    const { data, errors } = await notify();
    expect(errors).toEqual([]);
    await notify();
    await messages.settle();
    const seen = await graph.ask<{ newbornMatter: { id: string; registryChecks: Check[]; registrySilence: null } }>(
      'county-confirmer',
      `{ newbornMatter(caseNo: "${data.notifyBirth.caseNo}") { id registryChecks { id state reason } registrySilence { isWaiting } } }`,
    );
    expect(seen.errors).toEqual([]);
    expect(seen.data.newbornMatter).toMatchObject({
      registryChecks: [{ state: 'LOOK', reason: 'MISMATCH' }],
      registrySilence: null,
    });
    const chosen = await graph.ask(
      citizen(NOTICED),
      `mutation { chooseNewbornItems(id: "${seen.data.newbornMatter.id}", items: [VACCINATION_CARD]) { id } }`,
    );
    expect(chosen.refused).toEqual([]);
  });

  it('corrected after a slip of the pen, only the corrected name counts, and it is asked anew', async () => {
    const id = await file(STRANGER, '错名');
    expect(await checksOf(id)).toEqual([expect.objectContaining({ state: 'LOOK' })]);
    const { refused } = await graph.ask(
      REVIEWER,
      'mutation ($id: ID!, $statement: BirthStatementInput!) { correctBirthRegistration(id: $id, statement: $statement, reason: "笔误") { id } }',
      {
        id,
        statement: {
          parties: [{ role: 'MOTHER', name: NAME, idNumber: STRANGER, hukouDivision: '340202' }],
          expectedMonth: '2026-08',
        },
      },
    );
    expect(refused).toEqual([]);
    await messages.settle();
    expect(await checksOf(id)).toEqual([expect.objectContaining({ state: 'VERIFIED' })]);
    expect((await register(id)).refused).toEqual([]);
  });

  it('when the registry is silent the citizen is served by commitment and told so; what comes later is looked at', async () => {
    wires.registry.behave({ kind: 'status-503' });
    const id = await file(SILENT, '另一名字');
    expect(await checksOf(id)).toEqual([expect.objectContaining({ state: 'ASKED' })]);
    at('2026-04-10T10:00:00+08:00');
    expect(await checksOf(id)).toEqual([expect.objectContaining({ state: 'BY_COMMITMENT' })]);
    expect(await toldTo(SILENT)).toMatchObject({
      isWaiting: false,
      textZh: expect.stringContaining('无需补交任何材料') as string,
      source: expect.stringContaining('告知承诺制') as string,
    });
    const { data } = await register(id);
    expect(data.registerBirth.state).toBe('REGISTERED');
    expect(data.registerBirth.history).toContainEqual({ kind: 'go-on-without-answer', items: ['registry_silent'] });

    await world.get(AskingService).ring();
    await messages.settle();
    const [row] = await world.database.admin(
      'select outcome from registration.registry_check where registration_id = $1',
      [id],
    );
    expect(row).toEqual({ outcome: 'no-reply' });
    expect((await register(id)).data.registerBirth.state).toBe('REGISTERED');
  });

  it('where the text of a place waits the citizen is told that it waits, and an officer’s word lets it go on', async () => {
    await world.database.admin(
      `insert into registration.birth_registration_parameter (region, name, value, valid, source)
       values ('3402', 'registry-silence', 'waits', '[2026-04-20,)', '某市通知')`,
    );
    at('2026-04-20T10:00:00+08:00');
    wires.registry.behave({ kind: 'status-503' });
    const id = await file(LATE);
    expect(await toldTo(LATE)).toMatchObject({ isWaiting: true, source: '某市通知' });
    expect((await register(id)).refused).toEqual(['REGISTRY_CHECK_WAITS']);
    at('2026-05-20T10:00:00+08:00');
    const [check] = await checksOf(id);
    expect(check).toMatchObject({ state: 'WAITS' });
    expect((await register(id)).refused).toEqual(['REGISTRY_CHECK_WAITS']);
    expect((await settle(check!.id)).refused).toEqual([]);
    expect(await toldTo(LATE)).toBeNull();
    expect((await register(id)).data.registerBirth.state).toBe('REGISTERED');
  });
});

import type { Caller } from '@app/access';
import { findDivisionCode } from '@app/kernel';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import { VerifyService } from '../../apps/subsidy/src/verify/verify.service';
import * as made from '../support/family';
import { GraphClient } from '../support/graph-client';
import { EVERYTHING_GOES_WRONG } from '../support/misbehaving-proxy';
import { PayingOffice } from '../support/paying-office';
import { citizen } from '../support/register-county';
import { openTwoInstallations, type Province, type TwoInstallations } from '../support/two-installations';

const OLD = findDivisionCode('340202')!;
const NEW = findDivisionCode('610102')!;
const MOVED_ON = '2025-09-15';
const [FATHER, MOTHER, CHILD] = made.namedFamily('父亲', '母亲', '孩子');
const FAMILY = [FATHER, MOTHER, CHILD];
const mother = citizen('mother', String(MOTHER.id_number));

let world: TwoInstallations;
/** The province that the family leaves, and the one that it moves to. */
let old: Place;
let next: Place;

interface Place {
  readonly province: Province;
  readonly graph: GraphClient;
  readonly office: PayingOffice;
  ask<Data>(who: Caller, query: string, variables?: object): Promise<Data>;
}

async function placeOf(province: Province, division: typeof OLD): Promise<Place> {
  const graph = await GraphClient.open(province);
  const ask = async <Data>(who: Caller, query: string, variables: object = {}): Promise<Data> => {
    const { data, errors } = await graph.ask<Data>(who, query, variables);
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    return data;
  };
  return { province, graph, office: new PayingOffice(province, division, ask), ask };
}

beforeAll(async () => {
  world = await openTwoInstallations('2026-04-01');
  [old, next] = [await placeOf(world.here, OLD), await placeOf(world.there, NEW)];
}, 240_000);
beforeEach(async () => {
  for (const { province, office } of [old, next]) {
    province.network.misbehaviour = {};
    province.network.isDown = false;
    await province.reset();
    await office.release();
  }
  await states(old, FAMILY);
  await old.province
    .get(IntakeService)
    .importAccounts(old.province.file('accounts.csv', [made.account({ holder_name: '母亲' })]));
  await old.province.get(IntakeService).importClaims(old.province.file('claims.csv', [made.claim('A1')]), 'YEB');
});
afterEach(async () => {
  for (const { province } of [old, next]) expect(await province.get(VerifyService).run()).toEqual([]);
});
afterAll(async () => {
  await old?.graph.close();
  await next?.graph.close();
  await world?.close();
});

let files = 0;
/** What the household registry of a province states. */
async function states({ province }: Place, rows: readonly (typeof FATHER)[]): Promise<void> {
  world.clock.advance(1_000);
  const { rejected } = await province.get(RegistryImportService).import(province.file(`extract-${++files}.csv`, rows));
  expect(rejected).toBe(0);
  await world.settle();
}

/** Both registries tell it, each its own half. */
async function moves(): Promise<void> {
  const updated_at = '2026-03-25T00:00:00+08:00';
  await states(
    old,
    FAMILY.map((row) => ({ ...row, status: '8', moved_out_on: MOVED_ON, updated_at })),
  );
  await states(
    next,
    FAMILY.map((row) => ({ ...row, division_code: '610102001001', moved_in_on: MOVED_ON, updated_at })),
  );
}

async function childThere(): Promise<string> {
  const [child] = await next.province.database.admin<{ id: string }>(
    `select id from registration.person where name = '孩子'`,
  );
  return child!.id;
}

/** An officer of the new place asks the old one for the case; nobody of the family does anything. */
async function requests(): Promise<void> {
  await next.ask(
    next.office.confirmer,
    `mutation ($person: ID!) { requestCase(person: $person, programme: "YEB", from: "340202000000", movedOn: "${MOVED_ON}") { id } }`,
    { person: await childThere() },
  );
}

const claimsOf = async ({ province }: Place) =>
  (
    await province.database.admin<{ claim: string }>(
      `select left(c.division_code, 6) || ' ' || c.claim_year || ' ' || c.channel || ' ' || c.state as claim
         from subsidy.claim c order by c.recorded_at, c.claim_no`,
    )
  ).map(({ claim }) => claim);

/** What families were ever credited, both provinces together. */
const credited = async (): Promise<bigint> => {
  let all = 0n;
  for (const { province } of [old, next]) {
    const [row] = await province.database.admin<{ fen: string }>(
      `select coalesce(sum(amount_fen), 0)::text as fen from subsidy.instruction where state in ('paid', 'closed')`,
    );
    all += BigInt(row!.fen);
  }
  return all;
};

/** Pays there; of whoever would be paid for the first time other installations are asked before. */
async function paysThere(): Promise<number> {
  await world.ring();
  await world.settle();
  expect(await next.office.pay()).toBe(0);
  await world.ring();
  await world.settle();
  await world.deliver();
  return next.office.pay();
}

describe('a family that moves to another province', () => {
  it.each([
    ['over a good line', {}],
    ['over a line that drops, doubles, reorders and spoils', EVERYTHING_GOES_WRONG],
  ])('is paid there without a second application, and no more here, %s', async (_line, misbehaviour) => {
    for (const { province } of [old, next]) province.network.misbehaviour = misbehaviour;
    await moves();
    await requests();
    await world.deliver();
    expect(await claimsOf(old)).toEqual(['340202 2025 online withdrawn']);
    expect(await claimsOf(next)).toEqual(['610102 2025 carried-on received']);

    expect(await old.office.pay()).toBe(0);
    expect(await paysThere()).toBe(1);
    expect([await old.office.pay(), await paysThere()]).toEqual([0, 0]);
    expect(await claimsOf(next)).toEqual(['610102 2025 carried-on paid']);
    expect(await credited()).toBe(360_000n);

    const { myAuthorities } = await next.ask<{ myAuthorities: { county: string; isElsewhere: boolean }[] }>(
      mother,
      '{ myAuthorities { county isElsewhere } }',
    );
    expect(myAuthorities.length).toBeGreaterThan(0);
    expect(myAuthorities.at(-1)).toEqual({ county: NEW, isElsewhere: false });
  });

  it('keeps what the old place had paid, and the two places settle it between them', async () => {
    expect(await old.office.pay()).toBe(1);
    await moves();
    await requests();
    await world.deliver();
    expect(await claimsOf(old)).toEqual(['340202 2025 online paid']);
    expect(await paysThere()).toBe(0);
    expect(await credited()).toBe(360_000n);

    await world.ring(); // What came before its other half is asked about again.
    await world.settle();
    await world.deliver();
    const list = '{ reimbursements(state: OPEN) { nodes { id debtorCounty creditorCounty fen } } }';
    type Listed = { reimbursements: { nodes: { id: string; fen: string }[] } };
    const owed = { debtorCounty: NEW, creditorCounty: OLD, fen: '360000' };
    const here = (await old.ask<Listed>(old.office.treasurers[0], list)).reimbursements.nodes;
    const there = (await next.ask<Listed>(next.office.treasurers[0], list)).reimbursements.nodes;
    expect([here, there]).toMatchObject([[owed], [owed]]);
    const settle = `mutation ($id: ID!) { settleReimbursement(id: $id, documentNo: "示例财结〔2026〕1号") { state } }`;
    await next.ask(next.office.treasurers[0], settle, { id: there[0]!.id });
  });

  it('is served there anyway while the old place is silent, and a late answer is followed', async () => {
    await moves();
    old.province.network.isDown = true;
    await requests();
    await world.settle();
    world.clock.advance(15 * 24 * 3_600_000);
    await world.ring();
    await world.settle();
    const [matter] = await next.province.database.admin<{ outcome: string }>(
      'select outcome from subsidy.place_matter',
    );
    expect(matter!.outcome).toBe('no-reply');

    // The family does not wait: it may ask the new place itself, as anybody registered there.
    await next.province
      .get(IntakeService)
      .importAccounts(next.province.file('accounts.csv', [made.account({ holder_name: '母亲' })]));
    await next.province
      .get(IntakeService)
      .importClaims(
        next.province.file('claims.csv', [made.claim('B1', { claim_year: 2026, submitted_on: '2026-04-10' })]),
        'YEB',
      );
    expect(await claimsOf(next)).toEqual(['610102 2026 online received']);
    old.province.network.isDown = false;
    await world.deliver(24 * 30);
    expect(await claimsOf(old)).toEqual(['340202 2025 online withdrawn']);
    expect(await claimsOf(next)).toEqual(['610102 2026 online received', '610102 2025 carried-on received']);
  });
});

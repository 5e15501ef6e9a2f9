import type { Caller } from '@app/access';
import { checkCharacter } from '@app/kernel';
import { GraphClient } from '../support/graph-client';
import { openTwoCounties, OURS, type TwoCounties } from '../support/two-counties';

let world: TwoCounties;
let graph: GraphClient;
let mother: Caller;
let stranger: Caller;
/** Whose number two people will be found to hold. */
let doubled: Caller;
/** Her claims, by where they stand. */
const HELD = `c.state = 'held'`;

beforeAll(async () => {
  world = await openTwoCounties();
  graph = await GraphClient.open(world);
  const applicants = await applicantsOf(HELD);
  mother = citizen('mother', applicants[0]!);
  const others = [...new Set(applicants)].filter((number) => number !== applicants[0]);
  stranger = citizen('stranger', others[0]!);
  doubled = citizen('doubled', others[1]!);
}, 120_000);
afterAll(async () => {
  await graph?.close();
  await world?.close();
});

const citizen = (id: string, idNumber: string): Caller => ({
  id,
  name: id,
  roles: ['citizen'],
  division: '' as Caller['division'],
  idNumber,
});

/** Identity numbers of applicants who are registered and have a claim like that, in the order of their claims. */
async function applicantsOf(where: string): Promise<string[]> {
  const rows = await world.database.admin<{ no: string }>(
    `select c.claim_no as no from subsidy.claim c join subsidy.person_fact f on f.id_number_key = c.applicant_key
       join subsidy.beneficiary b on b.id = c.beneficiary_id
      where c.division_code like $1 and b.person_id is not null and ${where}
        and exists (select from subsidy.person_fact k where k.person_id = b.person_id and f.person_id in (k.father_id, k.mother_id))
      order by 1`,
    [`${OURS.slice(0, 6)}%`],
  );
  const byNo = new Map(world.ours.claims.map((row) => [row.claim_no, row.applicant_id_number!]));
  return rows.map(({ no }) => byNo.get(no)!).filter((number) => /^\d{17}[\dX]$/.test(number));
}

interface Own {
  readonly myFamily: { id: string; name: string; idNumberMask: string; children: { id: string }[] }[];
  readonly myClaims: {
    id: string;
    state: string;
    accountMask: string | null;
    openCases: { questionZh: string }[];
    child: { id: string };
  }[];
}
const OWN = `{ myFamily { id name idNumberMask children { id } }
  myClaims { id state accountMask openCases { questionZh questionEn } child { id } } }`;

describe('a citizen', () => {
  it('sees their own record, their minor children and their claims, with what is still asked, and no number in full', async () => {
    const { data, refused } = await graph.ask<Own>(mother, OWN);
    expect(refused).toEqual([]);
    const ids = data.myFamily.map(({ id }) => id);
    expect(data.myFamily.length).toBeGreaterThan(1);
    expect(data.myClaims.some(({ state, openCases }) => state === 'HELD' && openCases[0]!.questionZh !== '')).toBe(
      true,
    );
    expect(data.myClaims.filter(({ child }) => !ids.includes(child.id))).toEqual([]);
    expect(graph.answers.at(-1)).not.toContain(mother.idNumber!);
  });

  it('is told why a claim was decided so, and who has looked at it', async () => {
    const { data } = await graph.ask<Own>(mother, OWN);
    const { id } = data.myClaims[0]!;
    await graph.ask('auditor', `{ claim(id: "${id}") { state } }`);
    const about = await graph.ask<{ myClaims: { id: string; explanation: object; accesses: { actor: string }[] }[] }>(
      mother,
      '{ myClaims { id explanation accesses { actor operation purpose } } }',
    );
    const own = about.data.myClaims.find((claim) => claim.id === id)!;
    expect(JSON.stringify(own.explanation)).toContain('sentence');
    expect(own.accesses).toContainEqual({ actor: 'demo-auditor', operation: 'Query.claim', purpose: 'audit' });
  });

  it('reaches nobody else’s matter by its id, and no operation of an officer', async () => {
    const theirs = (await graph.ask<Own>(stranger, OWN)).data;
    const ours = (await graph.ask<Own>(mother, OWN)).data;
    const overlap = theirs.myClaims.filter(({ id }) => ours.myClaims.some((claim) => claim.id === id));
    expect(overlap).toEqual([]);
    for (const source of [
      `{ claim(id: "${theirs.myClaims[0]!.id}") { state } }`,
      `{ person(id: "${theirs.myFamily[0]!.id}") { name } }`,
      '{ persons { nodes { id } } }',
      '{ worklist { nodes { id } } }',
      '{ explain(number: "x") }',
    ])
      expect((await graph.ask(mother, source)).refused).toEqual(['NOT_PERMITTED']);
    const withdraw = 'mutation ($id: ID!) { withdrawClaim(id: $id) { state } }';
    expect((await graph.ask(mother, withdraw, { id: theirs.myClaims[0]!.id })).refused).toEqual(['CLAIM_UNKNOWN']);
  });

  it('takes an own claim back once, while nothing is being paid, and it is on record', async () => {
    const withdraw =
      'mutation ($id: ID!) { withdrawClaim(id: $id, note: "改由父亲申领") { id state history { to actor } } }';
    const held = (await graph.ask<Own>(mother, OWN)).data.myClaims.find(({ state }) => state === 'HELD')!;
    const first = await graph.ask<{ withdrawClaim: { state: string; history: object[] } }>(mother, withdraw, {
      id: held.id,
    });
    expect(first.data.withdrawClaim).toMatchObject({ state: 'WITHDRAWN' });
    expect(first.data.withdrawClaim.history.at(-1)).toEqual({ to: 'withdrawn', actor: 'mother' });
    expect((await graph.ask(mother, withdraw, { id: held.id })).refused).toEqual([]); // The second click changes nothing.
    const entries = await world.database.admin(
      `select kind, operation, actor, purpose from subsidy.audit_entry where $1 = any (subjects) and kind in ('done', 'decided') and actor = 'mother' order by kind`,
      [held.id],
    );
    expect(entries).toContainEqual({
      kind: 'done',
      operation: 'Mutation.withdrawClaim',
      actor: 'mother',
      purpose: 'own-matters',
    });
    expect(entries).toContainEqual({
      kind: 'decided',
      operation: 'Mutation.withdrawClaim',
      actor: 'mother',
      purpose: 'own-matters',
    });
    const paid = citizen('paid', (await applicantsOf(`c.state = 'paid'`))[0]!);
    const done = (await graph.ask<Own>(paid, OWN)).data.myClaims.find(({ state }) => state === 'PAID')!;
    expect((await graph.ask(paid, withdraw, { id: done.id })).refused).toEqual(['CLAIM_CANNOT_BE_WITHDRAWN']);
  });

  it('whose number nobody holds, or two people do, sees nothing rather than somebody', async () => {
    const unheld = `${mother.idNumber!.slice(0, 14)}999`;
    const nobody = citizen('nobody', unheld + checkCharacter(unheld));
    expect((await graph.ask<Own>(nobody, OWN)).data).toEqual({ myFamily: [], myClaims: [] });
    await world.database.admin(`set session_replication_role = replica`);
    await world.database.admin(
      `update registration.person set id_number_shared = true where id_number_key = (select applicant_key from subsidy.claim where claim_no = $1)`,
      [world.ours.claims.find((row) => row.applicant_id_number === doubled.idNumber)!.claim_no],
    );
    await world.database.admin(`set session_replication_role = origin`);
    expect((await graph.ask<Own>(doubled, OWN)).data.myFamily).toEqual([]);
  });
});

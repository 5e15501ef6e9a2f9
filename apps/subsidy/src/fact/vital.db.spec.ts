import { randomUUID } from 'node:crypto';
import type { FeedPage, RegisteredPerson } from '@app/contracts';
import type { Day } from '@app/kernel';
import { SubsidyWorld, word } from '../../../../test/support/subsidy-world';
import { BeneficiaryRepository } from '../beneficiary/beneficiary.repository';
import { BeneficiaryService } from '../beneficiary/beneficiary.service';
import { PersonMergeRepository } from '../beneficiary/person-merge.repository';
import { PersonMergeService } from '../beneficiary/person-merge.service';
import { WorklistRepository } from '../worklist/worklist.repository';
import { WorklistService } from '../worklist/worklist.service';
import { FactRepository } from './fact.repository';
import { FactService } from './fact.service';
import { VitalRepository } from './vital.repository';

let world: SubsidyWorld;
let facts: FactService;
/** What the register's feed brings next. */
let changed: RegisteredPerson[] = [];

beforeEach(async () => {
  changed = [];
  world = await SubsidyWorld.open();
  const beneficiaries = new BeneficiaryRepository();
  facts = new FactService(
    world.database,
    world.clock,
    {
      page: (after): Promise<FeedPage> =>
        Promise.resolve({ persons: changed.splice(0), next: String(Number(after) + 1), caughtUp: true }),
    },
    new FactRepository(),
    new VitalRepository(),
    new BeneficiaryService(beneficiaries),
    new PersonMergeService(beneficiaries, new PersonMergeRepository()),
    new WorklistService(world.database, new WorklistRepository()),
  );
});
afterEach(async () => {
  expect(await world.verification.run()).toEqual([]);
  await world.close();
});

/** Tells of persons as they are now. */
async function tell(...persons: RegisteredPerson[]): Promise<void> {
  changed = persons;
  await facts.pull();
}

/** The register's record of a beneficiary's child. */
async function personOf(beneficiaryId: string, more: Partial<RegisteredPerson> = {}): Promise<RegisteredPerson> {
  const [row] = await world.rows<{ key: string }>(
    `select encode(id_number_key, 'hex') as key from beneficiary where id = $1`,
    [beneficiaryId],
  );
  return {
    id: randomUUID(),
    idNumberKey: row!.key,
    idNumberMask: '3402**',
    idType: '111',
    birthCertificateKey: null,
    sex: 1,
    born: '2024-02-02' as Day,
    died: null,
    status: 0,
    householdId: randomUUID(),
    householdType: 'unified',
    relationToHead: '20',
    divisionCode: '340202001001',
    fatherId: null,
    motherId: null,
    fatherIdNumberKey: null,
    motherIdNumberKey: null,
    maritalStatus: null,
    movedInOn: null,
    movedOutOn: null,
    updatedAt: '2026-01-01T00:00:00Z',
    idNumberShared: false,
    mergedInto: null,
    ...more,
  };
}

const standing = async (claims: readonly string[]) => {
  const rows = await world.rows<{ id: string; state: string; beneficiary: string; asks: string[] }>(
    `select id, state, beneficiary_id as beneficiary,
            array(select reason from review_case r where r.claim_id = c.id and r.state = 'open' order by 1) as asks
       from claim c where id = any($1::uuid[])`,
    [claims],
  );
  return claims.map((id) => rows.find((row) => row.id === id)!);
};
const states = async (claims: readonly string[]) => (await standing(claims)).map(({ state, asks }) => [state, ...asks]);

/** Two records with a confirmed claim each for the same year, both known to the register. */
async function twoRecords() {
  const { claims, beneficiaries } = await world.claims({ count: 2 });
  const [losing, surviving] = [await personOf(beneficiaries[0]!), await personOf(beneficiaries[1]!)];
  await tell(losing, surviving);
  return { claims, beneficiaries, losing, surviving };
}

async function settle(batch: Awaited<ReturnType<SubsidyWorld['sent']>>): Promise<void> {
  await world.answer(
    batch.messageId,
    batch.references.map((reference) => word(reference, 'SETTLED')),
  );
}

describe('two records that the register finds to be one person', () => {
  it('become one beneficiary: of two claims for a year the losing record’s is held, and a person is asked', async () => {
    const { claims, beneficiaries, losing, surviving } = await twoRecords();
    await tell({ ...losing, mergedInto: surviving.id });
    expect(await states(claims)).toEqual([['held', 'DUPLICATE_PERSON'], ['confirmed']]);
    expect((await standing(claims)).map(({ beneficiary }) => beneficiary)).toEqual([
      beneficiaries[1],
      beneficiaries[1],
    ]);
  });

  it('are told apart again when the merge is undone, and what was held is checked again', async () => {
    const { claims, beneficiaries, losing, surviving } = await twoRecords();
    await tell({ ...losing, mergedInto: surviving.id });
    await tell(losing);
    expect(await states(claims)).toEqual([['received'], ['confirmed']]);
    expect((await standing(claims)).map(({ beneficiary }) => beneficiary)).toEqual(beneficiaries);
    await tell({ ...losing, mergedInto: surviving.id }); // And once more.
    expect(await states(claims)).toEqual([['held', 'DUPLICATE_PERSON'], ['confirmed']]);
  });

  it('that were both paid stay paid, each once, with one question for a person and no money moved', async () => {
    const batch = await world.sent(2);
    await settle(batch);
    const [losing, surviving] = [await personOf(batch.beneficiaries[0]!), await personOf(batch.beneficiaries[1]!)];
    await tell(losing, surviving);
    const before = await world.rows('select * from transfer order by id');
    await tell({ ...losing, mergedInto: surviving.id });
    expect(await states(batch.claims)).toEqual([['paid', 'DUPLICATE_PERSON'], ['paid']]);
    expect(await world.rows('select * from transfer order by id')).toEqual(before);

    // The next year's claims of both are one child's.
    const next = await world.claims({ count: 2, year: 2027, beneficiaries: batch.beneficiaries });
    await tell({ ...losing, mergedInto: surviving.id, sex: 2 });
    await expect(
      world.database.write((tx) =>
        tx.query('update claim set beneficiary_id = $2 where id = $1', [next.claims[0], batch.beneficiaries[1]]),
      ),
    ).rejects.toThrow('claim_pays_a_child_year_once');

    await tell({ ...losing, sex: 2 });
    expect(await states(batch.claims)).toEqual([['paid'], ['paid']]);
  });

  it('of which one was paid keep that payment, and the other’s claim waits', async () => {
    const batch = await world.sent(1);
    await settle(batch);
    const other = await world.claims({ count: 1 });
    const [losing, surviving] = [await personOf(batch.beneficiaries[0]!), await personOf(other.beneficiaries[0]!)];
    await tell(losing, surviving);
    await tell({ ...losing, mergedInto: surviving.id });
    expect(await states([batch.claims[0]!, other.claims[0]!])).toEqual([
      ['paid', 'DUPLICATE_PERSON'],
      ['held', 'DUPLICATE_PERSON'],
    ]);
    const linked = await standing(batch.claims);
    expect(linked[0]!.beneficiary).toBe(other.beneficiaries[0]);
  });

  it('of which only one ever claimed go on as if they had been one', async () => {
    const { claims, beneficiaries } = await world.claims({ count: 1 });
    const losing = await personOf(beneficiaries[0]!);
    const surviving = { ...(await personOf(beneficiaries[0]!)), idNumberKey: null };
    await tell(losing, surviving);
    await tell({ ...losing, mergedInto: surviving.id });
    expect(await states(claims)).toEqual([['confirmed']]);
    expect(await world.rows('select person_id as id from beneficiary where id = $1', [beneficiaries[0]])).toEqual([
      { id: surviving.id },
    ]);
  });
});

describe('a death that is reported', () => {
  it('holds what is not paid of the child, with a question, and its reversal lets it be checked again', async () => {
    const { claims, beneficiaries } = await world.claims({ count: 1 });
    const child = await personOf(beneficiaries[0]!);
    await tell(child);
    await tell({ ...child, died: '2026-03-01' as Day, status: 9 });
    expect(await states(claims)).toEqual([['held', 'APPLICANT_DEATH_FLAG', 'DEATH_FLAG']]);
    await tell(child);
    expect(await states(claims)).toEqual([['received']]);
    const cases = await world.rows(`select distinct decision from review_case where claim_id = $1`, [claims[0]]);
    expect(cases).toEqual([{ decision: 'DEATH_REVERSED' }]);
  });

  it('of the applicant holds it too', async () => {
    const { claims } = await world.claims({ count: 1 });
    const guardian = await world.claims({ count: 1 });
    await world.test.admin(
      `update subsidy.claim set applicant_key = (select applicant_key from subsidy.claim where id = $2) where id = $1`,
      [claims[0], guardian.claims[0]],
    );
    const applicant = await personOf(guardian.beneficiaries[0]!);
    await tell(applicant);
    await tell({ ...applicant, status: 9 });
    expect(await states(claims)).toEqual([['held', 'APPLICANT_DEATH_FLAG']]);
  });

  it('stops no money by itself: what is on its way or paid stays so, the first with a question', async () => {
    const batch = await world.sent(2);
    await world.answer(batch.messageId, [word(batch.references[0]!, 'SETTLED')]);
    const order = batch.references.map((reference) => batch.claimOf.get(reference)!);
    const children = await Promise.all((await standing(order)).map(({ beneficiary }) => personOf(beneficiary)));
    await tell(...children);
    await tell(...children.map((child) => ({ ...child, died: '2026-03-01' as Day, status: 9 as const })));
    expect(await states(order)).toEqual([['paid'], ['paying', 'APPLICANT_DEATH_FLAG', 'DEATH_FLAG']]);
  });
});

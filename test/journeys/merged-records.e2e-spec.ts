import * as made from '../support/family';
import { citizen, CLERK, CONFIRMER, PAPER, RegisterCounty, type ShownFact, stranger } from '../support/register-county';

const [FATHER, MOTHER, CHILD] = made.namedFamily('父亲', '母亲', '孩子');
/** The same child, registered again in another township under a number of its own. */
const TWICE = made.registryRow('C2', '2024-02-29', 44, {
  name: '孩儿',
  household_no: '100000002',
  relation_to_head: '02',
  marital_status: '10',
  division_code: '340202101201',
  birth_certificate_no: 'W340000009',
  mother_id_number: MOTHER.id_number!,
  father_id_number: FATHER.id_number!,
});

let county: RegisterCounty;
let [first, second] = ['', ''];

beforeAll(async () => void (county = await RegisterCounty.open()), 60_000);
beforeEach(async () => {
  await county.reset();
  await county.state(FATHER, MOTHER, CHILD, TWICE);
  [first, second] = [await county.person('孩子'), await county.person('孩儿')];
  await county.accounts(made.account({ holder_name: '母亲' }));
});
afterEach(async () => expect(await county.verify()).toEqual([]));
afterAll(() => county?.close());

const claimFor = (no: string, row: { id_number?: string | number }, more: object = {}) =>
  made.claim(no, { child_id_number: row.id_number!, ...more });

/** Where two records contradict each other, the officer keeps what the surviving one says. */
async function merging(from: string, into: string) {
  const keep = (await county.facts(into)).map(({ id }: ShownFact) => id);
  return { from, into, keep, evidence: PAPER };
}
/** What anybody can see of a record and its money, but for the ids of facts. */
async function seen() {
  const facts = async (id: string) => (await county.facts(id)).map(({ id: _, ...fact }) => JSON.stringify(fact)).sort();
  const query = `query ($id: ID!) { person(id: $id) { name status idNumberMask hasBirthCertificate household { householdNo } mother { name } mergedInto { id } } }`;
  const shown = async (id: string) => county.done<object>('auditor', query, { id });
  return [await facts(first), await facts(second), await shown(first), await shown(second)];
}

describe('two records of one child, of which one was paid', () => {
  beforeEach(async () => {
    await county.claims(claimFor('A1', CHILD));
    await county.determine();
    expect(await county.pay()).toBe(1);
    await county.claims(claimFor('B1', TWICE, { submitted_on: '2025-11-01' }));
    await county.determine();
    expect(await county.standing('B1')).toEqual(['DETERMINED']);
  });

  it.each([
    ['into the record that was paid', true],
    ['the paid record into the other', false],
  ])('are merged, %s: no second payment, a question for a person', async (_, isPaidKept) => {
    const [from, into] = isPaidKept ? [second, first] : [first, second];
    const before = await seen();
    await county.confirm();
    const merge = await county.change(CONFIRMER, 'mergePersons', await merging(from, into));
    await county.pull();
    expect(await county.standing('B1')).toEqual(['HELD', 'DUPLICATE_PERSON']);
    expect(await county.standing('A1')).toEqual(isPaidKept ? ['PAID'] : ['PAID', 'DUPLICATE_PERSON']);
    const { openCases } = await county.claim('B1');
    expect(openCases[0]!.questionZh).toContain('两条记录为同一人');
    expect(await county.pay()).toBe(0);
    await county.determine();
    expect(await county.pay()).toBe(0);
    expect([await county.paid('A1'), await county.paid('B1')]).toEqual([['360000'], []]);

    await county.change(CONFIRMER, 'undoChange', { id: merge, reason: '经核对为两人' });
    await county.pull();
    expect(await seen()).toEqual(before);
    expect([await county.standing('A1'), await county.standing('B1')]).toEqual([['PAID'], ['RECEIVED']]);
    await county.determine();
    expect(await county.pay()).toBe(1);
    expect([await county.paid('A1'), await county.paid('B1')]).toEqual([['360000'], ['360000']]);
  });

  it('pay nothing again though the claim is decided anew while they are merged, and a person settles it', async () => {
    await county.change(CONFIRMER, 'mergePersons', await merging(second, first));
    await county.pull();
    const { openCases } = await county.claim('B1');
    const settle = `mutation ($id: ID!, $decision: CaseDecision!) {
      resolveCase(id: $id, decision: $decision, note: "同一儿童已发放") { claim { state } } }`;
    await county.done(CONFIRMER, settle, { id: openCases[0]!.id, decision: 'CHECK_AGAIN' });
    await county.determine();
    const [state, ...asked] = await county.standing('B1');
    expect(state).toBe('HELD');
    expect(asked).not.toEqual([]);
    expect(await county.pay()).toBe(0);
    const again = await county.claim('B1');
    for (const { id } of again.openCases) await county.done(CONFIRMER, settle, { id, decision: 'REFUSE' });
    expect(await county.standing('B1')).toEqual(['REFUSED']);
    expect([await county.paid('A1'), await county.paid('B1')]).toEqual([['360000'], []]);
  });

  it('are the family’s one child, and the record that lives on in another is worked on no more', async () => {
    await county.change(CONFIRMER, 'mergePersons', await merging(second, first));
    const { myFamily } = await county.done<{ myFamily: { name: string }[] }>(
      citizen('mother', String(MOTHER.id_number)),
      '{ myFamily { name } }',
    );
    expect(myFamily.map(({ name }) => name).sort()).toEqual(['孩子', '母亲']);
    const correction = { id: second, name: '小名', evidence: PAPER };
    expect((await county.tryChange(CLERK, 'correctPerson', correction)).refused).toEqual(['PERSON_MERGED']);
  });
});

describe('a merge of records', () => {
  it('is for the county to make and undo, once each, and decides no contradiction by itself', async () => {
    const merge = await merging(second, first);
    expect((await county.tryChange(CLERK, 'mergePersons', merge)).refused).toEqual(['NOT_PERMITTED']);
    expect((await county.tryChange(stranger, 'mergePersons', merge)).refused).toEqual(['PERSONS_UNKNOWN']);
    const undecided = await county.tryChange(CONFIRMER, 'mergePersons', { ...merge, keep: undefined });
    expect(undecided.refused).toEqual(['MERGE_CONFLICTS']);
    const id = await county.change(CONFIRMER, 'mergePersons', merge);
    expect((await county.tryChange(CONFIRMER, 'mergePersons', merge)).refused).toEqual(['PERSON_MERGED']);
    const back = { from: first, into: second, evidence: PAPER };
    expect((await county.tryChange(CONFIRMER, 'mergePersons', back)).refused).toEqual(['PERSON_MERGED']);
    const undo = { id, reason: '误并' };
    expect((await county.tryChange(CLERK, 'undoChange', undo)).refused).toEqual(['NOT_PERMITTED']);
    await county.change(CONFIRMER, 'undoChange', undo);
    expect((await county.tryChange(CONFIRMER, 'undoChange', undo)).refused).toEqual(['CHANGE_UNDONE']);
  });

  it('before either was paid lets one claim go on and holds the other, and both go on when it is undone', async () => {
    await county.claims(claimFor('A1', CHILD), claimFor('B1', TWICE, { submitted_on: '2025-11-01' }));
    await county.determine();
    await county.confirm();
    const merge = await county.change(CONFIRMER, 'mergePersons', await merging(second, first));
    await county.pull();
    expect([await county.standing('A1'), await county.standing('B1')]).toEqual([
      ['CONFIRMED'],
      ['HELD', 'DUPLICATE_PERSON'],
    ]);
    expect(await county.pay()).toBe(1);
    expect(await county.paid('A1')).toEqual(['360000']);
    await county.change(CONFIRMER, 'undoChange', { id: merge, reason: '经核对为两人' });
    await county.pull();
    await county.determine();
    expect(await county.pay()).toBe(1);
    expect(await county.paid('B1')).toEqual(['360000']);
  });

  it('is not unmade by the registry, which goes on stating both records', async () => {
    await county.change(CONFIRMER, 'mergePersons', await merging(second, first));
    await county.state(
      { ...CHILD, address: '示例村3号', updated_at: '2026-03-20T00:00:00+08:00' },
      { ...TWICE, address: '示例村4号', updated_at: '2026-03-20T00:00:00+08:00' },
    );
    const query = 'query ($id: ID!) { person(id: $id) { mergedInto { id } } }';
    expect(await county.done('auditor', query, { id: second })).toEqual({ person: { mergedInto: { id: first } } });
    expect((await county.facts(first)).filter(({ isDisputed }) => isDisputed)).toEqual([]);
  });
});

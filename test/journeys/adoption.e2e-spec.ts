import { citizenNumber, registryRow } from '../support/family';
import { citizen, CLERK, CONFIRMER, COURT, RegisterCounty, stranger } from '../support/register-county';

const BORN = '2024-02-29';
const ADOPTED = '2026-03-10';
const MOTHER = citizenNumber('1995-05-05', 22);
const ADOPTIVE_FATHER = citizenNumber('1988-08-08', 13);
const ADOPTIVE_MOTHER = citizenNumber('1989-09-09', 24);
const CHILD = registryRow('C1', BORN, 42, {
  name: '小童',
  household_no: '2',
  relation_to_head: '30',
  marital_status: '10',
  mother_id_number: MOTHER,
  birth_certificate_no: 'W340000101',
});
const NEW_PARENTS = ['adoptive-father 养父', 'adoptive-mother 养母'];
const MOTHER_BY_BIRTH = ['registered-mother 生母'];

let county: RegisterCounty;

beforeAll(async () => void (county = await RegisterCounty.open()), 60_000);
beforeEach(async () => {
  await county.reset();
  await county.state(
    registryRow('M1', '1995-05-05', 22, { name: '生母', household_no: '2', marital_status: '10' }),
    registryRow('F2', '1988-08-08', 13, { name: '养父', household_no: '3' }),
    registryRow('M2', '1989-09-09', 24, { name: '养母', household_no: '3', relation_to_head: '12' }),
    CHILD,
  );
});
afterEach(async () => expect(await county.verify()).toEqual([]));
afterAll(() => county?.close());

/** The court's decision as an officer records it. */
const decision = async () => ({
  child: await county.person('小童'),
  elders: [
    { kind: 'ADOPTIVE_FATHER', person: await county.person('养父') },
    { kind: 'ADOPTIVE_MOTHER', person: await county.person('养母') },
  ],
  from: ADOPTED,
  evidence: COURT,
});

const claim = (no: string, year: number, applicant: string) => ({
  claim_no: no,
  child_id_number: CHILD.id_number!,
  child_birth_certificate_no: '',
  applicant_id_number: applicant,
  relation: '52',
  claim_year: year,
  submitted_on: `${year}-03-20`.replace('2025-03', '2025-10'),
  channel: 'online',
  account_no: accountOf(applicant),
});
const accountOf = (holder: string): string => (holder === MOTHER ? '6228480012345678903' : '6228480012345678911');
const account = (holder: string, name: string) => ({
  holder_id_number: holder,
  holder_name: name,
  bank_code: '103',
  account_no: accountOf(holder),
  kind: 'debit',
});

describe('a child that a court gave to a couple', () => {
  it('has other parents from the day of the judgment on, as known from the day it was recorded', async () => {
    const child = await county.person('小童');
    const before = county.world.clock.now();
    county.world.clock.advance(60_000);
    await county.change(CLERK, 'recordKinship', await decision());
    expect(await county.elders(child, '2026-03-09')).toEqual(MOTHER_BY_BIRTH);
    expect(await county.elders(child, ADOPTED)).toEqual(NEW_PARENTS);
    expect(await county.elders(child)).toEqual([...NEW_PARENTS, ...MOTHER_BY_BIRTH]);
    expect(await county.elders(child, ADOPTED, before)).toEqual(MOTHER_BY_BIRTH);
    expect(await county.elders(child, '2026-03-09', before)).toEqual(MOTHER_BY_BIRTH);
  });

  it('is adopted once, however often the officer presses, and not from another county', async () => {
    await county.change(CLERK, 'recordKinship', await decision());
    const again = await county.tryChange(CLERK, 'recordKinship', await decision());
    expect(again.refused).toEqual(['FACT_ON_RECORD']);
    const elsewhere = await county.tryChange(stranger, 'recordKinship', { ...(await decision()), from: '2026-03-11' });
    expect(elsewhere.refused).toEqual(['PERSONS_UNKNOWN']);
    expect(await county.elders(await county.person('小童'), '2026-04-01')).toEqual(NEW_PARENTS);
  });

  it('is claimed for by its new parents, and what was paid to the mother by birth stays paid', async () => {
    await county.accounts(account(MOTHER, '生母'), account(ADOPTIVE_MOTHER, '养母'));
    await county.claims(claim('M-2025', 2025, MOTHER));
    await county.determine();
    expect(await county.pay()).toBe(1);
    await county.claims(claim('A-2026', 2026, ADOPTIVE_MOTHER));
    await county.determine();
    expect(await county.standing('A-2026')).toEqual(['HELD', 'APPLICANT']);

    const adoption = await county.change(CLERK, 'recordKinship', await decision());
    await county.change(CONFIRMER, 'undoChange', { id: adoption, reason: '误办，判决尚未生效' });
    await county.pull();
    await checkAgain('A-2026');
    expect(await county.standing('A-2026')).toEqual(['HELD', 'APPLICANT']);

    await county.change(CLERK, 'recordKinship', await decision());
    await county.pull();
    await checkAgain('A-2026');
    expect(await county.standing('A-2026')).toEqual(['DETERMINED']);
    expect(await county.pay()).toBe(1);
    expect(await county.paid('M-2025')).toEqual(['360000']);
    expect(await county.paid('A-2026')).toEqual(['360000']);
  });

  it('is seen by its new parents, with how its record was changed, and no longer by the one it had', async () => {
    await county.change(CLERK, 'recordKinship', await decision());
    const asked = '{ myFamily { name changes { kind basis reason persons { name } } } }';
    type Seen = { myFamily: { name: string; changes: { kind: string; basis: string; reason: string }[] }[] };
    for (const number of [ADOPTIVE_MOTHER, ADOPTIVE_FATHER]) {
      const { myFamily } = await county.done<Seen>(citizen(number, number), asked);
      expect(myFamily.map(({ name }) => name)).toContain('小童');
      const { changes } = myFamily.find(({ name }) => name === '小童')!;
      expect(changes).toMatchObject([{ kind: 'kinship', basis: 'COURT', reason: COURT.reason }]);
    }
    const former = await county.done<Seen>(citizen('former', MOTHER), asked);
    expect(former.myFamily.map(({ name }) => name)).toEqual(['生母']);
    expect(JSON.stringify(former)).not.toMatch(/养父|养母|小童/);
  });

  it('stays theirs while the registry names the mother by birth, and when it names them', async () => {
    const child = await county.person('小童');
    await county.change(CLERK, 'recordKinship', await decision());
    const stated = async (day: string, more: object) => {
      await county.state({ ...CHILD, ...more, updated_at: `${day}T00:00:00+08:00` });
      expect((await county.facts(child)).filter(({ isDisputed }) => isDisputed)).toEqual([]);
      expect(await county.elders(child, '2026-04-01')).toEqual(NEW_PARENTS);
      expect(await county.elders(child, '2026-03-09')).toEqual(MOTHER_BY_BIRTH);
    };
    await stated('2026-03-15', { address: '示例村2号' });
    const parents = { father_id_number: ADOPTIVE_FATHER, mother_id_number: ADOPTIVE_MOTHER };
    await stated('2026-03-20', { household_no: '3', ...parents });
    await stated('2026-03-25', { household_no: '3', ...parents, name: '养小童' });
  });

  it('has its mother again when the judgment is set aside, and what was known meanwhile is on record', async () => {
    const child = await county.person('小童');
    const adoption = await county.change(CLERK, 'recordKinship', await decision());
    const meanwhile = county.world.clock.now();
    county.world.clock.advance(60_000);
    const setAside = { id: adoption, reason: '再审撤销原判决' };
    expect((await county.tryChange(CLERK, 'undoChange', setAside)).refused).toEqual(['NOT_PERMITTED']);
    await county.change(CONFIRMER, 'undoChange', setAside);
    expect((await county.tryChange(CONFIRMER, 'undoChange', setAside)).refused).toEqual(['CHANGE_UNDONE']);
    expect(await county.elders(child)).toEqual(MOTHER_BY_BIRTH);
    expect(await county.elders(child, ADOPTED, meanwhile)).toEqual(NEW_PARENTS);
  });

  it('keeps the parent whose spouse adopts', async () => {
    const [child, mother] = [await county.person('小童'), await county.person('生母')];
    await county.change(CLERK, 'recordKinship', {
      child,
      elders: [{ kind: 'ADOPTIVE_FATHER', person: await county.person('养父') }],
      from: ADOPTED,
      keeps: [mother],
      evidence: COURT,
    });
    expect(await county.elders(child, ADOPTED)).toEqual(['adoptive-father 养父', ...MOTHER_BY_BIRTH]);
  });
});

async function checkAgain(claimNo: string): Promise<void> {
  const { openCases } = await county.claim(claimNo);
  const settle = `mutation ($id: ID!) { resolveCase(id: $id, decision: CHECK_AGAIN, note: "收养登记已核对") { state } }`;
  await county.done(CONFIRMER, settle, { id: openCases[0]!.id });
  await county.determine();
}

import { DuplicateSearchService } from '../../apps/registration/src/duplicate/duplicate-search.service';
import { citizenNumber, registryRow } from '../support/family';
import { CLERK, CONFIRMER, PAPER, RegisterCounty } from '../support/register-county';

const BORN = '2026-03-05';
const MOTHER = citizenNumber('1995-05-05', 22);
const FATHER = citizenNumber('1993-03-03', 31);
const CERTIFICATES = ['W340000201', 'W340000202'] as const;
/** As the household registry states them some weeks later: same mother, same day, same sex, numbers one after the other. */
const ROWS = CERTIFICATES.map((birth_certificate_no, at) =>
  registryRow(`T${at}`, BORN, 62 + 2 * at, {
    name: ['示例双', '示例对'][at]!,
    relation_to_head: '30',
    marital_status: '10',
    birth_certificate_no,
    mother_id_number: MOTHER,
    father_id_number: FATHER,
    updated_at: '2026-03-20T00:00:00+08:00',
  }),
);

let county: RegisterCounty;

beforeAll(async () => void (county = await RegisterCounty.open()), 60_000);
beforeEach(async () => {
  await county.reset();
  await county.state(
    registryRow('F1', '1993-03-03', 31, { name: '父亲' }),
    registryRow('M1', '1995-05-05', 22, { name: '母亲', relation_to_head: '12' }),
  );
});
afterEach(async () => expect(await county.verify()).toEqual([]));
afterAll(() => county?.close());

/** Both told of by the hospital, neither with a name yet; their ids in the order of their certificates. */
async function bothBorn(): Promise<string[]> {
  const ids = [];
  for (const certificate of CERTIFICATES)
    ids.push(await county.change(CLERK, 'registerNewborn', await notice(certificate)));
  return ids;
}
const notice = async (birthCertificateNo: string | undefined) => ({
  sex: 'FEMALE',
  born: BORN,
  birthCertificateNo,
  mother: await county.person('母亲'),
  division: '340202100201',
  evidence: PAPER,
});

const claim = (no: string, certificate: string) => ({
  claim_no: no,
  child_id_number: '',
  child_birth_certificate_no: certificate,
  applicant_id_number: MOTHER,
  relation: '52',
  claim_year: 2026,
  submitted_on: '2026-03-10',
  channel: 'online',
  account_no: '6228480012345678903',
});
const account = {
  holder_id_number: MOTHER,
  holder_name: '母亲',
  bank_code: '103',
  account_no: '6228480012345678903',
  kind: 'debit',
};
const records = () =>
  county.world.database.admin<{ id: string; name: string }>(
    `select id, name from registration.person where born = $1 order by id`,
    [BORN],
  );

describe('twins of one mother, born on one day, of one sex', () => {
  it('are two records with one name until they have names, and each certificate is taken once', async () => {
    const [first, second] = await bothBorn();
    expect(await records()).toEqual([
      { id: first, name: '母亲之女' },
      { id: second, name: '母亲之女' },
    ]);
    const again = await county.tryChange(CLERK, 'registerNewborn', await notice(CERTIFICATES[1]));
    expect(again.refused).toEqual(['BIRTH_CERTIFICATE_ON_RECORD']);
    expect(again.errors[0]!.extensions.facts).toEqual({ id: second });
    expect(await records()).toHaveLength(2);
  });

  it.each([
    ['in one extract', [[0, 1]]],
    ['in one extract, the second child first', [[1, 0]]],
    ['in two extracts, the second child first', [[1], [0]]],
  ] as const)('become their rows of the registry each, %s', async (_, extracts) => {
    const [first, second] = await bothBorn();
    for (const rows of extracts) await county.state(...rows.map((at) => ROWS[at]!));
    expect(await records()).toEqual([
      { id: first, name: '示例双' },
      { id: second, name: '示例对' },
    ]);
    for (const id of [first!, second!]) {
      expect(await county.elders(id)).toEqual(['birth-mother 母亲', 'registered-father 父亲']);
      expect((await county.facts(id)).filter(({ isDisputed }) => isDisputed)).toEqual([]);
    }
  });

  it('become their rows when events of the registry tell of them, told twice', async () => {
    const [first, second] = await bothBorn();
    for (const row of [...ROWS].reverse()) {
      await county.tell('birth', row);
      await county.tell('birth', row);
    }
    expect(await records()).toEqual([
      { id: first, name: '示例双' },
      { id: second, name: '示例对' },
    ]);
  });

  it('are two claims and two payments, from notice to bank', async () => {
    await bothBorn();
    await county.pull();
    await county.accounts(account);
    await county.claims(claim('T-1', CERTIFICATES[0]), claim('T-2', CERTIFICATES[1]));
    await county.determine();
    expect([await county.standing('T-1'), await county.standing('T-2')]).toEqual([
      ['HELD', 'CHILD_NOT_REGISTERED'],
      ['HELD', 'CHILD_NOT_REGISTERED'],
    ]);
    await county.state(...[...ROWS].reverse());
    await county.determine();
    expect([await county.standing('T-1'), await county.standing('T-2')]).toEqual([['DETERMINED'], ['DETERMINED']]);
    const children = [(await county.claim('T-1')).child!.id, (await county.claim('T-2')).child!.id];
    expect(children).toEqual((await records()).map(({ id }) => id));
    expect(await county.pay()).toBe(2);
    expect([await county.paid('T-1'), await county.paid('T-2')]).toEqual([['360000'], ['360000']]);
    expect(await county.pay()).toBe(0);
  });

  it('are proposed as one to nobody: before they have numbers never as certain, and then not at all', async () => {
    const [first, second] = await bothBorn();
    const proposed = async () => {
      await county.world.get(DuplicateSearchService).run({ isWhole: true });
      type Pairs = { duplicates: { nodes: { verdict: string }[] }; duplicatesOf: { verdict: string }[] };
      const asked = 'query ($id: ID!) { duplicates { nodes { verdict } } duplicatesOf(id: $id) { verdict } }';
      const found: string[] = [];
      for (const id of [first, second]) {
        const { duplicates, duplicatesOf } = await county.done<Pairs>(CONFIRMER, asked, { id });
        found.push(...[...duplicates.nodes, ...duplicatesOf].map(({ verdict }) => verdict));
      }
      return found;
    };
    expect(await proposed()).not.toContain('CERTAIN');
    await county.state(...ROWS);
    expect(await proposed()).toEqual([]);
  });

  it('are not made one by a slip: each number and certificate would have to be decided against', async () => {
    const [first, second] = await bothBorn();
    await county.state(...ROWS);
    const slip = await county.tryChange(CONFIRMER, 'mergePersons', { from: second, into: first, evidence: PAPER });
    expect(slip.refused).toEqual(['MERGE_CONFLICTS']);
    expect(slip.errors[0]!.extensions.facts).toMatchObject({ facts: expect.any(Array) as object });
    expect(await records()).toHaveLength(2);
  });
});

import { OverpaymentsClient } from '@app/contracts';
import { OverpaymentService } from '../../apps/subsidy/src/overpayment/overpayment.service';
import * as made from '../support/family';
import { openFederatedWorld } from '../support/federated-world';
import { citizen, CLERK, CONFIRMER, RegisterCounty, stranger } from '../support/register-county';

const [FATHER, MOTHER, CHILD] = made.namedFamily('父亲', '母亲', '孩子');
const mother = citizen('mother', made.citizenNumber('1995-05-05', 22));
const SHOWN = `{ id ground state fen stillFen from until payeeName paidOn foundOn shares { level year fen } changes { seq fen why } }`;
const later = (day: string, more: object = {}) => ({ ...CHILD, ...more, updated_at: `${day}T00:00:00+08:00` });

interface Shown {
  readonly id: string;
  readonly ground: string;
  readonly state: string;
  readonly fen: string;
  readonly stillFen: string;
  readonly changes: readonly { readonly fen: string }[];
}

let county: RegisterCounty;

beforeAll(async () => void (county = await RegisterCounty.open()), 60_000);
beforeEach(async () => {
  await county.reset();
  await county.state(FATHER, MOTHER, CHILD);
  await county.accounts(made.account({ holder_name: '母亲' }));
  await county.claims(made.claim('A1'));
  await county.determine();
  expect(await county.pay()).toBe(1);
});
afterEach(async () => expect(await county.verify()).toEqual([]));
afterAll(() => county?.close());

const overpayments = () => county.world.get(OverpaymentService);
const listed = async (who: Parameters<RegisterCounty['done']>[0] = 'auditor') =>
  (await county.done<{ overpayments: { nodes: Shown[] } }>(who, `{ overpayments { nodes ${SHOWN} } }`)).overpayments
    .nodes;
const own = async () =>
  (await county.done<{ myOverpayments: Shown[] }>(mother, `{ myOverpayments ${SHOWN} }`)).myOverpayments;

/** The household registry tells of a death before the year that was paid, after it was paid. */
async function toldOfDeath(): Promise<string> {
  const death = await county.tell('death', later('2026-03-10', { status: '9', death_date: '2024-12-20' }));
  await overpayments().findAll();
  return death;
}

describe('a death that is known only after the payment', () => {
  it('is seen by officers, by the county’s list and file, and by the family, and the claim stays as it was', async () => {
    expect(await listed()).toEqual([]);
    await toldOfDeath();
    const shown = {
      ...{
        ground: 'LATE_DEATH',
        state: 'TOLD',
        fen: '360000',
        stillFen: '360000',
        from: '2025-01-01',
        until: '2026-01-01',
      },
      ...{ payeeName: '母亲', foundOn: '2026-04-01', changes: [] },
    };
    const [found] = await listed();
    expect(found).toMatchObject(shown);
    const { shares } = found as unknown as { shares: { year: number; fen: string }[] };
    expect(shares.map(({ year }) => year)).toEqual(shares.map(() => 2026));
    expect(shares.reduce((sum, { fen }) => sum + BigInt(fen), 0n)).toBe(360_000n);
    expect(await own()).toEqual([found]);

    const { claims } = await county.done<{ claims: { nodes: { state: string; overpayments: { id: string }[] }[] } }>(
      'auditor',
      '{ claims { nodes { state overpayments { id } } } }',
    );
    expect(claims.nodes).toEqual([{ state: 'PAID', overpayments: [{ id: found!.id }] }]);
    const { overpaymentExport: file } = await county.done<{ overpaymentExport: { csv: string; after: string | null } }>(
      'auditor',
      '{ overpaymentExport(filter: { ground: LATE_DEATH }) { csv after } }',
    );
    expect(file.csv.split('\r\n')[1]).toContain(
      `${found!.id},A1,YEB,340202000000,late-death,told,2025-01-01,2026-01-01,3600.00,`,
    );
    expect(file.after).toBeNull();
    expect(await listed(stranger)).toEqual([]);
  });

  it('is given to fees at the door as within one process, and once it has it a correction is a change of its own', async () => {
    const death = await toldOfDeath();
    const [found] = await listed();
    const bugs: unknown[] = [];
    const house = await openFederatedWorld(county.world, (_id, error) => bugs.push(error));
    try {
      const client = new OverpaymentsClient(house.client('fees', 'subsidy'));
      const given = await client.overpayment(found!.id);
      expect(given).toMatchObject({ id: found!.id, ground: 'late-death', fen: 360_000n, stillFen: 360_000n });
      expect(given).toEqual(await overpayments().overpayment(found!.id));
      expect(await client.overpayment(await county.person('孩子'))).toBeNull();
      await county.tell('death-reversed', later('2026-03-12'), death);
      await overpayments().findAll();
      expect(await client.overpayment(found!.id)).toEqual({ ...given, stillFen: 0n });
    } finally {
      await house.close();
    }
    expect(bugs).toEqual([]);
    expect(await own()).toMatchObject([
      { state: 'TAKEN_UP', fen: '360000', stillFen: '0', changes: [{ fen: '-360000' }] },
    ]);
  });

  it('and is taken back before fees has asked leaves the family nothing to answer', async () => {
    const death = await toldOfDeath();
    await county.tell('death-reversed', later('2026-03-12'), death);
    await overpayments().findAll();
    expect((await listed()).map(({ state }) => state)).toEqual(['TAKEN_BACK']);
    expect((await own()).map(({ state }) => state)).toEqual(['TAKEN_BACK']);
  });
});

describe('an officer who finds that a claim was false', () => {
  const report = (claim: string, more = '') =>
    `mutation { reportOverpayment(report: { claim: "${claim}", ground: FALSE_CLAIM, evidence: "示例核〔2026〕1号", note: "冒用他人材料"${more} }) { id state } }`;
  const see = (id: string) => `mutation { seeOverpayment(id: "${id}", isOverpaid: true) { id state } }`;

  it('reports it by a document; it is told of, and shown to the family, when another officer has looked', async () => {
    const { id: claimId } = await county.claim('A1');
    expect(await county.refused(stranger, report(claimId))).toEqual(['OVERPAYMENT_OF_UNKNOWN_CLAIM']);
    expect(await county.refused('auditor', report(claimId))).toEqual(['NOT_PERMITTED']);
    const { reportOverpayment: reported } = await county.done<{ reportOverpayment: Shown }>(
      CLERK,
      report(claimId, ', fen: "120000", from: "2025-09-01"'),
    );
    expect(reported.state).toBe('REPORTED');
    expect(await own()).toEqual([]);
    await overpayments().findAll();
    expect(await overpayments().overpayment(reported.id)).toBeNull();

    expect(await county.refused(CLERK, see(reported.id))).toEqual(['NOT_PERMITTED']);
    await county.done(CONFIRMER, see(reported.id));
    expect(await county.refused(CONFIRMER, see(reported.id))).toEqual(['OVERPAYMENT_NOT_WAITING']);
    await overpayments().findAll();
    expect(await overpayments().overpayment(reported.id)).toMatchObject({
      ground: 'false-claim',
      fen: 120_000n,
      from: '2025-09-01',
    });
    expect(await own()).toMatchObject([{ ground: 'FALSE_CLAIM', state: 'TAKEN_UP', fen: '120000' }]);
  });
});

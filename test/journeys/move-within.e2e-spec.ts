import type { Caller } from '@app/access';
import { findDivisionCode } from '@app/kernel';
import { FollowingService } from '../../apps/subsidy/src/portability/following.service';
import * as made from '../support/family';
import { PayingOffice } from '../support/paying-office';
import { citizen, RegisterCounty } from '../support/register-county';

const NEW = findDivisionCode('340203')!;
const VILLAGE = '340203100201';
const [FATHER, MOTHER, CHILD] = made.namedFamily('父亲', '母亲', '孩子');
const FAMILY = [FATHER, MOTHER, CHILD];

let county: RegisterCounty;
/** The county that the family moves to. */
let next: PayingOffice;

beforeAll(async () => {
  county = await RegisterCounty.open();
  next = new PayingOffice(county.world, NEW, (who, query, variables) => county.done(who, query, variables));
}, 120_000);
beforeEach(async () => {
  await county.reset();
  await next.release();
  await county.state(...FAMILY);
  await county.accounts(made.account({ holder_name: '母亲' }));
  await county.claims(made.claim('A1'));
  await county.determine();
});
afterEach(async () => expect(await county.verify()).toEqual([]));
afterAll(() => county?.close());

/** The household registry tells that the whole family is registered in the next county since a day. */
async function moves(on: string): Promise<void> {
  const there = { division_code: VILLAGE, moved_in_on: on, updated_at: '2026-03-25T00:00:00+08:00' };
  await county.state(...FAMILY.map((row) => ({ ...row, ...there })));
  await county.world.get(FollowingService).followAll();
}

interface Shown {
  readonly claimNo: string;
  readonly state: string;
  readonly divisionCode: string;
  readonly channel: string;
}

const mine = async () =>
  (
    await county.done<{ myClaims: Shown[] }>(
      citizen('mother', String(MOTHER.id_number)),
      '{ myClaims { claimNo state divisionCode channel } }',
    )
  ).myClaims;
const standing = async () =>
  (await mine()).map(({ claimNo, state, divisionCode }) => `${claimNo} ${divisionCode.slice(0, 6)} ${state}`).sort();

const DECISIONS = `{ authorityDecisions { nodes { id fromCounty toCounty leftOn basis rules person { id }
  periods { from until county rule source } carried { claim { claimNo } became { claimNo } }
  reimbursements { id fen state } } } }`;

interface Decision {
  readonly id: string;
  readonly fromCounty: string;
  readonly basis: string;
  readonly periods: readonly { readonly from: string; readonly county: string; readonly rule: string }[];
  readonly carried: readonly {
    readonly claim: { claimNo: string } | null;
    readonly became: { claimNo: string } | null;
  }[];
  readonly reimbursements: readonly { readonly id: string; readonly fen: string; readonly state: string }[];
}
const decisions = async (who: Caller | string = next.confirmer) =>
  (await county.done<{ authorityDecisions: { nodes: Decision[] } }>(who, DECISIONS)).authorityDecisions.nodes;

describe('a family that moves to another county of the installation', () => {
  it('is paid by the new one without a second application, and the old one stops', async () => {
    expect(await standing()).toEqual(['A1 340202 DETERMINED']);
    await moves('2025-09-15');
    expect(await standing()).toEqual(['A1 340202 WITHDRAWN', 'A1-M1 340203 RECEIVED']);
    expect(await county.pay()).toBe(0); // The old place has nothing to pay any more.
    expect(await next.pay()).toBe(1);
    expect(await standing()).toEqual(['A1 340202 WITHDRAWN', 'A1-M1 340203 PAID']);
    expect([await county.pay(), await next.pay()]).toEqual([0, 0]);

    const [decision] = await decisions();
    expect(decision).toMatchObject({
      fromCounty: '340202000000',
      toCounty: '340203000000',
      leftOn: '2025-09-15',
      basis: 'REGISTER',
      carried: [{ claim: null, became: { claimNo: 'A1-M1' } }], // The old claim is the old place's.
      reimbursements: [],
    });
    const own = await county.done<{ myAuthorities: { county: string; from: string }[] }>(
      citizen('mother', String(MOTHER.id_number)),
      '{ myAuthorities { county from until rule source } }',
    );
    expect(new Set(own.myAuthorities.map((one) => one.county))).toEqual(new Set(['340203000000']));
  });

  it('keeps what the old place paid, and the places settle it between them, once', async () => {
    expect(await county.pay()).toBe(1);
    await moves('2025-09-15');
    expect([await standing(), await next.pay()]).toEqual([['A1 340202 PAID'], 0]);

    const list = '{ reimbursements(state: OPEN) { nodes { id debtorCounty creditorCounty fen } } }';
    type Listed = { reimbursements: { nodes: { id: string; fen: string }[] } };
    const { reimbursements } = await county.done<Listed>(next.treasurers[0], list);
    expect(reimbursements.nodes).toMatchObject([
      { debtorCounty: '340203000000', creditorCounty: '340202000000', fen: '360000' },
    ]);
    const settle = `mutation ($id: ID!) { settleReimbursement(id: $id, documentNo: "示例财结〔2026〕1号") {
      state shares { side level fen } } }`;
    const { id } = reimbursements.nodes[0]!;
    expect(await county.refused('finance-officer-1', settle, { id })).toEqual(['REIMBURSEMENT_OF_ANOTHER_COUNTY']);
    const done = await county.done<{ settleReimbursement: { shares: { side: string; fen: string }[] } }>(
      next.treasurers[0],
      settle,
      { id },
    );
    const { shares } = done.settleReimbursement;
    for (const side of ['debtor', 'creditor']) {
      const fens = shares.filter((share) => share.side === side).map(({ fen }) => BigInt(fen));
      expect(fens.reduce((sum, fen) => sum + fen, 0n)).toBe(360_000n);
    }
    expect(await county.refused(next.treasurers[1], settle, { id })).toEqual(['REIMBURSEMENT_NOT_OPEN']);
  });

  it('is served by the old place as before when the move was reported wrongly, by a decision back', async () => {
    await moves('2025-09-15');
    const [decision] = await decisions();
    const back = `mutation ($id: ID!) { takeMoveBack(id: $id, documentNo: "更正通知1号", note: "户籍登记有误") { id undoes } }`;
    expect(await county.refused(next.auditor, back, { id: decision!.id })).toEqual(['NOT_PERMITTED']);
    await county.done(next.confirmer, back, { id: decision!.id });
    expect(await standing()).toEqual(['A1 340202 WITHDRAWN', 'A1-M1 340203 WITHDRAWN', 'A1-M2 340202 RECEIVED']);
    expect(await county.refused(next.confirmer, back, { id: decision!.id })).toEqual(['MOVE_IS_NOT_THE_LAST']);
    expect((await decisions()).map(({ basis }) => basis)).toEqual(['OFFICER', 'REGISTER']);
  });

  it('whose day of moving nobody knows waits for a person, while the old place pays', async () => {
    const child = await county.person('孩子');
    await moves('');
    expect(await county.standing('A1')).toEqual(['DETERMINED', 'MOVE_UNCLEAR']);
    const follow = `mutation ($person: ID!, $leftOn: Day!) { decideMove(person: $person, programme: "YEB", to: "340203",
      leftOn: $leftOn, documentNo: "准迁证示例1号") { basis carried { became { claimNo } } } }`;
    expect(await county.refused(next.auditor, follow, { person: child, leftOn: '2025-09-15' })).toEqual([
      'NOT_PERMITTED',
    ]);
    await county.done(next.confirmer, follow, { person: child, leftOn: '2025-09-15' });
    expect(await standing()).toEqual(['A1 340202 WITHDRAWN', 'A1-M1 340203 RECEIVED']);
  });
});

import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Caller, Role } from '@app/access';
import { day, findDivisionCode } from '@app/kernel';
import { BankSimulator } from '../../apps/simulator/src/bank/bank.simulator';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';
import { BankFileService } from '../../apps/subsidy/src/disbursement/bank-file.service';
import { FundingService } from '../../apps/subsidy/src/funding/funding.service';
import { LEVELS } from '../../apps/subsidy/src/funding/funding.types';
import { FollowingService } from '../../apps/subsidy/src/portability/following.service';
import { AnswerService } from '../../apps/subsidy/src/reconciliation/answer.service';
import * as made from '../support/family';
import { citizen, RegisterCounty } from '../support/register-county';

const NEW = findDivisionCode('340203')!;
const VILLAGE = '340203100201';
const [FATHER, MOTHER, CHILD] = made.namedFamily('父亲', '母亲', '孩子');
const FAMILY = [FATHER, MOTHER, CHILD];

const officer = (id: string, ...roles: Role[]): Caller => ({ id, name: id, roles, division: NEW });
const REVIEWER = officer('new-reviewer', 'township-reviewer');
const CONFIRMER = officer('new-confirmer', 'county-confirmer');
const PAYER = officer('new-payer', 'bank-operator');
const TREASURERS = [
  officer('new-treasurer-1', 'finance-officer'),
  officer('new-treasurer-2', 'finance-officer'),
] as const;
const AUDITOR = officer('new-auditor', 'auditor');

let county: RegisterCounty;

beforeAll(async () => void (county = await RegisterCounty.open()), 120_000);
beforeEach(async () => {
  await county.reset();
  for (const level of LEVELS)
    await county.world.get(FundingService).release({
      programme: 'YEB',
      county: NEW,
      year: 2026,
      level,
      amountFen: 1_000_000_00n,
      documentNo: `示例财〔2026〕迁${level}`,
      releasedOn: day('2026-01-10'),
      actor: 'treasurer',
    });
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

/** Everything the new county does with a claim, by its own officers. */
async function paysThere(): Promise<number> {
  await county.world
    .get(DeterminationService)
    .determine({ programmes: ['childcare'], division: NEW, asOf: day('2026-03-31'), actor: 'test' });
  for (const [who, verb] of [
    [REVIEWER, 'reviewClaims'],
    [CONFIRMER, 'confirmClaims'],
  ] as const)
    await county.done(who, `mutation { ${verb}(programme: "YEB", division: "340203") { count } }`);
  type Prepared = { prepareBatch: { batch: { id: string; contentHash: string; lineCount: number } | null } };
  const { prepareBatch } = await county.done<Prepared>(
    PAYER,
    `mutation { prepareBatch(programme: "YEB", division: "340203", period: "2026Q2") { batch { id contentHash lineCount } } }`,
  );
  const { batch } = prepareBatch;
  if (!batch) return 0;
  const approve =
    'mutation ($id: ID!, $contentHash: String!) { approveBatch(id: $id, contentHash: $contentHash) { approvals } }';
  for (const treasurer of TREASURERS) await county.done(treasurer, approve, batch);
  const { folder, clock } = county.world;
  const sent = await county.world.get(BankFileService).send({ batchId: batch.id, folder, format: 'pain.001' });
  const bank = await BankSimulator.open({ folder: path.join(folder, `there-${batch.id}`), clock, behaviour: {} });
  const answers = path.join(folder, `answers-${batch.id}`);
  fs.mkdirSync(answers);
  for (const answer of await bank.receive(sent.path, answers)) await county.world.get(AnswerService).receive(answer);
  return batch.lineCount;
}

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
const decisions = async (who: Caller | string = CONFIRMER) =>
  (await county.done<{ authorityDecisions: { nodes: Decision[] } }>(who, DECISIONS)).authorityDecisions.nodes;

describe('a family that moves to another county of the installation', () => {
  it('is paid by the new one without a second application, and the old one stops', async () => {
    expect(await standing()).toEqual(['A1 340202 DETERMINED']);
    await moves('2025-09-15');
    expect(await standing()).toEqual(['A1 340202 WITHDRAWN', 'A1-M1 340203 RECEIVED']);
    expect(await county.pay()).toBe(0); // The old place has nothing to pay any more.
    expect(await paysThere()).toBe(1);
    expect(await standing()).toEqual(['A1 340202 WITHDRAWN', 'A1-M1 340203 PAID']);
    expect([await county.pay(), await paysThere()]).toEqual([0, 0]);

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
    expect([await standing(), await paysThere()]).toEqual([['A1 340202 PAID'], 0]);

    const list = '{ reimbursements(state: OPEN) { nodes { id debtorCounty creditorCounty fen } } }';
    type Listed = { reimbursements: { nodes: { id: string; fen: string }[] } };
    const { reimbursements } = await county.done<Listed>(TREASURERS[0], list);
    expect(reimbursements.nodes).toMatchObject([
      { debtorCounty: '340203000000', creditorCounty: '340202000000', fen: '360000' },
    ]);
    const settle = `mutation ($id: ID!) { settleReimbursement(id: $id, documentNo: "示例财结〔2026〕1号") {
      state shares { side level fen } } }`;
    const { id } = reimbursements.nodes[0]!;
    expect(await county.refused('finance-officer-1', settle, { id })).toEqual(['REIMBURSEMENT_OF_ANOTHER_COUNTY']);
    const done = await county.done<{ settleReimbursement: { shares: { side: string; fen: string }[] } }>(
      TREASURERS[0],
      settle,
      { id },
    );
    const { shares } = done.settleReimbursement;
    for (const side of ['debtor', 'creditor']) {
      const fens = shares.filter((share) => share.side === side).map(({ fen }) => BigInt(fen));
      expect(fens.reduce((sum, fen) => sum + fen, 0n)).toBe(360_000n);
    }
    expect(await county.refused(TREASURERS[1], settle, { id })).toEqual(['REIMBURSEMENT_NOT_OPEN']);
  });

  it('is served by the old place as before when the move was reported wrongly, by a decision back', async () => {
    await moves('2025-09-15');
    const [decision] = await decisions();
    const back = `mutation ($id: ID!) { takeMoveBack(id: $id, documentNo: "更正通知1号", note: "户籍登记有误") { id undoes } }`;
    expect(await county.refused(AUDITOR, back, { id: decision!.id })).toEqual(['NOT_PERMITTED']);
    await county.done(CONFIRMER, back, { id: decision!.id });
    expect(await standing()).toEqual(['A1 340202 WITHDRAWN', 'A1-M1 340203 WITHDRAWN', 'A1-M2 340202 RECEIVED']);
    expect(await county.refused(CONFIRMER, back, { id: decision!.id })).toEqual(['MOVE_IS_NOT_THE_LAST']);
    expect((await decisions()).map(({ basis }) => basis)).toEqual(['OFFICER', 'REGISTER']);
  });

  it('whose day of moving nobody knows waits for a person, while the old place pays', async () => {
    const child = await county.person('孩子');
    await moves('');
    expect(await county.standing('A1')).toEqual(['DETERMINED', 'MOVE_UNCLEAR']);
    const follow = `mutation ($person: ID!, $leftOn: Day!) { decideMove(person: $person, programme: "YEB", to: "340203",
      leftOn: $leftOn, documentNo: "准迁证示例1号") { basis carried { became { claimNo } } } }`;
    expect(await county.refused(AUDITOR, follow, { person: child, leftOn: '2025-09-15' })).toEqual(['NOT_PERMITTED']);
    await county.done(CONFIRMER, follow, { person: child, leftOn: '2025-09-15' });
    expect(await standing()).toEqual(['A1 340202 WITHDRAWN', 'A1-M1 340203 RECEIVED']);
  });
});

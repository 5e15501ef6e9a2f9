import * as made from '../support/family';
import { CLERK, CONFIRMER, PAPER, RegisterCounty } from '../support/register-county';

const [FATHER, MOTHER, CHILD] = made.namedFamily('父亲', '母亲', '孩子');
const DEAD = { status: '9', death_date: '2026-03-01' };
type Row = typeof CHILD;
const later = (row: Row, day: string, more: object = {}) => ({
  ...row,
  ...more,
  updated_at: `${day}T00:00:00+08:00`,
});

let county: RegisterCounty;

beforeAll(async () => void (county = await RegisterCounty.open()), 60_000);
beforeEach(async () => {
  await county.reset();
  await county.state(FATHER, MOTHER, CHILD);
  await county.accounts(made.account({ holder_name: '母亲' }));
  await county.claims(made.claim('A1'));
  await county.determine();
});
afterEach(async () => expect(await county.verify()).toEqual([]));
afterAll(() => county?.close());

const diedOn = async (name: string) => {
  const facts = await county.facts(await county.person(name));
  return facts.filter(({ kind }) => kind === 'DEATH').map(({ answer, isDisputed }) => [answer, isDisputed]);
};
/** The claim goes its ordinary way from where it is, and is paid: once. */
async function paidOnce(): Promise<void> {
  await county.determine();
  expect(await county.standing('A1')).toEqual(['DETERMINED']);
  expect(await county.pay()).toBe(1);
  expect(await county.pay()).toBe(0);
  expect(await county.paid('A1')).toEqual(['360000']);
}

describe('a death that the household registry reports wrongly', () => {
  it('of a child holds its confirmed claim for a person, refuses nothing, and once taken back it is paid, once', async () => {
    expect(await county.confirm()).toBe(1);
    const death = await county.tell('death', later(CHILD, '2026-03-10', DEAD));
    expect(await county.standing('A1')).toEqual(['HELD', 'DEATH_FLAG']);
    const { openCases } = await county.claim('A1');
    expect(openCases[0]!.questionZh).toContain('请凭死亡证明核实');
    expect(await county.pay()).toBe(0);
    await county.determine();
    expect(await county.standing('A1')).toEqual(['HELD', 'DEATH_FLAG']);

    await county.tell('death-reversed', later(CHILD, '2026-03-12'), death);
    expect(await diedOn('孩子')).toEqual([]);
    expect(await county.standing('A1')).toEqual(['RECEIVED']);
    await paidOnce();
  });

  it('is one death and one reversal, though both events come twice and the first of them late', async () => {
    const death = later(CHILD, '2026-03-10', DEAD);
    const reversal = later(CHILD, '2026-03-12');
    await county.tell('death-reversed', reversal);
    await county.tell('death', death);
    expect(await county.standing('A1')).toEqual(['DETERMINED']);
    await county.tell('death', death);
    await county.tell('death-reversed', reversal);
    expect(await diedOn('孩子')).toEqual([]);
    await paidOnce();
  });

  it('of the applicant, in an extract, holds the claim of a child that lives, until an extract says otherwise', async () => {
    await county.state(later(MOTHER, '2026-03-10', DEAD));
    expect(await county.standing('A1')).toEqual(['HELD', 'APPLICANT_DEATH_FLAG']);
    expect(await county.pay()).toBe(0);
    await county.state(later(MOTHER, '2026-03-12'));
    expect(await county.standing('A1')).toEqual(['RECEIVED']);
    await paidOnce();
  });

  it('that an officer reverses on a paper goes on, and is looked into when the registry insists', async () => {
    await county.state(later(MOTHER, '2026-03-10', DEAD));
    expect(await diedOn('母亲')).toEqual([['YES', false]]);
    const mother = await county.person('母亲');
    await county.change(CLERK, 'reverseDeath', { id: mother, evidence: PAPER });
    expect((await county.tryChange(CLERK, 'reverseDeath', { id: mother, evidence: PAPER })).refused).toEqual([
      'NO_DEATH_ON_RECORD',
    ]);
    await county.pull();
    expect(await county.standing('A1')).toEqual(['RECEIVED']);
    await county.determine();

    await county.state(later(MOTHER, '2026-03-14', { ...DEAD, address: '示例村9号' }));
    expect(await diedOn('母亲')).toEqual([['UNDER_INVESTIGATION', true]]);
    expect(await county.standing('A1')).toEqual(['HELD', 'APPLICANT_DEATH_FLAG']);
    const disputed = (await county.facts(mother)).find(({ kind }) => kind === 'DEATH')!;
    const settled = { id: disputed.id, holds: false, evidence: PAPER };
    expect((await county.tryChange(CLERK, 'settleFact', settled)).refused).toEqual(['NOT_PERMITTED']);
    await county.change(CONFIRMER, 'settleFact', settled);
    expect((await county.tryChange(CONFIRMER, 'settleFact', settled)).refused).toEqual(['FACT_UNKNOWN']);
    await county.pull();
    expect(await county.standing('A1')).toEqual(['RECEIVED']);

    // Said once more, it is no news.
    await county.state(later(MOTHER, '2026-03-16', { ...DEAD, address: '示例村10号' }));
    expect(await diedOn('母亲')).toEqual([]);
    expect(await county.standing('A1')).toEqual(['RECEIVED']);
    await paidOnce();
  });

  it('while the money is on its way asks a person and stops nothing', async () => {
    await county.confirm();
    const batch = (await county.prepare())!;
    await county.tell('death', later(CHILD, '2026-03-10', DEAD));
    expect(await county.standing('A1')).toEqual(['PAYING', 'DEATH_FLAG']);
    await county.tell('death-reversed', later(CHILD, '2026-03-12'));
    expect(await county.standing('A1')).toEqual(['PAYING']);
    expect(await county.settle(batch)).toBe(1);
    expect(await county.paid('A1')).toEqual(['360000']);
  });
});

describe('a death that an officer records and takes back', () => {
  it('ends a marriage and has it go on, on both sides', async () => {
    const [father, mother] = [await county.person('父亲'), await county.person('母亲')];
    await county.change(CLERK, 'recordMarriage', { id: father, spouse: mother, from: '2020-05-20', evidence: PAPER });
    const death = { id: father, on: '2026-03-20', evidence: PAPER };
    const died = await county.change(CLERK, 'recordDeath', death);
    expect((await county.tryChange(CLERK, 'recordDeath', death)).refused).toEqual(['DEATH_ON_RECORD']);
    const married = async (id: string) =>
      (await county.facts(id)).filter(({ kind }) => kind === 'MARRIAGE').map(({ possibleUntil }) => possibleUntil);
    expect([await married(father), await married(mother)]).toEqual([['2026-03-21'], ['2026-03-21']]);
    await county.change(CONFIRMER, 'undoChange', { id: died, reason: '误录他人' });
    expect([await married(father), await married(mother)]).toEqual([[null], [null]]);
    await county.pull();
    expect(await county.standing('A1')).toEqual(['DETERMINED']);
  });
});

import * as path from 'node:path';
import type { Caller } from '@app/access';
import { day, findDivisionCode } from '@app/kernel';
import { FEES_BELLS } from '../../apps/fees/src/fees.module';
import { RemittanceFileService } from '../../apps/fees/src/remittance/remittance-file.service';
import { OverpaymentService } from '../../apps/subsidy/src/overpayment/overpayment.service';
import * as made from '../support/family';
import { type Messages, openMessages } from '../support/messages';
import { asOfficer } from '../support/officer';
import { citizen, CLERK, CONFIRMER, RegisterCounty } from '../support/register-county';

const [FATHER, MOTHER, CHILD] = made.namedFamily('父亲', '母亲', '孩子');
const mother = citizen('mother', String(MOTHER.id_number));
const [FINANCE, SECOND, PAYER] = ['finance-officer-1', 'finance-officer-2', 'payment-clerk'] as const;
/** Another confirmer of the county: what one proposes, the other confirms. */
const colleague: Caller = {
  id: 'demo-county-confirmer-2',
  name: '县级确认 复核',
  roles: ['county-confirmer'],
  division: findDivisionCode('340202')!,
};
const ACCOUNT = '12010000000000001';

let county: RegisterCounty;
let messages: Messages;

beforeAll(async () => {
  county = await RegisterCounty.open();
  messages = await openMessages(county.world);
}, 120_000);
beforeEach(async () => {
  await county.reset();
  await county.state(FATHER, MOTHER, CHILD);
  await county.accounts(made.account({ holder_name: '母亲' }));
  await county.claims(made.claim('A1'));
  await county.determine();
  expect(await county.pay()).toBe(1);
  await county.done(
    FINANCE,
    `mutation { openReceivingAccount(account: "${ACCOUNT}", division: "340202", bank: "示例银行", holderName: "示例县财政局") { account } }`,
  );
  for (const purpose of ['collecting', 'central', 'province', 'county'])
    await county.done(
      FINANCE,
      `mutation { setTreasuryAccount(division: "340202000000", purpose: "${purpose}", from: "2026-01-01", holderName: "示例${purpose}",
         account: "1100123456789${purpose.length}", bank: "示例银行", document: "示例财库〔2026〕1号") { purpose } }`,
    );
});
afterEach(async () => expect(await county.verify()).toEqual([]));
afterAll(async () => {
  await messages?.close();
  await county?.close();
});

/** The minute passes: every bell of the app is rung and everything that was told is done. */
async function ring(): Promise<void> {
  await messages.settle();
  for (const bell of FEES_BELLS) {
    await county.world.app.get<{ ring(): Promise<unknown> }>(bell, { strict: false }).ring();
    await messages.settle();
  }
}

async function until(on: string): Promise<void> {
  county.world.clock.set(on);
  await ring();
}

const CASE = `id caseNo state outcome cause wrong gone owed noticeServedOn sayUntil decisionServedOn payBy contestUntil
  next { person personBy words } letters { id kind servedOn }`;
interface Case {
  readonly id: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly owed: string | null;
  readonly sayUntil: string | null;
  readonly payBy: string | null;
  readonly noticeServedOn: string | null;
  readonly decisionServedOn: string | null;
  readonly next: { readonly person: string };
  readonly letters: readonly { readonly id: string; readonly kind: string; readonly servedOn: string | null }[];
}

const listed = async () =>
  (await county.done<{ recoveryCases: { nodes: Case[] } }>(CLERK, `{ recoveryCases { nodes { ${CASE} } } }`))
    .recoveryCases.nodes;
const own = async () => {
  const { myRecoveries } = await county.done<{ myRecoveries: Case[] }>(mother, `{ myRecoveries { ${CASE} } }`);
  expect(myRecoveries).toHaveLength(1);
  return myRecoveries[0]!;
};
const act = (who: string | Caller, call: string) => county.done(who, `mutation { ${call} { id } }`);
const refused = (who: string | Caller, call: string) => county.refused(who, `mutation { ${call} { id } }`);
const letterOf = async (kind: string) => (await own()).letters.filter((letter) => letter.kind === kind).at(-1)!.id;

/** Serves a letter into the recipient's own hands on a day. */
async function hand(letterId: string, on: string): Promise<void> {
  const sent = await county.done<{ sendLetter: { deliveryAttempts: { id: string }[] } }>(
    CLERK,
    `mutation { sendLetter(letterId: "${letterId}", mode: DIRECT) { deliveryAttempts { id } } }`,
  );
  const attempt = sent.sendLetter.deliveryAttempts.at(-1)!.id;
  const proof = `{ reference: "示例回证", signedOn: "${on}" }`;
  await act(CLERK, `recordLetterServed(attemptId: "${attempt}", proof: ${proof})`);
  await ring();
}

let bookings = 0;
/** Money arrives at the county's account. */
async function pays(fen: bigint, reference: string, on: string): Promise<void> {
  const receipt = `{ account: "${ACCOUNT}", bankRef: "B${++bookings}", bookedOn: "${on}", amount: "${fen}", payerName: "母亲", payerAccount: "6222020200112233", payerBank: "示例银行", remittance: "退款 ${reference}" }`;
  await county.done(FINANCE, `mutation { recordBankReceipt(receipt: ${receipt}) { __typename } }`);
  await ring();
}

interface Owed {
  readonly decided: string;
  readonly open: string;
  readonly received: string;
  readonly requests: readonly { readonly reference: string; readonly state: string; readonly left: string }[];
}
const owes = async () => {
  const query = '{ myReceivables { decided open received requests { reference state left } } }';
  return (await county.done<{ myReceivables: Owed[] }>(mother, query)).myReceivables[0]!;
};

/** What stands in the ledger of the county, account by account. */
async function balances(prefix: string): Promise<Record<string, bigint>> {
  const query = `{ feeBalances(first: 200, prefix: "${prefix}") { nodes { code received given } } }`;
  const { feeBalances } = await county.done<{
    feeBalances: { nodes: { code: string; received: string; given: string }[] };
  }>(FINANCE, query);
  return Object.fromEntries(
    feeBalances.nodes.map(({ code, received, given }) => [code, BigInt(received) - BigInt(given)]),
  );
}

interface Remittance {
  readonly id: string;
  readonly state: string;
  readonly contentHash: string;
  readonly lines: readonly {
    readonly level: string;
    readonly year: number;
    readonly amount: string;
    readonly route: string;
    readonly parts: readonly { readonly matterId: string; readonly amount: string }[];
  }[];
}
const remittances = async () => {
  const lines = 'lines { level year amount route parts { matterId amount } }';
  const query = `{ remittances(first: 200) { nodes { id state contentHash ${lines} } } }`;
  return (await county.done<{ remittances: { nodes: Remittance[] } }>(FINANCE, query)).remittances.nodes;
};

/** Two officers sign what was drafted, the bank has it, the treasury confirms: until nothing that was collected stands. */
async function remit(): Promise<void> {
  const done = (who: string, call: string) => county.done(who, `mutation { ${call} { state } }`);
  while (sum(Object.values(await balances('collected:'))) > 0n) {
    const open = (await remittances()).find(({ state }) => state === 'DRAFTED');
    if (!open) {
      await until(addDays(String(county.world.clock.today()), 1)); // One a day, drafted by itself on working days.
      continue;
    }
    await done(PAYER, `prepareRemittance(id: "${open.id}")`);
    const [{ contentHash }] = (await remittances()).filter(({ id }) => id === open.id) as [Remittance];
    await done(SECOND, `approveRemittance(id: "${open.id}", contentHash: "${contentHash}")`);
    const folder = { out: path.join(county.world.folder, 'treasury'), format: 'pain.001' as const };
    await asOfficer('bell', () => county.world.get(RemittanceFileService).send(open.id, folder));
    await done(PAYER, `confirmRemittance(id: "${open.id}", bankRef: "示例国库${open.id.slice(-6)}")`);
    await ring();
  }
}
const sum = (fens: Iterable<bigint>): bigint => [...fens].reduce((all, fen) => all + fen, 0n);

interface Plan {
  readonly id: string;
  readonly state: string;
  readonly open: string;
  readonly next: {
    readonly no: number;
    readonly open: string;
    readonly reference: string;
    readonly dueOn: string;
  } | null;
  readonly instalments: readonly {
    readonly amount: string;
    readonly dueOn: string;
    readonly open: string;
    readonly reference: string | null;
    readonly remindedOn: string | null;
    readonly graceUntil: string | null;
    readonly missedOn: string | null;
    readonly paidOn: string | null;
  }[];
}
const plan = async () => {
  const part = 'amount dueOn open reference remindedOn graceUntil missedOn paidOn';
  const query = `{ myInstalmentPlans { id state open next { no open reference dueOn } instalments { ${part} } } }`;
  return (await county.done<{ myInstalmentPlans: Plan[] }>(mother, query)).myInstalmentPlans[0]!;
};

describe('a family that was paid in good faith for a child who had died', () => {
  const facts = `{ cause: UNREPORTED_CHANGE, isInGoodFaith: true, gone: "60000", finding: "孩子去世后家人不知道应当报告，款项部分用于丧葬", documentNo: "示例核〔2026〕3号" }`;

  it('speaks, is decided about for what is left, pays by a plan of hardship, misses one day and settles', async () => {
    const death = { ...CHILD, updated_at: '2026-03-10T00:00:00+08:00', status: '9', death_date: '2024-12-20' };
    await county.tell('death', death);
    await county.world.get(OverpaymentService).findAll();
    await ring();
    const [found] = await listed();
    expect(found).toMatchObject({ state: 'DETECTED', wrong: '360000', owed: null, letters: [] });
    const id = found!.id;
    await act(CLERK, `beginRecovery(id: "${id}")`);
    expect((await own()).next.person).toBe('MAY_SAY');
    await act(CLERK, `establishRecoveryFacts(id: "${id}", facts: ${facts})`);
    await act(CLERK, `writeRecoveryNotice(id: "${id}")`);
    const decide = `decideRecovery(id: "${id}", reasons: "孩子于2024年12月20日去世，此后发放的款项应予返还", answer: "丧葬支出已认定为不复存在")`;
    expect(await refused(FINANCE, decide)).toEqual(['RECOVERY_NOTICE_NOT_SERVED']);

    // On line, with consent: the day on which it came into her account.
    await county.done(mother, 'mutation { consentToElectronicService { id } }');
    const notice = await letterOf('RECOVERY_NOTICE');
    await act(CLERK, `sendLetter(letterId: "${notice}", mode: ELECTRONIC)`);
    await act(mother, `confirmLetterReceipt(letterId: "${notice}")`);
    await ring();
    expect(await own()).toMatchObject({ noticeServedOn: '2026-04-01', sayUntil: '2026-04-09' });
    await act(mother, `speakInRecovery(id: "${id}", words: "我们不知道，钱已经用在孩子的后事上了")`);
    expect(await refused(FINANCE, decide)).toEqual(['RECOVERY_STATEMENT_PERIOD_OPEN']);

    await until('2026-04-10');
    expect(await refused(CLERK, decide)).toEqual(['NOT_PERMITTED']);
    await act(FINANCE, decide);
    expect(await own()).toMatchObject({ state: 'DECIDED', owed: '300000', payBy: null });
    expect(await county.done(mother, '{ myReceivables { id } }')).toEqual({ myReceivables: [] }); // Nothing before it is served.
    await hand(await letterOf('RECOVERY_DECISION'), '2026-04-10');
    expect(await own()).toMatchObject({ decisionServedOn: '2026-04-10', payBy: '2026-05-11' });
    expect(await owes()).toMatchObject({ decided: '300000', open: '300000', received: '0' });

    const terms = `{ caseId: "${id}", months: 6, firstOn: "2026-05-08", declaration: { income: "300000", outlays: "240000", people: 3 }, note: "家里只有一人工作" }`;
    const preview = await county.done<{ previewInstalments: { instalments: { amount: string }[] } }>(
      mother,
      `{ previewInstalments(proposal: ${terms}) { instalments { amount } } }`,
    );
    const offered = preview.previewInstalments.instalments.map(({ amount }) => BigInt(amount));
    expect(sum(offered)).toBe(300_000n);
    await act(mother, `proposeInstalments(proposal: ${terms})`);
    expect((await plan()).state).toBe('PROPOSED');
    await act(CONFIRMER, `agreeInstalments(id: "${(await plan()).id}")`);
    await ring();
    expect((await plan()).instalments.map(({ amount }) => BigInt(amount))).toEqual(offered);

    const pay = async (on: string): Promise<void> => {
      const { next } = await plan();
      await until(on);
      await pays(BigInt(next!.open), next!.reference, on);
    };
    await pay('2026-05-07');
    // The second day passes: a reminder, days of grace, then it counts as missed. The plan holds.
    const second = (await plan()).instalments[1]!;
    await until(addDays(second.dueOn, 1));
    const reminded = (await plan()).instalments[1]!;
    expect(reminded).toMatchObject({ remindedOn: addDays(second.dueOn, 1), missedOn: null });
    await until(addDays(reminded.graceUntil!, 1));
    expect((await plan()).instalments[1]!.missedOn).toBe(addDays(reminded.graceUntil!, 1));
    expect((await plan()).state).toBe('AGREED');
    while ((await plan()).next) await pay(String(county.world.clock.today()));

    expect(await plan()).toMatchObject({ state: 'SETTLED', open: '0', next: null });
    expect(await own()).toMatchObject({ state: 'CLOSED', outcome: 'REPAID', owed: '300000' });
    expect((await own()).letters.map(({ kind }) => kind)).toContain('RECOVERY_CLOSING');
    expect(await owes()).toMatchObject({ open: '0', received: '300000' });

    // Every fen stands where its funder's budget is, in the proportions of the payment.
    const query = `{ receivables { nodes { decided shares { level year amount received } } } }`;
    type Shares = { level: string; year: number; amount: string; received: string }[];
    const { receivables } = await county.done<{ receivables: { nodes: { shares: Shares }[] } }>(FINANCE, query);
    const { shares } = receivables.nodes[0]!;
    expect(shares.map(({ received }) => received)).toEqual(shares.map(({ amount }) => amount));
    await remit();
    const budgets = Object.fromEntries(shares.map(({ level, year, amount }) => [`${level}:${year}`, BigInt(amount)]));
    const treasury = await balances('treasury:');
    expect(treasury).toEqual(
      Object.fromEntries(Object.entries(budgets).map(([budget, fen]) => [`treasury:340202000000:${budget}`, fen])),
    );
    expect(sum(Object.values(treasury))).toBe(300_000n);
    expect(sum(Object.values(await balances('collected:')))).toBe(0n);
    // And each remitted line says of which case its fen came.
    const lines = (await remittances()).flatMap((one) => one.lines);
    for (const [budget, fen] of Object.entries(budgets)) {
      const parts = lines.filter(({ level, year }) => `${level}:${year}` === budget).flatMap((line) => line.parts);
      expect(sum(parts.map(({ amount }) => BigInt(amount)))).toBe(fen);
      expect(new Set(parts.map(({ matterId }) => matterId))).toEqual(new Set([id]));
    }
    // No other claim of hers was touched.
    expect(await county.paid('A1')).toEqual(['360000']);
  }, 240_000);
});

describe('a claim that was false', () => {
  const facts = `{ cause: FRAUD, isInGoodFaith: false, gone: "0", finding: "以他人材料冒领全年补贴", documentNo: "示例核〔2026〕4号" }`;
  const remedies = async () =>
    (await county.done<{ myRemedies: { id: string; state: string }[] }>(mother, '{ myRemedies { id state } }'))
      .myRemedies;

  it('is heard, decided, contested, and lowered in part: what was paid beyond goes back, and the rest ends the case', async () => {
    const { id: claim } = await county.claim('A1');
    const report = `{ claim: "${claim}", ground: FALSE_CLAIM, evidence: "示例核〔2026〕2号", note: "冒用他人材料" }`;
    const { reportOverpayment } = await county.done<{ reportOverpayment: { id: string } }>(
      CLERK,
      `mutation { reportOverpayment(report: ${report}) { id } }`,
    );
    await act(CONFIRMER, `seeOverpayment(id: "${reportOverpayment.id}", isOverpaid: true)`);
    await county.world.get(OverpaymentService).findAll();
    await ring();
    const [{ id }] = (await listed()) as [Case];
    await act(CLERK, `beginRecovery(id: "${id}")`);
    const good = facts.replace('isInGoodFaith: false', 'isInGoodFaith: true');
    expect(await refused(CLERK, `establishRecoveryFacts(id: "${id}", facts: ${good})`)).toEqual([
      'RECOVERY_FACTS_CONTRADICT',
    ]);
    await act(CLERK, `establishRecoveryFacts(id: "${id}", facts: ${facts})`);
    await act(CLERK, `writeRecoveryNotice(id: "${id}")`);
    await hand(await letterOf('RECOVERY_NOTICE'), '2026-04-01');
    await act(mother, `askForRecoveryHearing(id: "${id}")`);
    await until('2026-04-10');
    const decide = `decideRecovery(id: "${id}", reasons: "申领材料系冒用他人", answer: "听证意见不予采纳，理由如下")`;
    expect(await refused(FINANCE, decide)).toEqual(['RECOVERY_HEARING_OPEN']);
    const hear = `holdRecoveryHearing(id: "${id}", record: "当事人称其中四个月确由本人抚养")`;
    expect(await refused(CLERK, hear)).toEqual(['NOT_PERMITTED']);
    await act(CONFIRMER, hear);
    await act(FINANCE, decide);
    await hand(await letterOf('RECOVERY_DECISION'), '2026-04-10');
    expect(await own()).toMatchObject({ owed: '360000', payBy: '2026-05-11', contestUntil: '2026-10-10' });

    // She pays most of it, and contests.
    const [request] = (await owes()).requests;
    await until('2026-04-13');
    await pays(300_000n, request!.reference, '2026-04-13');
    expect(await owes()).toMatchObject({ open: '60000', received: '300000' });
    await act(mother, `fileRemedy(matterId: "${id}", grounds: "四个月由本人抚养，应予扣除")`);
    const [remedy] = await remedies();
    await act(CONFIRMER, `acceptRemedy(id: "${remedy!.id}")`);
    await act(
      CONFIRMER,
      `suspendByRemedy(id: "${remedy!.id}", basis: AUTHORITY, reason: "案情有待查明", decidedOn: "2026-04-13")`,
    );
    await until('2026-05-20');
    const remind = `remindOfRecovery(id: "${id}")`;
    expect(await refused(CONFIRMER, remind)).toEqual(['RECOVERY_SUSPENDED']);
    await act(
      CONFIRMER,
      `concludeRemedy(id: "${remedy!.id}", outcome: UPHELD_IN_PART, newAmount: "240000", reasons: "四个月由其抚养属实")`,
    );
    expect(await owes()).toMatchObject({ open: '60000' }); // One officer alone changes no amount.
    expect(await refused(CONFIRMER, `confirmRemedy(id: "${remedy!.id}")`)).toEqual(['REMEDY_NEEDS_SECOND_OFFICER']);
    await act(colleague, `confirmRemedy(id: "${remedy!.id}")`);
    await ring();
    // What is to go back is on its way to the treasury: the outcome waits until it is there, and comes out of it.
    expect(await owes()).toMatchObject({ open: '60000', received: '300000' });
    await remit();
    county.world.clock.advance(2 * 3_600_000);
    await ring();

    expect(await owes()).toMatchObject({ open: '0', received: '240000' });
    expect(await own()).toMatchObject({ state: 'CLOSED', outcome: 'REPAID', owed: '240000' });
    expect(sum(Object.values(await balances('treasury:')))).toBe(240_000n);
    expect(await county.done(mother, '{ myRefunds { state amount payerName } }')).toEqual({
      myRefunds: [{ state: 'ASKED', amount: '60000', payerName: '母亲' }],
    });
    expect(await refused(CONFIRMER, remind)).toEqual(['RECOVERY_WRONG_STATE']);
  }, 240_000);
});

function addDays(on: string, days: number): string {
  const at = new Date(`${day(on)}T00:00:00Z`);
  return new Date(at.getTime() + days * 86_400_000).toISOString().slice(0, 10);
}

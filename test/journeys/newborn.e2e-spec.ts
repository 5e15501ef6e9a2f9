import type { Caller } from '@app/access';
import { day, findDivisionCode } from '@app/kernel';
import { FamilyService } from '../../apps/registration/src/person/family.service';
import { NewbornReminderService } from '../../apps/registration/src/newborn-matter/newborn-reminder.service';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';
import { DisbursementService } from '../../apps/subsidy/src/disbursement/disbursement.service';
import { BankFileService } from '../../apps/subsidy/src/disbursement/bank-file.service';
import { FactService } from '../../apps/subsidy/src/fact/fact.service';
import { FundingService } from '../../apps/subsidy/src/funding/funding.service';
import { LEVELS } from '../../apps/subsidy/src/funding/funding.types';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import { NewbornIntakeService } from '../../apps/subsidy/src/intake/newborn-intake.service';
import { AnswerService } from '../../apps/subsidy/src/reconciliation/answer.service';
import { ReviewService } from '../../apps/subsidy/src/review/review.service';
import { BankSimulator } from '../../apps/simulator/src/bank/bank.simulator';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import * as made from '../support/family';
import { GraphClient } from '../support/graph-client';
import { type Messages, openMessages } from '../support/messages';
import { asOfficer } from '../support/officer';

const COUNTY = findDivisionCode('340202')!;
const BORN = '2026-03-30';
const CERTIFICATE = 'W340000777';
const MOTHER = made.citizenNumber('1995-05-05', 22);
const FATHER = made.citizenNumber('1993-03-03', 31);

let world: CountyWorld;
let graph: GraphClient;
let messages: Messages;
let files = 0;

beforeAll(async () => {
  world = await openCountyWorld('2026-04-01');
  graph = await GraphClient.open(world);
  messages = await openMessages(world);
});
beforeEach(async () => {
  await messages.settle();
  await world.reset();
  world.clock.set('2026-04-01');
  await register(made.family().slice(0, 2));
});
afterAll(async () => {
  await messages?.close();
  await graph?.close();
  await world?.close();
});

const file = (rows: Parameters<CountyWorld['file']>[1]) => world.file(`${++files}.csv`, rows);
async function register(rows: Parameters<CountyWorld['file']>[1]) {
  await world.get(RegistryImportService).import(file(rows));
  await world.get(FactService).pull();
}

const hospital: Caller = {
  id: 'hospital-1',
  name: '示例妇幼保健院',
  roles: ['agency'],
  division: COUNTY,
};
const citizen = (id: string, idNumber: string): Caller => ({
  id,
  name: id,
  roles: ['citizen'],
  division: '' as Caller['division'],
  idNumber,
});
const mother = citizen('mother', MOTHER);
const father = citizen('father', FATHER);

const notice = (more: object = {}) => ({
  reference: 'H-2026-1',
  certificateNo: CERTIFICATE,
  born: BORN,
  sex: 'FEMALE',
  mother: { name: '示例M1', number: MOTHER },
  father: { name: '示例F1', number: FATHER },
  ...more,
});
const NOTIFY = 'mutation ($notice: BirthNotice!) { notifyBirth(notice: $notice) { caseNo isRepeated } }';
interface Receipt {
  readonly notifyBirth: { readonly caseNo: string; readonly isRepeated: boolean };
}
const notify = (more: object = {}, who: Caller = hospital) => graph.ask<Receipt>(who, NOTIFY, { notice: notice(more) });

interface Part {
  readonly id: string;
  readonly item: string;
  readonly state: string;
  readonly dueOn: string | null;
  readonly isOverdue: boolean;
  readonly reasonZh: string | null;
  readonly reference: string | null;
  readonly claimState: string | null;
}
interface Matter {
  readonly id: string;
  readonly caseNo: string;
  readonly isJoint: boolean;
  readonly channelNote: { readonly zh: string } | null;
  readonly child: { readonly id: string; readonly name: string };
  readonly subCases: readonly Part[];
}
const MATTER = `id caseNo isJoint channelNote { zh en } child { id name }
  subCases { id item state dueOn isOverdue reasonZh reference claimState }`;

async function mine(who: Caller = mother): Promise<Matter[]> {
  const { data, refused } = await graph.ask<{ myNewbornMatters: Matter[] }>(who, `{ myNewbornMatters { ${MATTER} } }`);
  expect(refused).toEqual([]);
  return data.myNewbornMatters;
}
async function part(item: string): Promise<Part> {
  const [matter] = await mine();
  return matter!.subCases.find((one) => one.item === item)!;
}
const CHOOSE = `mutation ($id: ID!, $items: [NewbornItem!]!, $applicant: ParentRole) {
  chooseNewbornItems(id: $id, items: $items, applicant: $applicant) { id } }`;
const choose = (id: string, items: string[], who: Caller = mother, applicant?: string) =>
  graph.ask(who, CHOOSE, { id, items, applicant });
const SETTLE = `mutation ($id: ID!, $word: SubCaseWord!, $reason: String) {
  settleNewbornItem(id: $id, word: $word, reason: $reason) { state reasonZh } }`;
const settle = (id: string, word: string, reason?: string) =>
  graph.ask<{ settleNewbornItem: { state: string } }>('township-reviewer', SETTLE, { id, word, reason });

/** The child as the household registry states it some weeks later. */
const registered = () => ({
  ...made.family()[2]!,
  registry_person_id: 'N1',
  id_number: made.citizenNumber(BORN, 62),
  birth_date: BORN,
  birth_certificate_no: CERTIFICATE,
  name: '示例新',
  sex: '2',
  updated_at: '2026-04-10T00:00:00+08:00',
});

const claims = () =>
  world.database.admin<{ claim_no: string; state: string; asks: string[] }>(
    `select claim_no, state, array(select reason from subsidy.review_case r where r.claim_id = c.id and r.state = 'open' order by 1) as asks
       from subsidy.claim c order by claim_no`,
  );
const determine = () =>
  world
    .get(DeterminationService)
    .determine({ programmes: ['childcare'], division: COUNTY, asOf: day('2026-03-31'), actor: 'test' });
async function tell() {
  await world.get(NewbornIntakeService).tellAll();
  await messages.settle();
}

describe('a newborn from the hospital’s notice', () => {
  it('is a person of the register at once, with a matter whose parts nobody has asked for yet', async () => {
    const { data } = await notify();
    expect(data.notifyBirth).toMatchObject({
      caseNo: expect.stringMatching(/^CS340202-\d{8}$/) as string,
      isRepeated: false,
    });
    const [matter] = await mine();
    expect(matter).toMatchObject({ caseNo: data.notifyBirth.caseNo, isJoint: true, channelNote: null });
    expect(matter!.subCases.map(({ item, state }) => [item, state])).toEqual(
      [
        'BIRTH_CERTIFICATE',
        'CHILDCARE_SUBSIDY',
        'HOUSEHOLD_REGISTRATION',
        'MEDICAL_INSURANCE',
        'REGISTRATION_VOUCHER',
        'SOCIAL_SECURITY_CARD',
        'VACCINATION_CARD',
      ].map((item) => [item, 'OFFERED']),
    );
    const family = await world.get(FamilyService).of(MOTHER);
    expect(family.persons).toContain(matter!.child.id);
    expect(graph.answers.join()).not.toContain(MOTHER);
    expect(await claims()).toEqual([]);
  });

  it('is told twice and is one child; under the same reference with other content it is refused', async () => {
    const first = await notify();
    const again = await notify();
    expect(again.data.notifyBirth).toEqual({ caseNo: first.data.notifyBirth.caseNo, isRepeated: true });
    expect((await notify({ sex: 'MALE' })).refused).toEqual(['BIRTH_NOTICE_DIFFERS']);
    const elsewhere = await notify({ reference: 'X' }, { ...hospital, id: 'hospital-2' });
    expect(elsewhere.data.notifyBirth.caseNo).toBe(first.data.notifyBirth.caseNo); // The same birth certificate.
    expect(await mine()).toHaveLength(1);
  });

  it('may be told of before it has a certificate, a name or a father, and completed under the same reference', async () => {
    const bare = { certificateNo: null, father: null };
    const first = await notify(bare);
    const named = await notify({ childName: '示例新' });
    expect(named.data.notifyBirth).toEqual({ caseNo: first.data.notifyBirth.caseNo, isRepeated: true });
    expect((await notify({ ...bare, childName: '另一名' })).refused).toEqual(['BIRTH_NOTICE_DIFFERS']);
    expect((await notify({ certificateNo: 'W340000779' })).refused).toEqual(['BIRTH_NOTICE_DIFFERS']);
    expect(await mine(father)).toHaveLength(1);
  });

  it('of twins makes two, also where one of them has no certificate yet', async () => {
    await notify({ reference: 'H-2026-0', certificateNo: null });
    await notify();
    await notify({ reference: 'H-2026-2', certificateNo: 'W340000778' });
    await notify({ reference: 'H-2026-3', certificateNo: null, born: '2026-03-31' });
    await notify({ reference: 'H-2026-4', certificateNo: null, born: '2026-03-31' });
    expect(await mine()).toHaveLength(5);
  });

  it('goes from notice to a paid subsidy, while another part fails and blocks nothing', async () => {
    const { data } = await notify();
    const [matter] = await mine();
    await choose(matter!.id, ['CHILDCARE_SUBSIDY', 'MEDICAL_INSURANCE', 'HOUSEHOLD_REGISTRATION']);
    await messages.settle();
    expect(await claims()).toEqual([{ claim_no: `${data.notifyBirth.caseNo}-2026`, state: 'received', asks: [] }]);
    expect(await part('CHILDCARE_SUBSIDY')).toMatchObject({
      state: 'OPEN',
      dueOn: '2026-05-18',
      claimState: 'received',
    });
    expect(await part('BIRTH_CERTIFICATE')).toMatchObject({ state: 'DECLINED', dueOn: null });

    const failed = await settle((await part('MEDICAL_INSURANCE')).id, 'FAILED', '参保系统停机，请下周到医保窗口办理');
    expect(failed.data.settleNewbornItem.state).toBe('FAILED');

    // No hukou yet is a normal state: the claim waits, and goes on by itself.
    await determine();
    await tell();
    expect(await claims()).toMatchObject([{ state: 'held', asks: ['CHILD_NOT_REGISTERED'] }]);
    expect(await part('CHILDCARE_SUBSIDY')).toMatchObject({ state: 'WAITING', claimState: 'held' });
    await register([registered()]);
    await world.get(NewbornReminderService).look();
    expect(await part('HOUSEHOLD_REGISTRATION')).toMatchObject({ state: 'DONE' });
    expect(await claims()).toMatchObject([{ state: 'received', asks: [] }]);

    // The account may come later than the claim.
    await determine();
    expect(await claims()).toMatchObject([{ state: 'held', asks: ['ACCOUNT_MISSING'] }]);
    await world.get(IntakeService).importAccounts(file([made.account()]));
    await determine();
    await tell();
    expect(await claims()).toMatchObject([{ state: 'determined', asks: [] }]);
    expect(await part('CHILDCARE_SUBSIDY')).toMatchObject({ state: 'OPEN', claimState: 'determined' });

    await pay();
    await tell();
    expect(await part('CHILDCARE_SUBSIDY')).toMatchObject({ state: 'DONE', claimState: 'paid' });
    expect(await part('MEDICAL_INSURANCE')).toMatchObject({ state: 'FAILED' });
  });

  it('becomes one claim however often it is chosen or told', async () => {
    await notify();
    const [matter] = await mine();
    await choose(matter!.id, ['CHILDCARE_SUBSIDY']);
    await choose(matter!.id, ['CHILDCARE_SUBSIDY'], father);
    await messages.settle();
    const { id } = await part('CHILDCARE_SUBSIDY');
    const everyTime = { once: () => Promise.resolve(true) };
    await world.get(NewbornIntakeService).follow(id, everyTime);
    await world.get(NewbornIntakeService).follow(id, everyTime);
    await messages.settle();
    expect(await claims()).toHaveLength(1);
    expect(await part('CHILDCARE_SUBSIDY')).toMatchObject({ state: 'OPEN', claimState: 'received' }); // And it is ours.
  });

  it('whose other parent has claimed already is told so, and the first claim goes on', async () => {
    await notify();
    await world.get(IntakeService).importClaims(
      file([
        made.claim('A1', {
          child_id_number: '',
          child_birth_certificate_no: CERTIFICATE,
          applicant_id_number: FATHER,
          relation: '51',
          claim_year: 2026,
          submitted_on: '2026-04-01',
        }),
      ]),
      'YEB',
    );
    const [matter] = await mine();
    await choose(matter!.id, ['CHILDCARE_SUBSIDY']);
    await messages.settle();
    expect(await claims()).toMatchObject([{ claim_no: 'A1', state: 'received' }]);
    expect(await part('CHILDCARE_SUBSIDY')).toMatchObject({
      state: 'DONE',
      reasonZh: '另一位监护人已就该儿童该年度申领，先提交的继续办理',
    });
  });

  it('takes a single part back, the claim with it, and may choose it again', async () => {
    await notify();
    const [matter] = await mine();
    await choose(matter!.id, ['CHILDCARE_SUBSIDY', 'VACCINATION_CARD']);
    await messages.settle();
    const { id } = await part('CHILDCARE_SUBSIDY');
    const withdraw = 'mutation ($id: ID!) { withdrawNewbornItem(id: $id) { state } }';
    expect((await graph.ask(mother, withdraw, { id })).refused).toEqual([]);
    await messages.settle();
    expect(await claims()).toMatchObject([{ state: 'withdrawn' }]);
    expect(await part('VACCINATION_CARD')).toMatchObject({ state: 'OPEN' });
    await choose(matter!.id, ['CHILDCARE_SUBSIDY']);
    await messages.settle();
    expect((await claims()).map(({ state }) => state).sort()).toEqual(['received', 'withdrawn']);
  });

  it('is seen by its parents and its county, and by nobody else', async () => {
    const { data } = await notify();
    const stranger = citizen('stranger', made.citizenNumber('1990-01-01', 77));
    expect(await mine(stranger)).toEqual([]);
    expect(await mine(father)).toHaveLength(1);
    const one =
      'query ($no: String!) { newbornMatter(caseNo: $no) { caseNo parents { role numberMask person { id } } } }';
    const seen = await graph.ask<{ newbornMatter: { parents: object[] } | null }>('county-confirmer', one, {
      no: data.notifyBirth.caseNo,
    });
    expect(seen.data.newbornMatter!.parents).toHaveLength(2);
    expect((await graph.ask(hospital, one, { no: data.notifyBirth.caseNo })).refused).toEqual(['NOT_PERMITTED']);
    const [matter] = await mine();
    const refused = await choose(matter!.id, ['VACCINATION_CARD'], stranger);
    expect(refused.refused).toEqual(['NEWBORN_MATTER_UNKNOWN']);
  });
});

describe('a newborn whose parents come first', () => {
  const START =
    'mutation ($a: NewbornApplication!) { startNewbornMatter(application: $a) { id isJoint channelNote { zh } } }';
  const application = (more: object = {}) => ({
    certificateNo: CERTIFICATE,
    born: BORN,
    sex: 'FEMALE',
    mother: { name: '示例M1', number: MOTHER },
    ...more,
  });

  it('has one matter, whoever of hospital and parents is faster', async () => {
    const { refused } = await graph.ask(mother, START, { a: application() });
    expect(refused).toEqual([]);
    const { data } = await notify();
    expect((await mine()).map(({ caseNo }) => caseNo)).toEqual([data.notifyBirth.caseNo]);
  });

  it('is opened for nobody who is not a parent of it, nor without saying which child', async () => {
    const others = { mother: { name: '某', number: made.citizenNumber('1991-01-01', 24) } };
    expect((await graph.ask(mother, START, { a: application(others) })).refused).toEqual(['NEWBORN_OF_OTHERS']);
    expect((await graph.ask(mother, START, { a: application({ certificateNo: null }) })).refused).toEqual([
      'NEWBORN_NOT_NAMED',
    ]);
  });

  it('outside the conditions of a place’s joint channel has the same parts, one by one, and is told that no part asks them', async () => {
    await register([{ ...made.family()[1]!, marital_status: '10', updated_at: '2026-01-02T00:00:00+08:00' }]);
    const a = application({ division: '620102', born: '2025-03-01' });
    const { data } = await graph.ask<{ startNewbornMatter: Matter }>(mother, START, { a });
    expect(data.startNewbornMatter).toMatchObject({ isJoint: false });
    expect(data.startNewbornMatter.channelNote!.zh).toContain('各单项均不受此限');
    const [matter] = await mine();
    expect(matter!.subCases.map(({ item }) => item)).toContain('BIRTH_EXPENSES');
    await choose(matter!.id, ['HOUSEHOLD_REGISTRATION']);
    expect(await part('HOUSEHOLD_REGISTRATION')).toMatchObject({ state: 'OPEN', dueOn: '2026-04-09' });
  });
});

describe('deadlines', () => {
  it('are on the owner’s work-list, reminded of once before and once after, and never move a part by themselves', async () => {
    await notify();
    const [matter] = await mine();
    await choose(matter!.id, ['VACCINATION_CARD']);
    expect(await part('VACCINATION_CARD')).toMatchObject({ dueOn: '2026-04-09' }); // Qingming lies between.
    const look = () => world.get(NewbornReminderService).look();
    expect(await look()).toMatchObject({ reminded: 0 });
    world.clock.set('2026-04-08');
    expect([(await look()).reminded, (await look()).reminded]).toEqual([1, 0]);
    world.clock.set('2026-04-10');
    expect([(await look()).reminded, (await look()).reminded]).toEqual([1, 0]);
    const worklist = `{ newbornWorklist(authority: VACCINATION_POINT, overdueOnly: true) { nodes { item isOverdue remindedAt } } }`;
    const { data } = await graph.ask<{ newbornWorklist: { nodes: Part[] } }>('township-reviewer', worklist);
    expect(data.newbornWorklist.nodes).toMatchObject([{ item: 'VACCINATION_CARD', isOverdue: true }]);
    expect(await part('VACCINATION_CARD')).toMatchObject({ state: 'OPEN', isOverdue: true });
  });

  it('that lead into a year without a published calendar are counted once it is published', async () => {
    world.clock.set('2026-12-30');
    await notify();
    const [matter] = await mine();
    await choose(matter!.id, ['VACCINATION_CARD']);
    expect(await part('VACCINATION_CARD')).toMatchObject({ state: 'OPEN', dueOn: null, isOverdue: false });
  });
});

/** Review, confirmation, funds, a batch with two approvals, the bank. */
async function pay() {
  const scope = { programme: 'YEB', division: COUNTY };
  await world.get(ReviewService).review({ ...scope, actor: 'reviewer' });
  await world.get(ReviewService).confirm({ ...scope, actor: 'confirmer' });
  for (const level of LEVELS) {
    await world.get(FundingService).release({
      programme: 'YEB',
      county: COUNTY,
      year: 2026,
      level,
      amountFen: 1_000_000_00n,
      documentNo: `示例财〔2026〕${level}`,
      releasedOn: day('2026-01-10'),
      actor: 'treasurer',
    });
  }
  const payments = world.get(DisbursementService);
  const { batchId } = await asOfficer('maker', () => payments.prepare({ ...scope, period: '2026Q2', actor: 'maker' }));
  for (const officer of ['finance-1', 'finance-2']) await asOfficer(officer, () => payments.approve(batchId!, officer));
  const sent = await world.get(BankFileService).send({ batchId: batchId!, folder: world.folder, format: 'pain.001' });
  const bank = await BankSimulator.open({ folder: `${world.folder}/book`, clock: world.clock, behaviour: {} });
  for (const answer of await bank.receive(sent.path, `${world.folder}/answers`))
    await world.get(AnswerService).receive(answer);
}

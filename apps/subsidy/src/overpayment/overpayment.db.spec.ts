import { randomUUID } from 'node:crypto';
import { type FeedPage, overpaymentChanged, overpaymentFound, type RegisteredPerson } from '@app/contracts';
import type { Day } from '@app/kernel';
import { Outbox } from '@app/jobs';
import { servicesOf } from '../../../../test/support/moves-world';
import { asOfficer } from '../../../../test/support/officer';
import { refusalOf, SubsidyWorld, word } from '../../../../test/support/subsidy-world';
import { BeneficiaryRepository } from '../beneficiary/beneficiary.repository';
import { BeneficiaryService } from '../beneficiary/beneficiary.service';
import { PersonMergeRepository } from '../beneficiary/person-merge.repository';
import { PersonMergeService } from '../beneficiary/person-merge.service';
import { FactRepository } from '../fact/fact.repository';
import { FactService } from '../fact/fact.service';
import { VitalRepository } from '../fact/vital.repository';
import { ProgrammeRepository } from '../programme/programme.repository';
import { ProgrammeService } from '../programme/programme.service';
import { WorklistRepository } from '../worklist/worklist.repository';
import { WorklistService } from '../worklist/worklist.service';
import { FindingService } from './finding.service';
import { OverpaymentRepository } from './overpayment.repository';
import { OverpaymentListService } from './overpayment-list.service';
import { OverpaymentService } from './overpayment.service';
import { PaymentRepository } from './payment.repository';
import { OVERPAYMENT_MOVES } from './overpayment.state';
import { type ReportCommand, ReportingService } from './reporting.service';

let world: SubsidyWorld;
let facts: FactService;
let overpayments: OverpaymentService;
let reports: ReportingService;
let lists: OverpaymentListService;
/** What the register's feed brings next. */
let changed: RegisteredPerson[] = [];

beforeEach(async () => {
  changed = [];
  world = await SubsidyWorld.open();
  const { database, clock } = world;
  const beneficiaries = new BeneficiaryRepository();
  facts = new FactService(
    database,
    clock,
    {
      page: (after): Promise<FeedPage> =>
        Promise.resolve({ persons: changed.splice(0), next: String(Number(after) + 1), caughtUp: true }),
    },
    new FactRepository(),
    new VitalRepository(),
    new BeneficiaryService(beneficiaries),
    new PersonMergeService(beneficiaries, new PersonMergeRepository()),
    new WorklistService(database, new WorklistRepository()),
  );
  const programmes = new ProgrammeService(database, new ProgrammeRepository());
  await programmes.onModuleInit();
  const [rows, payments] = [new OverpaymentRepository(), new PaymentRepository()];
  const outbox = new Outbox('subsidy');
  overpayments = new OverpaymentService(
    database,
    outbox,
    clock,
    rows,
    payments,
    new FindingService(clock, programmes, payments),
  );
  reports = new ReportingService(database, outbox, clock, rows, payments, overpayments);
  lists = new OverpaymentListService(database, rows);
});
afterEach(async () => {
  expect(await world.verification.run()).toEqual([]);
  await world.close();
});

/** Tells of persons as they are now, and looks at what that says of money. */
async function tell(...persons: RegisteredPerson[]): Promise<void> {
  changed = persons;
  await facts.pull();
  await overpayments.findAll();
}

/** The register's record of a beneficiary's child, whose mother is the one who claims. */
async function childOf(beneficiaryId: string, more: Partial<RegisteredPerson> = {}): Promise<RegisteredPerson> {
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
    motherIdNumberKey: row!.key,
    maritalStatus: null,
    movedInOn: null,
    movedOutOn: null,
    updatedAt: '2026-01-01T00:00:00Z',
    idNumberShared: false,
    mergedInto: null,
    ...more,
  };
}

/** Children registered, with a claim each that the bank has credited: 3,600 yuan for 2026. */
async function paid(count = 1, more: Partial<RegisteredPerson> = {}) {
  const batch = await world.sent(count);
  const children = await Promise.all(batch.beneficiaries.map((id) => childOf(id, more)));
  await tell(...children);
  await world.answer(
    batch.messageId,
    batch.references.map((reference) => word(reference, 'SETTLED')),
  );
  await overpayments.findAll();
  return { ...batch, children };
}

interface Row {
  readonly id: string;
  readonly ground: string;
  readonly state: string;
  readonly fen: string;
  readonly from: Day;
  readonly until: Day;
}

const found = () =>
  world.rows<Row>(
    `select id, ground, state, fen::text, lower(days) as "from", upper(days) as "until" from overpayment order by id`,
  );
const without = ({ id: _, ...row }: Row) => row;
const grounds = async () => (await found()).map(({ ground, state, fen }) => `${ground} ${state} ${fen}`);
const told = async (): Promise<string[]> => {
  const rows = await world.rows<{ id: string }>(
    `select payload ->> 'overpayment' as id from outbox where queue = 'fees' and name = $1 order by created_at`,
    [overpaymentFound.name],
  );
  return rows.map(({ id }) => id);
};

describe('a death that the register tells of after the money was paid', () => {
  it('before the year paid for: the whole of it was not owed, by the budgets that bore it, told once', async () => {
    const { children, claims } = await paid();
    await tell({ ...children[0]!, died: '2025-12-30' as Day, status: 9 });
    const rows = await found();
    expect(rows.map(without)).toEqual([
      { ground: 'late-death', state: 'told', fen: '360000', from: '2026-01-01', until: '2027-01-01' },
    ]);
    expect(await told()).toEqual([rows[0]!.id]);
    await overpayments.findAll();
    await tell({ ...children[0]!, died: '2025-12-30' as Day, status: 9, sex: 2 });
    expect(await told()).toEqual([rows[0]!.id]);
    expect(await overpayments.overpayment(rows[0]!.id)).toEqual({
      id: rows[0]!.id,
      ground: 'late-death',
      programme: 'childcare',
      divisionCode: '340202000000',
      beneficiaryId: children[0]!.id,
      payeeId: children[0]!.id,
      payeeName: '示例·𬱖0',
      from: '2026-01-01',
      until: '2027-01-01',
      paidOn: '2026-03-20',
      fen: 360_000n,
      stillFen: 360_000n,
      shares: [
        { level: 'central', year: 2026, fen: 324_000n },
        { level: 'province', year: 2026, fen: 21_600n },
        { level: 'county', year: 2026, fen: 14_400n },
      ],
      foundOn: '2026-03-20',
      reference: expect.stringMatching(/^claim C0; anew \d+$/) as string,
    });
    expect(await world.rows('select state from claim where id = $1', [claims[0]])).toEqual([{ state: 'paid' }]);
  });

  it('within the year paid for: nothing was overpaid, because the year of death is paid in full', async () => {
    const { children } = await paid();
    await tell({ ...children[0]!, died: '2026-01-02' as Day, status: 9 });
    expect(await found()).toEqual([]);
  });

  it('without its day: nobody knows, and a person is asked, until the day is known', async () => {
    const { children } = await paid();
    await tell({ ...children[0]!, status: 9 });
    expect(await found()).toEqual([]);
    const asked = () => world.rows(`select reason, state from review_case where reason = 'PAID_UNCLEAR'`);
    expect(await asked()).toEqual([{ reason: 'PAID_UNCLEAR', state: 'open' }]);
    await tell({ ...children[0]!, died: '2025-06-01' as Day, status: 9 });
    expect((await found()).map(({ ground }) => ground)).toEqual(['late-death']);
    expect(await asked()).toEqual([{ reason: 'PAID_UNCLEAR', state: 'resolved' }]);
  });
});

describe('a fact that is corrected back', () => {
  it('before fees has asked takes the overpayment back, and whoever asks for it then gets nothing', async () => {
    const { children } = await paid();
    await tell({ ...children[0]!, died: '2025-12-30' as Day, status: 9 });
    const [{ id }] = (await found()) as [Row];
    await tell(children[0]!);
    expect(await grounds()).toEqual(['late-death taken-back 360000']);
    expect(await overpayments.overpayment(id)).toBeNull();
    await tell({ ...children[0]!, died: '2025-12-30' as Day, status: 9 }); // And once more, as one of its own.
    expect(await grounds()).toEqual(['late-death taken-back 360000', 'late-death told 360000']);
  });

  it('after fees has asked is a change of its own that fees is told of, and the overpayment stays as it was', async () => {
    const { children } = await paid();
    await tell({ ...children[0]!, died: '2025-12-30' as Day, status: 9 });
    const [{ id }] = (await found()) as [Row];
    await overpayments.overpayment(id);
    await tell(children[0]!);
    expect(await grounds()).toEqual(['late-death taken-up 360000']);
    expect(await overpayments.overpayment(id)).toMatchObject({ fen: 360_000n, stillFen: 0n });
    await tell({ ...children[0]!, died: '2025-11-30' as Day, status: 9 });
    expect(await overpayments.overpayment(id)).toMatchObject({ fen: 360_000n, stillFen: 360_000n });
    const changes = await lists.changes([id]);
    expect(changes.map(({ seq, fen, why }) => [seq, fen, why])).toEqual([
      [1, -360_000n, 'OWED_AFTER_ALL'],
      [2, 360_000n, 'late-death'],
    ]);
    const messages = await world.rows<{ payload: unknown }>(
      'select payload from outbox where name = $1 order by created_at',
      [overpaymentChanged.name],
    );
    expect(messages.map(({ payload }) => payload)).toEqual([
      { overpayment: id, change: 1 },
      { overpayment: id, change: 2 },
    ]);
    expect(await told()).toEqual([id]);
  });

  it('to a day of birth by which less was due: the last months of the year were not owed, in the proportion they were paid', async () => {
    const { children } = await paid();
    await tell({ ...children[0]!, born: '2024-05-05' as Day }); // Still the same amount.
    expect(await found()).toEqual([]);
    await tell({ ...children[0]!, born: '2023-05-05' as Day });
    const rows = await found();
    expect(rows.map(without)).toEqual([
      { ground: 'changed-fact', state: 'told', fen: '210000', from: '2026-06-01', until: '2027-01-01' },
    ]);
    expect((await overpayments.overpayment(rows[0]!.id))!.shares).toEqual([
      { level: 'central', year: 2026, fen: 189_000n },
      { level: 'province', year: 2026, fen: 12_600n },
      { level: 'county', year: 2026, fen: 8_400n },
    ]);
  });

  it('a little and then more: what fees has grows by a change, and another reason is one of its own for the rest only', async () => {
    const { children } = await paid();
    await tell({ ...children[0]!, born: '2023-05-05' as Day });
    const [{ id }] = (await found()) as [Row];
    await overpayments.overpayment(id);
    await tell({ ...children[0]!, born: '2023-03-05' as Day });
    expect(await overpayments.overpayment(id)).toMatchObject({ fen: 210_000n, stillFen: 270_000n });
    await tell({ ...children[0]!, born: '2023-03-05' as Day, died: '2025-11-30' as Day, status: 9 });
    expect(await grounds()).toEqual(['changed-fact taken-up 210000', 'late-death told 90000']);
  });
});

describe('two records that the register finds to be one child', () => {
  it('of which both were paid: the later payment was not owed, and it is so no more when the merge is undone', async () => {
    const { children, claims } = await paid(2);
    const [losing, surviving] = children as [RegisteredPerson, RegisteredPerson];
    await tell({ ...losing, mergedInto: surviving.id });
    expect(await grounds()).toEqual(['duplicate told 360000']);
    const [{ later }] = (await world.rows<{ later: boolean }>(
      `select o.instruction_id = (select max(id::text)::uuid from instruction) as later from overpayment o`,
    )) as [{ later: boolean }];
    expect(later).toBe(true);
    expect(await world.rows('select distinct state from claim where id = any($1::uuid[])', [claims])).toEqual([
      { state: 'paid' },
    ]);
    await tell(losing);
    expect(await grounds()).toEqual(['duplicate taken-back 360000']);
  });

  it('by number and by certificate, each paid: found although neither record gives way to the other', async () => {
    const { children, beneficiaries } = await paid(2);
    const certificate = '11'.repeat(32);
    // The second claim was made by the birth certificate alone, before the child had a number.
    await world.test.admin(
      `update subsidy.beneficiary set person_id = null, id_number_key = null, birth_certificate_key = decode($2, 'hex') where id = $1`,
      [beneficiaries[1], certificate],
    );
    await tell({ ...children[0]!, birthCertificateKey: certificate });
    expect(await grounds()).toEqual(['duplicate told 360000']);
    expect(
      await world.rows(`select reason from review_case where state = 'open' and reason = 'MERGE_CONFLICT'`),
    ).toHaveLength(1);
  });
});

describe('a move that is found late', () => {
  it('to a place of this installation: that place gives the money back, and the family is asked for nothing', async () => {
    const { children } = await paid();
    await tell({
      ...children[0]!,
      divisionCode: '340203001001',
      movedInOn: '2025-12-10' as Day,
      movedOutOn: '2025-12-10' as Day,
    });
    await servicesOf(world).following.followAll();
    await overpayments.findAll();
    expect(await world.rows('select debtor_county, fen, state from reimbursement')).toEqual([
      { debtor_county: '340203000000', fen: 360_000n, state: 'open' },
    ]);
    expect(await found()).toEqual([]);
    // Nor when it turns out that nothing was owed at all: what another place gives back is not asked for twice.
    await tell({ ...children[0]!, divisionCode: '340203001001', died: '2025-12-30' as Day, status: 9 });
    expect(await found()).toEqual([]);
  });

  it('to a place of another installation that paid the same days itself: they were not owed here', async () => {
    const { children, beneficiaries } = await paid();
    const move = {
      ...{ personId: children[0]!.id, programme: 'childcare', to: '610102000000', isElsewhere: true },
      ...{ leftOn: '2025-12-10' as Day, documentNo: '准迁证示例2号', actor: 'confirmer', within: '340202' },
    };
    await asOfficer('confirmer', () => servicesOf(world).portability.decide(move));
    await overpayments.findAll();
    expect(await found()).toEqual([]);
    await world.test.admin(
      `insert into subsidy.enrolment_question (beneficiary_id, programme, period, county_code, occasion, made_at, asked_at)
       values ($1, 'childcare', '[2026-01-01,2027-01-01)', '340202000000', 'cross-check', now(), now())`,
      [beneficiaries[0]],
    );
    await world.test.admin(
      `update subsidy.enrolment_question set outcome = 'elsewhere', answered_at = now(),
         enrolments = '[{"programme": "childcare", "from": "2026-01-01", "until": null, "authority": "610102000000", "status": "enrolled", "peer": "cn-61"}]'`,
    );
    await overpayments.findAll();
    expect(await grounds()).toEqual(['late-move told 360000']);
  });
});

describe('money that the bank sends back after all', () => {
  it('was not overpaid: what was found is taken back, and found anew when it is paid again', async () => {
    const { children, messageId, references } = await paid();
    await tell({ ...children[0]!, died: '2025-12-30' as Day, status: 9 });
    await world.answer(messageId, [word(references[0]!, 'RETURNED')]);
    await overpayments.findAll();
    expect(await grounds()).toEqual(['late-death taken-back 360000']);
    expect(await world.rows(`select taken_back_why as why from overpayment`)).toEqual([{ why: 'RETURNED' }]);
    const [open] = await world.rows<{ id: string }>(`select id from review_case where reason = 'ACCOUNT_REPAIR'`);
    await world.reconciliation.repair(open!.id, await world.account(0, 77), 'township');
    const repair = await world.prepareRepair();
    await world.approve(repair.batchId!);
    const sent = await world.send(repair.batchId!);
    await overpayments.findAll(); // On its way there is nothing to find.
    expect(await grounds()).toEqual(['late-death taken-back 360000']);
    const [again] = (await world.claimsByReference(repair.batchId!)).keys();
    await world.answer(sent.messageId, [word(again!, 'SETTLED')]);
    await overpayments.findAll();
    expect(await grounds()).toEqual(['late-death taken-back 360000', 'late-death told 360000']);
    const [, { id }] = (await found()) as [Row, Row];
    expect((await overpayments.overpayment(id))!.shares.map(({ fen }) => fen)).toEqual([324_000n, 21_600n, 14_400n]);
  });
});

describe('what an officer reports', () => {
  const report = (claimId: string, more: Partial<ReportCommand> = {}) =>
    asOfficer('reviewer', () =>
      reports.report({
        claimId,
        ground: 'false-claim',
        evidence: '示例核〔2026〕1号',
        note: '冒用他人材料',
        actor: 'reviewer',
        ...more,
      }),
    );
  const see = (id: string, isOverpaid: boolean, actor = 'confirmer') =>
    asOfficer(actor, () => reports.see({ id, isOverpaid, actor }));

  it('is told of once another officer has looked at it, and not before', async () => {
    const { claims } = await paid();
    const reported = await report(claims[0]!);
    await overpayments.findAll();
    expect(await told()).toEqual([]);
    expect(await overpayments.overpayment(reported.id)).toBeNull();
    expect(await refusalOf(see(reported.id, true, 'reviewer'))).toMatchObject({
      code: 'OVERPAYMENT_NEEDS_SECOND_OFFICER',
    });
    await see(reported.id, true);
    await overpayments.findAll();
    expect(await told()).toEqual([reported.id]);
    expect(await overpayments.overpayment(reported.id)).toMatchObject({ ground: 'false-claim', fen: 360_000n });
    expect(await refusalOf(see(reported.id, true))).toMatchObject({ code: 'OVERPAYMENT_NOT_WAITING' });
  });

  it('and the second officer finds nothing wrong with is told to nobody', async () => {
    const { claims } = await paid();
    const { id } = await report(claims[0]!, { ground: 'office-error', fen: 100n });
    await see(id, false);
    await overpayments.findAll();
    expect(await told()).toEqual([]);
    expect(await grounds()).toEqual(['office-error dismissed 100']);
    expect((await report(claims[0]!, { ground: 'office-error' })).state).toBe('reported');
  });

  it('is of what was paid, of days paid for, with evidence, and not what was found already', async () => {
    const { claims, children } = await paid();
    const unpaid = await world.claims({ count: 1 });
    const codes = async (work: Promise<unknown>) => (await refusalOf(work)).code;
    expect(await codes(report(unpaid.claims[0]!))).toBe('OVERPAYMENT_OF_WHAT_IS_NOT_PAID');
    expect(await codes(report(randomUUID()))).toBe('OVERPAYMENT_OF_UNKNOWN_CLAIM');
    expect(await codes(report(claims[0]!, { evidence: ' ' }))).toBe('OVERPAYMENT_NEEDS_EVIDENCE');
    expect(await codes(report(claims[0]!, { fen: 360_001n }))).toBe('OVERPAYMENT_AMOUNT_UNFIT');
    expect(await codes(report(claims[0]!, { until: '2027-02-01' as Day }))).toBe('OVERPAYMENT_DAYS_UNFIT');
    await report(claims[0]!, { fen: 60_000n });
    expect(await codes(report(claims[0]!, { fen: 60_000n }))).toBe('OVERPAYMENT_FOUND_ALREADY');
    // What facts say is for the rest only.
    await tell({ ...children[0]!, died: '2025-12-30' as Day, status: 9 });
    expect(await grounds()).toEqual(['false-claim reported 60000', 'late-death told 300000']);
    expect(await codes(report(claims[0]!, { ground: 'office-error' }))).toBe('OVERPAYMENT_AMOUNT_UNFIT');
  });
});

describe('whatever the code does, PostgreSQL', () => {
  it('has the same moves, and lets nothing be edited, removed, told twice or be more than was paid', async () => {
    const moves = await world.rows<{ move: string }>(
      `select from_state || ' -> ' || to_state as move from overpayment_move`,
    );
    expect(moves.map(({ move }) => move).sort()).toEqual(
      Object.entries(OVERPAYMENT_MOVES)
        .flatMap(([from, tos]) => tos.map((to) => `${from} -> ${to}`))
        .sort(),
    );
    const { children } = await paid();
    await tell({ ...children[0]!, died: '2025-12-30' as Day, status: 9 });
    const [{ id }] = (await found()) as [Row];
    const write = (sql: string) => world.database.write((tx) => tx.query(sql, [id]));
    await expect(write('update overpayment set fen = 1 where id = $1')).rejects.toThrow('permission denied');
    await expect(write('delete from overpayment where id = $1')).rejects.toThrow('permission denied');
    await expect(write(`update overpayment set state = 'found' where id = $1`)).rejects.toThrow('does not move');
    const again = (
      more: string,
    ) => `insert into overpayment (claim_id, instruction_id, attempt_id, programme, county_code, ground, days, fen, paid_on,
        found_on, found_at, state) select claim_id, instruction_id, attempt_id, programme, county_code, ${more}, paid_on, found_on, found_at, 'found'
      from overpayment where id = $1`;
    await expect(write(again(`ground, days, 1`))).rejects.toThrow('overpayment_is_found_once');
    await expect(write(again(`'duplicate', days, 1`))).rejects.toThrow('add up');
    await expect(write(again(`'false-claim', days, 1`))).rejects.toThrow('overpayment_of_a_person_is_reported_by_one');
    await expect(write(`insert into overpayment_change values ($1, 1, -1, 'x', null, now())`)).rejects.toThrow(
      'only what fees has',
    );
    await overpayments.overpayment(id);
    await expect(write(`insert into overpayment_change values ($1, 1, 1, 'x', null, now())`)).rejects.toThrow(
      'No more can be overpaid',
    );
    await expect(
      write(`update overpayment set state = 'taken-back', taken_back_at = now(), taken_back_why = 'x' where id = $1`),
    ).rejects.toThrow('does not move');
  });
});

describe('other claims', () => {
  it('are paid in full whatever was overpaid: nothing is set off and nobody is held', async () => {
    const { children, claims } = await paid();
    await tell({ ...children[0]!, died: '2025-12-30' as Day, status: 9 });
    const next = await world.claims({ count: 1 });
    await world.test.admin(
      `update subsidy.claim set applicant_key = (select applicant_key from subsidy.claim where id = $2) where id = $1`,
      [next.claims[0], claims[0]],
    );
    await world.fund(1, '示例财〔2026〕9号');
    expect(await world.prepare()).toMatchObject({
      lines: 1,
      totalFen: 360_000n,
      held: { accountMissing: 0, paidElsewhere: 0 },
    });
  });
});

describe('looking', () => {
  it('is the same whoever looks at once, and however often', async () => {
    const { children } = await paid(3);
    changed = children.map((child) => ({ ...child, died: '2025-12-30' as Day, status: 9 as const }));
    await facts.pull();
    await Promise.all([overpayments.findAll(), overpayments.findAll(), overpayments.findAll()]);
    await overpayments.findAll();
    expect(await grounds()).toEqual(Array.from({ length: 3 }, () => 'late-death told 360000'));
    expect(new Set(await told()).size).toBe(3);
    expect(await told()).toHaveLength(3);
  });
});

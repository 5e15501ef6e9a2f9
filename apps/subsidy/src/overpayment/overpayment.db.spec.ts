import { randomUUID } from 'node:crypto';
import { type FeedPage, overpaymentFound, type RegisteredPerson } from '@app/contracts';
import type { Day } from '@app/kernel';
import { Outbox } from '@app/jobs';
import { SubsidyWorld, word } from '../../../../test/support/subsidy-world';
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
import { OverpaymentService } from './overpayment.service';

let world: SubsidyWorld;
let facts: FactService;
let overpayments: OverpaymentService;
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
  const rows = new OverpaymentRepository();
  overpayments = new OverpaymentService(
    database,
    new Outbox('subsidy'),
    clock,
    rows,
    new FindingService(clock, programmes, rows),
  );
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

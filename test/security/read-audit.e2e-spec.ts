import { CoordinationOpeningService } from '../../apps/migrant/src/coordination/coordination-opening.service';
import { assure } from '../support/assurance';
import { plantBankReceipt } from '../support/bank-receipts';
import { plantServices } from '../support/equal-services';
import { plantLegacy } from '../support/legacy-cases';
import { GraphClient } from '../support/graph-client';
import { addMove } from '../support/moves';
import { plantInstalments } from '../support/instalments';
import { plantReceivable } from '../support/receivables';
import { plantLetters } from '../support/served-letters';
import { plantRecovery } from '../support/recoveries';
import { addOverpayments } from '../support/overpayments';
import { plantTreasury } from '../support/treasury';
import { openTwoCounties, OURS, type TwoCounties } from '../support/two-counties';

/** What tells of somebody, and what a line of the audit log calls it. */
const KINDS: Readonly<Record<string, string>> = {
  Person: 'person',
  Household: 'household',
  Claim: 'claim',
  ReviewCase: 'review_case',
  PaymentAttempt: 'attempt',
  Instruction: 'instruction',
  RepairAccount: 'payee_account',
  NewbornMatter: 'newborn_matter',
  NewbornParent: 'newborn_parent',
  SubCase: 'newborn_sub_case',
  Certificate: 'certificate',
  CertificateHolder: 'certificate_holder',
  RegistryQuestion: 'registry_question',
  SetAsideReply: 'set_aside',
  ComparisonLine: 'comparison_line',
  RegistryNomination: 'nomination',
  BirthRegistration: 'birth_registration',
  Voucher: 'voucher',
  CoordinationRequest: 'coordination_request',
  Resident: 'resident',
  OwnRequest: 'own_request',
  ServiceRequest: 'service_request',
  SupportConsent: 'support_consent',
  SupportVisit: 'support_visit',
  Complaint: 'complaint',
  AuthorityDecision: 'authority_decision',
  Reimbursement: 'reimbursement',
  Receivable: 'receivable',
  RecoveryCase: 'recovery',
  PaymentRequest: 'payment-request',
  Letter: 'letter',
  Remedy: 'remedy',
  InstalmentPlan: 'instalment-plan',
  Overpayment: 'overpayment',
  LegacyCase: 'legacy-fee',
  BankReceipt: 'bank-receipt',
  ReceiptMatch: 'match',
  Refund: 'refund',
  FiscalReceipt: 'fiscal_receipt',
};

let world: TwoCounties;
let graph: GraphClient;
beforeAll(async () => {
  world = await openTwoCounties();
  const questions = await world.database.admin<{ id: string }>(
    'select id from registration.elsewhere_question order by id',
  );
  await world.get(CoordinationOpeningService).want(questions.map(({ id }) => ({ app: 'registration', matter: id })));
  await plantMoved();
  for (let n = 0; n < 15; n++) await plantLegacy(world, OURS, Buffer.alloc(32, n), `read-${n}`);
  graph = await GraphClient.open(world);
}, 120_000);

/** People who moved here, what they ask for, and what places owe each other for them. */
async function plantMoved(): Promise<void> {
  const [child] = await world.database.admin<{ claimId: string; personId: string; village: string; ownKey: Buffer }>(
    `select c.id as "claimId", b.person_id as "personId", c.division_code as village, c.applicant_key as "ownKey"
       from subsidy.claim c join subsidy.beneficiary b on b.id = c.beneficiary_id
      where c.state = 'paid' and c.division_code like $1 and b.person_id is not null order by c.id limit 1`,
    [`${OURS.slice(0, 6)}%`],
  );
  await addMove(world.database, child!.claimId);
  await addOverpayments(world.database, child!.claimId);
  await plantServices(world, child!);
  for (let n = 0; n < 4; n++) await plantReceivable(world, { division: OURS, ownKey: null });
  for (let n = 0; n < 6; n++) await plantLetters(world, child!);
  for (let n = 0; n < 6; n++) await plantInstalments(world, { division: OURS, ownKey: null });
  for (let n = 0; n < 11; n++) await plantRecovery(world, { division: OURS, ownKey: null });
  for (let n = 0; n < 4; n++) {
    const { requestId } = await plantReceivable(world, { division: OURS, ownKey: null });
    await plantBankReceipt(world, { division: OURS, requestId });
    await plantTreasury(world, { division: OURS, ownKey: null });
  }
  const town = `${child!.village.slice(0, 9)}000`;
  await world.database.admin(
    `with r as (
       insert into migrant.resident (name, sex, divisions, recorded_by, recorded_at)
       select '示例', 1, array[$1], 'planted', now() from generate_series(1, 15) returning id),
     n as (
       insert into migrant.residence_notice (resident_id, source, reference, kind, place_code, starts, basis, recorded_by, recorded_at)
       select id, 'own', 'read-' || id, 'stay', $1, '2024', 'declared', 'planted', now() from r returning id, resident_id),
     q as (
       insert into migrant.own_request (resident_id, kind, wish, asked_by, asked_at, due_on)
       select id, 'objection', '不同意这样', 'planted', now(), '2026-05-01' from r)
     insert into migrant.residence_period (resident_id, notice_id, place_code, valid, certain, basis, recorded_by, recorded_at)
     select resident_id, id, $1, '[2024-01-01,)', '[2025-01-01,)', 'declared', 'planted', now() from n`,
    [town],
  );
}
const seen = { 'rows on the wire': 0, 'rows in the audit log': 0, ratio: '' };
afterAll(async () => {
  await graph?.close();
  await world?.close();
  seen.ratio = (seen['rows in the audit log'] / seen['rows on the wire']).toFixed(3);
  assure('T45', 'Every row that tells of somebody and leaves is in the audit log', seen);
});

/** `kind id` of every object in an answer that says more of itself than its id. */
function onTheWire(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const one of value) onTheWire(one, found);
  else if (typeof value === 'object' && value !== null) {
    const { __typename: type, id, ...rest } = value as { __typename?: string; id?: string };
    if (type && id && KINDS[type] && Object.keys(rest).length > 0) found.add(`${KINDS[type]} ${id}`);
    // Where somebody comes from and lived has no id of its own: it is written down under theirs.
    const { origins = [], periods = [] } = rest as { origins?: unknown[]; periods?: unknown[] };
    if (type === 'Resident' && origins.length + periods.length > 0) found.add(`residence ${id}`);
    for (const one of Object.values(rest)) onTheWire(one, found);
  }
  return found;
}

const audited = async (after: bigint | string) => {
  const rows = await world.database.admin<{
    what: string;
    fields: string[];
    actor: string;
    purpose: string;
    request: string;
  }>(
    `select e.subject_type || ' ' || s as what, e.fields, e.actor, e.purpose, e.request_id as request from (
       select * from registration.audit_entry union all select * from subsidy.audit_entry union all
       select * from migrant.audit_entry union all select * from fees.audit_entry union all select * from exchange.audit_entry) e, unnest(e.subjects) s
      where e.kind = 'read' and e.at > $1::timestamptz`,
    [after],
  );
  return rows;
};

const PERSON = '__typename id name idNumberMask born';
const QUERIES: readonly [who: string, query: string, kinds?: readonly string[]][] = [
  ['auditor', `{ persons(first: 50) { nodes { ${PERSON} } } }`],
  [
    'township-reviewer',
    `{ persons(first: 20) { nodes { ${PERSON} mother { ${PERSON} } father { ${PERSON} children { ${PERSON} } } } } }`,
  ],
  ['county-confirmer', `{ households(first: 20) { nodes { __typename id householdNo members { ${PERSON} } } } }`],
  [
    'supervisor',
    `{ claims(first: 30) { nodes { __typename id state amountFen child { ${PERSON} } openCases { __typename id reason } } } }`,
  ],
  [
    'finance-officer-1',
    '{ instructions(first: 40) { nodes { __typename id amountFen attempts { __typename id accountMask holderName } } } }',
  ],
  [
    'auditor',
    '{ paymentBatches { nodes { id lines(first: 25) { nodes { __typename id holderName instruction { __typename id state claim { __typename id claimNo } } } } } } }',
  ],
  [
    'auditor',
    `{ registryQuestions { nodes { __typename id personMask outcome attempts { clerkName } } }
       setAsideReplies { nodes { __typename id reason question { __typename id purpose } } }
       registryNominations { __typename id name } }`,
  ],
  [
    'auditor',
    `{ coordinationRequests { nodes { __typename id purpose subjectMask values { value } history { actor note } } }
       persons(first: 20) { nodes { ${PERSON} } } }`,
    ['coordination_request'],
  ],
  [
    'county-confirmer',
    `{ residents(first: 50) { nodes { resident { __typename id name origins { divisionCode } periods { placeCode } } } }
       ownRequests { nodes { __typename id wish resident { __typename id name } } } }`,
    ['resident', 'residence', 'own_request'],
  ],
  [
    'county-confirmer',
    `{ serviceRequests { nodes { __typename id name state person { ${PERSON} } } }
       supportConsents(first: 50) { nodes { __typename id name } }
       supportVisits { nodes { __typename id plannedOn consent { __typename id name } } }
       complaints { nodes { __typename id number } } }`,
    ['service_request', 'support_consent', 'support_visit', 'complaint'],
  ],
  [
    'auditor',
    `{ authorityDecisions { nodes { __typename id leftOn facts } } reimbursements { nodes { __typename id fen } }
       overpayments { nodes { __typename id fen payeeName claim { __typename id state accountMask } } }
       persons(first: 20) { nodes { ${PERSON} } } }`,
    ['authority_decision', 'reimbursement', 'overpayment'],
  ],
  [
    'finance-officer-1',
    '{ receivables { nodes { __typename id open shares { received } statement { kind } requests { __typename id left } } } }',
    ['receivable', 'payment-request'],
  ],
  [
    'auditor',
    '{ recoveryCases { nodes { __typename id caseNo payeeName statements { words } history { act } shares { amount } } } }',
    ['recovery'],
  ],
  [
    'county-confirmer',
    `{ undeliveredLetters(first: 50) { nodes { state letter { __typename id no recipientName deliveryAttempts { id mode } } } }
       remedies { nodes { __typename id state grounds } } }`,
    ['letter', 'remedy'],
  ],
  [
    'county-confirmer',
    `{ instalmentPlanList { nodes { __typename id state open affordable next { dueOn reference } history { kind }
         instalments { no open reference } } } }`,
    ['instalment-plan'],
  ],
  [
    'archivist',
    '{ legacyCases(first: 12) { nodes { __typename id caseNo payments { id amount } reviews { id state } letters { __typename id no } } } }',
    ['legacy-fee', 'letter'],
  ],
  [
    'finance-officer-1',
    `{ bankReceipts { nodes { __typename id payerName matches { __typename id debtorName } } }
       receiptMatches { nodes { __typename id amount } } }`,
    ['bank-receipt', 'match'],
  ],
  [
    'finance-officer-1',
    `{ refunds { nodes { __typename id payerName accounts { accountMask } steps { to } } }
       fiscalReceipts { nodes { __typename id number payerName } } }`,
    ['refund', 'fiscal_receipt'],
  ],
  [
    'county-confirmer',
    '{ worklist(first: 30) { nodes { __typename id reason claim { __typename id state accountMask } } } }',
  ],
];

describe('the audit of reading', () => {
  it.each(QUERIES)('has for %s every row that went over the wire, and no other: %s', async (who, query, kinds = []) => {
    const [{ now }] = (await world.database.admin<{ now: string }>('select clock_timestamp()::text as now')) as [
      { now: string },
    ];
    const { data, refused } = await graph.ask(who, query);
    expect(refused).toEqual([]);
    const wire = onTheWire(data);
    const rows = await audited(now);
    const logged = new Set(rows.map(({ what }) => what));
    expect([...wire].filter((row) => !logged.has(row))).toEqual([]);
    expect([...logged].filter((row) => !wire.has(row))).toEqual([]);
    expect(wire.size).toBeGreaterThan(10);
    expect([...new Set([...wire].map((row) => row.split(' ')[0]!))]).toEqual(expect.arrayContaining([...kinds]));
    expect(new Set(rows.map(({ request }) => request)).size).toBe(1);
    expect(
      rows.every(({ actor, purpose, fields }) => actor.startsWith('demo-') && purpose !== '' && fields.length > 0),
    ).toBe(true);
    seen['rows on the wire'] += wire.size;
    seen['rows in the audit log'] += logged.size;
  });

  it.each([
    ['finance-officer-1', 'receivables', ''],
    ['finance-officer-1', 'refunds', ''],
    ['finance-officer-1', 'bankReceipts', ''],
    ['finance-officer-1', 'fiscalReceipts', ''],
    ['auditor', 'recoveryCases', ''],
    ['county-confirmer', 'instalmentPlanList', ''],
    ['county-confirmer', 'remedies', ''],
    ['county-confirmer', 'undeliveredLetters', 'letter'],
    ['archivist', 'legacyCases', ''],
  ])('has for %s of a page of %s nothing of the next page', async (who, list, inside) => {
    const [{ now }] = (await world.database.admin<{ now: string }>('select clock_timestamp()::text as now')) as [
      { now: string },
    ];
    type Node = { id: string; inside?: { id: string } };
    const { data, refused } = await graph.ask<Record<string, { nodes: Node[]; pageInfo: { hasNextPage: boolean } }>>(
      who,
      `{ ${list}(first: 1) { nodes { ${inside ? `inside: ${inside} { id }` : 'id'} } pageInfo { hasNextPage } } }`,
    );
    expect(refused).toEqual([]);
    expect(data[list]!.pageInfo.hasNextPage).toBe(true);
    const shown = data[list]!.nodes.map((node) => (node.inside ?? node).id);
    expect((await audited(now)).map(({ what }) => what.split(' ')[1])).toEqual(shown);
  });

  it('names the fields that were asked for and nothing of what they hold', async () => {
    const { data } = await graph.ask<{ persons: { nodes: { id: string; name: string }[] } }>(
      'auditor',
      'query Named { persons(first: 2) { nodes { id ...Some } } } fragment Some on Person { name maritalStatus }',
    );
    const [entry] = await world.database.admin<Record<string, unknown>>(
      `select * from registration.audit_entry where kind = 'read' and $1 = any (subjects) order by id desc limit 1`,
      [data.persons.nodes[0]!.id],
    );
    expect(entry).toMatchObject({
      fields: ['id', 'maritalStatus', 'name'],
      actor: 'demo-auditor',
      purpose: 'audit',
      operation: 'Query.persons',
    });
    expect(JSON.stringify(entry)).not.toContain(data.persons.nodes[0]!.name);
  });

  it('comes first: where the line cannot be written, nothing is read and nothing is done', async () => {
    const onBoth = async (change: string) => {
      for (const schema of ['registration', 'subsidy', 'migrant', 'fees', 'exchange'])
        await world.database.admin(`alter table ${schema}.audit_entry ${change}`);
    };
    await onBoth('add constraint unwritable check (false) not valid');
    try {
      const names = new Set(world.ours.registry.map((row) => row.name!));
      graph.answers.length = 0;
      await expect(graph.ask('auditor', `{ persons(first: 5) { nodes { ${PERSON} } } }`)).rejects.toThrow('unwritable');
      const [run] = await world.database.admin<{ id: string }>(
        `select id from subsidy.payment_calendar where division_code = '340202000000' and state = 'planned' limit 1`,
      );
      await expect(
        graph.ask('supervisor', `mutation { holdRun(id: "${run!.id}", reason: "审计不可用") { id } }`),
      ).rejects.toThrow('unwritable');
      expect(await world.database.admin(`select state from subsidy.payment_calendar where id = $1`, [run!.id])).toEqual(
        [{ state: 'planned' }],
      );
      expect(graph.answers.join('').length).toBeGreaterThan(0);
      expect([...names].filter((name) => name.length > 1 && graph.answers.join('').includes(name))).toEqual([]);
    } finally {
      await onBoth('drop constraint unwritable');
    }
  });
});

describe('whoever is looked at', () => {
  it('is shown to the supervisor and to themselves with who looked, for what and at which fields, and to nobody else', async () => {
    const { data } = await graph.ask<{ persons: { nodes: { id: string }[] } }>(
      'auditor',
      '{ persons(first: 3) { nodes { id name } } }',
    );
    const { id } = data.persons.nodes[1]!;
    const query = `{ person(id: "${id}") { accesses { actor operation purpose fields } } }`;
    const seenBy = await graph.ask<{ person: { accesses: { actor: string; fields: string[] }[] } }>(
      'supervisor',
      query,
    );
    expect(seenBy.data.person.accesses).toContainEqual(
      expect.objectContaining({
        actor: 'demo-auditor',
        purpose: 'audit',
        operation: 'Query.persons',
        fields: ['id', 'name'],
      }),
    );
    expect((await graph.ask('township-reviewer', query)).refused).toEqual(['NOT_PERMITTED']);
  });
});

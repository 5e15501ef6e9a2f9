import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Caller } from '@app/access';
import { day, type DivisionCode, findDivisionCode } from '@app/kernel';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { generateCounty } from '../../apps/simulator/src/county/county.service';
import { CalendarService } from '../../apps/subsidy/src/calendar/calendar.service';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';
import { FactService } from '../../apps/subsidy/src/fact/fact.service';
import { FundingService } from '../../apps/subsidy/src/funding/funding.service';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import { VerifyService } from '../../apps/subsidy/src/verify/verify.service';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import { parse } from '../support/csv';
import { GraphClient } from '../support/graph-client';

const COUNTY = findDivisionCode('340202')!;
const TOWNSHIP = '340202100000';
const TODAY = day('2026-04-01');
const STRANGER: Caller = {
  id: 'stranger',
  name: '外县',
  roles: ['auditor', 'county-confirmer', 'finance-officer'],
  division: '340203000000' as DivisionCode,
};

let world: CountyWorld;
let graph: GraphClient;
/** Every identity number, certificate and account that the county's files name. */
const secrets = new Set<string>();

beforeAll(async () => {
  world = await openCountyWorld(TODAY);
  const county = path.join(world.folder, 'county');
  const file = (name: string) => path.join(county, `${name}.csv`);
  await generateCounty({ people: 4_000, folder: county });
  await world.get(RegistryImportService).import(file('registry'));
  await world.get(FactService).pull();
  await world.get(IntakeService).importFindings(file('findings'));
  await world.get(IntakeService).importAccounts(file('accounts'));
  await world.get(IntakeService).importClaims(file('claims'), 'YEB');
  await determine();
  await world.get(CalendarService).plan('YEB', COUNTY, 2027);
  for (const row of ['registry', 'accounts'].flatMap((name) => parse(fs.readFileSync(file(name), 'utf8')))) {
    for (const column of ['id_number', 'birth_certificate_no', 'father_id_number', 'mother_id_number'])
      secrets.add(row[column] ?? '');
    for (const column of ['holder_id_number', 'account_no']) secrets.add(row[column] ?? '');
  }
  secrets.delete('');
  graph = await GraphClient.open(world);
}, 120_000);

afterAll(async () => {
  await graph?.close();
  await world?.close();
});

const determine = () =>
  world
    .get(DeterminationService)
    .determine({ programmes: ['childcare'], division: COUNTY, asOf: day('2026-03-31'), actor: 'test' });

/** Work that several tests build on, done by whichever of them comes first. */
function once<R>(work: () => Promise<R>): () => Promise<R> {
  let done: Promise<R> | undefined;
  return () => (done ??= work());
}

interface Node {
  readonly id: string;
}
interface Page<N> {
  readonly nodes: readonly N[];
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

describe('the graph over HTTP', () => {
  it('shows a claim with its child, history and explanation, and of every number only its mask', async () => {
    const { data, refused } = await graph.ask<{ claims: Page<Record<string, unknown> & Node> }>(
      'auditor',
      `{ claims(first: 20, filter: { claimYear: 2025 }) { totalCount nodes {
           id claimNo state amountFen applicantMask accountMask division: divisionCode
           child { id name idNumberMask born division { code name } mother { idNumberMask } father { idNumberMask } household { members { name idNumberMask } } }
           history { from to actor } openCases { reason questionZh questionEn facts } } } }`,
    );
    expect(refused).toEqual([]);
    expect(data.claims.totalCount).toBeGreaterThan(100);
    const known = data.claims.nodes.find((claim) => claim.child !== null)!;
    expect(known.child).toMatchObject({
      idNumberMask: expect.stringContaining('*') as string,
      born: expect.any(String) as string,
    });
    expect(known.applicantMask).toContain('*');
    expect(known.history).toContainEqual({ from: 'new', to: 'received', actor: 'intake' });
    const { data: one } = await graph.ask<{ claim: { explanation: object } }>(
      'county-confirmer',
      'query ($id: ID!) { claim(id: $id) { explanation } }',
      { id: known.id },
    );
    const explanation = JSON.stringify(one.claim.explanation);
    expect(explanation).toContain('儿童具有中华人民共和国国籍');
    expect(explanation).toContain('The child has the nationality of the People');

    const lists = await graph.ask<object>(
      'auditor',
      `{ persons(first: 200) { nodes { name idNumberMask mother { idNumberMask } } }
         households(first: 50) { nodes { householdNo members { idNumberMask } } }
         worklist(first: 200) { nodes { facts note claim { applicantMask accountMask } } } }`,
    );
    expect(lists.refused).toEqual([]);
    expect(secrets.size).toBeGreaterThan(4_000);
    const spoken = graph.answers.flatMap((text) => text.match(/[A-Za-z0-9]{8,}/g) ?? []);
    expect(spoken.length).toBeGreaterThan(1_000);
    expect(spoken.filter((word) => secrets.has(word))).toEqual([]);
  });

  it('asks a person what the rules cannot know, in two languages, and decides with the attested answer', async () => {
    type Case = Node & { reason: string; questionZh: string; questionEn: string; claim: Node };
    const { data } = await graph.ask<{ worklist: Page<Case>; worklistByReason: { reason: string; count: number }[] }>(
      'county-confirmer',
      `{ worklistByReason { reason count }
         worklist(reason: "APPLICANT") { totalCount nodes { id reason questionZh questionEn claim { id state openCases { id } } } } }`,
    );
    const counted = data.worklistByReason.find(({ reason }) => reason === 'APPLICANT')!;
    expect(data.worklist.totalCount).toBe(counted.count);
    const asked = data.worklist.nodes[0]!;
    expect(asked.questionZh).toContain('请核实监护关系');
    expect(asked.questionEn).toContain('Please establish guardianship');

    const settle = `mutation ($id: ID!, $attestations: [Attestation!]) {
      resolveCase(id: $id, decision: CHECK_AGAIN, note: "已核对离婚协议", attestations: $attestations) { state resolvedBy claim { state } } }`;
    const document = { documentNo: '示例证明〔2026〕1号' };
    const attestations = [{ fact: 'claim.applicant_is_parent', value: 'true', ...document }];
    const foreign = await graph.ask(STRANGER, settle, { id: asked.id, attestations });
    expect(foreign.refused).toEqual(['CASE_UNKNOWN']);
    const invented = [{ fact: 'claim.amount', value: 'true', ...document }];
    expect((await graph.ask('county-confirmer', settle, { id: asked.id, attestations: invented })).refused).toEqual([
      'FACT_NOT_ATTESTABLE',
    ]);
    const settled = await graph.ask('county-confirmer', settle, { id: asked.id, attestations });
    expect(settled.data).toEqual({
      resolveCase: { state: 'resolved', resolvedBy: 'demo-county-confirmer', claim: { state: 'RECEIVED' } },
    });
    expect((await graph.ask('county-confirmer', settle, { id: asked.id, attestations })).refused).toEqual([
      'CASE_ALREADY_RESOLVED',
    ]);
    await determine();
    const after = await graph.ask<{ claim: object }>(
      'auditor',
      '{ claim(id: "' + asked.claim.id + '") { state openCases { id } } }',
    );
    expect(after.data.claim).toEqual({ state: 'DETERMINED', openCases: [] });
  });

  it('takes no claim through both looks by one officer, and a township sees and reviews its own only', async () => {
    expect(await reviewedAndConfirmed()).toMatchObject({ township: expect.any(Number) as number });
  });

  it('pays what two officers approved who did not make it, exactly as they saw it', async () => {
    const { batchId } = await approved();
    const { data } = await graph.ask<{ paymentBatch: Record<string, unknown> }>(
      'auditor',
      `query ($id: ID!) { paymentBatch(id: $id) { state maker approvers lineCount totalFen shares { level fen } states { state lines fen } attentionCount
           lines(first: 3) { nodes { endToEndId accountMask amountFen instruction { state claim { state child { idNumberMask } } attempts { no state } } } } } }`,
      { id: batchId },
    );
    const batch = data.paymentBatch as {
      totalFen: string;
      lineCount: number;
      shares: { fen: string }[];
      states: object[];
      lines: { nodes: object[] };
    };
    expect(data.paymentBatch).toMatchObject({
      state: 'APPROVED',
      maker: 'demo-payment-clerk',
      approvers: ['demo-finance-officer-1', 'demo-finance-officer-2'],
      states: [{ state: 'READY', lines: batch.lineCount, fen: batch.totalFen }],
    });
    expect(batch.shares.reduce((sum, { fen }) => sum + BigInt(fen), 0n)).toBe(BigInt(batch.totalFen));
    expect(batch.lines.nodes[0]).toMatchObject({
      accountMask: expect.stringContaining('*') as string,
      instruction: { state: 'PAYING', claim: { state: 'PAYING' }, attempts: [{ no: 1, state: 'READY' }] },
    });

    const balances = await graph.ask<{
      ledgerBalances: Page<{ code: string; debitsPending: string; creditsPending: string }>;
    }>('auditor', `{ ledgerBalances(first: 50) { nodes { code available debitsPending creditsPending } } }`);
    expect(balances.refused).toEqual([]);
    const paying = balances.data.ledgerBalances.nodes.find(({ code }) => code === `paying:${batchId}`)!;
    expect(paying.creditsPending).toBe(batch.totalFen);
    const reserved = balances.data.ledgerBalances.nodes.reduce((sum, one) => sum + BigInt(one.debitsPending), 0n);
    expect(reserved).toBe(BigInt(batch.totalFen));
    expect(await world.get(VerifyService).run()).toEqual([]);
  });

  it('shows what will run next, and lets the person in charge hold it with a reason and let it go', async () => {
    const list = await graph.ask<{ plannedRuns: (Node & { period: string; state: string })[] }>(
      'finance-officer-1',
      `{ plannedRuns(programme: "YEB") { id period dueOn state } }`,
    );
    expect(list.data.plannedRuns.map(({ period }) => period).sort()).toEqual(['2027Q1', '2027Q2', '2027Q3', '2027Q4']);
    const { id } = list.data.plannedRuns.find(({ period }) => period === '2027Q4')!;
    const hold = 'mutation ($id: ID!) { holdRun(id: $id, reason: "等待年底指标") { state heldBy heldReason } }';
    const release = 'mutation ($id: ID!) { releaseRun(id: $id) { state heldBy } }';
    expect((await graph.ask('auditor', hold, { id })).refused).toEqual(['NOT_PERMITTED']);
    expect((await graph.ask(STRANGER, hold, { id })).refused).toEqual(['CALENDAR_UNKNOWN']);
    expect((await graph.ask('supervisor', hold, { id })).data).toEqual({
      holdRun: { state: 'HELD', heldBy: 'demo-supervisor', heldReason: '等待年底指标' },
    });
    expect((await graph.ask('supervisor', hold, { id })).refused).toEqual(['CALENDAR_WRONG_STATE']);
    expect((await graph.ask('supervisor', release, { id })).data).toEqual({
      releaseRun: { state: 'PLANNED', heldBy: null },
    });
  });

  it('shows the rules to everybody, without a sign-in', async () => {
    const { data, refused } = await graph.ask<{
      programmes: { code: string; conditions: object[]; parameters: object[] }[];
    }>(
      undefined,
      '{ programmes { code titleZh titleEn conditions { code sentenceZh sentenceEn rule } parameters { code validFrom value source } } }',
    );
    expect(refused).toEqual([]);
    expect(data.programmes.map(({ code }) => code).sort()).toEqual(['JF', 'TF', 'YEB']);
    for (const { conditions, parameters } of data.programmes) {
      expect(conditions.length).toBeGreaterThan(0);
      expect(parameters.length).toBeGreaterThan(0);
    }
  });

  it('says no with a code and in two languages, to nobody in particular and to the wrong role', async () => {
    const nobody = await graph.ask(undefined, '{ claims { totalCount } }');
    expect(nobody.errors).toMatchObject([{ extensions: { code: 'NOT_SIGNED_IN' } }]);
    const wrong = await graph.ask(
      'village-clerk',
      `mutation { confirmClaims(programme: "YEB", division: "340202") { count } }`,
    );
    expect(wrong.errors).toMatchObject([{ extensions: { code: 'NOT_PERMITTED' } }]);
    for (const { errors } of [nobody, wrong]) {
      const { zh, en } = errors[0]!.extensions.sentence as { zh: string; en: string };
      expect(zh).toMatch(/[\u4e00-\u9fff]{4}/);
      expect(en).toMatch(/^[A-Z][a-z]/);
    }
  });

  it('lets another county’s officer see and do nothing here', async () => {
    const { data } = await graph.ask<{ claims: Page<Node>; persons: Page<Node> }>(
      'auditor',
      '{ claims(first: 1) { nodes { id } } persons(first: 1) { nodes { id } } }',
    );
    const [claim, person] = [data.claims.nodes[0]!.id, data.persons.nodes[0]!.id];
    const there = await graph.ask<Record<string, unknown>>(
      STRANGER,
      `{ claims { totalCount nodes { id } } persons { totalCount nodes { id } } households { nodes { id } } worklist { nodes { claim { id } } }
         instructions { nodes { id } } paymentBatches { nodes { id } } plannedRuns { id }
         claim(id: "${claim}") { id } }`,
    );
    expect(there.refused).toEqual([]);
    expect(there.data).toMatchObject({
      claims: { totalCount: 0, nodes: [] },
      persons: { totalCount: 0, nodes: [] },
      households: { nodes: [] },
      instructions: { nodes: [] },
      paymentBatches: { nodes: [] },
      plannedRuns: [],
      claim: null,
    });
    expect((await graph.ask(STRANGER, `{ person(id: "${person}") { name } }`)).data).toEqual({ person: null });
    const asked = await graph.ask(STRANGER, '{ claims(filter: { division: "340202" }) { totalCount } }');
    expect(asked.refused).toEqual(['OUTSIDE_DIVISION']);
  });

  it('pages through every claim once, in the same order whatever the size of the pages', async () => {
    const walk = async (first: number): Promise<string[]> => {
      const seen: string[] = [];
      for (let after: string | undefined; ;) {
        const { data } = await graph.ask<{ claims: Page<Node> }>(
          'auditor',
          'query ($first: Int, $after: String) { claims(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }',
          { first, after },
        );
        seen.push(...data.claims.nodes.map(({ id }) => id));
        if (!data.claims.pageInfo.hasNextPage) return seen;
        after = data.claims.pageInfo.endCursor;
      }
    };
    const all = await walk(200);
    const { data } = await graph.ask<{ claims: { totalCount: number } }>('auditor', '{ claims { totalCount } }');
    expect(all).toHaveLength(data.claims.totalCount);
    expect(new Set(all).size).toBe(all.length);
    expect(await walk(17)).toEqual(all);
    expect((await graph.ask('auditor', '{ claims(after: "nonsense") { totalCount } }')).refused).toEqual([
      'CURSOR_UNREADABLE',
    ]);
    expect((await graph.ask('auditor', '{ claims(first: 100000) { totalCount } }')).refused).toEqual([
      'PAGE_SIZE_OUT_OF_RANGE',
    ]);
  });

  it('answers an id that nothing has with nothing or a code', async () => {
    const id = '00000000-0000-7000-8000-000000000000';
    const read = await graph.ask<Record<string, unknown>>(
      'auditor',
      'query ($id: ID!) { claim(id: $id) { id } person(id: $id) { id } household(id: $id) { id } paymentBatch(id: $id) { id } importBatch(id: $id) { id } }',
      { id },
    );
    expect(read.refused).toEqual([]);
    expect(Object.values(read.data)).toEqual([null, null, null, null, null]);
    const refused = async (who: string, mutation: string) =>
      (await graph.ask(who, `mutation ($id: ID!) { ${mutation} }`, { id })).refused;
    expect(await refused('county-confirmer', 'resolveCase(id: $id, decision: WITHDRAWN) { id }')).toEqual([
      'CASE_UNKNOWN',
    ]);
    expect(await refused('finance-officer-1', 'approveBatch(id: $id, contentHash: "") { approvals }')).toEqual([
      'BATCH_UNKNOWN',
    ]);
    expect(await refused('payment-clerk', 'reconcileBatch(id: $id) { isReconciled }')).toEqual(['BATCH_UNKNOWN']);
    expect(await refused('supervisor', 'holdRun(id: $id, reason: "等待指标") { id }')).toEqual(['CALENDAR_UNKNOWN']);
  });
});

const BATCH_STEP = (verb: string) =>
  `mutation ($division: String!) { ${verb}(programme: "YEB", division: $division) { count amountFen held } }`;

const reviewedAndConfirmed = once(async () => {
  type Done = Record<string, { count: number; amountFen: string; held: number }>;
  const outside = await graph.ask('township-reviewer', BATCH_STEP('reviewClaims'), { division: '340202' });
  expect(outside.refused).toEqual(['OUTSIDE_DIVISION']);
  const seen = await graph.ask<{ claims: Page<{ divisionCode: string }> }>(
    'township-reviewer',
    '{ claims(first: 200) { nodes { divisionCode } } }',
  );
  const places = new Set(seen.data.claims.nodes.map(({ divisionCode }) => divisionCode.slice(0, 9)));
  expect([...places]).toEqual([TOWNSHIP.slice(0, 9)]);
  const township = await graph.ask<Done>('township-reviewer', BATCH_STEP('reviewClaims'), { division: TOWNSHIP });
  expect(township.data.reviewClaims!.count).toBeGreaterThan(0);

  const both: Caller = {
    id: 'both',
    name: '一人两岗',
    roles: ['township-reviewer', 'county-confirmer'],
    division: COUNTY,
  };
  const rest = await graph.ask<Done>(both, BATCH_STEP('reviewClaims'), { division: COUNTY });
  expect(rest.data.reviewClaims!.count).toBeGreaterThan(0);
  const alone = await graph.ask<Done>(both, BATCH_STEP('confirmClaims'), { division: COUNTY });
  expect(alone.refused).toEqual(['CLAIM_NEEDS_SECOND_OFFICER']);
  const confirmed = await graph.ask<Done>('county-confirmer', BATCH_STEP('confirmClaims'), { division: COUNTY });
  const { count } = confirmed.data.confirmClaims!;
  expect(count).toBe(township.data.reviewClaims!.count + rest.data.reviewClaims!.count);
  return { township: township.data.reviewClaims!.count, count, fen: BigInt(confirmed.data.confirmClaims!.amountFen) };
});

const approved = once(async () => {
  const { count, fen } = await reviewedAndConfirmed();
  const maker: Caller = {
    id: 'maker',
    name: '一人两岗',
    roles: ['bank-operator', 'finance-officer'],
    division: COUNTY,
  };
  const prepare = `mutation { prepareBatch(programme: "YEB", division: "340202", period: "2026Q2") {
    heldWithoutAccount heldPaidElsewhere batch { id contentHash lineCount totalFen maker state } } }`;
  type Prepared = {
    prepareBatch: {
      heldWithoutAccount: number;
      batch: Node & { contentHash: string; lineCount: number; totalFen: string };
    };
  };
  expect((await graph.ask('finance-officer-1', prepare)).refused).toEqual(['NOT_PERMITTED']);
  expect((await graph.ask('payment-clerk', prepare)).refused).toEqual(['FUNDS_NOT_RELEASED']);
  const release = { programme: 'YEB', county: COUNTY, year: 2026, releasedOn: TODAY, actor: 'test', amountFen: fen };
  for (const level of ['central', 'province', 'county'] as const)
    await world.get(FundingService).release({ ...release, level, documentNo: `示例〔2026〕${level}` });

  const approve =
    'mutation ($id: ID!, $contentHash: String!) { approveBatch(id: $id, contentHash: $contentHash) { approvals batch { state } } }';
  const own = await graph.ask<Prepared>(maker, prepare);
  expect((await graph.ask(maker, approve, own.data.prepareBatch.batch)).refused).toEqual(['APPROVER_IS_MAKER']);
  const cancel = 'mutation ($id: ID!) { cancelBatch(id: $id, reason: "改由发放专员编制") { state } }';
  expect((await graph.ask(maker, cancel, own.data.prepareBatch.batch)).data).toEqual({
    cancelBatch: { state: 'CANCELLED' },
  });

  const { data } = await graph.ask<Prepared>('payment-clerk', prepare);
  const { batch } = data.prepareBatch;
  expect(batch).toMatchObject({ lineCount: count - data.prepareBatch.heldWithoutAccount, state: 'PREPARED' });
  const changed = { id: batch.id, contentHash: '00'.repeat(32) };
  expect((await graph.ask('finance-officer-1', approve, changed)).refused).toEqual(['BATCH_CHANGED_SINCE_SEEN']);
  expect((await graph.ask(STRANGER, approve, batch)).refused).toEqual(['BATCH_UNKNOWN']);
  expect((await graph.ask('finance-officer-1', approve, batch)).data).toEqual({
    approveBatch: { approvals: 1, batch: { state: 'PREPARED' } },
  });
  expect((await graph.ask('finance-officer-1', approve, batch)).refused).toEqual(['BATCH_NEEDS_ANOTHER_APPROVER']);
  expect((await graph.ask('finance-officer-2', approve, batch)).data).toEqual({
    approveBatch: { approvals: 2, batch: { state: 'APPROVED' } },
  });
  return { batchId: batch.id };
});

import * as path from 'node:path';
import type { Caller, Role } from '@app/access';
import { buildMergedSchema, collectSdl, GraphContext, References, Resolver } from '@app/graphql';
import { graphql, type GraphQLSchema } from 'graphql';
import { COUNTY, type SentBatch, SubsidyWorld, word } from '../../../../test/support/subsidy-world';
import { CalendarResolver } from '../calendar/calendar.resolver';
import { DisbursementResolver } from '../disbursement/disbursement.resolver';
import { InstructionResolver, PaymentAttemptResolver } from '../disbursement/instruction.resolver';
import { FundingResolver } from '../funding/funding.resolver';
import { LedgerRepository } from '../ledger/ledger.repository';
import { LedgerResolver } from '../ledger/ledger.resolver';
import { LedgerService } from '../ledger/ledger.service';
import { ReconciliationResolver, RefusedAnswerResolver } from './reconciliation.resolver';

/** What other slices own, as far as money refers to it. */
const OTHERS = `
  "A claim." type Claim @key(fields: "id") @shows(word: "public") { "Its id." id: ID! }
  "A case." type ReviewCase @key(fields: "id") @shows(word: "public") { "Its id." id: ID! }`;

@Resolver('Claim')
class ClaimStub {
  @References()
  references(refs: readonly { id: string }[]) {
    return refs;
  }
}
@Resolver('ReviewCase')
class ReviewCaseStub {
  @References()
  references(refs: readonly { id: string }[]) {
    return refs;
  }
}

let world: SubsidyWorld;
let schema: GraphQLSchema;
let batch: SentBatch;

beforeAll(async () => {
  world = await SubsidyWorld.open();
  batch = await world.sent(3);
  const [a, b] = batch.references;
  await world.answer(batch.messageId, [word(a!, 'SETTLED'), word(b!, 'REJECTED')]);
  const folders = ['calendar', 'disbursement', 'funding', 'ledger', 'reconciliation'];
  schema = buildMergedSchema({
    sources: [
      { app: 'subsidy', sdl: collectSdl(folders.map((folder) => path.join(__dirname, '..', folder))) },
      { app: 'others', sdl: OTHERS },
    ],
    resolvers: [
      new ClaimStub(),
      new ReviewCaseStub(),
      new DisbursementResolver(world.disbursement),
      new InstructionResolver(world.disbursement),
      new PaymentAttemptResolver(),
      new CalendarResolver(world.calendar),
      new FundingResolver(world.funding),
      new LedgerResolver(new LedgerService(world.database, world.ledger, new LedgerRepository())),
      new ReconciliationResolver(world.reconciliation, world.answerService, world.disbursement, world.courier),
      new RefusedAnswerResolver(),
    ],
  });
});
afterAll(async () => {
  expect(await world.verification.run()).toEqual([]);
  await world.close();
});

async function ask(query: string, role: Role, over: Partial<Caller> = {}): Promise<Record<string, unknown>> {
  const signIn = { at: world.clock.now(), factors: 2 as const, client: 'test', tokenId: 't' };
  const caller: Caller = { id: `${role}-1`, name: role, roles: [role], division: COUNTY, signIn, ...over };
  const result = await graphql({
    schema,
    source: query,
    contextValue: new GraphContext(caller, undefined, { now: world.clock.now() }),
  });
  if (result.errors) throw result.errors[0]!.originalError ?? result.errors[0]!;
  return JSON.parse(JSON.stringify(result.data)) as Record<string, unknown>;
}

describe('money in the graph', () => {
  it('shows a batch with its progress, lines and what they lead to', async () => {
    const data = await ask(
      `{ paymentBatches { nodes { id state totalFen lineCount approvers attentionCount shares { level fen }
           states { state lines fen }
           lines(first: 2) { pageInfo { hasNextPage } nodes { state accountMask batch { no } instruction { state claim { id } attempts { no endToEndId } } } } } } }`,
      'auditor',
    );
    const { nodes: batches } = data.paymentBatches as { nodes: Record<string, unknown>[] };
    const node = batches.find(({ id }) => id === batch.batchId);
    expect(node).toMatchObject({
      id: batch.batchId,
      state: 'SENT',
      totalFen: '1080000',
      lineCount: 3,
      approvers: ['finance-1', 'finance-2'],
      shares: [{ level: 'central', fen: '972000' }, { level: 'province' }, { level: 'county' }],
      states: [
        { state: 'REJECTED', lines: 1 },
        { state: 'SENT', lines: 1 },
        { state: 'SETTLED', lines: 1 },
      ],
    });
    const { pageInfo, nodes } = node!.lines as { pageInfo: object; nodes: Record<string, unknown>[] };
    expect(pageInfo).toEqual({ hasNextPage: true });
    expect(nodes[0]).toMatchObject({ batch: { no: 1 }, instruction: { attempts: [{ no: 1 }] } });
    expect(batch.claims).toContain((nodes[0]!.instruction as { claim: { id: string } }).claim.id);
  });

  it('pages instructions without gaps or repeats', async () => {
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const cursor: string = after === null ? '' : `, after: "${after}"`;
      const data = await ask(
        `{ instructions(first: 2${cursor}) { nodes { id state } pageInfo { endCursor hasNextPage } } }`,
        'auditor',
      );
      const page = data.instructions as {
        nodes: { id: string }[];
        pageInfo: { endCursor: string; hasNextPage: boolean };
      };
      seen.push(...page.nodes.map((node) => node.id));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(3);
    const returned = await ask(`{ instructions(state: RETURNED) { nodes { state } } }`, 'auditor');
    expect(returned).toEqual({ instructions: { nodes: [{ state: 'RETURNED' }] } });
  });

  it('shows balances, released funds and the three sides of the money', async () => {
    const data = await ask(
      `{ ledgerBalances(prefix: "paid:") { nodes { code available } }
         releasedFunds(programme: "childcare", county: "340202", year: 2026) { level releasedFen availableFen }
         threeWay { list { paidFen openFen } bank { paidFen openFen } ledger { paidFen openFen } }
         reconciliation(batchId: "${batch.batchId}") { isReconciled differenceCount differences { kind listFen } batch { state } } }`,
      'finance-officer',
    );
    const side = { paidFen: '360000', openFen: '360000' };
    expect(data).toMatchObject({
      ledgerBalances: { nodes: [{ code: `paid:childcare:${COUNTY}`, available: '360000' }] },
      releasedFunds: [{ level: 'central', releasedFen: '972000', availableFen: '0' }, {}, {}, {}],
      threeWay: { list: side, bank: side, ledger: side },
      reconciliation: {
        isReconciled: false,
        differenceCount: 1,
        differences: [{ kind: 'UNANSWERED', listFen: '360000' }],
        batch: { state: 'SENT' },
      },
    });
  });

  it('shows nobody another county’s money, and lets nobody touch it', async () => {
    const elsewhere = { division: '340203000000' as typeof COUNTY };
    expect(
      await ask(`{ paymentBatches { nodes { id } } instructions { nodes { id } } }`, 'auditor', elsewhere),
    ).toEqual({
      paymentBatches: { nodes: [] },
      instructions: { nodes: [] },
    });
    expect(await ask(`{ paymentBatch(id: "${batch.batchId}") { id } }`, 'auditor', elsewhere)).toEqual({
      paymentBatch: null,
    });
    expect(await ask(`{ ledgerBalances(prefix: "p") { nodes { code } } }`, 'auditor', elsewhere)).toEqual({
      ledgerBalances: { nodes: [] },
    });
    const cancel = ask(
      `mutation { cancelBatch(id: "${batch.batchId}", reason: "x") { id } }`,
      'bank-operator',
      elsewhere,
    );
    await expect(cancel).rejects.toMatchObject({ code: 'BATCH_UNKNOWN' });
    await expect(
      ask(`mutation { cancelBatch(id: "${batch.batchId}", reason: "x") { id } }`, 'auditor'),
    ).rejects.toMatchObject({
      code: 'NOT_PERMITTED',
    });
  });

  it('prepares, approves by two officers what they looked at, and repairs an account', async () => {
    const [open] = await world.rows<{ id: string }>(`select id from review_case where reason = 'ACCOUNT_REPAIR'`);
    const accounts = await ask(
      `{ repairAccounts(caseId: "${open!.id}") { id isFailed accountMask } }`,
      'township-reviewer',
    );
    expect(accounts.repairAccounts).toMatchObject([{ isFailed: true }]);
    await ask(`mutation { repairAccount(caseId: "${open!.id}", note: "unfrozen") { id } }`, 'township-reviewer');
    const prepared = await ask(
      `mutation { prepareBatch(programme: "childcare", division: "340202", period: "2026Q1", repair: true) { heldWithoutAccount batch { id contentHash kind attention { reason } } } }`,
      'bank-operator',
    );
    const made = (prepared.prepareBatch as { batch: { id: string; contentHash: string } }).batch;
    expect(made).toMatchObject({ kind: 'repair', attention: [{ reason: 'ACCOUNT_REPAIRED' }] });
    const approve = (hash: string, id: string) =>
      ask(
        `mutation { approveBatch(id: "${made.id}", contentHash: "${hash}") { approvals batch { state } } }`,
        'finance-officer',
        { id },
      );
    await expect(approve('00', 'f1')).rejects.toMatchObject({ code: 'BATCH_CHANGED_SINCE_SEEN' });
    expect(await approve(made.contentHash, 'f1')).toEqual({
      approveBatch: { approvals: 1, batch: { state: 'PREPARED' } },
    });
    expect(await approve(made.contentHash, 'f2')).toEqual({
      approveBatch: { approvals: 2, batch: { state: 'APPROVED' } },
    });
    const cancelled = await ask(
      `mutation { cancelBatch(id: "${made.id}", reason: "holiday") { state } }`,
      'bank-operator',
    );
    expect(cancelled).toEqual({ cancelBatch: { state: 'CANCELLED' } });
  });

  it('shows what runs next, and holds and releases it', async () => {
    await world.calendar.plan('childcare', COUNTY, 2027);
    const data = await ask(`{ plannedRuns(from: "2027-06-01") { id period dueOn state batch { id } } }`, 'supervisor');
    const runs = data.plannedRuns as { id: string }[];
    expect(runs[0]).toMatchObject({ period: '2027Q2', dueOn: '2027-06-20', state: 'PLANNED', batch: null });
    const held = await ask(
      `mutation { holdRun(id: "${runs[0]!.id}", reason: "audit") { state heldBy heldReason } }`,
      'supervisor',
    );
    expect(held).toEqual({ holdRun: { state: 'HELD', heldBy: 'supervisor-1', heldReason: 'audit' } });
    expect(await ask(`mutation { releaseRun(id: "${runs[0]!.id}") { state } }`, 'supervisor')).toEqual({
      releaseRun: { state: 'PLANNED' },
    });
  });
});

import { Requires } from '@app/access';
import { Field, type GraphContext, Mutation, Query, Resolver } from '@app/graphql';
import { DisbursementService } from '../disbursement/disbursement.service';
import { AnswerService } from './answer.service';
import { CourierService } from './courier.service';
import { ReconciliationService } from './reconciliation.service';
import type { Reconciled, RefusedAnswer, RepairAccount, ThreeWay } from './reconciliation.types';

type Compared = Omit<Reconciled, 'batchState'>;
type CaseRef = { __typename: 'ReviewCase'; id: string };

/** Reconciliation in the graph; the caller's division bounds everything that is seen or done. */
@Resolver('Reconciliation')
export class ReconciliationResolver {
  constructor(
    private readonly reconciliations: ReconciliationService,
    private readonly answers: AnswerService,
    private readonly disbursement: DisbursementService,
    private readonly courier: CourierService,
  ) {}

  @Query()
  @Requires('ledger.read')
  threeWay(_: unknown, context: GraphContext): Promise<ThreeWay> {
    return this.reconciliations.threeWayOf(context.getCaller().division);
  }

  @Query()
  @Requires('disbursement.read')
  async reconciliation({ batchId }: { batchId: string }): Promise<Compared> {
    await this.disbursement.get(batchId);
    return this.reconciliations.compare(batchId);
  }

  @Query()
  @Requires('disbursement.read')
  refusedAnswers(): Promise<RefusedAnswer[]> {
    return this.courier.waiting();
  }

  @Query()
  @Requires('account.repair')
  repairAccounts({ caseId }: { caseId: string }): Promise<RepairAccount[]> {
    return this.reconciliations.repairAccounts(caseId);
  }

  @Mutation()
  @Requires('reconciliation.run')
  reconcileBatch({ id }: { id: string }, context: GraphContext): Promise<Compared> {
    return this.reconciliations.reconcile(id, context.getCaller().id);
  }

  @Mutation()
  @Requires('account.repair')
  async repairAccount(
    args: { caseId: string; accountId?: string | null; note?: string | null },
    context: GraphContext,
  ): Promise<CaseRef> {
    const actor = context.getCaller().id;
    await this.reconciliations.repair(args.caseId, args.accountId ?? 'same', actor, args.note ?? undefined);
    return { __typename: 'ReviewCase', id: args.caseId };
  }

  @Mutation()
  @Requires('reconciliation.run')
  async ruleContradiction(
    args: { caseId: string; truth: 'SETTLED' | 'REJECTED'; note: string },
    context: GraphContext,
  ): Promise<CaseRef> {
    await this.answers.rule(args.caseId, args.truth, args.note, context.getCaller().id);
    return { __typename: 'ReviewCase', id: args.caseId };
  }

  @Field()
  batch({ batchId }: Compared): { __typename: 'PaymentBatch'; id: string } {
    return { __typename: 'PaymentBatch', id: batchId };
  }
}

@Resolver('RefusedAnswer')
export class RefusedAnswerResolver {
  @Field()
  batch({ batchId }: RefusedAnswer): { __typename: 'PaymentBatch'; id: string } | null {
    return batchId === null ? null : { __typename: 'PaymentBatch', id: batchId };
  }
}

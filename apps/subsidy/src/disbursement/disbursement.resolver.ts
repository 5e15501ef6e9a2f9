import { askedDivision, Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  Mutation,
  openPage,
  type PageArguments,
  Query,
  References,
  Resolver,
} from '@app/graphql';
import { divisionPrefix } from '@app/kernel';
import { DisbursementService } from './disbursement.service';
import type { AttemptRow, Batch, BatchSummary, Quarter } from './disbursement.types';

/** Payment batches in the graph; the caller's division bounds everything that is seen or done. */
@Resolver('PaymentBatch')
export class DisbursementResolver {
  constructor(private readonly disbursement: DisbursementService) {}

  @Query()
  @Requires('disbursement.read')
  async paymentBatch({ id }: { id: string }): Promise<Batch | null> {
    return (await this.disbursement.find(id)) ?? null;
  }

  @Query()
  @Requires('disbursement.read')
  async paymentBatches(
    args: PageArguments & { programme?: string | null; division?: string | null },
    context: GraphContext,
  ): Promise<Connection<Batch>> {
    const page = openPage('paymentBatches', args, 2);
    const filter = { programme: args.programme ?? undefined, divisionPrefix: prefixOf(args.division, context) };
    const rows = await this.disbursement.list(filter, page.after, page.limit);
    return closePage(page, rows, (row) => [row.preparedAt.toISOString(), row.id]);
  }

  @Mutation()
  @Requires('disbursement.prepare')
  async prepareBatch(
    args: { programme: string; division: string; period: string; repair?: boolean | null },
    context: GraphContext,
  ) {
    const division = askedDivision(context.getCaller(), args.division);
    const { programme } = args;
    const request = { programme, division, period: args.period as Quarter, actor: context.getCaller().id };
    const { batchId, held } = await (args.repair
      ? this.disbursement.prepareRepair(request)
      : this.disbursement.prepare(request));
    return {
      batch: batchId && { id: batchId },
      heldWithoutAccount: held.accountMissing,
      heldPaidElsewhere: held.paidElsewhere,
    };
  }

  @Mutation()
  @Requires('disbursement.approve')
  async approveBatch({ id, contentHash }: { id: string; contentHash: string }, context: GraphContext) {
    const { id: officer, signIn } = context.getCaller();
    const { approvals } = await this.disbursement.approve(id, officer, contentHash, signIn?.at);
    return { batch: { id }, approvals };
  }

  @Mutation()
  @Requires('disbursement.prepare')
  async cancelBatch({ id, reason }: { id: string; reason: string }, context: GraphContext): Promise<{ id: string }> {
    await this.disbursement.cancel(id, context.getCaller().id, reason);
    return { id };
  }

  @References()
  @Requires('disbursement.read')
  references(refs: readonly { id: string }[]): Promise<(Batch | null)[]> {
    return this.disbursement.byIds(refs.map(({ id }) => id));
  }

  @Field()
  state({ state }: Batch): string {
    return state.toUpperCase();
  }

  @Field()
  async states(batch: Batch, _: unknown, context: GraphContext) {
    return (await this.summary(batch, context)).states;
  }

  @Field()
  async shares(batch: Batch, _: unknown, context: GraphContext) {
    return (await this.summary(batch, context)).shares;
  }

  @Field()
  async approvers(batch: Batch, _: unknown, context: GraphContext) {
    return (await this.summary(batch, context)).approvers;
  }

  @Field()
  async attention(batch: Batch, _: unknown, context: GraphContext) {
    return (await this.summary(batch, context)).attention;
  }

  @Field()
  async attentionCount(batch: Batch, _: unknown, context: GraphContext) {
    return (await this.summary(batch, context)).attentionCount;
  }

  @Field()
  async lines(
    { id }: Batch,
    args: PageArguments & { state?: AttemptRow['state'] | null },
  ): Promise<Connection<AttemptRow>> {
    const page = openPage('paymentBatch.lines', args, 1);
    const rows = await this.disbursement.lines(id, {
      after: Number(page.after?.[0] ?? 0),
      first: page.limit,
      state: args.state ?? undefined,
    });
    return closePage(page, rows, (row) => [String(row.line)]);
  }

  /** Read once per batch and operation, however many of its fields are asked for. */
  private summary({ id }: Batch, context: GraphContext): Promise<BatchSummary> {
    return context
      .loader<string, BatchSummary>('paymentBatch.summary', async (ids) => {
        const found: BatchSummary[] = [];
        for (const one of ids) found.push(await this.disbursement.summary(one));
        return found;
      })
      .load(id);
  }
}

export const prefixOf = (asked: string | null | undefined, context: GraphContext): string =>
  divisionPrefix(askedDivision(context.getCaller(), asked));

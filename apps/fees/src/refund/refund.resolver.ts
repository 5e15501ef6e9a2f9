import { askedDivision, Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  inGroups,
  Mutation,
  openPage,
  type PageArguments,
  Query,
  Resolver,
} from '@app/graphql';
import { divisionPrefix, type Fen } from '@app/kernel';
import { RefundService } from './refund.service';
import type { RefundState } from './refund.state';
import type { RefundAccountRow, RefundRow, RefundStepRow, RefundTarget } from './refund.types';

type ListArguments = PageArguments & {
  readonly division?: string | null;
  readonly state?: string | null;
  readonly isOverdue?: boolean | null;
};

/** Refunds in the graph. */
@Resolver('Refund')
export class RefundResolver {
  constructor(private readonly service: RefundService) {}

  @Query()
  @Requires('refund.read')
  async refunds(args: ListArguments, context: GraphContext): Promise<Connection<RefundRow>> {
    const page = openPage('refunds', args, 1);
    const prefix = divisionPrefix(askedDivision(context.getCaller(), args.division));
    const state = (args.state?.toLowerCase() ?? null) as RefundState | null;
    const rows = await this.service.list(
      { prefix, state, overdueOn: args.isOverdue ? this.service.today() : null },
      page.after?.[0] ?? null,
      page.limit,
    );
    return closePage(page, rows, ({ id }) => [id]);
  }

  @Query()
  @Requires('own.read')
  myRefunds(): Promise<RefundRow[]> {
    return this.service.own();
  }

  @Mutation()
  @Requires('refund.verify')
  verifyRefund(
    { id, receiptNo, target }: { id: string; receiptNo?: string | null; target?: RefundTarget | null },
    context: GraphContext,
  ): Promise<RefundRow> {
    const word = { quotedReceiptNo: receiptNo ?? null, target: target ?? null };
    return this.service.verify(id, word, context.getCaller().id);
  }

  @Mutation()
  @Requires('refund.decide')
  approveRefund({ id }: { id: string }, context: GraphContext): Promise<RefundRow> {
    const { id: officer, signIn } = context.getCaller();
    return this.service.approve(id, officer, signIn?.at);
  }

  @Mutation()
  @Requires('refund.decide')
  rejectRefund({ id, reason }: { id: string; reason: string }): Promise<RefundRow> {
    return this.service.reject(id, reason);
  }

  @Mutation()
  @Requires('refund.pay')
  confirmRefund({ id, bankRef }: { id: string; bankRef: string }): Promise<RefundRow> {
    return this.service.confirm(id, bankRef);
  }

  @Mutation()
  @Requires('refund.pay')
  returnRefund({ id, reason }: { id: string; reason: string }): Promise<RefundRow> {
    return this.service.returned(id, reason);
  }

  @Mutation()
  @Requires('refund.verify')
  repairRefund(
    { id, target, reason }: { id: string; target: RefundTarget; reason: string },
    context: GraphContext,
  ): Promise<RefundRow> {
    return this.service.repair(id, target, reason, context.getCaller().id);
  }

  @Field()
  kind({ kind }: RefundRow): string {
    return kind.toUpperCase();
  }

  @Field()
  amount({ fen }: RefundRow): Fen {
    return fen;
  }

  @Field()
  state({ state }: RefundRow): string {
    return state.toUpperCase();
  }

  @Field()
  async accounts({ id }: RefundRow, _args: unknown, context: GraphContext): Promise<RefundAccountRow[]> {
    const loader = context.loader<string, RefundAccountRow[]>('refund.accounts', async (ids) =>
      inGroups(ids, await this.service.accounts(ids), ({ refundId }) => refundId),
    );
    return loader.load(id);
  }

  @Field()
  async steps({ id }: RefundRow, _args: unknown, context: GraphContext) {
    const loader = context.loader<string, RefundStepRow[]>('refund.steps', async (ids) =>
      inGroups(ids, await this.service.steps(ids), ({ refundId }) => refundId),
    );
    return (await loader.load(id)).map(({ fromState, toState, note, at }) => ({
      from: fromState?.toUpperCase() ?? null,
      to: toState.toUpperCase(),
      note,
      at,
    }));
  }
}

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
import { divisionPrefix } from '@app/kernel';
import { ReimbursementService } from './reimbursement.service';
import type { Reimbursement, Share } from './reimbursement.types';

/** Money between places in the graph. */
@Resolver('Reimbursement')
export class ReimbursementResolver {
  constructor(private readonly between: ReimbursementService) {}

  @Query()
  @Requires('reimbursement.read')
  async reimbursements(
    args: PageArguments & { division?: string | null; state?: string | null },
    context: GraphContext,
  ): Promise<Connection<Reimbursement>> {
    const page = openPage('reimbursements', args, 2);
    const prefix = divisionPrefix(askedDivision(context.getCaller(), args.division)).slice(0, 6);
    const filter = { prefix, state: args.state?.toLowerCase() ?? null };
    const rows = await this.between.list(filter, page.after, page.limit);
    return closePage(page, rows, (row) => [row.bookedAt.toISOString(), row.id]);
  }

  @Mutation()
  @Requires('reimbursement.settle')
  async settleReimbursement(
    { id, documentNo }: { id: string; documentNo: string },
    context: GraphContext,
  ): Promise<Reimbursement> {
    const { id: actor, division } = context.getCaller();
    await this.between.settle({ id, documentNo, actor, within: divisionPrefix(division) });
    return (await this.between.byIds([id]))[0]!;
  }

  @Field()
  state({ state }: Reimbursement): string {
    return state.toUpperCase();
  }

  @Field()
  claim({ claimId }: Reimbursement): { __typename: 'Claim'; id: string } | null {
    return claimId === null ? null : { __typename: 'Claim', id: claimId };
  }

  @Field()
  shares({ id }: Reimbursement, _: unknown, context: GraphContext): Promise<Share[]> {
    return context
      .loader<string, Share[]>('reimbursement.shares', async (ids) =>
        inGroups(ids, await this.between.shares(ids), ({ reimbursementId }) => reimbursementId),
      )
      .load(id);
  }
}

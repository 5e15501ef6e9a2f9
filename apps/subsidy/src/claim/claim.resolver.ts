import type { Access } from '@app/audit';
import { askedDivision, Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  inGroups,
  inOrder,
  Mutation,
  openPage,
  type PageArguments,
  Query,
  References,
  Resolver,
} from '@app/graphql';
import { type Day, divisionPrefix } from '@app/kernel';
import { ExplanationService } from '../explanation/explanation.service';
import type { Explanation } from '../explanation/explanation.types';
import { OverpaymentListService } from '../overpayment/overpayment-list.service';
import type { OverpaymentView } from '../overpayment/overpayment.types';
import { ReviewService } from '../review/review.service';
import { WorklistService } from '../worklist/worklist.service';
import type { ReviewCaseView } from '../worklist/worklist.types';
import { ClaimService } from './claim.service';
import type { ClaimState } from './claim.state';
import type { ClaimEventView, ClaimFilter, ClaimView } from './claim.types';

interface FilterInput {
  readonly division?: string | null;
  readonly state?: string | null;
  readonly claimYear?: number | null;
  readonly programme?: string | null;
}

/** Claims in the graph; the caller's division bounds everything that is seen. */
@Resolver('Claim')
export class ClaimResolver {
  constructor(
    private readonly claims: ClaimService,
    private readonly reviews: ReviewService,
    private readonly explanations: ExplanationService,
    private readonly worklist: WorklistService,
    private readonly overpaid: OverpaymentListService,
  ) {}

  @Query('claim')
  @Requires('claim.read')
  async one({ id }: { id: string }): Promise<ClaimView | null> {
    const [claim] = await this.claims.byIds([id]);
    return claim ?? null;
  }

  @Query('claims')
  @Requires('claim.read')
  async list(
    args: PageArguments & { filter?: FilterInput | null },
    context: GraphContext,
  ): Promise<Connection<ClaimView>> {
    const filter = readFilter(args.filter ?? {}, context);
    const page = openPage('claims', args, 2);
    const rows = await this.claims.list(filter, page.after, page.limit);
    return closePage(
      page,
      rows,
      (row) => [row.submittedOn, row.id],
      () => this.claims.count(filter),
    );
  }

  @Query('explain')
  @Requires('claim.read')
  explain({ number, asOf }: { number: string; asOf?: Day | null }): Promise<Explanation> {
    return this.explanations.byNumber(number, { asOf: asOf ?? undefined });
  }

  @Query()
  @Requires('own.read')
  myClaims(): Promise<ClaimView[]> {
    return this.claims.ofFamily();
  }

  @Mutation()
  @Requires('own.withdraw')
  async withdrawClaim(args: { id: string; note?: string | null }, context: GraphContext): Promise<{ id: string }> {
    await this.reviews.withdraw(args.id, context.getCaller().id, args.note ?? null);
    return { id: args.id };
  }

  @Mutation()
  @Requires('claim.review')
  async reviewClaims(args: { programme: string; division: string }, context: GraphContext) {
    return { ...(await this.reviews.review(batch(args, context))), held: 0 };
  }

  @Mutation()
  @Requires('claim.confirm')
  confirmClaims(args: { programme: string; division: string }, context: GraphContext) {
    return this.reviews.confirm(batch(args, context));
  }

  @References()
  async references(refs: readonly { id: string }[]): Promise<(ClaimView | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.claims.byIds(ids), (claim) => claim.id);
  }

  @Field()
  state({ state }: ClaimView): string {
    return state.toUpperCase();
  }

  @Field()
  child({ personId }: ClaimView): { __typename: 'Person'; id: string } | null {
    return personId === null ? null : { __typename: 'Person', id: personId };
  }

  @Field()
  history({ id }: ClaimView, _: unknown, context: GraphContext): Promise<ClaimEventView[]> {
    return context
      .loader<string, ClaimEventView[]>('claim.history', async (ids) =>
        inGroups(ids, await this.claims.events(ids), (event) => event.claimId),
      )
      .load(id);
  }

  @Field()
  openCases({ id }: ClaimView, _: unknown, context: GraphContext): Promise<ReviewCaseView[]> {
    return context
      .loader<string, ReviewCaseView[]>('claim.openCases', async (ids) =>
        inGroups(ids, await this.worklist.openOfClaims(ids), (found) => found.claimId!),
      )
      .load(id);
  }

  @Field()
  overpayments({ id }: ClaimView, _: unknown, context: GraphContext): Promise<OverpaymentView[]> {
    return context
      .loader<string, OverpaymentView[]>('claim.overpayments', async (ids) =>
        inGroups(ids, await this.overpaid.ofClaims(ids), ({ claimId }) => claimId),
      )
      .load(id);
  }

  @Field()
  explanation({ claimNo }: ClaimView): Promise<Explanation> {
    return this.explanations.byClaimNo(claimNo);
  }

  @Field()
  accesses({ id }: ClaimView, _args: unknown, context: GraphContext): Promise<Access[]> {
    const loader = context.loader<string, Access[]>('claim.accesses', async (ids) =>
      inGroups(ids, await this.claims.accesses(ids), ({ subject }) => subject),
    );
    return loader.load(id);
  }
}

function readFilter(input: FilterInput, context: GraphContext): ClaimFilter {
  return {
    prefix: divisionPrefix(askedDivision(context.getCaller(), input.division)),
    state: input.state ? (input.state.toLowerCase() as ClaimState) : undefined,
    claimYear: input.claimYear ?? undefined,
    programme: input.programme ?? undefined,
  };
}

function batch({ programme, division }: { programme: string; division: string }, context: GraphContext) {
  const caller = context.getCaller();
  return { programme, division: askedDivision(caller, division), actor: caller.id };
}

import { askedDivision, Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  inOrder,
  Mutation,
  openPage,
  type PageArguments,
  Query,
  References,
  Resolver,
} from '@app/graphql';
import { divisionPrefix } from '@app/kernel';
import { ProgrammeService } from '../programme/programme.service';
import { type Attestation, ReviewService } from '../review/review.service';
import { questionFor } from './worklist.rules';
import { WorklistService } from './worklist.service';
import type { ReviewCaseView } from './worklist.types';

interface ResolveArguments {
  readonly id: string;
  readonly decision: string;
  readonly note?: string | null;
  readonly attestations?: readonly Attestation[] | null;
}

/** The work-list in the graph. */
@Resolver('ReviewCase')
export class WorklistResolver {
  constructor(
    private readonly cases: WorklistService,
    private readonly reviews: ReviewService,
    private readonly programmes: ProgrammeService,
  ) {}

  @Query('worklist')
  @Requires('worklist.read')
  async list(
    args: PageArguments & { division?: string | null; reason?: string | null },
    context: GraphContext,
  ): Promise<Connection<ReviewCaseView>> {
    const filter = { prefix: prefixOf(args.division, context), reason: args.reason ?? undefined };
    const page = openPage('worklist', args, 1);
    const rows = await this.cases.list(filter, page.after, page.limit);
    return closePage(
      page,
      rows,
      (row) => [row.id],
      () => this.cases.count(filter),
    );
  }

  @Query()
  @Requires('worklist.read')
  worklistByReason(args: { division?: string | null }, context: GraphContext) {
    return this.cases.byReason(prefixOf(args.division, context));
  }

  @Mutation()
  @Requires('claim.resolve')
  async resolveCase(args: ResolveArguments, context: GraphContext): Promise<ReviewCaseView> {
    const actor = context.getCaller().id;
    const { id: caseId, decision, note, attestations } = args;
    await this.reviews.resolve({
      caseId,
      decision,
      note: note ?? undefined,
      actor,
      attestations: attestations ?? [],
    });
    const [resolved] = await this.cases.byIds([caseId]);
    return resolved!;
  }

  @References()
  async references(refs: readonly { id: string }[]): Promise<(ReviewCaseView | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.cases.byIds(ids), (found) => found.id);
  }

  @Field()
  claim({ claimId }: ReviewCaseView): { __typename: 'Claim'; id: string } | null {
    return claimId === null ? null : { __typename: 'Claim', id: claimId };
  }

  @Field()
  questionZh({ reason }: ReviewCaseView): string {
    return questionFor(reason, this.programmes.questions()).zh;
  }

  @Field()
  questionEn({ reason }: ReviewCaseView): string {
    return questionFor(reason, this.programmes.questions()).en;
  }
}

const prefixOf = (asked: string | null | undefined, context: GraphContext): string =>
  divisionPrefix(askedDivision(context.getCaller(), asked));

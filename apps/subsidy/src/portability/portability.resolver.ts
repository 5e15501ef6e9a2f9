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
import { type Day, divisionPrefix } from '@app/kernel';
import { ReimbursementService } from '../reimbursement/reimbursement.service';
import type { Reimbursement } from '../reimbursement/reimbursement.types';
import { MatterService } from './matter.service';
import type { Matter } from './matter.types';
import { PortabilityService } from './portability.service';
import type { AuthorityPeriodView, CarriedClaim, DecisionView } from './portability.types';

interface MoveArguments {
  readonly person: string;
  readonly programme: string;
  readonly to: string;
  readonly isElsewhere?: boolean | null;
  readonly leftOn: Day;
  readonly documentNo: string;
  readonly note?: string | null;
}

type Ref<Name extends string> = { __typename: Name; id: string };
type ShownCarried = { claim: Ref<'Claim'> | null; became: Ref<'Claim'> | null };

/** Moves and who is responsible after them, in the graph. */
@Resolver('AuthorityDecision')
export class PortabilityResolver {
  constructor(
    private readonly portability: PortabilityService,
    private readonly between: ReimbursementService,
    private readonly matters: MatterService,
  ) {}

  @Query()
  @Requires('portability.read')
  authorityPeriods({ person }: { person: string }): Promise<AuthorityPeriodView[]> {
    return this.portability.ofPerson(person);
  }

  @Query()
  @Requires('own.read')
  myAuthorities(): Promise<AuthorityPeriodView[]> {
    return this.portability.ofFamily();
  }

  @Query()
  @Requires('portability.read')
  async authorityDecisions(
    args: PageArguments & { division?: string | null; programme?: string | null },
    context: GraphContext,
  ): Promise<Connection<DecisionView>> {
    const page = openPage('authorityDecisions', args, 2);
    const prefix = divisionPrefix(askedDivision(context.getCaller(), args.division)).slice(0, 6);
    const filter = { prefix, programme: args.programme ?? null };
    const rows = await this.portability.decisions(filter, page.after, page.limit);
    return closePage(page, rows, (row) => [row.decidedAt.toISOString(), row.id]);
  }

  @Mutation()
  @Requires('portability.decide')
  decideMove(args: MoveArguments, context: GraphContext): Promise<DecisionView> {
    const { person: personId, isElsewhere, note, ...move } = args;
    return this.portability.decide({
      ...move,
      personId,
      isElsewhere: isElsewhere ?? false,
      note: note ?? undefined,
      ...officer(context),
    });
  }

  @Mutation()
  @Requires('portability.decide')
  takeMoveBack(
    { id, documentNo, note }: { id: string; documentNo: string; note?: string | null },
    context: GraphContext,
  ): Promise<DecisionView> {
    const actor = context.getCaller().id;
    return this.portability.takeBack({ id, documentNo, note: note ?? undefined, actor });
  }

  @Mutation()
  @Requires('portability.decide')
  requestCase(
    args: { person: string; programme: string; from: string; movedOn: Day },
    context: GraphContext,
  ): Promise<Matter> {
    const { id: actor, division } = context.getCaller();
    const { person: personId, ...wanted } = args;
    return this.matters.requestCase({ ...wanted, personId, actor, division });
  }

  @Field()
  basis({ basis }: DecisionView): string {
    return basis.toUpperCase().replace('-', '_');
  }

  @Field()
  person({ personId }: DecisionView): Ref<'Person'> | null {
    return personId === null ? null : { __typename: 'Person', id: personId };
  }

  @Field()
  periods({ id }: DecisionView, _: unknown, context: GraphContext): Promise<AuthorityPeriodView[]> {
    return context
      .loader<string, AuthorityPeriodView[]>('authorityDecision.periods', async (ids) =>
        inGroups(ids, await this.portability.periodsOf(ids), ({ decisionId }) => decisionId),
      )
      .load(id);
  }

  @Field()
  async carried({ id }: DecisionView, _: unknown, context: GraphContext): Promise<ShownCarried[]> {
    const rows = await context
      .loader<string, CarriedClaim[]>('authorityDecision.carried', async (ids) =>
        inGroups(ids, await this.portability.carried(ids), ({ decisionId }) => decisionId),
      )
      .load(id);
    const ref = (claim: string | null): Ref<'Claim'> | null =>
      claim === null ? null : { __typename: 'Claim', id: claim };
    return rows.map(({ claimId, becameId }) => ({ claim: ref(claimId), became: ref(becameId) }));
  }

  @Field()
  reimbursements({ id }: DecisionView, _: unknown, context: GraphContext): Promise<Reimbursement[]> {
    return context
      .loader<string, Reimbursement[]>('authorityDecision.reimbursements', async (ids) =>
        inGroups(ids, await this.between.ofDecisions(ids), (row) => (row as { decisionId?: string }).decisionId!),
      )
      .load(id);
  }
}

const officer = (context: GraphContext) => {
  const { id: actor, division } = context.getCaller();
  return { actor, within: divisionPrefix(division) };
};

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
import { type Day, divisionPrefix, type Fen } from '@app/kernel';
import { LetterService } from '../letter/letter.service';
import type { LetterRow } from '../letter/letter.types';
import type { PaymentRequest } from '../payment-request/payment-request.types';
import { dueAsPublished } from './instalment.rules';
import { InstalmentService, nextOf, openOf, requestOf } from './instalment.service';
import type { PlanState } from './instalment.state';
import type { ActRow, InstalmentRow, PlanRow, Proposal } from './instalment.types';
import { ProposalService, refusalOf } from './proposal.service';

interface ProposalInput {
  readonly caseId: string;
  readonly months?: number | null;
  readonly monthly?: Fen | null;
  readonly firstOn: Day;
  readonly pause?: { readonly after: number; readonly months: number } | null;
  readonly declaration?: { readonly income: Fen; readonly outlays: Fen; readonly people: number } | null;
  readonly note?: string | null;
  readonly forDebtor?: boolean | null;
}

interface FilterInput {
  readonly division?: string | null;
  readonly state?: string | null;
  readonly asksWaiver?: boolean | null;
}

/** A part of a plan and the plan's receivable, whose requests ask for it. */
type Part = InstalmentRow & { readonly receivableId: string };

/** Plans in the graph. */
@Resolver('InstalmentPlan')
export class InstalmentPlanResolver {
  constructor(
    private readonly service: InstalmentService,
    private readonly proposals: ProposalService,
    private readonly letterService: LetterService,
  ) {}

  @Query()
  @Requires('instalment.read')
  instalmentPlans({ caseId }: { caseId: string }): Promise<PlanRow[]> {
    return this.service.ofCase(caseId);
  }

  @Query()
  @Requires('instalment.read')
  async instalmentPlanList(
    args: PageArguments & { filter?: FilterInput | null },
    context: GraphContext,
  ): Promise<Connection<PlanRow>> {
    const { division, state, asksWaiver } = args.filter ?? {};
    const prefix = divisionPrefix(askedDivision(context.getCaller(), division));
    const page = openPage('instalmentPlanList', args, 1);
    const filter = { prefix, state: lower(state), asksWaiver: asksWaiver ?? null };
    const rows = await this.service.list(filter, page.after ?? null, page.limit);
    return closePage(page, rows, ({ id }) => [id]);
  }

  @Query()
  @Requires('own.read')
  myInstalmentPlans(): Promise<PlanRow[]> {
    return this.service.own();
  }

  @Query()
  @Requires('instalment.preview')
  async previewInstalments({ proposal }: { proposal: ProposalInput }, context: GraphContext) {
    const made = await this.proposals.preview(proposalOf(proposal), context.getCaller());
    const { mostMonths, leastFen, longestPauseMonths, affordableFen, isHardship, asksWaiver } = made.bounds;
    const faults = made.faults.map((fault) => {
      const { code, sentence } = refusalOf(fault, made.bounds);
      return { code, ...sentence };
    });
    const instalments = made.instalments.map(({ no, fen, dueOn }) => ({ no, amount: fen, dueOn }));
    const bounds = {
      mostMonths,
      least: leastFen,
      longestPauseMonths,
      affordable: affordableFen,
      isHardship,
      asksWaiver,
    };
    return { amount: made.totalFen, instalments, ...bounds, faults };
  }

  @Query()
  @Requires('instalment.file')
  instalmentPlanFile({ id }: { id: string }): Promise<{ name: string; csv: string }> {
    return this.service.file(id);
  }

  @Mutation()
  @Requires('instalment.propose')
  async proposeInstalments({ proposal }: { proposal: ProposalInput }, context: GraphContext): Promise<PlanRow> {
    return this.service.get(await this.proposals.propose(proposalOf(proposal), context.getCaller()));
  }

  @Mutation()
  @Requires('instalment.answer')
  async agreeInstalments(
    { id, evidence }: { id: string; evidence?: string | null },
    context: GraphContext,
  ): Promise<PlanRow> {
    return this.service.get(await this.proposals.agree(id, evidence ?? null, context.getCaller()));
  }

  @Mutation()
  @Requires('instalment.answer')
  async declineInstalments({ id, reason }: { id: string; reason: string }, context: GraphContext): Promise<PlanRow> {
    return this.service.get(await this.proposals.decline(id, reason, context.getCaller()));
  }

  @Mutation()
  @Requires('instalment.propose')
  async withdrawInstalments({ id }: { id: string }, context: GraphContext): Promise<PlanRow> {
    return this.service.get(await this.proposals.withdraw(id, context.getCaller()));
  }

  @Mutation()
  @Requires('instalment.settle')
  async settleInstalmentsEarly(
    { id, amount, how }: { id: string; amount?: Fen | null; how: 'SHORTEN' | 'LOWER' },
    context: GraphContext,
  ): Promise<PlanRow> {
    const early = how === 'LOWER' ? 'lower' : 'shorten';
    return this.service.get(await this.service.settleEarly(id, amount ?? null, early, context.getCaller()));
  }

  @Field()
  state({ state }: PlanRow): string {
    return upper(state);
  }

  @Field()
  side({ side }: PlanRow): string {
    return upper(side);
  }

  @Field()
  amount({ fen }: PlanRow): Fen {
    return fen;
  }

  @Field()
  affordable({ affordableFen }: PlanRow): Fen | null {
    return affordableFen;
  }

  @Field()
  async open(plan: PlanRow, _args: unknown, context: GraphContext): Promise<Fen> {
    return openOf(await this.partsOf(plan, context));
  }

  @Field()
  async next(plan: PlanRow, _args: unknown, context: GraphContext): Promise<Part | null> {
    const next = nextOf(plan, await this.partsOf(plan, context));
    return next ? { ...next, receivableId: plan.receivableId } : null;
  }

  @Field()
  async instalments(plan: PlanRow, _args: unknown, context: GraphContext): Promise<Part[]> {
    return (await this.partsOf(plan, context)).map((row) => ({ ...row, receivableId: plan.receivableId }));
  }

  @Field()
  async history({ id }: PlanRow, _args: unknown, context: GraphContext) {
    const loader = context.loader<string, ActRow[]>('instalment.acts', async (ids) =>
      inGroups(ids, await this.service.acts(ids), ({ planId }) => planId),
    );
    return (await loader.load(id)).map(({ openFen, state, ...rest }) => ({
      ...rest,
      open: openFen,
      state: upper(state),
    }));
  }

  @Field()
  letters({ id }: PlanRow, _args: unknown, context: GraphContext): Promise<LetterRow[]> {
    const loader = context.loader<string, LetterRow[]>('instalment.letters', async (ids) =>
      inGroups(ids, await this.letterService.about(ids), ({ aboutId }) => aboutId),
    );
    return loader.load(id);
  }

  private partsOf({ id }: PlanRow, context: GraphContext): Promise<InstalmentRow[]> {
    const loader = context.loader<string, InstalmentRow[]>('instalment.parts', async (ids) =>
      inGroups(ids, await this.service.instalments(ids), ({ planId }) => planId),
    );
    return loader.load(id);
  }
}

/** Parts of plans in the graph. */
@Resolver('Instalment')
export class InstalmentPartResolver {
  constructor(private readonly service: InstalmentService) {}

  @Field()
  amount({ fen }: Part): Fen {
    return fen;
  }

  @Field()
  paid({ paidFen }: Part): Fen {
    return paidFen;
  }

  @Field()
  open({ openFen }: Part): Fen {
    return openFen;
  }

  @Field()
  dueOn({ nominalOn, dueOn }: Part): Day {
    return dueAsPublished(nominalOn, dueOn);
  }

  @Field()
  async reference({ id, receivableId }: Part, _args: unknown, context: GraphContext): Promise<string | null> {
    const loader = context.loader<string, PaymentRequest[]>('instalment.requests', async (ids) =>
      inGroups(ids, await this.service.requestsOf(ids), (request) => request.receivableId),
    );
    return requestOf(await loader.load(receivableId), id)?.reference ?? null;
  }
}

const upper = (code: string): string => code.toUpperCase().replaceAll('-', '_');
const lower = (code: string | null | undefined): PlanState | null => (code ? (code.toLowerCase() as PlanState) : null);

const proposalOf = ({
  caseId,
  months,
  monthly,
  firstOn,
  pause,
  declaration,
  note,
  forDebtor,
}: ProposalInput): Proposal => ({
  caseId,
  terms: { months: months ?? null, monthlyFen: monthly ?? null, firstOn, pause: pause ?? null },
  declaration: declaration
    ? { incomeFen: declaration.income, outlaysFen: declaration.outlays, people: declaration.people }
    : null,
  note: note ?? null,
  forDebtor: forDebtor ?? false,
});

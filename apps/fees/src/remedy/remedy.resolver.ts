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
  Resolver,
} from '@app/graphql';
import { CLOCK, type Clock, type Day, divisionPrefix } from '@app/kernel';
import { Inject } from '@nestjs/common';
import { LetterService } from '../letter/letter.service';
import type { LetterRow } from '../letter/letter.types';
import { refuse } from './remedy.errors';
import { RemedyService } from './remedy.service';
import type { RemedyState } from './remedy.state';
import { RemedyStepService } from './remedy-step.service';
import type {
  Channel,
  Contestable,
  Outcome,
  Remedy,
  RemedyEvent,
  RemedyStanding,
  Suspension,
  SuspensionBasis,
} from './remedy.types';

type DecisionRow = Contestable & { readonly standing: RemedyStanding };
interface SuspendArguments {
  readonly id: string;
  readonly basis: string;
  readonly reason: string;
  readonly decidedOn: Day;
}

const word = <T extends string>(name: string): T => name.toLowerCase().replaceAll('_', '-') as T;
const enumOf = (name: string): string => name.replaceAll('-', '_').toUpperCase();

/** Remedies in the graph. */
@Resolver('Remedy')
export class RemedyResolver {
  constructor(
    private readonly service: RemedyService,
    private readonly steps: RemedyStepService,
    private readonly letters: LetterService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Query()
  @Requires('remedy.read')
  async remedies(
    args: PageArguments & {
      filter?: { division?: string | null; state?: string | null; isOverdue?: boolean | null } | null;
    },
    context: GraphContext,
  ): Promise<Connection<Remedy>> {
    const { division, state, isOverdue } = args.filter ?? {};
    const page = openPage('remedies', args, 1);
    const filter = {
      prefix: divisionPrefix(askedDivision(context.getCaller(), division)),
      state: state ? word<RemedyState>(state) : null,
      dueBefore: isOverdue ? this.clock.today() : null,
    };
    return closePage(page, await this.service.list(filter, page.after ?? null, page.limit), ({ id }) => [id]);
  }

  @Query()
  @Requires('own.read')
  myRemedies(): Promise<Remedy[]> {
    return this.service.ownRemedies();
  }

  @Mutation()
  @Requires('own.remedy')
  async fileRemedy(args: { matterId: string; grounds: string; lateReason?: string | null }): Promise<Remedy> {
    return this.one(
      await this.service.file({
        matterId: args.matterId,
        kind: 'reconsideration',
        channel: 'online',
        filedOn: this.clock.today(),
        reference: null,
        body: null,
        grounds: args.grounds,
        lateReason: args.lateReason ?? null,
      }),
    );
  }

  @Mutation()
  @Requires('own.remedy')
  async supplementRemedy({ id, what }: { id: string; what: string }): Promise<Remedy> {
    return this.one(await this.steps.supplement(id, what));
  }

  @Mutation()
  @Requires('own.remedy')
  async withdrawRemedy({ id }: { id: string }, context: GraphContext): Promise<Remedy> {
    return this.one(await this.steps.withdraw(id, context.getCaller().id));
  }

  @Mutation()
  @Requires('remedy.record')
  async recordRemedy(args: {
    matterId: string;
    kind: string;
    channel: string;
    filedOn: Day;
    grounds?: string | null;
    court?: string | null;
    reference?: string | null;
    lateReason?: string | null;
  }): Promise<Remedy> {
    return this.one(
      await this.service.record({
        matterId: args.matterId,
        kind: word(args.kind),
        channel: word<Channel>(args.channel),
        filedOn: args.filedOn,
        reference: args.reference ?? null,
        body: args.court ?? null,
        grounds: args.grounds ?? null,
        lateReason: args.lateReason ?? null,
      }),
    );
  }

  @Mutation()
  @Requires('remedy.record')
  async recordRemedySupplement({ id, what }: { id: string; what: string }): Promise<Remedy> {
    return this.one(await this.steps.supplement(id, what));
  }

  @Mutation()
  @Requires('remedy.record')
  async recordRemedyWithdrawal({ id }: { id: string }, context: GraphContext): Promise<Remedy> {
    return this.one(await this.steps.withdraw(id, context.getCaller().id));
  }

  @Mutation()
  @Requires('remedy.record')
  async recordRightsLearned({ matterId, on }: { matterId: string; on: Day }): Promise<DecisionRow> {
    return this.service.decision(await this.service.learned(matterId, on));
  }

  @Mutation()
  @Requires('remedy.decide')
  async askForRemedySupplement(
    { id, missing }: { id: string; missing: string },
    context: GraphContext,
  ): Promise<Remedy> {
    return this.one(await this.steps.ask(id, missing, context.getCaller().id));
  }

  @Mutation()
  @Requires('remedy.decide')
  async acceptRemedy(
    { id, lateReason }: { id: string; lateReason?: string | null },
    context: GraphContext,
  ): Promise<Remedy> {
    return this.one(await this.steps.accept(id, lateReason ?? null, context.getCaller().id));
  }

  @Mutation()
  @Requires('remedy.decide')
  async refuseRemedy({ id, reason }: { id: string; reason: string }, context: GraphContext): Promise<Remedy> {
    return this.one(await this.steps.refuse(id, reason, context.getCaller().id));
  }

  @Mutation()
  @Requires('remedy.decide')
  async extendRemedy({ id, reason }: { id: string; reason: string }, context: GraphContext): Promise<Remedy> {
    return this.one(await this.steps.extend(id, reason, context.getCaller().id));
  }

  @Mutation()
  @Requires('remedy.decide')
  async suspendByRemedy({ id, basis, ...rest }: SuspendArguments, context: GraphContext): Promise<Remedy> {
    const why = { ...rest, basis: word<SuspensionBasis>(basis) };
    return this.one(await this.steps.suspend(id, 'suspended', why, context.getCaller().id));
  }

  @Mutation()
  @Requires('remedy.decide')
  async resumeByRemedy({ id, basis, ...rest }: SuspendArguments, context: GraphContext): Promise<Remedy> {
    const why = { ...rest, basis: word<SuspensionBasis>(basis) };
    return this.one(await this.steps.suspend(id, 'resumed', why, context.getCaller().id));
  }

  @Mutation()
  @Requires('remedy.decide')
  async concludeRemedy(
    args: { id: string; outcome: string; newAmount?: bigint | null; reasons: string },
    context: GraphContext,
  ): Promise<Remedy> {
    const outcome = word<Outcome>(args.outcome);
    const input = { outcome, newFen: args.newAmount ?? null, reasons: args.reasons };
    return this.one(await this.steps.conclude(args.id, input, context.getCaller().id));
  }

  @Mutation()
  @Requires('remedy.decide')
  async confirmRemedy({ id }: { id: string }, context: GraphContext): Promise<Remedy> {
    return this.one(await this.steps.confirm(id, context.getCaller().id));
  }

  @Mutation()
  @Requires('remedy.decide')
  async sendRemedyBack({ id, reason }: { id: string; reason: string }, context: GraphContext): Promise<Remedy> {
    return this.one(await this.steps.sendBack(id, reason, context.getCaller().id));
  }

  @Field()
  kind({ kind }: Remedy): string {
    return enumOf(kind);
  }

  @Field()
  channel({ channel }: Remedy): string {
    return enumOf(channel);
  }

  @Field()
  state({ state }: Remedy): string {
    return enumOf(state);
  }

  @Field()
  outcome({ outcome }: Remedy): string | null {
    return outcome && enumOf(outcome);
  }

  @Field()
  newAmount({ newFen }: Remedy): bigint | null {
    return newFen;
  }

  @Field()
  grounds(remedy: Remedy): string | null {
    return this.service.grounds(remedy);
  }

  @Field()
  decisionLetter({ decisionLetterId }: Remedy, _args: unknown, context: GraphContext): Promise<LetterRow | null> {
    return letterOf(this.letters, decisionLetterId, context);
  }

  @Field()
  suspensions({ id }: Remedy, _args: unknown, context: GraphContext): Promise<Suspension[]> {
    const loader = context.loader<string, Suspension[]>('remedy.suspensions', async (ids) =>
      inGroups(ids, await this.service.suspensions(ids), ({ remedyId }) => remedyId),
    );
    return loader.load(id);
  }

  @Field()
  history({ id }: Remedy, _args: unknown, context: GraphContext): Promise<RemedyEvent[]> {
    const loader = context.loader<string, RemedyEvent[]>('remedy.history', async (ids) =>
      inGroups(ids, await this.service.events(ids), ({ remedyId }) => remedyId),
    );
    return loader.load(id);
  }

  private async one(id: string): Promise<Remedy> {
    const [remedy] = await this.service.byIds([id]);
    if (!remedy) throw refuse.unknown(id);
    return remedy;
  }
}

/** Decisions that may be contested, in the graph. */
@Resolver('ContestableDecision')
export class ContestableDecisionResolver {
  constructor(
    private readonly service: RemedyService,
    private readonly letters: LetterService,
  ) {}

  @Query()
  @Requires('remedy.read')
  contestableDecision({ matterId }: { matterId: string }): Promise<DecisionRow> {
    return this.service.decision(matterId);
  }

  @Query()
  @Requires('own.read')
  myContestableDecisions(): Promise<DecisionRow[]> {
    return this.service.ownDecisions();
  }

  @Field()
  amount({ fen }: DecisionRow): bigint {
    return fen;
  }

  @Field()
  lastDayToReconsider({ standing }: DecisionRow): Day | null {
    return standing.lastDayToReconsider;
  }

  @Field()
  lastDayToSue({ standing }: DecisionRow): Day | null {
    return standing.lastDayToSue;
  }

  @Field()
  lastDayToApply({ standing }: DecisionRow): Day | null {
    return standing.lastDayToApply;
  }

  @Field()
  isOpen({ standing }: DecisionRow): boolean {
    return standing.isOpen;
  }

  @Field()
  isSuspended({ standing }: DecisionRow): boolean {
    return standing.isSuspended;
  }

  @Field()
  letter({ letterId }: DecisionRow, _args: unknown, context: GraphContext): Promise<LetterRow | null> {
    return letterOf(this.letters, letterId, context);
  }
}

/** A decision to suspend, in the graph. */
@Resolver('RemedySuspension')
export class RemedySuspensionResolver {
  @Field()
  basis({ basis }: Suspension): string {
    return enumOf(basis);
  }
}

async function letterOf(letters: LetterService, id: string | null, context: GraphContext): Promise<LetterRow | null> {
  if (id === null) return null;
  const loader = context.loader<string, LetterRow | null>('letter.byId', async (ids) =>
    inOrder(ids, await letters.show(ids), (letter) => letter.id),
  );
  return loader.load(id);
}

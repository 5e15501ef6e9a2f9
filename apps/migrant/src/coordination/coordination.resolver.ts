import type { Access } from '@app/audit';
import { askedDivision, Requires } from '@app/access';
import type { CoordinationKind } from '@app/contracts';
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
import { divisionPrefix } from '@app/kernel';
import { CoordinationService, type Note, type Value } from './coordination.service';
import type { CoordinationState } from './coordination.state';
import type { Answer, Place, ReminderRow, RequestFilter, ResponseRate, SealedRequestRow } from './coordination.types';

interface FilterArgument {
  readonly division?: string | null;
  readonly side?: 'ASKER' | 'ASKED' | null;
  readonly states?: readonly string[] | null;
  readonly kind?: string | null;
  readonly isOverdue?: boolean | null;
  readonly escalatedTo?: string | null;
}

interface WithReason {
  readonly id: string;
  readonly reason: string;
}

/** `not-found` in the code is NOT_FOUND in the graph. */
const named = (word: string): string => word.replaceAll('-', '_').toUpperCase();
const word = <T extends string>(name: string): T => name.replaceAll('_', '-').toLowerCase() as T;

/** Requests between places in the graph. */
@Resolver('CoordinationRequest')
export class CoordinationResolver {
  constructor(private readonly requests: CoordinationService) {}

  @Query()
  @Requires('coordination.read')
  async coordinationRequests(
    args: PageArguments & { filter?: FilterArgument | null },
    context: GraphContext,
  ): Promise<Connection<SealedRequestRow>> {
    const filter = filterOf(args.filter ?? {}, context);
    const page = openPage('coordinationRequests', args, 2);
    const rows = await this.requests.list(filter, page.after, page.limit);
    return closePage(
      page,
      rows,
      ({ dueOn, id }) => [dueOn, id],
      () => this.requests.count(filter),
    );
  }

  @Query()
  @Requires('coordination.read')
  async coordinationRequest({ id }: { id: string }): Promise<SealedRequestRow | null> {
    return (await this.requests.byIds([id]))[0] ?? null;
  }

  @Query()
  @Requires('own.read')
  myCoordinationRequests(): Promise<SealedRequestRow[]> {
    return this.requests.ofOwn();
  }

  @Query()
  @Requires('coordination.read')
  coordinationResponseRates(
    { division, from, until }: { division?: string | null; from: string; until: string },
    context: GraphContext,
  ): Promise<ResponseRate[]> {
    return this.requests.rates(divisionPrefix(askedDivision(context.getCaller(), division)), from, until);
  }

  @Mutation()
  @Requires('coordination.answer')
  answerCoordination(
    args: { id: string; outcome: string; values?: readonly Value[] | null; note?: string | null },
    context: GraphContext,
  ): Promise<SealedRequestRow> {
    const { id, outcome, values, note } = args;
    return this.requests.answer(context.getCaller(), id, word<Answer>(outcome), values ?? [], note ?? null);
  }

  @Mutation()
  @Requires('coordination.answer')
  returnCoordination({ id, reason }: WithReason, context: GraphContext): Promise<SealedRequestRow> {
    return this.requests.return(context.getCaller(), id, reason);
  }

  @Mutation()
  @Requires('coordination.answer')
  askCoordinationAgain({ id, reason }: WithReason, context: GraphContext): Promise<SealedRequestRow> {
    return this.requests.askAgain(context.getCaller(), id, reason);
  }

  @Mutation()
  @Requires('coordination.hand-over')
  handOverCoordination({ id, reason }: WithReason, context: GraphContext): Promise<SealedRequestRow> {
    return this.requests.handOver(context.getCaller(), id, reason);
  }

  @Mutation()
  @Requires('coordination.hand-over')
  acceptCoordination({ id }: { id: string }, context: GraphContext): Promise<SealedRequestRow> {
    return this.requests.accept(context.getCaller(), id);
  }

  @Mutation()
  @Requires('coordination.hand-over')
  declineCoordination({ id, reason }: WithReason, context: GraphContext): Promise<SealedRequestRow> {
    return this.requests.decline(context.getCaller(), id, reason);
  }

  @References()
  async references(refs: readonly { id: string }[]): Promise<(SealedRequestRow | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.requests.byIds(ids), ({ id }) => id);
  }

  @Field()
  way({ way }: SealedRequestRow): string {
    return named(way);
  }

  @Field()
  kind({ kind }: SealedRequestRow): string {
    return named(kind);
  }

  @Field()
  state({ state }: SealedRequestRow): string {
    return named(state);
  }

  @Field()
  outcome({ outcome }: SealedRequestRow): string {
    return named(outcome);
  }

  @Field()
  handOver({ handOver }: SealedRequestRow): string {
    return named(handOver);
  }

  @Field()
  isOverdue(row: SealedRequestRow): boolean {
    return this.requests.isOverdue(row);
  }

  @Field()
  person({ personId }: SealedRequestRow): { __typename: 'Person'; id: string } | null {
    return personId === null ? null : { __typename: 'Person', id: personId };
  }

  @Field()
  subjectName(row: SealedRequestRow): string | null {
    return this.requests.subjectNameOf(row);
  }

  @Field()
  offered(row: SealedRequestRow): Value[] {
    return this.requests.offeredOf(row);
  }

  @Field()
  values(row: SealedRequestRow): Value[] {
    return this.requests.valuesOf(row);
  }

  @Field()
  history({ id }: SealedRequestRow, _args: unknown, context: GraphContext): Promise<Note[]> {
    const loader = context.loader<string, Note[]>('coordinationRequest.history', async (ids) =>
      inGroups(ids, await this.requests.history(ids), ({ requestId }) => requestId),
    );
    return loader.load(id);
  }

  @Field()
  reminders({ id }: SealedRequestRow, _args: unknown, context: GraphContext): Promise<ReminderRow[]> {
    const loader = context.loader<string, ReminderRow[]>('coordinationRequest.reminders', async (ids) =>
      inGroups(ids, await this.requests.reminders(ids), ({ requestId }) => requestId),
    );
    return loader.load(id);
  }

  @Field()
  accesses({ id }: SealedRequestRow, _args: unknown, context: GraphContext): Promise<Access[]> {
    const loader = context.loader<string, Access[]>('coordinationRequest.accesses', async (ids) =>
      inGroups(ids, await this.requests.accesses(ids), ({ subject }) => subject),
    );
    return loader.load(id);
  }
}

/** The caller's own division unless a smaller one is named; never a wider one. */
function filterOf(
  { division, side, states, kind, isOverdue, escalatedTo }: FilterArgument,
  context: GraphContext,
): Omit<RequestFilter, 'dueBefore'> & { isOverdue: boolean } {
  const caller = context.getCaller();
  return {
    prefix: divisionPrefix(askedDivision(caller, division)),
    place: side ? word<Place>(side) : null,
    states: states ? states.map((state) => word<CoordinationState>(state)) : null,
    kind: kind ? word<CoordinationKind>(kind) : null,
    escalatedTo: escalatedTo ? askedDivision(caller, escalatedTo) : null,
    isOverdue: isOverdue ?? false,
  };
}

import { askedDivision, Requires } from '@app/access';
import { Field, type GraphContext, Mutation, Query, Resolver } from '@app/graphql';
import { type Day, divisionPrefix } from '@app/kernel';
import { CalendarService } from './calendar.service';
import type { CalendarRow } from './calendar.types';

/** The payment calendar in the graph. */
@Resolver('PlannedRun')
export class CalendarResolver {
  constructor(private readonly calendar: CalendarService) {}

  @Query()
  @Requires('run.read')
  plannedRuns(
    args: { programme?: string | null; division?: string | null; from?: Day | null },
    context: GraphContext,
  ): Promise<CalendarRow[]> {
    const division = askedDivision(context.getCaller(), args.division);
    return this.calendar.list({
      programme: args.programme ?? undefined,
      divisionPrefix: divisionPrefix(division),
      from: args.from ?? undefined,
    });
  }

  @Mutation()
  @Requires('run.hold')
  holdRun({ id, reason }: { id: string; reason: string }, context: GraphContext): Promise<CalendarRow> {
    return this.calendar.hold(id, context.getCaller().id, reason);
  }

  @Mutation()
  @Requires('run.hold')
  releaseRun({ id }: { id: string }): Promise<CalendarRow> {
    return this.calendar.release(id);
  }

  @Field()
  state({ state }: CalendarRow): string {
    return state.toUpperCase();
  }

  @Field()
  batch({ batchId }: CalendarRow): { __typename: 'PaymentBatch'; id: string } | null {
    return batchId === null ? null : { __typename: 'PaymentBatch', id: batchId };
  }
}

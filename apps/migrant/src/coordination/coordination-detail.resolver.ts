import { Field, Resolver } from '@app/graphql';
import type { ActRow, ReminderRow, ResponseRate } from './coordination.types';

const named = (word: string): string => word.replaceAll('-', '_').toUpperCase();

/** A line of a request's history in the graph. */
@Resolver('CoordinationAct')
export class CoordinationActResolver {
  @Field()
  kind({ kind }: ActRow): string {
    return named(kind);
  }

  @Field()
  place({ place }: ActRow): string | null {
    return place && named(place);
  }

  @Field()
  state({ state }: ActRow): string {
    return named(state);
  }
}

/** A reminder in the graph. */
@Resolver('CoordinationReminder')
export class CoordinationReminderResolver {
  @Field()
  kind({ kind }: ReminderRow): string {
    return named(kind);
  }
}

/** Answers within the deadline, in the graph. */
@Resolver('CoordinationResponseRate')
export class CoordinationResponseRateResolver {
  @Field()
  kind({ kind }: ResponseRate): string {
    return named(kind);
  }
}

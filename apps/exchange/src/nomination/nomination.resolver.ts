import { Requires } from '@app/access';
import { type GraphContext, Mutation, Query, Resolver } from '@app/graphql';
import type { Day } from '@app/kernel';
import { NominationService } from './nomination.service';
import type { Nomination, NominationInput } from './nomination.types';

/** Officers that are named to the household registry. */
@Resolver()
export class NominationResolver {
  constructor(private readonly nominations: NominationService) {}

  @Query()
  @Requires('registry.nomination')
  registryNominations({ division }: { division?: string | null }, context: GraphContext): Promise<Nomination[]> {
    return this.nominations.list(context.getCaller(), division);
  }

  @Mutation()
  @Requires('registry.nominate')
  nominateClerk({ input }: { input: NominationInput }, context: GraphContext): Promise<Nomination> {
    return this.nominations.nominate(context.getCaller(), input);
  }

  @Mutation()
  @Requires('registry.nominate')
  endNomination({ id, lastDay }: { id: string; lastDay: Day }): Promise<Nomination> {
    return this.nominations.end(id, lastDay);
  }
}

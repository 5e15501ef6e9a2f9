import { Requires } from '@app/access';
import { Field, Query, Resolver } from '@app/graphql';
import { RegistryFeedService } from './registry-feed.service';
import type { TakenEvent } from './registry-feed.types';

/** Changes of the household registry that an officer must look at. */
@Resolver('OpenRegistryEvent')
export class RegistryFeedResolver {
  constructor(private readonly service: RegistryFeedService) {}

  @Query()
  @Requires('register.change')
  openRegistryEvents(): Promise<TakenEvent[]> {
    return this.service.open();
  }

  @Field()
  outcome({ outcome }: TakenEvent): string {
    return outcome.toUpperCase().replaceAll('-', '_');
  }

  @Field()
  person({ personId }: TakenEvent): { id: string } | null {
    return personId === null ? null : { id: personId };
  }

  @Field()
  other({ otherPersonId }: TakenEvent): { id: string } | null {
    return otherPersonId === null ? null : { id: otherPersonId };
  }
}

import { Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  inGroups,
  inOrder,
  openPage,
  type PageArguments,
  Query,
  References,
  Resolver,
} from '@app/graphql';
import { DivisionService } from '../division/division.service';
import { PersonService } from '../person/person.service';
import type { PersonView } from '../person/person.types';
import { HouseholdService } from './household.service';
import type { HouseholdView } from './household.types';

/** Households in the graph. */
@Resolver('Household')
export class HouseholdResolver {
  constructor(
    private readonly service: HouseholdService,
    private readonly persons: PersonService,
  ) {}

  @Query()
  @Requires('household.read')
  async household({ id }: { id: string }): Promise<HouseholdView | null> {
    const [found] = await this.service.byIds([id]);
    return found ?? null;
  }

  @Query()
  @Requires('household.read')
  async households(
    args: PageArguments & { filter?: { division?: string | null; householdNo?: string | null } | null },
    context: GraphContext,
  ): Promise<Connection<HouseholdView>> {
    const filter = {
      prefix: DivisionService.prefixFor(context.getCaller(), args.filter?.division),
      householdNo: args.filter?.householdNo ?? undefined,
    };
    const page = openPage('households', args, 2);
    const rows = await this.service.list(filter, page.after, page.limit);
    return closePage(
      page,
      rows,
      (row) => [row.divisionCode, row.id],
      () => this.service.count(filter),
    );
  }

  @References()
  @Requires('household.basics')
  async references(refs: readonly { id: string }[]): Promise<(HouseholdView | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.service.byIds(ids), ({ id }) => id);
  }

  @Field()
  householdType({ householdType }: HouseholdView): string | null {
    return householdType?.toUpperCase() ?? null;
  }

  @Field()
  division({ divisionCode }: HouseholdView): { code: string } {
    return { code: divisionCode };
  }

  @Field()
  members({ id }: HouseholdView, _args: unknown, context: GraphContext): Promise<PersonView[]> {
    const loader = context.loader<string, PersonView[]>('household.members', async (ids) =>
      inGroups(ids, await this.persons.membersOf(ids), ({ householdId }) => householdId!),
    );
    return loader.load(id);
  }
}

import type { Access } from '@app/audit';
import { Requires } from '@app/access';
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
import type { Day } from '@app/kernel';
import { DivisionService } from '../division/division.service';
import { FactService } from '../fact/fact.service';
import type { ChangeView, FactAnswer } from '../fact/fact.types';
import { nameForMatching } from './name.rules';
import { refuse } from './person.errors';
import { PersonService } from './person.service';
import { RevealService } from './reveal.service';
import type { PersonFilter, PersonView } from './person.types';

const SEXES: Record<number, string> = { 0: 'UNKNOWN', 1: 'MALE', 2: 'FEMALE', 9: 'UNSPECIFIED' };
const STATUSES: Record<number, string> = { 0: 'VALID', 1: 'CANCELLED', 8: 'MOVED_OUT', 9: 'DECEASED' };

interface FilterArgument {
  readonly division?: string | null;
  readonly householdId?: string | null;
  readonly status?: string | null;
  readonly bornFrom?: string | null;
  readonly bornTo?: string | null;
  readonly nameStartsWith?: string | null;
}

/** Persons in the graph, numbers masked. */
@Resolver('Person')
export class PersonResolver {
  constructor(
    private readonly service: PersonService,
    private readonly reveals: RevealService,
    private readonly known: FactService,
  ) {}

  @Query()
  @Requires('person.read')
  async person({ id }: { id: string }): Promise<PersonView | null> {
    const [found] = await this.service.byIds([id]);
    return found ?? null;
  }

  @Query()
  @Requires('person.read')
  async persons(
    args: PageArguments & { filter?: FilterArgument | null },
    context: GraphContext,
  ): Promise<Connection<PersonView>> {
    const filter = filterOf(args.filter ?? {}, context);
    const page = openPage('persons', args, 2);
    const rows = await this.service.list(filter, page.after, page.limit);
    return closePage(
      page,
      rows,
      (row) => [row.divisionCode, row.id],
      () => this.service.count(filter),
    );
  }

  @Query()
  @Requires('own.read')
  myFamily(): Promise<PersonView[]> {
    return this.service.ofFamily();
  }

  @Mutation()
  @Requires('person.reveal')
  async revealIdNumber({ id, reason, caseRef }: { id: string; reason: string; caseRef: string }) {
    return { person: { id }, ...(await this.reveals.idNumber(id, reason, caseRef)) };
  }

  @References()
  @Requires('person.basics')
  async references(refs: readonly { id: string }[]): Promise<(PersonView | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.service.byIds(ids), ({ id }) => id);
  }

  @Field()
  sex({ sex }: PersonView): string {
    return SEXES[sex]!;
  }

  @Field()
  status({ status }: PersonView): string {
    return STATUSES[status]!;
  }

  @Field()
  householdType({ householdType }: PersonView): string | null {
    return householdType?.toUpperCase() ?? null;
  }

  @Field()
  household({ householdId }: PersonView): { id: string } | null {
    return householdId === null ? null : { id: householdId };
  }

  @Field()
  division({ divisionCode }: PersonView): { code: string } {
    return { code: divisionCode };
  }

  @Field()
  father({ fatherId }: PersonView): { id: string } | null {
    return fatherId === null ? null : { id: fatherId };
  }

  @Field()
  mother({ motherId }: PersonView): { id: string } | null {
    return motherId === null ? null : { id: motherId };
  }

  @Field()
  children({ id }: PersonView, _args: unknown, context: GraphContext): Promise<PersonView[]> {
    const loader = context.loader<string, PersonView[]>('person.children', async (ids) =>
      inGroups(ids, await this.service.childrenOf(ids), ({ parentId }) => parentId),
    );
    return loader.load(id);
  }

  @Field()
  facts(
    { id }: PersonView,
    { validOn, knownAt }: { validOn?: Day | null; knownAt?: Date | null },
  ): Promise<FactAnswer[]> {
    return this.known.answers([id], { validOn: validOn ?? undefined, knownAt: knownAt ?? undefined });
  }

  @Field()
  changes({ id }: PersonView): Promise<ChangeView[]> {
    return this.known.changesOf(id);
  }

  @Field()
  mergedInto({ mergedInto }: PersonView): { id: string } | null {
    return mergedInto === null ? null : { id: mergedInto };
  }

  @Field()
  accesses({ id }: PersonView, _args: unknown, context: GraphContext): Promise<Access[]> {
    const loader = context.loader<string, Access[]>('person.accesses', async (ids) =>
      inGroups(ids, await this.service.accesses(ids), ({ subject }) => subject),
    );
    return loader.load(id);
  }
}

/** The caller's own division unless a smaller one is named; never a wider one. */
function filterOf(filter: FilterArgument, context: GraphContext): PersonFilter {
  const status = Object.entries(STATUSES).find(([, name]) => name === filter.status)?.[0];
  const { nameStartsWith } = filter;
  const nameMatch =
    nameStartsWith === undefined || nameStartsWith === null ? undefined : nameForMatching(nameStartsWith);
  if (nameMatch === '') throw refuse.nameTooShort();
  return {
    prefix: DivisionService.prefixFor(context.getCaller(), filter.division),
    householdId: filter.householdId ?? undefined,
    status: status === undefined ? undefined : Number(status),
    bornFrom: filter.bornFrom ?? undefined,
    bornTo: filter.bornTo ?? undefined,
    nameMatch,
  };
}

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
  References,
  Resolver,
} from '@app/graphql';
import type { Day } from '@app/kernel';
import { DivisionService } from '../division/division.service';
import { explain } from './duplicate.rules';
import { DuplicateService } from './duplicate.service';
import type { Match, NotSameView, PairFilter, PairStateName, PairView, Verdict } from './duplicate.types';

const SEXES: Readonly<Record<string, number>> = { UNKNOWN: 0, MALE: 1, FEMALE: 2, UNSPECIFIED: 9 };

interface FilterArgument {
  readonly division?: string | null;
  readonly state?: string | null;
  readonly verdict?: string | null;
}
interface EnteredArgument {
  readonly name?: string | null;
  readonly born?: Day | null;
  readonly sex?: string | null;
  readonly idNumber?: string | null;
  readonly birthCertificateNo?: string | null;
  readonly motherId?: string | null;
  readonly fatherId?: string | null;
  readonly division?: string | null;
}

/** Pairs of records in the graph. */
@Resolver('DuplicatePair')
export class DuplicateResolver {
  constructor(private readonly service: DuplicateService) {}

  @Query()
  @Requires('duplicate.read')
  async duplicates(
    args: PageArguments & { filter?: FilterArgument | null },
    context: GraphContext,
  ): Promise<Connection<PairView>> {
    const filter = filterOf(args.filter ?? {}, context);
    const page = openPage('duplicates', args, 2);
    const rows = await this.service.list(filter, page.after, page.limit);
    return closePage(
      page,
      rows,
      (row) => [String(row.score), row.id],
      () => this.service.count(filter),
    );
  }

  @Query()
  @Requires('duplicate.read')
  duplicatesOf({ id }: { id: string }): Promise<Match[]> {
    return this.service.like(id);
  }

  @Query()
  @Requires('duplicate.read')
  findDuplicates({ person }: { person: EnteredArgument }, context: GraphContext): Promise<Match[]> {
    const { name, born, sex, ...more } = person;
    const divisionCode = askedDivision(context.getCaller(), person.division);
    return this.service.find({
      ...more,
      name: name ?? null,
      born: born ?? null,
      sex: SEXES[sex ?? 'UNKNOWN']!,
      divisionCode,
    });
  }

  @Mutation()
  @Requires('duplicate.settle')
  markNotSame({ id, reason }: { id: string; reason: string }): Promise<PairView> {
    return this.service.settleNotSame(id, reason);
  }

  @Mutation()
  @Requires('duplicate.settle')
  takeBackNotSame({ id, reason }: { id: string; reason: string }): Promise<PairView> {
    return this.service.settleTakenBack(id, reason);
  }

  @References()
  @Requires('duplicate.read')
  async references(refs: readonly { id: string }[]): Promise<(PairView | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.service.byIds(ids), ({ id }) => id);
  }

  @Field()
  first({ personA }: PairView): { id: string } {
    return { id: personA };
  }

  @Field()
  second({ personB }: PairView): { id: string } {
    return { id: personB };
  }

  @Field()
  kept({ keptId }: PairView): { id: string } | null {
    return keptId === null ? null : { id: keptId };
  }

  @Field()
  verdict({ verdict }: PairView): string {
    return verdict.toUpperCase();
  }

  @Field()
  state({ state }: PairView): string {
    return state.toUpperCase().replace('-', '_');
  }

  @Field()
  compared({ levels }: PairView) {
    return inWords(levels);
  }

  @Field()
  said(pair: PairView, _args: unknown, context: GraphContext): Promise<NotSameView[]> {
    const keyOf = ({ personA, personB }: { personA: string; personB: string }) => `${personA} ${personB}`;
    const loader = context.loader<PairView, NotSameView[]>('duplicate.said', async (pairs) =>
      inGroups(pairs.map(keyOf), await this.service.said(pairs), keyOf),
    );
    return loader.load(pair);
  }
}

/** Records like somebody, in the graph. */
@Resolver('DuplicateMatch')
export class DuplicateMatchResolver {
  @Field()
  person({ personId }: Match): { id: string } | null {
    return personId === null ? null : { id: personId };
  }

  @Field()
  verdict({ verdict }: Match): string {
    return verdict.toUpperCase();
  }

  @Field()
  compared({ levels }: Match) {
    return inWords(levels);
  }
}

const inWords = (levels: readonly string[]) =>
  explain(levels).map(({ zh, en, ...compared }) => ({ ...compared, textZh: zh, textEn: en }));

function filterOf(filter: FilterArgument, context: GraphContext): PairFilter {
  return {
    prefix: DivisionService.prefixFor(context.getCaller(), filter.division),
    state: (filter.state ?? 'OPEN').toLowerCase().replace('_', '-') as PairStateName,
    verdict: (filter.verdict?.toLowerCase() ?? undefined) as Verdict | undefined,
  };
}

import { Requires } from '@app/access';
import type { RegistryPurpose } from '@app/contracts';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  inGroups,
  Mutation,
  openPage,
  PAGE_MAX,
  type PageArguments,
  Query,
  Resolver,
} from '@app/graphql';
import { ComparisonService } from './comparison.service';
import type { ComparisonInput, ComparisonRow, LineOutcome } from './comparison.types';

interface Count {
  readonly id: string;
  readonly outcome: LineOutcome;
  readonly count: number;
}

const named = (word: string): string => word.replaceAll('-', '_').toUpperCase();

/** Batches for the household registry in the graph. */
@Resolver('RegistryComparison')
export class ComparisonResolver {
  constructor(private readonly comparisons: ComparisonService) {}

  @Query()
  @Requires('registry.read')
  async registryComparisons(
    args: PageArguments & { division?: string | null },
    context: GraphContext,
  ): Promise<Connection<ComparisonRow>> {
    const page = openPage('registryComparisons', args, 2);
    const rows = await this.comparisons.list(context.getCaller(), args.division, page.after, page.limit);
    return closePage(page, rows, (row) => [row.askedAt.toISOString(), row.id]);
  }

  @Query()
  @Requires('registry.read')
  async comparisonLines({ id, afterLine, first }: { id: string; afterLine: number; first: number }) {
    const limit = Math.min(Math.max(first, 1), PAGE_MAX);
    const lines = await this.comparisons.lines(id, afterLine, limit);
    return lines.map((line) => Object.assign(line, { outcome: named(line.outcome) }));
  }

  @Mutation()
  @Requires('registry.compare')
  compareBatch({ input }: { input: ComparisonInput }, context: GraphContext): Promise<ComparisonRow> {
    const purpose = input.purpose.replaceAll('_', '-').toLowerCase() as RegistryPurpose;
    return this.comparisons.submit(context.getCaller(), { ...input, purpose });
  }

  @Field()
  purpose({ purpose }: ComparisonRow): string {
    return named(purpose);
  }

  @Field()
  async counts({ id }: ComparisonRow, _args: unknown, context: GraphContext) {
    const loader = context.loader<string, Count[]>('registryComparison.counts', async (ids) =>
      inGroups(ids, await this.comparisons.counts(ids), (count) => count.id),
    );
    return (await loader.load(id)).map(({ outcome, count }) => ({ outcome: named(outcome), count }));
  }
}

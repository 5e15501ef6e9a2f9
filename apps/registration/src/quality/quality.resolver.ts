import { Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
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
import { rateText } from './quality.rules';
import { QualityService } from './quality.service';
import type { FindingFilter, FindingState, FindingView, KindCount, MonthView, Refreshed } from './quality.types';

interface FilterArgument {
  readonly division?: string | null;
  readonly state?: string | null;
  readonly kind?: string | null;
  readonly isOverdue?: boolean | null;
}

/** Contradictions in the graph. */
@Resolver('QualityFinding')
export class QualityResolver {
  constructor(private readonly service: QualityService) {}

  @Query()
  @Requires('quality.read')
  async qualityFindings(
    args: PageArguments & { filter?: FilterArgument | null },
    context: GraphContext,
  ): Promise<Connection<FindingView>> {
    const filter = this.filterOf(args.filter ?? {}, context);
    const page = openPage('qualityFindings', args, 2);
    const rows = await this.service.list(filter, page.after, page.limit);
    return closePage(
      page,
      rows,
      (row) => [row.divisionCode, row.id],
      () => this.service.count(filter),
    );
  }

  @Query()
  @Requires('quality.read')
  async qualityCounts({ division }: { division?: string | null }, context: GraphContext) {
    const counts: KindCount[] = await this.service.counts(DivisionService.prefixFor(context.getCaller(), division));
    return counts.map(({ zh, en, ...count }) => ({ ...count, textZh: zh, textEn: en }));
  }

  @Query()
  @Requires('quality.read')
  async qualityKinds() {
    const kinds = await this.service.kinds();
    return kinds.map(({ zh, en, severity, ...kind }) => ({
      ...kind,
      textZh: zh,
      textEn: en,
      severity: severity.toUpperCase(),
    }));
  }

  @Query()
  @Requires('quality.read')
  async qualityExport(args: { filter?: FilterArgument | null; after?: string | null }, context: GraphContext) {
    const page = openPage('qualityExport', { first: 1, after: args.after ?? undefined }, 2);
    const { csv, after } = await this.service.export(this.filterOf(args.filter ?? {}, context), page.after);
    const cursor = after && closePage(page, [after], (row) => row).pageInfo.endCursor;
    return { csv, after: cursor };
  }

  @Query()
  @Requires('quality.read')
  async qualityMonths({ division, month }: { division?: string | null; month?: string | null }, context: GraphContext) {
    const prefix = DivisionService.prefixFor(context.getCaller(), division);
    const months: MonthView[] = await this.service.months(prefix, month ?? undefined);
    return months.map(({ records, corrections, later, ...more }) => ({
      ...more,
      records: Number(records),
      corrections: Number(corrections),
      later: Number(later),
      rate: rateText(records, corrections + later),
    }));
  }

  @Mutation()
  @Requires('quality.settle')
  confirmRight({ id, reason }: { id: string; reason: string }, context: GraphContext): Promise<FindingView> {
    return this.service.confirmRight(context.getCaller(), id, reason);
  }

  @Mutation()
  @Requires('quality.settle')
  refreshQuality(): Promise<Refreshed> {
    return this.service.refresh();
  }

  @References()
  @Requires('quality.read')
  async references(refs: readonly { id: string }[]): Promise<(FindingView | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.service.byIds(ids), ({ id }) => id);
  }

  @Field()
  textZh({ zh }: FindingView): string {
    return zh;
  }

  @Field()
  textEn({ en }: FindingView): string {
    return en;
  }

  @Field()
  severity({ severity }: FindingView): string {
    return severity.toUpperCase();
  }

  @Field()
  state({ state }: FindingView): string {
    return state.toUpperCase();
  }

  @Field()
  person({ subjectType, subjectId }: FindingView): { id: string } | null {
    return subjectType === 'person' ? { id: subjectId } : null;
  }

  @Field()
  household({ subjectType, subjectId }: FindingView): { id: string } | null {
    return subjectType === 'household' ? { id: subjectId } : null;
  }

  @Field()
  other({ otherId }: FindingView): { id: string } | null {
    return otherId === null ? null : { id: otherId };
  }

  private filterOf(filter: FilterArgument, context: GraphContext): FindingFilter {
    return {
      prefix: DivisionService.prefixFor(context.getCaller(), filter.division),
      state: (filter.state ?? 'OPEN').toLowerCase() as FindingState,
      kind: filter.kind ?? undefined,
      overdueOn: filter.isOverdue ? (this.service.overdue() satisfies Day) : undefined,
    };
  }
}

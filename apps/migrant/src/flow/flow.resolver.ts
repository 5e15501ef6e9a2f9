import { askedDivision, Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  openPage,
  type PageArguments,
  Query,
  Resolver,
} from '@app/graphql';
import { type Day, type DivisionCode, divisionPrefix, findDivisionCode } from '@app/kernel';
import { refuse } from './flow.errors';
import { FIRST_AGE, TOTAL } from './flow.rules';
import { type FlowQuestion, FlowViewService } from './flow-view.service';
import type { FlowCorrectionView, FlowFigureView, FlowMonth, FlowRunView } from './flow.types';

interface Asked {
  readonly division?: string | null;
  readonly codes?: string | null;
}

/** Figures of who came and went, in the graph. */
@Resolver('FlowFigure')
export class FlowResolver {
  constructor(private readonly service: FlowViewService) {}

  @Query()
  @Requires('flow.read')
  async flows(
    args: PageArguments & Asked & { from: Day; until: Day; leastMonths?: number | null },
    context: GraphContext,
  ): Promise<Connection<FlowFigureView>> {
    const figures = await this.service.period(
      ofOfficer(args, context),
      args.from,
      args.until,
      args.leastMonths ?? null,
    );
    return paged('flows', args, figures);
  }

  @Query()
  @Requires('flow.published')
  flowMonths(): Promise<FlowMonth[]> {
    return this.service.months();
  }

  @Query()
  @Requires('flow.read')
  async closedFlows(
    args: PageArguments & Asked & { month: string; isCorrected?: boolean | null },
    context: GraphContext,
  ): Promise<Connection<FlowFigureView>> {
    const figures = await this.service.closed(ofOfficer(args, context), args.month, args.isCorrected ?? false);
    return paged('closedFlows', args, figures);
  }

  @Query()
  @Requires('flow.read')
  async closedFlowExport(
    args: Asked & { month: string; isCorrected?: boolean | null; after?: string | null },
    context: GraphContext,
  ) {
    const figures = await this.service.closed(ofOfficer(args, context), args.month, args.isCorrected ?? false);
    return this.exported('closedFlowExport', args, figures);
  }

  @Query()
  @Requires('flow.read')
  async flowCorrections(
    args: PageArguments & Asked & { month?: string | null },
    context: GraphContext,
  ): Promise<Connection<FlowCorrectionView>> {
    const page = openPage('flowCorrections', args, 1);
    const { division } = ofOfficer(args, context);
    const rows = await this.service.corrections(division, args.month ?? null, page.after?.[0], page.limit, false);
    return closePage(page, rows, ({ id }) => [id]);
  }

  @Query()
  @Requires('flow.published')
  async publishedFlows(args: PageArguments & Asked & { month: string }): Promise<Connection<FlowFigureView>> {
    return paged('publishedFlows', args, await this.service.published(ofAnybody(args), args.month));
  }

  @Query()
  @Requires('flow.published')
  async publishedFlowExport(args: Asked & { month: string; after?: string | null }) {
    return this.exported('publishedFlowExport', args, await this.service.published(ofAnybody(args), args.month));
  }

  @Query()
  @Requires('flow.published')
  async publishedFlowCorrections(
    args: PageArguments & Asked & { month?: string | null },
  ): Promise<Connection<FlowCorrectionView>> {
    const page = openPage('publishedFlowCorrections', args, 1);
    const { division } = ofAnybody(args);
    const rows = await this.service.corrections(division, args.month ?? null, page.after?.[0], page.limit, true);
    return closePage(page, rows, ({ id }) => [id]);
  }

  @Query()
  @Requires('flow.read')
  flowRuns(): Promise<FlowRunView[]> {
    return this.service.runs();
  }

  @Field()
  direction({ direction }: FlowFigureView): string {
    return direction.toUpperCase();
  }

  @Field()
  total({ counts }: FlowFigureView): number | null {
    return counts[TOTAL]!;
  }

  @Field()
  crossProvince({ counts }: FlowFigureView): number | null {
    return counts[1]!;
  }

  @Field()
  withinProvince({ counts }: FlowFigureView): number | null {
    return counts[2]!;
  }

  @Field()
  withinCounty({ counts }: FlowFigureView): number | null {
    return counts[3]!;
  }

  @Field()
  unknown({ counts }: FlowFigureView): number | null {
    return counts[4]!;
  }

  @Field()
  male({ counts }: FlowFigureView): number | null {
    return counts[5]!;
  }

  @Field()
  female({ counts }: FlowFigureView): number | null {
    return counts[6]!;
  }

  @Field()
  sexUnknown({ counts }: FlowFigureView): number | null {
    return counts[7]!;
  }

  @Field()
  ages({ counts, ageFrom }: FlowFigureView) {
    return counts.slice(FIRST_AGE).map((count, n) => {
      const next = ageFrom[n + 1];
      return { from: ageFrom[n] ?? null, upTo: next === undefined ? null : next - 1, count };
    });
  }

  /** A thousand lines of a file, and where the next ones begin. */
  private exported(
    list: string,
    { month, after }: { readonly month: string; readonly after?: string | null },
    figures: readonly FlowFigureView[],
  ): { csv: string; after: string | null } {
    const page = openPage(list, { first: 1, after }, 2);
    const rows = FlowViewService.page(figures, page.after);
    const last = rows.at(-1);
    const hasMore = last !== undefined && last !== figures.at(-1);
    const cursor = hasMore ? closePage(page, [last], keyOf).pageInfo.endCursor : null;
    return { csv: this.service.csv(rows, month, page.after === undefined), after: cursor };
  }
}

const keyOf = ({ divisionCode, direction }: FlowFigureView) => [divisionCode, direction];

function paged(list: string, args: PageArguments, figures: readonly FlowFigureView[]): Connection<FlowFigureView> {
  const page = openPage(list, args, 2);
  const rows = FlowViewService.page(figures, page.after, page.limit);
  return closePage(page, rows, keyOf, () => Promise.resolve(figures.length));
}

const codesOf = ({ codes }: Asked) => (codes === 'TODAY' ? 'today' : 'then');

/** Figures end with the township: nothing finer is counted. */
function assertCounted(code: DivisionCode): DivisionCode {
  if (divisionPrefix(code).length > 9) throw refuse.notADivision(code);
  return code;
}

const ofOfficer = (asked: Asked, context: GraphContext): FlowQuestion => ({
  division: assertCounted(askedDivision(context.getCaller(), asked.division)),
  codes: codesOf(asked),
});

function ofAnybody(asked: Asked): FlowQuestion {
  const division = findDivisionCode(asked.division ?? '');
  if (!division) throw refuse.notADivision(asked.division ?? '');
  return { division: assertCounted(division), codes: codesOf(asked) };
}

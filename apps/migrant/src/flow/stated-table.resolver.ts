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
import { divisionPrefix } from '@app/kernel';
import { FlowViewService } from './flow-view.service';
import { StatedTableService } from './stated-table.service';
import type { StatedTableView } from './stated-table.types';

/** Stated tables in the graph, beside our own figures. */
@Resolver('StatedFlow')
export class StatedTableResolver {
  constructor(
    private readonly service: StatedTableService,
    private readonly ours: FlowViewService,
  ) {}

  @Query()
  @Requires('flow.read')
  async statedFlows(
    args: PageArguments & { division?: string | null },
    context: GraphContext,
  ): Promise<Connection<StatedTableView>> {
    const prefix = divisionPrefix(askedDivision(context.getCaller(), args.division));
    const page = openPage('statedFlows', args, 1);
    const rows = await this.service.list(prefix, page.after?.[0], page.limit);
    return closePage(
      page,
      rows,
      ({ id }) => [id],
      () => this.service.count(prefix),
    );
  }

  @Field()
  oursTotal({ divisionCode, direction, from, until }: StatedTableView): Promise<number> {
    return this.ours.totalOf(divisionCode, direction, from, until);
  }
}

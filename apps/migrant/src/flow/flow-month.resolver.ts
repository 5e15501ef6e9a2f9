import { Field, Resolver } from '@app/graphql';
import { FlowViewService } from './flow-view.service';
import type { FlowMonth } from './flow.types';

/** Closed months in the graph. */
@Resolver('FlowMonth')
export class FlowMonthResolver {
  constructor(private readonly service: FlowViewService) {}

  @Field()
  isIntact({ month }: FlowMonth): Promise<boolean> {
    return this.service.isIntact(month);
  }
}

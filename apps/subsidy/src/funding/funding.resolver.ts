import { assertCovers, Requires } from '@app/access';
import { type GraphContext, Query, Resolver } from '@app/graphql';
import { getDivision } from '../programme/division.rules';
import { FundingService } from './funding.service';
import type { Released } from './funding.types';

/** Released funds in the graph. */
@Resolver('ReleasedFunds')
export class FundingResolver {
  constructor(private readonly funding: FundingService) {}

  @Query()
  @Requires('ledger.read')
  releasedFunds(args: { programme: string; county: string; year: number }, context: GraphContext): Promise<Released[]> {
    const county = getDivision(args.county);
    assertCovers(context.getCaller(), county);
    return this.funding.released(args.programme, county, args.year);
  }
}

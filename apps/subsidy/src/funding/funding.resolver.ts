import { askedDivision, Requires } from '@app/access';
import { type GraphContext, Query, Resolver } from '@app/graphql';
import { FundingService } from './funding.service';
import type { Released } from './funding.types';

/** Released funds in the graph. */
@Resolver('ReleasedFunds')
export class FundingResolver {
  constructor(private readonly funding: FundingService) {}

  @Query()
  @Requires('ledger.read')
  releasedFunds(args: { programme: string; county: string; year: number }, context: GraphContext): Promise<Released[]> {
    const county = askedDivision(context.getCaller(), args.county);
    return this.funding.released(args.programme, county, args.year);
  }
}

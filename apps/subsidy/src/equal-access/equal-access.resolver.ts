import { Requires } from '@app/access';
import { type GraphContext, Query, Resolver } from '@app/graphql';
import { EqualAccessService } from './equal-access.service';
import type { EqualAccess } from './equal-access.types';

/** The figures of equal access of programmes in the graph: published to everybody. */
@Resolver()
export class EqualAccessResolver {
  constructor(private readonly access: EqualAccessService) {}

  @Query()
  @Requires('equal-access.read')
  equalAccess(args: { division: string; programme?: string | null; quarter?: string | null }): Promise<EqualAccess[]> {
    return this.access.published(args.division, args.programme ?? null, args.quarter ?? null);
  }

  @Query()
  @Requires('equal-access.read')
  equalAccessExport({ division, quarter }: { division: string; quarter?: string | null }): Promise<string> {
    return this.access.export(division, quarter ?? null);
  }

  @Query()
  @Requires('equal-access.draft')
  equalAccessDraft(
    { division, quarter }: { division?: string | null; quarter: string },
    context: GraphContext,
  ): Promise<EqualAccess[]> {
    return this.access.draft(context.getCaller(), division ?? null, quarter);
  }
}

import { Requires } from '@app/access';
import { type GraphContext, Query, Resolver } from '@app/graphql';
import { ServiceAccessService } from './service-access.service';
import type { ServiceAccess } from './service-access.types';

/** The figures of equal access of services in the graph: published to everybody. */
@Resolver()
export class ServiceAccessResolver {
  constructor(private readonly access: ServiceAccessService) {}

  @Query()
  @Requires('equal-access.read')
  serviceAccess(args: {
    division: string;
    service?: string | null;
    quarter?: string | null;
  }): Promise<ServiceAccess[]> {
    return this.access.published(args.division, args.service ?? null, args.quarter ?? null);
  }

  @Query()
  @Requires('equal-access.read')
  serviceAccessExport({ division, quarter }: { division: string; quarter?: string | null }): Promise<string> {
    return this.access.export(division, quarter ?? null);
  }

  @Query()
  @Requires('equal-access.draft')
  serviceAccessDraft(
    { division, quarter }: { division?: string | null; quarter: string },
    context: GraphContext,
  ): Promise<ServiceAccess[]> {
    return this.access.draft(context.getCaller(), division ?? null, quarter);
  }
}

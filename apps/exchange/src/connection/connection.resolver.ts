import { Requires } from '@app/access';
import { type GraphContext, Query, Resolver } from '@app/graphql';
import { ConnectionService } from './connection.service';
import type { ConnectionState } from './connection.types';

/** The state of the connection in the graph. */
@Resolver()
export class ConnectionResolver {
  constructor(private readonly connection: ConnectionService) {}

  @Query()
  @Requires('registry.read')
  registryConnection({ division }: { division?: string | null }, context: GraphContext): Promise<ConnectionState> {
    return this.connection.state(context.getCaller(), division);
  }
}

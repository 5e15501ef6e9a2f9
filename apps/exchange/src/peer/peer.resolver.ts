import { Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  Mutation,
  openPage,
  type PageArguments,
  Query,
  Resolver,
} from '@app/graphql';
import { PeerService } from './peer.service';
import type { PeerMessageRow, PeerOverview, PeerRefusalRow } from './peer.types';

interface FilterArgument {
  readonly division?: string | null;
  readonly peer?: string | null;
  readonly state?: string | null;
}

/** Other installations in the graph, and what goes to them. */
@Resolver('PeerMessage')
export class PeerResolver {
  constructor(private readonly peers: PeerService) {}

  @Query('peers')
  @Requires('peer.read')
  overview({ division }: { division?: string | null }, context: GraphContext): Promise<PeerOverview> {
    return this.peers.overview(context.getCaller(), division);
  }

  @Query()
  @Requires('peer.read')
  async peerMessages(
    args: PageArguments & { filter?: FilterArgument | null },
    context: GraphContext,
  ): Promise<Connection<PeerMessageRow>> {
    const page = openPage('peerMessages', args, 2);
    const filter = { ...args.filter, state: args.filter?.state?.replaceAll('_', '-').toLowerCase() };
    const rows = await this.peers.list(context.getCaller(), filter, page.after, page.limit);
    return closePage(page, rows, (row) => [row.keptAt.toISOString(), row.id]);
  }

  @Query()
  @Requires('peer.read')
  async peerRefusals(args: PageArguments): Promise<Connection<PeerRefusalRow>> {
    const page = openPage('peerRefusals', args, 2);
    const rows = await this.peers.refusals(page.after, page.limit);
    return closePage(page, rows, (row) => [row.lastAt.toISOString(), row.id]);
  }

  @Mutation()
  @Requires('peer.send')
  retryPeerMessage({ id }: { id: string }): Promise<PeerMessageRow> {
    return this.peers.retry(id);
  }

  @Mutation()
  @Requires('peer.send')
  giveUpPeerMessage({ id, note }: { id: string; note: string }, context: GraphContext): Promise<PeerMessageRow> {
    return this.peers.giveUp(context.getCaller(), id, note);
  }

  @Field()
  state({ state }: PeerMessageRow): string {
    return state.replaceAll('-', '_').toUpperCase();
  }
}

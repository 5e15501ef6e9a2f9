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
import { SetAsideService } from './set-aside.service';
import type { SetAsideRow } from './set-aside.types';

/** Replies of the household registry that must not be used. */
@Resolver('SetAsideReply')
export class SetAsideResolver {
  constructor(private readonly replies: SetAsideService) {}

  @Query()
  @Requires('registry.read')
  async setAsideReplies(
    args: PageArguments & { division?: string | null; isOpen?: boolean | null },
    context: GraphContext,
  ): Promise<Connection<SetAsideRow>> {
    const page = openPage('setAsideReplies', args, 2);
    const { division, isOpen } = args;
    const rows = await this.replies.list(context.getCaller(), division, isOpen, page.after, page.limit);
    return closePage(page, rows, (row) => [row.at.toISOString(), row.id]);
  }

  @Mutation()
  @Requires('registry.settle')
  settleSetAside({ id, note }: { id: string; note: string }, context: GraphContext): Promise<SetAsideRow> {
    return this.replies.settle(context.getCaller(), id, note);
  }

  @Field()
  question({ questionId }: SetAsideRow): { id: string } | null {
    return questionId === null ? null : { id: questionId };
  }

  @Field()
  reason({ reason }: SetAsideRow): string {
    return reason.replaceAll('-', '_').toUpperCase();
  }
}

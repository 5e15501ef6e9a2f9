import { askedDivision, Requires } from '@app/access';
import {
  closePage,
  Field,
  type GraphContext,
  Mutation,
  openPage,
  type PageArguments,
  Query,
  Resolver,
} from '@app/graphql';
import { divisionPrefix, type Fen } from '@app/kernel';
import type { BankReceipt } from '../bank-receipt/bank-receipt.types';
import { MatchService } from './match.service';
import type { Match, MatchState } from './match.types';

/** Matches in the graph, and deciding about them. */
@Resolver('ReceiptMatch')
export class MatchResolver {
  constructor(private readonly service: MatchService) {}

  @Query()
  @Requires('bank-receipt.read')
  async receiptMatches(
    args: PageArguments & { division?: string | null; state?: string | null },
    context: GraphContext,
  ) {
    const prefix = divisionPrefix(askedDivision(context.getCaller(), args.division));
    const state = (args.state ?? 'PROPOSED').toLowerCase() as MatchState;
    const page = openPage('receiptMatches', args, 1);
    const rows = await this.service.list(prefix, state, page.after?.[0] ?? null, page.limit);
    return closePage(page, rows, ({ id }) => [id]);
  }

  @Mutation()
  @Requires('match.decide')
  confirmMatch({ id }: { id: string }): Promise<Match> {
    return this.service.confirm(id);
  }

  @Mutation()
  @Requires('match.decide')
  declineMatch({ id, reason }: { id: string; reason: string }): Promise<Match> {
    return this.service.decline(id, reason);
  }

  @Mutation()
  @Requires('match.decide')
  matchReceipt(args: { receiptId: string; reference: string; amount?: Fen | null }): Promise<Match> {
    return this.service.matchByHand(args.receiptId, args.reference, args.amount ?? null);
  }

  @Mutation()
  @Requires('match.decide')
  undoMatch({ id, reason }: { id: string; reason: string }): Promise<Match> {
    return this.service.undo(id, reason);
  }

  @Mutation()
  @Requires('match.decide')
  sendReceiptBack({ receiptId, reason }: { receiptId: string; reason: string }): Promise<BankReceipt> {
    return this.service.sendBack(receiptId, reason);
  }

  @Field()
  amount({ fen }: Match): Fen {
    return fen;
  }

  @Field()
  how({ how }: Match): string {
    return how.toUpperCase().replaceAll('-', '_');
  }

  @Field()
  state({ state }: Match): string {
    return state.toUpperCase();
  }
}

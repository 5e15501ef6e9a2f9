import { Field, type GraphContext, inGroups, Resolver } from '@app/graphql';
import type { Fen } from '@app/kernel';
import { MatchService } from './match.service';
import type { Match } from './match.types';

/** What a receipt pays, and what of it goes back. */
@Resolver('BankReceipt')
export class ReceiptMatchResolver {
  constructor(private readonly service: MatchService) {}

  @Field()
  matches({ id }: { id: string }, _args: unknown, context: GraphContext): Promise<Match[]> {
    const loader = context.loader<string, Match[]>('bank-receipt.matches', async (ids) =>
      inGroups(ids, await this.service.ofReceipts(ids), ({ receiptId }) => receiptId),
    );
    return loader.load(id);
  }

  @Field()
  refunds({ id }: { id: string }, _args: unknown, context: GraphContext) {
    const loader = context.loader<string, { refundId: string; amount: Fen; state: string }[]>(
      'bank-receipt.refunds',
      async (ids) => {
        const rows = await this.service.refundsOf(ids);
        const shown = rows.map(({ id: refundId, sourceId, fen, state }) => ({
          refundId,
          sourceId,
          amount: fen,
          state,
        }));
        return inGroups(ids, shown, ({ sourceId }) => sourceId);
      },
    );
    return loader.load(id);
  }
}

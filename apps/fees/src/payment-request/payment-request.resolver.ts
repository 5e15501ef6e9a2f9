import { Requires } from '@app/access';
import { Field, type GraphContext, inGroups, Mutation, Resolver } from '@app/graphql';
import type { Fen } from '@app/kernel';
import { LetterService } from '../letter/letter.service';
import type { LetterRow } from '../letter/letter.types';
import { PaymentSlipService } from './payment-slip.service';
import { printedReference } from './payment-request.rules';
import type { PaymentRequest } from './payment-request.types';

/** Payment requests in the graph. */
@Resolver('PaymentRequest')
export class PaymentRequestResolver {
  constructor(
    private readonly slipService: PaymentSlipService,
    private readonly letters: LetterService,
  ) {}

  @Mutation()
  @Requires('payment-request.slip')
  writePaymentSlip({ id }: { id: string }): Promise<LetterRow> {
    return this.slipService.write(id);
  }

  @Field()
  printedReference({ reference }: PaymentRequest): string {
    return printedReference(reference);
  }

  @Field()
  state({ state }: PaymentRequest): string {
    return state.toUpperCase();
  }

  @Field()
  amount({ fen }: PaymentRequest): Fen {
    return fen;
  }

  @Field()
  paid({ paidFen }: PaymentRequest): Fen {
    return paidFen;
  }

  @Field()
  left({ state, leftFen }: PaymentRequest): Fen {
    return state === 'cancelled' ? 0n : leftFen;
  }

  @Field()
  slips({ id }: PaymentRequest, _: unknown, context: GraphContext): Promise<LetterRow[]> {
    const loader = context.loader<string, LetterRow[]>('payment-request.slips', async (ids) =>
      inGroups(ids, await this.letters.about(ids), ({ aboutId }) => aboutId),
    );
    return loader.load(id);
  }
}

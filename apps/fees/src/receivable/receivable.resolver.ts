import { askedDivision, Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  inGroups,
  openPage,
  type PageArguments,
  Query,
  Resolver,
} from '@app/graphql';
import { divisionPrefix, type Fen } from '@app/kernel';
import type { PaymentRequest } from '../payment-request/payment-request.types';
import { ReceivableViewService } from './receivable-view.service';
import type { Receivable, ReceivableStep, ShareStanding } from './receivable.types';

interface FilterInput {
  readonly division?: string | null;
  readonly matter?: string | null;
  readonly isOpen?: boolean | null;
  readonly idNumber?: string | null;
}

/** Receivables in the graph: looked at, never written. They are opened and cut by the case they belong to. */
@Resolver('Receivable')
export class ReceivableResolver {
  constructor(private readonly view: ReceivableViewService) {}

  @Query()
  @Requires('receivable.read')
  async receivables(
    args: PageArguments & { filter?: FilterInput | null },
    context: GraphContext,
  ): Promise<Connection<Receivable>> {
    const { division, matter, isOpen, idNumber } = args.filter ?? {};
    const prefix = divisionPrefix(askedDivision(context.getCaller(), division));
    const page = openPage('receivables', args, 1);
    const filter = { prefix, matterId: matter ?? null, isOpen: isOpen ?? null, idNumber: idNumber ?? null };
    const rows = await this.view.list(filter, page.after, page.limit);
    return closePage(page, rows, ({ id }) => [id]);
  }

  @Query()
  @Requires('receivable.read')
  receivable({ id }: { id: string }): Promise<Receivable> {
    return this.view.one(id);
  }

  @Query()
  @Requires('own.read')
  myReceivables(): Promise<Receivable[]> {
    return this.view.own();
  }

  @Field()
  matter({ matterId }: Receivable): string {
    return matterId;
  }

  @Field()
  decided({ decidedFen }: Receivable): Fen {
    return decidedFen;
  }

  @Field()
  cut({ cutFen }: Receivable): Fen {
    return cutFen;
  }

  @Field()
  received({ receivedFen }: Receivable): Fen {
    return receivedFen;
  }

  @Field()
  open({ openFen }: Receivable): Fen {
    return openFen;
  }

  @Field()
  async shares({ id }: Receivable, _: unknown, context: GraphContext) {
    const loader = context.loader<string, ShareStanding[]>('receivable.shares', async (ids) =>
      inGroups(ids, await this.view.shares(ids), ({ receivableId }) => receivableId),
    );
    return (await loader.load(id)).map(({ fen, receivedFen, ...share }) => ({
      ...share,
      amount: fen,
      received: receivedFen,
    }));
  }

  @Field()
  requests({ id }: Receivable, _: unknown, context: GraphContext): Promise<PaymentRequest[]> {
    const loader = context.loader<string, PaymentRequest[]>('receivable.requests', async (ids) =>
      inGroups(ids, await this.view.requestsOf(ids), ({ receivableId }) => receivableId),
    );
    return loader.load(id);
  }

  @Field()
  statement({ id }: Receivable, _: unknown, context: GraphContext): Promise<ReceivableStep[]> {
    const loader = context.loader<string, ReceivableStep[]>('receivable.statement', async (ids) =>
      inGroups(ids, await this.view.steps(ids), ({ receivableId }) => receivableId),
    );
    return loader.load(id);
  }
}

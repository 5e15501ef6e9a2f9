import { askedDivision, Requires } from '@app/access';
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
import { type Day, divisionPrefix, type Fen } from '@app/kernel';
import { FiscalReceiptService } from './fiscal-receipt.service';
import type { FiscalReceiptRow, FiscalReceiptState, OpenLoss, SeriesRow } from './fiscal-receipt.types';

type ListArguments = PageArguments & {
  readonly division?: string | null;
  readonly state?: string | null;
  readonly number?: string | null;
};

interface SeriesArguments {
  readonly division: string;
  readonly receiptCode: string;
  readonly firstNo: string;
  readonly lastNo: string;
  readonly document: string;
}

/** Fiscal receipts in the graph. */
@Resolver('FiscalReceipt')
export class FiscalReceiptResolver {
  constructor(private readonly service: FiscalReceiptService) {}

  @Query()
  @Requires('fiscal-receipt.read')
  async fiscalReceipts(args: ListArguments, context: GraphContext): Promise<Connection<FiscalReceiptRow>> {
    const page = openPage('fiscalReceipts', args, 1);
    const prefix = divisionPrefix(askedDivision(context.getCaller(), args.division));
    const state = (args.state?.toLowerCase() ?? null) as FiscalReceiptState | null;
    const filter = { prefix, state, number: args.number?.trim() || null };
    const rows = await this.service.list(filter, page.after?.[0] ?? null, page.limit);
    return closePage(page, rows, ({ id }) => [id]);
  }

  @Query()
  @Requires('own.read')
  myFiscalReceipts(): Promise<FiscalReceiptRow[]> {
    return this.service.own();
  }

  @Query()
  @Requires('fiscal-receipt.read')
  receiptSeries({ division }: { division?: string | null }, context: GraphContext): Promise<SeriesRow[]> {
    return this.service.stock(divisionPrefix(askedDivision(context.getCaller(), division)));
  }

  @Query()
  @Requires('fiscal-receipt.read')
  receiptLosses({ division }: { division?: string | null }, context: GraphContext): Promise<OpenLoss[]> {
    return this.service.losses(divisionPrefix(askedDivision(context.getCaller(), division)));
  }

  @Mutation()
  @Requires('fiscal-receipt.allot')
  allotReceiptSeries(
    { division, receiptCode, firstNo, lastNo, document }: SeriesArguments,
    context: GraphContext,
  ): Promise<SeriesRow> {
    const divisionCode = askedDivision(context.getCaller(), division);
    return this.service.allotTyped({ divisionCode, receiptCode, document }, firstNo, lastNo);
  }

  @Mutation()
  @Requires('fiscal-receipt.handle')
  issueFiscalReceipts({ division }: { division?: string | null }, context: GraphContext): Promise<number> {
    return this.service.issueDue(divisionPrefix(askedDivision(context.getCaller(), division)));
  }

  @Mutation()
  @Requires('fiscal-receipt.handle')
  voidFiscalReceipt({ id, reason }: { id: string; reason: string }): Promise<FiscalReceiptRow> {
    return this.service.void(id, reason);
  }

  @Mutation()
  @Requires('fiscal-receipt.handle')
  loseFiscalReceipt({ id, on, reason }: { id: string; on: Day; reason: string }): Promise<FiscalReceiptRow> {
    return this.service.lose(id, on, reason);
  }

  @Mutation()
  @Requires('fiscal-receipt.handle')
  loseReceiptBlanks(args: {
    series: string;
    firstNo: string;
    lastNo: string;
    on: Day;
    reason: string;
  }): Promise<SeriesRow> {
    return this.service.loseTyped(args.series, args.firstNo, args.lastNo, args.on, args.reason);
  }

  @Mutation()
  @Requires('fiscal-receipt.handle')
  reportReceiptLoss({ id, reference }: { id: string; reference: string }, context: GraphContext): Promise<boolean> {
    return this.service.report(id, reference, context.getCaller().id);
  }

  @Mutation()
  @Requires('fiscal-receipt.handle')
  returnReceiptSeries({ series, reason }: { series: string; reason: string }): Promise<SeriesRow> {
    return this.service.returnRest(series, reason);
  }

  @Field()
  amount({ fen }: FiscalReceiptRow): Fen {
    return fen;
  }

  @Field()
  state({ state }: FiscalReceiptRow): string {
    return state.toUpperCase();
  }
}

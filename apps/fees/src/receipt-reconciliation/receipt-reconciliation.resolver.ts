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
import { countyOf, type Day, divisionPrefix, type Fen } from '@app/kernel';
import { ReceiptReconciliationService } from './receipt-reconciliation.service';
import type { DifferenceRow, MonthRow, ReconciliationRow } from './receipt-reconciliation.types';

interface Span {
  readonly division?: string | null;
  readonly from?: Day | null;
  readonly until?: Day | null;
}

const AT_MOST = 400;

/** Reconciling what came in, in the graph. */
@Resolver('ReceiptReconciliation')
export class ReceiptReconciliationResolver {
  constructor(private readonly service: ReceiptReconciliationService) {}

  @Query()
  @Requires('receipt-reconciliation.read')
  receiptReconciliations(args: Span, context: GraphContext): Promise<ReconciliationRow[]> {
    return this.service.list(prefixOf(args, context), spanOf(args), AT_MOST);
  }

  @Query()
  @Requires('receipt-reconciliation.read')
  receiptReconciliationExport(args: Span, context: GraphContext): Promise<string> {
    return this.service.export(prefixOf(args, context), spanOf(args));
  }

  @Query()
  @Requires('receipt-reconciliation.read')
  async receiptDifferences(
    args: PageArguments & Span & { readonly withEnded?: boolean | null },
    context: GraphContext,
  ): Promise<Connection<DifferenceRow>> {
    const page = openPage('receiptDifferences', args, 1);
    const isOpen = !args.withEnded;
    const rows = await this.service.differences(prefixOf(args, context), isOpen, page.after?.[0] ?? null, page.limit);
    return closePage(page, rows, ({ id }) => [id]);
  }

  @Query()
  @Requires('receipt-reconciliation.read')
  async receiptMonths(args: Span, context: GraphContext) {
    return (await this.service.months(prefixOf(args, context))).map(monthView);
  }

  @Mutation()
  @Requires('receipt-reconciliation.run')
  stateBankDay(args: { account: string; day: Day; receipts: number; amount: Fen; source: string }) {
    const { amount, ...rest } = args;
    return this.service.stateBank({ ...rest, fen: amount });
  }

  @Mutation()
  @Requires('receipt-reconciliation.run')
  reconcileReceipts({ division, day }: { division: string; day: Day }, context: GraphContext) {
    return this.service.run(countyOf(askedDivision(context.getCaller(), division)), day);
  }

  @Mutation()
  @Requires('receipt-reconciliation.close')
  settleReceiptDifference({ id, note }: { id: string; note: string }): Promise<DifferenceRow> {
    return this.service.settle(id, note);
  }

  @Mutation()
  @Requires('receipt-reconciliation.close')
  async closeReceiptMonth({ division, month }: { division: string; month: string }, context: GraphContext) {
    return monthView(await this.service.close(countyOf(askedDivision(context.getCaller(), division)), month));
  }

  @Field()
  stated({ statedFen }: ReconciliationRow): Fen | null {
    return statedFen;
  }

  @Field()
  booked({ bookedFen }: ReconciliationRow): Fen {
    return bookedFen;
  }

  @Field()
  matched({ matchedFen }: ReconciliationRow): Fen {
    return matchedFen;
  }

  @Field()
  refundable({ refundableFen }: ReconciliationRow): Fen {
    return refundableFen;
  }

  @Field()
  unmatched({ unmatchedFen }: ReconciliationRow): Fen {
    return unmatchedFen;
  }

  @Field()
  collected({ collectedFen }: ReconciliationRow): Fen {
    return collectedFen;
  }

  @Field()
  remitted({ remittedFen }: ReconciliationRow): Fen {
    return remittedFen;
  }

  @Field()
  underWay({ underWayFen }: ReconciliationRow): Fen {
    return underWayFen;
  }

  @Field()
  givenBack({ givenBackFen }: ReconciliationRow): Fen {
    return givenBackFen;
  }

  @Field()
  standing({ standingFen }: ReconciliationRow): Fen {
    return standingFen;
  }

  @Field()
  satisfied({ satisfiedFen }: ReconciliationRow): Fen {
    return satisfiedFen;
  }

  @Field()
  receipted({ receiptedFen }: ReconciliationRow): Fen {
    return receiptedFen;
  }
}

/** Figures that differ. */
@Resolver('ReceiptDifference')
export class ReceiptDifferenceResolver {
  @Field()
  expected({ expectedFen }: DifferenceRow): Fen {
    return expectedFen;
  }

  @Field()
  found({ foundFen }: DifferenceRow): Fen {
    return foundFen;
  }
}

const prefixOf = ({ division }: Span, context: GraphContext): string =>
  divisionPrefix(askedDivision(context.getCaller(), division));
const spanOf = ({ from, until }: Span) => ({ from: from ?? null, until: until ?? null });
const monthView = ({ bookedFen, ...rest }: MonthRow) => ({ ...rest, booked: bookedFen });

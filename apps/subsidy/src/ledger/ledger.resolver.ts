import { Requires } from '@app/access';
import {
  closePage,
  type Connection,
  type GraphContext,
  openPage,
  type PageArguments,
  Query,
  Resolver,
} from '@app/graphql';
import { divisionPrefix } from '@app/kernel';
import type { Balance } from '@app/ledger';
import { LedgerService } from './ledger.service';

/** Balances in the graph. */
@Resolver('LedgerBalance')
export class LedgerResolver {
  constructor(private readonly ledger: LedgerService) {}

  @Query()
  @Requires('ledger.read')
  async ledgerBalances(
    args: PageArguments & { prefix?: string | null },
    context: GraphContext,
  ): Promise<Connection<Balance>> {
    const page = openPage('ledgerBalances', args, 1);
    const rows = await this.ledger.balances({
      prefix: args.prefix ?? '',
      divisionPrefix: divisionPrefix(context.getCaller().division),
      after: page.after?.[0] ?? '',
      first: page.limit,
    });
    return closePage(page, rows, (row) => [row.code]);
  }
}

import { Requires } from '@app/access';
import { closePage, type Connection, Field, openPage, type PageArguments, Query, Resolver } from '@app/graphql';
import type { Day, Fen } from '@app/kernel';
import type { Balance } from '@app/ledger';
import { type CsvPart, LedgerService } from './ledger.service';
import type { AccountLine } from './ledger.types';

interface StatementArguments extends PageArguments {
  readonly account: string;
  readonly from?: Day | null;
  readonly until?: Day | null;
}

/** Accounts of money that comes in, in the graph. */
@Resolver('FeeBalance')
export class LedgerResolver {
  constructor(private readonly ledger: LedgerService) {}

  @Query()
  @Requires('fee-ledger.read')
  async feeBalances(args: PageArguments & { prefix?: string | null }): Promise<Connection<Balance>> {
    const page = openPage('feeBalances', args, 1);
    const rows = await this.ledger.balances(args.prefix ?? '', page.after?.[0] ?? '', page.limit);
    return closePage(page, rows, ({ code }) => [code]);
  }

  @Query()
  @Requires('fee-ledger.read')
  async feeBalanceExport({ prefix, after }: { prefix?: string | null; after?: string | null }) {
    const page = openPage('feeBalanceExport', { first: 1, after }, 1);
    return withCursor('feeBalanceExport', await this.ledger.balancesCsv(prefix ?? '', page.after?.[0]));
  }

  @Query()
  @Requires('fee-ledger.read')
  async feeStatement({ account, from, until, ...args }: StatementArguments) {
    const page = openPage('feeStatement', args, 2);
    const asked = { account, from: from ?? null, until: until ?? null, after: page.after, limit: page.limit };
    const rows = await this.ledger.statement(asked);
    return closePage(page, rows.map(lineView), ({ at, id }) => [at.toISOString(), id]);
  }

  @Query()
  @Requires('fee-ledger.read')
  async feeStatementExport({ account, from, until, after }: StatementArguments) {
    const page = openPage('feeStatementExport', { first: 1, after }, 2);
    const asked = { account, from: from ?? null, until: until ?? null, after: page.after };
    return withCursor('feeStatementExport', await this.ledger.statementCsv(asked));
  }

  @Field()
  received({ creditsPosted }: Balance): Fen {
    return creditsPosted;
  }

  @Field()
  given({ debitsPosted }: Balance): Fen {
    return debitsPosted;
  }
}

const lineView = ({ inFen, outFen, balanceFen, ...rest }: AccountLine) => ({
  ...rest,
  in: inFen,
  out: outFen,
  balance: balanceFen,
});

/** The last row's key as the cursor of the next part. */
function withCursor(list: string, { csv, after }: CsvPart): { csv: string; after: string | null } {
  const page = openPage(list, { first: 1 }, after?.length ?? 1);
  return { csv, after: after && closePage(page, [after], (key) => key).pageInfo.endCursor };
}

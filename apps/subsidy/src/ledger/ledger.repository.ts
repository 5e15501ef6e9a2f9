import type { Read } from '@app/database';
import { Injectable } from '@nestjs/common';

@Injectable()
export class LedgerRepository {
  /** Codes in their order, of accounts that belong to a county of the division, and the sources they are fed from. */
  async codes(
    read: Read,
    { prefix, divisionPrefix, after, first }: { prefix: string; divisionPrefix: string; after: string; first: number },
  ): Promise<string[]> {
    const rows = await read.query<{ code: string }>(
      `select a.code from ledger_account a left join payment_batch b on a.code = 'paying:' || b.id
        where starts_with(a.code, $1) and a.code > $2
          and (a.kind = 'source' or starts_with(coalesce(b.county_code, split_part(a.code, ':', 3)), $3))
        order by a.code limit $4`,
      [prefix, after, divisionPrefix, first],
    );
    return rows.map((row) => row.code);
  }
}

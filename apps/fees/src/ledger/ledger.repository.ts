import type { Read } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { AccountLine, StatementFilter } from './ledger.types';

/** Looking at what moved over an account. */
@Injectable()
export class LedgerRepository {
  /** What moved over an account in order, with what it held after each; reserved and voided is no movement. */
  lines(read: Read, { account, from, until, after, limit }: StatementFilter): Promise<AccountLine[]> {
    return read.query<AccountLine>(
      `with moved as (
         select id, at, code, ref, credit as other, 0::bigint as came, fen as went from transfer
          where debit = $1 and kind in ('single', 'post')
         union all
         select id, at, code, ref, debit, fen, 0 from transfer where credit = $1 and kind in ('single', 'post')),
       line as (
         select id, at, code, ref, other as "otherAccount", came as "inFen", went as "outFen",
                (sum(came - went) over (order by at, id))::bigint as "balanceFen"
           from moved)
       select * from line
        where ($2::date is null or at >= $2::date::timestamp at time zone 'Asia/Shanghai')
          and ($3::date is null or at < $3::date::timestamp at time zone 'Asia/Shanghai')
          and ($4::timestamptz is null or (at, id) > ($4, $5::uuid))
        order by at, id limit $6`,
      [account, from, until, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
  }
}

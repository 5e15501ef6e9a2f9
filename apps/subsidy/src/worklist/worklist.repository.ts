import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { ReviewCaseView } from './worklist.types';

const VIEW = `select r.id, r.reason, r.claim_id as "claimId", r.division_code as "divisionCode", r.facts, r.state, r.decision,
    r.note, r.opened_at as "openedAt", r.resolved_by as "resolvedBy", r.resolved_at as "resolvedAt" from review_case r`;

const MATCHES = `r.state = 'open' and (r.division_code ^@ $1 or r.division_code is null) and ($2::text is null or r.reason = $2)`;

@Injectable()
export class WorklistRepository {
  /**
   * Puts held claims back to be checked anew when all that was asked about them are `reasons` that new facts from
   * outside have settled: an account is linked now, or the child is registered now.
   */
  async recheck(tx: Tx, settled: { reasons: readonly string[]; when: string }, at: Date): Promise<number> {
    const rows = await tx.query<{ claim_id: string }>(
      `with waiting as (
         select r.claim_id from review_case r join claim c on c.id = r.claim_id join beneficiary b on b.id = c.beneficiary_id
          where r.state = 'open' and c.state = 'held' and ${settled.when}
          group by 1 having bool_and(r.reason = any($1::text[]))),
       settled as (
         update review_case r set state = 'resolved', decision = 'FACTS_ARRIVED', resolved_by = 'system', resolved_at = $2
           from waiting w where r.claim_id = w.claim_id and r.state = 'open' returning r.claim_id)
       insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select c.id, c.events + 1, 'held', 'received', 'system', 'FACTS_ARRIVED', $2
         from claim c where c.id in (select claim_id from settled)
       returning claim_id`,
      [settled.reasons, at],
    );
    return rows.length;
  }

  /** The last of `limit` rows is for looking ahead only. */
  async list(
    tx: Tx,
    filter: { prefix: string; reason?: string },
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<ReviewCaseView[]> {
    const rows = await tx.query<ReviewCaseView>(
      `${VIEW} where ${MATCHES} and ($3::uuid is null or r.id > $3::uuid) order by r.id limit $4`,
      [filter.prefix, filter.reason ?? null, after?.[0] ?? null, limit],
    );
    tx.disclose('review_case', rows.slice(0, limit - 1));
    return rows;
  }

  async count(tx: Tx, filter: { prefix: string; reason?: string }): Promise<number> {
    const [row] = await tx.query<{ n: bigint }>(`select count(*) as n from review_case r where ${MATCHES}`, [
      filter.prefix,
      filter.reason ?? null,
    ]);
    return Number(row!.n);
  }

  byReason(tx: Tx, prefix: string): Promise<{ reason: string; count: number }[]> {
    return tx.query(
      `select r.reason, count(*)::integer as count from review_case r
        where r.state = 'open' and (r.division_code ^@ $1 or r.division_code is null) group by 1 order by 2 desc, 1`,
      [prefix],
    );
  }

  async byIds(tx: Tx, ids: readonly string[]): Promise<ReviewCaseView[]> {
    const rows = await tx.query<ReviewCaseView>(`${VIEW} where r.id = any($1::uuid[])`, [ids]);
    return tx.disclose('review_case', rows);
  }

  async openOfClaims(tx: Tx, claimIds: readonly string[]): Promise<ReviewCaseView[]> {
    const rows = await tx.query<ReviewCaseView>(
      `${VIEW} where r.state = 'open' and r.claim_id = any($1::uuid[]) order by r.id`,
      [claimIds],
    );
    return tx.disclose('review_case', rows);
  }
}

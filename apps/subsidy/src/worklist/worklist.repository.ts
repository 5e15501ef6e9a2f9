import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';

/** Reasons that new facts from outside can settle without a person: the claim is simply checked again. */
const SETTLED_BY_FACTS = {
  account: ['ACCOUNT_MISSING', 'ACCOUNT_OF_OTHER_HOLDER'],
  register: ['CHILD_NOT_REGISTERED'],
} as const;

@Injectable()
export class WorklistRepository {
  /** Opens one case for every row of `select reason, claim_id, beneficiary_id, division_code, facts`; an open one is not doubled. */
  async open(tx: Tx, rows: string, parameters: readonly unknown[], at: Date): Promise<void> {
    await tx.query(
      `insert into review_case (reason, claim_id, beneficiary_id, division_code, facts, opened_at)
       select r.reason, r.claim_id, r.beneficiary_id, r.division_code, r.facts, $${parameters.length + 1} from (${rows}) r
       on conflict (reason, claim_id, instruction_id) where state = 'open' do nothing`,
      [...parameters, at],
    );
  }

  /**
   * Puts held claims back to be checked anew when what they waited for has arrived: only those with no other
   * open question. `claims` selects their ids.
   */
  async recheck(tx: Tx, what: keyof typeof SETTLED_BY_FACTS, claims: string, at: Date): Promise<number> {
    const rows = await tx.query<{ claim_id: string }>(
      `with waiting as (
         select r.claim_id from review_case r join claim c on c.id = r.claim_id
          where r.state = 'open' and c.state = 'held' and r.claim_id in (${claims})
          group by 1 having bool_and(r.reason = any($1::text[]))),
       settled as (
         update review_case r set state = 'resolved', decision = 'FACTS_ARRIVED', resolved_by = 'system', resolved_at = $2
           from waiting w where r.claim_id = w.claim_id and r.state = 'open' returning r.claim_id)
       insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select c.id, c.events + 1, 'held', 'received', 'system', 'FACTS_ARRIVED', $2
         from claim c where c.id in (select claim_id from settled)
       returning claim_id`,
      [SETTLED_BY_FACTS[what], at],
    );
    return rows.length;
  }
}

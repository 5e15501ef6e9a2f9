import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';

/** No money of it has moved: such a claim waits for a person. */
const HOLDABLE = `('received', 'determined', 'reviewed', 'confirmed')`;
/** On its way or to be sent again: only a person may stop it. */
const ON_ITS_WAY = `('paying', 'returned')`;

/** What news of a death, or of its reversal, means for claims. Nothing here pays, refuses or takes back. */
@Injectable()
export class VitalRepository {
  /**
   * Holds what is not paid of a child or applicant who is reported dead, with a question for a person each; what is being paid
   * goes on, with the question. A death that an officer established for the claim is no news.
   */
  async holdForDeaths(tx: Tx, at: Date): Promise<void> {
    await tx.query(`
      create temp table bereaved on commit drop as
      with gone as materialized (
        select f.person_id, f.id_number_key, f.id_number_shared from fact_vital v join person_fact f using (person_id)
         where f.died is not null or f.status = 9)
      select c.id as claim_id, 'DEATH_FLAG' as reason
        from gone g join beneficiary b on b.person_id = g.person_id join claim c on c.beneficiary_id = b.id
       where c.state in ('held', 'determined', 'reviewed', 'confirmed', 'paying', 'returned')
         and not exists (select from claim_finding n where n.claim_id = c.id and n.fact = 'person.died')
      union
      select c.id, 'APPLICANT_DEATH_FLAG' from gone g join claim c on c.applicant_key = g.id_number_key
       where not g.id_number_shared and (c.state in ${HOLDABLE} or c.state in ${ON_ITS_WAY} or c.state = 'held')`);
    await tx.query(
      `insert into review_case (reason, claim_id, instruction_id, beneficiary_id, division_code, facts, opened_at)
       select b.reason, c.id, i.id, c.beneficiary_id, c.division_code, jsonb_build_object('state', c.state), $1
         from bereaved b join claim c on c.id = b.claim_id
         left join instruction i on i.claim_id = c.id and i.is_live and c.state in ${ON_ITS_WAY}
        order by c.id, b.reason
       on conflict (reason, claim_id, instruction_id) where state = 'open' do nothing`,
      [at],
    );
    await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select c.id, c.events + 1, c.state, 'held', 'register', b.reason, $1
         from (select claim_id, min(reason) as reason from bereaved group by 1) b join claim c on c.id = b.claim_id
        where c.state in ${HOLDABLE} order by c.id`,
      [at],
    );
    await tx.query('drop table bereaved');
  }

  /** Answers what was asked because of a death that was no death; what waited for nothing else is checked again. */
  async releaseReversed(tx: Tx, at: Date): Promise<void> {
    await tx.query(
      `with alive as materialized (
         select f.person_id, f.id_number_key from fact_vital v join person_fact f using (person_id)
          where f.died is null and f.status <> 9 and f.merged_into is null),
       about as (
         select c.id, 'DEATH_FLAG' as reason from alive a join beneficiary b on b.person_id = a.person_id join claim c on c.beneficiary_id = b.id
         union
         select c.id, 'ALIVE' from alive a join beneficiary b on b.person_id = a.person_id join claim c on c.beneficiary_id = b.id
         union
         select c.id, 'APPLICANT_DEATH_FLAG' from alive a join claim c on c.applicant_key = a.id_number_key),
       answered as (
         update review_case r set state = 'resolved', decision = 'DEATH_REVERSED', resolved_by = 'register', resolved_at = $1
           from about a where r.claim_id = a.id and r.reason = a.reason and r.state = 'open' returning r.id, r.claim_id)
       insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select c.id, c.events + 1, 'held', 'received', 'register', 'DEATH_REVERSED', $1 from claim c
        where c.state = 'held' and c.id in (select claim_id from answered)
          and not exists (select from review_case r where r.claim_id = c.id and r.state = 'open'
                            and r.id not in (select id from answered))
        order by c.id`,
      [at],
    );
  }

  async clear(tx: Tx): Promise<void> {
    await tx.query('delete from fact_vital');
  }
}

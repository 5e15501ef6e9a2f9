import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';

export interface Carrying {
  readonly decisionId: string;
  readonly claimId: string;
  /** Null where the claim goes on outside this installation. */
  readonly county: string | null;
  readonly actor: string;
}

/** Claims that one place stops and another goes on with; the history of each stays its own. */
@Injectable()
export class CarryingRepository {
  /** Takes a claim that was never paid out of its place, with whatever was asked about it. */
  async stop(tx: Tx, { claimId, actor }: Carrying, at: Date): Promise<void> {
    await tx.query(
      `update review_case set state = 'resolved', decision = 'CARRIED_ON', resolved_by = $2, resolved_at = $3
        where claim_id = $1 and state = 'open'`,
      [claimId, actor, at],
    );
    // Money is owed from confirmation on: such a claim is held first, as the table of moves wants it.
    await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select id, events + 1, state, 'held', $2, 'CARRIED_ON', $3 from claim where id = $1 and state = 'confirmed'`,
      [claimId, actor, at],
    );
    await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select id, events + 1, state, 'withdrawn', $2, 'CARRIED_ON', $3 from claim where id = $1`,
      [claimId, actor, at],
    );
  }

  /** Whether the place has a claim of the family's own for the year already, or the year is taken. */
  async hasAnother(tx: Tx, claimId: string, county: string): Promise<boolean> {
    const [row] = await tx.query<{ has: boolean }>(
      `select exists (
         select from claim c join claim o on o.beneficiary_id = c.beneficiary_id and o.programme = c.programme
                and o.claim_year = c.claim_year and o.id <> c.id
          where c.id = $1 and (o.takes_year or o.state not in ('new', 'refused', 'withdrawn') and o.division_code ^@ left($2, 6))) as has`,
      [claimId, county],
    );
    return row!.has;
  }

  /**
   * The same claim in the new place, as if it had been made there: applicant, account, day of submission and what officers
   * attested come along. Whoever named the place is the decision, so nobody asks again whose it is.
   */
  async carryOn(tx: Tx, { claimId, county, actor, decisionId }: Carrying, at: Date): Promise<string> {
    const id = randomUUID();
    await tx.query(
      `insert into claim (id, programme, claim_no, beneficiary_id, applicant_key, applicant_mask, relation, claim_year, submitted_on,
         channel, account_key, payee_account_id, division_code, row_hash, recorded_at)
       select $2, c.programme, root.no || '-M' || 1 + (select count(*) from claim o where o.programme = c.programme and starts_with(o.claim_no, root.no || '-M')),
              c.beneficiary_id, c.applicant_key, c.applicant_mask, c.relation, c.claim_year, c.submitted_on, 'carried-on', c.account_key,
              c.payee_account_id, coalesce((select f.division_code from beneficiary b join person_fact f on f.person_id = b.person_id
                                             where b.id = c.beneficiary_id and f.division_code ^@ left($3, 6)), $3), c.row_hash, $4
         from claim c cross join lateral (select regexp_replace(c.claim_no, '-M[0-9]+$', '') as no) root where c.id = $1`,
      [claimId, id, county, at],
    );
    await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at) values ($1, 1, 'new', 'received', $2, 'CARRIED_ON', $3)`,
      [id, actor, at],
    );
    await tx.query(
      `insert into claim_finding (claim_id, fact, value, document_no, attested_by, attested_at)
       select $2, n.fact, n.value, n.document_no, n.attested_by, n.attested_at from claim_finding n
        where n.claim_id = $1 and n.fact <> 'claim.place_settled' order by n.id`,
      [claimId, id],
    );
    await this.settlePlace(tx, id, `authority-decision ${decisionId}`, actor, at);
    // A newborn's matter goes on hearing of its claim.
    await tx.query('update newborn_claim set claim_id = $2, has_news = true where claim_id = $1', [claimId, id]);
    return id;
  }

  /** That this place completes the claim is established by a decision or a hand-over. */
  async settlePlace(tx: Tx, claimId: string, document: string, actor: string, at: Date): Promise<void> {
    await tx.query(
      `insert into claim_finding (claim_id, fact, value, document_no, attested_by, attested_at)
       values ($1, 'claim.place_settled', 'true', $2, $3, $4)`,
      [claimId, document, actor, at],
    );
  }

  /** A claim that waited for nothing but whose it is, is checked again. */
  async release(tx: Tx, claimId: string, actor: string, at: Date): Promise<void> {
    await tx.query(
      `with only_place as (
         select c.id from claim c where c.id = $1 and c.state = 'held'
            and exists (select from review_case r where r.claim_id = c.id and r.state = 'open' and r.reason in ('PLACE', 'OTHER_AUTHORITY'))
            and not exists (select from review_case r where r.claim_id = c.id and r.state = 'open' and r.reason not in ('PLACE', 'OTHER_AUTHORITY'))),
       answered as (
         update review_case r set state = 'resolved', decision = 'MOVE_FOLLOWED', resolved_by = $2, resolved_at = $3
           from only_place p where r.claim_id = p.id and r.state = 'open' returning r.claim_id)
       insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select c.id, c.events + 1, 'held', 'received', $2, 'MOVE_FOLLOWED', $3 from claim c where c.id in (select claim_id from answered)`,
      [claimId, actor, at],
    );
  }

  async record(tx: Tx, { decisionId, claimId }: Carrying, becameId: string | null): Promise<void> {
    await tx.query('insert into carried_claim (decision_id, claim_id, became_id) values ($1, $2, $3)', [
      decisionId,
      claimId,
      becameId,
    ]);
  }
}

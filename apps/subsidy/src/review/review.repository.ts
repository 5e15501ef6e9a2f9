import { decidedSql } from '@app/audit';
import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import { decisionText, isDecision, JOIN_DETERMINATION } from './decision.repository';

/** The only SQL that reviews and confirms; all of it set-based, one statement for a county. */
@Injectable()
export class ReviewRepository {
  /**
   * Moves every claim of the subtree that stands at `from` on to `to`; returns how many and their sum. Where that is
   * a decision, each has a line of its own in the audit log.
   */
  async moveAll(
    tx: Tx,
    where: { programme: string; prefix: string; from: string; to: string; actor: string; at: Date },
  ): Promise<{ count: number; amountFen: bigint }> {
    const decided = isDecision(where.to) ? `, ${decidedSql('claim', 'c.id', decisionText('$4', '$6'))}` : '';
    const [row] = await tx.query<{ n: bigint; fen: bigint }>(
      `with moved as (
         insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
         select c.id, c.events + 1, c.state, $4, $5, null, $6 from claim c
          where c.programme = $1 and c.division_code ^@ $2 and c.state = $3
          order by c.id returning claim_id)
       select count(*) as n, coalesce(sum(c.amount_fen), 0)::int8 as fen ${decided}
         from moved m join claim c on c.id = m.claim_id ${decided && JOIN_DETERMINATION}`,
      [where.programme, where.prefix, where.from, where.to, where.actor, where.at],
    );
    return { count: Number(row!.n), amountFen: row!.fen };
  }

  /** How many claims waiting for confirmation this officer has reviewed. */
  async countReviewedBy(tx: Tx, programme: string, prefix: string, actor: string): Promise<number> {
    const [row] = await tx.query<{ n: bigint }>(
      `select count(*) as n from claim c join claim_event e on e.claim_id = c.id and e.seq = c.events
        where c.programme = $1 and c.division_code ^@ $2 and c.state = 'reviewed' and e.actor = $3`,
      [programme, prefix, actor],
    );
    return Number(row!.n);
  }

  /** In id order, so that two divisions confirming claims for the same children wait for each other instead of deadlocking. */
  async lockChildren(tx: Tx, programme: string, prefix: string): Promise<void> {
    await tx.query(`set local lock_timeout = '60s'`);
    await tx.query(
      `select count(*) from (
         select from beneficiary where id in (
           select beneficiary_id from claim where programme = $1 and division_code ^@ $2 and state = 'reviewed')
          order by id for no key update) locked`,
      [programme, prefix],
    );
  }

  /**
   * Holds the claims that would take a year which another claim of the same child has taken, anywhere: the
   * earlier one keeps it. Each gets a case; the wording tells nothing about the other place.
   */
  async holdDuplicates(tx: Tx, programme: string, prefix: string, at: Date): Promise<number> {
    const rows = await tx.query<{ claim_id: string }>(
      `with ranked as (
         select c.id, c.state, c.beneficiary_id, c.claim_year, row_number() over (
                  partition by c.beneficiary_id, c.claim_year order by c.state <> 'reviewed' desc, c.submitted_on, c.claim_no) as place
           from claim c
          where c.programme = $1 and (c.takes_year
                                      or c.state = 'reviewed' and c.division_code ^@ $2)),
       losers as (select id from ranked where place > 1 and state = 'reviewed'),
       asked as (
         insert into review_case (reason, claim_id, beneficiary_id, division_code, facts, opened_at)
         select 'YEAR_TAKEN', c.id, c.beneficiary_id, c.division_code, jsonb_build_object('year', c.claim_year), $3
           from claim c join losers l on l.id = c.id
         on conflict (reason, claim_id, instruction_id) where state = 'open' do nothing)
       insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select c.id, c.events + 1, 'reviewed', 'held', 'system', 'YEAR_TAKEN', $3 from claim c join losers l on l.id = c.id
       returning claim_id`,
      [programme, prefix, at],
    );
    return rows.length;
  }

  async findCase(tx: Tx, id: string): Promise<ReviewCase | undefined> {
    const [row] = await tx.query<ReviewCase>('select * from review_case where id = $1 for update', [id]);
    return row;
  }

  async stateOf(tx: Tx, claimId: string): Promise<string | undefined> {
    const [row] = await tx.query<{ state: string }>('select state from claim where id = $1', [claimId]);
    return row?.state;
  }

  /** A claim whose applicant the caller is. */
  async findOwnClaim(tx: Tx, id: string): Promise<{ state: string } | undefined> {
    const [row] = await tx.query<{ state: string }>(
      'select state from claim where id = $1 and applicant_key = guard_key() for update',
      [id],
    );
    return row;
  }

  async attest(
    tx: Tx,
    claimId: string,
    findings: readonly { fact: string; value: string; documentNo: string }[],
    actor: string,
    at: Date,
  ): Promise<void> {
    for (const { fact, value, documentNo } of findings) {
      await tx.query(
        `insert into claim_finding (claim_id, fact, value, document_no, attested_by, attested_at) values ($1, $2, $3, $4, $5, $6)`,
        [claimId, fact, value, documentNo, actor, at],
      );
    }
  }

  async resolveCase(tx: Tx, id: string, decision: string, note: string | null, actor: string, at: Date): Promise<void> {
    await tx.query(
      `update review_case set state = 'resolved', decision = $2, note = $3, resolved_by = $4, resolved_at = $5 where id = $1`,
      [id, decision, note, actor, at],
    );
  }

  /** Closes whatever else was asked about a claim that is over. */
  async resolveOthers(tx: Tx, claimId: string, decision: string, actor: string, at: Date): Promise<void> {
    await tx.query(
      `update review_case set state = 'resolved', decision = $2, resolved_by = $3, resolved_at = $4
        where claim_id = $1 and state = 'open'`,
      [claimId, decision, actor, at],
    );
  }

  async countOpen(tx: Tx, claimId: string): Promise<number> {
    const [row] = await tx.query<{ n: bigint }>(
      `select count(*) as n from review_case where claim_id = $1 and state = 'open'`,
      [claimId],
    );
    return Number(row!.n);
  }

  async moveOne(tx: Tx, claimId: string, to: string, actor: string, reason: string | null, at: Date): Promise<void> {
    const decided = isDecision(to) ? decidedSql('claim', 'c.id', decisionText('$2', '$5')) : 'count(*)';
    await tx.query(
      `with moved as (
         insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
         select id, events + 1, state, $2, $3, $4, $5 from claim where id = $1 returning claim_id)
       select ${decided} from moved m join claim c on c.id = m.claim_id ${JOIN_DETERMINATION}`,
      [claimId, to, actor, reason, at],
    );
  }
}

export interface ReviewCase {
  readonly id: string;
  readonly reason: string;
  readonly claim_id: string | null;
  readonly division_code: string | null;
  readonly state: 'open' | 'resolved';
}

import type { Read, Tx } from '@app/database';
import type { Day, Fen } from '@app/kernel';
import type { FactValues, Relation } from '@app/rules';
import { Injectable } from '@nestjs/common';
import type { Bearing, Days } from './overpayment.rules';
import type { Finding, Payment } from './overpayment.types';

/** The moment from which a payment counts as made: the last credit that the bank spoke of. */
const PAID_AT = (claim: string): string =>
  `(select max(e.at) from claim_event e where e.claim_id = ${claim} and e.to_state = 'paid')`;

/** Payments in doubt, and everything that says whether they were owed. */
@Injectable()
export class PaymentRepository {
  /** Claims in doubt whose payment has a fate: what is on its way is looked at when it has arrived. */
  doubts(read: Read, limit: number): Promise<{ claimId: string }[]> {
    return read.query(
      `select d.claim_id as "claimId" from overpayment_doubt d join claim c on c.id = d.claim_id
        where c.state not in ('determined', 'reviewed', 'confirmed', 'paying', 'returned')
       union
       select o.claim_id from overpayment o join instruction i on i.id = o.instruction_id
        where o.state in ('found', 'told') and i.state not in ('paid', 'closed')
       order by 1 limit $1`,
      [limit],
    );
  }

  /** Whoever learns something meanwhile waits for this look, and raises the doubt anew. */
  async take(tx: Tx, claimId: string): Promise<void> {
    await tx.query('delete from overpayment_doubt where claim_id = $1', [claimId]);
  }

  /** The money came back, and may be paid again: then it is looked at again. */
  async keepInDoubt(tx: Tx, claimId: string): Promise<void> {
    await tx.query('insert into overpayment_doubt (claim_id) values ($1) on conflict do nothing', [claimId]);
  }

  async paymentForUpdate(tx: Tx, claimId: string): Promise<Payment | undefined> {
    await tx.query('select from claim where id = $1 for no key update', [claimId]);
    const [row] = await tx.query<Payment>(
      `select c.id as "claimId", c.claim_no as "claimNo", c.claim_year as "claimYear", c.programme, c.division_code as "divisionCode",
              c.beneficiary_id as "beneficiaryId", c.determination_id as "determinationId", d.version, d.as_of as "asOf", i.id as "instructionId",
              coalesce(i.state in ('paid', 'closed') and a.id is not null, false) as "isPaid", a.id as "attemptId",
              coalesce(i.amount_fen, 0)::bigint as fen, lower(i.period) as "from", upper(i.period) as "until",
              (${PAID_AT('c.id')} at time zone 'Asia/Shanghai')::date as "paidOn"
         from claim c left join determination d on d.id = c.determination_id
         left join instruction i on i.claim_id = c.id and i.is_live
         left join attempt a on a.instruction_id = i.id and a.is_settled
        where c.id = $1`,
      [claimId],
    );
    return row;
  }

  /** The facts of a claim by the names that programmes use, and the version of them. */
  async facts(
    tx: Tx,
    relation: Relation,
  ): Promise<{ facts: FactValues; factsVersion: number | null; personId: string } | undefined> {
    const columns = Object.entries(relation.facts).map(([name, sql]) => `${sql} as "${name}"`);
    const [row] = await tx.query<FactValues & { facts_version: number | null; person_id: string }>(
      `select ${columns.join(', ')}, ${relation.keys['facts_version']} as facts_version, ${relation.keys['person_id']} as person_id from ${relation.from}`,
    );
    if (!row) return undefined;
    const { facts_version: factsVersion, person_id: personId, ...facts } = row;
    return { facts, factsVersion, personId };
  }

  /** Other payments to the same child for some of these days that had reached the family before this one. */
  earlierForOneChild(
    tx: Tx,
    { instructionId, beneficiaryId, programme, claimId }: Payment,
  ): Promise<(Days & { instructionId: string })[]> {
    return tx.query(
      `select o.id as "instructionId", lower(o.period * i.period) as "from", upper(o.period * i.period) as "until"
         from instruction i join instruction o on o.programme = i.programme and o.period && i.period and o.id <> i.id
              and o.state in ('paid', 'closed')
        where i.id = $1 and i.programme = $3 and o.beneficiary_id in (select beneficiaries_of_one($2))
          and (${PAID_AT('o.claim_id')}, o.id) < (${PAID_AT('$4')}, i.id)
        order by o.id`,
      [instructionId, beneficiaryId, programme, claimId],
    );
  }

  /** By decision: who is primary for which of the days. */
  authorities(
    tx: Tx,
    { beneficiaryId, programme, from, until }: Payment,
  ): Promise<{ from: Day; until: Day | null; county: string; isElsewhere: boolean }[]> {
    return tx.query(
      `select lower(valid) as "from", upper(valid) as "until", county_code as county, is_elsewhere as "isElsewhere" from authority_period
        where beneficiary_id = $1 and programme = $2 and ended_at is null and valid && daterange($3, $4) order by valid`,
      [beneficiaryId, programme, from, until],
    );
  }

  /** Days for which another installation has said that it pays. */
  enrolledElsewhere(tx: Tx, { beneficiaryId, programme }: Payment): Promise<{ from: Day; until: Day | null }[]> {
    return tx.query(
      `select (e ->> 'from')::date as "from", (e ->> 'until')::date as "until" from (
         select enrolments from enrolment_question where beneficiary_id = $1 and programme = $2 and outcome = 'elsewhere'
          order by answered_at desc limit 1) q, jsonb_array_elements(q.enrolments) e
        where e ->> 'programme' = $2`,
      [beneficiaryId, programme],
    );
  }

  /** What other places give back, or have given back, for a payment. */
  reimbursed(
    tx: Tx,
    instructionId: string,
    county: string,
  ): Promise<(Days & { fen: Fen; isElsewhere: boolean; isSettled: boolean })[]> {
    return tx.query(
      `select lower(period) as "from", upper(period) as "until", case when creditor_county = $2 then fen else -fen end as fen,
              debtor_elsewhere or creditor_elsewhere as "isElsewhere", state = 'settled' as "isSettled"
         from reimbursement where instruction_id = $1 and state in ('open', 'settled') order by id`,
      [instructionId, county],
    );
  }

  /** The shares of the batch that paid it, and how much its lines before this one are together. */
  async bearing(tx: Tx, instructionId: string): Promise<{ before: Fen; shares: Bearing[] }> {
    const rows = await tx.query<Bearing & { before: Fen }>(
      `with line as (
         select a.batch_id, a.line from attempt a join payment_batch b on b.id = a.batch_id
          where a.instruction_id = $1 and b.kind = 'regular' order by a.no limit 1)
       select s.level, left(b.period, 4)::smallint as year, s.fen,
              (select coalesce(sum(o.amount_fen), 0)::bigint from attempt o where o.batch_id = l.batch_id and o.line < l.line) as before
         from line l join payment_batch b on b.id = l.batch_id join batch_share s on s.batch_id = b.id
        order by array_position(array['central', 'province', 'city', 'county'], s.level)`,
      [instructionId],
    );
    return { before: rows[0]?.before ?? 0n, shares: rows.map(({ level, year, fen }) => ({ level, year, fen })) };
  }

  /** What it came to when it was decided anew; it is on record and decides nothing about the claim, which stays as it was paid. */
  async recordAnew(
    tx: Tx,
    payment: Payment,
    decision: NonNullable<Finding['decision']>,
    asOf: Day,
    at: Date,
  ): Promise<bigint> {
    const [row] = await tx.query<{ id: bigint }>(
      `insert into determination (run_id, programme, version, person_id, claim_id, year, as_of, outcome, amount_fen, met, unknown,
         facts_version, is_current, decided_at)
       values (uuidv7(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, false, $12) returning id`,
      [
        payment.programme,
        decision.version,
        decision.personId,
        payment.claimId,
        payment.claimYear,
        asOf,
        decision.outcome,
        decision.amountFen,
        decision.met,
        decision.unknown,
        decision.factsVersion,
        at,
      ],
    );
    return row!.id;
  }

  /** A question about a payment that nobody could decide anew; nothing waits for it. */
  async ask(
    tx: Tx,
    { claimId, instructionId, beneficiaryId, divisionCode }: Payment,
    unknown: readonly string[],
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into review_case (reason, claim_id, instruction_id, beneficiary_id, division_code, facts, opened_at)
       values ('PAID_UNCLEAR', $1, $2, $3, $4, jsonb_build_object('unknown', $5::text[]), $6)
       on conflict (reason, claim_id, instruction_id) where state = 'open' do nothing`,
      [claimId, instructionId, beneficiaryId, divisionCode, unknown, at],
    );
  }

  /** The question is settled by what became known. */
  async answerAsked(tx: Tx, claimId: string, at: Date): Promise<void> {
    await tx.query(
      `update review_case set state = 'resolved', decision = 'FACTS_ARRIVED', resolved_by = 'system:overpayment', resolved_at = $2
        where claim_id = $1 and reason = 'PAID_UNCLEAR' and state = 'open'`,
      [claimId, at],
    );
  }
}

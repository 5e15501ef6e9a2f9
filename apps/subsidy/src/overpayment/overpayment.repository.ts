import type { OverpaymentGround } from '@app/contracts';
import type { Read, Tx } from '@app/database';
import type { Day, Fen } from '@app/kernel';
import type { FactValues, Relation } from '@app/rules';
import { Injectable } from '@nestjs/common';
import type { Bearing, Days } from './overpayment.rules';
import type { OverpaymentState } from './overpayment.state';
import type {
  ChangeRow,
  Finding,
  OverpaymentFilter,
  OverpaymentView,
  Payment,
  ShareRow,
  Standing,
} from './overpayment.types';

const STILL = `o.fen + coalesce((select sum(n.fen) from overpayment_change n where n.overpayment_id = o.id), 0)::bigint`;

const VIEW = `select o.id, o.claim_id as "claimId", c.claim_no as "claimNo", o.instruction_id as "instructionId", o.programme,
    o.county_code as "countyCode", o.ground, o.state, lower(o.days) as "from", upper(o.days) as "until", o.fen, ${STILL} as "stillFen",
    a.holder_name as "payeeName", o.paid_on as "paidOn", o.found_on as "foundOn", o.found_at as "foundAt", o.evidence, o.note,
    o.reported_by as "reportedBy", o.seen_by as "seenBy", o.seen_note as "seenNote", o.told_at as "toldAt", o.taken_up_at as "takenUpAt",
    o.taken_back_at as "takenBackAt", o.taken_back_why as "takenBackWhy"
  from overpayment o join claim c on c.id = o.claim_id join attempt a on a.id = o.attempt_id`;

/** The moment from which a payment counts as made: the last credit that the bank spoke of. */
const PAID_AT = (claim: string): string =>
  `(select max(e.at) from claim_event e where e.claim_id = ${claim} and e.to_state = 'paid')`;

/** What is kept of overpayments, and what they are found from. */
@Injectable()
export class OverpaymentRepository {
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

  /** All that stands of a payment. */
  standing(tx: Tx, instructionId: string): Promise<Standing[]> {
    return tx.query(
      `select o.id, o.ground, o.state, o.fen, lower(o.days) as "from", upper(o.days) as "until", ${STILL} as "stillFen",
              o.reported_by is not null as "isReported"
         from overpayment o where o.instruction_id = $1 and o.state not in ('taken-back', 'dismissed') order by o.found_at, o.id`,
      [instructionId],
    );
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

  async insert(
    tx: Tx,
    payment: Payment,
    found: Days & { ground: OverpaymentGround; fen: Fen; facts: Finding['facts']; anewId: bigint | null; foundOn: Day },
    report: { reportedBy: string; evidence: string; note: string } | null,
    at: Date,
  ): Promise<string> {
    const [row] = await tx.query<{ id: string }>(
      `insert into overpayment (claim_id, instruction_id, attempt_id, programme, county_code, ground, days, fen, paid_on, found_on, found_at,
         determination_id, anew_id, facts, state, reported_by, evidence, note)
       values ($1, $2, $3, $4, left($5, 6) || '000000', $6, daterange($7, $8), $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) returning id`,
      [
        payment.claimId,
        payment.instructionId,
        payment.attemptId,
        payment.programme,
        payment.divisionCode,
        found.ground,
        found.from,
        found.until,
        found.fen,
        payment.paidOn,
        found.foundOn,
        at,
        payment.determinationId,
        found.anewId,
        JSON.stringify(found.facts),
        report ? 'reported' : 'found',
        report?.reportedBy ?? null,
        report?.evidence ?? null,
        report?.note ?? null,
      ],
    );
    return row!.id;
  }

  async insertShares(tx: Tx, id: string, shares: readonly Bearing[]): Promise<void> {
    await tx.query(
      `insert into overpayment_share (overpayment_id, level, year, fen)
       select $1, s.level, s.year, s.fen from unnest($2::text[], $3::smallint[], $4::bigint[]) s (level, year, fen)`,
      [id, shares.map(({ level }) => level), shares.map(({ year }) => year), shares.map(({ fen }) => fen)],
    );
  }

  async takeBack(tx: Tx, ids: readonly string[], why: string, at: Date): Promise<void> {
    await tx.query(
      `update overpayment set state = 'taken-back', taken_back_at = $2, taken_back_why = $3 where id = any($1::uuid[])`,
      [ids, at, why],
    );
  }

  /** Gives the number of the change. */
  async change(tx: Tx, id: string, made: { fen: Fen; why: string; anewId: bigint | null }, at: Date): Promise<number> {
    const [row] = await tx.query<{ seq: number }>(
      `insert into overpayment_change (overpayment_id, seq, fen, why, anew_id, at)
       select $1, 1 + count(*), $2, $3, $4, $5 from overpayment_change where overpayment_id = $1 returning seq`,
      [id, made.fen, made.why, made.anewId, at],
    );
    return row!.seq;
  }

  /** Moves what was found on to told: each once, whoever is first. */
  async tell(tx: Tx, limit: number, at: Date): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `update overpayment set state = 'told', told_at = $2
        where id in (select id from overpayment where state = 'found' order by id limit $1 for update skip locked) returning id`,
      [limit, at],
    );
    return rows.map(({ id }) => id);
  }

  /** Fees asks for it, and has it from now on. */
  async takeUp(tx: Tx, id: string, at: Date): Promise<void> {
    await tx.query(`update overpayment set state = 'taken-up', taken_up_at = $2 where id = $1 and state = 'told'`, [
      id,
      at,
    ]);
  }

  /** What fees is told; nothing of one that was taken back, or that nobody else has seen yet. */
  async toldOf(tx: Tx, id: string): Promise<Told | undefined> {
    const [row] = await tx.query<Told>(
      `select o.id, o.ground, o.programme, o.county_code as "divisionCode", coalesce(b.person_id, b.id) as "beneficiaryId",
              f.person_id as "payeeId", a.holder_name as "payeeName", lower(o.days) as "from", upper(o.days) as "until", o.paid_on as "paidOn",
              o.fen, ${STILL} as "stillFen", o.found_on as "foundOn",
              'claim ' || c.claim_no || coalesce('; determination ' || o.determination_id, '') || coalesce('; anew ' || o.anew_id, '')
                || coalesce('; evidence ' || o.evidence, '') as reference
         from overpayment o join claim c on c.id = o.claim_id join beneficiary b on b.id = c.beneficiary_id
         join attempt a on a.id = o.attempt_id join payee_account p on p.id = a.payee_account_id
         left join lateral (
           select n.person_id from person_fact n where n.id_number_key = p.holder_key and not n.id_number_shared
            order by n.merged_into nulls first limit 1) f on true
        where o.id = $1 and o.state in ('told', 'taken-up')`,
      [id],
    );
    return row;
  }

  async findForUpdate(tx: Tx, id: string): Promise<OverpaymentView | undefined> {
    await tx.query('select from overpayment where id = $1 for update', [id]);
    return (await this.byIds(tx, [id]))[0];
  }

  async see(
    tx: Tx,
    id: string,
    by: { state: OverpaymentState; seenBy: string; note: string | null },
    at: Date,
  ): Promise<void> {
    await tx.query(`update overpayment set state = $2, seen_by = $3, seen_note = $4, seen_at = $5 where id = $1`, [
      id,
      by.state,
      by.seenBy,
      by.note,
      at,
    ]);
  }

  byIds(read: Read, ids: readonly string[]): Promise<OverpaymentView[]> {
    return read.query(`${VIEW} where o.id = any($1::uuid[]) order by o.id`, [ids]);
  }

  ofClaims(read: Read, claimIds: readonly string[]): Promise<OverpaymentView[]> {
    return read.query(`${VIEW} where o.claim_id = any($1::uuid[]) order by o.id`, [claimIds]);
  }

  /** In the order they were found. */
  list(
    read: Read,
    filter: OverpaymentFilter,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<OverpaymentView[]> {
    return read.query(
      `${VIEW} where o.county_code ^@ $1 and ($2::text is null or o.state = $2) and ($3::text is null or o.ground = $3)
          and ($4::text is null or o.programme = $4) and ($5::uuid is null or o.id > $5) order by o.id limit $6`,
      [filter.prefix, filter.state, filter.ground, filter.programme, after?.[0] ?? null, limit],
    );
  }

  /** Of the citizen who works: the row policies say whose they are. */
  own(read: Read): Promise<OverpaymentView[]> {
    return read.query(
      `${VIEW} where (c.applicant_key = guard_key() or exists (
          select from beneficiary b where b.id = c.beneficiary_id and b.person_id = any (guard_family()))) order by o.id`,
    );
  }

  shares(read: Read, ids: readonly string[]): Promise<ShareRow[]> {
    return read.query(
      `select overpayment_id as "overpaymentId", level, year, fen from overpayment_share where overpayment_id = any($1::uuid[])
        order by overpayment_id, array_position(array['central', 'province', 'city', 'county'], level), year`,
      [ids],
    );
  }

  changes(read: Read, ids: readonly string[]): Promise<ChangeRow[]> {
    return read.query(
      `select overpayment_id as "overpaymentId", seq, fen, why, at from overpayment_change where overpayment_id = any($1::uuid[])
        order by overpayment_id, seq`,
      [ids],
    );
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

/** As the contract has it, without the shares. */
export interface Told {
  readonly id: string;
  readonly ground: OverpaymentGround;
  readonly programme: string;
  readonly divisionCode: string;
  readonly beneficiaryId: string;
  readonly payeeId: string | null;
  readonly payeeName: string;
  readonly from: Day;
  readonly until: Day;
  readonly paidOn: Day;
  readonly fen: Fen;
  readonly stillFen: Fen;
  readonly foundOn: Day;
  readonly reference: string;
}

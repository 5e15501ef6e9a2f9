import type { Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Answer, PaidYear, Question } from './enrolment.types';

/** Questions to other installations about who is paid there, and what was said. */
@Injectable()
export class EnrolmentRepository {
  async notePeers(tx: Tx, hasPeers: boolean, at: Date): Promise<void> {
    await tx.query(
      `insert into enrolment_peers (has_peers, seen_at) values ($1, $2)
       on conflict (is_only) do update set has_peers = excluded.has_peers, seen_at = excluded.seen_at`,
      [hasPeers, at],
    );
  }

  /** Of everybody who is about to be paid for the first time. */
  async makeFirst(tx: Tx, at: Date, limit: number): Promise<number> {
    const rows = await tx.query(
      `insert into enrolment_question (beneficiary_id, programme, period, county_code, occasion, made_at)
       select distinct on (c.beneficiary_id, c.programme) c.beneficiary_id, c.programme,
              daterange(make_date(c.claim_year, 1, 1), make_date(c.claim_year + 1, 1, 1)), left(c.division_code, 6) || '000000', 'first-payment', $1
         from claim c join beneficiary b on b.id = c.beneficiary_id and b.person_id is not null
        where c.state in ('determined', 'reviewed', 'confirmed') and c.division_code is not null
          and not exists (select from instruction i where i.beneficiary_id = c.beneficiary_id and i.programme = c.programme and i.is_live)
          and not exists (select from enrolment_question q where q.beneficiary_id = c.beneficiary_id and q.programme = c.programme)
        order by c.beneficiary_id, c.programme, c.claim_year limit $2
       on conflict do nothing returning 1`,
      [at, limit],
    );
    return rows.length;
  }

  /** Of whoever is paid and was last asked about before `before`, or before `silent` where nobody answered then. */
  async makeLater(tx: Tx, due: { before: Day; silent: Day }, at: Date, limit: number): Promise<number> {
    const rows = await tx.query(
      `insert into enrolment_question (beneficiary_id, programme, period, county_code, occasion, made_at)
       select i.beneficiary_id, i.programme, i.period, left(c.division_code, 6) || '000000', 'cross-check', $1
         from instruction i join claim c on c.id = i.claim_id join beneficiary b on b.id = i.beneficiary_id and b.person_id is not null
         cross join lateral (
           select q.made_at, q.outcome from enrolment_question q where q.beneficiary_id = i.beneficiary_id and q.programme = i.programme
            order by q.made_at desc limit 1) last
        where i.is_live and i.state in ('paid', 'closed') and c.division_code is not null
          and not exists (select from instruction n where n.beneficiary_id = i.beneficiary_id and n.programme = i.programme and n.is_live
                            and n.period >> i.period)
          and last.outcome is not null
          and (last.made_at < $2::date or last.outcome = 'no-reply' and last.made_at < $3::date)
        order by i.beneficiary_id limit $4 returning 1`,
      [at, due.before, due.silent, limit],
    );
    return rows.length;
  }

  toAsk(read: Tx, limit: number): Promise<Question[]> {
    return read.query(
      `select q.id, b.person_id as "personId", q.programme, lower(q.period) as "from", upper(q.period) as "until", q.county_code as county
         from enrolment_question q join beneficiary b on b.id = q.beneficiary_id
        where q.asked_at is null and b.person_id is not null order by q.id limit $1`,
      [limit],
    );
  }

  async markAsked(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
    await tx.query('update enrolment_question set asked_at = $2 where id = any($1::uuid[]) and asked_at is null', [
      ids,
      at,
    ]);
  }

  /** Asked, and not answered for good. */
  async toRead(read: Tx, after: string | null, limit: number): Promise<string[]> {
    const rows = await read.query<{ id: string }>(
      `select id from enrolment_question where asked_at is not null and (outcome is null or outcome = 'no-reply')
          and ($1::uuid is null or id > $1) order by id limit $2`,
      [after, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Returns those whose outcome is news. */
  async save(tx: Tx, answers: readonly Answer[], at: Date): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `update enrolment_question q set outcome = a.outcome, enrolments = a.enrolments, answered_at = $2
         from jsonb_to_recordset($1::jsonb) a (id uuid, outcome text, enrolments jsonb)
        where q.id = a.id and q.outcome is distinct from a.outcome and coalesce(q.outcome, 'no-reply') = 'no-reply' returning q.id`,
      [JSON.stringify(answers), at],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Where somebody is paid elsewhere: what was not paid here yet is held, with the question; what was paid is left alone, with a
   * question that no claim waits for.
   */
  async askAPerson(tx: Tx, ids: readonly string[], at: Date): Promise<number> {
    const rows = await tx.query<{ claim_id: string }>(
      `with found as (
         select q.id, q.beneficiary_id, q.programme, q.enrolments from enrolment_question q where q.id = any($1::uuid[]) and q.outcome = 'elsewhere'),
       about as (
         select distinct on (f.id, c.state = 'confirmed') c.id as claim_id, c.beneficiary_id, c.division_code, c.state, c.events, f.enrolments
           from found f join claim c on c.beneficiary_id = f.beneficiary_id and c.programme = f.programme
          where c.state in ('confirmed', 'paying', 'paid', 'returned', 'closed')
          order by f.id, c.state = 'confirmed', c.claim_year desc),
       asked as (
         insert into review_case (reason, claim_id, beneficiary_id, division_code, facts, opened_at)
         select 'ENROLLED_ELSEWHERE', claim_id, beneficiary_id, division_code, jsonb_build_object('enrolments', enrolments, 'paid', state <> 'confirmed'), $2
           from about order by claim_id
         on conflict (reason, claim_id, instruction_id) where state = 'open' do nothing),
       held as (
         insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
         select c.id, c.events + 1, c.state, 'held', 'system:enrolment', 'ENROLLED_ELSEWHERE', $2
           from found f join claim c on c.beneficiary_id = f.beneficiary_id and c.programme = f.programme and c.state = 'confirmed'
          order by c.id returning claim_id)
       select claim_id from about union select claim_id from held`,
      [ids, at],
    );
    return rows.length;
  }

  /** Years for which somebody was paid here, or is confirmed to be. */
  async paidYears(read: Tx, personId: string): Promise<PaidYear[]> {
    return read.query(
      `select c.programme, make_date(c.claim_year, 1, 1) as "from", make_date(c.claim_year + 1, 1, 1) as "until",
              left(c.division_code, 6) || '000000' as authority
         from beneficiary b join claim c on c.beneficiary_id = b.id
        where b.person_id = surviving_person($1) and b.merged_into is null and c.takes_year and c.division_code is not null`,
      [personId],
    );
  }
}

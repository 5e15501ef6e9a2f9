import type { EnrolmentAsked, EnrolmentOutcome } from '@app/contracts';
import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { AnsweredQuestion, AskedRow, DueAsk, YesRow } from './enrolment.types';

/** What other installations are asked of people here, and what they ask of us. */
@Injectable()
export class EnrolmentRepository {
  /** @returns Those that were not here before. */
  async insert(
    tx: Tx,
    questions: readonly (EnrolmentAsked & { readonly id: string; readonly dueOn: Day })[],
    outcome: EnrolmentOutcome,
    at: Date,
  ): Promise<{ id: string; reference: string }[]> {
    return tx.query(
      `insert into enrolment_question (id, reference, person_id, programme, period, division_code, legal_basis, asked_at, due_on, outcome, ended_at)
       select q.id, q.reference, q."personId", q.programme, daterange(q."from", q.until), q."divisionCode", q."legalBasis",
              $2, q."dueOn", $3, case when $3 <> 'waiting' then $2::timestamptz end
         from jsonb_to_recordset($1::jsonb) as q (id uuid, reference text, "personId" uuid, programme text, "from" date,
              until date, "divisionCode" text, "legalBasis" text, "dueOn" date) order by q.reference
       on conflict (reference) do nothing returning id, reference`,
      [JSON.stringify(questions), at, outcome],
    );
  }

  /** References that belong to a question of another content. */
  async otherContent(read: Read, questions: readonly EnrolmentAsked[]): Promise<{ reference: string }[]> {
    return read.query(
      `select q.reference from jsonb_to_recordset($1::jsonb) as q (reference text, "personId" uuid, programme text, "from" date, until date)
         join enrolment_question k using (reference)
        where (k.person_id, k.programme, k.period) is distinct from (q."personId", q.programme, daterange(q."from", q.until))`,
      [JSON.stringify(questions)],
    );
  }

  async insertAsks(
    tx: Tx,
    asks: readonly { readonly id: string; readonly questionId: string; readonly peer: string }[],
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into enrolment_ask (id, question_id, peer, next_at)
       select id, "questionId", peer, $2 from jsonb_to_recordset($1::jsonb) as a (id uuid, "questionId" uuid, peer text)`,
      [JSON.stringify(asks), at],
    );
  }

  /** Takes questions that are due for whoever asks them now. */
  claim(tx: Tx, peer: string, now: Date, until: Date, limit: number): Promise<DueAsk[]> {
    return tx.query<DueAsk>(
      `with due as (
         select id from enrolment_ask where peer = $1 and next_at <= $2 order by next_at, id limit $4 for update skip locked)
       update enrolment_ask a set next_at = $3 from due, enrolment_question q
        where a.id = due.id and q.id = a.question_id
       returning a.id, a.question_id as "questionId", q.person_id as "personId", q.programme, lower(q.period) as "from",
                 upper(q.period) as until, q.division_code as "divisionCode", q.legal_basis as "legalBasis", a.tries`,
      [peer, now, until, limit],
    );
  }

  /** Serves two installations that answer about one person at the same time one after the other. */
  async lock(tx: Tx, questionIds: readonly string[]): Promise<void> {
    await tx.query(`select id from enrolment_question where id = any($1::uuid[]) order by id for update`, [
      questionIds,
    ]);
  }

  async answer(
    tx: Tx,
    answers: readonly { readonly id: string; readonly isEnrolled: boolean; readonly sealed: Buffer | null }[],
    at: Date,
  ): Promise<void> {
    await tx.query(
      `update enrolment_ask a set is_enrolled = s.is, content_sealed = s.sealed, answered_at = $4, next_at = null,
              tries = tries + 1, last_failure = null
         from unnest($1::uuid[], $2::boolean[], $3::bytea[]) s (id, "is", sealed)
        where a.id = s.id and a.answered_at is null`,
      [
        answers.map(({ id }) => id),
        answers.map(({ isEnrolled }) => isEnrolled),
        answers.map(({ sealed }) => sealed),
        at,
      ],
    );
  }

  async noteFailure(tx: Tx, ids: readonly string[], failure: string, next: Date, isTry: boolean): Promise<void> {
    await tx.query(
      `update enrolment_ask set tries = tries + $4::int, last_failure = $2, next_at = $3
        where id = any($1::uuid[]) and answered_at is null and next_at is not null`,
      [ids, failure, next, isTry ? 1 : 0],
    );
  }

  async putBack(tx: Tx, ids: readonly string[], next: Date): Promise<void> {
    await tx.query(
      `update enrolment_ask set next_at = $2 where id = any($1::uuid[]) and answered_at is null and next_at is not null`,
      [ids, next],
    );
  }

  /** Says of each question what its answers come to. @returns Those of which that is news. */
  async conclude(tx: Tx, questionIds: readonly string[], at: Date): Promise<{ id: string }[]> {
    return tx.query(
      `with said as (
         select question_id, bool_or(is_enrolled) as yes, bool_and(answered_at is not null) as whole
           from enrolment_ask where question_id = any($1::uuid[]) group by question_id)
       update enrolment_question q
          set outcome = case when s.yes then 'elsewhere' when s.whole then 'nowhere' else 'waiting' end,
              ended_at = case when s.whole then $2::timestamptz end
         from said s
        where q.id = s.question_id and q.ended_at is null and (s.yes or s.whole) returning q.id`,
      [questionIds, at],
    );
  }

  async overdue(read: Read, today: Day, limit: number): Promise<{ id: string }[]> {
    return read.query(
      `select id from enrolment_question where ended_at is null and due_on < $1::date order by due_on, id limit $2`,
      [today, limit],
    );
  }

  /** Nobody is asked any more. */
  async end(tx: Tx, questionIds: readonly string[], at: Date): Promise<void> {
    await tx.query(
      `update enrolment_ask set next_at = null where question_id = any($1::uuid[]) and next_at is not null`,
      [questionIds],
    );
    await tx.query(
      `update enrolment_question set ended_at = $2, outcome = case when outcome = 'waiting' then 'no-reply' else outcome end
        where id = any($1::uuid[]) and ended_at is null`,
      [questionIds, at],
    );
  }

  async peersWithDue(read: Read, now: Date): Promise<{ peer: string }[]> {
    return read.query(`select distinct peer from enrolment_ask where next_at <= $1 order by peer`, [now]);
  }

  async nextDue(read: Read, peer: string): Promise<Date | null> {
    const [row] = await read.query<{ next: Date | null }>(
      `select min(next_at) as next from enrolment_ask where peer = $1 and next_at is not null`,
      [peer],
    );
    return row!.next;
  }

  async byReferences(read: Read, references: readonly string[]): Promise<AnsweredQuestion[]> {
    const rows = await read.query<AnsweredQuestion>(
      `select id, reference, person_id as "personId", outcome from enrolment_question where reference = any($1::text[])`,
      [references],
    );
    return read.disclose('enrolment_question', rows, ({ personId }) => personId);
  }

  async yeses(read: Read, questionIds: readonly string[]): Promise<YesRow[]> {
    return read.query(
      `select id, question_id as "questionId", peer, content_sealed as sealed from enrolment_ask
        where question_id = any($1::uuid[]) and is_enrolled order by peer`,
      [questionIds],
    );
  }

  /** @returns Whether there was quota left for so many. */
  async useQuota(tx: Tx, peer: string, day: Day, count: number, quota: number): Promise<boolean> {
    if (count > quota) return false;
    const rows = await tx.query(
      `insert into enrolment_quota as q (peer, day, used) values ($1, $2, $3)
       on conflict (peer, day) do update set used = q.used + excluded.used where q.used + excluded.used <= $4
       returning peer`,
      [peer, day, count, quota],
    );
    return rows.length === 1;
  }

  async log(tx: Tx, peer: string, transactionId: string, asked: readonly AskedRow[], at: Date): Promise<void> {
    await tx.query(
      `insert into enrolment_asked (peer, transaction_id, reference_id, division_code, purpose, legal_basis, programme, period, person_id, is_enrolled, at)
       select $1, $2, a.reference, a."divisionCode", a.purpose, a."legalBasis", a.programme, daterange(a."from", a.until),
              a."personId", a."isEnrolled", $4
         from jsonb_to_recordset($3::jsonb) as a (reference text, "divisionCode" text, purpose text, "legalBasis" text,
              programme text, "from" date, until date, "personId" uuid, "isEnrolled" boolean)`,
      [peer, transactionId, JSON.stringify(asked), at],
    );
  }

  /** @returns How many rows were dropped; the database keeps them for a while whatever is asked. */
  async forget(tx: Tx, endedBefore: Date, askedBefore: Date): Promise<bigint> {
    const [row] = await tx.query<{ n: bigint }>('select forget_enrolments($1, $2) as n', [endedBefore, askedBefore]);
    return row!.n;
  }

  /** By installation: questions that wait, and since when; and what it asked us on a day. */
  async counts(read: Read, day: Day): Promise<{ peer: string; waiting: number; since: Date | null; asked: number }[]> {
    return read.query(
      `select peer, coalesce(w.n, 0) as waiting, w.since, coalesce(u.used, 0) as asked
         from (select a.peer, count(*)::int as n, min(q.asked_at) as since from enrolment_ask a
                 join enrolment_question q on q.id = a.question_id where a.next_at is not null group by a.peer) w
         full join (select peer, used from enrolment_quota where day = $1) u using (peer)`,
      [day],
    );
  }
}

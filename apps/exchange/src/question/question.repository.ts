import type { RegistryOutcome } from '@app/contracts';
import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Asker, AttemptRow, NewQuestion, OpenQuestion, QuestionFilter, QuestionRow } from './question.types';

const COLUMNS = `q.id, q.asker, q.reference, q.kind, q.purpose, q.legal_basis as "legalBasis", q.division_code as "divisionCode",
  q.officer, q.person_mask as "personMask", q.asked_at as "askedAt", q.due_on as "dueOn", q.next_at as "nextAt", q.outcome,
  q.settled_at as "settledAt", q.answer_id as "answerId"`;

const FILTER = `q.division_code ^@ $1 and ($2::text is null or q.outcome = $2) and ($3::text is null or q.purpose = $3)
  and ($4::text is null or q.officer = $4)
  and ($5::date is null or q.asked_at >= ($5::date)::timestamp at time zone 'Asia/Shanghai')
  and ($6::date is null or q.asked_at < ($6::date + 1)::timestamp at time zone 'Asia/Shanghai')`;

const filterOf = ({ prefix, outcome, purpose, officer, from, to }: QuestionFilter): unknown[] => [
  prefix,
  outcome ?? null,
  purpose ?? null,
  officer ?? null,
  from ?? null,
  to ?? null,
];

/** Keys and seals of the person a question is about. */
export interface Subject {
  readonly subjectKey: Buffer;
  readonly personKey: Buffer;
  readonly placeKey: Buffer;
  readonly personMask: string;
  readonly numberSealed: Buffer;
  readonly nameSealed: Buffer;
}

@Injectable()
export class QuestionRepository {
  /** @returns Whether it was new; a reference that was used before stays what it was. */
  async insert(tx: Tx, asked: NewQuestion, subject: Subject, at: Date, dueOn: Day, nextAt: Date): Promise<boolean> {
    const rows = await tx.query(
      `insert into question (id, asker, reference, kind, purpose, legal_basis, division_code, officer, subject_key, person_key,
                             place_key, person_mask, number_sealed, name_sealed, asked_at, due_on, next_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
       on conflict (asker, reference) do nothing returning id`,
      [
        asked.id,
        asked.asker,
        asked.reference,
        asked.kind,
        asked.purpose,
        asked.legalBasis,
        asked.divisionCode,
        asked.officer,
        subject.subjectKey,
        subject.personKey,
        subject.placeKey,
        subject.personMask,
        subject.numberSealed,
        subject.nameSealed,
        at,
        dueOn,
        nextAt,
      ],
    );
    return rows.length === 1;
  }

  async findByReference(
    read: Read,
    asker: Asker,
    reference: string,
  ): Promise<(QuestionRow & { subjectKey: Buffer }) | undefined> {
    const [row] = await read.query<QuestionRow & { subjectKey: Buffer }>(
      `select ${COLUMNS}, q.subject_key as "subjectKey" from question q where q.asker = $1 and q.reference = $2`,
      [asker, reference],
    );
    return row;
  }

  async find(read: Read, id: string): Promise<QuestionRow | undefined> {
    const [row] = await read.query<QuestionRow>(`select ${COLUMNS} from question q where q.id = $1`, [id]);
    return row;
  }

  /** Takes a waiting question that is due for as long as a try may last, so that nobody else asks it meanwhile. */
  async claim(tx: Tx, id: string, now: Date, until: Date): Promise<OpenQuestion | undefined> {
    const [row] = await tx.query<OpenQuestion>(
      `update question q set next_at = $3 where q.id = $1 and q.outcome = 'waiting' and q.next_at <= $2
       returning ${COLUMNS}, q.subject_key as "subjectKey", q.person_key as "personKey", q.number_sealed as "numberSealed",
         q.name_sealed as "nameSealed",
         (select count(*)::int from question_attempt a where a.question_id = q.id) as tries`,
      [id, now, until],
    );
    return row;
  }

  async postpone(tx: Tx, id: string, nextAt: Date): Promise<void> {
    await tx.query(`update question set next_at = $2 where id = $1 and outcome = 'waiting'`, [id, nextAt]);
  }

  /** @returns Whether it still waited. */
  async settle(
    tx: Tx,
    id: string,
    outcome: RegistryOutcome,
    at: Date,
    answerId: string | null = null,
  ): Promise<boolean> {
    const rows = await tx.query(
      `update question set outcome = $2, settled_at = $3, answer_id = $4, next_at = null
        where id = $1 and outcome = 'waiting' returning id`,
      [id, outcome, at, answerId],
    );
    return rows.length === 1;
  }

  async noteAttempt(
    tx: Tx,
    attempt: {
      questionId: string;
      nominationId: string | null;
      at: Date;
      milliseconds: number;
      outcome: string;
    },
  ): Promise<void> {
    await tx.query(
      'insert into question_attempt (question_id, nomination_id, at, milliseconds, outcome) values ($1, $2, $3, $4, $5)',
      [attempt.questionId, attempt.nominationId, attempt.at, attempt.milliseconds, attempt.outcome],
    );
  }

  /** One more question of a unit today; false when its quota is spent. */
  async useQuota(tx: Tx, unitCode: string, day: Day, quota: number): Promise<boolean> {
    const rows = await tx.query(
      `insert into quota_use as u (unit_code, day, used) select $1, $2, 1 where $3 > 0
       on conflict (unit_code, day) do update set used = u.used + 1 where u.used < $3 returning used`,
      [unitCode, day, quota],
    );
    return rows.length === 1;
  }

  async quotaUsed(read: Read, unitCode: string, day: Day): Promise<number> {
    const [row] = await read.query<{ used: number }>('select used from quota_use where unit_code = $1 and day = $2', [
      unitCode,
      day,
    ]);
    return row?.used ?? 0;
  }

  /** The newest answer to the same question about the same person in the same county. */
  async findFresh(
    read: Read,
    question: OpenQuestion,
    since: Date,
  ): Promise<{ answerId: string; outcome: RegistryOutcome; at: Date } | undefined> {
    const [row] = await read.query<{ answerId: string; outcome: RegistryOutcome; at: Date }>(
      `select a.id as "answerId", q.outcome, a.answered_at as at from answer a join question q on q.id = a.question_id
        where q.person_key = $1 and q.subject_key = $2 and q.kind = $3 and q.purpose = $4 and q.asker = $5
          and left(q.division_code, 6) = left($6, 6) and a.answered_at >= $7
        order by a.answered_at desc limit 1`,
      [
        question.personKey,
        question.subjectKey,
        question.kind,
        question.purpose,
        question.asker,
        question.divisionCode,
        since,
      ],
    );
    return row;
  }

  async keepAnswer(tx: Tx, id: string, questionId: string, sealed: Buffer, at: Date): Promise<void> {
    await tx.query('insert into answer (id, question_id, content_sealed, answered_at) values ($1, $2, $3, $4)', [
      id,
      questionId,
      sealed,
      at,
    ]);
  }

  async readAnswer(read: Read, id: string): Promise<{ sealed: Buffer; at: Date } | undefined> {
    const [row] = await read.query<{ sealed: Buffer; at: Date }>(
      'select content_sealed as sealed, answered_at as at from answer where id = $1',
      [id],
    );
    return row;
  }

  /** Questions that are to be asked now, the longest waiting first. */
  async due(read: Read, now: Date, limit: number): Promise<{ id: string }[]> {
    return read.query<{ id: string }>(
      `select id from question where outcome = 'waiting' and next_at <= $1 order by next_at limit $2`,
      [now, limit],
    );
  }

  /** Those whose deadline has passed, taken in this transaction. */
  async overdue(tx: Tx, today: Day, limit: number): Promise<{ id: string; asker: Asker; reference: string }[]> {
    return tx.query<{ id: string; asker: Asker; reference: string }>(
      `select id, asker, reference from question where outcome = 'waiting' and due_on < $1::date
        order by next_at limit $2 for update skip locked`,
      [today, limit],
    );
  }

  async lock(tx: Tx, actor: string): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`registry lookup:${actor}`]);
  }

  /** Questions of officers about one region and birth date that found nobody; one that still waits counts as such. */
  async countMisses(read: Read, officer: string | null, placeKey: Buffer, since: Date): Promise<number> {
    const [row] = await read.query<{ n: number }>(
      `select count(*)::int as n from question
        where asker = 'officer' and ($1::text is null or officer = $1) and place_key = $2 and asked_at > $3
          and outcome in ('mismatch', 'not-found', 'waiting')`,
      [officer, placeKey, since],
    );
    return row!.n;
  }

  async countPersons(read: Read, officer: string, since: Date): Promise<number> {
    const [row] = await read.query<{ n: number }>(
      `select count(distinct person_key)::int as n from question where asker = 'officer' and officer = $1 and asked_at > $2`,
      [officer, since],
    );
    return row!.n;
  }

  async list(
    read: Read,
    filter: QuestionFilter,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<QuestionRow[]> {
    const rows = await read.query<QuestionRow>(
      `select ${COLUMNS} from question q
        where ${FILTER} and ($7::timestamptz is null or (q.asked_at, q.id) < ($7, $8::uuid))
        order by q.asked_at desc, q.id desc limit $9`,
      [...filterOf(filter), after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    return read.disclose('registry_question', rows);
  }

  async count(read: Read, filter: QuestionFilter): Promise<number> {
    const [row] = await read.query<{ n: number }>(
      `select count(*)::int as n from question q where ${FILTER}`,
      filterOf(filter),
    );
    return row!.n;
  }

  async byIds(read: Read, ids: readonly string[]): Promise<QuestionRow[]> {
    const rows = await read.query<QuestionRow>(`select ${COLUMNS} from question q where q.id = any($1::uuid[])`, [ids]);
    return read.disclose('registry_question', rows);
  }

  async attempts(read: Read, questionIds: readonly string[]): Promise<AttemptRow[]> {
    return read.query<AttemptRow>(
      `select a.question_id as "questionId", a.at, a.milliseconds, a.outcome, n.name as "clerkName", n.unit_name as "unitName"
         from question_attempt a left join nomination n on n.id = a.nomination_id
        where a.question_id = any($1::uuid[]) order by a.at, a.id`,
      [questionIds],
    );
  }

  /** How many wait, and since when. */
  async backlog(read: Read, prefix: string): Promise<{ waiting: number; since: Date | null }> {
    const [row] = await read.query<{ waiting: number; since: Date | null }>(
      `select count(*)::int as waiting, min(asked_at) as since from question where outcome = 'waiting' and division_code ^@ $1`,
      [prefix],
    );
    return row!;
  }
}

import type { Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Outcome, QuestionRow } from './birth-registration.types';

const ROWS = `select q.id, q.registration_id as "registrationId", q.party_id as "partyId", p.person_id as "subjectId",
    q.asked_code as "askedCode", q.purpose, q.legal_basis as "legalBasis", q.fields_wanted as "fieldsWanted",
    q.asked_by as "askedBy", q.asked_at as "askedAt", q.due_on as "dueOn", a.outcome, a.office, a.note,
    a.entered_by as "answeredBy", a.at as "answeredAt"
  from elsewhere_question q join birth_registration_party p on p.id = q.party_id
  left join lateral (select * from elsewhere_answer a where a.question_id = q.id order by a.seq desc limit 1) a on true`;

/** The SQL about questions to other places and their answers. */
@Injectable()
export class ElsewhereRepository {
  async insert(
    tx: Tx,
    question: {
      id: string;
      registrationId: string;
      partyId: string;
      askedCode: string;
      purpose: string;
      legalBasis: string;
      fieldsWanted: readonly string[];
      askedAt: Date;
      dueOn: Day | null;
    },
  ): Promise<void> {
    await tx.query(
      `insert into elsewhere_question (id, registration_id, party_id, asked_code, purpose, legal_basis, fields_wanted, asked_at, due_on)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        question.id,
        question.registrationId,
        question.partyId,
        question.askedCode,
        question.purpose,
        question.legalBasis,
        question.fieldsWanted,
        question.askedAt,
        question.dueOn,
      ],
    );
  }

  async insertAnswer(
    tx: Tx,
    questionId: string,
    answer: { outcome: Outcome; office: string | null; note: string | null; at: Date },
  ): Promise<void> {
    await tx.query(
      `insert into elsewhere_answer (question_id, seq, outcome, office, note, at)
       select $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5 from elsewhere_answer where question_id = $1`,
      [questionId, answer.outcome, answer.office, answer.note, answer.at],
    );
  }

  async find(tx: Tx, id: string): Promise<QuestionRow | undefined> {
    const rows = await tx.query<QuestionRow>(`${ROWS} where q.id = $1`, [id]);
    return tx.disclose('birth_registration', rows, ({ registrationId }) => registrationId)[0];
  }

  async ofRegistrations(tx: Tx, ids: readonly string[]): Promise<QuestionRow[]> {
    const rows = await tx.query<QuestionRow>(
      `${ROWS} where q.registration_id = any ($1::uuid[]) order by q.registration_id, q.asked_at, q.id`,
      [ids],
    );
    return tx.disclose('birth_registration', rows, ({ registrationId }) => registrationId);
  }
}

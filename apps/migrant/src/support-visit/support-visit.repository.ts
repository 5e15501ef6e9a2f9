import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { SupportVisitState } from './support-visit.state';
import type { ConsentRow, NoteRow, Purpose, Topic, VisitFilter, VisitRow } from './support-visit.types';

const OWN = 'coalesce(c.owner_key = guard_key() or c.person_id = any (guard_family()), false)';

const CONSENT = `c.id, c.division_code as "divisionCode", c.person_id as "personId", c.name, c.kind, c.scope, c.given_by as "givenBy",
  c.guardian_name as "guardianName", c.starts_on as "startsOn", c.ends_on as "endsOn", ${OWN} as "isOwn"`;

const VISIT = `v.id, v.consent_id as "consentId", v.purpose, v.planned_on as "plannedOn", v.state, v.offered_by as "offeredBy",
  v.done_on as "doneOn", array(select topic from support_topic t where t.visit_id = v.id order by topic) as topics,
  ${OWN} as "isOwn", c.division_code as "divisionCode"`;

/** The SQL about consents to support visits and what they carry. */
@Injectable()
export class SupportVisitRepository {
  async insertConsent(
    tx: Tx,
    row: Omit<ConsentRow, 'id' | 'isOwn'> & { ownKey: string | null; document: string | null; at: Date },
  ): Promise<string> {
    const [made] = await tx.query<{ id: string }>(
      `insert into support_consent (division_code, person_id, owner_key, name, kind, scope, given_by, guardian_name, document, starts_on, ends_on, recorded_at)
       values ($1, $2, decode($3, 'hex'), $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id`,
      [
        row.divisionCode,
        row.personId,
        row.ownKey,
        row.name,
        row.kind,
        row.scope,
        row.givenBy,
        row.guardianName,
        row.document,
        row.startsOn,
        row.endsOn,
        row.at,
      ],
    );
    tx.concern('support_consent', [made!.id]);
    return made!.id;
  }

  async consents(read: Tx, ids: readonly string[]): Promise<ConsentRow[]> {
    const rows = await read.query<ConsentRow>(`select ${CONSENT} from support_consent c where c.id = any ($1)`, [ids]);
    return read.disclose('support_consent', rows);
  }

  /** Of those who consented, by place. */
  async listConsents(
    read: Tx,
    prefix: string,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<ConsentRow[]> {
    const rows = await read.query<ConsentRow>(
      `select ${CONSENT} from support_consent c where c.division_code ^@ $1
         and ($2::text is null or (c.division_code, c.id) > ($2::text collate "C", $3::uuid))
        order by c.division_code, c.id limit $4`,
      [prefix, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    return read.disclose('support_consent', rows);
  }

  async ownConsents(read: Tx): Promise<ConsentRow[]> {
    const rows = await read.query<ConsentRow>(
      `select ${CONSENT} from support_consent c where ${OWN} order by c.starts_on desc, c.id`,
    );
    return read.disclose('support_consent', rows);
  }

  /** Whether it was there. Everything that it carried goes with it. */
  async deleteConsent(tx: Tx, id: string): Promise<boolean> {
    const gone = await tx.query(`delete from support_consent where id = $1 returning id`, [id]);
    if (gone.length > 0) tx.concern('support_consent', [id]);
    return gone.length > 0;
  }

  async deleteOver(tx: Tx, today: Day): Promise<number> {
    const gone = await tx.query<{ id: string }>(
      `delete from support_consent where id in (select id from support_consent where ends_on <= $1 limit 1000) returning id`,
      [today],
    );
    const ids = gone.map(({ id }) => id);
    if (ids.length > 0) tx.concern('support_consent', ids);
    return gone.length;
  }

  async insertVisit(tx: Tx, row: { consentId: string; purpose: Purpose; plannedOn: Day; at: Date }): Promise<string> {
    const [made] = await tx.query<{ id: string }>(
      `insert into support_visit (consent_id, purpose, planned_on, state, recorded_at) values ($1, $2, $3, 'offered', $4) returning id`,
      [row.consentId, row.purpose, row.plannedOn, row.at],
    );
    tx.concern('support_visit', [made!.id]);
    return made!.id;
  }

  async visitForUpdate(tx: Tx, id: string): Promise<VisitRow | undefined> {
    const [row] = await tx.query<VisitRow>(
      `select ${VISIT} from support_visit v join support_consent c on c.id = v.consent_id where v.id = $1 for update of v`,
      [id],
    );
    return row;
  }

  async visits(read: Tx, ids: readonly string[]): Promise<VisitRow[]> {
    const rows = await read.query<VisitRow>(
      `select ${VISIT} from support_visit v join support_consent c on c.id = v.consent_id where v.id = any ($1)`,
      [ids],
    );
    return read.disclose('support_visit', rows);
  }

  async visitsOf(read: Tx, consentIds: readonly string[]): Promise<VisitRow[]> {
    const rows = await read.query<VisitRow>(
      `select ${VISIT} from support_visit v join support_consent c on c.id = v.consent_id
        where v.consent_id = any ($1) order by v.planned_on, v.id`,
      [consentIds],
    );
    return read.disclose('support_visit', rows);
  }

  /** What is planned first stands first. */
  async list(
    read: Tx,
    { prefix, state }: VisitFilter,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<VisitRow[]> {
    const rows = await read.query<VisitRow>(
      `select ${VISIT} from support_visit v join support_consent c on c.id = v.consent_id
        where c.division_code ^@ $1 and ($2::text is null or v.state = $2)
          and ($3::date is null or (v.planned_on, v.id) > ($3::date, $4::uuid))
        order by v.planned_on, v.id limit $5`,
      [prefix, state ?? null, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    return read.disclose('support_visit', rows);
  }

  async move(tx: Tx, id: string, to: SupportVisitState, doneOn: Day | null): Promise<void> {
    await tx.query(`update support_visit set state = $2, done_on = $3 where id = $1`, [id, to, doneOn]);
    tx.concern('support_visit', [id]);
  }

  /** What the family asks to be told of; asked again, it is that and no more. */
  async setTopics(tx: Tx, id: string, topics: readonly Topic[]): Promise<void> {
    await tx.query(`delete from support_topic where visit_id = $1 and not topic = any ($2)`, [id, topics]);
    await tx.query(
      `insert into support_topic (visit_id, topic) select $1, unnest($2::text[]) on conflict (visit_id, topic) do nothing`,
      [id, topics],
    );
  }

  async note(tx: Tx, visitId: string, topic: Topic, words: string, at: Date): Promise<void> {
    await tx.query(`insert into support_note (visit_id, topic, words, at) values ($1, $2, $3, $4)`, [
      visitId,
      topic,
      words,
      at,
    ]);
  }

  async deleteNotes(tx: Tx, visitId: string): Promise<void> {
    await tx.query(`delete from support_note where visit_id = $1`, [visitId]);
  }

  notes(read: Read, visitIds: readonly string[]): Promise<NoteRow[]> {
    return read.query(
      `select visit_id as "visitId", topic, words, written_by as "writtenBy", at from support_note
        where visit_id = any ($1) order by visit_id, topic`,
      [visitIds],
    );
  }
}

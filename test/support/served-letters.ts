import type { CountyWorld } from './county-world';

/** What a county serves and somebody contests: ids of each kind of row there is. */
export interface PlantedLetters {
  /** A letter that is on its way. */
  readonly letterId: string;
  /** The attempt to serve it by post. */
  readonly sendingId: string;
  /** The matter of a decision that was served, and a remedy against it. */
  readonly contestedId: string;
  readonly remedyId: string;
}

/** Letters of a county to one person: one on its way by post, one that was served and is contested; with a consent that ended. */
export async function plantLetters(
  world: Pick<CountyWorld, 'database'>,
  person: { readonly village: string; readonly ownKey: Buffer },
): Promise<PlantedLetters> {
  const county = `${person.village.slice(0, 6)}000000`;
  const one = async (sql: string, parameters: unknown[]) =>
    (await world.database.admin<{ id: string }>(sql, parameters))[0]!.id;
  const letter = () =>
    one(
      `insert into fees.letter (id, no, kind, about_id, division_code, office_name, recipient_name, recipient_key, content, pdf,
         pdf_sha256, code_hash, made_by, made_on, made_at)
       select id, 'planted-' || id, 'remedy-decision', id, $1, '示例区卫生健康局', '张示例', $2, '{}', 'x', sha256('x'),
         sha256(convert_to(id::text, 'UTF8')), 'planted', '2026-03-02', '2026-03-02' from (select uuidv7() as id) new returning id`,
      [county, person.ownKey],
    );
  const attempt = async (letterId: string, mode: string, consentId: string | null = null) => {
    await world.database.admin(
      `insert into fees.letter_delivery (letter_id, division_code, recipient_key, began_on)
       values ($1, $2, $3, '2026-03-02') on conflict do nothing`,
      [letterId, county, person.ownKey],
    );
    return one(
      `insert into fees.delivery_attempt (id, letter_id, mode, consent_id, sent_on, sent_by, sent_at)
       values (uuidv7(), $1, $2, $3, '2026-03-02', 'planted', '2026-03-02') returning id`,
      [letterId, mode, consentId],
    );
  };
  const consentId = await one(
    `with c as (
       insert into fees.delivery_consent (id, owner_key, basis, reference, words, given_on, recorded_by, recorded_at)
       values (uuidv7(), $1, 'paper', '同意书1号', '同意以本系统账户接收文书', '2026-03-02', 'planted', '2026-03-02') returning id),
     e as (
       insert into fees.delivery_consent_end (consent_id, ended_on, ended_by, recorded_at)
       select id, '2026-03-03', 'planted', '2026-03-03' from c)
     select id from c`,
    [person.ownKey],
  );
  const [letterId, served] = [await letter(), await letter()];
  const sendingId = await attempt(letterId, 'mail');
  const arrived = await attempt(served, 'electronic', consentId);
  await world.database.admin(
    `insert into fees.delivery_outcome (attempt_id, seq, mode, kind, served_on, arrived_at, recorded_by, recorded_at)
     values ($1, 1, 'electronic', 'served', '2026-03-02', '2026-03-02T10:00:00+08:00', 'planted', '2026-03-02')`,
    [arrived],
  );
  await world.database.admin(
    `insert into fees.delivery_paper (id, letter_id, asked_by, asked_on, asked_at) values (uuidv7(), $1, 'planted', '2026-03-03', '2026-03-03')`,
    [served],
  );
  const remedyId = await one(
    `with d as (
       insert into fees.contestable_decision (id, matter_id, letter_id, division_code, debtor_name, debtor_key, fen, told_of_rights,
         made_on, made_by, recorded_at)
       values (uuidv7(), $1, $1, $2, '张示例', $3, 30000, true, '2026-03-02', 'planted', '2026-03-02') returning id),
     r as (
       insert into fees.remedy (id, decision_id, matter_id, division_code, debtor_key, kind, channel, body, filed_on, filed_by, filed_at,
         is_late, state, accepted_on, decide_due_on)
       select uuidv7(), id, $1, $2, $3, 'reconsideration', 'paper', '示例区人民政府', '2026-03-10', 'planted', '2026-03-10',
         false, 'accepted', '2026-03-12', '2026-05-11' from d returning id),
     e as (
       insert into fees.remedy_event (remedy_id, seq, kind, from_state, to_state, actor, at)
       select id, 1, 'file', 'new', 'filed', 'planted', '2026-03-10' from r),
     s as (
       insert into fees.remedy_suspension (remedy_id, seq, kind, basis, body, reason, decided_on, recorded_by, recorded_at)
       select id, 1, 'suspended', 'applicant', '示例区人民政府', '申请人困难', '2026-03-12', 'planted', '2026-03-12' from r)
     select id from r`,
    [served, county, person.ownKey],
  );
  return { letterId, sendingId, contestedId: served, remedyId };
}

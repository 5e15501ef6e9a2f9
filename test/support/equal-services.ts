import type { CountyWorld } from './county-world';

/** What a family of people who moved leaves behind in the migrant app: ids of each kind of row there is. */
export interface PlantedServices {
  readonly serviceId: string;
  readonly consentId: string;
  readonly endedIds: readonly string[];
  readonly visitId: string;
  readonly complaintId: string;
}

/** A request, a consent with a visit, consents to be ended, and a complaint of one child's family, in the child's township. */
export async function plantServices(
  world: Pick<CountyWorld, 'database'>,
  child: { readonly personId: string; readonly village: string; readonly ownKey: Buffer },
): Promise<PlantedServices> {
  const { personId, village, ownKey } = child;
  const [town, county] = [`${village.slice(0, 9)}000`, `${village.slice(0, 6)}000000`];
  const one = async (sql: string, parameters: unknown[]) =>
    (await world.database.admin<{ id: string }>(sql, parameters))[0]!.id;
  const serviceId = await one(
    `insert into migrant.service_request (entitlement_id, client_ref, asked_by, channel, household, person_id, owner_key, name,
       first_code, responsible_code, places, state, received_on, counted_from, counted_days, due_rule, due_on, recorded_at)
     select id, $1, 'planted', 'counter', 'newcomer', $2, $3, '示例', $4, $4, array[$4], 'asked', '2026-04-01', '2026-04-01', 5,
       'service.notice-working-days', '2026-04-09', now() from migrant.service_entitlement where code = 'vaccination' returning id`,
    [`planted-${personId}`, personId, ownKey, town],
  );
  await world.database.admin(
    `insert into migrant.service_request_action (request_id, seq, kind, from_state, to_state, actor, at)
     values ($1, 1, 'ask', 'new', 'asked', 'planted', now())`,
    [serviceId],
  );
  await world.database.admin(
    `insert into migrant.service_referral (request_id, from_code, to_code, reason, asked_by, asked_at, answer, note, answered_by, answered_at)
     values ($1, $2, $3, '应由县级办理', 'planted', now(), 'declined', '由乡镇办理', 'planted', now())`,
    [serviceId, town, county],
  );
  const consent = (from: string, until: string, person: string | null) =>
    one(
      `insert into migrant.support_consent (division_code, person_id, owner_key, name, kind, scope, given_by, guardian_name, starts_on, ends_on, recorded_by, recorded_at)
       values ($1, $2, $3, '示例', 'child', array['call'], 'guardian', '示例家长', $4, $5, 'planted', now()) returning id`,
      [town, person, ownKey, from, until],
    );
  const consentId = await consent('2026-04-01', '2026-09-01', personId);
  const endedIds: string[] = [];
  for (let n = 0; n < 30; n++) endedIds.push(await consent('2026-04-01', '2026-09-01', null));
  const visitId = await one(
    `insert into migrant.support_visit (consent_id, purpose, planned_on, state, offered_by, recorded_at)
     values ($1, 'call', '2026-05-01', 'offered', 'planted', now()) returning id`,
    [consentId],
  );
  await world.database.admin(`insert into migrant.support_topic values ($1, 'medicine')`, [visitId]);
  await world.database.admin(
    `insert into migrant.support_note (visit_id, topic, words, written_by, at) values ($1, 'medicine', '药够用', 'planted', now())`,
    [visitId],
  );
  const complaintId = await one(
    `insert into migrant.complaint (kind, about_code, responsible_code, places, told_sealed, is_anonymous, owner_key, filed_by, state,
       received_on, counted_days, due_on, recorded_at)
     values ('service', $1, $2, array[$2], 'x', false, $3, 'planted', 'filed', '2026-04-01', 15, '2026-04-23', now()) returning id`,
    [town, county, ownKey],
  );
  await world.database.admin(
    `insert into migrant.complaint_action (complaint_id, seq, kind, from_state, to_state, actor, at)
     values ($1, 1, 'file', 'new', 'filed', 'planted', now())`,
    [complaintId],
  );
  await world.database.admin(
    `insert into migrant.complaint_hand_over (complaint_id, from_code, to_code, reason, asked_by, asked_at, answer, note, answered_by, answered_at)
     values ($1, $2, $3, '应由市级答复', 'planted', now(), 'declined', '由县级答复', 'planted', now())`,
    [complaintId, county, `${county.slice(0, 4)}00000000`],
  );
  return { serviceId, consentId, endedIds, visitId, complaintId };
}

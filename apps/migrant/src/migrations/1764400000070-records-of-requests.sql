-- What other slices hold about somebody joins the register of personal tables: requests between places, services asked for,
-- consents and visits, complaints. Where a slice deletes by itself, the register says how.

-- Whom a row names by the register's person or by their number, if they are on record as somebody who moved.
create function resident_of(person uuid, key bytea) returns uuid language sql stable set search_path from current as $$
  select coalesce((select r.id from resident r where r.person_id = person), (select r.id from resident r where r.number_key = key))
$$;

-- The day a service request was done with; null while it is not, or while a complaint still rests on it.
create function service_request_over(request uuid) returns date language plpgsql stable set search_path from current as $$
begin
  return (
    select case when r.state in ('served', 'declined') then r.decided_on
                when r.state = 'withdrawn' then (coalesce((select max(a.at) from service_request_action a where a.request_id = r.id), r.recorded_at) at time zone 'Asia/Shanghai')::date end
      from service_request r
     where r.id = request and not exists (select from complaint c where c.request_id = r.id or c.mended_request_id = r.id));
end $$;
create function complaint_over(of_complaint uuid) returns date language plpgsql stable set search_path from current as $$
begin
  return (select c.ended_on from complaint c where c.id = of_complaint);
end $$;

do $$
declare
  blanked text := 'forget_coordination() takes away whom it is about and what was said, coordination.retention-days after the answer';
  ended text := 'deleted with its consent, when that is taken back or over';
  of_request text := '(select resident_of(r.person_id, r.subject_key) from coordination_request r where r.id = t.request_id)';
  my_request text := 'exists (select from coordination_request r where r.id = t.request_id and (r.person_id = any (p.persons) or r.subject_key = any (p.keys)))';
  key_withheld jsonb := '"a keyed hash by which the number is found, which says nothing by itself"';
begin
  perform personal_table_join('coordination_request', 'resident_of(t.person_id, t.subject_key)',
    't.person_id = any (p.persons) or t.subject_key = any (p.keys)', '{coordination_request}',
    jsonb_build_object('subject_key', key_withheld), '{offered_sealed, values_sealed}', blanked);
  perform personal_table_join('coordination_act', of_request, my_request, opened => '{note_sealed}', otherwise => blanked);
  perform personal_table_join('coordination_reminder', of_request, my_request, otherwise => blanked);
  perform personal_table_join('coordination_message', of_request, my_request, opened => '{body_sealed}', otherwise => blanked);
  perform personal_table_join('coordination_arrival', of_request, my_request, opened => '{body_sealed}', otherwise => blanked);
  perform retention_hold_by('coordination', $h$ exists (select from coordination_request h join resident r on r.id = p.id
    where h.state in ('asked', 'returned') and (h.person_id = r.person_id or h.subject_key = r.number_key)) $h$,
    '地区之间的协查尚未答复', 'another place was asked and has not answered');

  perform personal_table_join('service_request', 'resident_of(t.person_id, t.owner_key)',
    't.person_id = any (p.persons) or t.owner_key = any (p.keys)', '{service_request}', jsonb_build_object('owner_key', key_withheld));
  perform personal_table_join('service_referral', '(select resident_of(r.person_id, r.owner_key) from service_request r where r.id = t.request_id)',
    'exists (select from service_request r where r.id = t.request_id and (r.person_id = any (p.persons) or r.owner_key = any (p.keys)))');
  perform personal_table_join('service_request_action', '(select resident_of(r.person_id, r.owner_key) from service_request r where r.id = t.request_id)',
    'exists (select from service_request r where r.id = t.request_id and (r.person_id = any (p.persons) or r.owner_key = any (p.keys)))');
  -- What hangs on a request goes first, in the same night; and complaints about it before.
  perform retention_join('service-request-trail', 'service_request_action', 'service_request_over(t.request_id)',
    '(select r.responsible_code from service_request r where r.id = t.request_id)', '服务申请的办理经过', 'what was done about a service request',
    key => 't.request_id::text || t.seq', names => 'array[t.request_id]', at_position => 50);
  perform retention_join('service-referral', 'service_referral', 'service_request_over(t.request_id)',
    '(select r.responsible_code from service_request r where r.id = t.request_id)', '服务申请的转办', 'referrals of a service request',
    names => 'array[t.id, t.request_id]', at_position => 51);
  perform retention_join('service-request', 'service_request',
    'case when not exists (select from service_request_action a where a.request_id = t.id) and not exists (select from service_referral a where a.request_id = t.id) then service_request_over(t.id) end', 't.responsible_code', '服务申请', 'a service request',
    at_position => 60);
  perform retention_hold_by('service-request', $h$ exists (select from service_request h join resident r on r.id = p.id
    where h.state in ('asked', 'incomplete', 'taken') and (h.person_id = r.person_id or h.owner_key = r.number_key)) $h$,
    '服务申请尚未办结', 'a service request is open');

  perform personal_table_join('support_consent', 'resident_of(t.person_id, t.owner_key)',
    't.person_id = any (p.persons) or t.owner_key = any (p.keys)', '{support_consent}',
    jsonb_build_object('owner_key', key_withheld), otherwise => ended);
  perform personal_table_join('support_visit', '(select resident_of(c.person_id, c.owner_key) from support_consent c where c.id = t.consent_id)',
    'exists (select from support_consent c where c.id = t.consent_id and (c.person_id = any (p.persons) or c.owner_key = any (p.keys)))',
    '{support_visit}', otherwise => ended);
  perform personal_table_join('support_topic', '(select resident_of(c.person_id, c.owner_key) from support_visit v join support_consent c on c.id = v.consent_id where v.id = t.visit_id)',
    'exists (select from support_visit v join support_consent c on c.id = v.consent_id where v.id = t.visit_id and (c.person_id = any (p.persons) or c.owner_key = any (p.keys)))',
    otherwise => ended);
  perform personal_table_join('support_note', '(select resident_of(c.person_id, c.owner_key) from support_visit v join support_consent c on c.id = v.consent_id where v.id = t.visit_id)',
    'exists (select from support_visit v join support_consent c on c.id = v.consent_id where v.id = t.visit_id and (c.person_id = any (p.persons) or c.owner_key = any (p.keys)))',
    otherwise => ended);

  perform personal_table_join('complaint', 'resident_of(null, t.owner_key)', 't.owner_key = any (p.keys)', '{complaint}',
    jsonb_build_object('owner_key', key_withheld, 'complained_of', '"officers whom it is about"'::jsonb), '{told_sealed, contact_sealed}');
  perform personal_table_join('complaint_hand_over', '(select resident_of(null, c.owner_key) from complaint c where c.id = t.complaint_id)',
    'exists (select from complaint c where c.id = t.complaint_id and c.owner_key = any (p.keys))');
  perform personal_table_join('complaint_action', '(select resident_of(null, c.owner_key) from complaint c where c.id = t.complaint_id)',
    'exists (select from complaint c where c.id = t.complaint_id and c.owner_key = any (p.keys))');
  perform retention_join('complaint-trail', 'complaint_action', 'complaint_over(t.complaint_id)',
    '(select c.responsible_code from complaint c where c.id = t.complaint_id)', '投诉的办理经过', 'what was done about a complaint',
    key => 't.complaint_id::text || t.seq', names => 'array[t.complaint_id]', at_position => 45);
  perform retention_join('complaint-hand-over', 'complaint_hand_over', 'complaint_over(t.complaint_id)',
    '(select c.responsible_code from complaint c where c.id = t.complaint_id)', '投诉的移交', 'hand-overs of a complaint',
    names => 'array[t.id, t.complaint_id]', at_position => 46);
  perform retention_join('complaint', 'complaint',
    'case when not exists (select from complaint_action a where a.complaint_id = t.id) and not exists (select from complaint_hand_over a where a.complaint_id = t.id) then t.ended_on end',
    't.responsible_code', '投诉', 'a complaint', at_position => 47);
  perform retention_hold_by('complaint', $h$ exists (select from complaint h join resident r on r.id = p.id
    where h.ended_on is null and h.owner_key = r.number_key) $h$, '投诉尚未办结', 'a complaint is open');
end $$;

insert into parameter (name, valid, value, unit, source, status)
select 'keep.' || name, '[2021-08-20,)', '24', 'months', '办结后：统计原始记录至少二年（统计法实施条例第十九条），此后无保存必要（个人信息保护法第十九条）', 'assumed'
  from retention_class where name in ('service-request', 'service-request-trail', 'service-referral', 'complaint', 'complaint-trail', 'complaint-hand-over');

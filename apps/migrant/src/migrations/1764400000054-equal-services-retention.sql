-- What equal services hold about somebody, and how long. Support visits are not deleted by the night: they go the moment the
-- consent is taken back or over.

select personal_table_join('service_request', '(select r.id from resident r where r.person_id = t.person_id)',
  't.person_id = any (p.persons) or t.owner_key = any (p.keys)', '{service_request}',
  '{"owner_key": "a keyed hash by which the number is found, which says nothing by itself"}');
select personal_table_join('service_referral', 'null::uuid',
  't.request_id in (select q.id from service_request q where q.person_id = any (p.persons) or q.owner_key = any (p.keys))');
select personal_table_join('service_request_action', 'null::uuid',
  't.request_id in (select q.id from service_request q where q.person_id = any (p.persons) or q.owner_key = any (p.keys))');
select personal_table_join('complaint', 'null::uuid', 't.owner_key = any (p.keys)', '{complaint}',
  '{"owner_key": "a keyed hash by which the number is found, which says nothing by itself",
    "complained_of": "officers whom the complaint is about: told to nobody but who answers it"}',
  '{told_sealed, contact_sealed}');
select personal_table_join('complaint_hand_over', 'null::uuid',
  't.complaint_id in (select q.id from complaint q where q.owner_key = any (p.keys))');
select personal_table_join('complaint_action', 'null::uuid',
  't.complaint_id in (select q.id from complaint q where q.owner_key = any (p.keys))');
select personal_table_join('support_consent', '(select r.id from resident r where r.person_id = t.person_id)',
  't.person_id = any (p.persons) or t.owner_key = any (p.keys)', '{support_consent}',
  '{"owner_key": "a keyed hash by which the number is found, which says nothing by itself"}', '{}',
  'with one click, or on the day it is over');
select personal_table_join('support_visit', 'null::uuid',
  't.consent_id in (select q.id from support_consent q where q.person_id = any (p.persons) or q.owner_key = any (p.keys))',
  '{support_visit}', '{}', '{}', 'with the consent that it is within');
select personal_table_join('support_topic', 'null::uuid',
  't.visit_id in (select v.id from support_visit v join support_consent q on q.id = v.consent_id where q.person_id = any (p.persons) or q.owner_key = any (p.keys))',
  '{}', '{}', '{}', 'with the consent that it is within');
select personal_table_join('support_note', 'null::uuid',
  't.visit_id in (select v.id from support_visit v join support_consent q on q.id = v.consent_id where q.person_id = any (p.persons) or q.owner_key = any (p.keys))',
  '{}', '{}', '{}', 'with the consent that it is within');

select retention_join('service-request', 'service_request',
  $s$ case when t.state in ('served', 'declined') then t.decided_on
           when t.state = 'withdrawn' then (select (max(a.at) at time zone 'Asia/Shanghai')::date from service_request_action a where a.request_id = t.id) end $s$,
  't.first_code', '服务申请及其办理记录', 'a request for a service with its journal',
  names => 'array[t.id] || array(select f.id from service_referral f where f.request_id = t.id)', at_position => 50);
select retention_join('complaint', 'complaint', 't.ended_on', 't.about_code', '投诉及其办理记录', 'a complaint with its journal',
  names => 'array[t.id] || array(select h.id from complaint_hand_over h where h.complaint_id = t.id)', at_position => 51);

insert into parameter (name, valid, value, unit, source, status) values
  ('keep.service-request', '[2021-08-20,)', '24', 'months', '办结后供复议、诉讼和更正使用：行政复议法第二十条、个人信息保护法第十九条；年限为本机关自定', 'assumed'),
  ('keep.complaint', '[2021-08-20,)', '36', 'months', '办结后供复核和行政处理记录备查：个人信息保护法第五十六条（参照）；年限为本机关自定', 'assumed');

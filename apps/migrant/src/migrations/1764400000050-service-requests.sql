-- Services that residents from elsewhere are owed like everybody else, and requests for them: who is responsible at every
-- moment, by when, which papers may be asked for, and a journal that only grows.

create table service_entitlement (
  id             uuid primary key default uuidv7(),
  code           text not null,
  -- Leading digits of the division it holds in; the longest that fits counts. Empty is everywhere.
  region         text collate "C" not null default '',
  valid          daterange not null,
  kind           text not null,
  name_zh        text not null,
  name_en        text not null,
  served_by      text not null,
  authority_zh   text not null,
  authority_en   text not null,
  working_days   smallint not null,
  papers         text[] not null,
  never_papers   text[] not null,
  source         text not null check (source <> ''),
  status         text not null,
  constraint service_entitlement_has_one_text_a_day exclude using gist (code with =, region with =, valid with &&),
  constraint service_entitlement_region_is_a_code check (region ~ '^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})?$'),
  constraint service_entitlement_begins_somewhere check (not lower_inf(valid) and not isempty(valid)),
  constraint service_entitlement_code_is_a_word check (code ~ '^[a-z]+(-[a-z]+)*$'),
  constraint service_entitlement_kind_is_known check (kind in ('public-health', 'registration', 'childcare', 'relief', 'article-12')),
  constraint service_entitlement_server_is_known check (served_by in ('township', 'county', 'other-authority')),
  constraint service_entitlement_has_a_deadline check (working_days between 1 and 60),
  constraint service_entitlement_papers_are_known check ((papers || never_papers) <@ array['identity-paper', 'household-book',
    'birth-certificate', 'residence-permit', 'residence-statement', 'vaccination-record', 'guardianship-paper',
    'hardship-statement', 'marriage-certificate', 'social-insurance-record', 'birth-registration-voucher', 'commitment',
    'tenancy-contract']),
  constraint service_entitlement_asks_for_nothing_it_may_not check (not papers && never_papers),
  constraint service_entitlement_status_is_known check (status in ('confirmed', 'assumed', 'unverified'))
);
comment on table service_entitlement is 'A service, who serves it, by when and on which papers, by region and days, with its source. A change of the text is a new row.';
comment on column service_entitlement.served_by is 'other-authority: this authority refers, and stays responsible until the other accepts.';
comment on column service_entitlement.papers is 'What may be asked for. Anything else is refused.';
comment on column service_entitlement.never_papers is 'What must never be asked for, by name: no text of this service asks for it.';

create table service_request_move (
  from_state  text not null,
  to_state    text not null,
  primary key (from_state, to_state)
);
comment on table service_request_move is 'Every move of a request there is (service-request.state.ts, mirrored); what is not listed cannot happen.';
insert into service_request_move (from_state, to_state) values
  ('new', 'asked'),
  ('asked', 'asked'), ('asked', 'incomplete'), ('asked', 'taken'), ('asked', 'declined'), ('asked', 'withdrawn'),
  ('incomplete', 'incomplete'), ('incomplete', 'asked'), ('incomplete', 'taken'), ('incomplete', 'withdrawn'),
  ('taken', 'taken'), ('taken', 'served'), ('taken', 'declined'), ('taken', 'withdrawn'),
  ('served', 'taken'),
  ('declined', 'taken'),
  ('withdrawn', 'asked');

create table service_request (
  id                uuid primary key default uuidv7(),
  entitlement_id    uuid not null references service_entitlement (id),
  client_ref        text not null,
  asked_by          text not null default guard_text('actor'),
  channel           text not null,
  household         text not null,
  person_id         uuid,
  owner_key         bytea,
  name              text not null,
  need              text,
  first_code        text collate "C" not null,
  responsible_code  text collate "C" not null,
  responsible_unit  text,
  owner             text,
  places            text[] collate "C" not null,
  state             text not null,
  events            integer not null default 1,
  notices           smallint not null default 0,
  missing           text[] not null default '{}',
  wanted            text[] not null default '{}',
  demanded          text[] not null default '{}',
  was_held          boolean not null default false,
  received_on       date not null,
  counted_from      date not null,
  counted_days      smallint,
  due_rule          text,
  due_on            date,
  decided_on        date,
  recorded_at       timestamptz not null,
  constraint service_request_is_asked_once unique (asked_by, client_ref),
  constraint service_request_reference_is_short check (client_ref ~ '^[A-Za-z0-9_-]{1,64}$'),
  constraint service_request_channel_is_known check (channel in ('counter', 'online')),
  constraint service_request_household_is_known check (household in ('local', 'newcomer')),
  constraint service_request_key_has_32_bytes check (length(owner_key) = 32),
  constraint service_request_is_for_somebody check (char_length(name) between 1 and 50),
  constraint service_request_need_is_short check (char_length(need) between 1 and 300),
  constraint service_request_state_is_known check (state in ('asked', 'incomplete', 'taken', 'served', 'declined', 'withdrawn')),
  constraint service_request_always_has_an_authority check (responsible_code ~ '^[1-8]\d{11}$' and first_code ~ '^[1-8]\d{11}$'),
  constraint service_request_is_seen_by_who_is_responsible check (responsible_code = any (places)),
  constraint service_request_misses_something_while_incomplete check ((state = 'incomplete') = (missing <> '{}')),
  -- A deadline is counted by a named rule from a day, and runs only while an authority has to act.
  constraint service_request_deadline_is_by_rule check (num_nulls(counted_days, due_rule) in (0, 2) and (due_on is null or due_rule is not null)),
  constraint service_request_deadline_runs_while_an_authority_acts check ((state in ('asked', 'taken')) = (due_rule is not null)),
  constraint service_request_decision_has_its_day check ((state in ('served', 'declined')) = (decided_on is not null))
);
create index service_request_by_entitlement on service_request (entitlement_id);
create index service_request_by_due on service_request (due_on, id) where due_on is not null;
create index service_request_by_person on service_request (person_id) where person_id is not null;
create index service_request_by_owner on service_request (owner_key) where owner_key is not null;
create index service_request_by_place on service_request (responsible_code, id);
comment on table service_request is 'A family asks for a service. The first authority asked stays responsible until another accepts (首问负责).';
comment on column service_request.client_ref is 'Given by whoever asks, so that asking twice is asking once.';
comment on column service_request.household is 'local or newcomer, as the family states it; kept for the figures that lay both side by side, and a reason for nothing.';
comment on column service_request.person_id is 'Person of the register whom it is for, where there is one; people from elsewhere need not be registered here.';
comment on column service_request.owner_key is 'Blind index of the number of the citizen who asked.';
comment on column service_request.responsible_unit is 'Another authority that accepted; null while it is this one.';
comment on column service_request.owner is 'The officer who answers for it; the first one asked until another accepted.';
comment on column service_request.places is 'Divisions whose officers see it: those responsible so far, and who is asked to take it over.';
comment on column service_request.wanted is 'Missing by a second notice that waits for the county.';
comment on column service_request.demanded is 'Every paper that was ever asked for.';

create table service_referral (
  id           uuid primary key default uuidv7(),
  request_id   uuid not null references service_request (id),
  from_code    text collate "C" not null,
  to_code      text collate "C" not null,
  to_unit      text,
  reason       text not null,
  asked_by     text not null default guard_text('actor'),
  asked_at     timestamptz not null,
  answer       text,
  note         text,
  answered_by  text,
  answered_at  timestamptz,
  constraint service_referral_goes_to_a_division check (to_code ~ '^[1-8]\d{11}$'),
  constraint service_referral_goes_somewhere_else check (to_code <> from_code or to_unit is not null),
  constraint service_referral_unit_is_short check (char_length(to_unit) between 2 and 60),
  constraint service_referral_has_a_reason check (char_length(reason) between 4 and 300),
  constraint service_referral_answer_is_known check (answer in ('accepted', 'declined', 'taken-back')),
  constraint service_referral_is_answered_whole check (num_nulls(answer, answered_by, answered_at) in (0, 3)),
  constraint service_referral_no_needs_a_reason check (answer <> 'declined' or char_length(note) between 4 and 300),
  constraint service_referral_note_is_short check (char_length(note) between 1 and 300)
);
create unique index service_referral_one_at_a_time on service_referral (request_id) where answer is null;
create index service_referral_by_request on service_referral (request_id);
comment on table service_referral is 'One authority asks another to take a request over. Only its acceptance moves the responsibility.';
comment on column service_referral.to_unit is 'An authority outside this system; its word is entered by who is responsible.';

create table service_request_action (
  request_id  uuid not null references service_request (id),
  seq         integer not null check (seq > 0),
  kind        text not null,
  from_state  text not null,
  to_state    text not null,
  items       text[] not null default '{}',
  note        text,
  due_rule    text,
  due_on      date,
  actor       text not null default guard_text('actor'),
  at          timestamptz not null,
  primary key (request_id, seq),
  constraint service_request_moves_as_the_table_says foreign key (from_state, to_state) references service_request_move,
  constraint service_request_action_kind_is_known check (kind in ('ask', 'refer', 'accept-referral', 'decline-referral',
    'take-back-referral', 'take', 'silence', 'tell-missing', 'want-second-notice', 'allow-second-notice', 'refuse-second-notice',
    'complete', 'waive', 'serve', 'decline', 'reopen', 'withdraw', 'resume', 'remind-before', 'remind-after', 'count')),
  constraint service_request_action_note_is_short check (char_length(note) between 1 and 400),
  -- Only a person declines, and says why.
  constraint service_request_is_declined_by_a_person check (to_state <> 'declined' or (note is not null and actor !~ '^system'))
);
create index service_request_action_by_move on service_request_action (from_state, to_state);
comment on table service_request_action is 'Journal of a request, append-only.';

create function service_request_keeps_the_rules() returns trigger language plpgsql set search_path from current as $$
begin
  if new.state <> old.state and not exists (select from service_request_move where from_state = old.state and to_state = new.state) then
    raise exception 'no such move: % to %', old.state, new.state using errcode = '23514', constraint = 'service_request_moves_as_the_table_says';
  end if;
  if (new.responsible_code, coalesce(new.responsible_unit, '')) is distinct from (old.responsible_code, coalesce(old.responsible_unit, ''))
     and not exists (select from service_referral r where r.request_id = new.id and r.to_code = new.responsible_code
                       and r.to_unit is not distinct from new.responsible_unit and r.answer = 'accepted') then
    raise exception 'nobody there accepted' using errcode = '23514', constraint = 'service_request_stays_until_another_accepts';
  end if;
  return new;
end $$;
create trigger service_request_keeps_the_rules before update on service_request
  for each row execute function service_request_keeps_the_rules();

do $$
declare
  name text;
  runtime text := current_schema() || '_rw';
begin
  foreach name in array array['service_entitlement', 'service_request_move', 'service_request', 'service_referral', 'service_request_action'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('revoke update, delete, truncate on %I from %I', name, runtime);
  end loop;
  execute format('revoke insert on service_request_move from %I', runtime);
  execute format('revoke insert on service_entitlement from %I', runtime);
  execute format('grant update (responsible_code, responsible_unit, owner, places, state, events, notices, missing, wanted, demanded, was_held, counted_from, counted_days, due_rule, due_on, decided_on) on service_request to %I', runtime);
  execute format('grant update (answer, note, answered_by, answered_at) on service_referral to %I', runtime);
end $$;

create policy service_entitlement_is_public on service_entitlement for select using ((select guard_open()));
create policy service_entitlement_by_migrations on service_entitlement to migrant_owner using (true) with check (true);
create policy service_request_move_is_public on service_request_move for select using (true);
create policy service_request_move_by_migrations on service_request_move to migrant_owner using (true) with check (true);
create policy service_request_in_its_places_or_own on service_request using (
  (select guard_whole()) or exists (select from unnest(places) p where p ^@ (select guard_from()))
    or owner_key = (select guard_key()) or person_id = any ((select guard_family())::uuid[]));
create policy service_referral_of_request on service_referral
  using (exists (select from service_request r where r.id = request_id));
create policy service_request_action_of_request on service_request_action
  using (exists (select from service_request r where r.id = request_id))
  with check (actor = (select guard_text('actor')) and exists (select from service_request r where r.id = request_id));

insert into parameter (name, valid, value, unit, source, status) values
  ('service.notice-working-days', '[2021-08-20,)', '5', 'working_days', '行政许可法第三十二条（参照）：当场或者五日内一次告知，逾期不告知的自收到之日起即为受理（domain/03 §3.3）', 'assumed'),
  ('service.reminder-days', '[2021-08-20,)', '2', 'days', '无全国规定；到期前两日提醒', 'assumed');

insert into service_entitlement (code, region, valid, kind, name_zh, name_en, served_by, authority_zh, authority_en, working_days, papers, never_papers, source, status) values
  ('child-health', '', '[2021-08-20,)', 'public-health', '0～6岁儿童健康管理', 'health care for children under seven', 'township',
   '居住地基层医疗卫生机构', 'the primary health institution where they live', 5,
   array['identity-paper', 'birth-certificate'], array['residence-permit', 'household-book', 'marriage-certificate', 'birth-registration-voucher'],
   '居住证暂行条例第十二条第三项（基本公共卫生服务）；国家基本公共卫生服务规范：服务对象为辖区内常住儿童，不以居住证为条件；期限为本机关自定', 'unverified'),
  ('vaccination', '', '[2019-12-01,)', 'public-health', '预防接种', 'vaccination', 'township',
   '居住地接种单位', 'the vaccination unit where they live', 5,
   array['identity-paper', 'birth-certificate', 'vaccination-record'], array['residence-permit', 'household-book', 'marriage-certificate', 'birth-registration-voucher'],
   '疫苗管理法：预防接种实行居住地管理，儿童离开原居住地期间由现居住地接种；期限为本机关自定', 'unverified'),
  ('birth-registration', '', '[2021-08-20,)', 'registration', '生育登记', 'birth registration', 'township',
   '居住地或者户籍地乡镇、街道', 'the township where they live or are registered', 7,
   array['identity-paper', 'commitment'], array['residence-permit', 'marriage-certificate', 'household-book'],
   '国卫办人口发〔2021〕21号：现居住地可登记，承诺代替证明，不设条件；7日取自广东旧指南（domain/01 §1.3）', 'assumed'),
  ('birth-registration', '51', '[2023-02-15,2028-02-15)', 'registration', '生育登记', 'birth registration', 'township',
   '居住地或者户籍地乡镇、街道', 'the township where they live or are registered', 7,
   array['identity-paper', 'commitment', 'residence-permit'], array['marriage-certificate'],
   '川卫规〔2022〕5号：一方或双方四川户籍，或者持居住证（条文要求居住证）', 'confirmed'),
  ('childcare-place', '', '[2021-08-20,)', 'childcare', '托育服务', 'a childcare place', 'county',
   '县级卫生健康主管部门', 'the county health department', 10,
   array['identity-paper', 'vaccination-record'], array['residence-permit', 'household-book', 'marriage-certificate', 'social-insurance-record', 'birth-registration-voucher'],
   '人口与计划生育法（2021-08-20修正）第二十八条：托育服务；条文不以户籍、居住证为条件；期限为本机关自定', 'assumed'),
  ('emergency-relief', '', '[2014-05-01,)', 'relief', '临时救助', 'emergency relief', 'other-authority',
   '急难发生地乡镇、街道（民政）', 'civil affairs at the township where the hardship arose', 10,
   array['identity-paper', 'hardship-statement'], array['residence-permit', 'household-book'],
   '社会救助暂行办法（临时救助）；转介后由民政按其规定办理；期限为本机关自定', 'unverified'),
  ('compulsory-education', '', '[2016-01-01,)', 'article-12', '义务教育', 'compulsory education', 'other-authority',
   '居住地教育主管部门', 'the education department where they live', 5,
   array['identity-paper', 'residence-permit', 'residence-statement'], array['birth-registration-voucher', 'marriage-certificate'],
   '居住证暂行条例第十二条第一项（居住证持有人）；生育与入学脱钩（中发〔2021〕30号）；期限为转介期限，本机关自定', 'assumed'),
  ('employment-service', '', '[2016-01-01,)', 'article-12', '基本公共就业服务', 'public employment services', 'other-authority',
   '人力资源社会保障部门', 'the department of human resources', 5,
   array['identity-paper', 'residence-permit', 'residence-statement'], array['birth-registration-voucher', 'marriage-certificate'],
   '居住证暂行条例第十二条第二项（居住证持有人）；期限为转介期限，本机关自定', 'assumed'),
  ('culture-and-sport', '', '[2016-01-01,)', 'article-12', '公共文化体育服务', 'public culture and sport', 'other-authority',
   '文化和旅游、体育部门', 'the departments of culture and sport', 5,
   array['identity-paper', 'residence-permit'], array['birth-registration-voucher', 'marriage-certificate'],
   '居住证暂行条例第十二条第四项（居住证持有人）；期限为转介期限，本机关自定', 'assumed'),
  ('legal-aid', '', '[2016-01-01,)', 'article-12', '法律援助和其他法律服务', 'legal aid and other legal services', 'other-authority',
   '司法行政部门', 'the department of justice', 5,
   array['identity-paper', 'residence-permit', 'hardship-statement'], array['birth-registration-voucher', 'marriage-certificate'],
   '居住证暂行条例第十二条第五项（居住证持有人）；期限为转介期限，本机关自定', 'assumed');

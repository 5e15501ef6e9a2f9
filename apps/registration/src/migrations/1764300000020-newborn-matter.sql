-- One newborn matter (出生一件事): one joint application, and as many matters of their own as parents choose. Each has its
-- own authority, deadline and outcome; nothing here makes one of them wait for another.

-- ---------------------------------------------------------------------------------------------------------
-- What a place offers, by when, and for whom its joint channel is: dated rows, each with its source.
-- ---------------------------------------------------------------------------------------------------------
create table newborn_item (
  id            uuid primary key default uuidv7(),
  region        text collate "C" not null,
  item          text not null,
  authority     text not null,
  is_offered    boolean not null default true,
  working_days  smallint not null,
  valid         daterange not null,
  source        text not null,
  status        text not null,
  constraint newborn_item_region_is_a_prefix check (region ~ '^(\d{2}|\d{4}|\d{6})?$'),
  constraint newborn_item_is_known check (item in ('birth-certificate', 'household-registration', 'vaccination-card',
    'medical-insurance', 'social-security-card', 'childcare-subsidy', 'registration-voucher', 'birth-expenses', 'parenting-guidance')),
  constraint newborn_item_authority_is_known check (authority in ('hospital', 'police', 'vaccination-point', 'medical-insurance',
    'human-resources', 'township-health')),
  constraint newborn_item_takes_days check (working_days between 0 and 60),
  constraint newborn_item_has_a_source check (source <> ''),
  constraint newborn_item_status_is_known check (status in ('confirmed', 'assumed')),
  constraint newborn_item_holds_once exclude using gist (region with =, item with =, valid with &&)
);
comment on table newborn_item is 'What a newborn matter holds in a region from when to when: who owns each part and in how many working days. The longest region that matches a place decides.';
comment on column newborn_item.region is 'Leading digits of division codes; empty for the whole country.';
comment on column newborn_item.status is 'assumed: no text gives it; the place is to confirm or replace the row.';

create table newborn_channel (
  id                uuid primary key default uuidv7(),
  region            text collate "C" not null,
  age_months_max    smallint,
  needs_wedlock     boolean not null default false,
  local_parents     smallint not null default 0,
  valid             daterange not null,
  source            text not null,
  constraint newborn_channel_region_is_a_prefix check (region ~ '^(\d{2}|\d{4}|\d{6})?$'),
  constraint newborn_channel_age_is_months check (age_months_max between 1 and 36),
  constraint newborn_channel_has_two_parents check (local_parents between 0 and 2),
  constraint newborn_channel_has_a_source check (source <> ''),
  constraint newborn_channel_holds_once exclude using gist (region with =, valid with &&)
);
comment on table newborn_channel is 'For whom a region''s joint channel is. Whoever it is not for has the same items opened one by one: no item asks this.';
comment on column newborn_channel.local_parents is 'How many of the parents have to be registered in the region.';

insert into newborn_item (region, item, authority, working_days, valid, source, status) values
  ('', 'birth-certificate', 'hospital', 5, '[2024-01-01,)', '国发〔2024〕3号；时限无国家规定', 'assumed'),
  ('', 'household-registration', 'police', 5, '[2024-01-01,)', '国办发〔2015〕96号、户口登记条例第七条；时限无国家规定', 'assumed'),
  ('', 'vaccination-card', 'vaccination-point', 5, '[2024-01-01,)', '国发〔2024〕3号；时限无国家规定', 'assumed'),
  ('', 'medical-insurance', 'medical-insurance', 5, '[2024-01-01,)', '国发〔2024〕3号；时限无国家规定', 'assumed'),
  ('', 'social-security-card', 'human-resources', 10, '[2024-01-01,)', '国发〔2024〕3号；时限无国家规定', 'assumed'),
  ('', 'registration-voucher', 'township-health', 5, '[2024-01-01,)', '国卫办人口发〔2021〕21号；时限无国家规定', 'assumed'),
  ('', 'childcare-subsidy', 'township-health', 30, '[2025-01-01,)', '国卫办人口发〔2025〕24号第七条；国办函〔2026〕2号', 'confirmed'),
  ('44', 'childcare-subsidy', 'township-health', 20, '[2025-01-01,)', '广东育儿补贴实施细则', 'confirmed'),
  ('44', 'birth-certificate', 'hospital', 5, '[2024-01-01,)', '中山市出生一件事办事指南（最快承诺5个工作日）', 'confirmed'),
  ('44', 'household-registration', 'police', 5, '[2024-01-01,)', '中山市出生一件事办事指南（最快承诺5个工作日）', 'confirmed'),
  ('44', 'registration-voucher', 'township-health', 5, '[2024-01-01,)', '中山市出生一件事办事指南（最快承诺5个工作日）', 'confirmed'),
  ('6201', 'birth-expenses', 'medical-insurance', 20, '[2024-01-01,)', '兰州市新生儿出生一件事（七项）', 'assumed'),
  ('6201', 'parenting-guidance', 'township-health', 5, '[2024-01-01,)', '兰州市新生儿出生一件事（七项）', 'assumed');
-- Lanzhou's seven items of 2024 did not hold the voucher, which is served by itself.
insert into newborn_item (region, item, authority, is_offered, working_days, valid, source, status) values
  ('6201', 'registration-voucher', 'township-health', false, 0, '[2024-01-01,)', '兰州市新生儿出生一件事（七项）', 'confirmed');

insert into newborn_channel (region, age_months_max, needs_wedlock, local_parents, valid, source) values
  ('6201', 12, true, 1, '[2024-01-01,)', '兰州市新生儿出生一件事：一周岁以内、婚内生育、本地'),
  ('44', 12, true, 2, '[2024-01-01,)', '中山市出生一件事办事指南：一周岁以内、父母双方广东户籍且已婚'),
  ('3502', 6, false, 0, '[2024-01-01,)', '厦门市出生一件事：六个月以内');

-- ---------------------------------------------------------------------------------------------------------
-- The matter, whose child it is, and what hospitals said.
-- ---------------------------------------------------------------------------------------------------------
create table newborn_matter (
  id                  uuid primary key default uuidv7(),
  serial              bigint not null generated always as identity,
  case_no             text not null generated always as ('CS' || left(division_code, 6) || '-' || lpad(serial::text, 8, '0')) stored,
  division_code       text collate "C" not null references division (code),
  child_id            uuid not null references person (id),
  child_name          text,
  sex                 smallint not null,
  born                date not null,
  certificate_sealed  bytea,
  certificate_key     bytea,
  channel             text not null,
  channel_reasons     text[] not null default '{}',
  started_by          text not null,
  opened_by           text not null default guard_text('actor'),
  opened_on           date not null,
  opened_at           timestamptz not null,
  constraint newborn_matter_has_its_number unique (case_no),
  constraint newborn_matter_child_has_one unique (child_id),
  constraint newborn_matter_name_has_1_to_50_characters check (char_length(child_name) between 1 and 50),
  constraint newborn_matter_sex_is_gb2261_1 check (sex in (0, 1, 2, 9)),
  constraint newborn_matter_certificate_is_sealed_and_indexed check (num_nulls(certificate_sealed, certificate_key) in (0, 2)),
  constraint newborn_matter_key_has_32_bytes check (length(certificate_key) = 32),
  constraint newborn_matter_channel_is_known check (channel in ('joint', 'single')),
  constraint newborn_matter_channel_says_why check ((channel = 'single') = (cardinality(channel_reasons) > 0)),
  constraint newborn_matter_is_started_by_somebody check (started_by in ('hospital', 'parents', 'township')),
  constraint newborn_matter_opens_after_birth check (opened_on >= born)
);
create unique index newborn_matter_certificate_has_one on newborn_matter (certificate_key);
create index newborn_matter_by_division on newborn_matter (division_code, id);
comment on table newborn_matter is 'One newborn''s matter (出生一件事), with a number to print. It decides nothing: each of its parts stands for itself.';
comment on column newborn_matter.channel is 'single: the place''s joint channel is not for this family, and why not; the items are the same.';

create table newborn_parent (
  id             uuid primary key default uuidv7(),
  matter_id      uuid not null references newborn_matter (id),
  role           text not null,
  division_code  text collate "C" not null references division (code),
  person_id      uuid references person (id),
  name           text not null,
  number_sealed  bytea not null,
  number_key     bytea not null,
  number_mask    text not null,
  constraint newborn_parent_is_named_once unique (matter_id, role),
  constraint newborn_parent_role_is_known check (role in ('mother', 'father')),
  constraint newborn_parent_name_has_1_to_50_characters check (char_length(name) between 1 and 50),
  constraint newborn_parent_key_has_32_bytes check (length(number_key) = 32)
);
create index newborn_parent_by_number on newborn_parent (number_key);
create index newborn_parent_by_person on newborn_parent (person_id) where person_id is not null;
create index newborn_parent_by_division on newborn_parent (division_code);
comment on table newborn_parent is 'A parent as the notice or the application names them, also one whom this register does not know.';
comment on column newborn_parent.division_code is 'Of the matter, so that a row says by itself who may see it.';

create table birth_notice (
  id            uuid primary key default uuidv7(),
  agency        text not null default guard_text('actor'),
  reference     text not null,
  content_hash  bytea not null,
  matter_id     uuid not null references newborn_matter (id),
  received_at   timestamptz not null,
  constraint birth_notice_is_taken_once unique (agency, reference),
  constraint birth_notice_reference_is_short check (char_length(reference) between 1 and 64),
  constraint birth_notice_hash_has_32_bytes check (length(content_hash) = 32)
);
create index birth_notice_by_matter on birth_notice (matter_id);
comment on table birth_notice is 'What a hospital told, by its own reference: the same again is answered the same, another content under it is refused.';

-- ---------------------------------------------------------------------------------------------------------
-- The parts. A part's state is what its last event says.
-- ---------------------------------------------------------------------------------------------------------
create table newborn_state (
  state    text primary key,
  is_open  boolean not null
);
comment on table newborn_state is 'Where a part can stand, and whether its authority''s days run there (newborn-matter.state.ts, mirrored).';
insert into newborn_state (state, is_open) values
  ('offered', false), ('declined', false), ('open', true), ('waiting', false), ('done', false), ('failed', false), ('withdrawn', false);

create table newborn_state_move (
  from_state  text not null references newborn_state,
  to_state    text not null references newborn_state,
  primary key (from_state, to_state)
);
create index newborn_state_move_by_end on newborn_state_move (to_state);
comment on table newborn_state_move is 'Every move of a part there is (newborn-matter.state.ts, mirrored); what is not listed cannot happen.';
insert into newborn_state_move (from_state, to_state) values
  ('offered', 'open'), ('offered', 'declined'), ('offered', 'done'),
  ('declined', 'open'), ('declined', 'done'),
  ('open', 'waiting'), ('open', 'done'), ('open', 'failed'), ('open', 'withdrawn'),
  ('waiting', 'open'), ('waiting', 'done'), ('waiting', 'failed'), ('waiting', 'withdrawn'),
  ('failed', 'open'), ('failed', 'done'),
  ('withdrawn', 'open'), ('withdrawn', 'done'),
  ('done', 'open');

create table newborn_sub_case (
  id            uuid primary key default uuidv7(),
  matter_id     uuid not null references newborn_matter (id),
  item          text not null,
  authority     text not null,
  working_days  smallint not null,
  source        text not null,
  state         text not null default 'offered' references newborn_state,
  events        integer not null default 0,
  due_on        date,
  opened_on     date,
  applicant     text,
  reason        text,
  reference     text,
  claim_state   text,
  claim_events  integer not null default 0,
  constraint newborn_sub_case_is_there_once unique (matter_id, item),
  constraint newborn_sub_case_applicant_is_a_parent check (applicant in ('mother', 'father')),
  constraint newborn_sub_case_reference_is_short check (char_length(reference) <= 100),
  constraint newborn_sub_case_is_due_after_it_opened check (due_on >= opened_on)
);
create index newborn_sub_case_by_state on newborn_sub_case (state, due_on);
create index newborn_sub_case_awaits_hukou on newborn_sub_case (matter_id) where item = 'household-registration' and state <> 'done';
comment on table newborn_sub_case is 'One part of a newborn matter: one authority, one deadline, one outcome.';
comment on column newborn_sub_case.due_on is 'Null while the State Council has not published the year''s working days.';
comment on column newborn_sub_case.applicant is 'Which parent asks, where it matters: the childcare subsidy.';
comment on column newborn_sub_case.claim_state is 'Where the childcare subsidy''s claim stood when subsidy last told.';
comment on column newborn_sub_case.claim_events is 'Of the childcare subsidy''s claim: how far its life is known here, so that news which overtook others changes nothing.';

create table newborn_event (
  sub_case_id  uuid not null references newborn_sub_case (id),
  seq          integer not null,
  from_state   text not null,
  to_state     text not null,
  actor        text not null default guard_text('actor'),
  reason       text,
  reference    text,
  at           timestamptz not null,
  primary key (sub_case_id, seq),
  constraint newborn_event_counts_from_one check (seq > 0),
  constraint newborn_event_says_why_it_failed check (to_state not in ('failed', 'waiting') or reason is not null),
  constraint newborn_event_moves_as_the_table_says foreign key (from_state, to_state) references newborn_state_move
);
create index newborn_event_by_move on newborn_event (from_state, to_state);
comment on table newborn_event is 'The history of every part; append-only.';

create function newborn_event_applies() returns trigger language plpgsql security definer set search_path from current as $$
declare moved integer; wanted integer;
begin
  select count(*) into wanted from arrived;
  update newborn_sub_case s
     set state = a.to_state, events = a.seq, reason = a.reason, reference = coalesce(a.reference, s.reference)
    from arrived a where s.id = a.sub_case_id and s.state = a.from_state and s.events = a.seq - 1;
  get diagnostics moved = row_count;
  if moved <> wanted then
    raise exception 'a part was moved by someone else meanwhile' using errcode = '40001', constraint = 'newborn_event_applies';
  end if;
  return null;
end $$;
create trigger newborn_event_applies after insert on newborn_event
  referencing new table as arrived for each statement execute function newborn_event_applies();

create table newborn_reminder (
  sub_case_id  uuid not null references newborn_sub_case (id),
  kind         text not null,
  due_on       date not null,
  made_at      timestamptz not null,
  primary key (sub_case_id, kind, due_on),
  constraint newborn_reminder_kind_is_known check (kind in ('due-soon', 'overdue'))
);
comment on table newborn_reminder is 'That an authority was reminded of a deadline, once each; append-only.';

-- ---------------------------------------------------------------------------------------------------------
-- Who sees which rows.
-- ---------------------------------------------------------------------------------------------------------
do $$
declare name text;
begin
  foreach name in array array['newborn_item', 'newborn_channel', 'newborn_matter', 'newborn_parent', 'birth_notice', 'newborn_state',
    'newborn_state_move', 'newborn_sub_case', 'newborn_event', 'newborn_reminder'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
  end loop;
end $$;

create policy newborn_item_is_public on newborn_item for select using (true);
create policy newborn_channel_is_public on newborn_channel for select using (true);
create policy newborn_state_is_public on newborn_state for select using (true);
create policy newborn_state_move_is_public on newborn_state_move for select using (true);

create policy newborn_parent_in_division on newborn_parent
  using ((select guard_whole()) or division_code ^@ (select guard_from())
    or person_id = any ((select guard_family())::uuid[]) or number_key = (select guard_key()));
create policy newborn_matter_in_division on newborn_matter
  using ((select guard_whole()) or division_code ^@ (select guard_from()) or child_id = any ((select guard_family())::uuid[])
    or exists (select from newborn_parent p where p.matter_id = newborn_matter.id
                 and (p.person_id = any ((select guard_family())::uuid[]) or p.number_key = (select guard_key()))));
create policy birth_notice_of_matter on birth_notice
  using ((select guard_whole()) or agency = (select guard_text('actor'))
    or exists (select from newborn_matter m where m.id = birth_notice.matter_id));
create policy newborn_sub_case_of_matter on newborn_sub_case
  using ((select guard_whole()) or exists (select from newborn_matter m where m.id = newborn_sub_case.matter_id));
create policy newborn_event_of_sub_case on newborn_event
  using ((select guard_whole()) or exists (select from newborn_sub_case s where s.id = newborn_event.sub_case_id))
  with check (actor = (select guard_text('actor')));
create policy newborn_reminder_of_sub_case on newborn_reminder
  using ((select guard_whole()) or exists (select from newborn_sub_case s where s.id = newborn_reminder.sub_case_id));

revoke insert, update, delete, truncate on newborn_item, newborn_channel, newborn_state, newborn_state_move from registration_rw;
revoke insert, update, delete, truncate on newborn_matter, birth_notice, newborn_event from registration_rw;
revoke delete, truncate on newborn_parent, newborn_sub_case, newborn_reminder from registration_rw;
revoke update on newborn_parent, newborn_sub_case, newborn_reminder from registration_rw;
grant insert (id, division_code, child_id, child_name, sex, born, certificate_sealed, certificate_key, channel, channel_reasons,
  started_by, opened_on, opened_at) on newborn_matter to registration_rw;
grant insert (reference, content_hash, matter_id, received_at) on birth_notice to registration_rw;
grant insert (sub_case_id, seq, from_state, to_state, reason, reference, at) on newborn_event to registration_rw;
grant update (child_name, certificate_sealed, certificate_key) on newborn_matter to registration_rw;
grant update (person_id) on newborn_parent to registration_rw;
grant update (due_on, opened_on, applicant, claim_state, claim_events) on newborn_sub_case to registration_rw;


-- Its owner is held to the policies as well, and there is none to insert by.
alter table sealed_column no force row level security;
insert into sealed_column values ('newborn_matter', 'certificate_sealed'), ('newborn_parent', 'number_sealed');
alter table sealed_column force row level security;

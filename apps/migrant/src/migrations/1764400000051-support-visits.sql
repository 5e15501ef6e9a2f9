-- Visits to family members who stayed behind (留守儿童、老人): only by consent with a scope and an end, taken back at any
-- time; what a consent carried is deleted with it. There is no list of persons beside those who consented, and no score.

create table support_visit_move (
  from_state  text not null,
  to_state    text not null,
  primary key (from_state, to_state)
);
comment on table support_visit_move is 'Every move of a visit there is (support-visit.state.ts, mirrored); what is not listed cannot happen.';
insert into support_visit_move (from_state, to_state) values
  ('new', 'offered'),
  ('offered', 'accepted'), ('offered', 'declined'), ('offered', 'cancelled'),
  ('accepted', 'done'), ('accepted', 'declined'), ('accepted', 'cancelled'),
  ('done', 'accepted'),
  ('declined', 'accepted');

create table support_consent (
  id               uuid primary key default uuidv7(),
  division_code    text collate "C" not null,
  person_id        uuid,
  owner_key        bytea,
  name             text not null,
  kind             text not null,
  scope            text[] not null,
  given_by         text not null,
  guardian_name    text,
  document         text,
  starts_on        date not null,
  ends_on          date not null,
  retention_class  text not null default 'support-consent',
  recorded_by      text not null default guard_text('actor'),
  recorded_at      timestamptz not null,
  constraint support_consent_is_in_a_division check (division_code ~ '^[1-8]\d{11}$'),
  constraint support_consent_key_has_32_bytes check (length(owner_key) = 32),
  constraint support_consent_names_somebody check (char_length(name) between 1 and 50 and char_length(guardian_name) between 1 and 50),
  constraint support_consent_kind_is_known check (kind in ('child', 'elder')),
  constraint support_consent_is_given_by_who_may check (given_by in ('self', 'guardian')),
  constraint support_consent_of_a_child_is_a_guardians check (kind <> 'child' or given_by = 'guardian'),
  constraint support_consent_guardian_is_named check ((given_by = 'guardian') = (guardian_name is not null)),
  constraint support_consent_has_a_scope check (cardinality(scope) > 0 and scope <@ array['home-visit', 'call', 'health-guidance', 'school-contact', 'errands']),
  constraint support_consent_ends check (ends_on > starts_on),
  constraint support_consent_document_is_short check (char_length(document) between 2 and 100),
  constraint support_consent_is_one_at_a_time exclude using gist (person_id with =, daterange(starts_on, ends_on) with &&) where (person_id is not null)
);
create index support_consent_by_place on support_consent (division_code, id);
create index support_consent_by_owner on support_consent (owner_key) where owner_key is not null;
comment on table support_consent is 'A consent to support visits, with its scope and end. Deleted, with everything it carried, when it is taken back or over.';
comment on column support_consent.retention_class is 'How long it is kept: never beyond its last day.';
comment on column support_consent.document is 'The signed consent, where it was given at the counter.';

create table support_visit (
  id           uuid primary key default uuidv7(),
  consent_id   uuid not null references support_consent (id) on delete cascade,
  purpose      text not null,
  planned_on   date not null,
  state        text not null,
  offered_by   text not null default guard_text('actor'),
  done_on      date,
  recorded_at  timestamptz not null,
  constraint support_visit_purpose_is_known check (purpose in ('home-visit', 'call', 'health-guidance', 'school-contact', 'errands')),
  constraint support_visit_state_is_known check (state in ('offered', 'accepted', 'done', 'declined', 'cancelled')),
  constraint support_visit_done_has_its_day check ((state = 'done') = (done_on is not null))
);
create index support_visit_by_consent on support_visit (consent_id);
create index support_visit_by_day on support_visit (planned_on, id);
comment on table support_visit is 'A visit within a consent: offered, accepted or declined by the family, done.';

create table support_topic (
  visit_id  uuid not null references support_visit (id) on delete cascade,
  topic     text not null,
  primary key (visit_id, topic),
  constraint support_topic_is_known check (topic in ('message-from-family', 'medicine', 'repairs', 'school-papers', 'subsidy-papers', 'other-help'))
);
comment on table support_topic is 'What the family asked to be told of after a visit.';

create table support_note (
  visit_id  uuid not null,
  topic     text not null,
  words     text not null,
  written_by text not null default guard_text('actor'),
  at        timestamptz not null,
  primary key (visit_id, topic),
  constraint support_note_is_only_what_was_asked_for foreign key (visit_id, topic) references support_topic (visit_id, topic) on delete cascade,
  constraint support_note_is_short check (char_length(words) between 1 and 200)
);
comment on table support_note is 'An answer to what the family asked for; nothing else is noted of a visit.';

create function support_visit_keeps_the_rules() returns trigger language plpgsql set search_path from current as $$
begin
  if tg_op = 'UPDATE' then
    if new.state <> old.state and not exists (select from support_visit_move where from_state = old.state and to_state = new.state) then
      raise exception 'no such move: % to %', old.state, new.state using errcode = '23514', constraint = 'support_visit_moves_as_the_table_says';
    end if;
  end if;
  if not exists (select from support_consent c where c.id = new.consent_id and new.purpose = any (c.scope)
                   and new.planned_on >= c.starts_on and new.planned_on < c.ends_on) then
    raise exception 'nobody consented to this' using errcode = '23514', constraint = 'support_visit_is_within_its_consent';
  end if;
  return new;
end $$;
create trigger support_visit_keeps_the_rules before insert or update on support_visit
  for each row execute function support_visit_keeps_the_rules();

do $$
declare
  name text;
  runtime text := current_schema() || '_rw';
begin
  foreach name in array array['support_visit_move', 'support_consent', 'support_visit', 'support_topic', 'support_note'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('revoke update, truncate on %I from %I', name, runtime);
  end loop;
  execute format('revoke insert, delete on support_visit_move from %I', runtime);
  execute format('grant update (state, done_on) on support_visit to %I', runtime);
end $$;

create policy support_visit_move_is_public on support_visit_move for select using (true);
create policy support_visit_move_by_migrations on support_visit_move to migrant_owner using (true) with check (true);
create policy support_consent_in_division_or_own on support_consent using (
  (select guard_whole()) or division_code ^@ (select guard_from())
    or owner_key = (select guard_key()) or person_id = any ((select guard_family())::uuid[]));
create policy support_visit_of_consent on support_visit
  using (exists (select from support_consent c where c.id = consent_id));
create policy support_topic_of_visit on support_topic
  using (exists (select from support_visit v where v.id = visit_id));
create policy support_note_of_visit on support_note
  using (exists (select from support_visit v where v.id = visit_id))
  with check (written_by = (select guard_text('actor')) and exists (select from support_visit v where v.id = visit_id));

insert into parameter (name, valid, value, unit, source, status) values
  ('support.consent-months', '[2021-08-20,)', '12', 'months', '个人信息保护法第十四、十五、十九条：同意可随时撤回，保存期限最短；一年为本机关自定上限', 'assumed');

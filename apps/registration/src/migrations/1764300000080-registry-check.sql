-- What the household registry is asked about the parents of a birth registration or a newborn matter, and what came of it.
-- Ids only: name and number stay where they are stated.

create table registry_check (
  id                 uuid primary key default uuidv7(),
  registration_id    uuid references birth_registration (id),
  party_id           uuid references birth_registration_party (id),
  matter_id          uuid references newborn_matter (id),
  newborn_parent_id  uuid references newborn_parent (id),
  planned_at         timestamptz not null,
  due_on             date not null,
  question           uuid,
  asked_at           timestamptz,
  outcome            text,
  is_death_marked    boolean,
  answered_at        timestamptz,
  constraint registry_check_is_about_one_parent_of_one_matter check
    (num_nonnulls(registration_id, matter_id) = 1 and (registration_id is null) = (party_id is null)
      and (matter_id is null) = (newborn_parent_id is null)),
  constraint registry_check_outcome_is_known check
    (outcome in ('match', 'mismatch', 'not-found', 'set-aside', 'no-reply', 'not-asked')),
  constraint registry_check_outcome_has_its_moment check ((outcome is null) = (answered_at is null)),
  constraint registry_check_question_has_its_moment check ((question is null) = (asked_at is null)),
  constraint registry_check_mark_comes_with_an_answer check (is_death_marked is null or outcome in ('match', 'mismatch', 'not-found'))
);
create index registry_check_by_registration on registry_check (registration_id) where registration_id is not null;
create unique index registry_check_by_party on registry_check (party_id) where party_id is not null;
create index registry_check_by_matter on registry_check (matter_id) where matter_id is not null;
create unique index registry_check_by_newborn_parent on registry_check (newborn_parent_id) where newborn_parent_id is not null;
create index registry_check_by_outcome on registry_check (id) where outcome in ('mismatch', 'not-found', 'set-aside') or is_death_marked;
comment on table registry_check is 'A question to the household registry about one parent, and what came of it; it refuses nothing by itself.';
comment on column registry_check.question is 'Of the exchange; asked again under this row''s id it is the same one.';
comment on column registry_check.due_on is 'The last working day on which an answer is waited for; after it the registry is silent.';
comment on column registry_check.outcome is 'Null while nothing came. no-reply and set-aside say nothing about the person; not-asked: the registry keeps no such paper.';

create table registry_check_word (
  id        uuid primary key default uuidv7(),
  check_id  uuid not null references registry_check (id),
  note      text not null,
  said_by   text not null default guard_text('actor'),
  said_at   timestamptz not null,
  constraint registry_check_word_has_4_to_400_characters check (char_length(note) between 4 and 400)
);
create index registry_check_word_by_check on registry_check_word (check_id, said_at);
comment on table registry_check_word is 'An officer looked and says how it goes on; append-only.';

do $$
declare
  name text;
  runtime text := current_schema() || '_rw';
begin
  foreach name in array array['registry_check', 'registry_check_word'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('revoke update, delete, truncate on %I from %I', name, runtime);
  end loop;
  execute format('grant update (question, asked_at, outcome, is_death_marked, answered_at) on registry_check to %I', runtime);
end $$;

create policy registry_check_follows on registry_check using (
  (select guard_whole())
  or exists (select from birth_registration r where r.id = registration_id)
  or exists (select from newborn_matter m where m.id = matter_id));
create policy registry_check_word_follows on registry_check_word
  using (exists (select from registry_check c where c.id = check_id))
  with check (said_by = (select guard_text('actor')) and exists (select from registry_check c where c.id = check_id));

alter table birth_registration_parameter drop constraint birth_registration_parameter_is_known;
alter table birth_registration_parameter add constraint birth_registration_parameter_is_known check (name in (
  'who-may-register', 'places', 'residence-months', 'make-up', 'order-rule', 'earlier-children', 'marital-status',
  'ask-elsewhere-first', 'commitment-replaces', 'shared-papers', 'notice-working-days', 'decide-working-days',
  'elsewhere-working-days', 'verification-address', 'registry-silence', 'registry-working-days'));

-- The same rows stand in birth-registration.parameters.csv, which is the copy that people read.
alter table birth_registration_parameter no force row level security;
insert into birth_registration_parameter (region, name, value, valid, source) values
  ('CN', 'registry-silence', 'commitment', daterange('2021-08-20', null), '告知承诺制：户籍登记机关逾期未答复的，凭本人陈述继续办理，不让群众等待；地方可另定 waits'),
  ('CN', 'registry-working-days', '5', daterange('2021-08-20', null), '无全国规定；取地方回复时限（高平）：5个工作日');
alter table birth_registration_parameter force row level security;

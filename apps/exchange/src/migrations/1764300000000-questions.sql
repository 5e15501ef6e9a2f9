-- Asking the household registry: who may be named to it, what was asked for whom and why, and what came of it. Every table
-- is under FORCEd row-level security; contexts come from guard_claims(), and "whole" spans the installation.

do $$
declare name text;
begin
  foreach name in array array['outbox', 'inbox', 'delivery', 'quarantine'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    -- Messages hold ids only and are planned by whatever is being done.
    execute format('create policy %I on %I using ((select guard_open()))', name || '_in_any_context', name);
  end loop;
end $$;

create table parameter (
  id          uuid primary key default uuidv7(),
  name        text not null check (name ~ '^[a-z]+([.-][a-z]+)*$'),
  -- Leading digits of the division it holds for; the longest that fits counts. Empty is everywhere.
  region      text not null default '' check (region ~ '^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})?$'),
  valid       daterange not null,
  value       text not null check (value <> ''),
  source      text not null check (source <> ''),
  status      text not null,
  constraint parameter_status_is_known check (status in ('confirmed', 'assumed', 'unverified')),
  constraint parameter_begins_somewhere check (not lower_inf(valid) and not isempty(valid)),
  constraint parameter_has_one_value_a_day exclude using gist (name with =, region with =, valid with &&),
  constraint parameter_replay_store_outlives_a_year check (name <> 'registry.replay-days' or value::int >= 400)
);
comment on table parameter is 'What the agreements with other agencies set, by region and day, each with its source. A change is a new row.';
alter table parameter enable row level security, force row level security;
create policy parameter_is_open on parameter for select using ((select guard_open()));
create policy parameter_is_set_centrally on parameter using ((select guard_whole()));
-- Migrations add rows before any context can be signed.
create policy parameter_by_migrations on parameter to exchange_owner using (true) with check (true);
revoke delete, truncate, update on parameter from exchange_rw;
grant update (valid) on parameter to exchange_rw;

insert into parameter (name, valid, value, source, status) values
  ('registry.opens-at',              '[2021-08-20,)', '08:30', 'The national base answers in working hours (domain/04 §4.10); hours as the authority agrees them', 'assumed'),
  ('registry.closes-at',             '[2021-08-20,)', '17:30', 'The national base answers in working hours (domain/04 §4.10); hours as the authority agrees them', 'assumed'),
  ('registry.days',                  '[2021-08-20,)', 'working', 'The national base answers in working hours (domain/04 §4.10)', 'assumed'),
  ('registry.daily-quota',           '[2021-08-20,)', '2000', 'Agreed per unit with the sharing platform (domain/04 §4.10)', 'assumed'),
  ('registry.deadline-milliseconds', '[2021-08-20,)', '9000', 'Own choice: whoever waits at a counter waits no longer', 'assumed'),
  ('registry.freshness-days',        '[2021-08-20,)', '3', '政务数据共享条例: no collecting anew what is there; days are an own choice', 'assumed'),
  ('registry.answer-working-days',   '[2021-08-20,)', '5', 'Local reply times, 高平 (domain/03 §3.6): reply 5 working days', 'assumed'),
  ('registry.comparison-working-days', '[2021-08-20,)', '5', 'Batch files are answered the next day (domain/04 §4.10); reply times as 高平 (domain/03 §3.6)', 'assumed'),
  ('registry.comparison-rounds',     '[2021-08-20,)', '3', 'Own choice: lines left out are asked again twice', 'assumed'),
  ('registry.clock-minutes',         '[2021-08-20,)', '5', 'Own choice: how far the clocks of two agencies may lie apart', 'assumed'),
  ('registry.replay-days',           '[2021-08-20,)', '400', 'Own choice: more than a year, so that a yearly key or form cannot be played again', 'assumed');

create table nomination (
  id              uuid primary key default uuidv7(),
  -- Whom the sign-in knows by this id.
  officer         text not null check (officer <> ''),
  name            text not null check (name <> ''),
  number_sealed   bytea not null,
  number_key      bytea not null check (length(number_key) = 32),
  unit_code       text not null check (unit_code ~ '^[0-9A-Z]{6,18}$'),
  unit_name       text not null check (unit_name <> ''),
  division_code   text not null check (division_code ~ '^\d{12}$'),
  is_responsible  boolean not null,
  valid           daterange not null check (not isempty(valid) and not lower_inf(valid)),
  nominated_by    text not null default guard_text('actor'),
  nominated_at    timestamptz not null,
  constraint nomination_of_an_officer_is_one exclude using gist (officer with =, valid with &&),
  constraint nomination_responsible_is_one exclude using gist (division_code with =, valid with &&) where (is_responsible),
  constraint nomination_is_by_another_officer check (nominated_by <> officer)
);
comment on table nomination is 'Officers that are named to the household registry, with their unit: it takes no question without. The responsible one of a division answers for what no officer asks.';
alter table nomination enable row level security, force row level security;
create policy nomination_in_division on nomination
  using ((select guard_whole()) or division_code ^@ (select guard_from()) or officer = (select guard_text('actor')))
  with check ((select guard_whole()) or division_code ^@ (select guard_from()));
revoke update, delete, truncate on nomination from exchange_rw;
grant update (valid) on nomination to exchange_rw;

create table question (
  id             uuid primary key,
  asker          text not null check (asker in ('registration', 'subsidy', 'officer')),
  reference      text not null check (reference ~ '^[\w.-]{1,100}$'),
  kind           text not null check (kind in ('verify', 'query')),
  purpose        text not null check (purpose <> ''),
  legal_basis    text not null check (char_length(legal_basis) between 2 and 200),
  division_code  text not null check (division_code ~ '^\d{12}$'),
  officer        text,
  subject_key    bytea not null check (length(subject_key) = 32),
  person_key     bytea not null check (length(person_key) = 32),
  place_key      bytea not null check (length(place_key) = 32),
  person_mask    text not null,
  number_sealed  bytea not null,
  name_sealed    bytea not null,
  asked_at       timestamptz not null,
  due_on         date not null,
  next_at        timestamptz,
  outcome        text not null default 'waiting',
  settled_at     timestamptz,
  answer_id      uuid,
  constraint question_of_an_asker_is_one unique (asker, reference),
  constraint question_outcome_is_known check
    (outcome in ('waiting', 'match', 'mismatch', 'not-found', 'found', 'no-reply', 'set-aside')),
  constraint question_waits_or_is_settled check ((outcome = 'waiting') = (settled_at is null) and (outcome = 'waiting') = (next_at is not null)),
  constraint question_has_an_answer_or_none check ((answer_id is not null) = (outcome in ('match', 'mismatch', 'not-found', 'found'))),
  constraint question_is_answered_in_kind check
    (outcome not in ('match', 'mismatch') or kind = 'verify'),
  constraint question_of_an_officer_has_a_name check (asker <> 'officer' or officer is not null)
);
comment on table question is 'What the household registry is asked: for whom, about whom, for what and on which article. Only its outcome is ever written later, once.';
comment on column question.subject_key is 'Keyed digest of number and name: the same question about the same person.';
comment on column question.person_key is 'Blind index of the number.';
comment on column question.place_key is 'Keyed digest of the region and birth date that the number begins with.';
comment on column question.next_at is 'When it is asked next; null once it is settled.';
create index question_by_division on question (division_code, asked_at desc, id);
create index question_by_subject on question (person_key, asked_at desc);
create index question_waiting on question (next_at) where outcome = 'waiting';
create index question_by_officer on question (officer, asked_at) where asker = 'officer';

create table question_attempt (
  id             uuid primary key default uuidv7(),
  question_id    uuid not null references question,
  nomination_id  uuid references nomination,
  at             timestamptz not null,
  milliseconds   integer not null check (milliseconds >= 0),
  outcome        text not null check (outcome ~ '^[a-z-]{2,30}$')
);
comment on table question_attempt is 'Each time the registry was asked, or could not be: in whose name, when, how long and what came of it, never what it said. Append-only.';
create index question_attempt_by_question on question_attempt (question_id, at);
create index question_attempt_by_nomination on question_attempt (nomination_id, at);

create table answer (
  id              uuid primary key,
  question_id     uuid not null unique references question,
  content_sealed  bytea not null,
  answered_at     timestamptz not null
);
comment on table answer is 'What the registry answered, after it proved to be about the person asked for; sealed. Append-only.';
alter table question add constraint question_answer_fk foreign key (answer_id) references answer;
create index question_by_answer on question (answer_id);

create table record_seen (
  registry_person_key  bytea primary key check (length(registry_person_key) = 32),
  updated_at           timestamptz not null
);
comment on table record_seen is 'The newest state of each record that the registry has shown: an older one is stale and not used.';

create table quota_use (
  unit_code  text not null,
  day        date not null,
  used       integer not null check (used > 0),
  primary key (unit_code, day)
);
comment on table quota_use is 'How many questions a unit has asked on a day; counted before asking.';

create table line_state (
  id       uuid primary key default uuidv7(),
  state    text not null check (state in ('closed', 'open', 'half-open')),
  at       timestamptz not null,
  process  text not null
);
comment on table line_state is 'Each time the circuit breaker of a process opened, tried again or closed. Append-only.';
create index line_state_by_time on line_state (at desc);

create function question_is_settled_once() returns trigger language plpgsql set search_path from current as $$
begin
  if old.outcome <> 'waiting' then
    raise exception 'a settled question stays as it is' using errcode = '23514', constraint = 'question_is_settled_once';
  end if;
  return new;
end $$;
create trigger question_is_settled_once before update of outcome, settled_at, answer_id, next_at on question
  for each row execute function question_is_settled_once();

alter table question enable row level security, force row level security;
alter table question_attempt enable row level security, force row level security;
alter table answer enable row level security, force row level security;
alter table record_seen enable row level security, force row level security;
alter table quota_use enable row level security, force row level security;
alter table line_state enable row level security, force row level security;
create policy question_in_division on question
  using ((select guard_whole()) or division_code ^@ (select guard_from()));
-- A question bears the name of whoever the signed context says is working, or is asked by an app for one of its officers.
create policy question_in_ones_own_name on question as restrictive for insert
  with check ((select guard_whole()) or (asker = 'officer' and officer = (select guard_text('actor'))));
create policy question_attempt_of_question on question_attempt
  using ((select guard_whole()) or exists (select from question q where q.id = question_attempt.question_id));
create policy answer_of_question on answer
  using ((select guard_whole()) or exists (select from question q where q.id = answer.question_id));
create policy record_seen_is_of_no_division on record_seen using ((select guard_open()));
create policy quota_use_is_of_no_division on quota_use using ((select guard_open()));
create policy line_state_is_of_no_division on line_state using ((select guard_open()));

revoke update, delete, truncate on question, question_attempt, answer, record_seen, quota_use, line_state from exchange_rw;
grant update (outcome, settled_at, answer_id, next_at) on question to exchange_rw;
grant update (updated_at) on record_seen to exchange_rw;
grant update (used) on quota_use to exchange_rw;

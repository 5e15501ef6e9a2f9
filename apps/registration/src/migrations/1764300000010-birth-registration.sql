-- The birth registration service (生育登记): free, never a permit. Who registered which birth, by versions and an
-- append-only journal; what a province's text adds is a dated row; one live registration for a birth.

create table birth_registration_parameter (
  region  text collate "C" not null,
  name    text not null,
  value   text not null,
  valid   daterange not null,
  source  text not null,
  constraint birth_registration_parameter_has_one_value_a_day exclude using gist (region with =, name with =, valid with &&),
  constraint birth_registration_parameter_region_is_a_code check (region = 'CN' or region ~ '^[1-8]\d(\d{2}){0,2}$'),
  constraint birth_registration_parameter_is_known check (name in (
    'who-may-register', 'places', 'residence-months', 'make-up', 'order-rule', 'earlier-children', 'marital-status',
    'ask-elsewhere-first', 'commitment-replaces', 'shared-papers', 'notice-working-days', 'decide-working-days',
    'elsewhere-working-days', 'verification-address')),
  constraint birth_registration_parameter_has_a_source check (source <> '')
);
comment on table birth_registration_parameter is 'What a region''s text says of this service, by days; CN is what holds where no text says otherwise.';

create table birth_registration_move (
  from_state text not null,
  to_state   text not null,
  primary key (from_state, to_state)
);
comment on table birth_registration_move is 'Every move there is: the same table as birth-registration.state.ts. A move to itself is a change within a state.';
insert into birth_registration_move (from_state, to_state) values
  ('new', 'submitted'),
  ('submitted', 'submitted'), ('submitted', 'accepted'), ('submitted', 'returned'), ('submitted', 'asking'),
  ('submitted', 'not-covered'), ('submitted', 'withdrawn'),
  ('returned', 'returned'), ('returned', 'submitted'), ('returned', 'withdrawn'),
  ('asking', 'asking'), ('asking', 'accepted'), ('asking', 'elsewhere'), ('asking', 'withdrawn'),
  ('accepted', 'accepted'), ('accepted', 'asking'), ('accepted', 'registered'), ('accepted', 'elsewhere'),
  ('accepted', 'not-covered'), ('accepted', 'withdrawn'),
  ('not-covered', 'submitted'), ('not-covered', 'withdrawn'),
  ('registered', 'registered'), ('registered', 'cancelled'), ('registered', 'withdrawn');

create table birth_registration (
  id             uuid primary key default uuidv7(),
  division_code  text collate "C" not null references division (code),
  channel        text not null,
  client_ref     text not null,
  request_hash   bytea not null,
  filed_by       text not null default guard_text('actor'),
  owner          text,
  state          text not null,
  version        integer not null default 1,
  notices        smallint not null default 0,
  party_keys     bytea[] not null,
  look           text,
  received_on    date not null,
  due_on         date,
  registered_at  timestamptz,
  ended_at       timestamptz,
  told_where     text,
  recorded_at    timestamptz not null,
  constraint birth_registration_is_filed_once unique (filed_by, client_ref),
  constraint birth_registration_client_ref_is_short check (char_length(client_ref) between 1 and 64),
  constraint birth_registration_request_hash_is_sha256 check (length(request_hash) = 32),
  constraint birth_registration_channel_is_known check (channel in ('counter', 'village', 'online')),
  constraint birth_registration_state_is_known check (state in
    ('submitted', 'returned', 'asking', 'accepted', 'registered', 'elsewhere', 'not-covered', 'withdrawn', 'cancelled')),
  constraint birth_registration_registered_has_its_moment check (state <> 'registered' or registered_at is not null),
  constraint birth_registration_end_has_its_moment
    check ((state in ('elsewhere', 'withdrawn', 'cancelled')) = (ended_at is not null)),
  constraint birth_registration_elsewhere_says_where check (state <> 'elsewhere' or told_where is not null),
  constraint birth_registration_look_is_known check (look in
    ('ANSWER_MISMATCH', 'REGISTERED_ELSEWHERE', 'SECOND_NOTICE', 'TEXT_ASKS_MORE'))
);
create index birth_registration_by_division on birth_registration (division_code, id);
create index birth_registration_by_due on birth_registration (coalesce(due_on, '9999-12-31'::date), id);
create index birth_registration_by_party on birth_registration using gin (party_keys);
comment on table birth_registration is 'One birth registration as it stands; what it said before is in its versions, what happened in its actions.';
comment on column birth_registration.division_code is 'The township, street or village that received it.';
comment on column birth_registration.owner is 'The clerk asked first, who answers for it until another takes it over (首问负责).';
comment on column birth_registration.party_keys is 'Blind indexes of the parties'' numbers: who of them signs in as a citizen sees it.';
comment on column birth_registration.look is 'What a person has to look at; nothing is refused by itself.';
comment on column birth_registration.due_on is 'Working-day deadline of the present state; null where none runs, or the calendar of that year is not published yet.';
comment on column birth_registration.told_where is 'Where the birth is registered instead.';

create table birth_registration_version (
  registration_id  uuid not null references birth_registration (id),
  version          integer not null,
  expected_month   date,
  child_count      smallint not null,
  declared_code    text collate "C",
  reason           text,
  judged           text[] not null,
  recorded_by      text not null default guard_text('actor'),
  recorded_at      timestamptz not null,
  primary key (registration_id, version),
  constraint birth_registration_version_counts_from_one check (version >= 1),
  constraint birth_registration_version_is_before_or_after_birth check ((expected_month is null) = (child_count > 0)),
  constraint birth_registration_version_month_is_its_first_day check (extract(day from expected_month) = 1),
  constraint birth_registration_version_later_ones_have_a_reason check (version = 1 or reason is not null)
);
comment on table birth_registration_version is 'What a registration said from some moment on; corrected by a new version, never changed.';
comment on column birth_registration_version.declared_code is 'Division where the parties say it may be registered already.';
comment on column birth_registration_version.judged is 'Codes of what the region''s text asks and a person had to look at; empty almost everywhere.';

create table birth_registration_party (
  id                uuid primary key,
  registration_id   uuid not null,
  version           integer not null,
  role              text not null,
  person_id         uuid references person (id),
  name              text not null,
  id_type           text,
  id_number_sealed  bytea,
  id_number_key     bytea,
  id_number_mask    text,
  hukou_code        text collate "C",
  residence_code    text collate "C",
  resident_since    date,
  has_permit        boolean,
  marital_status    text,
  foreign key (registration_id, version) references birth_registration_version (registration_id, version),
  constraint birth_registration_party_has_one_of_each_role unique (registration_id, version, role),
  constraint birth_registration_party_role_is_known check (role in ('mother', 'father')),
  constraint birth_registration_party_name_has_1_to_50_characters check (char_length(name) between 1 and 50),
  constraint birth_registration_party_is_registered_or_described check (person_id is not null or id_number_sealed is not null),
  constraint birth_registration_party_seal_has_its_index check (id_number_sealed is null or (id_number_key is not null and id_number_mask is not null and id_type is not null)),
  constraint birth_registration_party_key_has_32_bytes check (length(id_number_key) = 32),
  constraint birth_registration_party_marital_is_gb2261_2 check (marital_status in ('10', '20', '21', '22', '23', '30', '40', '90'))
);
create index birth_registration_party_by_person on birth_registration_party (person_id) where person_id is not null;
comment on table birth_registration_party is 'A parent in one version of a registration: a registered person, or somebody described by name and sealed number.';
comment on column birth_registration_party.marital_status is 'Only where the region''s text of this service asks for it.';

create table birth_registration_child (
  id               uuid primary key default uuidv7(),
  registration_id  uuid not null,
  version          integer not null,
  kind             text not null,
  birth_order      smallint not null,
  born_on          date not null,
  sex              smallint not null default 0,
  certificate_key  bytea,
  certificate_mask text,
  is_joint         boolean,
  is_adopted       boolean,
  is_living        boolean,
  is_before_marriage boolean,
  foreign key (registration_id, version) references birth_registration_version (registration_id, version),
  constraint birth_registration_child_is_listed_once unique (registration_id, version, kind, birth_order),
  constraint birth_registration_child_kind_is_known check (kind in ('born', 'earlier')),
  constraint birth_registration_child_order_counts_from_one check (birth_order between 1 and 20),
  constraint birth_registration_child_sex_is_gb2261_1 check (sex in (0, 1, 2, 9)),
  constraint birth_registration_child_certificate_is_indexed_and_masked check (num_nulls(certificate_key, certificate_mask) in (0, 2)),
  constraint birth_registration_child_earlier_is_of_the_order_rule check (kind = 'earlier' or num_nonnulls(is_joint, is_adopted, is_living, is_before_marriage) = 0)
);
comment on table birth_registration_child is 'The children of this birth; earlier ones only where the region''s text counts them for this service.';
comment on column birth_registration_child.birth_order is 'Among those of one birth, so that twins stay two; never a number over a family.';

create table birth_registration_claimed (
  registration_id  uuid not null references birth_registration (id),
  kind             text not null,
  key              bytea not null,
  span             daterange,
  released_at      timestamptz,
  constraint birth_registration_claimed_kind_is_known check (kind in ('certificate', 'day-and-order', 'expected')),
  constraint birth_registration_claimed_key_has_32_bytes check (length(key) = 32),
  constraint birth_registration_claimed_span_is_of_the_unborn check ((kind = 'expected') = (span is not null)),
  constraint birth_registration_claimed_expected_once exclude using gist (key with =, span with &&) where (released_at is null and kind = 'expected')
);
create unique index birth_registration_claimed_born_once on birth_registration_claimed (kind, key) where released_at is null and kind <> 'expected';
create index birth_registration_claimed_by_registration on birth_registration_claimed (registration_id);
comment on table birth_registration_claimed is 'Which birth a live registration is about: by certificate, by mother, day and order, or by mother and expected month; one registration for a birth.';

create table birth_registration_action (
  registration_id  uuid not null references birth_registration (id),
  seq              integer not null,
  kind             text not null,
  from_state       text not null,
  to_state         text not null,
  version          integer not null,
  items            text[] not null default '{}',
  note             text,
  actor            text not null default guard_text('actor'),
  at               timestamptz not null,
  primary key (registration_id, seq),
  foreign key (from_state, to_state) references birth_registration_move (from_state, to_state),
  constraint birth_registration_action_kind_is_known check (kind in (
    'file', 'accept', 'return', 'ask-second-notice', 'allow-second-notice', 'decline-second-notice', 'supplement',
    'record-birth', 'correct', 'ask-elsewhere', 'answer-elsewhere', 'go-on-without-answer', 'register', 'not-covered',
    'keep', 'withdraw', 'cancel', 'take-over')),
  constraint birth_registration_action_note_is_short check (char_length(note) between 1 and 400)
);
create index birth_registration_action_by_move on birth_registration_action (from_state, to_state);
comment on table birth_registration_action is 'Journal of a registration, append-only.';
comment on column birth_registration_action.items is 'Codes: what is missing, what the text asks, what was answered.';

create table birth_registration_commitment (
  registration_id  uuid not null,
  version          integer not null,
  facts            text[] not null,
  text_version     text not null,
  signed_by        text not null,
  agent_name       text,
  agent_relation   text,
  signed_on        date not null,
  primary key (registration_id, version),
  foreign key (registration_id, version) references birth_registration_version (registration_id, version),
  constraint birth_registration_commitment_is_about_something check (cardinality(facts) > 0),
  constraint birth_registration_commitment_is_signed_by_a_party check (signed_by in ('mother', 'father')),
  constraint birth_registration_commitment_agent_is_whole check (num_nulls(agent_name, agent_relation) in (0, 2))
);
comment on table birth_registration_commitment is 'The signed letter that stands in for papers (告知承诺): which facts, which text, who signed, through whom.';

create table elsewhere_question (
  id               uuid primary key,
  registration_id  uuid not null references birth_registration (id),
  party_id         uuid not null references birth_registration_party (id),
  asked_code       text collate "C" not null,
  purpose          text not null,
  legal_basis      text not null,
  fields_wanted    text[] not null,
  asked_by         text not null default guard_text('actor'),
  asked_at         timestamptz not null,
  due_on           date,
  constraint elsewhere_question_wants_little check (fields_wanted <@ array['is_registered', 'registered_on', 'office', 'born_on'] and cardinality(fields_wanted) > 0),
  constraint elsewhere_question_asks_another_place check (asked_code ~ '^[1-8]\d{11}$')
);
create index elsewhere_question_by_registration on elsewhere_question (registration_id);
create index elsewhere_question_by_party on elsewhere_question (party_id);
comment on table elsewhere_question is 'A question to another place whether this birth is registered there; silence never blocks anybody.';

create table elsewhere_answer (
  question_id  uuid not null references elsewhere_question (id),
  seq          smallint not null,
  outcome      text not null,
  office       text,
  note         text,
  entered_by   text not null default guard_text('actor'),
  at           timestamptz not null,
  primary key (question_id, seq),
  constraint elsewhere_answer_outcome_is_known check (outcome in ('confirmed', 'mismatch', 'not_found', 'no_reply')),
  constraint elsewhere_answer_confirmed_says_where check (outcome <> 'confirmed' or office is not null),
  constraint elsewhere_answer_note_is_short check (char_length(note) between 1 and 400)
);
comment on table elsewhere_answer is 'What came back, append-only: after no reply an answer may still come.';

-- Who sees what: the place that received it and those above, and the parties themselves by their own number.
do $$
declare
  name text;
  runtime text := current_schema() || '_rw';
begin
  foreach name in array array['birth_registration', 'birth_registration_version', 'birth_registration_party',
    'birth_registration_child', 'birth_registration_claimed', 'birth_registration_action', 'birth_registration_commitment',
    'birth_registration_parameter', 'birth_registration_move', 'elsewhere_question', 'elsewhere_answer'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('revoke update, delete, truncate on %I from %I', name, runtime);
  end loop;
  execute format('grant update (division_code, owner, state, version, notices, party_keys, look, due_on, registered_at, ended_at, told_where) on birth_registration to %I', runtime);
  execute format('grant update (released_at) on birth_registration_claimed to %I', runtime);
  execute format('revoke insert on birth_registration_move from %I', runtime);
  execute format('revoke insert on birth_registration_parameter from %I', runtime);
end $$;

create policy birth_registration_parameter_is_public on birth_registration_parameter using ((select guard_open()));
create policy birth_registration_move_is_public on birth_registration_move using ((select guard_open()));
create policy birth_registration_in_division_or_own on birth_registration using (
  (select guard_whole()) or division_code ^@ (select guard_from()) or (select guard_key()) = any (party_keys));
create policy birth_registration_version_follows on birth_registration_version
  using (exists (select from birth_registration r where r.id = registration_id))
  with check (recorded_by = (select guard_text('actor')) and exists (select from birth_registration r where r.id = registration_id));
create policy birth_registration_party_follows on birth_registration_party
  using ((select guard_whole()) or exists (select from birth_registration r where r.id = registration_id));
create policy birth_registration_child_follows on birth_registration_child
  using (exists (select from birth_registration r where r.id = registration_id));
create policy birth_registration_claimed_follows on birth_registration_claimed
  using (exists (select from birth_registration r where r.id = registration_id));
create policy birth_registration_action_follows on birth_registration_action
  using (exists (select from birth_registration r where r.id = registration_id))
  with check (actor = (select guard_text('actor')) and exists (select from birth_registration r where r.id = registration_id));
create policy birth_registration_commitment_follows on birth_registration_commitment
  using (exists (select from birth_registration r where r.id = registration_id));
create policy elsewhere_question_follows on elsewhere_question
  using (exists (select from birth_registration r where r.id = registration_id))
  with check (asked_by = (select guard_text('actor')) and exists (select from birth_registration r where r.id = registration_id));
create policy elsewhere_answer_follows on elsewhere_answer
  using (exists (select from elsewhere_question q where q.id = question_id))
  with check (entered_by = (select guard_text('actor')) and exists (select from elsewhere_question q where q.id = question_id));

-- Parents' numbers are swapped by a rotation like every other sealed value.
alter table sealed_column no force row level security;
insert into sealed_column (table_name, column_name) values ('birth_registration_party', 'id_number_sealed');
alter table sealed_column force row level security;

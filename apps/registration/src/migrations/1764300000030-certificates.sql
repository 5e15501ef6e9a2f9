-- Legacy certificates (独生子女父母光荣证): issued in the one-child period, still carrying rights. None is issued for a birth
-- from 2016-01-01 on; who lost one is given another number for it, and holders may give theirs up.

create table certificate_scheme (
  id        uuid primary key default uuidv7(),
  region    text collate "C" not null,
  office    text not null,
  pattern   text not null,
  template  text,
  valid     daterange not null,
  source    text not null,
  status    text not null,
  constraint certificate_scheme_region_is_a_prefix check (region ~ '^(\d{2}|\d{4}|\d{6})?$'),
  constraint certificate_scheme_has_a_source check (source <> ''),
  constraint certificate_scheme_status_is_known check (status in ('confirmed', 'assumed')),
  constraint certificate_scheme_template_makes_numbers check (template like '%{serial}%'),
  constraint certificate_scheme_holds_once exclude using gist (region with =, valid with &&)
);
comment on table certificate_scheme is 'How the certificates of an issuing office were numbered from when to when. The longest region that matches decides.';
comment on column certificate_scheme.template is 'How replacements are numbered, with {office}, {year} and {serial}; null where none are made any more.';
insert into certificate_scheme (region, office, pattern, template, valid, source, status) values
  ('', '县级人口和计划生育部门', '^\S{1,30}$', null, '[1979-01-01,2016-01-01)', '各地自定编号，无全国格式', 'assumed'),
  ('', '县级卫生健康部门', '^BL\d{16}$', 'BL{office}{year}{serial}', '[2016-01-01,)', '补领编号规则，待当地确认', 'assumed'),
  ('340202', '示例县人口和计划生育委员会', '^示独字\d{4}-\d{6}$', null, '[1982-01-01,2003-01-01)', '示例县（虚构）证号规则', 'assumed'),
  ('340202', '示例县人口和计划生育局', '^SD\d{12}$', null, '[2003-01-01,2016-01-01)', '示例县（虚构）证号规则', 'assumed');

create table certificate_state (state text primary key, is_valid boolean not null);
comment on table certificate_state is 'Where a certificate can stand, and whether it carries rights there (certificate.state.ts, mirrored).';
insert into certificate_state (state, is_valid) values ('valid', true), ('cancelling', true), ('cancelled', false), ('replaced', false);
create table certificate_state_move (
  from_state  text not null references certificate_state,
  to_state    text not null references certificate_state,
  primary key (from_state, to_state)
);
create index certificate_state_move_by_end on certificate_state_move (to_state);
comment on table certificate_state_move is 'Every move of a certificate there is (certificate.state.ts, mirrored); what is not listed cannot happen.';
insert into certificate_state_move (from_state, to_state) values
  ('valid', 'cancelling'), ('valid', 'cancelled'), ('valid', 'replaced'), ('cancelling', 'valid'), ('cancelling', 'cancelled');

create table certificate (
  id            uuid primary key default uuidv7(),
  number        text collate "C" not null,
  office_code   text collate "C" not null references division (code),
  scheme_id     uuid references certificate_scheme (id),
  fits_scheme   boolean not null,
  issued_on     date not null,
  child_name    text not null,
  child_born    date not null,
  grade         text not null,
  source_ref    text not null,
  state         text not null default 'valid' references certificate_state,
  events        integer not null default 0,
  cancel_from   date,
  cancelled_on  date,
  replaces_id   uuid references certificate (id),
  row_hash      bytea not null,
  recorded_by   text not null default guard_text('actor'),
  recorded_at   timestamptz not null,
  constraint certificate_number_is_unique_in_its_office unique (office_code, number),
  constraint certificate_is_replaced_once unique (replaces_id),
  constraint certificate_only_for_the_one_child_period check (child_born < date '2016-01-01'),
  constraint certificate_follows_the_birth check (issued_on >= child_born),
  constraint certificate_number_is_short check (char_length(number) between 1 and 40),
  constraint certificate_child_has_a_name check (char_length(child_name) between 1 and 50),
  constraint certificate_grade_is_known check (grade in ('ledger', 'archive', 'card', 'declared')),
  constraint certificate_cancelled_has_its_day check ((state = 'cancelled') = (cancelled_on is not null)),
  constraint certificate_hash_has_32_bytes check (length(row_hash) = 32)
);
create index certificate_by_number on certificate (number);
create index certificate_by_office on certificate (office_code, id);
create index certificate_by_scheme on certificate (scheme_id);
comment on table certificate is 'Certificates as their office''s ledger has them, or as replaced here. Carries rights from issued_on until cancelled_on; what was paid until then stays.';
comment on column certificate.grade is 'Where it is known from: the office''s own ledger, an archive''s copy, a card that was seen, or somebody''s word.';

create table certificate_holder (
  id              uuid primary key default uuidv7(),
  certificate_id  uuid not null references certificate (id),
  role            text not null,
  office_code     text collate "C" not null references division (code),
  person_id       uuid references person (id),
  name            text not null,
  number_sealed   bytea,
  number_key      bytea,
  number_mask     text,
  wished_on       date,
  wished_by       text,
  constraint certificate_holder_is_named_once unique (certificate_id, role),
  constraint certificate_holder_role_is_known check (role in ('mother', 'father')),
  constraint certificate_holder_name_has_1_to_50_characters check (char_length(name) between 1 and 50),
  constraint certificate_holder_number_is_sealed_indexed_and_masked check (num_nulls(number_sealed, number_key, number_mask) in (0, 3)),
  constraint certificate_holder_key_has_32_bytes check (length(number_key) = 32),
  constraint certificate_holder_wish_is_somebodys check ((wished_on is null) = (wished_by is null))
);
create index certificate_holder_by_number on certificate_holder (number_key) where number_key is not null;
create index certificate_holder_by_person on certificate_holder (person_id) where person_id is not null;
create index certificate_holder_by_office on certificate_holder (office_code);
comment on table certificate_holder is 'The couple, or the single parent, that a certificate was given to; and whether they wish it cancelled.';

create table certificate_event (
  certificate_id  uuid not null references certificate (id),
  seq             integer not null,
  from_state      text not null,
  to_state        text not null,
  actor           text not null default guard_text('actor'),
  reason          text not null,
  effective_on    date,
  at              timestamptz not null,
  primary key (certificate_id, seq),
  constraint certificate_event_counts_from_one check (seq > 0),
  constraint certificate_event_cancels_on_a_day check (to_state <> 'cancelled' or effective_on is not null),
  constraint certificate_event_moves_as_the_table_says foreign key (from_state, to_state) references certificate_state_move
);
create index certificate_event_by_move on certificate_event (from_state, to_state);
comment on table certificate_event is 'The history of every certificate; append-only.';

create function certificate_event_applies() returns trigger language plpgsql security definer set search_path from current as $$
declare moved integer; wanted integer;
begin
  select count(*) into wanted from arrived;
  update certificate c set state = a.to_state, events = a.seq,
         cancel_from = case a.to_state when 'cancelling' then a.effective_on when 'valid' then null else c.cancel_from end,
         cancelled_on = case a.to_state when 'cancelled' then a.effective_on end
    from arrived a where c.id = a.certificate_id and c.state = a.from_state and c.events = a.seq - 1;
  get diagnostics moved = row_count;
  if moved <> wanted then
    raise exception 'a certificate was moved by someone else meanwhile' using errcode = '40001', constraint = 'certificate_event_applies';
  end if;
  return null;
end $$;
create trigger certificate_event_applies after insert on certificate_event
  referencing new table as arrived for each statement execute function certificate_event_applies();

create sequence certificate_serial;

create table certificate_reject (
  id           bigint generated always as identity primary key,
  file_sha256  bytea not null,
  line         integer not null,
  column_name  text not null,
  code         text not null,
  is_warning   boolean not null,
  at           timestamptz not null
);
create index certificate_reject_by_file on certificate_reject (file_sha256, line);
comment on table certificate_reject is 'Rows of ledgers that did not go in, and remarks about rows that did. Names nobody.';

do $$
declare name text;
begin
  foreach name in array array['certificate_scheme', 'certificate_state', 'certificate_state_move', 'certificate', 'certificate_holder',
    'certificate_event', 'certificate_reject'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
  end loop;
  execute format('grant usage on sequence certificate_serial to %I', current_schema() || '_rw');
end $$;
create policy certificate_scheme_is_public on certificate_scheme for select using (true);
create policy certificate_state_is_public on certificate_state for select using (true);
create policy certificate_state_move_is_public on certificate_state_move for select using (true);
create policy certificate_holder_in_division on certificate_holder
  using ((select guard_whole()) or office_code ^@ (select guard_from()) or number_key = (select guard_key()));
create policy certificate_in_division on certificate
  using ((select guard_whole()) or office_code ^@ (select guard_from())
    or exists (select from certificate_holder h where h.certificate_id = certificate.id and h.number_key = (select guard_key())));
create policy certificate_event_of_certificate on certificate_event
  using ((select guard_whole()) or exists (select from certificate c where c.id = certificate_event.certificate_id))
  with check (actor = (select guard_text('actor')));
create policy certificate_reject_for_officers on certificate_reject using ((select guard_from()) is not null);

revoke insert, update, delete, truncate on certificate_scheme, certificate_state, certificate_state_move from registration_rw;
revoke insert, update, delete, truncate on certificate, certificate_event from registration_rw;
revoke update, delete, truncate on certificate_holder, certificate_reject from registration_rw;
grant insert (id, number, office_code, scheme_id, fits_scheme, issued_on, child_name, child_born, grade, source_ref, replaces_id,
  row_hash, recorded_at) on certificate to registration_rw;
grant insert (certificate_id, seq, from_state, to_state, reason, effective_on, at) on certificate_event to registration_rw;
-- A scheme may become known later than the ledger.
grant update (scheme_id, fits_scheme) on certificate to registration_rw;
grant update (person_id, wished_on, wished_by) on certificate_holder to registration_rw;

-- Its owner is held to the policies as well, and there is none to insert by.
alter table sealed_column no force row level security;
insert into sealed_column values ('certificate_holder', 'number_sealed');
alter table sealed_column force row level security;

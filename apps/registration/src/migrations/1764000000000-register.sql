-- The household register as this authority knows it: who exists, who belongs to which household, who is whose parent.
-- Identity numbers are sealed; a keyed blind index finds them; nothing here says more of them than a mask.

create table division (
  code        text collate "C" primary key,
  name        text,
  level       text not null,
  parent_code text collate "C" references division (code),
  valid       daterange not null default daterange(null, null),
  status      text not null,
  recorded_at timestamptz not null,
  constraint division_code_has_twelve_digits check (code ~ '^[1-8]\d{11}$'),
  constraint division_level_is_known check (level in ('province', 'city', 'county', 'township', 'village')),
  constraint division_status_is_known check (status in ('confirmed', 'unconfirmed')),
  constraint division_confirmed_has_a_name check (status = 'unconfirmed' or name is not null),
  constraint division_only_provinces_have_no_parent check ((level = 'province') = (parent_code is null))
);
create index division_by_parent on division (parent_code);

comment on table division is 'Administrative divisions by 12-digit statistical code. Codes met in an extract before any list of divisions named them are unconfirmed.';
comment on column division.valid is 'When the code was in force; codes outlive the divisions they named, in identity numbers and in benefit histories.';

create table import_batch (
  id              uuid primary key,
  file_name       text not null,
  file_sha256     bytea not null,
  file_bytes      bigint not null,
  encoding        text not null,
  unknown_columns text[] not null,
  state           text not null default 'reading',
  next_line       int not null,
  total           int not null default 0,
  accepted        int not null default 0,
  unchanged       int not null default 0,
  rejected        int not null default 0,
  warnings        int not null default 0,
  first_xid       xid8 not null default pg_current_xact_id(),
  started_at      timestamptz not null,
  finished_at     timestamptz,
  constraint import_batch_state_is_known check (state in ('reading', 'done')),
  constraint import_batch_totals_agree check (total = accepted + unchanged + rejected),
  constraint import_batch_done_has_an_end check ((state = 'done') = (finished_at is not null)),
  constraint import_batch_sha256_has_32_bytes check (length(file_sha256) = 32)
);
create unique index import_batch_one_unfinished_per_file on import_batch (file_sha256) where state <> 'done';
create index import_batch_by_file on import_batch (file_sha256);

comment on table import_batch is 'One reading of one registry extract, with its progress: what is committed up to next_line is never read again.';
comment on column import_batch.first_xid is 'Every change of this batch has this or a later transaction id.';

create table import_reject (
  batch_id           uuid not null references import_batch (id),
  line               int not null,
  column_name        text not null,
  code               text not null,
  detail             text,
  registry_person_id text,
  further            text[] not null,
  primary key (batch_id, line)
);
comment on table import_reject is 'Rows of an extract that did not go in, by line. Holds no identity number.';

create table import_warning (
  batch_id           uuid not null references import_batch (id),
  line               int not null,
  column_name        text not null,
  code               text not null,
  detail             text,
  registry_person_id text
);
create index import_warning_by_line on import_warning (batch_id, line);
comment on table import_warning is 'Remarks about rows that did go in. Holds no identity number.';

create table household (
  id             uuid primary key,
  county_code    text collate "C" not null,
  household_no   text collate "C" not null,
  division_code  text collate "C" not null references division (code),
  household_type text,
  address        text,
  recorded_at    timestamptz not null,
  constraint household_number_is_unique_in_its_county unique (county_code, household_no),
  constraint household_type_is_known check (household_type in ('urban', 'rural', 'unified'))
);
create index household_by_division on household (division_code, id);

comment on table household is 'Households (户). Division, type and address are those of the head''s row.';

create table person (
  id                       uuid primary key default uuidv7(),
  registry_person_id       text collate "C" not null,
  name                     text not null,
  name_match               text collate "C" not null,
  sex                      smallint not null,
  ethnicity                text,
  id_type                  text,
  id_number_sealed         bytea,
  id_number_key            bytea,
  id_number_mask           text,
  id_number_legacy_key     bytea,
  id_number_shared         boolean not null default false,
  birth_certificate_sealed bytea,
  birth_certificate_key    bytea,
  born                     date,
  died                     date,
  status                   smallint not null,
  household_id             uuid references household (id),
  relation_to_head         text,
  household_type           text,
  division_code            text collate "C" not null references division (code),
  address                  text,
  father_key               bytea,
  mother_key               bytea,
  father_id                uuid,
  mother_id                uuid,
  marital_status           text,
  moved_in_on              date,
  moved_out_on             date,
  source_updated_at        timestamptz not null,
  row_hash                 bytea not null,
  batch_id                 uuid not null,
  batch_line               int not null,
  recorded_at              timestamptz not null,
  changed_xid              xid8 not null default pg_current_xact_id(),
  constraint person_registry_person_id_is_unique unique (registry_person_id),
  constraint person_name_has_1_to_50_characters check (char_length(name) between 1 and 50),
  constraint person_sex_is_gb2261_1 check (sex in (0, 1, 2, 9)),
  constraint person_ethnicity_is_short check (char_length(ethnicity) <= 20),
  constraint person_id_type_is_known
    check (id_type in ('111', 'HMT_RESIDENCE', 'PERMANENT_RESIDENT', 'HM_PASS', 'TW_PASS', 'PASSPORT')),
  constraint person_id_number_is_sealed_indexed_and_masked
    check (num_nulls(id_number_sealed, id_number_key, id_number_mask, id_type) in (0, 4)),
  constraint person_birth_certificate_is_sealed_and_indexed
    check (num_nulls(birth_certificate_sealed, birth_certificate_key) in (0, 2)),
  constraint person_keys_have_32_bytes
    check (length(id_number_key) = 32 and length(id_number_legacy_key) = 32 and length(birth_certificate_key) = 32
           and length(father_key) = 32 and length(mother_key) = 32 and length(row_hash) = 32),
  constraint person_dies_after_birth check (died >= born),
  constraint person_status_is_known check (status in (0, 1, 8, 9)),
  constraint person_relation_is_gb4761 check (relation_to_head ~ '^(0[12]|1[0-2]|[2-9]\d)$'),
  constraint person_household_type_is_known check (household_type in ('urban', 'rural', 'unified')),
  constraint person_marital_is_gb2261_2 check (marital_status in ('10', '20', '21', '22', '23', '30', '40', '90')),
  constraint person_is_not_its_own_parent check (father_id <> id and mother_id <> id),
  constraint person_has_parents_by_key
    check ((father_id is null or father_key is not null) and (mother_id is null or mother_key is not null)),
  constraint person_moves_out_after_in check (moved_out_on >= moved_in_on)
);
create index person_by_change on person (changed_xid, id);
create index person_by_id_number on person (id_number_key) where id_number_key is not null;
create index person_by_legacy_number on person (id_number_legacy_key) where id_number_legacy_key is not null;
create index person_by_birth_certificate on person (birth_certificate_key) where birth_certificate_key is not null;
create index person_by_household on person (household_id) where household_id is not null;
create index person_by_division on person (division_code, id);
create index person_by_name on person (name_match, id);
create index person_by_father on person (father_id) where father_id is not null;
create index person_by_mother on person (mother_id) where mother_id is not null;
create index person_awaits_father on person (father_key) where father_id is null and father_key is not null;
create index person_awaits_mother on person (mother_key) where mother_id is null and mother_key is not null;
create index person_shares_number on person (id_number_key) where id_number_shared;

comment on table person is 'Persons as the registry last stated them. The key is ours: one identity number may, in history, be held by two persons (重号).';
comment on column person.name is 'As given, in the characters given.';
comment on column person.name_match is 'For comparing only: NFC, separator look-alikes as U+00B7, no blanks.';
comment on column person.id_number_sealed is 'AES-256-GCM, bound to this table, column and row id; opened by a reasoned reveal only.';
comment on column person.id_number_key is 'Keyed blind index of the normalised 18-character number.';
comment on column person.id_number_legacy_key is 'Blind index of the 15-digit number, where the registry still states that one.';
comment on column person.father_key is 'Blind index of the father''s number as stated; father_id follows once exactly one person with it is registered.';
comment on column person.source_updated_at is 'The registry''s own time of the last change: a newer one wins.';
comment on column person.row_hash is 'Keyed digest of the row as read, to tell a repeated row from a changed one.';
comment on column person.batch_id is 'The import that wrote this version. Not a foreign key: it is checked once a batch, not once a row.';
comment on column person.changed_xid is 'Transaction of the last change; with the id the position in the change feed.';

create table person_history (
  like person,
  recorded_until       timestamptz not null,
  replaced_by_batch_id uuid not null
);
alter table person_history drop column changed_xid, drop column id_number_shared, drop column father_id, drop column mother_id;
create index person_history_by_person on person_history (id, recorded_until);
create index person_history_by_registry_person_id on person_history (registry_person_id);
comment on table person_history is 'What a person''s row was and until when: append-only, written by the trigger on person.';

create function person_keep_history() returns trigger language plpgsql security definer set search_path = registration, pg_temp as $$
begin
  insert into person_history (
    id, registry_person_id, name, name_match, sex, ethnicity, id_type, id_number_sealed, id_number_key, id_number_mask,
    id_number_legacy_key, birth_certificate_sealed, birth_certificate_key, born, died, status, household_id,
    relation_to_head, household_type, division_code, address, father_key, mother_key, marital_status, moved_in_on,
    moved_out_on, source_updated_at, row_hash, batch_id, batch_line, recorded_at, recorded_until, replaced_by_batch_id)
  select
    o.id, o.registry_person_id, o.name, o.name_match, o.sex, o.ethnicity, o.id_type, o.id_number_sealed, o.id_number_key,
    o.id_number_mask, o.id_number_legacy_key, o.birth_certificate_sealed, o.birth_certificate_key, o.born, o.died,
    o.status, o.household_id, o.relation_to_head, o.household_type, o.division_code, o.address, o.father_key,
    o.mother_key, o.marital_status, o.moved_in_on, o.moved_out_on, o.source_updated_at, o.row_hash, o.batch_id,
    o.batch_line, o.recorded_at, n.recorded_at, n.batch_id
  from old_rows o join new_rows n using (id)
  where o.row_hash <> n.row_hash;
  return null;
end $$;

create trigger person_keep_history after update on person
  referencing old table as old_rows new table as new_rows
  for each statement execute function person_keep_history();

-- A register is added to and corrected, never shortened; its history not even corrected.
revoke delete, truncate on division, import_batch, household, person from registration_rw;
revoke insert, update, delete, truncate on person_history from registration_rw;
revoke update, delete, truncate on import_reject, import_warning from registration_rw;

-- Statistics after a bulk load, so that the planner does not guess.
grant maintain on person, household to registration_rw;

-- Vouchers of birth registrations (生育登记凭证): immutable documents that can be verified and disclose nothing further.

create table voucher_counter (
  county_code text collate "C" not null,
  year        smallint not null,
  last        integer not null,
  primary key (county_code, year),
  constraint voucher_counter_counts_up check (last > 0)
);
comment on table voucher_counter is 'The last number that a county gave a voucher in a year.';

create table voucher (
  id               uuid primary key default uuidv7(),
  registration_id  uuid not null references birth_registration (id),
  version          integer not null,
  no               text not null,
  code_hash        bytea not null,
  status_index     bigint generated always as identity,
  office_code      text collate "C" not null references division (code),
  office_name      text not null,
  holder_masks     text[] not null,
  content          jsonb not null,
  pdf              bytea not null,
  pdf_sha256       bytea not null,
  issued_by        text not null default guard_text('actor'),
  issued_at        timestamptz not null,
  state            text not null default 'valid',
  ended_at         timestamptz,
  foreign key (registration_id, version) references birth_registration_version (registration_id, version),
  constraint voucher_number_is_unique unique (no),
  constraint voucher_code_is_unique unique (code_hash),
  constraint voucher_status_index_is_unique unique (status_index),
  constraint voucher_code_is_kept_as_sha256 check (length(code_hash) = 32),
  constraint voucher_bytes_are_what_was_hashed check (pdf_sha256 = sha256(pdf)),
  constraint voucher_state_is_known check (state in ('valid', 'superseded', 'withdrawn', 'cancelled')),
  constraint voucher_end_has_its_moment check ((state = 'valid') = (ended_at is null))
);
create unique index voucher_one_valid_per_registration on voucher (registration_id) where state = 'valid';
create index voucher_by_version on voucher (registration_id, version);
create index voucher_by_office on voucher (office_code);
create index voucher_ended on voucher (status_index) where state <> 'valid';
comment on table voucher is 'A delivered voucher: its bytes never change, a corrected registration gets a voucher of a new number.';
comment on column voucher.code_hash is 'SHA-256 of the verification code of 160 bits; the code itself stands on the document only.';
comment on column voucher.status_index is 'Place in the status list that verifiers of credentials read.';
comment on column voucher.holder_masks is 'What verifying shows of the names.';

create function voucher_is_delivered() returns trigger language plpgsql as $$
begin
  if old.state <> 'valid' or (to_jsonb(new) - 'state' - 'ended_at') is distinct from (to_jsonb(old) - 'state' - 'ended_at') then
    raise exception 'a delivered voucher does not change' using errcode = '23514', constraint = 'voucher_is_delivered';
  end if;
  return new;
end $$;
create trigger voucher_is_delivered before update on voucher for each row execute function voucher_is_delivered();

alter table voucher enable row level security, force row level security;
alter table voucher_counter enable row level security, force row level security;
create policy voucher_follows on voucher
  using (exists (select from birth_registration r where r.id = registration_id))
  with check (exists (select from birth_registration r where r.id = registration_id));
create policy voucher_names_its_issuer on voucher as restrictive for insert with check (issued_by = (select guard_text('actor')));
create policy voucher_counter_in_any_context on voucher_counter using ((select guard_open()));
do $$
declare runtime text := current_schema() || '_rw';
begin
  execute format('revoke update, delete, truncate on voucher from %I', runtime);
  execute format('grant update (state, ended_at) on voucher to %I', runtime);
  execute format('revoke delete, truncate on voucher_counter from %I', runtime);
end $$;

-- Letters to people (文书): what was delivered never changes; whoever holds one can verify it.

create table letter_counter (
  county_code text collate "C" not null,
  year        smallint not null,
  last        integer not null,
  primary key (county_code, year),
  constraint letter_counter_counts_up check (last > 0)
);
comment on table letter_counter is 'The last number that a county gave a letter in a year.';

create table letter (
  id              uuid primary key,
  no              text not null,
  kind            text not null,
  -- The row that it is about, of the table that its kind names.
  about_id        uuid not null,
  division_code   text collate "C" not null,
  office_name     text not null,
  recipient_name  text not null,
  recipient_key   bytea,
  content         jsonb not null,
  pdf             bytea not null,
  pdf_sha256      bytea not null,
  code_hash       bytea not null,
  made_by         text not null default guard_text('actor'),
  made_on         date not null,
  made_at         timestamptz not null,
  constraint letter_number_is_unique unique (no),
  constraint letter_code_is_unique unique (code_hash),
  constraint letter_code_is_kept_as_sha256 check (length(code_hash) = 32),
  constraint letter_bytes_are_what_was_hashed check (pdf_sha256 = sha256(pdf)),
  constraint letter_division_has_twelve_digits check (division_code ~ '^\d{12}$'),
  constraint letter_recipient_key_is_an_index check (length(recipient_key) = 32)
);
create index letter_by_about on letter (about_id);
create index letter_by_recipient on letter (recipient_key);
comment on table letter is 'A letter as it was made: neither its bytes nor what it says can change, a correction is another letter.';
comment on column letter.code_hash is 'SHA-256 of the verification code of 160 bits; the code itself stands on the letter only.';
alter table letter enable row level security, force row level security;
alter table letter_counter enable row level security, force row level security;
create policy letter_in_division on letter
  using ((select guard_whole()) or division_code ^@ (select guard_from()) or recipient_key = (select guard_key()))
  with check ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy letter_names_its_maker on letter as restrictive for insert with check (made_by = (select guard_text('actor')));
create policy letter_by_owner on letter to fees_owner using (true) with check (true);
create policy letter_counter_in_any_context on letter_counter using ((select guard_open()));
revoke update, delete, truncate on letter from fees_rw;
revoke delete, truncate on letter_counter from fees_rw;

insert into parameter (name, valid, value, unit, source, status) values
  ('letter.office-name', '[2021-08-20,)', '县级卫生健康主管部门', 'text', '各机关以自己的全称落款，按地区另设一行', 'assumed');

-- What a bank tells of money that came in (银行到账): each booking once by its reference, however often and in whichever file it
-- comes. What cannot be taken in is set aside until somebody has looked into it; nothing is lost without a word.

create table receiving_account (
  account        text collate "C" primary key,
  division_code  text collate "C" not null,
  bank           text not null,
  holder_name    text not null,
  opened_by      text not null default guard_text('actor'),
  opened_at      timestamptz not null,
  constraint receiving_account_has_a_number check (account ~ '^[0-9A-Za-z][0-9A-Za-z-]{0,33}$'),
  constraint receiving_account_is_of_a_county check (division_code ~ '^\d{6}0{6}$'),
  constraint receiving_account_names_bank_and_holder check (bank <> '' and holder_name <> '')
);
create index receiving_account_by_division on receiving_account (division_code);
comment on table receiving_account is 'An account of the authority that money comes in on; never somebody''s own.';

create table bank_notice (
  id             uuid primary key,
  account        text collate "C" not null references receiving_account (account),
  division_code  text collate "C" not null,
  format         text not null,
  message_id     text,
  sha256         bytea,
  taken_by       text not null default guard_text('actor'),
  taken_at       timestamptz not null,
  constraint bank_notice_format_is_known check (format in ('camt.054', 'csv', 'by-hand')),
  constraint bank_notice_of_a_file_has_its_hash check ((format = 'by-hand') = (sha256 is null) and length(sha256) = 32)
);
create index bank_notice_by_account on bank_notice (account);
comment on table bank_notice is 'A file of the bank that was taken in, or one booking that an officer wrote off a paper; whole or not at all.';

create table bank_receipt (
  id                   uuid primary key,
  notice_id            uuid not null references bank_notice (id),
  account              text collate "C" not null references receiving_account (account),
  division_code        text collate "C" not null,
  bank_ref             text collate "C" not null,
  booked_on            date not null,
  fen                  bigint not null,
  payer_name           text not null,
  payer_account_sealed bytea,
  payer_account_mask   text,
  payer_bank           text not null,
  remittance           text not null,
  found_references     text[] not null,
  is_for_hand          boolean not null default false,
  -- The one that the payer quoted; null where there is none, or more than one, or it has led astray.
  reference            text collate "C" generated always as
    (case when cardinality(found_references) = 1 and not is_for_hand then found_references[1] end) stored,
  matched_fen          bigint not null default 0,
  refundable_fen       bigint not null default 0,
  left_fen             bigint generated always as (fen - matched_fen - refundable_fen) stored not null,
  state                text generated always as (case
    when matched_fen = 0 and refundable_fen = 0 then 'unmatched'
    when fen - matched_fen - refundable_fen > 0 then 'part'
    when refundable_fen > 0 then 'refundable'
    else 'matched' end) stored not null,
  taken_by             text not null default guard_text('actor'),
  taken_at             timestamptz not null,
  constraint bank_receipt_comes_once unique (account, bank_ref),
  constraint bank_receipt_and_who_took_it_in unique (id, taken_by),
  constraint bank_receipt_is_an_amount check (fen > 0),
  constraint bank_receipt_gives_no_more_than_it_holds check (matched_fen >= 0 and refundable_fen >= 0 and matched_fen + refundable_fen <= fen),
  constraint bank_receipt_payer_account_is_sealed_and_masked check (num_nulls(payer_account_sealed, payer_account_mask) in (0, 2))
);
create index bank_receipt_by_notice on bank_receipt (notice_id);
create index bank_receipt_by_division on bank_receipt (division_code, id);
create index bank_receipt_open_by_reference on bank_receipt (reference) where left_fen > 0;
create index bank_receipt_open_by_day on bank_receipt (booked_on, id) where left_fen > 0;
comment on table bank_receipt is 'Money that came in, as the bank told it; what the bank told never changes.';
comment on column bank_receipt.found_references is 'References of payment requests that the remittance text holds, right by their check digits.';
comment on column bank_receipt.is_for_hand is 'A match of it was undone: from now on an officer says what it pays.';
comment on column bank_receipt.matched_fen is 'What of it paid requests, counted by the matches.';
comment on column bank_receipt.refundable_fen is 'What of it pays nothing and goes back to who paid it.';

-- Debits, reversals and whatever else needs eyes: kept until somebody says what was done about it.
create table bank_entry_aside (
  id             uuid primary key,
  notice_id      uuid not null references bank_notice (id),
  account        text collate "C" not null references receiving_account (account),
  division_code  text collate "C" not null,
  entry_hash     bytea not null,
  line           integer not null,
  bank_ref       text not null,
  booked_at      text not null,
  amount         text not null,
  code           text not null,
  set_aside_at   timestamptz not null,
  settled_by     text,
  settled_at     timestamptz,
  note           text,
  constraint bank_entry_is_set_aside_once unique (account, entry_hash),
  constraint bank_entry_hash_is_an_index check (length(entry_hash) = 32),
  constraint bank_entry_aside_is_settled_with_a_note check (num_nulls(settled_by, settled_at, note) in (0, 3) and note <> '')
);
create index bank_entry_aside_by_notice on bank_entry_aside (notice_id);
create index bank_entry_aside_by_division on bank_entry_aside (division_code, id);
comment on table bank_entry_aside is 'A booking that was not taken in as a receipt, and why: a debit, a reversal, another currency, a reference used twice.';

create function bank_entry_aside_is_settled_once() returns trigger language plpgsql as $$
begin
  if old.settled_at is not null then
    raise exception 'somebody has settled this already' using errcode = '23514', constraint = 'bank_entry_aside_is_settled_once';
  end if;
  return new;
end $$;
create trigger bank_entry_aside_is_settled_once before update on bank_entry_aside for each row execute function bank_entry_aside_is_settled_once();

do $$
declare name text;
begin
  foreach name in array array['receiving_account', 'bank_notice', 'bank_receipt', 'bank_entry_aside'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy %I on %I to fees_owner using (true) with check (true)', name || '_by_owner', name);
    execute format('create policy %I on %I using ((select guard_whole()) or division_code ^@ (select guard_from()))', name || '_in_division', name);
    execute format('revoke insert, update, delete, truncate on %I from fees_rw', name);
  end loop;
end $$;
create policy receiving_account_names_its_opener on receiving_account as restrictive for insert with check (opened_by = (select guard_text('actor')));
create policy bank_notice_names_its_taker on bank_notice as restrictive for insert with check (taken_by = (select guard_text('actor')));
create policy bank_receipt_names_its_taker on bank_receipt as restrictive for insert with check (taken_by = (select guard_text('actor')));
create policy bank_entry_aside_names_who_settles on bank_entry_aside as restrictive for update using (true)
  with check (settled_by = (select guard_text('actor')));
grant insert (account, division_code, bank, holder_name, opened_at) on receiving_account to fees_rw;
grant insert (id, account, division_code, format, message_id, sha256, taken_at) on bank_notice to fees_rw;
grant insert (id, notice_id, account, division_code, bank_ref, booked_on, fen, payer_name, payer_account_sealed, payer_account_mask,
              payer_bank, remittance, found_references, taken_at) on bank_receipt to fees_rw;
grant update (refundable_fen) on bank_receipt to fees_rw;
grant insert (id, notice_id, account, division_code, entry_hash, line, bank_ref, booked_at, amount, code, set_aside_at) on bank_entry_aside to fees_rw;
grant update (settled_by, settled_at, note) on bank_entry_aside to fees_rw;
insert into sealed_column values ('bank_receipt', 'payer_account_sealed');

insert into parameter (name, valid, value, unit, source, status) values
  ('bank-receipt.ageing-days', '[2021-08-20,)', '7,30,90', 'days', '未匹配到账款项的账龄分段；全国没有统一规定，为本系统取值', 'assumed');

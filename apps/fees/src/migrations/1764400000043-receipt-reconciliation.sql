-- Reconciling what came in (收款对账): the bank's word, our receipts, the ledger, the treasury and the fiscal receipts say the same,
-- county by county and day by day; where they do not, a person looks, and the month stays open.

create table bank_day_total (
  id           uuid primary key,
  county_code  text collate "C" not null,
  account      text collate "C" not null references receiving_account (account),
  day          date not null,
  no           integer not null,
  receipts     integer not null,
  fen          bigint not null,
  source       text not null,
  stated_by    text not null default guard_text('actor'),
  stated_at    timestamptz not null,
  constraint bank_day_total_is_counted unique (account, day, no),
  constraint bank_day_total_is_an_amount check (receipts >= 0 and fen >= 0 and (receipts = 0) = (fen = 0)),
  constraint bank_day_total_names_its_source check (char_length(source) between 2 and 100)
);
create index bank_day_total_by_county on bank_day_total (county_code, day);
comment on table bank_day_total is 'What the bank''s statement says came in on an account and day; a later word stands in place of an earlier one, which stays.';

create table receipt_reconciliation (
  id             uuid primary key,
  county_code    text collate "C" not null,
  day            date not null,
  no             integer not null,
  stated_fen     bigint,
  booked_fen     bigint not null,
  matched_fen    bigint not null,
  refundable_fen bigint not null,
  unmatched_fen  bigint not null,
  collected_fen  bigint not null,
  remitted_fen   bigint not null,
  under_way_fen  bigint not null,
  given_back_fen bigint not null,
  standing_fen   bigint not null,
  satisfied_fen  bigint not null,
  receipted_fen  bigint not null,
  is_balanced    boolean not null,
  run_by         text not null default guard_text('actor'),
  run_at         timestamptz not null,
  constraint receipt_reconciliation_is_counted unique (county_code, day, no),
  constraint receipt_reconciliation_county_has_twelve_digits check (county_code ~ '^\d{6}000000$')
);
comment on table receipt_reconciliation is 'One look at a county and day, with every figure that was compared; append-only.';

create table receipt_difference (
  id            uuid primary key,
  county_code   text collate "C" not null,
  day           date not null,
  kind          text not null,
  expected_fen  bigint not null,
  found_fen     bigint not null,
  found_at      timestamptz not null,
  ended_by      text,
  ended_at      timestamptz,
  note          text,
  constraint receipt_difference_kind_is_known
    check (kind in ('bank-missing', 'bank-total', 'bank-ledger', 'receipt-split', 'unmatched', 'collected', 'fiscal-receipts')),
  constraint receipt_difference_is_one check (expected_fen <> found_fen or kind = 'bank-missing'),
  constraint receipt_difference_ends_with_a_note check (num_nulls(ended_by, ended_at, note) in (0, 3) and char_length(note) between 4 and 400)
);
create unique index receipt_difference_one_open_of_a_kind on receipt_difference (county_code, day, kind) where ended_at is null;
create index receipt_difference_by_county on receipt_difference (county_code, day);
comment on table receipt_difference is 'Two figures that should be the same and are not: work for a person until it is gone or explained.';

create table receipt_month (
  county_code  text collate "C" not null,
  month        date not null,
  booked_fen   bigint not null,
  days         integer not null,
  closed_by    text not null default guard_text('actor'),
  closed_on    date not null,
  closed_at    timestamptz not null,
  primary key (county_code, month),
  constraint receipt_month_is_a_month check (extract(day from month) = 1),
  constraint receipt_month_is_over check (closed_on >= month + interval '1 month'),
  constraint receipt_month_is_closed_by_a_person check (closed_by !~ '^system')
);
comment on table receipt_month is 'A month of a county that was closed: every day with receipts was reconciled, and no difference was open.';

create function receipt_month_has_no_difference() returns trigger language plpgsql security definer set search_path from current as $$
declare until date := new.month + interval '1 month';
begin
  if exists (select from receipt_difference d where d.county_code = new.county_code and d.day >= new.month and d.day < until and d.ended_at is null) then
    raise exception 'a difference of this month is open' using errcode = '23514', constraint = 'receipt_month_has_no_difference';
  end if;
  if exists (select from bank_receipt b where rpad(left(b.division_code, 6), 12, '0') = new.county_code and b.booked_on >= new.month and b.booked_on < until
      and not exists (select from receipt_reconciliation r where r.county_code = new.county_code and r.day = b.booked_on and r.run_at >= b.taken_at)) then
    raise exception 'a day of this month was not looked at since its receipts came' using errcode = '23514', constraint = 'receipt_month_is_reconciled';
  end if;
  select coalesce(sum(b.fen), 0), count(distinct b.booked_on) into new.booked_fen, new.days
    from bank_receipt b where rpad(left(b.division_code, 6), 12, '0') = new.county_code and b.booked_on >= new.month and b.booked_on < until;
  return new;
end $$;
create trigger receipt_month_has_no_difference before insert on receipt_month for each row execute function receipt_month_has_no_difference();

create function receipt_difference_ends_once() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if old.ended_at is not null or new.ended_by is distinct from guard_text('actor') then
    raise exception 'a difference is ended once, by who acts' using errcode = '23514', constraint = 'receipt_difference_ends_once';
  end if;
  return new;
end $$;
create trigger receipt_difference_ends_once before update on receipt_difference for each row execute function receipt_difference_ends_once();

do $$
declare
  name text;
  runtime text := current_schema() || '_rw';
begin
  foreach name in array array['bank_day_total', 'receipt_reconciliation', 'receipt_difference', 'receipt_month'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy %I on %I to fees_owner using (true) with check (true)', name || '_by_owner', name);
    execute format('create policy %I on %I using ((select guard_whole()) or county_code ^@ left((select guard_from()), 6))', name || '_in_county', name);
    execute format('revoke update, delete, truncate on %I from %I', name, runtime);
  end loop;
  execute format('grant update (ended_by, ended_at, note) on receipt_difference to %I', runtime);
end $$;
create policy bank_day_total_names_who_states on bank_day_total as restrictive for insert to fees_rw with check (stated_by = (select guard_text('actor')));
create policy receipt_reconciliation_names_who_ran on receipt_reconciliation as restrictive for insert to fees_rw with check (run_by = (select guard_text('actor')));
create policy receipt_month_names_who_closed on receipt_month as restrictive for insert to fees_rw with check (closed_by = (select guard_text('actor')));

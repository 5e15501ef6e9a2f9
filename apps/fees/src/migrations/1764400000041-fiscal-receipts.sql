-- Fiscal receipts for non-tax money (非税票据): numbers allotted to an office in a series, given out in order under lock, never twice,
-- one for each amount that was matched; what is not given out is explained: voided, lost, returned.

create table receipt_series (
  id             uuid primary key,
  division_code  text collate "C" not null,
  -- What is printed before the number (票据代码): given by the treasury that allots, read from no list of ours.
  receipt_code   text not null,
  first_no       bigint not null,
  last_no        bigint not null,
  number_digits  smallint not null,
  next_no        bigint not null,
  document       text not null,
  allotted_by    text not null default guard_text('actor'),
  allotted_on    date not null,
  allotted_at    timestamptz not null,
  constraint receipt_series_has_numbers check (first_no >= 0 and last_no >= first_no and last_no - first_no < 1000000),
  constraint receipt_series_numbers_fit check (number_digits between 1 and 18 and last_no < power(10::numeric, number_digits)),
  constraint receipt_series_counts_within_itself check (next_no between first_no and last_no + 1),
  constraint receipt_series_code_is_readable check (receipt_code ~ '^[0-9A-Z-]{1,20}$'),
  constraint receipt_series_division_has_twelve_digits check (division_code ~ '^\d{12}$'),
  constraint receipt_series_names_its_document check (char_length(document) between 2 and 100),
  constraint receipt_series_numbers_are_allotted_once exclude using gist (receipt_code with =, int8range(first_no, last_no, '[]') with &&)
);
create index receipt_series_by_division on receipt_series (division_code, id);
comment on table receipt_series is 'Numbers of fiscal receipts that were allotted to an office, from the first to the last.';
comment on column receipt_series.next_no is 'Every number below it is accounted for by a receipt or a gap; moved by the triggers below only.';

create table receipt_gap (
  id            uuid primary key default uuidv7(),
  series_id     uuid not null references receipt_series (id),
  numbers       int8range not null,
  kind          text not null,
  reason        text not null,
  happened_on   date not null,
  recorded_by   text not null default guard_text('actor'),
  recorded_on   date not null,
  recorded_at   timestamptz not null,
  report_due_on date,
  reported_by   text,
  reported_on   date,
  report_ref    text,
  constraint receipt_gap_kind_is_known check (kind in ('lost', 'returned')),
  constraint receipt_gap_has_numbers check (not isempty(numbers) and not lower_inf(numbers) and not upper_inf(numbers)),
  constraint receipt_gap_reason_is_words check (char_length(reason) between 4 and 200),
  constraint receipt_gap_happened_before_it_was_recorded check (happened_on <= recorded_on),
  constraint receipt_gap_is_reported_whole check (num_nulls(reported_by, reported_on, report_ref) in (0, 3)),
  constraint receipt_gap_returned_needs_no_report check (kind = 'lost' or num_nulls(report_due_on, reported_on) = 2),
  constraint receipt_gap_explains_a_number_once exclude using gist (series_id with =, numbers with &&)
);
create index receipt_gap_by_series on receipt_gap (series_id);
comment on table receipt_gap is 'Numbers that were never given out and never will be: blanks that were lost, or a remainder that was returned.';
comment on column receipt_gap.report_due_on is 'By when a loss is to be reported to who allotted the numbers.';

create table fiscal_receipt (
  id             uuid primary key,
  series_id      uuid not null references receipt_series (id),
  no             bigint not null,
  number         text not null,
  -- What it is for: one amount received on one receivable.
  step_id        uuid not null references receivable_step (id),
  receivable_id  uuid not null,
  bank_receipt_id uuid not null,
  division_code  text collate "C" not null,
  payer_name     text not null,
  payer_key      bytea,
  fen            bigint not null,
  replaces       uuid references fiscal_receipt (id),
  state          text not null,
  issued_by      text not null default guard_text('actor'),
  issued_on      date not null,
  issued_at      timestamptz not null,
  ended_by       text,
  ended_on       date,
  end_reason     text,
  report_due_on  date,
  reported_by    text,
  reported_on    date,
  report_ref     text,
  constraint fiscal_receipt_number_is_given_once unique (series_id, no),
  constraint fiscal_receipt_prints_a_number_once unique (number),
  constraint fiscal_receipt_is_replaced_once unique (replaces),
  constraint fiscal_receipt_is_for_money check (fen > 0),
  constraint fiscal_receipt_payer_key_is_an_index check (length(payer_key) = 32),
  constraint fiscal_receipt_state_is_known check (state in ('issued', 'voided', 'lost')),
  constraint fiscal_receipt_ends_with_a_reason
    check ((state = 'issued') = (num_nulls(ended_by, ended_on, end_reason) = 3) and num_nulls(ended_by, ended_on, end_reason) in (0, 3)
           and char_length(end_reason) between 4 and 200),
  constraint fiscal_receipt_is_reported_whole check (num_nulls(reported_by, reported_on, report_ref) in (0, 3)),
  constraint fiscal_receipt_reports_only_a_loss check (state = 'lost' or num_nulls(report_due_on, reported_on) = 2)
);
create unique index fiscal_receipt_once_an_amount on fiscal_receipt (step_id) where state = 'issued';
create index fiscal_receipt_by_step on fiscal_receipt (step_id);
create index fiscal_receipt_by_division on fiscal_receipt (division_code, id);
create index fiscal_receipt_by_payer on fiscal_receipt (payer_key) where payer_key is not null;
create index fiscal_receipt_by_bank_receipt on fiscal_receipt (bank_receipt_id);
comment on table fiscal_receipt is 'A fiscal receipt for money that was received; one that was spoilt or lost is ended and another one replaces it.';

-- Numbers of a series that can still be given out, in order: from the next one, past the gaps.
create function receipt_series_free(of_series uuid) returns int8multirange language sql stable security definer set search_path from current as $$
  select int8multirange(int8range(s.next_no, s.last_no + 1))
         - coalesce((select range_agg(g.numbers) from receipt_gap g where g.series_id = s.id), '{}'::int8multirange)
    from receipt_series s where s.id = of_series
$$;

create function fiscal_receipt_takes_the_next_number() returns trigger language plpgsql security definer set search_path from current as $$
declare series receipt_series; wanted record; free int8multirange; stands bigint;
begin
  select * into series from receipt_series s where s.id = new.series_id for no key update;
  free := receipt_series_free(new.series_id);
  if free is null or isempty(free) then
    raise exception 'no number of this series is left' using errcode = '23514', constraint = 'fiscal_receipt_has_a_number_left';
  end if;
  new.no := lower(free);
  new.number := series.receipt_code || lpad(new.no::text, series.number_digits, '0');
  -- What it is for is what was received, whatever the app says.
  select t.receivable_id, t.receipt_id, t.fen, r.division_code, r.debtor_name, r.debtor_key into wanted
    from receivable_step t join receivable r on r.id = t.receivable_id where t.id = new.step_id and t.kind = 'received';
  if wanted is null or left(wanted.division_code, 6) <> left(series.division_code, 6) then
    raise exception 'a receipt is for money that an office of its county received' using errcode = '23514', constraint = 'fiscal_receipt_is_for_money_of_its_county';
  end if;
  -- What a later decision gave back, or a wrong match took back, needs no receipt.
  select sum(case t.kind when 'received' then t.fen else -t.fen end) into stands
    from receivable_step t where t.receivable_id = wanted.receivable_id and t.receipt_id = wanted.receipt_id and t.kind in ('received', 'returned');
  select stands - coalesce(sum(f.fen), 0) into stands from fiscal_receipt f
   where f.receivable_id = wanted.receivable_id and f.bank_receipt_id = wanted.receipt_id and f.state = 'issued';
  if stands <= 0 then
    raise exception 'nothing of this money stands that has no receipt' using errcode = '23514', constraint = 'fiscal_receipt_is_for_money_that_stands';
  end if;
  new.receivable_id := wanted.receivable_id;
  new.bank_receipt_id := wanted.receipt_id;
  new.fen := least(wanted.fen, stands);
  new.division_code := wanted.division_code;
  new.payer_name := wanted.debtor_name;
  new.payer_key := wanted.debtor_key;
  if new.state <> 'issued' or (new.replaces is not null and not exists (
      select from fiscal_receipt f where f.id = new.replaces and f.step_id = new.step_id and f.state <> 'issued')) then
    raise exception 'a receipt replaces one of the same money that was ended' using errcode = '23514', constraint = 'fiscal_receipt_replaces_an_ended_one';
  end if;
  update receipt_series s set next_no = new.no + 1 where s.id = new.series_id;
  return new;
end $$;
create trigger fiscal_receipt_takes_the_next_number before insert on fiscal_receipt
  for each row execute function fiscal_receipt_takes_the_next_number();

create function fiscal_receipt_moves() returns trigger language plpgsql security definer set search_path from current as $$
declare free constant text[] := array['state', 'ended_by', 'ended_on', 'end_reason', 'report_due_on', 'reported_by', 'reported_on', 'report_ref'];
begin
  if (to_jsonb(new) - free) is distinct from (to_jsonb(old) - free)
    or not ((old.state = 'issued' and new.state in ('voided', 'lost') and new.reported_on is null and new.ended_by = guard_text('actor'))
      or (old.state = 'lost' and new.state = 'lost' and old.reported_on is null and new.reported_by = guard_text('actor')
          and (new.ended_by, new.ended_on, new.end_reason, new.report_due_on) is not distinct from (old.ended_by, old.ended_on, old.end_reason, old.report_due_on))) then
    raise exception 'a receipt is voided or lost once, and its loss reported once; nothing else changes' using errcode = '23514', constraint = 'fiscal_receipt_is_history';
  end if;
  return new;
end $$;
create trigger fiscal_receipt_moves before update on fiscal_receipt for each row execute function fiscal_receipt_moves();

create function receipt_gap_is_of_what_is_left() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if tg_op = 'UPDATE' then
    if (to_jsonb(new) - array['reported_by', 'reported_on', 'report_ref']) is distinct from (to_jsonb(old) - array['reported_by', 'reported_on', 'report_ref'])
      or old.reported_on is not null or new.reported_by is distinct from guard_text('actor') then
      raise exception 'a gap is reported once and changes in nothing else' using errcode = '23514', constraint = 'receipt_gap_is_history';
    end if;
    return new;
  end if;
  perform from receipt_series s where s.id = new.series_id for no key update;
  if not (new.numbers <@ receipt_series_free(new.series_id)) then
    raise exception 'only numbers that were not given out can be lost or returned' using errcode = '23514', constraint = 'receipt_gap_is_of_what_is_left';
  end if;
  return new;
end $$;
create trigger receipt_gap_is_of_what_is_left before insert or update on receipt_gap
  for each row execute function receipt_gap_is_of_what_is_left();

create function receipt_series_is_history() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if tg_op = 'INSERT' then
    if new.next_no <> new.first_no then
      raise exception 'a series begins at its first number' using errcode = '23514', constraint = 'receipt_series_begins_at_its_first';
    end if;
    return new;
  end if;
  if (to_jsonb(new) - 'next_no') is distinct from (to_jsonb(old) - 'next_no') or new.next_no < old.next_no then
    raise exception 'an allotment does not change' using errcode = '23514', constraint = 'receipt_series_is_history';
  end if;
  return new;
end $$;
create trigger receipt_series_is_history before insert or update on receipt_series for each row execute function receipt_series_is_history();

do $$
declare
  name text;
  runtime text := current_schema() || '_rw';
begin
  foreach name in array array['receipt_series', 'receipt_gap', 'fiscal_receipt'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy %I on %I to fees_owner using (true) with check (true)', name || '_by_owner', name);
    execute format('revoke update, delete, truncate on %I from %I', name, runtime);
  end loop;
  execute format('grant update (reported_by, reported_on, report_ref) on receipt_gap to %I', runtime);
  execute format('grant update (state, ended_by, ended_on, end_reason, report_due_on, reported_by, reported_on, report_ref) on fiscal_receipt to %I', runtime);
end $$;
revoke all on function receipt_series_free from public;
grant execute on function receipt_series_free to fees_rw;
create policy receipt_series_in_division on receipt_series
  using ((select guard_whole()) or division_code ^@ left((select guard_from()), 6));
create policy receipt_series_names_who_allotted on receipt_series as restrictive for insert to fees_rw
  with check (allotted_by = (select guard_text('actor')));
create policy receipt_gap_of_its_series on receipt_gap using (exists (select from receipt_series s where s.id = series_id));
create policy receipt_gap_names_who_recorded on receipt_gap as restrictive for insert to fees_rw
  with check (recorded_by = (select guard_text('actor')) and reported_by is null);
create policy fiscal_receipt_in_division on fiscal_receipt
  using ((select guard_whole()) or division_code ^@ (select guard_from()) or payer_key = (select guard_key()))
  with check ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy fiscal_receipt_names_its_issuer on fiscal_receipt as restrictive for insert to fees_rw
  with check (issued_by = (select guard_text('actor')));

insert into parameter (name, valid, value, unit, source, status) values
  ('fiscal-receipt.code-digits', '[2021-08-20,)', '8', 'count', '财政电子票据编码长度随财政部门规定而异；以核发通知为准，按地区另设一行 ⚑', 'assumed'),
  ('fiscal-receipt.number-digits', '[2021-08-20,)', '10', 'count', '财政电子票据编码长度随财政部门规定而异；以核发通知为准，按地区另设一行 ⚑', 'assumed'),
  ('fiscal-receipt.loss-working-days', '[2021-08-20,)', '5', 'working_days', '参照浙江规定：票据遗失五个工作日内书面报告 ⚑', 'assumed');

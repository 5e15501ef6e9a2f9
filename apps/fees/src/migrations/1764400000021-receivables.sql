-- What somebody owes by a decision that was served (应收), and how they are asked for it (缴款通知). Amounts are never written: every
-- change is a step of history, and the amounts follow from the steps.

create table receivable (
  id             uuid primary key,
  -- The case of recovery whose decision it is.
  matter_id      uuid not null,
  division_code  text collate "C" not null,
  programme      text not null,
  debtor_name    text not null,
  debtor_key     bytea,
  decided_fen    bigint not null,
  cut_fen        bigint not null default 0,
  received_fen   bigint not null default 0,
  open_fen       bigint generated always as (decided_fen - cut_fen - received_fen) stored not null,
  steps          integer not null default 0,
  opened_by      text not null default guard_text('actor'),
  opened_on      date not null,
  opened_at      timestamptz not null,
  constraint receivable_is_opened_once_a_matter unique (matter_id),
  constraint receivable_is_an_amount check (decided_fen > 0),
  constraint receivable_open_is_never_negative check (cut_fen >= 0 and received_fen >= 0 and cut_fen + received_fen <= decided_fen),
  constraint receivable_division_has_twelve_digits check (division_code ~ '^\d{12}$'),
  constraint receivable_names_its_debtor check (debtor_name <> '' and programme <> ''),
  constraint receivable_debtor_key_is_an_index check (length(debtor_key) = 32)
) with (fillfactor = 50);
create index receivable_by_division on receivable (division_code, id);
create index receivable_by_debtor on receivable (debtor_key) where debtor_key is not null;
-- Room for the next amount beside the last one: a change that no index knows of then touches no index.
comment on table receivable is 'What somebody owes by a decision that was served; nothing is added to it, no interest, no set-off.';
comment on column receivable.cut_fen is 'What a later decision took off: another amount, a waiver, a ceasing.';
comment on column receivable.received_fen is 'What came in and was not given back.';

create table receivable_share (
  receivable_id  uuid not null references receivable (id),
  level          text not null,
  year           smallint not null,
  fen            bigint not null,
  received_fen   bigint not null default 0,
  primary key (receivable_id, level, year),
  constraint receivable_share_names_a_level check (level ~ '^[a-z]+$'),
  constraint receivable_share_is_an_amount check (fen > 0),
  constraint receivable_share_gets_no_more_than_its_part check (received_fen between 0 and fen)
) with (fillfactor = 50);
comment on table receivable_share is 'Whose money it was: a level of government and the year of its budget, to which what is received goes back.';

create table payment_request_counter (
  county_code text collate "C" not null,
  year        smallint not null,
  last        integer not null,
  primary key (county_code, year),
  constraint payment_request_counter_counts_up check (last between 1 and 9999999)
);
comment on table payment_request_counter is 'The last number that a county gave a payment request in a year.';

create table payment_request (
  id             uuid primary key,
  -- Compared with what receipts quote: an index helps only within one collation.
  reference      text collate "C" not null,
  receivable_id  uuid not null references receivable (id),
  -- These four are the receivable's, filled in by the trigger below.
  division_code  text collate "C" not null,
  programme      text not null,
  debtor_name    text not null,
  debtor_key     bytea,
  fen            bigint not null,
  paid_fen       bigint not null default 0,
  left_fen       bigint generated always as (fen - paid_fen) stored not null,
  due_on         date,
  instalment_id  uuid,
  asked_by       text not null default guard_text('actor'),
  asked_on       date not null,
  asked_at       timestamptz not null,
  cancelled_by   text,
  cancelled_at   timestamptz,
  cancel_reason  text,
  state          text generated always as (case
    when cancelled_at is not null then 'cancelled' when paid_fen = 0 then 'open' when paid_fen < fen then 'part' else 'paid' end) stored not null,
  constraint payment_request_reference_is_unique unique (reference),
  -- ISO 7064, MOD 97-10: a digit that was misread, or two that changed places, make no other reference.
  constraint payment_request_reference_has_its_check_digits
    check (case when reference ~ '^\d{17}$' then reference::bigint % 97 = 1 else false end),
  constraint payment_request_is_an_amount check (fen > 0),
  constraint payment_request_is_never_paid_beyond check (paid_fen between 0 and fen),
  constraint payment_request_is_cancelled_with_a_reason check (num_nulls(cancelled_by, cancelled_at, cancel_reason) in (0, 3) and cancel_reason <> '')
);
create index payment_request_by_receivable on payment_request (receivable_id);
create index payment_request_by_debtor on payment_request (debtor_key) where debtor_key is not null;
create index payment_request_by_instalment on payment_request (instalment_id) where instalment_id is not null;
create index payment_request_open_by_amount on payment_request (left_fen, debtor_name) where state in ('open', 'part');
comment on table payment_request is 'Somebody is asked for an amount under a reference of its own, which they write on their payment.';
comment on column payment_request.reference is 'County 6 digits, year 2, number 7, check digits 2.';
comment on column payment_request.due_on is 'Until when it is asked for; nothing follows of itself from its passing.';

create table receivable_step (
  id             uuid primary key default uuidv7(),
  receivable_id  uuid not null references receivable (id),
  no             integer not null,
  kind           text not null,
  fen            bigint not null,
  open_fen       bigint not null,
  reason         text,
  note           text,
  request_id     uuid references payment_request (id),
  -- The bank receipt; by id, as it belongs to another slice.
  receipt_id     uuid,
  by_actor       text not null default guard_text('actor'),
  on_day         date not null,
  at             timestamptz not null,
  constraint receivable_step_has_its_place unique (receivable_id, no),
  constraint receivable_step_kind_is_known check (kind in ('opened', 'requested', 'withdrawn', 'received', 'cut', 'returned')),
  constraint receivable_step_is_an_amount check (fen > 0),
  constraint receivable_step_cut_has_its_reason check ((kind = 'cut') = (reason is not null) and reason in ('decision-changed', 'waived', 'ceased')),
  constraint receivable_step_of_money_names_its_receipt check ((kind in ('received', 'returned')) = (receipt_id is not null)),
  constraint receivable_step_of_a_request_names_it check ((kind not in ('requested', 'withdrawn') or request_id is not null) and (request_id is null or kind in ('requested', 'withdrawn', 'received')))
);
create index receivable_step_by_request on receivable_step (request_id);
create index receivable_step_by_receipt on receivable_step (receipt_id) where receipt_id is not null;
comment on table receivable_step is 'History of a receivable, in order: opened, asked for, a request withdrawn, received, cut, returned. Append-only.';
comment on column receivable_step.open_fen is 'What is owed after it.';

create table receivable_step_share (
  step_id  uuid not null references receivable_step (id),
  level    text not null,
  year     smallint not null,
  fen      bigint not null,
  primary key (step_id, level, year),
  constraint receivable_step_share_is_an_amount check (fen > 0)
);
comment on table receivable_step_share is 'To whose budgets what was received went, or whose gave back what was returned.';

-- Two that change one receivable are served one after the other, in one order for everybody; locking takes no right to change.
create function receivable_lock(of uuid[]) returns void language sql security definer set search_path from current as $$
  select from receivable where id = any (of) order by id for no key update
$$;

create function receivable_is_opened() returns trigger language plpgsql security definer set search_path from current as $$
begin
  insert into receivable_step (receivable_id, no, kind, fen, open_fen, by_actor, on_day, at)
  select id, 1, 'opened', decided_fen, decided_fen, opened_by, opened_on, opened_at from arrived;
  return null;
end $$;
create trigger receivable_is_opened after insert on receivable referencing new table as arrived
  for each statement execute function receivable_is_opened();

-- Whoever writes one step need not know its place: it is the next one. Whoever writes many at once says the places, which are
-- compared below.
create function receivable_step_finds_its_place() returns trigger language plpgsql security definer set search_path from current as $$
declare before receivable_step;
begin
  perform from receivable where id = new.receivable_id for no key update;
  select * into before from receivable_step s where s.receivable_id = new.receivable_id order by s.no desc limit 1;
  new.no := coalesce(before.no, 0) + 1;
  new.open_fen := before.open_fen + case when new.kind = 'returned' then new.fen when new.kind in ('received', 'cut') then -new.fen else 0 end;
  return new;
end $$;
create trigger receivable_step_finds_its_place before insert on receivable_step for each row when (new.no is null)
  execute function receivable_step_finds_its_place();

-- The only way in which amounts change. One statement counts many steps; what is kept of them is always looked up by an index,
-- as a plan that was made for one step also serves a thousand, and the other way round.
create function receivable_step_counts() returns trigger language plpgsql security definer
  set search_path from current set enable_seqscan to off as $$
declare wanted integer; counted integer;
begin
  perform from receivable where id in (select receivable_id from arrived) order by id for no key update;
  with delta as (
    select receivable_id, count(*) as steps, coalesce(sum(fen) filter (where kind = 'cut'), 0) as cut_fen,
           sum(case kind when 'received' then fen when 'returned' then -fen else 0 end) as received_fen
      from arrived group by receivable_id)
  update receivable r set steps = r.steps + d.steps, cut_fen = r.cut_fen + d.cut_fen, received_fen = r.received_fen + d.received_fen
    from delta d where r.id = d.receivable_id;
  -- From where the receivable stands now back to every step: its place, and what was owed and received after it.
  with counted as (
    select r.steps + 1 - row_number() over later as no,
           r.open_fen + coalesce(sum(a.cut + a.got) over later_ones, 0) as open_fen,
           r.received_fen - coalesce(sum(a.got) over later_ones, 0) as received_fen,
           a.no as said_no, a.open_fen as said_open_fen
      from (select a.*, case kind when 'cut' then fen else 0 end as cut,
                   case kind when 'received' then fen when 'returned' then -fen else 0 end as got from arrived a) a
      join receivable r on r.id = a.receivable_id
    window later as (partition by a.receivable_id order by a.no desc),
           later_ones as (partition by a.receivable_id order by a.no desc rows between unbounded preceding and 1 preceding))
  select count(*) filter (where c.open_fen < 0 or c.received_fen < 0),
         count(*) filter (where (c.no, c.open_fen) is distinct from (c.said_no, c.said_open_fen)) into counted, wanted from counted c;
  if counted > 0 then
    raise exception 'no step goes below nothing' using errcode = '23514', constraint = 'receivable_open_is_never_negative';
  elsif wanted > 0 then
    raise exception 'a step has the next place, and says what is owed after it' using errcode = '23514', constraint = 'receivable_step_is_the_next_one';
  end if;
  -- A receipt is counted once for each request and once without, and again for each time that it was taken back.
  if exists (select from arrived a where a.kind = 'received' and 0 < (
       select count(*) filter (where s.kind = 'received' and s.request_id is not distinct from a.request_id) - count(*) filter (where s.kind = 'returned')
         from receivable_step s where s.receipt_id = a.receipt_id and s.receivable_id = a.receivable_id and s.no < a.no)) then
    raise exception 'a receipt is counted once for what it pays' using errcode = '23514', constraint = 'receivable_takes_a_receipt_once';
  end if;
  with paid as (
    select request_id, receivable_id, sum(fen) as fen from arrived where kind = 'received' and request_id is not null group by 1, 2)
  update payment_request q set paid_fen = q.paid_fen + p.fen
    from paid p where q.id = p.request_id and q.receivable_id = p.receivable_id and q.state in ('open', 'part');
  get diagnostics counted = row_count;
  select count(distinct (request_id, receivable_id)) into wanted from arrived where kind = 'received' and request_id is not null;
  if counted <> wanted then
    raise exception 'a payment goes to an open request of its own receivable' using errcode = '23514', constraint = 'payment_request_is_open_when_paid';
  end if;
  return null;
end $$;
create trigger receivable_step_counts after insert on receivable_step referencing new table as arrived
  for each statement execute function receivable_step_counts();

create function receivable_step_share_counts() returns trigger language plpgsql security definer
  set search_path from current set enable_seqscan to off as $$
declare counted integer;
begin
  with moved as (
    select t.receivable_id, a.level, a.year, sum(case t.kind when 'received' then a.fen else -a.fen end) as fen, count(*) as parts
      from arrived a join receivable_step t on t.id = a.step_id and t.kind in ('received', 'returned') group by 1, 2, 3
  ), shared as (
    update receivable_share s set received_fen = s.received_fen + m.fen
      from moved m where (s.receivable_id, s.level, s.year) = (m.receivable_id, m.level, m.year) returning m.parts)
  select coalesce(sum(parts), 0) into counted from shared;
  if counted <> (select count(*) from arrived) then
    raise exception 'what is received goes to the shares of its receivable' using errcode = '23514', constraint = 'receivable_step_share_is_of_its_receivable';
  end if;
  return null;
end $$;
create trigger receivable_step_share_counts after insert on receivable_step_share referencing new table as arrived
  for each statement execute function receivable_step_share_counts();

create function payment_request_is_of_its_receivable() returns trigger language plpgsql security definer set search_path from current as $$
begin
  select r.division_code, r.programme, r.debtor_name, r.debtor_key into new.division_code, new.programme, new.debtor_name, new.debtor_key
    from receivable r where r.id = new.receivable_id for no key update;
  return new;
end $$;
create trigger payment_request_is_of_its_receivable before insert on payment_request for each row execute function payment_request_is_of_its_receivable();

create function payment_request_moves() returns trigger language plpgsql as $$
begin
  raise exception 'a request goes on as its table of states says' using errcode = '23514', constraint = 'payment_request_moves';
end $$;
create trigger payment_request_moves before update on payment_request for each row
  when (old.state in ('paid', 'cancelled') or new.paid_fen < old.paid_fen
    or (new.id, new.reference, new.receivable_id, new.division_code, new.programme, new.debtor_name, new.debtor_key, new.fen, new.due_on,
        new.instalment_id, new.asked_by, new.asked_on, new.asked_at)
       is distinct from (old.id, old.reference, old.receivable_id, old.division_code, old.programme, old.debtor_name, old.debtor_key, old.fen,
        old.due_on, old.instalment_id, old.asked_by, old.asked_on, old.asked_at))
  execute function payment_request_moves();

create function payment_request_is_asked() returns trigger language plpgsql security definer set search_path from current as $$
begin
  insert into receivable_step (receivable_id, kind, fen, request_id, by_actor, on_day, at)
  select receivable_id, 'requested', fen, id, asked_by, asked_on, asked_at from arrived;
  return null;
end $$;
create trigger payment_request_is_asked after insert on payment_request referencing new table as arrived
  for each statement execute function payment_request_is_asked();

create function payment_request_is_withdrawn() returns trigger language plpgsql security definer set search_path from current as $$
begin
  insert into receivable_step (receivable_id, kind, fen, request_id, note, by_actor, on_day, at)
  values (new.receivable_id, 'withdrawn', new.left_fen, new.id, new.cancel_reason, new.cancelled_by,
          (new.cancelled_at at time zone 'Asia/Shanghai')::date, new.cancelled_at);
  return null;
end $$;
create trigger payment_request_is_withdrawn after update on payment_request for each row
  when (new.cancelled_at is not null and old.cancelled_at is null) execute function payment_request_is_withdrawn();

-- Looked at once all steps of a transaction are there: it adds up, or nothing of it happened. Every statement notes what it
-- touched in one row; the first row that is asked about at the commit answers for all that its transaction noted, so nothing is
-- added up twice. Nobody ever sees a row of it: it is gone before the commit.
create table receivable_check (
  receivables  uuid[] not null,
  steps        uuid[] not null
);
comment on table receivable_check is 'What the transaction that is running has touched and has to add up when it ends; always empty.';

create function receivable_is_to_check() returns trigger language plpgsql security definer set search_path from current as $$
declare receivables uuid[] := '{}'; steps uuid[] := '{}';
begin
  case tg_table_name
    when 'receivable' then receivables := array(select id from arrived);
    when 'receivable_share' then receivables := array(select distinct receivable_id from arrived);
    when 'receivable_step' then steps := array(select id from arrived where kind in ('received', 'returned'));
    when 'receivable_step_share' then steps := array(select distinct step_id from arrived);
  end case;
  if cardinality(receivables) + cardinality(steps) > 0 then
    insert into receivable_check values (receivables, steps);
  end if;
  return null;
end $$;
do $$
declare name text; event text;
begin
  for name, event in values ('receivable', 'insert'), ('receivable', 'update'), ('receivable_share', 'insert'), ('receivable_share', 'update'),
                            ('receivable_step', 'insert'), ('receivable_step_share', 'insert') loop
    execute format('create trigger %I after %s on %I referencing new table as arrived for each statement execute function receivable_is_to_check()',
      name || '_is_to_check_after_' || event, event, name);
  end loop;
end $$;

create function receivable_adds_up() returns trigger language plpgsql security definer
  set search_path from current set enable_seqscan to off as $$
declare touched uuid[]; moved uuid[]; one record;
begin
  with noted as (delete from receivable_check returning receivables, steps)
  select array(select distinct unnest(receivables) from noted), array(select distinct unnest(steps) from noted) into touched, moved;
  if cardinality(touched) + cardinality(moved) = 0 then return null; end if;
  select r.decided_fen, r.received_fen, r.open_fen, s.shared, s.spread, q.asked into one
    from receivable r,
         lateral (select coalesce(sum(s.fen), 0) as shared, coalesce(sum(s.received_fen), 0) as spread
                    from receivable_share s where s.receivable_id = r.id) s,
         lateral (select coalesce(sum(q.left_fen), 0) as asked
                    from payment_request q where q.receivable_id = r.id and q.state in ('open', 'part')) q
   where r.id = any (touched) and (s.shared <> r.decided_fen or s.spread <> r.received_fen or q.asked > r.open_fen) limit 1;
  if one.shared <> one.decided_fen then
    raise exception 'the shares are % fen, the receivable %', one.shared, one.decided_fen
      using errcode = '23514', constraint = 'receivable_shares_sum_to_the_amount';
  elsif one.spread <> one.received_fen then
    raise exception 'the shares got % fen, the receivable %', one.spread, one.received_fen
      using errcode = '23514', constraint = 'receivable_received_is_spread_over_its_shares';
  elsif one.asked > one.open_fen then
    raise exception 'requests are open for % fen, the receivable for %', one.asked, one.open_fen
      using errcode = '23514', constraint = 'payment_requests_never_exceed_what_is_open';
  end if;
  if cardinality(moved) = 0 then return null; end if;
  select t.fen, s.spread into one
    from receivable_step t, lateral (select coalesce(sum(s.fen), 0) as spread from receivable_step_share s where s.step_id = t.id) s
   where t.id = any (moved) and s.spread <> t.fen limit 1;
  if found then
    raise exception '% of % fen are spread over the shares', one.spread, one.fen
      using errcode = '23514', constraint = 'receivable_step_is_spread_over_shares';
  end if;
  -- What the bank told of this receipt stands in the ledger under its id.
  select c.came, u.used into one
    from (select distinct t.receipt_id as id from receivable_step t where t.id = any (moved)) r,
         lateral (select coalesce(sum(t.fen), 0) as came from transfer t where t.ref = r.id and t.credit ^@ 'unmatched:') c,
         lateral (select coalesce(sum(s.fen) filter (where s.kind = 'received'), 0) as used,
                         coalesce(sum(s.fen) filter (where s.kind = 'returned'), 0) as back from receivable_step s where s.receipt_id = r.id) u
   where u.used > c.came or u.back > u.used limit 1;
  if found then
    raise exception 'a receipt of % fen is used for %', one.came, one.used
      using errcode = '23514', constraint = 'receivable_takes_no_more_than_the_receipt';
  end if;
  return null;
end $$;
create constraint trigger receivable_adds_up after insert on receivable_check
  deferrable initially deferred for each row execute function receivable_adds_up();

create function receivable_is_history() returns trigger language plpgsql as $$
begin
  raise exception 'what was done is history; another step corrects it' using errcode = '23514', constraint = 'receivable_is_history';
end $$;
create trigger receivable_step_is_history before update or delete or truncate on receivable_step for each statement execute function receivable_is_history();
create trigger receivable_step_share_is_history before update or delete or truncate on receivable_step_share for each statement execute function receivable_is_history();
create trigger receivable_is_history before delete or truncate on receivable for each statement execute function receivable_is_history();
create trigger receivable_share_is_history before delete or truncate on receivable_share for each statement execute function receivable_is_history();
create trigger payment_request_stays before delete or truncate on payment_request for each statement execute function receivable_is_history();

do $$
declare name text;
begin
  foreach name in array array['receivable', 'receivable_share', 'receivable_step', 'receivable_step_share', 'payment_request', 'payment_request_counter', 'receivable_check'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy %I on %I to fees_owner using (true) with check (true)', name || '_by_owner', name);
    execute format('revoke insert, update, delete, truncate on %I from fees_rw', name);
  end loop;
end $$;
revoke select on receivable_check from fees_rw;
grant insert (id, matter_id, division_code, programme, debtor_name, debtor_key, decided_fen, opened_on, opened_at) on receivable to fees_rw;
grant insert (receivable_id, level, year, fen) on receivable_share to fees_rw;
grant insert (id, receivable_id, no, kind, fen, open_fen, reason, note, request_id, receipt_id, by_actor, on_day, at) on receivable_step to fees_rw;
grant insert on receivable_step_share to fees_rw;
grant insert (id, reference, receivable_id, fen, due_on, instalment_id, asked_on, asked_at) on payment_request to fees_rw;
grant update (cancelled_by, cancelled_at, cancel_reason) on payment_request to fees_rw;
grant insert, update on payment_request_counter to fees_rw;

create policy receivable_in_division on receivable
  using ((select guard_whole()) or division_code ^@ (select guard_from()) or debtor_key = (select guard_key()))
  with check ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy receivable_names_its_opener on receivable as restrictive for insert with check (opened_by = (select guard_text('actor')));
-- Who spans everything is not asked row by row: a plan would read every receivable for it.
create policy receivable_share_of_receivable on receivable_share
  using ((select guard_whole()) or exists (select from receivable r where r.id = receivable_id))
  with check ((select guard_whole()) or (select guard_from()) is not null and exists (select from receivable r where r.id = receivable_id));
create policy receivable_step_of_receivable on receivable_step
  using ((select guard_whole()) or exists (select from receivable r where r.id = receivable_id))
  with check ((select guard_whole()) or (select guard_from()) is not null and exists (select from receivable r where r.id = receivable_id));
create policy receivable_step_names_its_actor on receivable_step as restrictive for insert with check (by_actor = (select guard_text('actor')));
create policy receivable_step_share_of_step on receivable_step_share
  using ((select guard_whole()) or exists (select from receivable_step s where s.id = step_id))
  with check ((select guard_whole()) or (select guard_from()) is not null and exists (select from receivable_step s where s.id = step_id));
create policy payment_request_in_division on payment_request
  using ((select guard_whole()) or division_code ^@ (select guard_from()) or debtor_key = (select guard_key()))
  with check ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy payment_request_names_who_asks on payment_request as restrictive for insert with check (asked_by = (select guard_text('actor')));
create policy payment_request_names_who_cancels on payment_request as restrictive for update
  using (true) with check (cancelled_by is null or cancelled_by = (select guard_text('actor')));
create policy payment_request_counter_in_any_context on payment_request_counter using ((select guard_open()));

-- Codes of accounts say whose they are: KIND:COUNTY… or receivable:ID.
create policy ledger_account_of_county on ledger_account
  using ((select guard_whole()) or case split_part(code, ':', 1)
    when 'receivable' then exists (select from receivable r where r.id = substr(ledger_account.code, 12)::uuid)
    else split_part(code, ':', 2) ^@ left((select guard_from()), 6) end);
create policy transfer_of_account on transfer
  using ((select guard_whole()) or exists (select from ledger_account a where a.code in (transfer.debit, transfer.credit)));
-- As above: half of them are receivables, and every amount that moves changes two.
alter table ledger_account set (fillfactor = 50);
-- Statements go along one account.
create index transfer_by_debit on transfer (debit, at);
create index transfer_by_credit on transfer (credit, at);

-- Money that was collected goes to the treasuries of its funders (缴库), every fen once: what stands in collected:COUNTY:LEVEL:YEAR is
-- reserved by a draft, signed by two officers over its exact content, handed over in a file, and posted when it is confirmed.

create table treasury_account (
  id             uuid primary key,
  county_code    text collate "C" not null,
  -- 'collecting' is the county's own account that money comes in to; else the level whose treasury it is.
  purpose        text not null,
  valid          daterange not null,
  holder_name    text not null,
  account        text not null,
  bank           text not null,
  document       text not null,
  set_by         text not null default guard_text('actor'),
  set_at         timestamptz not null,
  constraint treasury_account_county_has_twelve_digits check (county_code ~ '^\d{6}000000$'),
  constraint treasury_account_purpose_is_a_word check (purpose ~ '^[a-z]+$'),
  constraint treasury_account_number_is_readable check (account ~ '^[0-9A-Za-z][0-9A-Za-z-]{0,33}$'),
  constraint treasury_account_names_its_document check (char_length(document) between 2 and 100 and holder_name <> '' and bank <> ''),
  constraint treasury_account_begins_somewhere check (not lower_inf(valid) and not isempty(valid)),
  constraint treasury_account_is_one_a_day exclude using gist (county_code with =, purpose with =, valid with &&)
);
comment on table treasury_account is 'Accounts of offices that collected money comes to and goes to, dated; of no person.';

create table treasury_file (
  id           uuid primary key,
  county_code  text collate "C" not null,
  kind         text not null,
  -- Counts the files of a county and day.
  day          date not null,
  no           integer not null,
  message_id   text not null,
  format       text not null,
  name         text not null,
  sha256       bytea not null,
  line_count   integer not null,
  total_fen    bigint not null,
  state        text not null,
  path         text not null,
  written_by   text not null default guard_text('actor'),
  written_at   timestamptz not null,
  handed_at    timestamptz,
  constraint treasury_file_kind_is_known check (kind in ('remittance', 'refund')),
  constraint treasury_file_format_is_known check (format in ('pain.001', 'csv')),
  constraint treasury_file_state_is_known check (state in ('written', 'handed') and (state = 'handed') = (handed_at is not null)),
  constraint treasury_file_hash_is_sha256 check (length(sha256) = 32),
  constraint treasury_file_pays_something check (line_count > 0 and total_fen > 0),
  constraint treasury_file_is_counted unique (county_code, kind, day, no),
  constraint treasury_file_message_is_unique unique (message_id),
  constraint treasury_file_name_is_unique unique (name)
);
comment on table treasury_file is 'A file of payments that was written for the treasury''s bank: its hash was committed before it was put where the bank looks.';

create table remittance (
  id              uuid primary key,
  county_code     text collate "C" not null,
  day             date not null,
  state           text not null,
  line_count      integer not null,
  total_fen       bigint not null,
  content_hash    bytea not null,
  drafted_by      text not null default guard_text('actor'),
  drafted_at      timestamptz not null,
  prepared_by     text,
  prepared_at     timestamptz,
  approved_by     text,
  approved_at     timestamptz,
  approved_hash   bytea,
  stepped_up_at   timestamptz,
  file_id         uuid references treasury_file (id),
  ended_by        text,
  ended_on        date,
  end_note        text,
  constraint remittance_county_has_twelve_digits check (county_code ~ '^\d{6}000000$'),
  constraint remittance_state_is_known check (state in ('drafted', 'prepared', 'approved', 'handed', 'confirmed', 'failed', 'cancelled')),
  constraint remittance_remits_something check (line_count > 0 and total_fen > 0),
  constraint remittance_is_prepared_by_someone check (state in ('drafted', 'cancelled') or num_nulls(prepared_by, prepared_at) = 0),
  constraint remittance_is_approved_whole check (state in ('drafted', 'prepared', 'cancelled')
    or num_nulls(approved_by, approved_at, approved_hash, stepped_up_at) = 0),
  constraint remittance_needs_two_officers check (approved_by <> prepared_by and approved_by <> drafted_by),
  constraint remittance_approval_is_of_this_content check (approved_hash = content_hash),
  constraint remittance_approval_is_stepped_up check (stepped_up_at between approved_at - interval '5 minutes' and approved_at),
  constraint remittance_goes_by_a_file check ((state in ('handed', 'confirmed', 'failed')) = (file_id is not null)),
  constraint remittance_ends_by_someone
    check ((state in ('confirmed', 'failed', 'cancelled')) = (num_nulls(ended_by, ended_on, end_note) = 0))
);
create unique index remittance_once_a_county_and_day on remittance (county_code, day) where state not in ('failed', 'cancelled');
create index remittance_by_county on remittance (county_code, day, id);
create index remittance_by_file on remittance (file_id) where file_id is not null;
comment on table remittance is 'What a county remits on a day: drafted, prepared by one officer, approved by another, handed over, confirmed.';
comment on column remittance.content_hash is 'What the approving officer signs: SHA-256 over every line.';

create table remittance_line (
  id             uuid primary key,
  remittance_id  uuid not null references remittance (id),
  line           smallint not null,
  level          text not null,
  year           smallint not null,
  fen            bigint not null,
  route          text not null,
  -- The reservation in the ledger.
  transfer_id    uuid not null references transfer (id),
  constraint remittance_line_has_its_place unique (remittance_id, line),
  constraint remittance_line_once_a_budget unique (remittance_id, level, year),
  constraint remittance_line_reserves_once unique (transfer_id),
  constraint remittance_line_is_an_amount check (fen > 0),
  constraint remittance_line_route_is_known check (route in ('reduce-expenditure', 'treasury-return'))
);
comment on table remittance_line is 'One budget of one funder: money of the current year reduces its expenditure, that of a past year goes to the treasury (退库).';

create table remittance_part (
  line_id  uuid not null references remittance_line (id),
  step_id  uuid not null,
  level    text not null,
  year     smallint not null,
  fen      bigint not null,
  primary key (line_id, step_id),
  constraint remittance_part_is_of_a_share foreign key (step_id, level, year) references receivable_step_share (step_id, level, year),
  constraint remittance_part_is_an_amount check (fen > 0)
);
create index remittance_part_by_share on remittance_part (step_id, level, year);
comment on table remittance_part is 'Which fen a line remits: of which amount received on which receivable, so that each is traced to the payment and remitted once.';

create function remittance_hash(of uuid) returns bytea language sql stable security definer set search_path from current as $$
  select sha256(convert_to(r.county_code || '|' || r.day || '|' || coalesce(string_agg(
           concat_ws('|', l.line, l.level, l.year, l.fen, l.route, l.transfer_id), ';' order by l.line), ''), 'UTF8'))
    from remittance r left join remittance_line l on l.remittance_id = r.id where r.id = of group by r.county_code, r.day
$$;

-- A part takes no more of a share than was received and is not remitted; whoever counts the same share waits.
create function remittance_part_is_remitted_once() returns trigger language plpgsql security definer set search_path from current as $$
declare received bigint; taken bigint; line remittance_line;
begin
  select s.fen into received from receivable_step_share s where s.step_id = new.step_id and s.level = new.level and s.year = new.year for update;
  select * into line from remittance_line l where l.id = new.line_id;
  select coalesce(sum(p.fen), 0) into taken
    from remittance_part p join remittance_line l on l.id = p.line_id join remittance r on r.id = l.remittance_id
   where p.step_id = new.step_id and p.level = new.level and p.year = new.year and r.state not in ('failed', 'cancelled');
  if (new.level, new.year) is distinct from (line.level, line.year) or taken + new.fen > received then
    raise exception 'a fen is remitted once' using errcode = '23514', constraint = 'remittance_part_is_remitted_once';
  end if;
  return new;
end $$;
create trigger remittance_part_is_remitted_once before insert on remittance_part
  for each row execute function remittance_part_is_remitted_once();

-- At the end of the transaction that writes it, a line is the sum of its parts and what the ledger reserved, and the whole is the sum of its lines.
create function remittance_adds_up() returns trigger language plpgsql security definer set search_path from current as $$
declare one remittance;
begin
  select * into one from remittance r where r.id = coalesce(to_jsonb(new) ->> 'remittance_id', to_jsonb(new) ->> 'id')::uuid;
  if (select count(*) <> one.line_count or coalesce(sum(l.fen), 0) <> one.total_fen from remittance_line l where l.remittance_id = one.id)
    or exists (select from remittance_line l where l.remittance_id = one.id
                and l.fen <> (select coalesce(sum(p.fen), 0) from remittance_part p where p.line_id = l.id))
    or exists (select from remittance_line l left join transfer t on t.id = l.transfer_id and t.kind = 'pending' and t.fen = l.fen
                 and t.debit = concat_ws(':', 'collected', one.county_code, l.level, l.year) and t.credit = concat_ws(':', 'treasury', one.county_code, l.level, l.year)
                where l.remittance_id = one.id and t.id is null)
    or remittance_hash(one.id) <> one.content_hash then
    raise exception 'a remittance is the sum of its lines, and a line of its parts' using errcode = '23514', constraint = 'remittance_adds_up';
  end if;
  return null;
end $$;
create constraint trigger remittance_adds_up after insert on remittance deferrable initially deferred for each row execute function remittance_adds_up();
create constraint trigger remittance_adds_up after insert on remittance_line deferrable initially deferred for each row execute function remittance_adds_up();

-- All parts of a line are written in one statement.
create function remittance_parts_fill_their_line() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if exists (select from (select distinct line_id from arrived) a join remittance_line l on l.id = a.line_id
              where l.fen <> (select sum(p.fen) from remittance_part p where p.line_id = l.id)) then
    raise exception 'a line is the sum of its parts' using errcode = '23514', constraint = 'remittance_adds_up';
  end if;
  return null;
end $$;
create trigger remittance_parts_fill_their_line after insert on remittance_part referencing new table as arrived
  for each statement execute function remittance_parts_fill_their_line();

create function remittance_moves() returns trigger language plpgsql security definer set search_path from current as $$
declare free constant text[] := array['state', 'prepared_by', 'prepared_at', 'approved_by', 'approved_at', 'approved_hash', 'stepped_up_at',
  'file_id', 'ended_by', 'ended_on', 'end_note'];
begin
  if tg_op = 'INSERT' then
    if new.state <> 'drafted' or num_nulls(new.prepared_by, new.approved_by) < 2 then
      raise exception 'a remittance begins as a draft' using errcode = '23514', constraint = 'remittance_moves';
    end if;
    return new;
  end if;
  if (to_jsonb(new) - free) is distinct from (to_jsonb(old) - free) then
    raise exception 'what a remittance is of does not change' using errcode = '23514', constraint = 'remittance_is_history';
  end if;
  if (old.state, new.state) not in (('drafted', 'prepared'), ('drafted', 'cancelled'), ('prepared', 'approved'), ('prepared', 'cancelled'),
      ('approved', 'handed'), ('approved', 'cancelled'), ('handed', 'confirmed'), ('handed', 'failed')) then
    raise exception 'no such move: % to %', old.state, new.state using errcode = '23514', constraint = 'remittance_moves';
  end if;
  if (new.prepared_by is distinct from old.prepared_by and (new.prepared_by is distinct from guard_text('actor') or new.prepared_by ~ '^system'))
    or (new.approved_by is distinct from old.approved_by and (new.approved_by is distinct from guard_text('actor') or new.approved_by ~ '^system'))
    or (old.prepared_by is not null and new.prepared_by is distinct from old.prepared_by)
    or (old.approved_by is not null and new.approved_by is distinct from old.approved_by)
    or (new.ended_by is distinct from old.ended_by and new.ended_by is distinct from guard_text('actor')) then
    raise exception 'nobody signs for another, and no machine signs' using errcode = '23514', constraint = 'remittance_is_signed_by_who_acts';
  end if;
  if new.state = 'confirmed' and exists (select from remittance_line l where l.remittance_id = new.id
      and not exists (select from transfer t where t.pending_id = l.transfer_id and t.kind = 'post'))
    or new.state in ('failed', 'cancelled') and exists (select from remittance_line l where l.remittance_id = new.id
      and not exists (select from transfer t where t.pending_id = l.transfer_id and t.kind = 'void')) then
    raise exception 'the ledger says what became of a remittance' using errcode = '23514', constraint = 'remittance_ends_as_the_ledger_says';
  end if;
  return new;
end $$;
create trigger remittance_moves before insert or update on remittance for each row execute function remittance_moves();

-- What a refund file pays is part of the refund: which file, which line.
create table refund_payment (
  refund_id      uuid not null references refund (id),
  try_no         smallint not null,
  file_id        uuid not null references treasury_file (id),
  line           integer not null,
  end_to_end_id  text not null,
  account_id     uuid not null,
  fen            bigint not null,
  primary key (refund_id, try_no),
  constraint refund_payment_has_its_line unique (file_id, line),
  constraint refund_payment_reference_is_unique unique (end_to_end_id),
  constraint refund_payment_is_an_amount check (fen > 0),
  constraint refund_payment_goes_to_an_account_of_its_refund foreign key (account_id, refund_id) references refund_account (id, refund_id)
);
create index refund_payment_by_account on refund_payment (account_id, refund_id);
comment on table refund_payment is 'One try at paying a refund: a line of a file, to the account that was approved. Append-only.';

do $$
declare
  name text;
  runtime text := current_schema() || '_rw';
begin
  foreach name in array array['treasury_account', 'treasury_file', 'remittance', 'remittance_line', 'remittance_part', 'refund_payment'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy %I on %I to fees_owner using (true) with check (true)', name || '_by_owner', name);
    execute format('revoke update, delete, truncate on %I from %I', name, runtime);
  end loop;
  execute format('grant update (valid) on treasury_account to %I', runtime);
  execute format('grant update (state, path, handed_at) on treasury_file to %I', runtime);
  execute format('grant update (state, prepared_by, prepared_at, approved_by, approved_at, approved_hash, stepped_up_at, file_id, ended_by,
    ended_on, end_note) on remittance to %I', runtime);
end $$;
revoke all on function remittance_hash from public;
grant execute on function remittance_hash to fees_rw;
create policy treasury_account_in_county on treasury_account
  using ((select guard_whole()) or county_code ^@ left((select guard_from()), 6));
create policy treasury_account_names_who_set_it on treasury_account as restrictive for insert to fees_rw
  with check (set_by = (select guard_text('actor')));
create policy treasury_file_in_county on treasury_file
  using ((select guard_whole()) or county_code ^@ left((select guard_from()), 6));
create policy remittance_in_county on remittance
  using ((select guard_whole()) or county_code ^@ left((select guard_from()), 6));
create policy remittance_names_its_drafter on remittance as restrictive for insert to fees_rw
  with check (drafted_by = (select guard_text('actor')));
create policy remittance_line_of_remittance on remittance_line using (exists (select from remittance r where r.id = remittance_id));
create policy remittance_part_of_line on remittance_part using (exists (select from remittance_line l where l.id = line_id));
create policy refund_payment_of_refund on refund_payment using (exists (select from refund r where r.id = refund_id))
  with check (((select guard_whole()) or (select guard_from()) is not null) and exists (select from refund r where r.id = refund_id));

insert into parameter (name, valid, value, unit, source, status) values
  ('remittance.item-code', '[2021-08-20,)', 'TK-FEES', 'text', '缴库项目编码由财政部门规定；按地区另设一行 ⚑', 'assumed');

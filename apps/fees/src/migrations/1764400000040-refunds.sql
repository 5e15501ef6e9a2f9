-- Giving money back (退付): to who paid it, never more than was received, by two officers, within our own deadlines.

create table refund (
  id                   uuid primary key,
  kind                 text not null,
  -- The bank receipt, or the payment of an old case, that the money came in by.
  source_id            uuid not null,
  division_code        text collate "C" not null,
  fen                  bigint not null,
  payer_name           text not null,
  payer_key            bytea,
  reason               text not null,
  found_by_unit        boolean not null,
  received_on          date,
  original_receipt_no  text,
  quoted_receipt_no    text,
  route                text,
  state                text not null,
  opened_by            text not null default guard_text('actor'),
  opened_on            date not null,
  opened_at            timestamptz not null,
  due_on               date,
  verified_by          text,
  approved_by          text,
  approved_at          timestamptz,
  stepped_up_at        timestamptz,
  account_id           uuid,
  tries                smallint not null default 0,
  ended_on             date,
  constraint refund_kind_is_known check (kind in ('receipt', 'legacy')),
  constraint refund_gives_something_back check (fen > 0),
  constraint refund_division_has_twelve_digits check (division_code ~ '^\d{12}$'),
  constraint refund_reason_is_words check (char_length(reason) between 2 and 200),
  constraint refund_payer_key_is_an_index check (length(payer_key) = 32),
  constraint refund_state_is_known
    check (state in ('asked', 'verified', 'approved', 'handed', 'confirmed', 'returned', 'repaired', 'rejected')),
  constraint refund_route_is_known check (route in ('reduce-revenue', 'treasury-return')),
  constraint refund_is_verified_by_someone check (state in ('asked', 'rejected') or verified_by is not null),
  constraint refund_quotes_its_receipt
    check (state in ('asked', 'rejected') or original_receipt_no is null or quoted_receipt_no = original_receipt_no),
  constraint refund_is_approved_whole
    check (state not in ('approved', 'handed', 'confirmed', 'returned', 'repaired')
           or num_nulls(approved_by, approved_at, stepped_up_at, account_id, route) = 0),
  constraint refund_needs_two_officers check (approved_by <> verified_by),
  constraint refund_approval_is_stepped_up
    check (stepped_up_at between approved_at - interval '5 minutes' and approved_at),
  constraint refund_ends_on_a_day check ((state in ('confirmed', 'rejected')) = (ended_on is not null))
);
create index refund_by_source on refund (source_id);
create index refund_by_division on refund (division_code, id);
create index refund_by_payer on refund (payer_key) where payer_key is not null;
create index refund_by_due on refund (due_on) where state not in ('confirmed', 'rejected');
comment on table refund is 'Money that goes back to who paid it: asked, verified by the unit that took it, approved by finance, paid, confirmed.';
comment on column refund.found_by_unit is 'Whether our own office found it, which shortens its deadline.';
comment on column refund.original_receipt_no is 'Number of the fiscal receipt that was issued for the money; whoever asks must quote it.';
comment on column refund.route is 'Money received this year reduces revenue; that of a past year comes back out of the treasury (退库).';
comment on column refund.due_on is 'By when our own step is to be done; null where that year''s calendar is not published yet.';

create table refund_account (
  id              uuid primary key,
  refund_id       uuid not null references refund (id),
  no              smallint not null,
  holder_name     text not null,
  account_sealed  bytea not null,
  account_key     bytea not null,
  account_mask    text not null,
  bank            text not null,
  reason          text,
  given_by        text not null default guard_text('actor'),
  given_at        timestamptz not null,
  constraint refund_account_is_counted unique (refund_id, no),
  constraint refund_account_belongs_to_its_refund unique (id, refund_id),
  constraint refund_account_key_is_an_index check (length(account_key) = 32),
  constraint refund_account_other_than_the_first_needs_a_reason check (no = 1 or char_length(reason) between 4 and 200)
);
comment on table refund_account is 'Where a refund goes: the account that the money came from, and later ones with the reason why. Append-only.';
comment on column refund_account.account_sealed is 'AES-256-GCM, bound to this table, column and row id.';
alter table refund add constraint refund_pays_an_account_of_its_own
  foreign key (account_id, id) references refund_account (id, refund_id);
create index refund_by_account on refund (account_id, id);

create table refund_step (
  refund_id   uuid not null references refund (id),
  seq         smallint not null,
  from_state  text,
  to_state    text not null,
  note        text,
  actor       text not null default guard_text('actor'),
  at          timestamptz not null,
  primary key (refund_id, seq)
);
comment on table refund_step is 'Journal of a refund, written with every move; append-only.';

create function refund_moves() returns trigger language plpgsql security definer set search_path from current as $$
declare
  received bigint;
  given bigint;
  free constant text[] := array['state', 'due_on', 'quoted_receipt_no', 'original_receipt_no', 'route', 'verified_by', 'approved_by',
    'approved_at', 'stepped_up_at', 'account_id', 'tries', 'ended_on'];
begin
  if tg_op = 'INSERT' then
    if new.state <> 'asked' then
      raise exception 'a refund begins by being asked for' using errcode = '23514', constraint = 'refund_moves';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('refund:' || new.source_id, 0));
    if new.kind = 'receipt' then
      select a.credits_posted into received from ledger_account a 
       where a.code = 'refundable:' || rpad(left(new.division_code, 6), 12, '0') || ':' || new.source_id;
    else
      select p.fen into received from legacy_fee_payment p where p.id = new.source_id and p.error is not null;
    end if;
    select coalesce(sum(r.fen), 0) into given from refund r where r.source_id = new.source_id and r.state <> 'rejected';
    if given + new.fen > coalesce(received, 0) then
      raise exception 'no more goes back than was received' using errcode = '23514', constraint = 'refund_gives_back_no_more_than_was_received';
    end if;
    return new;
  end if;
  if (to_jsonb(new) - free) is distinct from (to_jsonb(old) - free) then
    raise exception 'what a refund is of does not change' using errcode = '23514', constraint = 'refund_is_history';
  end if;
  if old.original_receipt_no is not null and new.original_receipt_no is distinct from old.original_receipt_no then
    raise exception 'the original receipt stays' using errcode = '23514', constraint = 'refund_is_history';
  end if;
  if (old.state, new.state) not in (('asked', 'verified'), ('asked', 'rejected'), ('verified', 'approved'), ('verified', 'rejected'),
      ('approved', 'handed'), ('handed', 'confirmed'), ('handed', 'returned'), ('confirmed', 'returned'), ('returned', 'repaired'),
      ('repaired', 'approved')) then
    raise exception 'no such move: % to %', old.state, new.state using errcode = '23514', constraint = 'refund_moves';
  end if;
  if (old.state, new.state) = ('asked', 'verified') and new.kind = 'receipt'
    and exists (select from fiscal_receipt f where f.bank_receipt_id = new.source_id)
    and not exists (select from fiscal_receipt f where f.bank_receipt_id = new.source_id and f.number = new.quoted_receipt_no) then
    raise exception 'the receipt that was issued for it is quoted' using errcode = '23514', constraint = 'refund_quotes_its_receipt';
  end if;
  if (new.verified_by is distinct from old.verified_by and new.verified_by is distinct from guard_text('actor'))
    or (new.approved_by is distinct from old.approved_by and new.approved_by is distinct from guard_text('actor'))
    or (new.state = 'approved' and new.approved_by is distinct from guard_text('actor')) then
    raise exception 'nobody signs for another' using errcode = '23514', constraint = 'refund_is_signed_by_who_acts';
  end if;
  return new;
end $$;
create trigger refund_moves before insert or update on refund for each row execute function refund_moves();

do $$
declare
  name text;
  runtime text := current_schema() || '_rw';
begin
  foreach name in array array['refund', 'refund_account', 'refund_step'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy %I on %I to fees_owner using (true) with check (true)', name || '_by_owner', name);
    execute format('revoke update, delete, truncate on %I from %I', name, runtime);
  end loop;
  execute format('grant update (state, due_on, quoted_receipt_no, original_receipt_no, route, verified_by, approved_by, approved_at,
    stepped_up_at, account_id, tries, ended_on) on refund to %I', runtime);
end $$;
create policy refund_in_division on refund
  using ((select guard_whole()) or division_code ^@ (select guard_from()) or payer_key = (select guard_key()))
  with check ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy refund_names_its_opener on refund as restrictive for insert to fees_rw
  with check (opened_by = (select guard_text('actor')) and verified_by is null and approved_by is null);
create policy refund_account_with_its_refund on refund_account using (exists (select from refund r where r.id = refund_id))
  with check (((select guard_whole()) or (select guard_from()) is not null) and exists (select from refund r where r.id = refund_id));
create policy refund_account_names_its_giver on refund_account as restrictive for insert to fees_rw
  with check (given_by = (select guard_text('actor')));
create policy refund_step_with_its_refund on refund_step using (exists (select from refund r where r.id = refund_id))
  with check (((select guard_whole()) or (select guard_from()) is not null) and exists (select from refund r where r.id = refund_id));
create policy refund_step_names_its_actor on refund_step as restrictive for insert to fees_rw
  with check (actor = (select guard_text('actor')));

insert into sealed_column values ('refund_account', 'account_sealed');

insert into parameter (name, valid, value, unit, source, status) values
  ('refund.verify-working-days', '[2021-08-20,)', '10', 'working_days', '全国无统一文本；参照某省非税收入退付规定：执收单位十个工作日核实 ⚑', 'assumed'),
  ('refund.verify-working-days-own', '[2021-08-20,)', '5', 'working_days', '全国无统一文本；参照某省非税收入退付规定：执收单位自行发现的五个工作日 ⚑', 'assumed'),
  ('refund.approve-working-days', '[2021-08-20,)', '10', 'working_days', '全国无统一文本；参照某省非税收入退付规定：财政部门十个工作日审核 ⚑', 'assumed'),
  ('refund.pay-working-days', '[2021-08-20,)', '10', 'working_days', '全国无统一文本；参照某省非税收入退付规定：十个工作日内退付 ⚑', 'assumed');

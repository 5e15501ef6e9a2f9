-- The closed register of the fee that the law repealed on 2021-08-20 (社会抚养费). It is filled once from old ledgers and then
-- sealed. Nothing here is owed: there is no due date, no way to write an amount but by taking an old ledger in, and no way to
-- raise one at all. Rows are written by the functions below only; they are read by the archive's permission only.

create table legacy_fee_office (
  office_code  text collate "C" primary key,
  sealed_on    date,
  sealed_by    text,
  constraint legacy_fee_office_is_a_division check (office_code ~ '^\d{12}$'),
  constraint legacy_fee_office_is_sealed_by_someone check ((sealed_on is null) = (sealed_by is null))
);
comment on table legacy_fee_office is 'Offices whose old ledgers were taken in; once sealed nothing goes in any more.';

create table legacy_fee_case (
  id               uuid primary key,
  office_code      text collate "C" not null references legacy_fee_office (office_code),
  case_no          text not null,
  payer_name       text not null,
  number_sealed    bytea,
  number_key       bytea,
  number_mask      text,
  decided_on       date,
  levied_fen       bigint,
  paid_fen         bigint not null,
  mispaid_fen      bigint not null,
  ceased_fen       bigint generated always as (greatest(coalesce(levied_fen, 0) - paid_fen, 0)) stored not null,
  close_out        text not null,
  court_state      text not null,
  court_document   text,
  source_ref       text not null,
  row_hash         bytea not null,
  taken_by         text not null,
  taken_at         timestamptz not null,
  constraint legacy_fee_case_is_known_once unique (office_code, case_no),
  constraint legacy_fee_was_decided_before_the_repeal check (decided_on <= '2021-08-20'),
  constraint legacy_fee_has_an_amount_only_by_decision check ((decided_on is null) = (levied_fen is null)),
  constraint legacy_fee_amounts_are_no_debts_of_ours check (levied_fen > 0 and paid_fen >= 0 and mispaid_fen >= 0),
  constraint legacy_fee_takes_no_more_than_was_levied check (paid_fen <= coalesce(levied_fen, 0)),
  constraint legacy_fee_close_out_follows check (close_out = case
    when decided_on is null then 'CLOSED_NO_DECISION'
    when paid_fen = levied_fen then 'CLOSED_PAID'
    when paid_fen > 0 then 'CLOSED_PARTIAL_REMAINDER_CEASED'
    else 'CLOSED_UNPAID_CEASED' end),
  constraint legacy_fee_court_state_is_known check (court_state in ('none', 'pending', 'ended')),
  constraint legacy_fee_court_is_asked_by_decision_only check (court_state = 'none' or decided_on is not null),
  constraint legacy_fee_court_ends_by_a_document check ((court_state = 'ended') = (court_document is not null)),
  constraint legacy_fee_number_is_sealed_indexed_and_masked
    check (num_nulls(number_sealed, number_key, number_mask) in (0, 3) and length(number_key) = 32)
);
create index legacy_fee_case_by_number on legacy_fee_case (number_key);
comment on table legacy_fee_case is 'An old case as it stood when the law repealed the fee: closed. What was not paid is ceased, owed by nobody.';
comment on column legacy_fee_case.paid_fen is 'Paid lawfully until 2021-08-20; not refunded.';
comment on column legacy_fee_case.mispaid_fen is 'Paid twice, by the wrong person or after the repeal: to be reviewed for a refund.';
comment on column legacy_fee_case.ceased_fen is 'What was levied and never paid: it ceased by law, and is no claim of anybody''s.';
comment on column legacy_fee_case.court_state is 'Whether a court had been asked to enforce it: none, pending (to be withdrawn by us), ended.';
comment on column legacy_fee_case.court_document is 'The document by which an application for enforcement was withdrawn or ended.';

-- Not even the owner changes what a ledger said: a value may be sealed anew, and the court's file be closed.
create function legacy_fee_never_changes() returns trigger language plpgsql as $$
declare may constant text[] := array['number_sealed', 'court_state', 'court_document', 'ceased_fen'];
begin
  if (to_jsonb(new) - may) is distinct from (to_jsonb(old) - may)
    or ((new.court_state, new.court_document) is distinct from (old.court_state, old.court_document)
        and (old.court_state, new.court_state) is distinct from ('pending', 'ended')) then
    raise exception 'an old case stays as its ledger said it' using errcode = '23514', constraint = 'legacy_fee_never_changes';
  end if;
  return new;
end $$;
create trigger legacy_fee_never_changes before update on legacy_fee_case for each row execute function legacy_fee_never_changes();

create table legacy_fee_payment (
  id            uuid primary key,
  case_id       uuid not null references legacy_fee_case (id) on delete cascade,
  paid_on       date,
  fen           bigint not null,
  receipt_no    text,
  payer_name    text not null,
  error         text,
  constraint legacy_fee_payment_is_an_amount check (fen > 0),
  constraint legacy_fee_payment_error_is_known check (error in ('twice', 'after-repeal', 'wrong-person', 'without-decision')),
  constraint legacy_fee_payment_after_the_repeal_is_an_error check (paid_on <= '2021-08-20' or error is not null)
);
create index legacy_fee_payment_by_case on legacy_fee_payment (case_id);
create function legacy_fee_payment_never_changes() returns trigger language plpgsql as $$
begin
  raise exception 'a payment stays as its ledger said it' using errcode = '23514', constraint = 'legacy_fee_never_changes';
end $$;
create trigger legacy_fee_payment_never_changes before update on legacy_fee_payment for each row execute function legacy_fee_payment_never_changes();
comment on table legacy_fee_payment is 'A payment of an old case; one made in error can be reviewed for a refund.';

create table legacy_refund_review (
  id            uuid primary key,
  case_id       uuid not null references legacy_fee_case (id) on delete cascade,
  payment_id    uuid not null references legacy_fee_payment (id) on delete cascade,
  fen           bigint not null,
  state         text not null,
  found_by_unit boolean not null,
  reason        text not null,
  opened_by     text not null default guard_text('actor'),
  opened_on     date not null,
  opened_at     timestamptz not null,
  answer_by        date,
  verified_by   text,
  decided_by    text,
  decided_at    timestamptz,
  decision      text,
  constraint legacy_refund_review_gives_something_back check (fen > 0),
  constraint legacy_refund_review_state_is_known check (state in ('opened', 'verified', 'approved', 'rejected')),
  constraint legacy_refund_review_is_verified_by_someone check (state = 'opened' or verified_by is not null),
  constraint legacy_refund_review_is_decided_by_another
    check ((state in ('approved', 'rejected')) = (num_nulls(decided_by, decided_at, decision) = 0) and decided_by <> verified_by)
);
create unique index legacy_refund_review_once_a_payment on legacy_refund_review (payment_id) where state <> 'rejected';
create index legacy_refund_review_by_case on legacy_refund_review (case_id);
comment on table legacy_refund_review is 'Whether money that was paid in error goes back to who paid it: opened, verified by the unit, decided by finance.';
comment on column legacy_refund_review.answer_by is 'By when our own unit has verified or finance has decided: nobody else has to do anything by a day.';

create function legacy_refund_review_moves() returns trigger language plpgsql set search_path from current as $$
declare error text; paid bigint; back bigint;
begin
  if tg_op = 'UPDATE' and ((to_jsonb(new) - array['state', 'answer_by', 'verified_by', 'decided_by', 'decided_at', 'decision'])
       is distinct from (to_jsonb(old) - array['state', 'answer_by', 'verified_by', 'decided_by', 'decided_at', 'decision'])
     or (old.state, new.state) not in (('opened', 'verified'), ('verified', 'approved'), ('verified', 'rejected'), ('opened', 'opened'))) then
    raise exception 'a refund review goes on as its table of states says' using errcode = '23514', constraint = 'legacy_refund_review_moves';
  end if;
  select p.error, p.fen into error, paid from legacy_fee_payment p where p.id = new.payment_id and p.case_id = new.case_id;
  if error is null or new.fen > paid then
    raise exception 'only what was paid in error goes back, and no more than that' using errcode = '23514', constraint = 'legacy_refund_is_of_an_error';
  end if;
  return new;
end $$;
create trigger legacy_refund_review_moves before insert or update on legacy_refund_review for each row execute function legacy_refund_review_moves();

create table legacy_deletion (
  id            uuid primary key default uuidv7(),
  office_code   text collate "C" not null,
  taken_before  date not null,
  cases         integer not null,
  payments      integer not null,
  letters       integer not null,
  by_actor      text not null default guard_text('actor'),
  at            timestamptz not null,
  constraint legacy_deletion_deleted_something check (cases > 0)
);
comment on table legacy_deletion is 'The certificate of a deletion: how much of which office, by whom, when; nothing of any person.';

alter table legacy_fee_office enable row level security, force row level security;
alter table legacy_fee_case enable row level security, force row level security;
alter table legacy_fee_payment enable row level security, force row level security;
alter table legacy_refund_review enable row level security, force row level security;
alter table legacy_deletion enable row level security, force row level security;

-- The word that the archive works by: no other permission of the house, and so no rule of any programme, sees a row.
create function legacy_is_archive() returns boolean language sql stable parallel safe set search_path from current as
  $$ select coalesce(guard_text('permission') ^@ 'legacy-fee.', false) $$;
create policy legacy_fee_office_is_open on legacy_fee_office for select using ((select guard_open()));
create policy legacy_fee_case_by_archive on legacy_fee_case for select using (
  ((select legacy_is_archive()) and ((select guard_whole()) or office_code ^@ (select guard_from())))
  or number_key = (select guard_key()));
create policy legacy_fee_payment_by_archive on legacy_fee_payment for select using (exists (select from legacy_fee_case c where c.id = case_id));
create policy legacy_refund_review_by_archive on legacy_refund_review using (exists (select from legacy_fee_case c where c.id = case_id));
create policy legacy_refund_review_names_its_opener on legacy_refund_review as restrictive for insert
  with check (opened_by = (select guard_text('actor')) and verified_by is null and decided_by is null);
-- A closing notice tells what its case does: it is read like the case, or by whoever holds its code.
create policy letter_of_an_old_case on letter as restrictive for select using (
  kind <> 'legacy-closing' or (select legacy_is_archive()) or recipient_key = (select guard_key())
  or (select guard_text('permission')) = 'letter.verify');
create policy legacy_deletion_is_seen on legacy_deletion for select
  using ((select guard_whole()) or office_code ^@ (select guard_from()));
do $$
declare name text;
begin
  foreach name in array array['legacy_fee_office', 'legacy_fee_case', 'legacy_fee_payment', 'legacy_refund_review', 'legacy_deletion'] loop
    execute format('create policy %I on %I to fees_owner using (true) with check (true)', name || '_by_owner', name);
    execute format('revoke insert, update, delete, truncate on %I from fees_rw', name);
  end loop;
end $$;
grant insert, update (state, answer_by, verified_by, decided_by, decided_at, decision) on legacy_refund_review to fees_rw;
insert into sealed_column values ('legacy_fee_case', 'number_sealed');

-- Takes rows of an old ledger in. What is on record with the same content is left alone; other content is refused row by row.
create function legacy_fee_take(rows jsonb, at timestamptz) returns table (line integer, outcome text)
language plpgsql security definer set search_path from current as $$
#variable_conflict use_column
declare
  one jsonb; known bytea; sealed date; pay jsonb; lawful bigint; wrong bigint; levied bigint; decided date;
begin
  if not (legacy_is_archive() and guard_text('permission') = 'legacy-fee.take') then
    raise exception 'old ledgers are taken in by the archive' using errcode = '42501';
  end if;
  for one in select value from jsonb_array_elements(rows) loop
    if not (guard_whole() or one ->> 'office' ^@ guard_from()) then
      raise exception 'an office of another place' using errcode = '42501';
    end if;
    line := (one ->> 'line')::int;
    select c.row_hash into known from legacy_fee_case c where c.office_code = one ->> 'office' and c.case_no = one ->> 'caseNo';
    if found then
      outcome := case when known = decode(one ->> 'hash', 'hex') then 'unchanged' else 'CASE_ON_RECORD' end;
      return next;
      continue;
    end if;
    insert into legacy_fee_office (office_code) values (one ->> 'office') on conflict do nothing;
    select o.sealed_on into sealed from legacy_fee_office o where o.office_code = one ->> 'office' for share;
    if sealed is not null then
      outcome := 'REGISTER_SEALED';
      return next;
      continue;
    end if;
    levied := (one ->> 'levied')::bigint;
    decided := (one ->> 'decided')::date;
    select coalesce(sum((p ->> 'fen')::bigint) filter (where p ->> 'error' is null), 0),
           coalesce(sum((p ->> 'fen')::bigint) filter (where p ->> 'error' is not null), 0)
      into lawful, wrong from jsonb_array_elements(one -> 'payments') p;
    insert into legacy_fee_case (id, office_code, case_no, payer_name, number_sealed, number_key, number_mask, decided_on, levied_fen,
                                 paid_fen, mispaid_fen, close_out, court_state, court_document, source_ref, row_hash, taken_by, taken_at)
    values ((one ->> 'id')::uuid, one ->> 'office', one ->> 'caseNo', one ->> 'name', decode(one ->> 'sealed', 'hex'),
            decode(one ->> 'key', 'hex'), one ->> 'mask', decided, levied, lawful, wrong,
            case when decided is null then 'CLOSED_NO_DECISION' when lawful = levied then 'CLOSED_PAID'
                 when lawful > 0 then 'CLOSED_PARTIAL_REMAINDER_CEASED' else 'CLOSED_UNPAID_CEASED' end,
            one ->> 'courtState', one ->> 'court', one ->> 'source', decode(one ->> 'hash', 'hex'), guard_text('actor'), at);
    for pay in select value from jsonb_array_elements(one -> 'payments') loop
      insert into legacy_fee_payment (id, case_id, paid_on, fen, receipt_no, payer_name, error)
      values ((pay ->> 'id')::uuid, (one ->> 'id')::uuid, (pay ->> 'paidOn')::date, (pay ->> 'fen')::bigint, pay ->> 'receipt',
              pay ->> 'payer', pay ->> 'error');
    end loop;
    outcome := 'accepted';
    return next;
  end loop;
end $$;
comment on function legacy_fee_take is 'The only way into the register: rows of an old ledger, by the archive, before the office is sealed.';

create function legacy_fee_seal(office text, today date) returns void
language plpgsql security definer set search_path from current as $$
begin
  if not (guard_text('permission') = 'legacy-fee.seal' and (guard_whole() or office ^@ guard_from())) then
    raise exception 'the register is sealed by the archive' using errcode = '42501';
  end if;
  update legacy_fee_office o set sealed_on = today, sealed_by = guard_text('actor') where o.office_code = office and o.sealed_on is null;
  if not found then
    raise exception 'sealed already, or never filled' using errcode = '23514', constraint = 'legacy_fee_office_is_sealed_once';
  end if;
end $$;
comment on function legacy_fee_seal is 'Ends the taking in of an office''s old ledgers for good.';

-- The only change of an old case: what had been asked of a court is asked no more.
create function legacy_fee_end_court(id uuid, document text) returns void
language plpgsql security definer set search_path from current as $$
begin
  if guard_text('permission') is distinct from 'legacy-fee.court' then
    raise exception 'the archive closes the file of the court' using errcode = '42501';
  end if;
  update legacy_fee_case c set court_state = 'ended', court_document = document
   where c.id = $1 and c.court_state = 'pending' and (guard_whole() or c.office_code ^@ guard_from());
  if not found then
    raise exception 'no application to a court is pending' using errcode = '23514', constraint = 'legacy_fee_court_is_ended_once';
  end if;
end $$;
comment on function legacy_fee_end_court is 'Records by which document an application for enforcement was withdrawn or ended.';

-- Deletes what has been kept long enough, with the letters about it; only the certificate stays.
create function legacy_fee_forget(office text, today date, at timestamptz) returns integer
language plpgsql security definer set search_path from current as $$
declare years int; before date; ids uuid[]; n_payments int; n_letters int;
begin
  if not (guard_text('permission') = 'legacy-fee.forget' and (guard_whole() or office ^@ guard_from())) then
    raise exception 'the archive deletes' using errcode = '42501';
  end if;
  select value::int into years from parameter where name = 'legacy-fee.keep-years' and valid @> today order by length(region) desc limit 1;
  before := (today - make_interval(years => years))::date;
  select array_agg(c.id) into ids from legacy_fee_case c
   where c.office_code = office and c.taken_at < before
     and not exists (select from legacy_refund_review r where r.case_id = c.id and r.state in ('opened', 'verified'))
     and not exists (select from refund f join legacy_fee_payment p on p.id = f.source_id
                      where p.case_id = c.id and f.state not in ('confirmed', 'rejected'))
     and c.court_state <> 'pending';
  if ids is null then return 0; end if;
  select count(*) into n_payments from legacy_fee_payment p where p.case_id = any (ids);
  with gone as (delete from letter l where l.about_id = any (ids) returning 1) select count(*) into n_letters from gone;
  delete from legacy_fee_case c where c.id = any (ids);
  insert into legacy_deletion (office_code, taken_before, cases, payments, letters, at)
  values (office, before, cardinality(ids), n_payments, n_letters, at);
  return cardinality(ids);
end $$;
comment on function legacy_fee_forget is 'Deletes the cases of an office that were kept as long as the parameter says, and leaves a certificate of how many.';

revoke all on function legacy_fee_take, legacy_fee_seal, legacy_fee_end_court, legacy_fee_forget from public;
grant execute on function legacy_fee_take, legacy_fee_seal, legacy_fee_end_court, legacy_fee_forget to fees_rw;

insert into parameter (name, valid, value, unit, source, status) values
  ('legacy-fee.keep-years', '[2021-08-20,)', '10', 'years', '会计档案管理办法：非税收入凭证和账簿的保管期限由档案机构确定；年数为本系统取值', 'assumed'),
  ('legacy-fee.verify-working-days', '[2021-08-20,)', '10', 'working_days', '政府非税收入退付：执收单位十个工作日内审核（domain/06 §6.1）', 'unverified'),
  ('legacy-fee.verify-working-days-own', '[2021-08-20,)', '5', 'working_days', '政府非税收入退付：执收单位自行发现的，五个工作日（domain/06 §6.1）', 'unverified'),
  ('legacy-fee.decide-working-days', '[2021-08-20,)', '10', 'working_days', '政府非税收入退付：财政部门十个工作日内审批（domain/06 §6.1）', 'unverified');

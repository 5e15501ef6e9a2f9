-- Who sees which rows of claims and money. Every table is under FORCEd row-level security; what no policy lets through
-- does not exist for the app. Contexts come from guard_claims(); "whole" spans the installation. What belongs to a
-- claim, a batch or a person is seen by whoever sees that: the policies ask it of one another.

-- Four eyes: an approval is given with a second factor no older than five minutes.
alter table approval add column stepped_up_at timestamptz;
update approval set stepped_up_at = at;
alter table approval alter column stepped_up_at set not null,
  add constraint approval_needs_a_fresh_second_factor check (stepped_up_at between at - interval '5 minutes' and at + interval '5 seconds');
comment on column approval.stepped_up_at is 'When the officer last showed a second factor.';

do $$
declare name text;
begin
  for name in select tablename from pg_tables where schemaname = current_schema() and tablename <> 'migration' loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
  end loop;
end $$;

-- Rules and tables of moves are public.
create policy programme_version_is_public on programme_version for select using (true);
create policy programme_version_needs_a_context on programme_version for insert with check ((select guard_open()));
create policy claim_state_is_public on claim_state for select using (true);
create policy claim_state_move_is_public on claim_state_move for select using (true);
create policy batch_state_move_is_public on batch_state_move for select using (true);

-- Facts.
create policy person_fact_in_division on person_fact
  using ((select guard_whole()) or division_code ^@ (select guard_from()) or person_id = any ((select guard_family())::uuid[]));
create policy person_fact_history_of_person on person_fact_history
  using ((select guard_whole()) or exists (select from person_fact f where f.person_id = person_fact_history.person_id));
create policy finding_of_person on finding
  using ((select guard_whole()) or exists (select from person_fact f where f.person_id = finding.person_id));
create policy fact_dirty_in_any_context on fact_dirty using ((select guard_open()));
create policy feed_cursor_in_any_context on feed_cursor using ((select guard_open()));

-- Imports: how they went, with codes and lines; the rows themselves are not kept.
create policy import_batch_for_officers on import_batch using ((select guard_from()) is not null);
create policy import_reject_for_officers on import_reject using ((select guard_from()) is not null);

-- A child as a bundle of opaque keys: two authorities may have a claim for the same one, so it belongs to none.
create policy beneficiary_for_officers on beneficiary
  using ((select guard_from()) is not null or person_id = any ((select guard_family())::uuid[]));

-- A claim whose child is not known yet lies in no division: the county and those above it look for its place.
create policy claim_in_division on claim
  using ((select guard_whole()) or division_code ^@ (select guard_from())
    or (division_code is null and length((select guard_from())) <= 6)
    or applicant_key = (select guard_key())
    or exists (select from beneficiary b where b.id = claim.beneficiary_id and b.person_id = any ((select guard_family())::uuid[])));
create policy claim_event_of_claim on claim_event
  using ((select guard_whole()) or exists (select from claim c where c.id = claim_event.claim_id));
create policy claim_finding_of_claim on claim_finding
  using ((select guard_whole()) or exists (select from claim c where c.id = claim_finding.claim_id));

-- An account belongs to whoever a claim names: its applicant, its child, or the payee of one of its payments.
create policy payee_account_of_claim on payee_account
  using ((select guard_whole()) or holder_key = (select guard_key())
    or exists (select from claim c where c.applicant_key = payee_account.holder_key)
    or exists (select from claim c join beneficiary b on b.id = c.beneficiary_id where b.id_number_key = payee_account.holder_key)
    or exists (select from attempt a where a.payee_account_id = payee_account.id));

create policy determination_run_in_division on determination_run
  using ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy determination_chunk_of_run on determination_chunk
  using ((select guard_whole()) or exists (select from determination_run r where r.id = determination_chunk.run_id));
create policy determination_of_claim_or_person on determination
  using ((select guard_whole()) or exists (select from claim c where c.id = determination.claim_id)
    or exists (select from person_fact f where f.person_id = determination.person_id));

create policy review_case_in_division on review_case
  using ((select guard_whole()) or division_code ^@ (select guard_from())
    or exists (select from claim c where c.id = review_case.claim_id));

-- Money. Budgets, sums paid and returned are a county's; whoever works in a part of it works with the county's.
create policy indicator_of_county on indicator
  using ((select guard_whole()) or division_code ^@ left((select guard_from()), 6));
create policy payment_batch_in_division on payment_batch
  using ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy payment_calendar_in_division on payment_calendar
  using ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy instruction_of_claim on instruction
  using ((select guard_whole()) or exists (select from claim c where c.id = instruction.claim_id));
-- A line is read with its instruction, but written with its batch only: the batch's content hash follows every change.
create policy attempt_of_instruction on attempt for select
  using ((select guard_whole()) or exists (select from payment_batch b where b.id = attempt.batch_id)
    or exists (select from instruction i where i.id = attempt.instruction_id));
create policy attempt_written_with_batch on attempt
  using ((select guard_whole()) or exists (select from payment_batch b where b.id = attempt.batch_id));
create policy batch_share_of_batch on batch_share
  using ((select guard_whole()) or exists (select from payment_batch b where b.id = batch_share.batch_id));
create policy approval_of_batch on approval
  using ((select guard_whole()) or exists (select from payment_batch b where b.id = approval.batch_id));
create policy bank_file_of_batch on bank_file
  using ((select guard_whole()) or exists (select from payment_batch b where b.id = bank_file.batch_id));
create policy bank_answer_of_batch on bank_answer
  using ((select guard_whole()) or exists (select from payment_batch b where b.id = bank_answer.batch_id));
create policy bank_status_line_of_attempt on bank_status_line
  using ((select guard_whole()) or exists (select from attempt a where a.id = bank_status_line.attempt_id));

-- Codes of accounts say whose they are: source:LEVEL, paying:BATCH, and KIND:PROGRAMME:COUNTY… for the rest.
create policy ledger_account_of_county on ledger_account
  using ((select guard_whole()) or case split_part(code, ':', 1)
    when 'source' then (select guard_from()) is not null
    when 'paying' then exists (select from payment_batch b where b.id = substr(ledger_account.code, 8)::uuid)
    else split_part(code, ':', 3) ^@ left((select guard_from()), 6) end);
create policy transfer_of_account on transfer
  using ((select guard_whole())
    or exists (select from ledger_account a where a.code in (transfer.debit, transfer.credit) and a.kind <> 'source'));

-- Messages hold ids only and are planned by whatever is being done.
create policy outbox_in_any_context on outbox using ((select guard_open()));
create policy inbox_in_any_context on inbox using ((select guard_open()));
create policy delivery_in_any_context on delivery using ((select guard_open()));
create policy quarantine_in_any_context on quarantine using ((select guard_open()));

-- ---------------------------------------------------------------------------------------------------------
-- The four powers. Whoever decides who is entitled, manages the money, pays it out or watches over it in a county
-- for a programme in a year does none of the other three there (四权分离): whatever roles a sign-in carries.
-- ---------------------------------------------------------------------------------------------------------
create table power_use (
  officer      text not null,
  programme    text not null,
  county_code  text not null check (county_code ~ '^[0-9]{6}000000$'),
  year         smallint not null,
  power        text not null check (power in ('eligibility', 'funds', 'payment', 'supervision')),
  first_at     timestamptz not null default now(),
  primary key (officer, programme, county_code, year, power),
  constraint power_use_excludes_the_other_powers exclude using gist
    (officer with =, programme with =, county_code with =, year with =, power with <>)
);
comment on table power_use is 'Which of the four separated powers an officer has used, for a programme, county and year: one at most.';
alter table power_use enable row level security, force row level security;
create policy power_use_of_county on power_use
  using ((select guard_whole()) or officer = (select guard_text('actor')) or county_code ^@ left((select guard_from()), 6))
  with check ((select guard_open()));
revoke insert, update, delete, truncate on power_use from subsidy_rw;

create function use_power(who text, of_programme text, in_division text, at timestamptz, wanted text) returns void
language sql set search_path from current as $$
  insert into power_use (officer, programme, county_code, year, power)
  select who, of_programme, left(in_division, 6) || '000000', extract(year from at at time zone 'Asia/Shanghai'), wanted
   where who !~ '^(system|intake|determination|bank|calendar|test)(:|$)' and in_division is not null
  on conflict (officer, programme, county_code, year, power) do nothing
$$;
comment on function use_power is 'Notes that an officer uses a power; parts of the system, which decide nothing, have none.';

create function claim_event_uses_power() returns trigger language plpgsql security definer set search_path from current as $$
begin
  perform use_power(d.actor, d.programme, d.county, d.at, 'eligibility') from (
    select a.actor, c.programme, left(c.division_code, 6) as county, max(a.at) as at
      from arrived a join claim c on c.id = a.claim_id
     where (a.to_state in ('reviewed', 'refused') or (a.from_state, a.to_state) = ('reviewed', 'confirmed'))
       and c.division_code is not null group by 1, 2, 3) d;
  return null;
end $$;
create trigger claim_event_uses_power after insert on claim_event
  referencing new table as arrived for each statement execute function claim_event_uses_power();

create function indicator_uses_power() returns trigger language plpgsql security definer set search_path from current as $$
begin
  perform use_power(new.recorded_by, new.programme, new.division_code, new.recorded_at, 'funds');
  return null;
end $$;
create trigger indicator_uses_power after insert on indicator for each row execute function indicator_uses_power();

create function approval_uses_power() returns trigger language plpgsql security definer set search_path from current as $$
begin
  perform use_power(new.approver, b.programme, b.division_code, new.at, 'funds') from payment_batch b where b.id = new.batch_id;
  return null;
end $$;
create trigger approval_uses_power after insert on approval for each row execute function approval_uses_power();

create function payment_batch_uses_power() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if tg_op = 'INSERT' then
    perform use_power(new.maker, new.programme, new.division_code, new.prepared_at, 'payment');
  elsif new.reconciled_by is distinct from old.reconciled_by then
    perform use_power(new.reconciled_by, new.programme, new.division_code, new.reconciled_at, 'payment');
  end if;
  return null;
end $$;
create trigger payment_batch_uses_power after insert or update of reconciled_by on payment_batch
  for each row execute function payment_batch_uses_power();

-- What an officer may put their own name to, and where returned money may go. The code asks first; this refuses.

create function is_part_of_system(who text) returns boolean language sql immutable parallel safe set search_path from current as
  $$ select who ~ '^(system|intake|determination|bank|calendar|test)(:|$)' $$;
comment on function is_part_of_system is 'Names of parts of the system, which decide nothing; no sign-in may bear one.';

create or replace function use_power(who text, of_programme text, in_division text, at timestamptz, wanted text) returns void
language sql set search_path from current as $$
  insert into power_use (officer, programme, county_code, year, power)
  select who, of_programme, left(in_division, 6) || '000000', extract(year from at at time zone 'Asia/Shanghai'), wanted
   where not is_part_of_system(who) and in_division is not null
  on conflict (officer, programme, county_code, year, power) do nothing
$$;

-- An approval, and the making of a batch, bear the name of whoever the signed context says is working.
create policy approval_in_ones_own_name on approval as restrictive for insert
  with check (approver = (select guard_text('actor')));
create policy payment_batch_in_ones_own_name on payment_batch as restrictive for insert
  with check (maker = (select guard_text('actor')) or is_part_of_system(maker) and is_part_of_system((select guard_text('actor'))));

-- Two looks are two officers', even if one and the same reviews while confirming is under way.
create function claim_event_needs_another_officer() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if exists (
      select from arrived a join claim_event e on e.claim_id = a.claim_id and e.seq = a.seq - 1
       where a.from_state = 'reviewed' and a.to_state = 'confirmed' and e.actor = a.actor and not is_part_of_system(a.actor)) then
    raise exception 'whoever reviewed a claim does not confirm it'
      using errcode = '23514', constraint = 'claim_is_confirmed_by_another_officer';
  end if;
  return null;
end $$;
create trigger claim_event_needs_another_officer after insert on claim_event
  referencing new table as arrived for each statement execute function claim_event_needs_another_officer();

-- Settling a question is using a power too: of payment where the bank contradicts itself, else of eligibility.
create function review_case_uses_power() returns trigger language plpgsql security definer set search_path from current as $$
begin
  perform use_power(new.resolved_by, c.programme, c.division_code, new.resolved_at,
                    case new.reason when 'BANK_CONTRADICTION' then 'payment' else 'eligibility' end)
     from claim c where c.id = new.claim_id;
  return null;
end $$;
create trigger review_case_uses_power after update of resolved_by on review_case for each row
  when (new.resolved_by is distinct from old.resolved_by and new.resolved_by is not null and new.decision <> 'WITHDRAWN')
  execute function review_case_uses_power();

-- Returned money goes to an account of the same applicant, the child, or the holder it came back from; to nobody else.
create function instruction_repair_stays_with_the_family() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if not exists (
      select from payee_account p join claim c on c.id = new.claim_id left join beneficiary b on b.id = c.beneficiary_id
       where p.id = new.repair_account_id and (p.holder_key in (c.applicant_key, b.id_number_key) or exists (
             select from attempt a join payee_account f on f.id = a.payee_account_id
              where a.instruction_id = new.id and f.holder_key = p.holder_key))) then
    raise exception 'an account of somebody else' using errcode = '23514', constraint = 'repair_stays_with_the_family';
  end if;
  return new;
end $$;
create trigger instruction_repair_stays_with_the_family before update of repair_account_id on instruction for each row
  when (new.repair_account_id is distinct from old.repair_account_id and new.repair_account_id is not null)
  execute function instruction_repair_stays_with_the_family();

-- Who is primary for which days of whose entitlement, once somebody has moved, and by which rule.

create table portability_parameter (
  region     text collate "C" not null,
  programme  text not null,
  name       text not null,
  value      text not null,
  valid      daterange not null,
  source     text not null,
  constraint portability_parameter_has_one_value_a_day exclude using gist (region with =, programme with =, name with =, valid with &&),
  constraint portability_parameter_region_is_a_code check (region = 'CN' or region ~ '^[1-8]\d(\d{2}){0,2}$'),
  constraint portability_parameter_is_known check (name in ('follows', 'completes', 'unit', 'year-paid',
    'cross-check-months', 'cross-check-after-silence-days')),
  constraint portability_parameter_has_a_source check (source <> '')
);
comment on table portability_parameter is 'What a region''s text says of people who move, by programme and days; CN and * hold where nothing narrower does.';

create table authority_decision (
  id              uuid primary key,
  beneficiary_id  uuid not null references beneficiary,
  programme       text not null,
  from_county     text not null check (from_county ~ '^[0-9]{6}000000$'),
  from_elsewhere  boolean not null,
  to_county       text not null check (to_county ~ '^[0-9]{6}000000$'),
  to_elsewhere    boolean not null,
  left_on         date not null,
  basis           text not null check (basis in ('register', 'officer', 'other-place')),
  document_no     text,
  note            text,
  -- What was known, and what each period was decided by: rule, source of the parameter, place.
  facts           jsonb not null,
  rules           jsonb not null,
  undoes          uuid references authority_decision,
  decided_by      text not null,
  decided_at      timestamptz not null,
  constraint authority_decision_is_about_two_places check (from_county <> to_county),
  constraint authority_decision_of_an_officer_has_a_document check (basis <> 'officer' or document_no <> '')
);
comment on table authority_decision is 'That a move was followed for one programme: the facts, the rule of each period, who decided. Append-only; a move wrongly reported is followed by a decision back.';
create index authority_decision_by_beneficiary on authority_decision (beneficiary_id, programme);
create index authority_decision_by_undone on authority_decision (undoes) where undoes is not null;
create index authority_decision_by_from on authority_decision (from_county text_pattern_ops, id);
create index authority_decision_by_to on authority_decision (to_county text_pattern_ops, id);

create table authority_period (
  id              uuid primary key default uuidv7(),
  beneficiary_id  uuid not null references beneficiary,
  merged_from     uuid references beneficiary,
  programme       text not null,
  valid           daterange not null check (not isempty(valid) and lower(valid) is not null),
  county_code     text not null check (county_code ~ '^[0-9]{6}000000$'),
  is_elsewhere    boolean not null,
  rule            text not null,
  source          text not null,
  decision_id     uuid not null references authority_decision,
  begun_by        text not null,
  begun_at        timestamptz not null,
  ended_by        text,
  ended_at        timestamptz,
  ended_decision  uuid references authority_decision,
  constraint authority_period_has_one_authority_a_day exclude using gist (beneficiary_id with =, programme with =, valid with &&)
    where (ended_at is null),
  constraint authority_period_is_ended_by_a_decision check (
    (ended_at is null) = (ended_by is null) and (ended_at is null) = (ended_decision is null))
);
comment on table authority_period is 'Which county is primary for which days of somebody''s entitlement; standing while not ended, never edited. Where none stands, it is the county of the claim.';
comment on column authority_period.is_elsewhere is 'The county is served by another installation: nothing is paid for these days here.';
comment on column authority_period.merged_from is 'Whose it was before two records of one person were merged; null where none were.';
create index authority_period_by_merged on authority_period (merged_from) where merged_from is not null;
create index authority_period_by_decision on authority_period (decision_id);
create index authority_period_by_end on authority_period (ended_decision) where ended_decision is not null;
create index authority_period_by_beneficiary on authority_period (beneficiary_id, programme) where ended_at is null;

create function authority_period_ends_once() returns trigger language plpgsql as $$
begin
  if old.ended_at is not null and (new.ended_at, new.ended_by, new.ended_decision) is distinct from (old.ended_at, old.ended_by, old.ended_decision) then
    raise exception 'an authority period that has ended stays so' using errcode = '23514', constraint = 'authority_period_ends_once';
  end if;
  return new;
end $$;
create trigger authority_period_ends_once before update on authority_period
  for each row execute function authority_period_ends_once();

create table carried_claim (
  decision_id  uuid not null references authority_decision,
  claim_id     uuid not null references claim,
  became_id    uuid references claim,
  primary key (decision_id, claim_id),
  constraint carried_claim_becomes_another check (claim_id <> became_id)
);
comment on table carried_claim is 'A claim that one place stopped, and what it became in the other without a new application; append-only.';
comment on column carried_claim.became_id is 'Null where the other place is of another installation, or had a claim of the family''s for the year already.';
create index carried_claim_by_claim on carried_claim (claim_id);
create unique index carried_claim_is_of_one_claim on carried_claim (became_id) where became_id is not null;

-- Persons whose place of registration or days of moving changed in the feed, until somebody looked; survives a kill.
create table fact_moved (person_id uuid primary key);
comment on table fact_moved is 'Persons with claims whose registration changed its county, its state or its days of moving; looked at by a job.';

do $$
declare name text; runtime text := current_schema() || '_rw'; owner text := current_schema() || '_owner';
begin
  foreach name in array array['portability_parameter', 'authority_decision', 'authority_period', 'carried_claim', 'fact_moved'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
  end loop;
  execute format('revoke insert, update, delete, truncate on portability_parameter from %I', runtime);
  execute format('revoke update, delete, truncate on authority_decision, authority_period, carried_claim from %I', runtime);
  execute format('revoke update, truncate on fact_moved from %I', runtime);
  execute format('grant update (beneficiary_id, merged_from, ended_by, ended_at, ended_decision) on authority_period to %I', runtime);
  -- The check of instructions looks at every place's days, whoever pays.
  execute format('create policy authority_period_for_the_check on authority_period for select to %I using (true)', owner);
end $$;

create policy portability_parameter_is_public on portability_parameter using (true);
create policy fact_moved_in_any_context on fact_moved using ((select guard_open()));
-- A move concerns two places, and each sees it whole.
create policy authority_decision_of_two_places on authority_decision
  using ((select guard_whole()) or from_county ^@ left((select guard_from()), 6) or to_county ^@ left((select guard_from()), 6)
    or exists (select from beneficiary b where b.id = authority_decision.beneficiary_id and b.person_id = any ((select guard_family())::uuid[])));
create policy authority_decision_in_ones_own_name on authority_decision as restrictive for insert
  with check (decided_by = (select guard_text('actor')) or is_part_of_system(decided_by) and is_part_of_system((select guard_text('actor'))));
create policy authority_period_of_decision on authority_period
  using ((select guard_whole()) or exists (select from authority_decision d where d.id = authority_period.decision_id));
create policy carried_claim_of_decision on carried_claim
  using ((select guard_whole()) or exists (select from authority_decision d where d.id = carried_claim.decision_id));

-- Whoever follows a move by their own word uses the power to say who is entitled, in both places.
create function authority_decision_uses_power() returns trigger language plpgsql security definer set search_path from current as $$
begin
  perform use_power(new.decided_by, new.programme, county, new.decided_at, 'eligibility')
     from (values (new.from_county), (new.to_county)) place (county) where new.basis = 'officer';
  return null;
end $$;
create trigger authority_decision_uses_power after insert on authority_decision
  for each row execute function authority_decision_uses_power();

-- Paying is for the place that is primary on the first of the days paid for; where none stands, for whoever has the claim.
create function instruction_is_of_the_authority() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if exists (
      select from arrived i
        join authority_period a on a.beneficiary_id = i.beneficiary_id and a.programme = i.programme and a.ended_at is null
             and a.valid @> lower(i.period)
        join claim c on c.id = i.claim_id
       where i.is_live and (a.is_elsewhere or a.county_code <> left(c.division_code, 6) || '000000')) then
    raise exception 'another place is primary for these days'
      using errcode = '23514', constraint = 'instruction_is_of_the_authority';
  end if;
  return null;
end $$;
create trigger instruction_is_of_the_authority after insert on instruction
  referencing new table as arrived for each statement execute function instruction_is_of_the_authority();

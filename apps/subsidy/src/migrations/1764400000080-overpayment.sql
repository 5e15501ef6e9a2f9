-- What has been paid and, as is known now, was not owed. It is told to fees, which recovers it by decision; here no claim is
-- refused, held or paid less because of it, and nothing is ever set off.

create table overpayment_doubt (
  claim_id  uuid primary key references claim,
  raised    integer not null default 1
);
comment on table overpayment_doubt is 'Claims decided already about which something else became known, until a job has looked whether what was paid was owed; survives a kill.';

-- A row that is there already is written again, so that whoever is looking waits for what became known meanwhile, or is waited for.
create function overpayment_doubt_raise(of_beneficiaries uuid[]) returns void language sql set search_path from current as $$
  insert into overpayment_doubt (claim_id)
  select c.id from claim c
   where c.beneficiary_id = any (of_beneficiaries)
     and c.state in ('determined', 'reviewed', 'confirmed', 'paying', 'paid', 'returned', 'closed')
   order by c.id
  on conflict (claim_id) do update set raised = overpayment_doubt.raised + 1
$$;

create function overpayment_doubt_by_finding() returns trigger language plpgsql set search_path from current as $$
begin
  perform overpayment_doubt_raise(array[c.beneficiary_id]) from claim c where c.id = new.claim_id;
  return null;
end $$;
create trigger overpayment_doubt_by_finding after insert on claim_finding for each row execute function overpayment_doubt_by_finding();

create function overpayment_doubt_by_merge() returns trigger language plpgsql set search_path from current as $$
begin
  perform overpayment_doubt_raise(array[new.beneficiary_id, new.keeper_id]);
  return null;
end $$;
create trigger overpayment_doubt_by_merge after insert or update on person_merge for each row execute function overpayment_doubt_by_merge();

create function overpayment_doubt_by_conflict() returns trigger language plpgsql set search_path from current as $$
begin
  perform overpayment_doubt_raise(array[new.beneficiary_id, (new.facts ->> 'otherBeneficiary')::uuid]);
  return null;
end $$;
create trigger overpayment_doubt_by_conflict after insert on review_case for each row
  when (new.reason = 'MERGE_CONFLICT') execute function overpayment_doubt_by_conflict();

create function overpayment_doubt_by_place() returns trigger language plpgsql set search_path from current as $$
begin
  perform overpayment_doubt_raise(array[new.beneficiary_id]);
  return null;
end $$;
create trigger overpayment_doubt_by_move after insert on authority_decision for each row execute function overpayment_doubt_by_place();
create trigger overpayment_doubt_by_reimbursement after insert or update on reimbursement for each row execute function overpayment_doubt_by_place();
create trigger overpayment_doubt_by_enrolment after update on enrolment_question for each row
  when (new.outcome = 'elsewhere' and new.outcome is distinct from old.outcome) execute function overpayment_doubt_by_place();

-- Every record of one child, as the register knows it now: itself, what was merged with it, and what it is known to be.
create function beneficiaries_of_one(of uuid) returns setof uuid language sql stable set search_path from current as $$
  with recursive up as (
    select b.*, 0 as depth from beneficiary b where b.id = of
    union all
    select b.*, depth + 1 from up join beneficiary b on b.id = up.merged_into where depth < 20),
  top as (select * from up order by depth desc limit 1),
  record as (
    select f.* from top t join person_fact f on f.person_id = surviving_person(coalesce(t.person_id,
      (select n.person_id from person_fact n where n.id_number_key = t.id_number_key and not n.id_number_shared limit 1),
      (select n.person_id from person_fact n where t.id_number_key is null and n.birth_certificate_key = t.birth_certificate_key limit 1)))),
  same as (
    select id from top
    union
    select b.id from record r join beneficiary b on b.merged_into is null and (b.person_id = r.person_id
      or b.id_number_key = r.id_number_key and not r.id_number_shared
      or b.id_number_key is null and b.birth_certificate_key = r.birth_certificate_key)),
  down as (
    select id from same
    union
    select b.id from down d join beneficiary b on b.merged_into = d.id)
  select id from down
$$;

create table overpayment_move (
  from_state  text not null,
  to_state    text not null,
  primary key (from_state, to_state)
);
comment on table overpayment_move is 'Every move of an overpayment there is (overpayment.state.ts, mirrored); what is not listed cannot happen.';
insert into overpayment_move (from_state, to_state) values
  ('reported', 'found'), ('reported', 'dismissed'),
  ('found', 'told'), ('found', 'taken-back'),
  ('told', 'taken-up'), ('told', 'taken-back');

create table overpayment (
  id                uuid primary key default uuidv7(),
  claim_id          uuid not null references claim,
  instruction_id    uuid not null references instruction,
  -- The line of a batch by which it reached the payee.
  attempt_id        uuid not null references attempt,
  programme         text not null,
  county_code       text not null,
  ground            text not null,
  days              daterange not null,
  fen               bigint not null,
  paid_on           date not null,
  found_on          date not null,
  found_at          timestamptz not null,
  -- What it was paid on, and what says otherwise now.
  determination_id  bigint references determination,
  anew_id           bigint references determination,
  facts             jsonb not null default '{}',
  state             text not null,
  evidence          text,
  note              text,
  reported_by       text,
  seen_by           text,
  seen_at           timestamptz,
  seen_note         text,
  told_at           timestamptz,
  taken_up_at       timestamptz,
  taken_back_at     timestamptz,
  taken_back_why    text,
  constraint overpayment_is_of_money check (fen > 0),
  constraint overpayment_is_of_days check (not isempty(days) and lower(days) is not null and upper(days) is not null),
  constraint overpayment_is_of_a_county check (county_code ~ '^[0-9]{6}000000$'),
  constraint overpayment_ground_is_known check (ground in ('late-death', 'late-move', 'duplicate', 'false-claim', 'changed-fact', 'office-error')),
  constraint overpayment_state_is_known check (state in ('reported', 'found', 'told', 'taken-up', 'taken-back', 'dismissed')),
  constraint overpayment_by_an_officer_has_evidence check ((reported_by is null) = (evidence is null) and (reported_by is null) = (note is null)),
  constraint overpayment_of_a_person_is_reported_by_one check (ground not in ('false-claim', 'office-error') or reported_by is not null),
  constraint overpayment_is_seen_by_a_person check (
    (seen_by is null) = (seen_at is null) and (seen_by is null) = (reported_by is null or state = 'reported')),
  constraint overpayment_needs_another_officer check (seen_by <> reported_by),
  constraint overpayment_is_told_at_a_moment check (state not in ('told', 'taken-up') or told_at is not null),
  constraint overpayment_is_taken_up_at_a_moment check ((state = 'taken-up') = (taken_up_at is not null)),
  constraint overpayment_is_taken_back_at_a_moment check (
    (state = 'taken-back') = (taken_back_at is not null) and (state = 'taken-back') = (taken_back_why is not null))
);
comment on table overpayment is 'An amount that was paid for some days and, as is known now, was not owed, with the payment it is of. Never edited: one that turns out otherwise is taken back, or changed by a row of its own once fees has it.';
comment on column overpayment.found_on is 'When this installation came to know of it: an officer''s report, or the fact that says so.';
create unique index overpayment_is_found_once on overpayment (instruction_id, ground) where state not in ('taken-back', 'dismissed');
create index overpayment_by_claim on overpayment (claim_id);
create index overpayment_by_attempt on overpayment (attempt_id);
create index overpayment_by_determination on overpayment (determination_id) where determination_id is not null;
create index overpayment_by_anew on overpayment (anew_id) where anew_id is not null;
create index overpayment_by_county on overpayment (county_code text_pattern_ops, id);
create index overpayment_to_tell on overpayment (id) where state = 'found';
create index overpayment_standing on overpayment (instruction_id) where state in ('found', 'told', 'taken-up');

create table overpayment_share (
  overpayment_id  uuid not null references overpayment,
  level           text not null,
  year            smallint not null,
  fen             bigint not null,
  primary key (overpayment_id, level, year),
  constraint overpayment_share_level_is_known check (level in ('central', 'province', 'city', 'county')),
  constraint overpayment_share_is_of_money check (fen > 0)
);
comment on table overpayment_share is 'Which budgets bore what was overpaid, as they paid it; the fen of an overpayment add up to it. Append-only.';

create table overpayment_change (
  overpayment_id  uuid not null references overpayment,
  seq             integer not null check (seq > 0),
  fen             bigint not null,
  why             text not null,
  anew_id         bigint references determination,
  at              timestamptz not null,
  primary key (overpayment_id, seq),
  constraint overpayment_change_is_of_money check (fen <> 0)
);
comment on table overpayment_change is 'What an overpayment that fees has taken up is more or less by, since a fact was corrected again. Append-only.';
create index overpayment_change_by_anew on overpayment_change (anew_id) where anew_id is not null;

create function overpayment_moves() returns trigger language plpgsql set search_path from current as $$
declare may_change text[] := array['state', 'seen_by', 'seen_at', 'seen_note', 'told_at', 'taken_up_at', 'taken_back_at', 'taken_back_why'];
begin
  if tg_op = 'INSERT' then
    if new.state is distinct from (case when new.reported_by is null then 'found' else 'reported' end) then
      raise exception 'an overpayment begins as found, or as reported by an officer' using errcode = '23514', constraint = 'overpayment_begins_at_the_start';
    end if;
    return new;
  end if;
  if to_jsonb(new) - may_change is distinct from to_jsonb(old) - may_change
     or not exists (select from overpayment_move where (from_state, to_state) = (old.state, new.state)) then
    raise exception 'an overpayment does not move from % to %', old.state, new.state
      using errcode = '23514', constraint = 'overpayment_moves_as_the_table_says';
  end if;
  return new;
end $$;
create trigger overpayment_moves before insert or update on overpayment for each row execute function overpayment_moves();

-- Looked at when the transaction ends, because the shares and changes are written after the row.
create function overpayment_adds_up() returns trigger language plpgsql set search_path from current as $$
declare of_instruction uuid; of_overpayment uuid;
begin
  of_overpayment := case tg_table_name when 'overpayment' then to_jsonb(new) ->> 'id' else to_jsonb(new) ->> 'overpayment_id' end;
  if exists (select from overpayment o where o.id = of_overpayment
               and o.fen <> (select coalesce(sum(s.fen), 0) from overpayment_share s where s.overpayment_id = o.id)) then
    raise exception 'the shares of an overpayment add up to it' using errcode = '23514', constraint = 'overpayment_shares_add_up';
  end if;
  if exists (select from overpayment_change c where c.overpayment_id = of_overpayment)
     and not exists (select from overpayment o where o.id = of_overpayment and o.state = 'taken-up'
       and o.fen + (select sum(c.fen) from overpayment_change c where c.overpayment_id = o.id) >= 0) then
    raise exception 'only what fees has is changed, and never below nothing' using errcode = '23514', constraint = 'overpayment_change_is_of_what_was_taken_up';
  end if;
  select o.instruction_id into of_instruction from overpayment o where o.id = of_overpayment;
  if exists (
      select from instruction i where i.id = of_instruction and i.amount_fen < (
        select sum(o.fen + coalesce((select sum(c.fen) from overpayment_change c where c.overpayment_id = o.id), 0))
          from overpayment o where o.instruction_id = i.id and o.state not in ('taken-back', 'dismissed'))) then
    raise exception 'no more than was paid can be overpaid' using errcode = '23514', constraint = 'overpayment_is_within_the_payment';
  end if;
  return null;
end $$;
create constraint trigger overpayment_adds_up after insert or update on overpayment deferrable initially deferred
  for each row execute function overpayment_adds_up();
create constraint trigger overpayment_change_adds_up after insert on overpayment_change deferrable initially deferred
  for each row execute function overpayment_adds_up();
create constraint trigger overpayment_share_adds_up after insert on overpayment_share deferrable initially deferred
  for each row execute function overpayment_adds_up();

do $$
declare name text; runtime text := current_schema() || '_rw';
begin
  foreach name in array array['overpayment_doubt', 'overpayment_move', 'overpayment', 'overpayment_share', 'overpayment_change'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('revoke update, delete, truncate on %I from %I', name, runtime);
  end loop;
  execute format('revoke insert on overpayment_move from %I', runtime);
  execute format('grant update (raised), delete on overpayment_doubt to %I', runtime);
  execute format('grant update (state, seen_by, seen_at, seen_note, told_at, taken_up_at, taken_back_at, taken_back_why) on overpayment to %I', runtime);
end $$;

create policy overpayment_move_is_public on overpayment_move for select using (true);
create policy overpayment_doubt_in_any_context on overpayment_doubt using ((select guard_open()));
-- Of whoever sees the claim; a citizen sees what was told of, and no report that nobody else has looked at.
create policy overpayment_of_claim on overpayment
  using ((select guard_whole()) or exists (select from claim c where c.id = overpayment.claim_id)
    and ((select guard_from()) is not null or state in ('told', 'taken-up', 'taken-back') and told_at is not null));
create policy overpayment_reported_in_ones_own_name on overpayment as restrictive for insert
  with check (reported_by is null or reported_by = (select guard_text('actor')));
create policy overpayment_seen_in_ones_own_name on overpayment as restrictive for update
  using (true) with check (seen_by is null or state not in ('found', 'dismissed') or seen_by = (select guard_text('actor')));
create policy overpayment_share_of_overpayment on overpayment_share
  using ((select guard_whole()) or exists (select from overpayment o where o.id = overpayment_share.overpayment_id));
create policy overpayment_change_of_overpayment on overpayment_change
  using ((select guard_whole()) or exists (select from overpayment o where o.id = overpayment_change.overpayment_id));

-- Saying that something was not owed is using the power to say who is entitled.
create function overpayment_uses_power() returns trigger language plpgsql security definer set search_path from current as $$
begin
  perform use_power(coalesce(new.seen_by, new.reported_by), new.programme, new.county_code, coalesce(new.seen_at, new.found_at), 'eligibility');
  return null;
end $$;
create trigger overpayment_report_uses_power after insert on overpayment for each row
  when (new.reported_by is not null) execute function overpayment_uses_power();
create trigger overpayment_seeing_uses_power after update of seen_by on overpayment for each row
  when (new.seen_by is not null and old.seen_by is null) execute function overpayment_uses_power();

-- Paying back in instalments (分期缴纳): what was put forward, agreed and kept, and what a missed payment did. A plan adds nothing to
-- what is owed: its parts sum to what is open, and one that is over leaves nothing open.

create table instalment_state (state text primary key);
comment on table instalment_state is 'Every state of a plan (instalment.state.ts, mirrored).';
insert into instalment_state values ('proposed'), ('agreed'), ('suspended'), ('settled'), ('broken'), ('replaced'), ('declined'), ('withdrawn'), ('lapsed');

create table instalment_move (
  from_state  text not null references instalment_state,
  to_state    text not null references instalment_state,
  primary key (from_state, to_state)
);
create index instalment_move_by_end on instalment_move (to_state);
comment on table instalment_move is 'Every move of a plan there is (instalment.state.ts, mirrored); what is not listed cannot happen.';
insert into instalment_move values
  ('proposed', 'agreed'), ('proposed', 'declined'), ('proposed', 'withdrawn'), ('proposed', 'lapsed'),
  ('agreed', 'suspended'), ('agreed', 'settled'), ('agreed', 'broken'), ('agreed', 'replaced'),
  ('suspended', 'agreed'), ('suspended', 'settled'), ('suspended', 'replaced');

create table instalment_plan (
  id                 uuid primary key,
  receivable_id      uuid not null references receivable (id),
  -- These four are the receivable's, filled in by the trigger below.
  matter_id          uuid not null,
  division_code      text collate "C" not null,
  debtor_name        text not null,
  debtor_key         bytea,
  version            integer not null,
  state              text not null references instalment_state,
  side               text not null,
  fen                bigint not null,
  -- What had been received and cut when it was put forward: later money counts against this plan.
  received_base_fen  bigint not null,
  cut_base_fen       bigint not null,
  affordable_fen     bigint,
  is_hardship        boolean not null default false,
  asks_waiver        boolean not null default false,
  follows            uuid references instalment_plan (id),
  note               text,
  proposed_by        text not null default guard_text('actor'),
  proposed_on        date not null,
  proposed_at        timestamptz not null,
  answered_by        text,
  answer_note        text,
  agreed_on          date,
  suspended_on       date,
  ended_on           date,
  constraint instalment_plan_versions_count unique (receivable_id, version),
  constraint instalment_plan_side_is_known check (side in ('debtor', 'officer', 'rule')),
  constraint instalment_plan_is_over_an_amount check (fen > 0 and received_base_fen >= 0 and cut_base_fen >= 0),
  constraint instalment_plan_affordable_is_an_amount check (affordable_fen >= 0),
  constraint instalment_plan_waiver_is_asked_in_hardship check (not asks_waiver or is_hardship),
  constraint instalment_plan_hardship_was_declared check (not is_hardship or affordable_fen is not null or side = 'rule'),
  constraint instalment_plan_by_rule_follows_another check (side <> 'rule' or follows is not null),
  -- The other side agrees, in another name; what follows by rule was agreed before.
  constraint instalment_plan_is_agreed_by_another check (agreed_on is null or side = 'rule' or (answered_by is not null and answered_by <> proposed_by)),
  constraint instalment_plan_in_force_was_agreed check (state not in ('agreed', 'suspended', 'settled', 'broken', 'replaced') or agreed_on is not null),
  constraint instalment_plan_suspended_has_its_day check ((state = 'suspended') = (suspended_on is not null)),
  constraint instalment_plan_over_has_its_day check ((state in ('proposed', 'agreed', 'suspended')) = (ended_on is null)),
  constraint instalment_plan_note_is_short check (char_length(note) between 1 and 300 and char_length(answer_note) between 1 and 300)
);
create unique index instalment_plan_one_is_in_force on instalment_plan (receivable_id) where state in ('agreed', 'suspended');
create unique index instalment_plan_one_is_proposed on instalment_plan (receivable_id) where state = 'proposed';
create index instalment_plan_by_matter on instalment_plan (matter_id);
create index instalment_plan_by_division on instalment_plan (division_code, id);
create index instalment_plan_by_debtor on instalment_plan (debtor_key);
create index instalment_plan_by_state on instalment_plan (state, id);
create index instalment_plan_by_follows on instalment_plan (follows);
comment on table instalment_plan is 'A plan to pay back one receivable in parts: put forward by one side, agreed by the other. A change is another version over what is open.';
comment on column instalment_plan.side is 'debtor, officer; rule: it follows from one that was agreed, after a suspension.';
comment on column instalment_plan.affordable_fen is 'What the person can pay a month by their own declaration; no figure about anybody else, and never a ground to refuse.';

create table instalment (
  id           uuid primary key,
  plan_id      uuid not null references instalment_plan (id),
  no           integer not null,
  fen          bigint not null,
  nominal_on   date not null,
  due_on       date not null,
  paid_fen     bigint not null default 0,
  named_fen    bigint not null default 0,
  dropped_fen  bigint not null default 0,
  open_fen     bigint generated always as (fen - paid_fen - dropped_fen) stored not null,
  reminded_on  date,
  grace_until  date,
  missed_on    date,
  paid_on      date,
  constraint instalment_number_is_one_of_its_plan unique (plan_id, no),
  constraint instalment_is_an_amount check (fen > 0 and no between 1 and 600),
  constraint instalment_open_is_never_negative check (paid_fen >= 0 and dropped_fen >= 0 and paid_fen + dropped_fen <= fen),
  constraint instalment_named_was_paid check (named_fen >= 0),
  constraint instalment_is_due_on_its_day_or_rolls_forward check (due_on >= nominal_on),
  constraint instalment_grace_runs_from_its_reminder check ((reminded_on is null) = (grace_until is null) and grace_until >= reminded_on),
  constraint instalment_is_missed_after_its_grace check (missed_on is null or (grace_until is not null and missed_on > grace_until))
);
create index instalment_open_by_due on instalment (due_on) where paid_fen + dropped_fen < fen;
comment on table instalment is 'One part of a plan: amount and day as agreed never change; what was paid grows, but for a receipt that is taken back, and so does what fell away.';
comment on column instalment.named_fen is 'What came in on its own payment requests; the rest of paid_fen named no instalment, or was paid early.';
comment on column instalment.dropped_fen is 'What it no longer asks for: cut by a later decision, or carried on by another plan or a request for the rest.';

create table instalment_early (
  id         uuid primary key,
  plan_id    uuid not null references instalment_plan (id),
  fen        bigint not null,
  paid_fen   bigint not null default 0,
  how        text not null,
  due_on     date not null,
  state      text not null default 'open',
  asked_by   text not null default guard_text('actor'),
  asked_at   timestamptz not null,
  constraint instalment_early_is_an_amount check (fen > 0 and paid_fen between 0 and fen),
  constraint instalment_early_how_is_known check (how in ('shorten', 'lower')),
  constraint instalment_early_state_is_known check (state in ('open', 'paid', 'lapsed')),
  constraint instalment_early_is_paid_whole check (state <> 'paid' or paid_fen = fen)
);
create index instalment_early_by_plan on instalment_early (plan_id);
create unique index instalment_early_one_is_open on instalment_early (plan_id) where state = 'open';
create index instalment_early_open_by_due on instalment_early (due_on) where state = 'open';
comment on table instalment_early is 'Somebody wants to pay ahead of time: until its day it is asked for, and nothing follows where it does not come.';

create table instalment_declaration (
  id            uuid primary key,
  plan_id       uuid not null unique references instalment_plan (id),
  sums_sealed   bytea,
  declared_at   timestamptz not null,
  forgotten_on  date,
  constraint instalment_declaration_is_kept_until_forgotten check ((sums_sealed is null) = (forgotten_on is not null))
);
comment on table instalment_declaration is 'What somebody said they earn and need: three figures, sealed, forgotten once the plan is over.';

create table instalment_act (
  id        uuid primary key default uuidv7(),
  seq       bigint not null generated always as identity,
  plan_id   uuid not null references instalment_plan (id),
  kind      text not null,
  actor     text not null default guard_text('actor'),
  state     text not null references instalment_state,
  open_fen  bigint not null,
  note      text,
  at        timestamptz not null,
  constraint instalment_act_kind_is_known check (kind in ('propose', 'agree', 'decline', 'withdraw', 'lapse', 'replace', 'count', 'early',
    'early-lapsed', 'remind', 'miss', 'suspend', 'resume', 'break', 'settle')),
  constraint instalment_act_open_is_an_amount check (open_fen >= 0),
  constraint instalment_act_note_is_short check (char_length(note) between 1 and 300)
);
create index instalment_act_by_plan on instalment_act (plan_id, seq);
create index instalment_act_by_state on instalment_act (state);
comment on table instalment_act is 'History of a plan: who did what, and what was open after it. Append-only.';

create function instalment_plan_is_of_a_receivable() returns trigger language plpgsql set search_path from current as $$
begin
  select r.matter_id, r.division_code, r.debtor_name, r.debtor_key into new.matter_id, new.division_code, new.debtor_name, new.debtor_key
    from receivable r where r.id = new.receivable_id;
  if new.matter_id is null then
    raise exception 'no such receivable' using errcode = '23503', constraint = 'instalment_plan_receivable_id_fkey';
  end if;
  if new.state not in ('proposed', 'agreed') or (new.state = 'agreed') <> (new.side = 'rule') then
    raise exception 'a plan begins as a proposal' using errcode = '23514', constraint = 'instalment_plan_begins_as_a_proposal';
  end if;
  return new;
end $$;
create trigger instalment_plan_is_of_a_receivable before insert on instalment_plan
  for each row execute function instalment_plan_is_of_a_receivable();

create function instalment_plan_moves() returns trigger language plpgsql set search_path from current as $$
begin
  if new.state = old.state and new is distinct from old
     or new.state <> old.state and not exists (select from instalment_move m where m.from_state = old.state and m.to_state = new.state) then
    raise exception 'a plan does not go from % to %', old.state, new.state using errcode = '23514', constraint = 'instalment_plan_moves_as_the_table_says';
  end if;
  if old.agreed_on is not null and (new.agreed_on, new.answered_by) is distinct from (old.agreed_on, old.answered_by) then
    raise exception 'what was agreed stays' using errcode = '23514', constraint = 'instalment_plan_agreement_stays';
  end if;
  if new.answered_by is distinct from old.answered_by and new.answered_by is distinct from guard_text('actor') then
    raise exception 'who answers is who works' using errcode = '42501';
  end if;
  -- A proposal that came to nothing keeps its parts as they were put forward; what was agreed and is over leaves nothing open.
  if new.state in ('settled', 'broken', 'replaced') and exists (select from instalment i where i.plan_id = new.id and i.open_fen > 0) then
    raise exception 'a plan that is over leaves nothing open' using errcode = '23514', constraint = 'instalment_plan_over_leaves_nothing_open';
  end if;
  return new;
end $$;
create trigger instalment_plan_moves before update on instalment_plan for each row execute function instalment_plan_moves();

create function instalment_only_counts() returns trigger language plpgsql set search_path from current as $$
begin
  -- Less is paid only where a receipt was wrongly counted and is taken back: then the part is open again, and reminded of anew.
  if new.dropped_fen < old.dropped_fen or new.named_fen < old.named_fen
     or new.paid_fen >= old.paid_fen
        and ((old.reminded_on is not null and (new.reminded_on, new.grace_until) is distinct from (old.reminded_on, old.grace_until))
          or (old.missed_on is not null and new.missed_on is distinct from old.missed_on)
          or (old.paid_on is not null and new.paid_on is distinct from old.paid_on)) then
    raise exception 'what was counted stays counted' using errcode = '23514', constraint = 'instalment_only_counts';
  end if;
  if not exists (select from instalment_plan p where p.id = new.plan_id and p.state in ('proposed', 'agreed', 'suspended')) then
    raise exception 'a plan that is over changes no more' using errcode = '23514', constraint = 'instalment_of_a_plan_that_is_over';
  end if;
  return new;
end $$;
create trigger instalment_only_counts before update on instalment for each row execute function instalment_only_counts();

create function instalments_sum_to_the_plan() returns trigger language plpgsql set search_path from current as $$
declare of_plan uuid; found bigint; wanted bigint;
begin
  of_plan := case tg_table_name when 'instalment' then (to_jsonb(new) ->> 'plan_id')::uuid else (to_jsonb(new) ->> 'id')::uuid end;
  select fen into wanted from instalment_plan where id = of_plan;
  select sum(i.fen) into found from instalment i where i.plan_id = of_plan;
  if found is distinct from wanted then
    raise exception 'the parts sum to %, the plan is over %', found, wanted using errcode = '23514', constraint = 'instalments_sum_to_the_plan';
  end if;
  return null;
end $$;
comment on function instalments_sum_to_the_plan is 'At the end of a transaction the parts of a plan sum to it to the fen; so none is added later.';
create constraint trigger instalments_sum_to_the_plan after insert on instalment_plan
  deferrable initially deferred for each row execute function instalments_sum_to_the_plan();
create constraint trigger instalments_sum_to_the_plan after insert on instalment
  deferrable initially deferred for each row execute function instalments_sum_to_the_plan();

-- Whatever changes a plan in force leaves its open parts summing to what is open of its receivable, at the end of the transaction.
create function instalments_are_what_is_open() returns trigger language plpgsql set search_path from current as $$
declare of_plan uuid; plan instalment_plan; found bigint; owed bigint;
begin
  of_plan := case tg_table_name when 'instalment' then (to_jsonb(new) ->> 'plan_id')::uuid else (to_jsonb(new) ->> 'id')::uuid end;
  select * into plan from instalment_plan where id = of_plan;
  if plan.state not in ('agreed', 'suspended') then return null; end if;
  select coalesce(sum(i.open_fen), 0) into found from instalment i where i.plan_id = of_plan;
  select r.open_fen into owed from receivable r where r.id = plan.receivable_id;
  if found is distinct from owed then
    raise exception 'the parts have % open, the receivable %', found, owed using errcode = '23514', constraint = 'instalments_are_what_is_open';
  end if;
  return null;
end $$;
create constraint trigger instalments_are_what_is_open after insert or update on instalment_plan
  deferrable initially deferred for each row execute function instalments_are_what_is_open();
create constraint trigger instalments_are_what_is_open after insert or update on instalment
  deferrable initially deferred for each row execute function instalments_are_what_is_open();

do $$
declare
  name text;
  runtime text := current_schema() || '_rw';
begin
  foreach name in array array['instalment_state', 'instalment_move', 'instalment_plan', 'instalment', 'instalment_early', 'instalment_declaration', 'instalment_act'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('revoke update, delete, truncate on %I from %I', name, runtime);
    execute format('create policy %I on %I to %I using (true) with check (true)', name || '_by_owner', name, current_schema() || '_owner');
  end loop;
  execute format('revoke insert on instalment_state, instalment_move from %I', runtime);
  execute format('grant update (state, answered_by, answer_note, agreed_on, suspended_on, ended_on) on instalment_plan to %I', runtime);
  execute format('grant update (paid_fen, named_fen, dropped_fen, reminded_on, grace_until, missed_on, paid_on) on instalment to %I', runtime);
  execute format('grant update (paid_fen, state) on instalment_early to %I', runtime);
  execute format('grant update (sums_sealed, forgotten_on) on instalment_declaration to %I', runtime);
end $$;
create policy instalment_state_is_open on instalment_state for select using (true);
create policy instalment_move_is_open on instalment_move for select using (true);
create policy instalment_plan_in_division_or_own on instalment_plan using (
  (select guard_whole()) or division_code ^@ (select guard_from()) or debtor_key = (select guard_key()));
create policy instalment_plan_names_its_proposer on instalment_plan as restrictive for insert with check (proposed_by = (select guard_text('actor')));
create policy instalment_of_plan on instalment using (exists (select from instalment_plan p where p.id = plan_id));
create policy instalment_early_of_plan on instalment_early using (exists (select from instalment_plan p where p.id = plan_id))
  with check (exists (select from instalment_plan p where p.id = plan_id));
create policy instalment_early_names_its_asker on instalment_early as restrictive for insert with check (asked_by = (select guard_text('actor')));
create policy instalment_declaration_of_plan on instalment_declaration using (exists (select from instalment_plan p where p.id = plan_id));
create policy instalment_act_of_plan on instalment_act using (exists (select from instalment_plan p where p.id = plan_id))
  with check (actor = (select guard_text('actor')) and exists (select from instalment_plan p where p.id = plan_id));
insert into sealed_column values ('instalment_declaration', 'sums_sealed');

insert into parameter (name, valid, value, unit, source, status) values
  ('instalment.most-months', '[2021-08-20,)', '24', 'months', '行政强制法第四十二条：可以达成执行协议，约定分阶段履行；月数无全国规定，为本系统取值，须经法制审核', 'assumed'),
  ('instalment.least-fen', '[2021-08-20,)', '10000', 'fen', '无全国规定：每期最低额，为本系统取值，须经法制审核', 'assumed'),
  ('instalment.longest-pause-months', '[2021-08-20,)', '3', 'months', '无全国规定：首期最迟及中途暂缓月数，为本系统取值，须经法制审核', 'assumed'),
  ('instalment.hardship-pause-months', '[2021-08-20,)', '6', 'months', '无全国规定：确有困难时暂缓月数，为本系统取值，须经法制审核', 'assumed'),
  ('instalment.hardship-months', '[2021-08-20,)', '60', 'months', '无全国规定：按可负担额仍超过此月数的，提请追回机关研究减免（行政强制法第四十二条可减免加处部分，本金减免须有依据）；须经法制审核', 'assumed'),
  ('instalment.living-fen', '[2021-08-20,)', '80000', 'fen', '参照当地最低生活保障标准，各地按地区另设一行；此为本系统取值，须经法制审核', 'assumed'),
  ('instalment.affordable-percent', '[2021-08-20,)', '50', 'percent', '无全国规定：必要支出以外可用于缴纳的比例，为本系统取值，须经法制审核', 'assumed'),
  ('instalment.grace-days', '[2021-08-20,)', '10', 'days', '无全国规定：逾期提醒后的宽限日数，为本系统取值，须经法制审核', 'assumed'),
  ('instalment.break-after', '[2021-08-20,)', '2', 'count', '无全国规定：宽限期满仍未缴的期数达到此数，分期终止；须经法制审核', 'assumed'),
  ('instalment.early-days', '[2021-08-20,)', '15', 'days', '无全国规定：提前缴纳通知的有效日数，为本系统取值', 'assumed'),
  ('instalment.rest-days', '[2021-08-20,)', '15', 'days', '无全国规定：分期终止后余额的缴纳日数，为本系统取值，须经法制审核', 'assumed');

-- Recovery of what was paid and not owed (追回). A case goes by steps that stand in recovery_move; each step is an event, the
-- event's trigger guards it and writes the state. No period runs without a served date, and no amount ever rises.

create table recovery_state (
  state    text primary key,
  is_open  boolean not null
);
comment on table recovery_state is 'Where a recovery case can stand (recovery.state.ts, mirrored).';
insert into recovery_state (state, is_open) values
  ('new', true), ('proposed', true), ('detected', true), ('fact-finding', true), ('noticed', true), ('decided', true),
  ('served', true), ('repaying', true), ('reminded', true), ('court', true), ('closed', false);

create table recovery_move (
  act         text not null,
  from_state  text not null references recovery_state,
  to_state    text not null references recovery_state,
  outcome     text,
  primary key (act, from_state, to_state),
  constraint recovery_move_closes_with_an_outcome check ((to_state = 'closed' and from_state <> 'closed') = (outcome is not null)),
  constraint recovery_move_outcome_is_known check (outcome in ('repaid', 'waived', 'ceased', 'court'))
);
comment on table recovery_move is 'Every step of a recovery case there is (recovery.state.ts, mirrored); what is not listed cannot happen.';
insert into recovery_move (act, from_state, to_state, outcome) values
  ('propose', 'new', 'proposed', null), ('detect', 'new', 'detected', null), ('confirm', 'proposed', 'detected', null),
  ('begin', 'detected', 'fact-finding', null), ('establish', 'fact-finding', 'fact-finding', null),
  ('notice', 'fact-finding', 'noticed', null), ('notice-served', 'noticed', 'noticed', null),
  ('say', 'detected', 'detected', null), ('say', 'fact-finding', 'fact-finding', null), ('say', 'noticed', 'noticed', null),
  ('say', 'decided', 'decided', null), ('say', 'served', 'served', null), ('say', 'repaying', 'repaying', null),
  ('say', 'reminded', 'reminded', null), ('say', 'court', 'court', null),
  ('ask-hearing', 'noticed', 'noticed', null), ('hear', 'noticed', 'noticed', null), ('find-again', 'noticed', 'fact-finding', null),
  ('refer', 'fact-finding', 'fact-finding', null), ('refer', 'noticed', 'noticed', null), ('refer', 'decided', 'decided', null),
  ('refer', 'served', 'served', null), ('refer', 'repaying', 'repaying', null), ('refer', 'reminded', 'reminded', null),
  ('refer', 'court', 'court', null), ('decide', 'noticed', 'decided', null), ('serve', 'decided', 'served', null), ('repay', 'served', 'repaying', null),
  ('remind', 'served', 'reminded', null), ('remind', 'repaying', 'reminded', null), ('reminder-served', 'reminded', 'reminded', null),
  ('correct-service', 'noticed', 'noticed', null), ('correct-service', 'served', 'served', null),
  ('correct-service', 'repaying', 'repaying', null), ('correct-service', 'reminded', 'reminded', null),
  ('apply', 'reminded', 'court', null),
  ('reduce', 'decided', 'decided', null), ('reduce', 'served', 'served', null), ('reduce', 'repaying', 'repaying', null),
  ('reduce', 'reminded', 'reminded', null), ('reduce', 'court', 'court', null),
  ('settle', 'served', 'closed', 'repaid'), ('settle', 'repaying', 'closed', 'repaid'), ('settle', 'reminded', 'closed', 'repaid'),
  ('settle', 'court', 'closed', 'repaid'),
  ('release', 'fact-finding', 'closed', 'waived'), ('release', 'noticed', 'closed', 'waived'),
  ('waive', 'fact-finding', 'closed', 'waived'), ('waive', 'noticed', 'closed', 'waived'), ('waive', 'served', 'closed', 'waived'),
  ('waive', 'repaying', 'closed', 'waived'), ('waive', 'reminded', 'closed', 'waived'), ('waive', 'court', 'closed', 'waived'),
  ('cease', 'proposed', 'closed', 'ceased'), ('cease', 'detected', 'closed', 'ceased'), ('cease', 'fact-finding', 'closed', 'ceased'),
  ('cease', 'noticed', 'closed', 'ceased'), ('cease', 'decided', 'closed', 'ceased'), ('cease', 'served', 'closed', 'ceased'),
  ('cease', 'repaying', 'closed', 'ceased'), ('cease', 'reminded', 'closed', 'ceased'), ('cease', 'court', 'closed', 'ceased'),
  ('quash', 'decided', 'closed', 'ceased'), ('quash', 'served', 'closed', 'ceased'), ('quash', 'repaying', 'closed', 'ceased'),
  ('quash', 'reminded', 'closed', 'ceased'), ('quash', 'court', 'closed', 'ceased'),
  ('end-court', 'court', 'closed', 'court'), ('give-back', 'closed', 'closed', null),
  ('reopen', 'closed', 'repaying', null),
  ('learn', 'detected', 'detected', null), ('learn', 'fact-finding', 'fact-finding', null), ('learn', 'noticed', 'noticed', null),
  ('learn', 'decided', 'decided', null), ('learn', 'served', 'served', null), ('learn', 'repaying', 'repaying', null),
  ('learn', 'reminded', 'reminded', null), ('learn', 'court', 'court', null), ('learn', 'closed', 'closed', null);
create index recovery_move_by_from on recovery_move (from_state);
create index recovery_move_by_to on recovery_move (to_state);

create table recovery_counter (
  county_code  text collate "C" not null,
  year         smallint not null,
  last         integer not null,
  primary key (county_code, year),
  constraint recovery_counter_counts_up check (last > 0)
);
comment on table recovery_counter is 'The last number that a county gave a recovery case in a year.';

create table recovery_case (
  id                  uuid primary key,
  case_no             text not null,
  overpayment_id      text,
  source              text not null generated always as (case when overpayment_id is null then 'officer' else 'subsidy' end) stored,
  ground              text not null,
  programme           text not null,
  division_code       text collate "C" not null,
  beneficiary_id      uuid,
  payee_id            uuid,
  payee_name          text not null,
  payee_key           bytea,
  payee_mask          text,
  wrong_from          date not null,
  wrong_until         date not null,
  paid_on             date not null,
  wrong_fen           bigint not null,
  still_fen           bigint not null,
  reference           text not null,
  found_on            date not null,
  opened_on           date not null,
  opened_by           text not null default guard_text('actor'),
  opened_at           timestamptz not null,
  state               text not null default 'new' references recovery_state,
  outcome             text,
  events              integer not null default 0,
  confirmed_by        text,
  limitation_ends     date not null,
  cause               text,
  is_in_good_faith    boolean,
  gone_fen            bigint,
  finding             text,
  document_no         text,
  facts_by            text,
  notice_letter_id    uuid references letter (id),
  notice_served_on    date,
  statement_ends      date,
  hearing_asked_on    date,
  hearing_held_on     date,
  decided_fen         bigint,
  owed_fen            bigint,
  reasons             text,
  answer              text,
  decided_by          text,
  decided_on          date,
  decision_letter_id  uuid references letter (id),
  decision_served_on  date,
  pay_by              date,
  appeal_ends         date,
  court_until         date,
  receivable_id       uuid,
  reminder_letter_id  uuid references letter (id),
  reminder_served_on  date,
  reminder_ends       date,
  court_ref           text,
  waiver_rule         text,
  referred_to         text,
  closed_on           date,
  closed_why          text,
  due_on              date generated always as (case
      when state in ('proposed', 'detected', 'fact-finding', 'noticed') then limitation_ends
      when state in ('served', 'repaying') then pay_by
      when state = 'reminded' then court_until end) stored,
  constraint recovery_case_number_is_unique unique (case_no),
  constraint recovery_of_an_overpayment_is_one unique (overpayment_id),
  constraint recovery_receivable_is_one unique (receivable_id),
  constraint recovery_ground_is_known
    check (ground in ('late-death', 'late-move', 'duplicate', 'false-claim', 'changed-fact', 'office-error')),
  constraint recovery_division_has_twelve_digits check (division_code ~ '^\d{12}$'),
  constraint recovery_is_of_something check (wrong_fen > 0 and still_fen between 0 and wrong_fen),
  constraint recovery_days_are_a_period check (wrong_until > wrong_from),
  constraint recovery_payee_key_is_an_index check (length(payee_key) = 32),
  constraint recovery_outcome_is_known check (outcome in ('repaid', 'waived', 'ceased', 'court')),
  constraint recovery_closed_has_an_outcome check ((state = 'closed') = (outcome is not null)),
  constraint recovery_cause_is_known check (cause in ('authority-error', 'unreported-change', 'fraud')),
  constraint recovery_facts_are_whole
    check (num_nulls(cause, is_in_good_faith, gone_fen, finding, document_no) in (0, 5)),
  constraint recovery_fraud_knows_no_good_faith check (not (cause = 'fraud' and is_in_good_faith)),
  constraint recovery_gone_only_in_good_faith check (gone_fen = 0 or (gone_fen between 0 and wrong_fen and is_in_good_faith)),
  constraint recovery_never_more_than_was_wrong check (decided_fen between 1 and wrong_fen - gone_fen),
  constraint recovery_owes_no_more_than_was_decided check (owed_fen between 0 and decided_fen),
  constraint recovery_statement_period_runs_from_service
    check (num_nulls(notice_served_on, statement_ends) in (0, 2) and statement_ends > notice_served_on
           and (notice_served_on is null or notice_letter_id is not null)),
  constraint recovery_periods_run_from_service
    check (num_nulls(decision_served_on, pay_by, appeal_ends, court_until) in (0, 4) and pay_by > decision_served_on
           and appeal_ends > decision_served_on and court_until > appeal_ends
           and (decision_served_on is null or decision_letter_id is not null)),
  constraint recovery_reminder_period_runs_from_service
    check (num_nulls(reminder_served_on, reminder_ends) in (0, 2) and reminder_ends > reminder_served_on
           and (reminder_served_on is null or reminder_letter_id is not null)),
  constraint recovery_is_decided_by_another check (decided_by not in (facts_by, opened_by))
);
create index recovery_case_by_division on recovery_case (division_code text_pattern_ops, due_on, id);
create index recovery_case_by_payee on recovery_case (payee_key);
create index recovery_case_by_payee_id on recovery_case (payee_id);
create index recovery_case_by_state on recovery_case (state);
create index recovery_case_by_notice on recovery_case (notice_letter_id);
create index recovery_case_by_decision on recovery_case (decision_letter_id);
create index recovery_case_by_reminder on recovery_case (reminder_letter_id);
comment on table recovery_case is 'What was paid and not owed, and what becomes of it by decision. Its state is what its last event says; no other benefit hangs on it.';
comment on column recovery_case.gone_fen is 'Taken in good faith and no longer there: not to be returned (民法典 986).';
comment on column recovery_case.still_fen is 'What of it is not owed as subsidy knows now: a fact may be corrected again while the case goes on.';
comment on column recovery_case.owed_fen is 'What was decided, less what a reconsideration or a court took off; never rises.';
comment on column recovery_case.waiver_rule is 'The dated rule by which it was waived, with its source; there is none in national law.';
comment on column recovery_case.due_on is 'The next day on which something of the office’s ends or falls due.';

create table recovery_share (
  case_id  uuid not null references recovery_case,
  level    text not null,
  year     smallint not null,
  fen      bigint not null,
  primary key (case_id, level, year),
  constraint recovery_share_level_is_known check (level in ('central', 'province', 'city', 'county')),
  constraint recovery_share_is_an_amount check (fen > 0)
);
comment on table recovery_share is 'Budgets that the wrong payment came from: what comes back goes there in the same proportions.';

create table recovery_line (
  case_id        uuid not null references recovery_case,
  n              smallint not null,
  division_code  text collate "C" not null,
  payment_ref    text not null,
  paid_on        date not null,
  paid_fen       bigint not null,
  wrong_fen      bigint not null,
  is_live        boolean not null default true,
  primary key (case_id, n),
  constraint recovery_line_is_never_more_than_was_paid check (wrong_fen > 0 and wrong_fen <= paid_fen)
);
create unique index recovery_line_claims_a_payment_once on recovery_line (division_code, payment_ref) where is_live;
comment on table recovery_line is 'Payments that an officer stated as wrong, each with what was paid; a payment is claimed once while no case about it was dropped.';

create table recovery_statement (
  id           uuid primary key,
  case_id      uuid not null references recovery_case,
  words        text not null,
  is_own_hand  boolean not null,
  said_on      date not null,
  taken_by     text not null default guard_text('actor'),
  at           timestamptz not null,
  constraint recovery_statement_says_something check (length(words) between 1 and 4000)
);
create index recovery_statement_by_case on recovery_statement (case_id);
comment on table recovery_statement is 'What the person said, in their own words (陈述申辩); append-only.';

create table recovery_event (
  case_id     uuid not null references recovery_case,
  seq         integer not null,
  act         text not null,
  from_state  text not null,
  to_state    text not null,
  actor       text not null default guard_text('actor'),
  note        text,
  on_day      date not null,
  at          timestamptz not null,
  primary key (case_id, seq),
  constraint recovery_moves_as_the_table_says foreign key (act, from_state, to_state) references recovery_move
);
create index recovery_event_by_move on recovery_event (act, from_state, to_state);
comment on table recovery_event is 'The history of every recovery case; append-only. A case''s state is what its last event says.';

-- What must hold for a step, whoever asks for it: periods, four eyes, amounts. The constraint named in the error is the reason.
create function recovery_refusal(c recovery_case, act text, actor text, on_day date) returns text
language sql stable set search_path from current as $$
  select case
    when act in ('propose', 'detect') and c.wrong_fen <> (select sum(s.fen) from recovery_share s where s.case_id = c.id)
      then 'recovery_shares_sum_to_the_whole'
    when act in ('propose', 'detect') and (act = 'propose') <> (c.overpayment_id is null) then 'recovery_is_stated_or_told'
    when act = 'propose' and c.wrong_fen <> (select sum(l.wrong_fen) from recovery_line l where l.case_id = c.id)
      then 'recovery_lines_sum_to_the_whole'
    when act = 'confirm' and actor = c.opened_by then 'recovery_is_confirmed_by_another'
    when act in ('establish', 'notice', 'decide', 'release') and c.cause is null then 'recovery_needs_its_facts'
    when act in ('notice', 'decide') and on_day > c.limitation_ends then 'recovery_is_past_limitation'
    when act = 'notice' and c.notice_letter_id is null then 'recovery_is_told_by_letter'
    when act = 'notice' and c.gone_fen = c.wrong_fen then 'recovery_of_nothing_ends'
    when act = 'notice-served' and (c.notice_served_on is null or c.notice_served_on > on_day) then 'recovery_notice_is_served'
    when act = 'ask-hearing' and (c.hearing_asked_on is not null or on_day > c.statement_ends) then 'recovery_hearing_is_asked_in_time'
    when act = 'hear' and (c.hearing_asked_on is null or c.hearing_held_on is not null) then 'recovery_hearing_was_asked_for'
    when act = 'hear' and actor = c.facts_by then 'recovery_hearing_is_held_by_another'
    when act = 'refer' and (c.cause is distinct from 'fraud' or c.referred_to is null) then 'recovery_refers_fraud_only'
    when act = 'decide' and (c.notice_served_on is null or c.statement_ends is null) then 'recovery_notice_is_served'
    when act = 'decide' and on_day <= c.statement_ends then 'recovery_hears_before_it_decides'
    when act = 'decide' and c.hearing_asked_on is not null and c.hearing_held_on is null then 'recovery_hears_before_it_decides'
    when act = 'decide' and (c.decided_fen is null or c.decided_fen <> least(c.wrong_fen - c.gone_fen, c.still_fen) or c.decision_letter_id is null)
      then 'recovery_decides_what_follows'
    when act in ('decide', 'release', 'waive', 'cease') and (actor = c.facts_by or (act <> 'cease' and actor = c.opened_by))
      then 'recovery_is_decided_by_another'
    when act = 'release' and not (c.is_in_good_faith and c.gone_fen = c.wrong_fen) then 'recovery_releases_good_faith_only'
    when act = 'waive' and c.waiver_rule is null then 'recovery_waives_by_rule_only'
    when act in ('cease', 'quash', 'waive', 'release', 'end-court') and c.closed_why is null then 'recovery_ends_for_a_reason'
    when act in ('remind', 'apply') and c.still_fen < c.owed_fen then 'recovery_asks_for_no_more_than_is_known'
    when act = 'serve' and (c.decision_served_on is null or c.decision_served_on > on_day or c.receivable_id is null)
      then 'recovery_collects_only_what_was_served'
    when act = 'remind' and (c.decision_served_on is null or on_day <= c.pay_by or c.reminder_letter_id is null)
      then 'recovery_reminds_after_the_period'
    when act = 'reminder-served' and (c.reminder_served_on is null or c.reminder_served_on > on_day) then 'recovery_reminder_is_served'
    when act = 'apply' and (c.reminder_ends is null or on_day <= c.reminder_ends or c.appeal_ends is null or on_day <= c.appeal_ends
                            or on_day > c.court_until or c.court_ref is null)
      then 'recovery_goes_to_court_in_its_time'
    when act = 'reopen' and (c.outcome <> 'repaid' or not exists (
        select from receivable r where r.id = c.receivable_id and r.open_fen > 0)) then 'recovery_reopens_what_was_not_repaid'
  end $$;
comment on function recovery_refusal is 'Why a step of a recovery case may not be taken now; null where it may.';

create function recovery_event_applies() returns trigger language plpgsql security definer set search_path from current as $$
declare c recovery_case; refusal text; ends text;
begin
  select * into c from recovery_case where id = new.case_id for update;
  if c.state is distinct from new.from_state or c.events is distinct from new.seq - 1 then
    raise exception 'a recovery case was moved by someone else meanwhile' using errcode = '40001', constraint = 'recovery_event_applies';
  end if;
  refusal := recovery_refusal(c, new.act, new.actor, new.on_day);
  if refusal is not null then
    raise exception 'this step of a recovery case may not be taken: %', refusal using errcode = '23514', constraint = refusal;
  end if;
  select m.outcome into ends from recovery_move m where (m.act, m.from_state, m.to_state) = (new.act, new.from_state, new.to_state);
  update recovery_case set
    state = new.to_state, events = new.seq, outcome = case new.act when 'reopen' then null else coalesce(ends, outcome) end,
    confirmed_by = case new.act when 'confirm' then new.actor else confirmed_by end,
    facts_by = case new.act when 'establish' then new.actor else facts_by end,
    hearing_asked_on = case new.act when 'ask-hearing' then new.on_day when 'find-again' then null else hearing_asked_on end,
    hearing_held_on = case new.act when 'hear' then new.on_day when 'find-again' then null else hearing_held_on end,
    notice_letter_id = case new.act when 'find-again' then null else notice_letter_id end,
    notice_served_on = case new.act when 'find-again' then null else notice_served_on end,
    statement_ends = case new.act when 'find-again' then null else statement_ends end,
    decided_by = case new.act when 'decide' then new.actor else decided_by end,
    decided_on = case new.act when 'decide' then new.on_day else decided_on end,
    owed_fen = case new.act when 'decide' then decided_fen when 'quash' then 0 else owed_fen end,
    closed_on = case when ends is not null then new.on_day when new.act = 'reopen' then null else closed_on end,
    -- Whoever is asked anew is reminded anew before any court.
    reminder_letter_id = case new.act when 'reopen' then null else reminder_letter_id end,
    reminder_served_on = case new.act when 'reopen' then null else reminder_served_on end,
    reminder_ends = case new.act when 'reopen' then null else reminder_ends end,
    court_ref = case new.act when 'reopen' then null else court_ref end
  where id = new.case_id;
  if ends = 'ceased' then update recovery_line set is_live = false where case_id = new.case_id; end if;
  return null;
end $$;
create trigger recovery_event_applies after insert on recovery_event for each row execute function recovery_event_applies();

-- What is written between the steps: nothing of what was decided or served is written twice, and no amount rises.
create function recovery_case_keeps() returns trigger language plpgsql as $$
begin
  -- Generated columns are not there yet in a row that is about to be written.
  if old.state = 'closed' and new.state = 'closed' and (to_jsonb(new) - array['events', 'owed_fen', 'still_fen', 'source', 'due_on'])
     is distinct from (to_jsonb(old) - array['events', 'owed_fen', 'still_fen', 'source', 'due_on']) then
    raise exception 'a closed case stays as it is' using errcode = '23514', constraint = 'recovery_closed_stays_closed';
  end if;
  if new.owed_fen > old.owed_fen or (old.decided_fen is not null and new.decided_fen is distinct from old.decided_fen)
     or (old.owed_fen is not null and new.owed_fen is null) then
    raise exception 'what is owed never rises' using errcode = '23514', constraint = 'recovery_amount_never_rises';
  end if;
  if old.state <> 'fact-finding' and new.state <> 'fact-finding'
     and (new.cause, new.is_in_good_faith, new.gone_fen, new.finding, new.document_no, new.notice_letter_id)
         is distinct from (old.cause, old.is_in_good_faith, old.gone_fen, old.finding, old.document_no, old.notice_letter_id) then
    raise exception 'facts are found before the notice' using errcode = '23514', constraint = 'recovery_facts_stand_once_noticed';
  end if;
  if old.receivable_id is not null and new.receivable_id is distinct from old.receivable_id then
    raise exception 'a case has one receivable' using errcode = '23514', constraint = 'recovery_receivable_is_one';
  end if;
  return new;
end $$;
create trigger recovery_case_keeps before update on recovery_case for each row execute function recovery_case_keeps();

alter table recovery_state enable row level security, force row level security;
alter table recovery_move enable row level security, force row level security;
alter table recovery_counter enable row level security, force row level security;
alter table recovery_case enable row level security, force row level security;
alter table recovery_share enable row level security, force row level security;
alter table recovery_line enable row level security, force row level security;
alter table recovery_statement enable row level security, force row level security;
alter table recovery_event enable row level security, force row level security;

create policy recovery_state_is_public on recovery_state for select using (true);
create policy recovery_move_is_public on recovery_move for select using (true);
create policy recovery_counter_in_any_context on recovery_counter using ((select guard_open()));
create policy recovery_case_in_division on recovery_case
  using ((select guard_whole()) or division_code ^@ (select guard_from()) or payee_key = (select guard_key())
         or payee_id = any ((select guard_family())::uuid[]))
  with check ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy recovery_case_names_its_opener on recovery_case as restrictive for insert with check (opened_by = (select guard_text('actor')));
create policy recovery_share_of_a_case on recovery_share using (exists (select from recovery_case c where c.id = case_id));
create policy recovery_line_of_a_case on recovery_line using (exists (select from recovery_case c where c.id = case_id));
create policy recovery_statement_of_a_case on recovery_statement using (exists (select from recovery_case c where c.id = case_id));
create policy recovery_statement_names_its_taker on recovery_statement as restrictive for insert with check (taken_by = (select guard_text('actor')));
create policy recovery_event_of_a_case on recovery_event using (exists (select from recovery_case c where c.id = case_id));
create policy recovery_event_names_its_actor on recovery_event as restrictive for insert with check (actor = (select guard_text('actor')));
-- The person themselves says and asks; every other step is an officer's or the system's.
create policy recovery_event_of_the_person on recovery_event as restrictive for insert
  with check ((select guard_whole()) or (select guard_from()) is not null or act in ('say', 'ask-hearing'));
do $$
declare name text;
begin
  foreach name in array array['recovery_state', 'recovery_move', 'recovery_counter', 'recovery_case', 'recovery_share', 'recovery_line', 'recovery_statement', 'recovery_event'] loop
    execute format('create policy %I on %I to fees_owner using (true) with check (true)', name || '_by_owner', name);
    execute format('revoke delete, truncate on %I from fees_rw', name);
  end loop;
  foreach name in array array['recovery_state', 'recovery_move', 'recovery_case', 'recovery_share', 'recovery_line', 'recovery_statement', 'recovery_event'] loop
    execute format('revoke update on %I from fees_rw', name);
  end loop;
end $$;
revoke insert on recovery_state, recovery_move from fees_rw;
revoke insert on recovery_case from fees_rw;
grant insert (id, case_no, overpayment_id, ground, programme, division_code, beneficiary_id, payee_id, payee_name, payee_key, payee_mask,
              wrong_from, wrong_until, paid_on, wrong_fen, still_fen, reference, found_on, opened_on, opened_at, limitation_ends) on recovery_case to fees_rw;
-- The state, the outcome and whose step it was are written by the trigger of recovery_event only.
grant update (still_fen, limitation_ends, cause, is_in_good_faith, gone_fen, finding, document_no, notice_letter_id, notice_served_on, statement_ends,
              decided_fen, owed_fen, reasons, answer, decision_letter_id, decision_served_on, pay_by,
              appeal_ends, court_until, receivable_id, reminder_letter_id, reminder_served_on, reminder_ends, court_ref, waiver_rule,
              referred_to, closed_why) on recovery_case to fees_rw;

insert into parameter (name, valid, value, unit, source, status) values
  ('recovery.statement-working-days', '[2021-08-20,)', '5', 'working_days',
   '无全国性规定，参照行政处罚法第六十四条（五日内提出听证）；法律意见待定 legal flag', 'assumed'),
  ('recovery.pay-days', '[2021-08-20,)', '30', 'days', '无全国性规定，由各地决定书载明；法律意见待定 legal flag', 'assumed'),
  ('recovery.court-months', '[2021-08-20,)', '3', 'months', '行政强制法第五十三条', 'confirmed'),
  ('recovery.limitation-years', '[2021-08-20,)', '3', 'years',
   '民法典第一百八十八条；行政机关追回款项是否适用尚无明文；法律意见待定 legal flag', 'assumed'),
  ('recovery.limitation-absolute-years', '[2021-08-20,)', '20', 'years',
   '民法典第一百八十八条第二款；行政机关追回款项是否适用尚无明文；法律意见待定 legal flag', 'assumed');

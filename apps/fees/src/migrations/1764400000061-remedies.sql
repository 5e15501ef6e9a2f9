-- Remedies against a decision that something is owed: reconsideration (行政复议) and suits (行政诉讼). A remedy stops nothing by
-- itself; what stops it is a decision to suspend, which is a row.

create table contestable_decision (
  id                uuid primary key,
  matter_id         uuid not null,
  letter_id         uuid not null references letter (id),
  division_code     text collate "C" not null,
  debtor_name       text not null,
  debtor_key        bytea,
  fen               bigint not null,
  told_of_rights    boolean not null,
  learned_on        date,
  made_on           date not null,
  made_by           text not null default guard_text('actor'),
  recorded_at       timestamptz not null,
  constraint contestable_decision_is_one_letter unique (letter_id),
  constraint contestable_decision_is_about_money check (fen > 0),
  constraint contestable_decision_learned_only_what_was_not_told check (learned_on is null or not told_of_rights)
);
create index contestable_decision_by_matter on contestable_decision (matter_id);
create index contestable_decision_by_division on contestable_decision (division_code);
create index contestable_decision_by_debtor on contestable_decision (debtor_key) where debtor_key is not null;
comment on table contestable_decision is 'A decision against which remedies are open; the last of a matter counts. Its periods run from the day its letter was served.';
comment on column contestable_decision.learned_on is 'When somebody who had not been told of the rights, the authority and the period learned of them.';

create table remedy_move (
  from_state  text not null,
  to_state    text not null,
  primary key (from_state, to_state)
);
comment on table remedy_move is 'Every move of a remedy there is (remedy.state.ts, mirrored); what is not listed cannot happen.';
insert into remedy_move (from_state, to_state) values
  ('new', 'filed'),
  ('filed', 'supplement'), ('filed', 'accepted'), ('filed', 'refused'), ('filed', 'decided'),
  ('supplement', 'filed'), ('supplement', 'refused'), ('supplement', 'decided'),
  ('accepted', 'accepted'), ('accepted', 'proposed'), ('accepted', 'decided'),
  ('proposed', 'accepted'), ('proposed', 'decided');

create table remedy (
  id                  uuid primary key,
  decision_id         uuid not null references contestable_decision (id),
  matter_id           uuid not null,
  division_code       text collate "C" not null,
  debtor_key          bytea,
  kind                text not null,
  channel             text not null,
  body                text not null,
  reference           text,
  grounds_sealed      bytea,
  filed_on            date not null,
  filed_by            text not null default guard_text('actor'),
  filed_at            timestamptz not null,
  last_day            date,
  is_late             boolean not null,
  late_reason         text,
  state               text not null,
  events              integer not null default 1,
  check_due_on        date,
  supplement_due_on   date,
  accepted_on         date,
  decide_due_on       date,
  is_extended         boolean not null default false,
  outcome             text,
  new_fen             bigint,
  reasons             text,
  proposed_by         text,
  decided_by          text,
  decided_on          date,
  decision_letter_id  uuid references letter (id),
  constraint remedy_kind_is_known check (kind in ('reconsideration', 'suit')),
  constraint remedy_channel_is_known check (channel in ('online', 'paper', 'mail', 'court')),
  constraint remedy_suit_is_told_by_the_court check ((kind = 'suit') = (channel = 'court') and (kind = 'suit') <= (reference is not null)),
  constraint remedy_late_has_a_reason check (not is_late or char_length(late_reason) between 4 and 400),
  constraint remedy_state_is_known check (state in ('filed', 'supplement', 'accepted', 'refused', 'proposed', 'decided')),
  constraint remedy_outcome_is_known check (outcome in ('upheld', 'upheld-in-part', 'quashed', 'dismissed', 'withdrawn')),
  constraint remedy_is_decided_whole check ((state = 'decided') = (num_nulls(decided_on, decided_by) = 0) and (state = 'decided') <= (outcome is not null)),
  constraint remedy_in_part_has_a_new_amount check ((coalesce(outcome, '') = 'upheld-in-part') = (new_fen is not null) and new_fen > 0),
  constraint remedy_outcome_has_its_reasons check (outcome is null or char_length(reasons) between 4 and 1000),
  constraint remedy_changing_an_amount_needs_two check (state <> 'decided' or outcome not in ('upheld-in-part', 'quashed')
    or (proposed_by is not null and proposed_by <> decided_by)),
  constraint remedy_proposal_names_its_author check (state <> 'proposed' or (num_nulls(proposed_by, outcome) = 0))
);
create unique index remedy_open_one_of_a_kind on remedy (decision_id, kind) where state not in ('refused', 'decided');
create index remedy_by_decision on remedy (decision_id);
create index remedy_by_matter on remedy (matter_id);
create index remedy_by_division on remedy (division_code, id);
create index remedy_by_debtor on remedy (debtor_key) where debtor_key is not null;
create index remedy_by_letter on remedy (decision_letter_id) where decision_letter_id is not null;
comment on table remedy is 'An application for reconsideration or a suit against a decision. Whoever made the decision decides no remedy against it.';
comment on column remedy.grounds_sealed is 'What the applicant says: AES-256-GCM, bound to this table, column and row id.';
comment on column remedy.last_day is 'The last day of the period as it stood when it was filed; null where none ran or its calendar was not published.';
comment on column remedy.body is 'Which authority or court decides.';

create table remedy_event (
  remedy_id   uuid not null references remedy (id),
  seq         integer not null check (seq > 0),
  kind        text not null,
  from_state  text not null,
  to_state    text not null,
  note        text,
  actor       text not null default guard_text('actor'),
  at          timestamptz not null,
  primary key (remedy_id, seq),
  constraint remedy_moves_as_the_table_says foreign key (from_state, to_state) references remedy_move,
  constraint remedy_event_kind_is_known check (kind in ('file', 'ask', 'supplement', 'accept', 'accept-late', 'accept-by-silence', 'refuse',
    'extend', 'propose', 'send-back', 'decide', 'withdraw')),
  constraint remedy_is_decided_by_a_person check (kind not in ('refuse', 'accept-late', 'propose', 'decide') or actor !~ '^system'),
  constraint remedy_note_is_short check (char_length(note) <= 1000)
);
create index remedy_event_by_move on remedy_event (from_state, to_state);
comment on table remedy_event is 'Journal of a remedy, append-only.';

create table remedy_suspension (
  remedy_id   uuid not null references remedy (id),
  seq         integer not null check (seq > 0),
  kind        text not null,
  basis       text not null,
  body        text not null,
  reason      text not null,
  decided_on  date not null,
  recorded_by text not null default guard_text('actor'),
  recorded_at timestamptz not null,
  primary key (remedy_id, seq),
  constraint remedy_suspension_kind_is_known check (kind in ('suspended', 'resumed')),
  constraint remedy_suspension_alternates check ((kind = 'suspended') = (seq % 2 = 1)),
  constraint remedy_suspension_basis_is_known check (basis in ('unit', 'authority', 'applicant', 'law')),
  constraint remedy_suspension_has_a_reason check (char_length(reason) between 4 and 400)
);
comment on table remedy_suspension is 'A decision to suspend what is contested, or to go on with it, append-only (行政复议法 art 42, 行政诉讼法 art 56).';

create function remedy_keeps_the_rules() returns trigger language plpgsql set search_path from current as $$
declare was bigint; maker text;
begin
  if tg_op = 'UPDATE' and new.state <> old.state and not exists (select from remedy_move where from_state = old.state and to_state = new.state) then
    raise exception 'no such move: % to %', old.state, new.state using errcode = '23514', constraint = 'remedy_moves_as_the_table_says';
  end if;
  if tg_op = 'UPDATE' and old.state in ('refused', 'decided') and to_jsonb(new) - 'grounds_sealed' <> to_jsonb(old) - 'grounds_sealed' then
    raise exception 'what is over stays as it is' using errcode = '23514', constraint = 'remedy_that_is_over_stays';
  end if;
  -- Applicants complete and withdraw; everything else is an office's.
  if tg_op = 'UPDATE' and current_user <> 'fees_owner' and not guard_whole() and guard_from() is null
     and not ((old.state = 'supplement' and new.state = 'filed') or (new.state = 'decided' and new.outcome = 'withdrawn')) then
    raise exception 'applicants complete and withdraw' using errcode = '42501';
  end if;
  select d.fen, d.made_by into was, maker from contestable_decision d where d.id = new.decision_id;
  if new.new_fen >= was then
    raise exception 'a remedy makes nothing larger' using errcode = '23514', constraint = 'remedy_lowers_an_amount_only';
  end if;
  if (new.decided_by = maker or new.proposed_by = maker) and coalesce(new.outcome, '') <> 'withdrawn' then
    raise exception 'nobody judges their own decision' using errcode = '23514', constraint = 'remedy_is_decided_by_another';
  end if;
  return new;
end $$;
create trigger remedy_keeps_the_rules before insert or update on remedy for each row execute function remedy_keeps_the_rules();

do $$
declare name text;
begin
  foreach name in array array['contestable_decision', 'remedy_move', 'remedy', 'remedy_event', 'remedy_suspension'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('revoke update, delete, truncate on %I from fees_rw', name);
    execute format('create policy %I on %I to fees_owner using (true) with check (true)', name || '_by_owner', name);
  end loop;
end $$;
revoke insert on remedy_move from fees_rw;
grant update (learned_on) on contestable_decision to fees_rw;
grant update (state, events, check_due_on, supplement_due_on, accepted_on, decide_due_on, is_extended, outcome, new_fen, reasons,
  proposed_by, decided_by, decided_on, decision_letter_id) on remedy to fees_rw;

create policy contestable_decision_in_division on contestable_decision
  using ((select guard_whole()) or division_code ^@ (select guard_from()) or debtor_key = (select guard_key()))
  with check ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy contestable_decision_names_its_maker on contestable_decision as restrictive for insert
  with check (made_by = (select guard_text('actor')));
create policy remedy_move_is_public on remedy_move for select using (true);
create policy remedy_in_division on remedy
  using ((select guard_whole()) or division_code ^@ (select guard_from()) or debtor_key = (select guard_key()))
  with check (exists (select from contestable_decision d where d.id = decision_id and d.matter_id = remedy.matter_id
    and d.division_code = remedy.division_code and d.debtor_key is not distinct from remedy.debtor_key));
create policy remedy_event_of_remedy on remedy_event
  using (exists (select from remedy r where r.id = remedy_id))
  with check (actor = (select guard_text('actor')) and exists (select from remedy r where r.id = remedy_id)
    and ((select guard_whole()) or (select guard_from()) is not null or kind in ('file', 'supplement', 'withdraw')));
create policy remedy_suspension_of_remedy on remedy_suspension
  using (exists (select from remedy r where r.id = remedy_id))
  with check (recorded_by = (select guard_text('actor')) and exists (select from remedy r where r.id = remedy_id)
    and ((select guard_whole()) or (select guard_from()) is not null));

insert into sealed_column values ('remedy', 'grounds_sealed');

insert into parameter (name, valid, value, unit, source, status) values
  ('remedy.reconsideration-days', '[2021-08-20,)', '60', 'days', '行政复议法（2023年修订）第二十条：自知道或者应当知道该行政行为之日起六十日', 'confirmed'),
  ('remedy.untold-years', '[2021-08-20,)', '1', 'years', '行政复议法（2023年修订）第二十条第三款；行政诉讼法司法解释第六十四条：未告知权利的，自知道内容之日起最长一年', 'confirmed'),
  ('remedy.cap-years', '[2021-08-20,)', '5', 'years', '行政复议法（2023年修订）第二十一条、行政诉讼法第四十六条第二款：自行为作出之日起五年', 'confirmed'),
  ('remedy.suit-months', '[2021-08-20,)', '6', 'months', '行政诉讼法第四十六条：自知道或者应当知道作出行政行为之日起六个月', 'confirmed'),
  ('remedy.suit-after-days', '[2021-08-20,)', '15', 'days', '行政诉讼法第四十五条：收到复议决定书之日起十五日', 'confirmed'),
  ('remedy.check-days', '[2021-08-20,)', '5', 'working_days', '行政复议法（2023年修订）第三十条、第八十八条：五个工作日内审查，逾期视为受理', 'confirmed'),
  ('remedy.supplement-days', '[2021-08-20,)', '10', 'working_days', '行政复议法（2023年修订）第三十一条、第八十八条：十个工作日内补正', 'confirmed'),
  ('remedy.decide-days', '[2021-08-20,)', '60', 'days', '行政复议法（2023年修订）第六十二条：自受理之日起六十日', 'confirmed'),
  ('remedy.extend-days', '[2021-08-20,)', '30', 'days', '行政复议法（2023年修订）第六十二条：最多延长三十日', 'confirmed'),
  ('remedy.suspends-by-law', '[2021-08-20,)', 'no', 'text', '行政复议法（2023年修订）第四十二条、行政诉讼法第五十六条：期间不停止执行，法律、法规、规章另有规定的除外', 'confirmed'),
  ('remedy.reconsideration-body', '[2021-08-20,)', '本级人民政府行政复议机构', 'text', '行政复议法（2023年修订）第二十四条：县级以上人民政府管辖；各地以全称按地区另设一行', 'assumed');

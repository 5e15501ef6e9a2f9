-- What places ask of each other about somebody who moved (人口与计划生育法 art 14): the request, its two places, what became
-- of it, and the messages it travels by. Every table is under FORCEd row-level security.

create table coordination_state (state text primary key);
comment on table coordination_state is 'Every state of a request (coordination.state.ts, mirrored).';
insert into coordination_state values ('asked'), ('returned'), ('answered'), ('silent'), ('late'), ('withdrawn');

create table coordination_move (
  from_state  text not null references coordination_state,
  to_state    text not null references coordination_state,
  primary key (from_state, to_state)
);
create index coordination_move_by_end on coordination_move (to_state);
comment on table coordination_move is 'Every move of a request there is (coordination.state.ts, mirrored); what is not listed cannot happen.';
insert into coordination_move values
  ('asked', 'returned'), ('asked', 'answered'), ('asked', 'silent'), ('asked', 'withdrawn'),
  ('returned', 'asked'), ('returned', 'answered'), ('returned', 'silent'), ('returned', 'withdrawn'),
  ('silent', 'late');

create table coordination_hand_over_move (
  from_state  text not null,
  to_state    text not null,
  primary key (from_state, to_state)
);
comment on table coordination_hand_over_move is 'Every move of a hand-over there is (coordination.state.ts, mirrored).';
insert into coordination_hand_over_move values
  ('none', 'offered'), ('offered', 'accepted'), ('offered', 'declined'), ('accepted', 'offered'), ('declined', 'offered');

create table coordination_request (
  id                    uuid primary key,
  way                   text not null,
  -- The app of ours whose matter it is, and its own row.
  app                   text,
  matter                text,
  -- The installation of the other place.
  peer                  text,
  kind                  text not null,
  purpose               text not null,
  legal_basis           text not null,
  from_division         text collate "C" not null,
  to_division           text collate "C" not null,
  person_id             uuid,
  subject_key           bytea,
  subject_mask          text,
  fields                text[] not null,
  offered_sealed        bytea,
  values_sealed         bytea,
  answered_fields       text[] not null default '{}',
  state                 text not null default 'asked' references coordination_state,
  outcome               text not null default 'waiting',
  hand_over             text not null default 'none',
  responsible_division  text collate "C" not null,
  asked_on              date not null,
  due_on                date not null,
  remind_on             date not null,
  answered_on           date,
  escalate_on           date,
  escalated_to          text collate "C",
  -- Messages told to the peer, and heard of it in their order.
  sent                  integer not null default 0,
  heard                 integer not null default 0,
  forget_on             date,
  forgotten_at          timestamptz,
  constraint coordination_request_way_is_known check (way in ('inside', 'outgoing', 'incoming')),
  constraint coordination_request_is_of_an_app_or_a_peer check ((way = 'incoming') = (app is null) and (way = 'inside') = (peer is null)),
  constraint coordination_request_app_is_known check (app in ('registration', 'subsidy')),
  constraint coordination_request_has_its_matter check (app is null or matter is not null or forgotten_at is not null),
  constraint coordination_request_of_a_matter_is_one unique (app, matter),
  constraint coordination_request_kind_is_known check (kind in ('verify-fact', 'transfer-case', 'settle-payment', 'confirm-registration')),
  constraint coordination_request_says_what_for check (char_length(purpose) between 4 and 400),
  constraint coordination_request_says_on_what_article check (char_length(legal_basis) between 4 and 400),
  constraint coordination_request_names_its_fields check (cardinality(fields) between 1 and 20 and array_position(fields, null) is null),
  constraint coordination_request_answers_only_what_was_asked check (answered_fields <@ fields),
  constraint coordination_request_is_between_two_places check (from_division <> to_division and from_division ~ '^\d{12}$' and to_division ~ '^\d{12}$'),
  constraint coordination_request_is_always_somebodys check (responsible_division in (from_division, to_division)),
  constraint coordination_request_outcome_fits_its_state check (case
    when state in ('asked', 'returned', 'withdrawn') then outcome = 'waiting'
    when state = 'silent' then outcome = 'no-reply'
    else outcome in ('confirmed', 'mismatch', 'not-found') end),
  constraint coordination_request_answer_has_its_day check ((answered_on is not null) = (state in ('answered', 'late'))),
  constraint coordination_request_subject_key_has_32_bytes check (length(subject_key) = 32),
  constraint coordination_request_keeps_what_it_needs check ((offered_sealed is null) = (forgotten_at is not null)),
  constraint coordination_request_forgotten_names_nobody check
    (forgotten_at is null or coalesce(person_id::text, subject_key::text, subject_mask, matter, values_sealed::text) is null)
);
comment on table coordination_request is 'What one place asks of another about somebody: for what, on which article, which fields, by when, and who answers for the case meanwhile, which is never nobody.';
comment on column coordination_request.way is 'inside: both places are in this installation; outgoing and incoming: the other one is a peer''s.';
comment on column coordination_request.subject_key is 'Blind index of the number, so that people see what was asked about them.';
comment on column coordination_request.escalate_on is 'When the next level up is told that there is no answer; null where nothing is left to tell.';
comment on column coordination_request.forget_on is 'The day after which whom it is about, what was told and what was answered is deleted.';
create index coordination_request_by_asker on coordination_request (from_division, due_on, id);
create index coordination_request_by_asked on coordination_request (to_division, due_on, id);
create index coordination_request_by_person on coordination_request (person_id) where person_id is not null;
create index coordination_request_by_key on coordination_request (subject_key) where subject_key is not null;
create index coordination_request_open on coordination_request (due_on) where state in ('asked', 'returned');
create index coordination_request_to_remind on coordination_request (remind_on) where state in ('asked', 'returned', 'silent');
create index coordination_request_to_escalate on coordination_request (escalate_on) where escalate_on is not null;
create index coordination_request_to_forget on coordination_request (forget_on) where forgotten_at is null;
create index coordination_request_by_state on coordination_request (state);

create function coordination_moves_as_the_tables_say() returns trigger language plpgsql set search_path from current as $$
begin
  if new.state <> old.state and not exists (select from coordination_move m where m.from_state = old.state and m.to_state = new.state) then
    raise exception 'a request does not go from % to %', old.state, new.state using errcode = '23514', constraint = 'coordination_request_moves_as_the_table_says';
  end if;
  if new.hand_over <> old.hand_over
     and not exists (select from coordination_hand_over_move m where m.from_state = old.hand_over and m.to_state = new.hand_over) then
    raise exception 'a hand-over does not go from % to %', old.hand_over, new.hand_over using errcode = '23514', constraint = 'coordination_request_hands_over_as_the_table_says';
  end if;
  if new.responsible_division <> old.responsible_division and new.hand_over <> 'accepted' then
    raise exception 'who answers for a case changes by acceptance only' using errcode = '23514', constraint = 'coordination_request_changes_hands_by_acceptance';
  end if;
  return new;
end $$;
create trigger coordination_moves_as_the_tables_say before update of state, hand_over, responsible_division on coordination_request
  for each row execute function coordination_moves_as_the_tables_say();

create table coordination_act (
  id                    uuid primary key,
  seq                   bigint not null generated always as identity,
  request_id            uuid not null references coordination_request,
  kind                  text not null,
  place                 text,
  actor                 text not null default guard_text('actor'),
  state                 text not null references coordination_state,
  responsible_division  text not null,
  note_sealed           bytea,
  at                    timestamptz not null,
  constraint coordination_act_kind_is_known check
    (kind in ('ask', 'answer', 'return', 'ask-again', 'withdraw', 'hand-over', 'accept', 'decline', 'silence', 'unheard')),
  constraint coordination_act_place_is_known check (place in ('asker', 'asked'))
);
comment on table coordination_act is 'The history of every request: which of its places did what, in whose name, and who answered for the case from then on. Append-only.';
comment on column coordination_act.kind is 'unheard: a message of the other place that did not fit how the request stood here.';
create index coordination_act_by_request on coordination_act (request_id, seq);
create index coordination_act_by_state on coordination_act (state);

create table coordination_reminder (
  id           uuid primary key default uuidv7(),
  request_id   uuid not null references coordination_request,
  kind         text not null check (kind in ('before', 'after', 'escalated')),
  to_division  text collate "C" not null check (to_division ~ '^\d{12}$'),
  on_day       date not null,
  constraint coordination_reminder_is_given_once unique (request_id, kind, to_division)
);
comment on table coordination_reminder is 'Who was reminded that an answer is due or missing: the place itself, then the next level up. Append-only.';

create table coordination_message (
  id           uuid primary key,
  request_id   uuid not null references coordination_request,
  seq          integer not null check (seq > 0),
  body_sealed  bytea,
  made_at      timestamptz not null,
  constraint coordination_message_has_one_place_in_the_order unique (request_id, seq)
);
comment on table coordination_message is 'What is told to another installation about a request, numbered, sealed; the exchange sends it until it is acknowledged.';

create table coordination_arrival (
  id           uuid primary key,
  peer         text not null,
  request_id   uuid not null,
  seq          integer not null check (seq > 0),
  body_sealed  bytea,
  arrived_at   timestamptz not null,
  settled      text not null default 'kept',
  constraint coordination_arrival_is_taken_once unique (peer, request_id, seq),
  constraint coordination_arrival_settled_is_known check (settled in ('kept', 'understood', 'unheard')),
  constraint coordination_arrival_is_kept_until_understood check ((settled = 'kept') = (body_sealed is not null))
);
comment on table coordination_arrival is 'What other installations told, once each; kept sealed only until everything before it has come. The question itself may come after its sequel.';
create index coordination_arrival_kept on coordination_arrival (arrived_at) where settled = 'kept';

do $$
declare
  name text;
  runtime text := current_schema() || '_rw';
begin
  foreach name in array array['coordination_state', 'coordination_move', 'coordination_hand_over_move', 'coordination_request',
    'coordination_act', 'coordination_reminder', 'coordination_message', 'coordination_arrival'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('revoke update, delete, truncate on %I from %I', name, runtime);
  end loop;
  foreach name in array array['coordination_state', 'coordination_move', 'coordination_hand_over_move'] loop
    execute format('revoke insert on %I from %I', name, runtime);
    execute format('create policy %I on %I for select using (true)', name || '_is_public', name);
  end loop;
  execute format('grant update (person_id, subject_key, subject_mask, values_sealed, answered_fields, state, outcome, hand_over,
    responsible_division, due_on, remind_on, answered_on, escalate_on, escalated_to, sent, heard, forget_on) on coordination_request to %I', runtime);
  execute format('grant update (settled, body_sealed) on coordination_arrival to %I', runtime);
end $$;

-- Both places see a request, and whoever it is about, by person or by their own number.
create policy coordination_request_of_its_places_and_person on coordination_request using (
  (select guard_whole()) or from_division ^@ (select guard_from()) or to_division ^@ (select guard_from())
  or person_id = any ((select guard_family())::uuid[]) or subject_key = (select guard_key()));
create policy coordination_act_of_request on coordination_act
  using ((select guard_whole()) or exists (select from coordination_request r where r.id = request_id));
create policy coordination_act_in_ones_own_name on coordination_act as restrictive for insert
  with check (actor = (select guard_text('actor')));
create policy coordination_reminder_of_request on coordination_reminder
  using ((select guard_whole()) or exists (select from coordination_request r where r.id = request_id));
create policy coordination_message_of_request on coordination_message
  using ((select guard_whole()) or exists (select from coordination_request r where r.id = request_id));
-- Nobody but the system reads what has come and is not understood yet.
create policy coordination_arrival_is_the_systems on coordination_arrival using ((select guard_whole()));

create function forget_coordination(ids uuid[], at timestamptz) returns integer
language plpgsql security definer set search_path from current as $$
declare forgotten integer;
begin
  if not guard_whole() then
    raise exception 'requests are forgotten centrally' using errcode = '42501';
  end if;
  update coordination_act a set note_sealed = null from coordination_request r
   where a.request_id = any (ids) and r.id = a.request_id and r.forgotten_at is null;
  update coordination_message m set body_sealed = null from coordination_request r
   where m.request_id = any (ids) and r.id = m.request_id and r.forgotten_at is null;
  update coordination_arrival set body_sealed = null, settled = 'unheard' where request_id = any (ids) and settled = 'kept';
  update coordination_request
     set person_id = null, subject_key = null, subject_mask = null, matter = null, offered_sealed = null, values_sealed = null,
         forgotten_at = at, escalate_on = null
   where id = any (ids) and forgotten_at is null;
  get diagnostics forgotten = row_count;
  return forgotten;
end $$;
comment on function forget_coordination is 'Deletes whom these requests were about, what was told and what was answered; that there was a request, between whom and how long it took, stays for the figures.';
revoke all on function forget_coordination from public;
do $$ begin execute format('grant execute on function forget_coordination to %I', current_schema() || '_rw'); end $$;

insert into sealed_column values
  ('coordination_request', 'offered_sealed'), ('coordination_request', 'values_sealed'), ('coordination_act', 'note_sealed'),
  ('coordination_message', 'body_sealed'), ('coordination_arrival', 'body_sealed');

-- The value of coordination.working-days that holds now stands in 1764400000000-parameters.sql.
insert into parameter (name, valid, value, unit, source, status) values
  ('coordination.working-days',        '[2009-10-01,2021-08-20)', '15', 'working_days', '流动人口计划生育工作条例（2009-10-01施行，2021-09废止）最后法定值：15个工作日内答复', 'unverified'),
  ('coordination.ask-working-days',    '[2009-10-01,2021-08-20)', '7', 'working_days', '流动人口计划生育工作条例（2009-10-01施行，2021-09废止）最后法定值：7个工作日内提出', 'unverified'),
  ('coordination.ask-working-days',    '[2021-08-20,)', '7', 'working_days', '沿用最后法定值（流动人口计划生育工作条例，2021-09废止）：7个工作日内提出', 'assumed'),
  ('coordination.report-working-days', '[2009-10-01,2021-08-20)', '15', 'working_days', '流动人口计划生育工作条例（2009-10-01施行，2021-09废止）最后法定值：15个工作日内反馈结果', 'unverified'),
  ('coordination.report-working-days', '[2021-08-20,)', '15', 'working_days', '沿用最后法定值（流动人口计划生育工作条例，2021-09废止）：15个工作日内反馈结果', 'assumed'),
  ('coordination.remind-days',         '[2009-10-01,)', '2', 'days', '自定：到期前 2 日提醒', 'assumed'),
  ('coordination.escalate-working-days', '[2009-10-01,)', '5', 'working_days', '自定：逾期后每 5 个工作日报上一级', 'assumed'),
  ('coordination.retention-days',      '[2009-10-01,)', '180', 'days', '自定：答复或逾期 180 日后删除涉及个人的内容（个人信息保护法第十九条）', 'assumed');

-- Complaints about a service, a delay or a demand for papers: by anybody, also without a name; handed over only by
-- acceptance; seen by no officer it is about; and an upheld one says what was mended.

create table complaint_move (
  from_state  text not null,
  to_state    text not null,
  primary key (from_state, to_state)
);
comment on table complaint_move is 'Every move of a complaint there is (complaint.state.ts, mirrored); what is not listed cannot happen.';
insert into complaint_move (from_state, to_state) values
  ('new', 'filed'),
  ('filed', 'filed'), ('filed', 'handling'), ('filed', 'withdrawn'),
  ('handling', 'handling'), ('handling', 'upheld'), ('handling', 'not-upheld'), ('handling', 'withdrawn'),
  ('upheld', 'executed'),
  ('not-upheld', 'handling'),
  ('withdrawn', 'filed');

create table complaint (
  id                 uuid primary key default uuidv7(),
  seq                bigint generated always as identity,
  number             text generated always as ('TS' || lpad(seq::text, 8, '0')) stored,
  kind               text not null,
  request_id         uuid references service_request (id),
  matter             text,
  paper              text,
  about_code         text collate "C" not null,
  responsible_code   text collate "C" not null,
  places             text[] collate "C" not null,
  complained_of      text[] not null default '{}',
  told_sealed        bytea not null,
  contact_sealed     bytea,
  is_anonymous       boolean not null,
  owner_key          bytea,
  filed_by           text not null default guard_text('actor'),
  owner              text,
  state              text not null,
  events             integer not null default 1,
  reasons            text,
  mended             text,
  mended_request_id  uuid references service_request (id),
  received_on        date not null,
  counted_days       smallint not null,
  due_on             date,
  ended_on           date,
  recorded_at        timestamptz not null,
  constraint complaint_number_is_unique unique (number),
  constraint complaint_kind_is_known check (kind in ('service', 'delay', 'paper', 'conduct')),
  constraint complaint_about_a_paper_names_it check ((kind = 'paper') = (paper is not null)),
  constraint complaint_matter_is_short check (char_length(matter) between 1 and 60),
  constraint complaint_is_about_an_office check (about_code ~ '^[1-8]\d{11}$'),
  constraint complaint_always_has_an_authority check (responsible_code ~ '^[1-8]\d{11}$' and responsible_code = any (places)),
  constraint complaint_never_goes_to_the_office_it_is_about check (responsible_code <> about_code and not about_code = any (places)),
  constraint complaint_is_not_handled_by_who_it_is_about check (owner is null or not owner = any (complained_of)),
  constraint complaint_without_a_name_has_no_owner check (not is_anonymous or (owner_key is null and filed_by = 'anonymous')),
  constraint complaint_key_has_32_bytes check (length(owner_key) = 32),
  constraint complaint_state_is_known check (state in ('filed', 'handling', 'upheld', 'executed', 'not-upheld', 'withdrawn')),
  constraint complaint_outcome_has_its_reasons check ((state in ('upheld', 'executed', 'not-upheld')) <= (reasons is not null)),
  constraint complaint_reasons_are_words check (char_length(reasons) between 4 and 600),
  constraint complaint_execution_says_what_was_mended check ((state = 'executed') <= (mended is not null)),
  constraint complaint_mending_is_words check (char_length(mended) between 4 and 400)
);
create index complaint_by_request on complaint (request_id) where request_id is not null;
create index complaint_by_mended on complaint (mended_request_id) where mended_request_id is not null;
create index complaint_by_place on complaint (responsible_code, id);
create index complaint_by_office on complaint (about_code, recorded_at);
create index complaint_by_owner on complaint (owner_key) where owner_key is not null;
comment on table complaint is 'A complaint. Whoever was asked first answers for it until another accepted.';
comment on column complaint.matter is 'Number of the claim or case it is about, where that is no request of this app.';
comment on column complaint.about_code is 'The office complained of; it does not see the complaint.';
comment on column complaint.complained_of is 'Officers it is about, who see nothing of it whatever their office.';
comment on column complaint.told_sealed is 'What happened, in the words of whoever complains: AES-256-GCM, bound to this table, column and row id.';
comment on column complaint.contact_sealed is 'How to reach them, where they wish it; sealed likewise.';

create table complaint_hand_over (
  id            uuid primary key default uuidv7(),
  complaint_id  uuid not null references complaint (id),
  from_code     text collate "C" not null,
  to_code       text collate "C" not null,
  reason        text not null,
  asked_by      text not null default guard_text('actor'),
  asked_at      timestamptz not null,
  answer        text,
  note          text,
  answered_by   text,
  answered_at   timestamptz,
  constraint complaint_hand_over_goes_elsewhere check (to_code ~ '^[1-8]\d{11}$' and to_code <> from_code),
  constraint complaint_hand_over_has_a_reason check (char_length(reason) between 4 and 300),
  constraint complaint_hand_over_answer_is_known check (answer in ('accepted', 'declined')),
  constraint complaint_hand_over_is_answered_whole check (num_nulls(answer, answered_by, answered_at) in (0, 3)),
  constraint complaint_hand_over_no_needs_a_reason check (answer <> 'declined' or char_length(note) between 4 and 300)
);
create unique index complaint_hand_over_one_at_a_time on complaint_hand_over (complaint_id) where answer is null;
create index complaint_hand_over_by_complaint on complaint_hand_over (complaint_id);
comment on table complaint_hand_over is 'One authority asks another to take a complaint over; only its acceptance moves the responsibility.';

create table complaint_action (
  complaint_id  uuid not null references complaint (id),
  seq           integer not null check (seq > 0),
  kind          text not null,
  from_state    text not null,
  to_state      text not null,
  note          text,
  actor         text not null default guard_text('actor'),
  at            timestamptz not null,
  primary key (complaint_id, seq),
  constraint complaint_moves_as_the_table_says foreign key (from_state, to_state) references complaint_move,
  constraint complaint_action_kind_is_known check (kind in ('file', 'take', 'hand-over', 'accept', 'decline', 'uphold',
    'not-uphold', 'execute', 'reopen', 'withdraw', 'resume', 'remind-before', 'remind-after')),
  constraint complaint_is_decided_by_a_person check (to_state not in ('upheld', 'not-upheld') or actor !~ '^system')
);
create index complaint_action_by_move on complaint_action (from_state, to_state);
comment on table complaint_action is 'Journal of a complaint, append-only.';

create function complaint_keeps_the_rules() returns trigger language plpgsql set search_path from current as $$
begin
  if new.state <> old.state and not exists (select from complaint_move where from_state = old.state and to_state = new.state) then
    raise exception 'no such move: % to %', old.state, new.state using errcode = '23514', constraint = 'complaint_moves_as_the_table_says';
  end if;
  if new.responsible_code <> old.responsible_code and not exists (
      select from complaint_hand_over h where h.complaint_id = new.id and h.to_code = new.responsible_code and h.answer = 'accepted') then
    raise exception 'nobody there accepted' using errcode = '23514', constraint = 'complaint_stays_until_another_accepts';
  end if;
  return new;
end $$;
create trigger complaint_keeps_the_rules before update on complaint
  for each row execute function complaint_keeps_the_rules();

do $$
declare
  name text;
  runtime text := current_schema() || '_rw';
begin
  foreach name in array array['complaint_move', 'complaint', 'complaint_hand_over', 'complaint_action'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('revoke update, delete, truncate on %I from %I', name, runtime);
  end loop;
  execute format('revoke insert on complaint_move from %I', runtime);
  execute format('grant update (responsible_code, places, owner, state, events, reasons, mended, mended_request_id, ended_on, due_on) on complaint to %I', runtime);
  execute format('grant update (answer, note, answered_by, answered_at) on complaint_hand_over to %I', runtime);
end $$;

create policy complaint_move_is_public on complaint_move for select using (true);
create policy complaint_move_by_migrations on complaint_move to migrant_owner using (true) with check (true);
-- Whoever a complaint is about sees nothing of it, in whatever office they sit.
create policy complaint_in_its_places_or_own on complaint using (
  owner_key = (select guard_key())
    or (not (select guard_text('actor')) = any (complained_of)
        and ((select guard_whole()) or exists (select from unnest(places) p where p ^@ (select guard_from())))));
create policy complaint_hand_over_of_complaint on complaint_hand_over
  using (exists (select from complaint c where c.id = complaint_id));
create policy complaint_action_of_complaint on complaint_action
  using (exists (select from complaint c where c.id = complaint_id))
  with check (actor = (select guard_text('actor')) and exists (select from complaint c where c.id = complaint_id));

insert into sealed_column values ('complaint', 'told_sealed'), ('complaint', 'contact_sealed');

insert into parameter (name, valid, value, unit, source, status) values
  ('complaint.working-days', '[2021-08-20,)', '15', 'working_days', '无全国统一规定；首问负责、限时办结（doc 001），期限为本机关自定', 'assumed'),
  ('complaint.anonymous-hourly', '[2021-08-20,)', '30', 'count', '本机关自定：每县每小时匿名投诉上限，防止滥用；实名不受限', 'assumed'),
  ('complaint.own-daily', '[2021-08-20,)', '10', 'count', '本机关自定：每人每日投诉上限', 'assumed');

-- Other installations: what is sent to them until they acknowledge it, what they sent and was taken in once.

insert into parameter (name, valid, value, source, status) values
  ('peer.clock-minutes', '[2021-08-20,)', '5', 'Own choice: how far the clocks of two installations may lie apart', 'assumed'),
  ('peer.keep-days',     '[2021-08-20,)', '30', 'Own choice: how long what another installation told is kept after it was read', 'assumed'),
  ('peer.overdue-hours', '[2021-08-20,)', '24', 'Own choice: when a message that is not delivered is somebody''s concern', 'assumed');

create table peer_outgoing (
  id              uuid primary key,
  peer            text not null check (peer ~ '^[a-z0-9-]{2,40}$'),
  topic           text not null check (topic ~ '^[a-z-]{2,30}$'),
  from_division   text not null check (from_division ~ '^\d{12}$'),
  to_division     text not null check (to_division ~ '^\d{12}$'),
  content_hash    bytea not null check (length(content_hash) = 32),
  content_sealed  bytea,
  kept_at         timestamptz not null,
  state           text not null default 'waiting',
  tries           integer not null default 0 check (tries >= 0),
  last_failure    text check (last_failure ~ '^[a-z-]{2,40}$'),
  next_at         timestamptz,
  settled_at      timestamptz,
  receipt         text,
  given_up_by     text,
  note            text check (char_length(note) between 2 and 500),
  constraint peer_outgoing_state_is_known check (state in ('waiting', 'delivered', 'given-up')),
  constraint peer_outgoing_waits_or_is_settled check
    ((state = 'waiting') = (settled_at is null) and (state = 'waiting') = (next_at is not null)),
  constraint peer_outgoing_is_kept_while_it_waits check ((state = 'waiting') = (content_sealed is not null)),
  constraint peer_outgoing_is_delivered_by_receipt check ((state = 'delivered') = (receipt is not null)),
  constraint peer_outgoing_is_given_up_by_somebody check
    ((state = 'given-up') = (given_up_by is not null) and (state = 'given-up') = (note is not null))
);
comment on table peer_outgoing is 'Messages to other installations, sealed while they wait; once delivered, their ids, their hash and the signed receipt are all that stays.';
comment on column peer_outgoing.id is 'The sending app''s own id of the message, which goes with it.';
comment on column peer_outgoing.next_at is 'When it is tried next, or until when somebody is trying it.';
create index peer_outgoing_waiting on peer_outgoing (peer, next_at) where state = 'waiting';
create index peer_outgoing_by_division on peer_outgoing (from_division, kept_at desc, id);

create function peer_outgoing_is_settled_once() returns trigger language plpgsql set search_path from current as $$
begin
  if old.state <> 'waiting' then
    raise exception 'a message that is settled stays as it is' using errcode = '23514', constraint = 'peer_outgoing_is_settled_once';
  end if;
  return new;
end $$;
create trigger peer_outgoing_is_settled_once before update of state, tries, next_at, settled_at, receipt, given_up_by, note on peer_outgoing
  for each row execute function peer_outgoing_is_settled_once();

create table peer_incoming (
  id              uuid primary key,
  peer            text not null check (peer ~ '^[a-z0-9-]{2,40}$'),
  message_id      uuid not null,
  topic           text not null check (topic ~ '^[a-z-]{2,30}$'),
  from_division   text not null check (from_division ~ '^\d{12}$'),
  to_division     text not null check (to_division ~ '^\d{12}$'),
  content_hash    bytea not null check (length(content_hash) = 32),
  content_sealed  bytea,
  taken_at        timestamptz not null,
  read_at         timestamptz,
  forgotten_at    timestamptz,
  constraint peer_incoming_is_taken_once unique (peer, message_id),
  constraint peer_incoming_is_kept_or_forgotten check ((content_sealed is null) = (forgotten_at is not null)),
  constraint peer_incoming_is_read_before_it_is_forgotten check (forgotten_at is null or read_at is not null)
);
comment on table peer_incoming is 'Messages of other installations, each once by its sender and id; sealed until some days after they were read. Ids and hash stay, so that nothing is taken in twice.';
create index peer_incoming_to_forget on peer_incoming (read_at) where forgotten_at is null and read_at is not null;
create index peer_incoming_by_division on peer_incoming (to_division, taken_at desc, id);

create table peer_refusal (
  id          uuid primary key default uuidv7(),
  peer        text not null check (peer ~ '^[a-z0-9-]{2,40}$'),
  reason      text not null check (reason ~ '^[a-z-]{2,40}$'),
  message_id  uuid,
  day         date not null,
  times       bigint not null default 1 check (times > 0),
  first_at    timestamptz not null,
  last_at     timestamptz not null,
  constraint peer_refusal_is_counted unique nulls not distinct (peer, reason, message_id, day)
);
comment on table peer_refusal is 'What was refused at the door of other installations: by whom, why and how often on a day. What nobody is known to have signed is counted under nobody, so that a stranger fills no table.';
create index peer_refusal_by_time on peer_refusal (last_at desc, id);

create table peer_line_state (
  id       uuid primary key default uuidv7(),
  peer     text not null check (peer ~ '^[a-z0-9-]{2,40}$'),
  state    text not null check (state in ('closed', 'open', 'half-open')),
  at       timestamptz not null,
  process  text not null
);
comment on table peer_line_state is 'Each time the circuit breaker of a process before another installation opened, tried again or closed. Append-only.';
create index peer_line_state_by_time on peer_line_state (peer, at desc);

alter table peer_outgoing enable row level security, force row level security;
alter table peer_incoming enable row level security, force row level security;
alter table peer_refusal enable row level security, force row level security;
alter table peer_line_state enable row level security, force row level security;
create policy peer_outgoing_in_division on peer_outgoing
  using ((select guard_whole()) or from_division ^@ (select guard_from()));
create policy peer_outgoing_is_given_up_in_ones_own_name on peer_outgoing as restrictive for update
  with check (given_up_by is null or given_up_by = (select guard_text('actor')));
create policy peer_incoming_in_division on peer_incoming
  using ((select guard_whole()) or to_division ^@ (select guard_from()));
create policy peer_refusal_is_of_no_division on peer_refusal using ((select guard_open()));
create policy peer_line_state_is_of_no_division on peer_line_state using ((select guard_open()));

revoke update, delete, truncate on peer_outgoing, peer_incoming, peer_refusal, peer_line_state from exchange_rw;
grant update (state, tries, last_failure, next_at, settled_at, receipt, given_up_by, note, content_sealed) on peer_outgoing to exchange_rw;
grant update (read_at, forgotten_at, content_sealed) on peer_incoming to exchange_rw;
grant update (times, last_at) on peer_refusal to exchange_rw;

insert into sealed_column values ('peer_outgoing', 'content_sealed'), ('peer_incoming', 'content_sealed');

-- What the household registry tells by itself: changes, pulled or pushed, and the messages that were seen already.

create table registry_event (
  seq                  bigint generated always as identity unique,
  id                   uuid primary key default uuidv7(),
  event_id             text not null unique check (event_id ~ '^[\x21-\x7e]{1,100}$'),
  kind                 text not null,
  happened_at          timestamptz not null,
  registry_person_key  bytea not null check (length(registry_person_key) = 32),
  number_key           bytea check (length(number_key) = 32),
  content_sealed       bytea not null,
  reverses             text,
  came_by              text not null check (came_by in ('pull', 'push')),
  arrived_at           timestamptz not null,
  constraint registry_event_kind_is_known check (kind in
    ('birth', 'death', 'death-reversed', 'moved-in', 'moved-out', 'cancelled', 'corrected', 'number-changed', 'merged'))
);
comment on table registry_event is 'Changes in the household registry, each once by its id, in the order they arrived here; sealed. Append-only.';
comment on column registry_event.seq is 'Order of arrival: given under a lock that is held until the commit, so that no reader passes one by.';
create index registry_event_by_person on registry_event (registry_person_key, happened_at);

create table feed_cursor (
  feed       text primary key,
  position   text not null,
  pulled_at  timestamptz not null
);
comment on table feed_cursor is 'How far a feed of another agency was read.';

create table seen_message (
  sender      text not null,
  message_id  text not null,
  seen_at     timestamptz not null,
  primary key (sender, message_id)
);
comment on table seen_message is 'Messages that other agencies sent and that were taken in: the same one again does nothing. Kept for longer than a year.';
create index seen_message_by_time on seen_message (seen_at);

create function forget_messages(before timestamptz) returns bigint
language plpgsql security definer set search_path from current as $$
declare forgotten bigint;
begin
  if before > now() - interval '400 days' then
    raise exception 'messages are kept for 400 days at least' using errcode = '23514', constraint = 'seen_message_outlives_a_year';
  end if;
  delete from seen_message where seen_at < before;
  get diagnostics forgotten = row_count;
  return forgotten;
end $$;
comment on function forget_messages is 'Drops what was seen before a time, which lies at least 400 days back; the only way to drop any.';
revoke all on function forget_messages from public;
grant execute on function forget_messages to exchange_rw;

alter table registry_event enable row level security, force row level security;
alter table feed_cursor enable row level security, force row level security;
alter table seen_message enable row level security, force row level security;
-- Events lie in no division until the register has applied them: only the exchange itself handles them.
create policy registry_event_is_handled_centrally on registry_event using ((select guard_whole()));
create policy feed_cursor_is_open on feed_cursor using ((select guard_open()));
create policy seen_message_is_open on seen_message using ((select guard_open()));
create policy seen_message_is_forgotten_by_its_function on seen_message for delete to exchange_owner using (true);
create policy seen_message_for_its_function on seen_message for select to exchange_owner using (true);

revoke update, delete, truncate on registry_event, feed_cursor, seen_message from exchange_rw;
grant update (position, pulled_at) on feed_cursor to exchange_rw;

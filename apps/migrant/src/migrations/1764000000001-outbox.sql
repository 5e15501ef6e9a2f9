-- Telling other apps, and being told. The queue in between only wakes people up: what is written here is the truth,
-- so that losing every queue entry loses nothing. The same text stands in every app's migrations.

-- What this app has promised to tell: written in the transaction of the change it tells about, sent after its commit.
create table outbox (
  id              uuid primary key default uuidv7(),
  queue           text not null,
  name            text not null,
  key             text not null,
  payload         jsonb not null,
  not_before      timestamptz,
  created_at      timestamptz not null default now(),
  sends           int not null default 0,
  lease_until     timestamptz not null default '-infinity',
  published_at    timestamptz,
  acked_at        timestamptz,
  quarantined_at  timestamptz,
  next_payload    jsonb,
  next_not_before timestamptz,
  constraint outbox_key_fits_the_queue check (key <> '' and position(':' in key) = 0),
  constraint outbox_payload_is_flat check (jsonb_typeof(payload) = 'object' and not payload @? '$.* ? (@.type() == "object" || @.type() == "array")'),
  constraint outbox_sends_counts_up check (sends >= 0),
  constraint outbox_is_sent_before_acked check (acked_at is null or sends > 0),
  constraint outbox_follow_up_only_once_sent check (next_payload is null or sends > 0)
);

comment on table outbox is 'Messages this app has promised to send; a row is finished when its receiver has acknowledged it.';
comment on column outbox.id is 'Message id, also the job id in the queue: sending twice makes one job.';
comment on column outbox.queue is 'Queue of the receiving app.';
comment on column outbox.key is 'What the message is about; of one job and key at most one message is unacknowledged.';
comment on column outbox.payload is 'Ids only, never personal data; fixed once the message was sent.';
comment on column outbox.not_before is 'Not to be sent before this business time; null is at once.';
comment on column outbox.lease_until is 'No relay touches the row before: it is being sent, or was sent and awaits its acknowledgement.';
comment on column outbox.next_payload is 'Planned again while already on its way: becomes a new message when this one is acknowledged.';

-- Per key one at a time, in order, and a poisonous message holds up its own key only.
create unique index outbox_one_open_message_per_key on outbox (queue, name, key) where acked_at is null;
create index outbox_open on outbox (lease_until) where acked_at is null;

-- What was done because of a message: the row is inserted in the transaction of the effect, so it happens once.
create table inbox (
  consumer     text not null,
  message_id   uuid not null,
  payload_hash bytea not null,
  at           timestamptz not null default now(),
  primary key (consumer, message_id),
  constraint inbox_payload_hash_is_sha256 check (length(payload_hash) = 32)
);

comment on table inbox is 'Effects of messages, one row each, written together with the effect.';

-- How often a message was tried: counted before each try, because a message that kills its process reports nothing.
create table delivery (
  message_id  uuid primary key,
  producer    text not null,
  starts      int not null default 1,
  failures    int not null default 0,
  error_code  text,
  finished_at timestamptz,
  constraint delivery_fails_at_most_as_often_as_it_starts check (failures between 0 and starts)
);

comment on table delivery is 'Tries at handling a received message; starts without a failure or an end are crashes.';

-- Messages that were given up on until a person has looked.
create table quarantine (
  message_id     uuid primary key,
  producer       text not null,
  queue          text not null,
  name           text not null,
  key            text not null,
  payload        jsonb not null,
  error_code     text not null,
  failures       int not null,
  crashes        int not null,
  quarantined_at timestamptz not null default now(),
  constraint quarantine_error_is_a_code check (error_code ~ '^[A-Za-z0-9_]{1,60}$')
);

comment on table quarantine is 'Messages given up on, with the error''s code and no personal data; the row goes when a person releases it.';

create function outbox_keep_promise() returns trigger language plpgsql as $$
begin
  if old.acked_at is not null then
    raise exception 'An acknowledged message is history and cannot change.';
  end if;
  if old.sends > 0 and (new.queue, new.name, new.key, new.payload) is distinct from (old.queue, old.name, old.key, old.payload) then
    raise exception 'A message cannot change once it was sent; plan another.';
  end if;
  return new;
end $$;

create trigger outbox_keep_promise before update on outbox for each row execute function outbox_keep_promise();

-- A promise cannot be taken back and an effect cannot be denied.
do $$
begin
  execute format('revoke delete, truncate on outbox, inbox, delivery from %I', current_schema() || '_rw');
  execute format('revoke update on inbox from %I', current_schema() || '_rw');
end $$;

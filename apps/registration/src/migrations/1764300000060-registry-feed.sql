-- Changes in the household registry, as the exchange hands them on: how far they were read, and what became of each.

create table registry_feed_position (
  feed     text primary key,
  position text not null,
  at       timestamptz not null
);
comment on table registry_feed_position is 'How far a feed was read; moved in the transaction that takes its events in.';

create table registry_event_taken (
  event_id           text primary key,
  kind               text not null,
  registry_person_id text collate "C" not null,
  person_id          uuid references person (id),
  other_person_id    uuid references person (id),
  happened_at        timestamptz not null,
  outcome            text not null,
  code               text,
  taken_at           timestamptz not null,
  constraint registry_event_outcome_is_known
    check (outcome in ('applied', 'unchanged', 'superseded', 'rejected', 'for-a-person')),
  constraint registry_event_says_why check (outcome not in ('rejected', 'for-a-person') or code is not null)
);
create index registry_event_taken_by_person on registry_event_taken (person_id) where person_id is not null;
create index registry_event_taken_by_other on registry_event_taken (other_person_id) where other_person_id is not null;
create index registry_event_taken_open on registry_event_taken (taken_at, event_id) where outcome in ('rejected', 'for-a-person');
comment on table registry_event_taken is 'Every event of the household registry, once, with what became of it. Holds no number and no name.';
comment on column registry_event_taken.other_person_id is 'The record that the registry merged into this person.';

revoke update, delete, truncate on registry_event_taken from registration_rw;
alter table registry_feed_position enable row level security;
alter table registry_feed_position force row level security;
alter table registry_event_taken enable row level security;
alter table registry_event_taken force row level security;
create policy registry_feed_position_is_central on registry_feed_position using ((select guard_whole()));
create policy registry_event_taken_of_person on registry_event_taken
  using ((select guard_whole()) or exists (select from person p where p.id = registry_event_taken.person_id));

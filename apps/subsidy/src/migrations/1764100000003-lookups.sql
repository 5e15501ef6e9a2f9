-- Against trying numbers out: who looked for whom by number, found them or missed.

create table lookup_miss (
  actor      text not null default guard_text('actor'),
  -- Keyed digest of the region and birth date that a number begins with; the number itself is not kept.
  place_key  bytea not null check (length(place_key) = 32),
  at         timestamptz not null
);
comment on table lookup_miss is 'Look-ups by number that found nothing the asker may see; append-only. After five for one region and birth date the asker is stopped.';
create index lookup_miss_by_place on lookup_miss (place_key, at);

create table lookup_found (
  actor      text not null default guard_text('actor'),
  person_id  uuid not null,
  day        date not null,
  primary key (actor, day, person_id)
);
comment on table lookup_found is 'Persons that somebody found by number on a day.';

alter table lookup_miss enable row level security, force row level security;
alter table lookup_found enable row level security, force row level security;
create policy lookup_miss_of_actor on lookup_miss using ((select guard_whole()) or actor = (select guard_text('actor')));
create policy lookup_found_of_actor on lookup_found using ((select guard_whole()) or actor = (select guard_text('actor')));

revoke insert, update, delete, truncate on lookup_miss, lookup_found from subsidy_rw;
grant insert (place_key, at) on lookup_miss to subsidy_rw;
grant insert (person_id, day) on lookup_found to subsidy_rw;

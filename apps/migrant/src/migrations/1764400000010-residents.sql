-- People who moved, where their household registration is and where they live: two different things. A place is a division
-- of the register and nothing finer. What was said about somebody is a notice; what is held to be so is a period, made anew
-- from all notices whenever one comes. Everything hangs on the resident, so that deleting one deletes all of it.

create table resident (
  id               uuid primary key default uuidv7(),
  person_id        uuid,
  name             text not null,
  sex              smallint not null,
  born             date,
  id_type          text,
  number_sealed    bytea,
  number_key       bytea,
  number_mask      text,
  divisions        text[] collate "C" not null,
  retention_class  text not null default 'resident',
  recorded_by      text not null default guard_text('actor'),
  recorded_at      timestamptz not null,
  constraint resident_is_one_person unique (person_id),
  constraint resident_number_is_held_once unique (number_key),
  constraint resident_has_a_name check (char_length(name) between 1 and 50),
  constraint resident_sex_is_a_code check (sex in (0, 1, 2, 9)),
  constraint resident_number_is_sealed_indexed_and_masked check (num_nulls(number_sealed, number_key, number_mask, id_type) in (0, 4)),
  constraint resident_is_somewhere check (array_position(divisions, null) is null)
);
comment on table resident is 'Somebody who moved, as their own notice, the residence-permit authority or the registry tells. Deleted with everything about them once nothing is to be kept.';
comment on column resident.person_id is 'The person of the register of this installation whose number it is; null while nobody is found there.';
comment on column resident.number_sealed is 'AES-256-GCM, bound to this table, column and row id.';
comment on column resident.divisions is 'Every place that stands in a period or an origin of this resident, and what became of it: for deciding whose officers see the row. Kept by trigger.';
comment on column resident.retention_class is 'How long it is kept: a name of retention''s own parameters.';
insert into sealed_column values ('resident', 'number_sealed');

create table residence_notice (
  id               uuid primary key default uuidv7(),
  resident_id      uuid not null references resident (id) on delete cascade,
  source           text not null,
  reference        text not null,
  kind             text not null,
  place_code       text collate "C",
  came_from        text collate "C",
  starts           text,
  ends             text,
  basis            text not null,
  source_ref       text,
  is_upheld        boolean not null default false,
  recorded_by      text not null default guard_text('actor'),
  recorded_at      timestamptz not null,
  withdrawn_by     text,
  withdrawn_at     timestamptz,
  withdrawn_why    text,
  settled_why      text,
  constraint residence_notice_comes_once unique (source, reference),
  constraint residence_notice_source_is_known check (source in ('own', 'permit', 'registry')),
  constraint residence_notice_kind_is_known check (kind in ('stay', 'end', 'death')),
  constraint residence_notice_says_what_its_kind_says check (case kind
    when 'stay' then place_code is not null and starts is not null
    when 'end' then place_code is not null and starts is null and ends is not null and came_from is null
    else place_code is null and came_from is null and starts is null and ends is not null end),
  constraint residence_notice_place_is_a_division check (place_code ~ '^[1-8]\d{11}$' and came_from ~ '^[1-8]\d{11}$'),
  constraint residence_notice_days_are_days check (
    starts ~ '^(\d{4}(-\d\d(-\d\d)?)?|unknown)$' and ends ~ '^(\d{4}(-\d\d(-\d\d)?)?|unknown)$'),
  constraint residence_notice_basis_is_known check (basis in ('registry', 'agency', 'document', 'declared')),
  constraint residence_notice_reference_is_short check (char_length(reference) between 1 and 120 and char_length(source_ref) <= 120),
  constraint residence_notice_is_withdrawn_with_a_reason check (num_nulls(withdrawn_by, withdrawn_at, withdrawn_why) in (0, 3)),
  constraint residence_notice_withdrawal_is_known check (withdrawn_why in ('corrected', 'refuted')),
  constraint residence_notice_is_settled_in_words check (char_length(settled_why) between 4 and 200)
);
create index residence_notice_by_resident on residence_notice (resident_id);
comment on table residence_notice is 'What was said of where somebody lives: that they came, that they left, that they died. Never edited; a correction or a settled contradiction withdraws it.';
comment on column residence_notice.reference is 'Given by whoever says it, so that the same notice again is no second one.';
comment on column residence_notice.starts is 'The first day there as far as it is known: a day, a month, a year or `unknown`.';
comment on column residence_notice.ends is 'The first day no longer there, likewise; null where nothing was said of it.';
comment on column residence_notice.came_from is 'The place lived in before, where it was said: settles the order of two stays whose days do not.';
comment on column residence_notice.is_upheld is 'An officer found it to be so, against another one.';
comment on column residence_notice.settled_why is 'Why it was corrected, upheld or refuted, in words.';

create table residence_period (
  id               uuid primary key default uuidv7(),
  resident_id      uuid not null references resident (id) on delete cascade,
  notice_id        uuid not null references residence_notice (id) on delete cascade,
  place_code       text collate "C" not null,
  came_from        text collate "C",
  valid            daterange not null,
  certain          daterange not null,
  basis            text not null,
  is_disputed      boolean not null default false,
  is_followed      boolean not null default false,
  source_ref       text,
  retention_class  text not null default 'residence',
  recorded_by      text not null default guard_text('actor'),
  recorded_at      timestamptz not null,
  ended_by         text,
  ended_at         timestamptz,
  constraint residence_period_place_is_a_division check (place_code ~ '^[1-8]\d{11}$' and came_from ~ '^[1-8]\d{11}$'),
  constraint residence_period_has_days check (not isempty(valid)),
  constraint residence_period_certain_within_possible check (certain <@ valid),
  constraint residence_period_basis_is_known check (basis in ('registry', 'agency', 'document', 'declared')),
  constraint residence_period_ends_by_somebody check (num_nulls(ended_by, ended_at) in (0, 2) and ended_at >= recorded_at),
  -- Nobody surely lives in two places. Possible days may overlap; what is under investigation binds nobody.
  constraint residence_period_one_place_at_a_time exclude using gist (resident_id with =, certain with &&)
    where (ended_at is null and not is_disputed)
);
create index residence_period_by_resident on residence_period (resident_id);
create index residence_period_by_notice on residence_period (notice_id);
create index residence_period_by_place on residence_period (place_code, resident_id) where ended_at is null;
comment on table residence_period is 'Where somebody lives or lived, by division: possibly on the days of `valid`, surely on those of `certain`. A row is ended, never edited.';
comment on column residence_period.place_code is 'Twelve digits as the division was called then; division_succession says what became of it.';
comment on column residence_period.came_from is 'The division lived in before, where the notice said so.';
comment on column residence_period.is_disputed is 'Under investigation: contradicted by a stronger notice or an equal one, until an officer settles it.';
comment on column residence_period.is_followed is 'It ends where the next one begins, so that there are no days between.';
comment on column residence_period.ended_at is 'Until then it was what was known here.';
comment on column residence_period.retention_class is 'How long it is kept: a name of retention''s own parameters.';

create table resident_origin (
  id               uuid primary key default uuidv7(),
  resident_id      uuid not null references resident (id) on delete cascade,
  division_code    text collate "C" not null,
  valid            daterange not null,
  basis            text not null,
  source_ref       text,
  retention_class  text not null default 'origin',
  recorded_by      text not null default guard_text('actor'),
  recorded_at      timestamptz not null,
  ended_by         text,
  ended_at         timestamptz,
  constraint resident_origin_is_a_division check (division_code ~ '^[1-8]\d{11}$'),
  constraint resident_origin_has_days check (not isempty(valid)),
  constraint resident_origin_basis_is_known check (basis in ('registry', 'agency', 'document', 'declared')),
  constraint resident_origin_source_is_short check (char_length(source_ref) <= 120),
  constraint resident_origin_ends_by_somebody check (num_nulls(ended_by, ended_at) in (0, 2) and ended_at >= recorded_at),
  constraint resident_origin_is_one_place exclude using gist (resident_id with =, valid with &&) where (ended_at is null)
);
create index resident_origin_by_resident on resident_origin (resident_id);
create index resident_origin_by_division on resident_origin (division_code, resident_id) where ended_at is null;
comment on table resident_origin is 'Where somebody''s household registration (hukou) is, apart from where they live. A row is ended, never edited.';

-- What registration knows of divisions that followed others, as it was last asked.
create table division_succession (
  old_code       text collate "C" not null,
  new_code       text collate "C" not null,
  kind           text not null,
  on_day         date not null,
  is_old_kept    boolean not null,
  primary key (old_code, new_code),
  constraint division_succession_kind_is_known check (kind in ('merged', 'renamed', 'split', 'recoded'))
);
create index division_succession_by_new on division_succession (new_code);
comment on table division_succession is 'Which division followed which: a copy of registration''s list, read anew with its feed. Names nobody.';

-- The digits that every code below a division begins with.
create function division_digits(code text) returns text language sql immutable parallel safe as $$
  select left(code, case
    when substr(code, 10, 3) <> '000' then 12 when substr(code, 7, 3) <> '000' then 9
    when substr(code, 5, 2) <> '00' then 6 when substr(code, 3, 2) <> '00' then 4 else 2 end)
$$;

-- A place with everything it has become since; a split leads to every part.
create function place_and_heirs(place text) returns setof text language sql stable set search_path from current as $$
  with recursive later (code) as (
    select place collate "C"
    union
    select case when s.old_code = l.code then s.new_code
             else division_digits(s.new_code) || substr(l.code, length(division_digits(s.new_code)) + 1) end
      from later l join division_succession s
        on s.old_code = l.code
        or (s.kind in ('renamed', 'recoded') and l.code ^@ division_digits(s.old_code)
            and length(division_digits(s.old_code)) = length(division_digits(s.new_code))))
  select code from later
$$;

-- Whose officers see a resident follows from where they live and are registered, as it was called then and is today.
create function resident_divisions(of_resident uuid) returns text[] language sql stable set search_path from current as $$
  select array(
    select distinct h.code collate "C"
      from (select place_code as code from residence_period where resident_id = of_resident and ended_at is null
            union select division_code from resident_origin where resident_id = of_resident and ended_at is null) p
      cross join lateral place_and_heirs(p.code) h (code) order by 1)
$$;
create function resident_is_where_it_stands() returns trigger language plpgsql set search_path from current as $$
declare
  of_resident uuid := coalesce(new.resident_id, old.resident_id);
  places text[] := resident_divisions(of_resident);
begin
  -- Between the end of one row and the next one's beginning nothing stands; who sees the resident stays as it was.
  update resident set divisions = places where id = of_resident and places <> '{}' and divisions is distinct from places;
  return null;
end $$;
create trigger resident_is_where_it_stands after insert or update or delete on residence_period
  for each row execute function resident_is_where_it_stands();
create trigger resident_is_where_it_stands after insert or update or delete on resident_origin
  for each row execute function resident_is_where_it_stands();

-- A row changes once: from what is known to what was known, by whoever says so.
create function residence_is_history() returns trigger language plpgsql set search_path from current as $$
declare
  was jsonb := to_jsonb(old) - array['resident_id', 'ended_by', 'ended_at', 'withdrawn_by', 'withdrawn_at', 'withdrawn_why', 'is_upheld', 'settled_why'];
  becomes jsonb := to_jsonb(new) - array['resident_id', 'ended_by', 'ended_at', 'withdrawn_by', 'withdrawn_at', 'withdrawn_why', 'is_upheld', 'settled_why'];
  closed_before text := coalesce(to_jsonb(old) ->> 'ended_by', to_jsonb(old) ->> 'withdrawn_by');
  closed_now text := coalesce(to_jsonb(new) ->> 'ended_by', to_jsonb(new) ->> 'withdrawn_by');
begin
  if was <> becomes or (closed_before is not null and closed_before is distinct from closed_now)
     or (closed_before is null and closed_now is distinct from null and closed_now <> guard_text('actor')) then
    raise exception 'what is known of a residence is ended, never edited' using errcode = '23514', constraint = 'residence_is_history';
  end if;
  return new;
end $$;
create trigger residence_notice_is_history before update on residence_notice for each row execute function residence_is_history();
create trigger residence_period_is_history before update on residence_period for each row execute function residence_is_history();
create trigger resident_origin_is_history before update on resident_origin for each row execute function residence_is_history();

create table feed_position (
  feed      text primary key,
  position  text not null
);
comment on table feed_position is 'How far a change feed of another app was read.';

-- Look-ups by number, counted so that nobody tries numbers out.
create table lookup_miss (
  id         bigint generated always as identity primary key,
  actor      text not null default guard_text('actor'),
  place_key  bytea not null check (length(place_key) = 32),
  at         timestamptz not null
);
comment on table lookup_miss is 'Look-ups by number that found nothing the asker may see; append-only. After five for one region and birth date the asker is stopped.';
create index lookup_miss_by_place on lookup_miss (place_key, at);
create table lookup_found (
  actor        text not null default guard_text('actor'),
  resident_id  uuid not null references resident (id) on delete cascade,
  day          date not null,
  primary key (actor, day, resident_id)
);
create index lookup_found_by_resident on lookup_found (resident_id);
comment on table lookup_found is 'Residents whom somebody found by number on a day.';

do $$
declare name text;
begin
  foreach name in array array['resident', 'residence_notice', 'residence_period', 'resident_origin', 'division_succession',
                              'feed_position', 'lookup_miss', 'lookup_found'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
  end loop;
end $$;

-- An officer sees whoever lives, lived or is registered in their subtree; a citizen themselves and their minor children.
create policy resident_in_division on resident
  using ((select guard_whole())
    or exists (select from unnest(divisions) d where d ^@ (select guard_from()))
    or person_id = any ((select guard_family())::uuid[]) or number_key = (select guard_key()));
create policy residence_notice_of_resident on residence_notice
  using ((select guard_whole()) or exists (select from resident r where r.id = resident_id));
create policy residence_period_of_resident on residence_period
  using ((select guard_whole()) or exists (select from resident r where r.id = resident_id));
create policy resident_origin_of_resident on resident_origin
  using ((select guard_whole()) or exists (select from resident r where r.id = resident_id));
create policy division_succession_is_public on division_succession for select using (true);
create policy division_succession_is_copied_centrally on division_succession using ((select guard_whole()));
create policy feed_position_is_central on feed_position using ((select guard_whole()));
create policy lookup_miss_of_actor on lookup_miss using ((select guard_whole()) or actor = (select guard_text('actor')));
create policy lookup_found_of_actor on lookup_found using ((select guard_whole()) or actor = (select guard_text('actor')));

-- Deleting is allowed, since it has to be possible; editing is not.
revoke update, truncate on resident, residence_notice, residence_period, resident_origin from migrant_rw;
grant update (person_id, name, sex, born, divisions) on resident to migrant_rw;
grant update (resident_id, withdrawn_by, withdrawn_at, withdrawn_why, is_upheld, settled_why) on residence_notice to migrant_rw;
grant update (resident_id, ended_by, ended_at) on residence_period to migrant_rw;
grant update (resident_id, ended_by, ended_at) on resident_origin to migrant_rw;
revoke insert, update, truncate on lookup_miss, lookup_found from migrant_rw;
grant insert (place_key, at) on lookup_miss to migrant_rw;
grant insert (resident_id, day) on lookup_found to migrant_rw;

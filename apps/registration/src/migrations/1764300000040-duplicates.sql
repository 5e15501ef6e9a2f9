-- Two records of one person: which pairs look like it, and which an officer has said are two people.
-- A score is always of a pair of records; nothing here says anything about a person.

-- A day written with day and month in each other's place; null where that is no day. Compared below and searched by.
create function day_swapped(d date) returns date language sql immutable parallel safe as $$
  select case when extract(day from d) <= 12
    then make_date(extract(year from d)::int, extract(day from d)::int, extract(month from d)::int) end
$$;

-- How two names in the form for matching stand to each other. The same is written in duplicate.rules.ts; a test holds
-- the two together on thousands of pairs.
create function name_likeness(a text, b text) returns text language plpgsql immutable parallel safe as $$
declare
  la int := char_length(a);
  lb int := char_length(b);
  most int := least(la, lb);
  p int := 0;
  s int := 0;
begin
  if a ~ '^(未取名|未命名|无名|暂无|.{0,6}之[子女])$' or b ~ '^(未取名|未命名|无名|暂无|.{0,6}之[子女])$' then return 'unnamed'; end if;
  if a = b then return 'same'; end if;
  if abs(la - lb) > 1 then return 'different'; end if;
  while p < most and substr(a, p + 1, 1) = substr(b, p + 1, 1) loop p := p + 1; end loop;
  while s < most - p and substr(a, la - s, 1) = substr(b, lb - s, 1) loop s := s + 1; end loop;
  if p + s = 0 then return 'different'; end if;
  if la = lb and p + s = la - 1 then return 'near'; end if;
  if la = lb and p + s = la - 2 and substr(a, p + 1, 1) = substr(b, p + 2, 1) and substr(a, p + 2, 1) = substr(b, p + 1, 1) then
    return 'near';
  end if;
  if la <> lb and p + s = most and most >= 2 then return 'near'; end if;
  return 'different';
end $$;
comment on function name_likeness is 'same, near (one character other, missing or changed places), unnamed (a newborn without a name yet) or different.';

create table duplicate_run (
  id          uuid primary key default uuidv7(),
  is_whole    boolean not null,
  until_xid   xid8 not null,
  started_at  timestamptz not null,
  finished_at timestamptz not null,
  persons     int not null,
  compared    int not null,
  found       int not null,
  gone        int not null,
  constraint duplicate_run_counts_up check (persons >= 0 and compared >= 0 and found >= 0 and gone >= 0)
);
create index duplicate_run_by_end on duplicate_run (until_xid);
comment on table duplicate_run is 'Each search for pairs: the next one looks at the persons that changed since.';
comment on column duplicate_run.until_xid is 'Every change of an older transaction was seen.';

create table duplicate_pair (
  id            uuid primary key default uuidv7(),
  person_a      uuid not null references person (id),
  person_b      uuid not null references person (id),
  division_a    text collate "C" not null,
  division_b    text collate "C" not null,
  division_code text collate "C" not null,
  score         int not null,
  verdict       text not null,
  levels        text[] not null,
  state         text not null default 'open',
  kept_id       uuid references person (id),
  change_id     uuid,
  found_at      timestamptz not null,
  seen_at       timestamptz not null,
  closed_at     timestamptz,
  constraint duplicate_pair_is_ordered check (person_a < person_b),
  constraint duplicate_pair_is_listed_once unique (person_a, person_b),
  constraint duplicate_pair_verdict_is_known check (verdict in ('certain', 'look')),
  constraint duplicate_pair_state_is_known check (state in ('open', 'not-same', 'merged', 'gone')),
  constraint duplicate_pair_closed_has_a_time check ((state = 'open') = (closed_at is null)),
  constraint duplicate_pair_merged_says_into_whom check ((state = 'merged') = (kept_id is not null) and (kept_id is null or kept_id in (person_a, person_b)))
);
create index duplicate_pair_by_division on duplicate_pair (division_code, id);
create index duplicate_pair_by_person_b on duplicate_pair (person_b);
create index duplicate_pair_by_kept on duplicate_pair (kept_id) where kept_id is not null;
comment on table duplicate_pair is 'Pairs of records that may be of one person, with how their fields stand to each other. A proposal for an officer: nothing follows from it by itself.';
comment on column duplicate_pair.division_code is 'Who settles it: the division of the record that was made later.';
comment on column duplicate_pair.levels is 'field:level in the words of duplicate.rules.ts; never a value.';
comment on column duplicate_pair.change_id is 'The governed change that merged them.';

create table not_same (
  id                uuid primary key default uuidv7(),
  person_a          uuid not null references person (id),
  person_b          uuid not null references person (id),
  reason            text not null,
  said_by           text not null default guard_text('actor'),
  said_at           timestamptz not null,
  taken_back_reason text,
  taken_back_by     text,
  taken_back_at     timestamptz,
  constraint not_same_is_ordered check (person_a < person_b),
  constraint not_same_has_a_reason check (char_length(reason) between 4 and 500),
  constraint not_same_is_taken_back_whole check (num_nulls(taken_back_reason, taken_back_by, taken_back_at) in (0, 3)),
  constraint not_same_is_taken_back_for_a_reason check (char_length(taken_back_reason) between 4 and 500)
);
create unique index not_same_stands_once on not_same (person_a, person_b) where taken_back_at is null;
create index not_same_by_person_a on not_same (person_a);
create index not_same_by_person_b on not_same (person_b);
comment on table not_same is 'An officer''s word that two records are of two people, with the reason; it stands until it is taken back.';

create function not_same_is_taken_back_once() returns trigger language plpgsql as $$
begin
  if old.taken_back_at is not null
     or (new.id, new.person_a, new.person_b, new.reason, new.said_by, new.said_at)
        is distinct from (old.id, old.person_a, old.person_b, old.reason, old.said_by, old.said_at) then
    raise exception 'what an officer said is history' using errcode = '23514', constraint = 'not_same_is_taken_back_once';
  end if;
  return new;
end $$;
create trigger not_same_is_taken_back_once before update on not_same
  for each row execute function not_same_is_taken_back_once();

-- Newborns, whom nothing but the day and a parent ties to a later row, and records without a number.
create index person_by_birth on person (born, name_match);
create index person_by_mother_key on person (mother_key) where mother_key is not null;
create index person_by_father_key on person (father_key) where father_key is not null;

alter table duplicate_run enable row level security, force row level security;
alter table duplicate_pair enable row level security, force row level security;
alter table not_same enable row level security, force row level security;

create policy duplicate_run_for_officers on duplicate_run for select using ((select guard_from()) is not null);
create policy duplicate_run_is_noted_centrally on duplicate_run for insert with check ((select guard_whole()));

-- Either record's officers may look at a pair; the other record shows itself only to who may see it.
create policy duplicate_pair_in_either_division on duplicate_pair
  using ((select guard_whole()) or division_a ^@ (select guard_from()) or division_b ^@ (select guard_from()));

-- As far as one of the two persons is seen; a family is told of no pairs.
create policy not_same_for_officers on not_same for select using (
  (select guard_whole()) or ((select guard_from()) is not null
    and exists (select from person p where p.id in (person_a, person_b))));
create policy not_same_is_said_by_its_officer on not_same for insert with check (
  said_by = (select guard_text('actor')) and taken_back_at is null and (select guard_from()) is not null
  and exists (select from person p where p.id in (person_a, person_b)));
create policy not_same_is_taken_back_by_its_officer on not_same for update using (
  (select guard_from()) is not null and exists (select from person p where p.id in (person_a, person_b)))
  with check (taken_back_by = (select guard_text('actor')));

revoke update, delete, truncate on duplicate_run from registration_rw;
revoke delete, truncate on duplicate_pair from registration_rw;
revoke insert, update, delete, truncate on not_same from registration_rw;
grant insert (person_a, person_b, reason, said_at) on not_same to registration_rw;
grant update (taken_back_reason, taken_back_by, taken_back_at) on not_same to registration_rw;

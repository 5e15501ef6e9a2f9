-- Divisions end and begin: a code that was merged, renamed, split or recoded still answers, and people are filed where
-- their division is today, while what was decided stays on the code it was decided under.

create table division_succession (
  id             uuid primary key default uuidv7(),
  old_code       text collate "C" not null references division (code),
  new_code       text collate "C" not null references division (code),
  kind           text not null,
  on_day         date not null,
  source         text not null,
  is_old_kept    boolean not null default false,
  recorded_at    timestamptz not null,
  constraint division_succession_is_listed_once unique (old_code, new_code),
  constraint division_succession_leads_elsewhere check (old_code <> new_code),
  constraint division_succession_kind_is_known check (kind in ('merged', 'renamed', 'split', 'recoded')),
  constraint division_succession_keeps_old_only_in_a_split check (not is_old_kept or kind = 'split'),
  constraint division_succession_has_a_source check (char_length(source) between 2 and 200)
);
-- Who was merged, renamed or recoded has one successor; only a split has several, and then a person must say which.
create unique index division_succession_has_one_heir on division_succession (old_code) where kind <> 'split';
create index division_succession_by_new on division_succession (new_code);
comment on table division_succession is 'Which division followed which, from what day on and by what document. Append-only.';
comment on column division_succession.is_old_kept is 'A part was split off and the old division goes on.';

create function division_succession_makes_no_circle() returns trigger language plpgsql set search_path from current as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('registration.division_succession', 0));
  if exists (
    with recursive later as (
      select new.new_code as code
      union select s.new_code from division_succession s join later l on l.code = s.old_code)
    select from later where code = new.old_code) then
    raise exception 'division % would be its own successor', new.old_code
      using errcode = '23514', constraint = 'division_succession_makes_no_circle';
  end if;
  if exists (select from division_succession s where s.old_code = new.old_code and (s.kind = 'split') <> (new.kind = 'split')) then
    raise exception 'division % was split, or it was not', new.old_code
      using errcode = '23514', constraint = 'division_succession_is_split_or_not';
  end if;
  return new;
end $$;
create trigger division_succession_makes_no_circle before insert on division_succession
  for each row execute function division_succession_makes_no_circle();

-- The digits that every code below a division begins with.
create function division_digits(code text) returns text language sql immutable parallel safe as $$
  select left(code, case
    when substr(code, 10, 3) <> '000' then 12 when substr(code, 7, 3) <> '000' then 9
    when substr(code, 5, 2) <> '00' then 6 when substr(code, 3, 2) <> '00' then 4 else 2 end)
$$;

-- The code that a code has become by a day. A county, town or village that was only renamed or recoded takes what is
-- below it along; what was merged or split takes along only what the list names. A split leads nowhere by itself.
create function division_heir(code text, on_date date) returns text language plpgsql stable set search_path from current as $$
declare
  reached text := code;
  step record;
begin
  for i in 1..30 loop
    select s.old_code, s.new_code into step from division_succession s
     where s.on_day <= on_date and s.kind <> 'split'
       and (s.old_code = reached
         or (s.kind in ('renamed', 'recoded') and reached ^@ division_digits(s.old_code)
             and length(division_digits(s.old_code)) = length(division_digits(s.new_code))))
     order by length(division_digits(s.old_code)) desc limit 1;
    if not found then return reached; end if;
    reached := case when step.old_code = reached then step.new_code
      else division_digits(step.new_code) || substr(reached, length(division_digits(step.new_code)) + 1) end;
  end loop;
  raise exception 'division % has too many successors', code using errcode = '23514', constraint = 'division_succession_makes_no_circle';
end $$;
comment on function division_heir is 'What a division code has become by a day: follows merged, renamed and recoded divisions, stops before a split.';

create table refiling (
  id            uuid primary key default uuidv7(),
  person_id     uuid references person (id),
  household_id  uuid references household (id),
  old_code      text collate "C" not null references division (code),
  new_code      text collate "C" not null references division (code),
  reason        text,
  done_by       text not null default guard_text('actor'),
  done_at       timestamptz not null,
  constraint refiling_is_of_one_thing check (num_nulls(person_id, household_id) = 1),
  constraint refiling_leads_elsewhere check (old_code <> new_code)
);
create index refiling_by_person on refiling (person_id) where person_id is not null;
create index refiling_by_household on refiling (household_id) where household_id is not null;
create index refiling_by_old_code on refiling (old_code);
create index refiling_by_new_code on refiling (new_code);
comment on table refiling is 'Each person and household that was filed under another code because the division changed, not because they moved. Append-only.';

alter table division_succession enable row level security, force row level security;
alter table refiling enable row level security, force row level security;
create policy division_succession_is_public on division_succession for select using (true);
create policy division_succession_is_recorded_centrally on division_succession for insert with check ((select guard_whole()));
create policy refiling_in_either_division on refiling for select using (
  (select guard_whole()) or old_code ^@ (select guard_from()) or new_code ^@ (select guard_from())
  or person_id = any ((select guard_family())::uuid[]));
create policy refiling_by_its_officer on refiling for insert with check (
  done_by = (select guard_text('actor'))
  and ((select guard_whole()) or (old_code ^@ (select guard_from()) and new_code ^@ (select guard_from()))));

revoke update, delete, truncate on division_succession from registration_rw;
revoke insert, update, delete, truncate on refiling from registration_rw;
grant insert (person_id, household_id, old_code, new_code, reason, done_at) on refiling to registration_rw;

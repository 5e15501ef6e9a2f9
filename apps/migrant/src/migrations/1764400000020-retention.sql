-- What the app holds about somebody, table by table, and how long: every slice joins by two declarations, personal_table_join()
-- and retention_join(). Nobody deletes such rows but retention_delete(), which looks itself whether they are due.

create table personal_table (
  of_table    text primary key,
  -- SQL over the row t: the resident it is about, null where that is nobody who moved.
  person      text not null,
  -- SQL over t and p.residents, p.persons, p.keys: whether it is about somebody known by any of these.
  whose       text not null,
  -- What reading it is called in the audit log, by the row's own id; none where it is read as a part of something else.
  audit_kinds text[] not null default '{}',
  -- Columns that an export leaves out, each with why; and sealed ones that it opens.
  withheld    jsonb not null default '{}',
  opened      text[] not null default '{}',
  -- How its rows go, where that is not by a class.
  otherwise   text,
  constraint personal_table_withholds_with_a_reason check (jsonb_typeof(withheld) = 'object')
);
comment on table personal_table is 'Every table with rows about somebody, and how they are found: an export reads them all, and a test finds those that are missing.';

create table retention_class (
  name        text primary key check (name ~ '^[a-z]+(-[a-z]+)*$'),
  of_table    text not null,
  -- SQL over the row t: which rows it is about, and of them whose, since when, where, and called what.
  covers      text not null,
  person      text not null,
  starts      text not null,
  division    text not null,
  key         text not null,
  names       text not null,
  said_zh     text not null check (said_zh <> ''),
  said_en     text not null check (said_en <> ''),
  position    integer not null
);
comment on table retention_class is 'What is deleted together, and when its clock starts; how long it then runs is the parameter keep.<name>. Written by migrations only.';
comment on column retention_class.starts is 'The day from which the time counts; null while it does not run.';
comment on column retention_class.division is 'The division whose parameter holds.';
comment on column retention_class.key is 'What the row is called in the certificate''s hash.';
comment on column retention_class.names is 'Every id that goes with the row, for finding the messages that name it.';
comment on column retention_class.position is 'The order in which classes are gone through.';

create table retention_holder (
  name        text primary key check (name ~ '^[a-z]+(-[a-z]+)*$'),
  -- SQL over p.id, the resident.
  holds       text not null,
  only_class  text references retention_class,
  said_zh     text not null check (said_zh <> ''),
  said_en     text not null check (said_en <> '')
);
comment on table retention_holder is 'What stops the clock for a person: an open case, a dispute, a suit. Written by migrations only.';
create index retention_holder_by_class on retention_holder (only_class);

create table retention_hold (
  id           uuid primary key default uuidv7(),
  resident_id  uuid not null references resident (id) on delete cascade,
  reason       text not null,
  reference    text not null,
  set_by       text not null default guard_text('actor'),
  set_at       timestamptz not null,
  lifted_by    text,
  lifted_at    timestamptz,
  constraint retention_hold_reason_is_known check (reason in ('suit', 'dispute', 'inspection', 'complaint')),
  constraint retention_hold_has_its_reference check (char_length(reference) between 2 and 120),
  constraint retention_hold_is_lifted_by_somebody check (num_nulls(lifted_by, lifted_at) in (0, 2) and lifted_at >= set_at)
);
comment on table retention_hold is 'An officer''s word that nothing about somebody may be deleted yet, with the file it is about; shown to that person. Ended, never edited.';
create unique index retention_hold_stands_once on retention_hold (resident_id, reason, reference) where lifted_at is null;
create index retention_hold_by_resident on retention_hold (resident_id);

create table retention_run (
  id           uuid primary key default uuidv7(),
  on_day       date not null unique,
  -- Thrown away with the end of the run: after that nobody can try out whether an id is in the hash.
  salt         bytea check (length(salt) = 32),
  started_at   timestamptz not null,
  finished_at  timestamptz,
  constraint retention_run_forgets_its_salt check ((finished_at is null) = (salt is not null))
);
comment on table retention_run is 'A night''s deletion: its certificate once it is finished. No personal value, no id.';

create table retention_count (
  run_id    uuid not null references retention_run (id),
  class     text not null,
  division  text not null check (division ~ '^(\d{6})?$'),
  deleted   integer not null check (deleted > 0),
  digest    bytea not null check (length(digest) = 32),
  primary key (run_id, class, division)
);
comment on table retention_count is 'How many of a class were deleted in a county in one run, with the hash over their salted ids.';

create table retention_tombstone (
  key         bytea primary key check (length(key) = 32),
  deleted_on  date not null
);
comment on table retention_tombstone is 'Residents deleted at their own request before their time, as keyed hashes that tell nothing: after a backup was restored they are deleted again.';
create table retention_key (
  is_only  boolean primary key default true check (is_only),
  pad      bytea not null check (length(pad) = 64)
);
comment on table retention_key is 'What tombstones are keyed with; read by functions of the owner only.';

-- Whether the app may be told another day than the server's: an administrator's word, for trials only.
create table retention_rehearsal (is_only boolean primary key default true check (is_only));
comment on table retention_rehearsal is 'A row here lets days be deleted for that have not come yet: for trials, put in by an administrator. Without it the server''s own day is the last.';

do $$
declare name text;
begin
  foreach name in array array['personal_table', 'retention_class', 'retention_holder', 'retention_hold', 'retention_run',
                              'retention_count', 'retention_tombstone', 'retention_key', 'retention_rehearsal'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    if name <> 'retention_hold' then
      execute format('create policy %I on %I to migrant_owner using (true) with check (true)', name || '_for_its_functions', name);
    end if;
  end loop;
end $$;
create policy personal_table_is_public on personal_table for select using (true);
create policy retention_class_is_public on retention_class for select using (true);
create policy retention_holder_is_public on retention_holder for select using (true);
create policy retention_hold_of_resident on retention_hold
  using ((select guard_whole()) or exists (select from resident r where r.id = resident_id));
-- Certificates name nobody.
create policy retention_run_is_open on retention_run for select using ((select guard_open()));
create policy retention_count_is_open on retention_count for select using ((select guard_open()));
create policy retention_tombstone_is_central on retention_tombstone for select using ((select guard_whole()));

revoke all on personal_table, retention_class, retention_holder, retention_run, retention_count, retention_tombstone, retention_key, retention_rehearsal from migrant_rw;
grant select on personal_table, retention_class, retention_holder, retention_run, retention_count, retention_tombstone to migrant_rw;
revoke insert, update, delete, truncate on retention_hold from migrant_rw;
grant insert (resident_id, reason, reference, set_at), update (lifted_by, lifted_at) on retention_hold to migrant_rw;

create function retention_hold_is_history() returns trigger language plpgsql set search_path from current as $$
begin
  if old.lifted_at is not null or new.lifted_by is distinct from guard_text('actor') then
    raise exception 'a hold is lifted once, by whoever says so' using errcode = '23514', constraint = 'retention_hold_is_history';
  end if;
  return new;
end $$;
create trigger retention_hold_is_history before update of lifted_by, lifted_at on retention_hold for each row execute function retention_hold_is_history();

-- How many rows of other tables are about a resident, as far as the reader sees.
create function personal_rows_of(resident uuid) returns bigint language plpgsql stable set search_path from current as $$
declare
  one personal_table;
  here bigint;
  total bigint := 0;
begin
  for one in select * from personal_table p where p.person = 't.resident_id' loop
    execute format('select count(*) from %I t where t.resident_id = $1', one.of_table) into here using resident;
    total := total + here;
  end loop;
  return total;
end $$;

-- What else is about one resident goes over to another record of the same person, before that one is deleted.
create function personal_rows_move(from_resident uuid, to_resident uuid) returns void language plpgsql security definer set search_path from current as $$
declare one personal_table;
begin
  if not guard_whole() then
    raise exception 'records are joined centrally' using errcode = '42501';
  end if;
  delete from lookup_found f where f.resident_id = from_resident;
  for one in select * from personal_table p where p.person = 't.resident_id' and p.of_table <> 'lookup_found' loop
    execute format('update %I set resident_id = $2 where resident_id = $1', one.of_table) using from_resident, to_resident;
  end loop;
end $$;
comment on function personal_rows_move is 'For joining two records of one person: notices and periods are moved by their own slice before.';

-- A grant is not enough to delete: the runtime has to go through retention_delete(). Rows that go with their parent go as the owner.
create function retention_refuse() returns trigger language plpgsql set search_path from current as $$
begin
  -- Two records of one person become one: the other, with nothing left in it, may go.
  if tg_table_name = 'resident' and personal_rows_of(old.id) = 0 then return old; end if;
  raise exception 'rows of % are deleted by retention only', tg_table_name using errcode = '42501', constraint = 'retention_deletes_alone';
end $$;

-- The first declaration of a slice: this table holds something about a resident.
create function personal_table_join(
  of_table text, person text, whose text default 't.resident_id = any (p.residents)', audit_kinds text[] default '{}',
  withheld jsonb default '{}', opened text[] default '{}', otherwise text default null)
returns void language plpgsql set search_path from current as $$
begin
  -- Said wrongly it fails here, and not in the night.
  execute format('select (%s)::uuid from %I t, (select null::uuid[] as residents, null::uuid[] as persons, null::bytea[] as keys) p where %s limit 0',
                 person, of_table, whose);
  if exists (select from jsonb_object_keys(withheld) k where not exists
               (select from pg_attribute a where a.attrelid = of_table::regclass and a.attname = k and not a.attisdropped)) then
    raise exception 'a column that % does not have', of_table;
  end if;
  insert into personal_table values (of_table, person, whose, audit_kinds, withheld, opened, otherwise);
  if otherwise is not null then return; end if;
  execute format($t$ create trigger retention_deletes_alone before delete on %I for each row
    when (current_user = 'migrant_rw') execute function retention_refuse() $t$, of_table);
end $$;

-- The second: what of it is deleted together, from when the time counts, and whose parameter holds.
create function retention_join(
  name text, of_table text, starts text, division text, said_zh text, said_en text,
  covers text default 'true', key text default 't.id::text', names text default 'array[t.id]', person text default null,
  at_position integer default 100)
returns void language plpgsql set search_path from current as $$
declare whose text := coalesce(person, (select p.person from personal_table p where p.of_table = retention_join.of_table), 'null::uuid');
begin
  execute format('select (%s)::uuid, (%s)::date, (%s)::text, (%s)::text, (%s)::uuid[] from %I t where %s limit 0',
                 whose, starts, division, key, names, of_table, covers);
  insert into retention_class values (name, of_table, covers, whose, starts, division, key, names, said_zh, said_en, at_position);
end $$;

-- And where something of it must wait: a condition over p.id, the resident.
create function retention_hold_by(name text, holds text, said_zh text, said_en text, only_class text default null)
returns void language plpgsql set search_path from current as $$
begin
  execute format('select (%s)::boolean from (select null::uuid as id) p', holds);
  insert into retention_holder values (name, holds, only_class, said_zh, said_en);
end $$;
revoke all on function personal_table_join, retention_join, retention_hold_by from public;

-- Every row of a class with its day and what holds it; $1 is the day for which the parameters are read.
create function retention_sql(class retention_class) returns text language sql stable set search_path from current as $$
  select format($q$
    select t.ctid as place, (%1$s)::text as key, (%2$s)::uuid[] as names, p.id as person, d.code as division, s.on_day as starts,
           (s.on_day + k.keep)::date as due_on,
           array_remove(array[%3$s]::text[], null) as held_by
      from %4$I t
      cross join lateral (select (%5$s)::uuid as id) p
      cross join lateral (select (%6$s)::date as on_day) s
      cross join lateral (select (%7$s)::text as code) d
      left join lateral (
        select (v.value || ' ' || v.unit)::interval as keep from parameter v
         where v.name = %8$L and v.unit in ('days', 'months') and v.value ~ '^\d{1,4}$' and coalesce(d.code, '') ^@ v.region and v.valid @> $1
         order by length(v.region) desc limit 1) k on true
     where (%9$s) $q$,
    class.key, class.names,
    (select string_agg(format('case when %s then %L end', h.holds, h.name), ', ' order by h.name) from retention_holder h
      where h.only_class is null or h.only_class = class.name),
    class.of_table, class.person, class.starts, class.division, 'keep.' || class.name, class.covers)
$$;

-- What is kept about somebody, since when, until when and why longer.
create function retention_standing(resident uuid, day date)
returns table (class text, key text, starts date, due_on date, held_by text[]) language plpgsql stable set search_path from current as $$
declare one retention_class;
begin
  for one in select * from retention_class c where c.person <> 'null::uuid' order by c.position, c.name loop
    return query execute format('select %L, r.key, r.starts, r.due_on, r.held_by from (%s) r where r.person = $2 order by r.key', one.name, retention_sql(one))
      using day, resident;
  end loop;
end $$;

create function retention_assert(day date) returns void language plpgsql stable set search_path from current as $$
begin
  if not guard_whole() then
    raise exception 'deletion is central' using errcode = '42501', constraint = 'retention_is_central';
  end if;
  if day > (now() at time zone 'Asia/Shanghai')::date and not exists (select from retention_rehearsal) then
    raise exception 'the day % has not come', day using errcode = '23514', constraint = 'retention_day_has_come';
  end if;
end $$;

-- A night's run, begun or gone on with.
create function retention_begin(day date, at timestamptz) returns uuid language plpgsql security definer set search_path from current as $$
declare run uuid;
begin
  perform retention_assert(day);
  insert into retention_run (on_day, salt, started_at)
  values (day, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'), at)
  on conflict (on_day) do nothing;
  select id into run from retention_run r where r.on_day = day and r.finished_at is null;
  return run;
end $$;
comment on function retention_begin is 'The run of a day; null when it is finished.';

-- Messages that name what is gone, here and as others told them to us: what is under way is let go first, by retention_delete().
create function retention_forget_messages(names uuid[]) returns integer language plpgsql security definer set search_path from current as $$
declare
  texts text[] := names::text[];
  ids uuid[];
begin
  with gone as (
    delete from outbox o where o.key = any (texts) or exists (select from jsonb_each_text(o.payload) v where v.value = any (texts))
                            or exists (select from jsonb_each_text(o.next_payload) v where v.value = any (texts))
    returning o.id)
  select coalesce(array_agg(id), '{}') into ids from gone;
  with gone as (
    delete from quarantine q where q.key = any (texts) or exists (select from jsonb_each_text(q.payload) v where v.value = any (texts))
    returning q.message_id)
  select ids || coalesce(array_agg(message_id), '{}') into ids from gone;
  delete from inbox i where i.message_id = any (ids);
  delete from delivery d where d.message_id = any (ids);
  return cardinality(ids);
end $$;

create function retention_note(run uuid, class text, keys text[], divisions text[]) returns void language plpgsql set search_path from current as $$
#variable_conflict use_column
begin
  insert into retention_count as c (run_id, class, division, deleted, digest)
  select run, class, coalesce(left(g.division, 6), ''), count(*)::int, sha256(string_agg(sha256(r.salt || convert_to(g.key, 'UTF8')), ''::bytea order by g.key))
    from unnest(keys, divisions) g (key, division), retention_run r where r.id = run
   group by coalesce(left(g.division, 6), '')
  on conflict (run_id, class, division) do update set deleted = c.deleted + excluded.deleted, digest = sha256(c.digest || excluded.digest);
end $$;

-- One part of a table: what is due in it and held by nothing. Looks at every condition itself, whatever the caller thinks.
create function retention_delete(run uuid, of_class text, from_block bigint, blocks integer, out deleted integer, out next_block bigint)
language plpgsql security definer set search_path from current as $$
declare
  class retention_class;
  on_day date;
  keys text[];
  divisions text[];
  named uuid[];
  under_way text[];
begin
  select r.on_day into on_day from retention_run r where r.id = run and r.finished_at is null;
  if on_day is null then
    raise exception 'no such run is open' using errcode = '23514', constraint = 'retention_run_is_open';
  end if;
  perform retention_assert(on_day);
  select * into strict class from retention_class c where c.name = of_class;
  -- A message about somebody that is on its way is let arrive; one that was given up on is not waited for.
  select coalesce(array_agg(distinct said), '{}') into under_way from (
    select o.key as said from outbox o where o.acked_at is null and o.quarantined_at is null
    union all select v.value from outbox o, jsonb_each_text(o.payload) v where o.acked_at is null and o.quarantined_at is null) u;
  execute format($q$
    with due as materialized (
      %1$s and t.ctid >= $2 and t.ctid < $3 and s.on_day + k.keep <= $1
             and cardinality(array_remove(array[%2$s]::text[], null)) = 0 and not (%3$s)::text[] && $4
      for update of t skip locked),
    gone as (delete from %4$I x using due where x.ctid = due.place returning due.key, due.division, due.names)
    select array_agg(g.key), array_agg(g.division), (select array_agg(n) from gone, unnest(names) n) from gone g $q$,
    retention_sql(class),
    (select string_agg(format('case when %s then %L end', h.holds, h.name), ', ' order by h.name) from retention_holder h
      where h.only_class is null or h.only_class = class.name),
    class.names, class.of_table)
  into keys, divisions, named
  using on_day, format('(%s,0)', from_block)::tid, format('(%s,0)', from_block + blocks)::tid, under_way;
  deleted := coalesce(cardinality(keys), 0);
  if deleted > 0 then
    perform retention_note(run, of_class, keys, divisions);
    perform retention_forget_messages(named);
  end if;
  next_block := from_block + blocks;
  if next_block >= pg_relation_size(class.of_table::regclass) / current_setting('block_size')::bigint then next_block := null; end if;
end $$;
comment on function retention_delete is 'Deletes what is due and held by nothing in some blocks of a class''s table, its messages with it, and counts it for the certificate.';

-- Messages that were told and done long ago, of whomever: the queue needs them no longer.
create function retention_delete_messages(run uuid, most integer) returns integer language plpgsql security definer set search_path from current as $$
declare
  on_day date;
  keep interval;
  before timestamptz;
  n integer;
  total integer := 0;
begin
  select r.on_day into on_day from retention_run r where r.id = run and r.finished_at is null;
  perform retention_assert(coalesce(on_day, 'infinity'));
  select (v.value || ' ' || v.unit)::interval into keep from parameter v
   where v.name = 'keep.messages' and v.region = '' and v.unit in ('days', 'months') and v.value ~ '^\d{1,4}$' and v.valid @> on_day;
  if keep is null then return 0; end if;
  before := (on_day - keep) at time zone 'Asia/Shanghai';
  delete from outbox o where o.id in (select id from outbox where acked_at < before limit most);
  get diagnostics n = row_count; total := total + n;
  -- An effect is forgotten only once its message is finished here and, of our own messages, gone there.
  delete from inbox i where i.message_id in (
    select d.message_id from delivery d where d.finished_at < before and not exists (select from outbox o where o.id = d.message_id) limit most);
  get diagnostics n = row_count; total := total + n;
  delete from delivery d where d.message_id in (
    select e.message_id from delivery e where e.finished_at < before and not exists (select from inbox i where i.message_id = e.message_id)
       and not exists (select from outbox o where o.id = e.message_id) limit most);
  get diagnostics n = row_count; total := total + n;
  if total > 0 then perform retention_note(run, 'messages', array(select g::text from generate_series(1, total) g), array_fill(''::text, array[total])); end if;
  return total;
end $$;

create function retention_tombstone_of(resident uuid) returns bytea language sql stable set search_path from current as $$
  select sha256(k.pad || uuid_send(resident)) from retention_key k
$$;
insert into retention_key (pad)
select decode(string_agg(replace(gen_random_uuid()::text, '-', ''), ''), 'hex') from generate_series(1, 4);

-- Everything about one resident, whatever the day: for functions that know why.
create function retention_delete_resident(resident uuid) returns boolean language plpgsql set search_path from current as $$
declare named uuid[];
begin
  execute format('select (%s)::uuid[] from resident t where t.id = $1', (select c.names from retention_class c where c.name = 'resident'))
    into named using resident;
  delete from resident r where r.id = resident;
  if not found then return false; end if;
  perform retention_forget_messages(named);
  return true;
end $$;

-- What a restored backup brought back of those who were deleted at their own request.
create function retention_delete_again(run uuid) returns integer language plpgsql security definer set search_path from current as $$
declare
  on_day date;
  one record;
  keys text[] := '{}';
  divisions text[] := '{}';
begin
  select r.on_day into on_day from retention_run r where r.id = run and r.finished_at is null;
  perform retention_assert(coalesce(on_day, 'infinity'));
  for one in select r.id, r.divisions[1] as division from resident r
              where exists (select from retention_tombstone) and retention_tombstone_of(r.id) in (select key from retention_tombstone) loop
    perform retention_delete_resident(one.id);
    keys := keys || one.id::text;
    divisions := divisions || coalesce(one.division, '');
  end loop;
  if cardinality(keys) > 0 then perform retention_note(run, 'resident-again', keys, divisions); end if;
  return cardinality(keys);
end $$;
comment on function retention_delete_again is 'Deletes residents whom a tombstone names: the database finds them itself.';

-- The planner keeps names and hashes it came across as samples; they go with the rows.
create function retention_forget_samples() returns void language plpgsql set search_path from current as $$
declare one record;
begin
  for one in select t.name, a.attname from (select of_table as name from personal_table union select unnest(array['outbox', 'inbox', 'delivery', 'quarantine'])) t
               join pg_attribute a on a.attrelid = t.name::regclass and a.attnum > 0 and not a.attisdropped loop
    perform pg_clear_attribute_stats(current_schema()::text, one.name, one.attname::text, false);
  end loop;
  for one in select of_table as name from personal_table union select unnest(array['outbox', 'inbox', 'delivery', 'quarantine']) loop
    execute format('analyze %I', one.name);
  end loop;
end $$;

create function retention_finish(run uuid, at timestamptz) returns void language plpgsql security definer set search_path from current as $$
begin
  perform retention_assert('-infinity');
  update retention_run r set finished_at = at, salt = null where r.id = run and r.finished_at is null;
  if exists (select from retention_count c where c.run_id = run) then perform retention_forget_samples(); end if;
end $$;
comment on function retention_finish is 'Closes a run, throws its salt away and the planner''s samples of what is gone.';

revoke all on function personal_rows_move, retention_refuse, retention_sql, retention_assert, retention_note, retention_begin, retention_delete, retention_delete_messages, retention_forget_messages, retention_finish,
  retention_tombstone_of, retention_forget_samples, retention_delete_resident, retention_delete_again from public;
grant execute on function personal_rows_move, retention_begin, retention_delete, retention_delete_messages, retention_delete_again, retention_finish, retention_sql to migrant_rw;

-- The day after which somebody surely no longer lived at a place of theirs; null while that goes on.
create function residence_over(resident uuid, place text) returns date language sql stable set search_path from current as $$
  select case when bool_or(upper_inf(p.valid)) then null else coalesce(max(upper(p.valid)), '-infinity') end
    from residence_period p where p.resident_id = resident and p.ended_at is null and (place is null or p.place_code = place)
$$;

select personal_table_join('resident', 't.id', 't.id = any (p.residents)', '{resident, residence}',
  '{"number_sealed": "shown as its mask", "number_key": "a keyed hash by which the number is found, which says nothing by itself"}');
select personal_table_join('residence_notice', 't.resident_id');
select personal_table_join('residence_period', 't.resident_id');
select personal_table_join('resident_origin', 't.resident_id');
select personal_table_join('lookup_found', 't.resident_id');
select personal_table_join('retention_hold', 't.resident_id');

select retention_join('resident', 'resident',
  $s$ (select greatest(residence_over(t.id, null), (max(n.recorded_at) at time zone 'Asia/Shanghai')::date, (t.recorded_at at time zone 'Asia/Shanghai')::date)
         from residence_notice n where n.resident_id = t.id having residence_over(t.id, null) is not null) $s$,
  't.divisions[1]', '居住人员及其全部记录', 'a resident with everything about them',
  names => $n$ array[t.id] || array(select n.id from residence_notice n where n.resident_id = t.id) || array(select n.id from residence_period n where n.resident_id = t.id)
    || array(select n.id from resident_origin n where n.resident_id = t.id) || array(select n.id from retention_hold n where n.resident_id = t.id) $n$,
  at_position => 10);
select retention_join('residence', 'residence_notice',
  $s$ (select greatest(o.on_day, (t.recorded_at at time zone 'Asia/Shanghai')::date)
         from (select case
             when t.kind = 'death' then null
             when exists (select from residence_period p where p.notice_id = t.id and p.ended_at is null) then
               (select case when not bool_or(upper_inf(p.valid)) then max(upper(p.valid)) end
                  from residence_period p where p.notice_id = t.id and p.ended_at is null)
             else residence_over(t.resident_id, t.place_code) end as on_day) o
        where o.on_day is not null) $s$,
  't.place_code', '居住申报和期间', 'a residence with its period', covers => 't.withdrawn_at is null',
  names => 'array[t.id] || array(select p.id from residence_period p where p.notice_id = t.id)', at_position => 20);
select retention_join('residence-withdrawn', 'residence_notice', $s$ (t.withdrawn_at at time zone 'Asia/Shanghai')::date $s$,
  't.place_code', '已更正或未被采信的居住登记', 'a notice that was corrected or refuted', covers => 't.withdrawn_at is not null',
  names => 'array[t.id] || array(select p.id from residence_period p where p.notice_id = t.id)', at_position => 21);
select retention_join('residence-superseded', 'residence_period', $s$ (t.ended_at at time zone 'Asia/Shanghai')::date $s$,
  't.place_code', '居住期间的旧版本', 'what a period was held to be before', covers => 't.ended_at is not null', at_position => 22);
select retention_join('origin', 'resident_origin',
  $s$ coalesce((t.ended_at at time zone 'Asia/Shanghai')::date, case when not upper_inf(t.valid) then upper(t.valid) end) $s$,
  't.division_code', '户籍地', 'a place of household registration', at_position => 23);
select retention_join('hold', 'retention_hold', $s$ (t.lifted_at at time zone 'Asia/Shanghai')::date $s$,
  '''''', '暂缓删除', 'a hold', at_position => 30);
select retention_join('lookup-found', 'lookup_found', 't.day', '''''', '按号码查到的记录', 'who found somebody by number',
  key => $k$ concat_ws(' ', t.actor, t.day, t.resident_id) $k$, names => '''{}''::uuid[]', at_position => 40);
select retention_join('lookup-miss', 'lookup_miss', $s$ (t.at at time zone 'Asia/Shanghai')::date $s$, '''''',
  '按号码未查到的记录', 'look-ups by number that found nothing', names => '''{}''::uuid[]', at_position => 41);

select retention_hold_by('hold', 'exists (select from retention_hold h where h.resident_id = p.id and h.lifted_at is null)',
  '工作人员因诉讼、争议、检查或投诉要求保留', 'an officer has it kept for a suit, a dispute, an inspection or a complaint');
select retention_hold_by('disputed', 'exists (select from residence_period h where h.resident_id = p.id and h.ended_at is null and h.is_disputed)',
  '居住情况正在核查', 'where the person lives is under investigation');

insert into parameter (name, valid, value, unit, source, status) values
  ('keep.resident', '[2021-08-20,)', '24', 'months', '最后一处居住结束后：个人信息保护法第十九条“实现处理目的所必要的最短时间”；年限待地方档案规定确认', 'assumed'),
  ('keep.residence', '[2021-08-20,)', '24', 'months', '居住结束后，便于原居住地与新居住地衔接待遇（人口与计划生育法第十四条）；个人信息保护法第十九条', 'assumed'),
  ('keep.residence-withdrawn', '[2021-08-20,)', '12', 'months', '更正后保留一年备查：个人信息保护法第四十六条、第十九条', 'assumed'),
  ('keep.residence-superseded', '[2021-08-20,)', '12', 'months', '更正后保留一年备查：个人信息保护法第四十六条、第十九条', 'assumed'),
  ('keep.origin', '[2021-08-20,)', '24', 'months', '户籍迁移后：个人信息保护法第十九条', 'assumed'),
  ('keep.hold', '[2021-08-20,)', '36', 'months', '与行政处理记录相同：个人信息保护法第五十六条', 'assumed'),
  ('keep.lookup-found', '[2021-08-20,)', '6', 'months', '网络安全法第二十三条（2026年1月1日前为第二十一条）：日志不少于六个月', 'assumed'),
  ('keep.lookup-miss', '[2021-08-20,)', '6', 'months', '网络安全法第二十三条（2026年1月1日前为第二十一条）：日志不少于六个月', 'assumed'),
  ('keep.messages', '[2021-08-20,)', '90', 'days', '系统间消息只含内部编号，送达后九十日足以排查故障；个人信息保护法第十九条', 'assumed'),
  -- What the installation keeps outside these tables: shown with the rest, carried out by whoever runs it.
  ('keep.network-logs', '[2017-06-01,)', '6', 'months', '网络安全法第二十三条（2026年1月1日前为第二十一条）：不少于六个月；本系统日志不含个人信息', 'confirmed'),
  ('keep.provision-records', '[2025-01-01,)', '36', 'months', '网络数据安全管理条例第十二条：提供、委托处理个人信息的记录至少保存三年', 'confirmed'),
  ('keep.statistics-raw', '[2017-08-01,)', '24', 'months', '统计法实施条例第十九条：原始记录、统计台账至少保存二年', 'confirmed'),
  ('keep.statistics-summary', '[2017-08-01,)', '120', 'months', '统计法实施条例第十九条：汇总性统计资料至少保存十年', 'confirmed'),
  ('keep.backups', '[2021-08-20,)', '30', 'days', '备份轮换周期：删除后在备份中最多再存留三十日；个人信息保护法第四十七条', 'assumed'),
  ('own-record.answer', '[2021-11-01,)', '30', 'days', 'GB/T 35273-2020 第8.7条：三十日内答复；个人信息保护法第五十条', 'assumed');

-- Rotation of keys: the only way to change a sealed value in place, and the way to close the tables to an old key.

create table sealed_column (
  of_table   text not null,
  of_column  text not null,
  primary key (of_table, of_column)
);
comment on table sealed_column is 'Every sealed column of this schema; what is not listed cannot be re-sealed.';
alter table sealed_column enable row level security, force row level security;
create policy sealed_column_is_open on sealed_column for select using (true);
create policy sealed_column_by_migrations on sealed_column to migrant_owner using (true) with check (true);
revoke insert, update, delete, truncate on sealed_column from migrant_rw;

create function reseal(of_table text, of_column text, ids uuid[], was bytea[], becomes bytea[]) returns integer
language plpgsql security definer set search_path from current as $$
declare swapped integer;
begin
  if not guard_whole() then
    raise exception 'sealed values are swapped centrally' using errcode = '42501';
  end if;
  if not exists (select from sealed_column c where c.of_table = $1 and c.of_column = $2) then
    raise exception 'not a sealed column' using errcode = '42501';
  end if;
  -- A later key version and the same length of text: anything else is no re-seal.
  if exists (select from unnest(was, becomes) v (was, becomes)
              where (get_byte(v.becomes, 0) > get_byte(v.was, 0) and length(v.becomes) = length(v.was)) is not true) then
    raise exception 'not a re-seal' using errcode = '23514', constraint = 'migrant_reseal_goes_forward';
  end if;
  -- Rows that somebody is writing are passed over, so that nobody waits for this and this waits for nobody.
  execute format(
    'with same as materialized (
       select v.* from unnest($1, $2, $3) v (id, was, becomes)
         join %1$I t on t.id = v.id and t.%2$I = v.was for update of t skip locked)
     update %1$I t set %2$I = s.becomes from same s where t.id = s.id and t.%2$I = s.was', of_table, of_column)
    using ids, was, becomes;
  get diagnostics swapped = row_count;
  return swapped;
end $$;
comment on function reseal is 'Puts the same text, sealed with a later key version, in the place of a sealed value that is still what was read; writes nothing else and keeps no history.';

create function retire_seal(version integer) returns bigint
language plpgsql security definer set search_path from current as $$
declare
  one record;
  here bigint;
  latest integer;
  left_over bigint := 0;
  newest integer := 0;
begin
  if not guard_whole() or version not between 1 and 255 then
    raise exception 'key versions are retired centrally' using errcode = '42501';
  end if;
  for one in select distinct of_table from sealed_column order by 1 loop
    execute format('lock table %I in access exclusive mode', one.of_table);
  end loop;
  for one in select of_table, of_column from sealed_column loop
    execute format('select count(*) filter (where get_byte(%1$I, 0) = $1), max(get_byte(%1$I, 0)) from %2$I', one.of_column, one.of_table)
      into here, latest using version;
    left_over := left_over + here;
    newest := greatest(newest, latest);
  end loop;
  if left_over > 0 then return left_over; end if;
  if version > newest and newest > 0 then
    raise exception 'only what newer values have replaced is retired' using errcode = '42501';
  end if;
  for one in select of_table, string_agg(format('get_byte(%I, 0) <> %s', of_column, version), ' and ' order by of_column) as condition
               from sealed_column group by of_table loop
    if not exists (select from pg_constraint where conrelid = one.of_table::regclass
                    and conname = format('%s_seal_%s_is_retired', one.of_table, version)) then
      execute format('alter table %I add constraint %I check (%s)', one.of_table,
                     format('%s_seal_%s_is_retired', one.of_table, version), one.condition);
    end if;
  end loop;
  return 0;
end $$;
comment on function retire_seal is 'Refuses, by a constraint, every value sealed with this key version from now on; or says how many there are, and changes nothing.';

revoke all on function reseal, retire_seal from public;
grant execute on function reseal, retire_seal to migrant_rw;

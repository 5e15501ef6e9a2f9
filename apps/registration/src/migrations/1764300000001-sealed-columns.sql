-- Which columns hold sealed values is a row, not a line in two functions: whoever adds one adds a row with it.

create table sealed_column (
  table_name  text not null,
  column_name text not null,
  primary key (table_name, column_name)
);
comment on table sealed_column is 'Every column with sealed values: what a rotation of keys goes through and closes to an old key.';
insert into sealed_column values
  ('person', 'id_number_sealed'), ('person', 'birth_certificate_sealed'),
  ('person_history', 'id_number_sealed'), ('person_history', 'birth_certificate_sealed'),
  ('fact', 'number_sealed');
alter table sealed_column enable row level security;
alter table sealed_column force row level security;
create policy sealed_column_is_public on sealed_column for select using (true);
revoke insert, update, delete, truncate on sealed_column from registration_rw;

create or replace function reseal(of_table text, of_column text, ids uuid[], was bytea[], becomes bytea[]) returns integer
language plpgsql security definer set search_path from current as $$
declare swapped integer;
begin
  if not guard_whole() then
    raise exception 'sealed values are swapped centrally' using errcode = '42501';
  end if;
  if not exists (select from sealed_column where (table_name, column_name) = (of_table, of_column)) then
    raise exception 'not a sealed column' using errcode = '42501';
  end if;
  -- A later key version and the same length of text: anything else is no re-seal.
  if exists (select from unnest(was, becomes) v (was, becomes)
              where (get_byte(v.becomes, 0) > get_byte(v.was, 0) and length(v.becomes) = length(v.was)) is not true) then
    raise exception 'not a re-seal' using errcode = '23514', constraint = 'registration_reseal_goes_forward';
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

create or replace function retire_seal(version integer) returns bigint
language plpgsql security definer set search_path from current as $$
declare
  of_table text;
  checks text;
  found bigint;
  left_over bigint := 0;
  latest integer;
  newest integer := 0;
  column_of record;
begin
  if not guard_whole() or version not between 1 and 255 then
    raise exception 'key versions are retired centrally' using errcode = '42501';
  end if;
  for of_table in select distinct table_name from sealed_column order by 1 loop
    execute format('lock table %I in access exclusive mode', of_table);
  end loop;
  for column_of in select table_name, column_name from sealed_column loop
    execute format('select count(*) filter (where get_byte(%2$I, 0) = $1), max(get_byte(%2$I, 0)) from %1$I',
                   column_of.table_name, column_of.column_name) into found, latest using version;
    left_over := left_over + found;
    newest := greatest(newest, latest);
  end loop;
  if left_over > 0 then return left_over; end if;
  if version > newest then
    raise exception 'only what newer values have replaced is retired' using errcode = '42501';
  end if;
  for of_table, checks in
    select table_name, string_agg(format('get_byte(%I, 0) <> %s', column_name, version), ' and ' order by column_name desc)
      from sealed_column group by 1 loop
    if not exists (select from pg_constraint where conrelid = of_table::regclass
                    and conname = format('%s_seal_%s_is_retired', of_table, version)) then
      execute format('alter table %I add constraint %I check (%s)',
                     of_table, format('%s_seal_%s_is_retired', of_table, version), checks);
    end if;
  end loop;
  return 0;
end $$;

-- Rotation of keys: the only way to change a sealed value in place, and the way to close the tables to an old key.

create function reseal(of_table text, of_column text, ids uuid[], was bytea[], becomes bytea[]) returns integer
language plpgsql security definer set search_path from current as $$
declare swapped integer;
begin
  if not guard_whole() then
    raise exception 'sealed values are swapped centrally' using errcode = '42501';
  end if;
  if (of_table, of_column) not in (('payee_account', 'holder_sealed'), ('payee_account', 'account_sealed')) then
    raise exception 'not a sealed column' using errcode = '42501';
  end if;
  -- A later key version and the same length of text: anything else is no re-seal.
  if exists (select from unnest(was, becomes) v (was, becomes)
              where (get_byte(v.becomes, 0) > get_byte(v.was, 0) and length(v.becomes) = length(v.was)) is not true) then
    raise exception 'not a re-seal' using errcode = '23514', constraint = 'subsidy_reseal_goes_forward';
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
  left_over bigint;
  newest integer;
begin
  if not guard_whole() or version not between 1 and 255 then
    raise exception 'key versions are retired centrally' using errcode = '42501';
  end if;
  lock table payee_account in access exclusive mode;
  select count(*) filter (where get_byte(sealed, 0) = version), max(get_byte(sealed, 0)) into left_over, newest from (
    select holder_sealed as sealed from payee_account union all
    select account_sealed as sealed from payee_account) s;
  if left_over > 0 then return left_over; end if;
  if version > newest then
    raise exception 'only what newer values have replaced is retired' using errcode = '42501';
  end if;
  if not exists (select from pg_constraint where conrelid = 'payee_account'::regclass
                  and conname = format('payee_account_seal_%s_is_retired', version)) then
    execute format('alter table payee_account add constraint payee_account_seal_%1$s_is_retired
        check (get_byte(holder_sealed, 0) <> %1$s and get_byte(account_sealed, 0) <> %1$s)', version);
  end if;
  return 0;
end $$;
comment on function retire_seal is 'Refuses, by a constraint, every value sealed with this key version from now on; or says how many there are, and changes nothing.';

revoke all on function reseal, retire_seal from public;
grant execute on function reseal, retire_seal to subsidy_rw;

-- The two parts of this app share receipts, ledger and treasury, and nothing else: what an old case is about is owed by nobody.

create function receivable_is_of_no_old_case() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if exists (select from legacy_fee_case c where c.id = new.matter_id) then
    raise exception 'an old case of the repealed fee is owed by nobody' using errcode = '23514', constraint = 'receivable_is_of_no_old_case';
  end if;
  return new;
end $$;
create trigger receivable_is_of_no_old_case before insert or update of matter_id on receivable
  for each row execute function receivable_is_of_no_old_case();

-- Who sees which rows of the register. Every table is under FORCEd row-level security; what no policy lets through
-- does not exist for the app. Contexts come from guard_claims(); "whole" spans the installation.

do $$
declare name text;
begin
  for name in select tablename from pg_tables where schemaname = current_schema() and tablename <> 'migration' loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
  end loop;
end $$;

-- Divisions are public; everybody may read them, nobody without a context may write.
create policy division_is_public on division for select using (true);
create policy division_needs_a_context on division using ((select guard_open())) with check ((select guard_open()));

create policy person_in_division on person
  using ((select guard_whole()) or division_code ^@ (select guard_from()) or id = any ((select guard_family())::uuid[]));

create policy person_history_in_division on person_history
  using ((select guard_whole()) or division_code ^@ (select guard_from()) or id = any ((select guard_family())::uuid[]));

-- A household also belongs to the family of a citizen who is registered in it.
create policy household_in_division on household
  using ((select guard_whole()) or division_code ^@ (select guard_from())
    or exists (select from person p where p.household_id = household.id and p.id = any ((select guard_family())::uuid[])));

-- Imports name nobody but by the registry's own person id: whoever works in the register may see how they went.
create policy import_batch_for_officers on import_batch using ((select guard_from()) is not null);
create policy import_reject_for_officers on import_reject using ((select guard_from()) is not null);
create policy import_warning_for_officers on import_warning using ((select guard_from()) is not null);

-- Messages hold ids only and are planned by whatever is being done.
create policy outbox_in_any_context on outbox using ((select guard_open()));
create policy inbox_in_any_context on inbox using ((select guard_open()));
create policy delivery_in_any_context on delivery using ((select guard_open()));
create policy quarantine_in_any_context on quarantine using ((select guard_open()));

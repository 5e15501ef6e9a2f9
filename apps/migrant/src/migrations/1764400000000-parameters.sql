-- Serving people who move: what changes with place and time, as dated rows. Every table is under FORCEd row-level security;
-- contexts come from guard_claims(), and "whole" spans the installation.

do $$
declare name text;
begin
  foreach name in array array['outbox', 'inbox', 'delivery', 'quarantine'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    -- Messages hold ids only and are planned by whatever is being done.
    execute format('create policy %I on %I using ((select guard_open()))', name || '_in_any_context', name);
  end loop;
end $$;

create table parameter (
  id          uuid primary key default uuidv7(),
  name        text not null check (name ~ '^[a-z]+([.-][a-z]+)*$'),
  -- Leading digits of the division it holds for; the longest that fits counts. Empty is everywhere.
  region      text not null default '' check (region ~ '^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})?$'),
  valid       daterange not null,
  value       text not null check (value <> ''),
  unit        text not null check (unit <> ''),
  source      text not null check (source <> ''),
  status      text not null,
  constraint parameter_status_is_known check (status in ('confirmed', 'assumed', 'unverified')),
  constraint parameter_begins_somewhere check (not lower_inf(valid) and not isempty(valid)),
  constraint parameter_has_one_value_a_day exclude using gist (name with =, region with =, valid with &&)
);
comment on table parameter is 'What changes with place and time in serving people who move, each value with its days and its source. A change is a new row.';
alter table parameter enable row level security, force row level security;
create policy parameter_is_open on parameter for select using ((select guard_open()));
create policy parameter_is_set_centrally on parameter using ((select guard_whole()));
-- Migrations add rows before any context can be signed.
create policy parameter_by_migrations on parameter to migrant_owner using (true) with check (true);
revoke delete, truncate, update on parameter from migrant_rw;
grant update (valid) on parameter to migrant_rw;

insert into parameter (name, valid, value, unit, source, status) values
  ('coordination.working-days', '[2021-08-20,)', '5', 'working_days', '粤湘全员人口信息协查：5 个工作日在线答复（domain/01 §1.3）', 'assumed');

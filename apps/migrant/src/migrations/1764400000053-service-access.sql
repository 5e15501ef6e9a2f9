-- How a service treated newcomers beside locals: counts and quantiles by county and quarter, frozen, with correction lines.
-- Nobody can be found in them, and they rank nobody.

create table service_access (
  id              uuid primary key default uuidv7(),
  service         text not null,
  division_code   text collate "C" not null,
  quarter         text not null,
  correction      smallint not null default 0,
  household       text not null,
  cases           integer not null,
  granted         integer not null,
  held            integer not null,
  asked           integer not null,
  papers          integer not null,
  days_median     integer,
  days_median_low integer,
  days_median_high integer,
  days_ninth      integer,
  waiting         integer not null,
  frozen_at       timestamptz not null,
  constraint service_access_is_frozen_once unique (service, division_code, quarter, correction, household),
  constraint service_access_is_a_countys check (division_code ~ '^[1-8]\d{5}0{6}$'),
  constraint service_access_quarter_is_one check (quarter ~ '^20\d\dQ[1-4]$'),
  constraint service_access_household_is_known check (household in ('local', 'newcomer')),
  constraint service_access_parts_lie_within check (granted between 0 and cases and held between 0 and cases and asked between 0 and cases and papers >= asked),
  constraint service_access_waiting_counts check (waiting >= 0),
  constraint service_access_correction_counts check (correction >= 0)
);
create index service_access_by_place on service_access (division_code, quarter);
comment on table service_access is 'What is published of requests decided in a quarter: correction 0 is frozen, each later one a line of its own. Shown only where no figure is about fewer than five.';
comment on column service_access.waiting is 'Requests asked before the end of the quarter and undecided then.';
alter table service_access enable row level security, force row level security;
create policy service_access_is_published on service_access for select using ((select guard_open()));
create policy service_access_is_frozen_centrally on service_access for insert with check ((select guard_whole()));
do $$
begin
  execute format('revoke update, delete, truncate on service_access from %I', current_schema() || '_rw');
end $$;

insert into parameter (name, valid, value, unit, source, status) values
  ('access.freeze-days', '[2021-08-20,)', '20', 'days', '本机关自定：季度结束后第20天定格公布', 'assumed');

-- How a programme treated newcomers beside locals: counts and quantiles by county and quarter, frozen, with correction lines.
-- Nobody can be found in them, and they rank nobody.

create table equal_access (
  id              uuid primary key default uuidv7(),
  programme       text not null,
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
  constraint equal_access_is_frozen_once unique (programme, division_code, quarter, correction, household),
  constraint equal_access_is_a_countys check (division_code ~ '^[1-8]\d{5}0{6}$'),
  constraint equal_access_quarter_is_one check (quarter ~ '^20\d\dQ[1-4]$'),
  constraint equal_access_household_is_known check (household in ('local', 'newcomer')),
  constraint equal_access_parts_lie_within check (granted between 0 and cases and held between 0 and cases and asked between 0 and cases and papers >= asked),
  constraint equal_access_waiting_counts check (waiting >= 0),
  constraint equal_access_correction_counts check (correction >= 0)
);
create index equal_access_by_place on equal_access (division_code, quarter);
comment on table equal_access is 'What is published of claims decided in a quarter: correction 0 is frozen, each later one a line of its own. Shown only where no figure is about fewer than five.';
comment on column equal_access.waiting is 'Claims submitted before the end of the quarter and undecided then.';
alter table equal_access enable row level security, force row level security;
create policy equal_access_is_published on equal_access for select using ((select guard_open()));
create policy equal_access_is_frozen_centrally on equal_access for insert with check ((select guard_whole()));
do $$
begin
  execute format('revoke update, delete, truncate on equal_access from %I', current_schema() || '_rw');
end $$;

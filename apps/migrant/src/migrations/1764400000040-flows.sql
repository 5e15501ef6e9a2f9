-- How many people came and went: counted from residence periods, closed month by month, published without the figures that
-- would tell of single people. No row here names anybody, so nothing here is deleted with a resident.

insert into parameter (name, valid, value, unit, source, status) values
  ('flow.half-year', '[2000-01-01,)', '6', 'months', '人口普查口径：离开户口登记地半年以上（国家统计局）', 'confirmed'),
  ('flow.small-cell', '[2000-01-01,)', '5', 'count', 'domain/07: figures below five are not published', 'assumed'),
  ('flow.age-groups', '[2000-01-01,)', '0,3,6,15,25,35,45,60,65', 'text', '0—14、15—59、60、65 岁及以上（人口普查），内设托育、学前、就业各段', 'assumed');

-- Figures of a row: total; by distance (cross-province, within province, within county, unknown); by sex (male, female,
-- unknown); by age group, the last being unknown. Each table adds up to the total.
-- One expression without a query, so that PostgreSQL puts it into the CHECK itself: there are tens of thousands of rows.
create function flow_adds_up(counts int[]) returns boolean language sql immutable parallel safe as $$
  select array_position(counts, null) is null and 0 <= all (counts) and cardinality(counts) between 10 and 29
     and counts[1] = counts[2] + counts[3] + counts[4] + counts[5]
     and counts[1] = counts[6] + counts[7] + counts[8]
     and counts[1] = counts[9] + coalesce(counts[10], 0) + coalesce(counts[11], 0) + coalesce(counts[12], 0) + coalesce(counts[13], 0) + coalesce(counts[14], 0) + coalesce(counts[15], 0) + coalesce(counts[16], 0) + coalesce(counts[17], 0) + coalesce(counts[18], 0) + coalesce(counts[19], 0) + coalesce(counts[20], 0) + coalesce(counts[21], 0) + coalesce(counts[22], 0) + coalesce(counts[23], 0) + coalesce(counts[24], 0) + coalesce(counts[25], 0) + coalesce(counts[26], 0) + coalesce(counts[27], 0) + coalesce(counts[28], 0) + coalesce(counts[29], 0)
$$;

create table flow_run (
  id           uuid primary key default uuidv7(),
  stage        text not null,
  months       int not null default 0,
  figures      int not null default 0,
  corrections  int not null default 0,
  begun_at     timestamptz not null,
  ended_at     timestamptz,
  constraint flow_run_stage_is_known check (stage in ('asking', 'counting', 'freezing', 'publishing', 'done', 'failed')),
  constraint flow_run_is_over_or_not check ((ended_at is not null) = (stage in ('done', 'failed')))
);
comment on table flow_run is 'Each time months were closed and closed ones looked at again: how far it is and what came of it.';

create table flow_month (
  month         date primary key,
  least_months  int not null,
  small_below   int not null,
  age_from      int[] not null,
  -- Leading digits of the area served: figures are published from there down.
  area          text not null check (area ~ '^(\d{2}|\d{4}|\d{6})$'),
  content       bytea not null,
  frozen_at     timestamptz not null,
  constraint flow_month_begins_a_month check (extract(day from month) = 1),
  constraint flow_month_content_is_sha256 check (length(content) = 32),
  constraint flow_month_has_age_groups check (age_from[1] = 0 and cardinality(age_from) between 1 and 20),
  constraint flow_month_thresholds_make_sense check (least_months between 0 and 60 and small_below between 2 and 100)
);
comment on table flow_month is 'A month that was closed, with the parameters it was counted by and the digest of its figures. Never changed.';
comment on column flow_month.content is 'sha256 over the lines `division direction counts` of the month in order.';

create table flow_figure (
  month          date not null,
  division_code  text collate "C" not null,
  direction      text not null,
  counts         int[] not null,
  primary key (month, division_code, direction),
  constraint flow_figure_is_of_a_township check (division_code ~ '^[1-8]\d{8}000$'),
  constraint flow_figure_direction_is_known check (direction in ('in', 'out', 'within')),
  constraint flow_figure_parts_add_up check (flow_adds_up(counts))
);
comment on table flow_figure is 'How many people came into a township from other counties, left it for other counties, or came from within the county, as the month was closed; those of wider divisions are their sums.';

create table flow_correction (
  id             uuid primary key default uuidv7(),
  run_id         uuid not null references flow_run (id),
  month          date not null references flow_month (month),
  division_code  text collate "C" not null,
  direction      text not null,
  before         int[] not null,
  after          int[] not null,
  recorded_at    timestamptz not null,
  constraint flow_correction_is_of_a_township check (division_code ~ '^[1-8]\d{8}000$'),
  constraint flow_correction_direction_is_known check (direction in ('in', 'out', 'within')),
  constraint flow_correction_parts_add_up check (flow_adds_up(before) and flow_adds_up(after)),
  constraint flow_correction_corrects_something check (before <> after and cardinality(before) = cardinality(after))
);
create index flow_correction_by_figure on flow_correction (month, division_code, direction, id);
create index flow_correction_by_run on flow_correction (run_id);
comment on table flow_correction is 'What was learned of a closed month later: the figures before and after. Append-only.';

create table flow_published (
  month          date not null,
  division_code  text collate "C" not null,
  direction      text not null,
  counts         int[] not null,
  primary key (month, division_code, direction),
  constraint flow_published_direction_is_known check (direction in ('in', 'out', 'within'))
);
comment on table flow_published is 'The month as everybody may see it, for the area and each division in it; null is withheld. Never changed.';

create table flow_published_correction (
  id             uuid primary key default uuidv7(),
  run_id         uuid not null references flow_run (id),
  month          date not null,
  division_code  text collate "C" not null,
  direction      text not null,
  before         int[] not null,
  after          int[] not null,
  recorded_at    timestamptz not null,
  foreign key (month, division_code, direction) references flow_published (month, division_code, direction),
  constraint flow_published_correction_corrects_something check (before <> after)
);
create index flow_published_correction_by_figure on flow_published_correction (month, division_code, direction, id);
create index flow_published_correction_by_run on flow_published_correction (run_id);
comment on table flow_published_correction is 'Corrections that may be published; what is withheld is null before and after. Append-only.';

create table flow_stated (
  id             uuid primary key default uuidv7(),
  division_code  text collate "C" not null,
  direction      text not null,
  valid          daterange not null,
  source         text not null,
  file_sha256    bytea not null,
  warnings       text[] not null,
  recorded_by    text not null default guard_text('actor'),
  recorded_at    timestamptz not null,
  constraint flow_stated_direction_is_known check (direction in ('in', 'out', 'both')),
  constraint flow_stated_is_of_days check (not isempty(valid) and not lower_inf(valid) and not upper_inf(valid)),
  constraint flow_stated_has_a_source check (char_length(source) between 2 and 200),
  constraint flow_stated_comes_once unique (division_code, direction, valid, file_sha256)
);
comment on table flow_stated is 'A table of figures that another authority stated, kept beside our own and never mixed with them. Append-only.';

create table flow_stated_figure (
  stated_id   uuid not null references flow_stated (id),
  part        text not null,
  item        text not null,
  count       int,
  mask        text,
  primary key (stated_id, part, item),
  constraint flow_stated_figure_part_is_known check (part in ('total', 'distance', 'sex', 'age', 'direction', 'apart')),
  constraint flow_stated_figure_counts_people check (count >= 0)
);
comment on table flow_stated_figure is 'One figure of a stated table; null where it was not given.';
comment on column flow_stated_figure.mask is 'Digits as they were written where some could not be read; the count is there where they can only be one number.';

-- A closed month is never edited, by nobody; its figures go in with it or not at all.
create function flow_is_closed() returns trigger language plpgsql set search_path from current as $$
begin
  raise exception 'a closed month is never edited; what is learned later is a correction' using errcode = '23514', constraint = 'flow_is_closed';
end $$;
create function flow_goes_in_with_its_month() returns trigger language plpgsql set search_path from current as $$
begin
  -- In place of a foreign key, which would look up the month row by row.
  if exists (select from (select distinct month from added) a left join flow_month m on m.month = a.month
              where m.xmin::text is distinct from pg_current_xact_id()::xid::text) then
    raise exception 'the month is closed; what is learned later is a correction' using errcode = '23514', constraint = 'flow_is_closed';
  end if;
  return null;
end $$;
do $$
declare name text;
begin
  foreach name in array array['flow_month', 'flow_figure', 'flow_correction', 'flow_published', 'flow_published_correction'] loop
    execute format('create trigger flow_is_closed before update or delete on %I for each row execute function flow_is_closed()', name);
    execute format('create trigger flow_is_closed_whole before truncate on %I for each statement execute function flow_is_closed()', name);
  end loop;
  foreach name in array array['flow_figure', 'flow_published'] loop
    execute format('create trigger flow_goes_in_with_its_month after insert on %I referencing new table as added for each statement execute function flow_goes_in_with_its_month()', name);
  end loop;
  foreach name in array array['flow_run', 'flow_month', 'flow_figure', 'flow_correction', 'flow_published', 'flow_published_correction', 'flow_stated', 'flow_stated_figure'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
  end loop;
end $$;

create policy flow_run_is_central on flow_run using ((select guard_whole()));
create policy flow_run_for_officers on flow_run for select using ((select guard_from()) is not null);
create policy flow_month_is_open on flow_month for select using ((select guard_open()));
create policy flow_month_is_closed_centrally on flow_month for insert with check ((select guard_whole()));
create policy flow_figure_in_division on flow_figure for select
  using ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy flow_figure_is_counted_centrally on flow_figure for insert with check ((select guard_whole()));
create policy flow_correction_in_division on flow_correction for select
  using ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy flow_correction_is_counted_centrally on flow_correction for insert with check ((select guard_whole()));
create policy flow_published_is_open on flow_published for select using ((select guard_open()));
create policy flow_published_centrally on flow_published for insert with check ((select guard_whole()));
create policy flow_published_correction_is_open on flow_published_correction for select using ((select guard_open()));
create policy flow_published_correction_centrally on flow_published_correction for insert with check ((select guard_whole()));
create policy flow_stated_in_division on flow_stated for select
  using ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy flow_stated_by_its_officer on flow_stated for insert
  with check (recorded_by = (select guard_text('actor')) and ((select guard_whole()) or division_code ^@ (select guard_from())));
create policy flow_stated_figure_of_table on flow_stated_figure
  using ((select guard_whole()) or exists (select from flow_stated s where s.id = stated_id));

revoke delete, truncate on flow_run from migrant_rw;
revoke update, delete, truncate on flow_month, flow_figure, flow_correction, flow_published, flow_published_correction,
  flow_stated, flow_stated_figure from migrant_rw;
revoke insert on flow_stated from migrant_rw;
grant insert (division_code, direction, valid, source, file_sha256, warnings, recorded_at) on flow_stated to migrant_rw;

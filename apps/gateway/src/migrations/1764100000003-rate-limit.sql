-- How much each caller has asked in the running minute, counted in one place for all gateways.

create table rate_limit (
  key     varchar(255) primary key,
  points  integer not null default 0,
  expire  bigint
);
comment on table rate_limit is 'Points taken by a subject or address; the shape is that of the library rate-limiter-flexible.';
comment on column rate_limit.expire is 'Milliseconds since 1970 when the minute of this key ends.';
alter table rate_limit enable row level security, force row level security;
create policy rate_limit_in_any_context on rate_limit using ((select guard_open()));

-- Whom the door no longer lets in although their token is good.

create table revocation (
  kind    text not null,
  value   text not null,
  until   timestamptz not null,
  at      timestamptz not null,
  reason  text not null,
  actor   text not null default guard_text('actor'),
  primary key (kind, value, until),
  constraint revocation_kind_is_known check (kind in ('token', 'session', 'subject')),
  constraint revocation_is_short check (length(value) between 1 and 200 and length(reason) between 1 and 200)
);
comment on table revocation is 'A token, a session at the issuer, or all that somebody''s sign-ins up to a moment gave them, is believed no more; append-only.';
comment on column revocation.until is 'Of a subject: who signs in after it is believed again.';
comment on column revocation.at is 'When it was revoked; what can no longer matter is not read.';
create index revocation_by_time on revocation (at);

alter table revocation enable row level security, force row level security;
create policy revocation_for_the_door on revocation using ((select guard_open()));

revoke insert, update, delete, truncate on revocation from gateway_rw;
grant insert (kind, value, until, at, reason) on revocation to gateway_rw;

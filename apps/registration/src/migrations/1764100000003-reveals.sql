-- Who was shown a whole number, and why.

create table reveal (
  id          uuid primary key default uuidv7(),
  subject_id  uuid not null,
  field       text not null,
  reason      text not null check (char_length(reason) between 4 and 200),
  case_ref    text not null check (case_ref <> ''),
  actor       text not null default guard_text('actor'),
  division    text not null default guard_text('division'),
  at          timestamptz not null default now()
);
comment on table reveal is 'Each time a whole number was shown, with the reason and the case; append-only.';
create index reveal_by_actor on reveal (actor, at);
alter table reveal enable row level security, force row level security;
create policy reveal_of_actor on reveal
  using ((select guard_whole()) or actor = (select guard_text('actor')) or division ^@ (select guard_from()))
  with check (actor = (select guard_text('actor')));
revoke insert, update, delete, truncate on reveal from registration_rw;
grant insert (subject_id, field, reason, case_ref, at) on reveal to registration_rw;

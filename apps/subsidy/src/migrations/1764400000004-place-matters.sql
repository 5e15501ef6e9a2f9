-- What this app wants of another place: a case handed over, or a payment settled. How it travels is another app's.

create table place_matter (
  id                uuid primary key default uuidv7(),
  kind              text not null,
  programme         text not null,
  person_id         uuid not null,
  from_county       text not null check (from_county ~ '^[0-9]{6}000000$'),
  to_county         text not null check (to_county ~ '^[0-9]{6}000000$'),
  moved_on          date,
  reimbursement_id  uuid references reimbursement,
  made_by           text not null,
  made_at           timestamptz not null,
  outcome           text,
  answered_at       timestamptz,
  constraint place_matter_kind_is_known check (kind in ('transfer-case', 'settle-payment')),
  constraint place_matter_is_between_two_places check (from_county <> to_county),
  constraint place_matter_says_what_it_is_about check ((kind = 'settle-payment') = (reimbursement_id is not null) and (kind = 'transfer-case') = (moved_on is not null)),
  constraint place_matter_outcome_is_known check (outcome in ('confirmed', 'mismatch', 'not-found', 'no-reply')),
  constraint place_matter_has_an_outcome_at_a_moment check ((outcome is null) = (answered_at is null))
);
comment on table place_matter is 'What another place was asked for, and what came of it; what it said of people is used and not kept here.';
create unique index place_matter_asks_for_a_case_once on place_matter (person_id, programme, to_county, moved_on) where kind = 'transfer-case';
create unique index place_matter_settles_once on place_matter (reimbursement_id) where reimbursement_id is not null;
create index place_matter_by_county on place_matter (from_county text_pattern_ops);

do $$
declare runtime text := current_schema() || '_rw';
begin
  execute 'alter table place_matter enable row level security';
  execute 'alter table place_matter force row level security';
  execute format('revoke update, delete, truncate on place_matter from %I', runtime);
  execute format('grant update (outcome, answered_at) on place_matter to %I', runtime);
end $$;
create policy place_matter_of_county on place_matter
  using ((select guard_whole()) or from_county ^@ left((select guard_from()), 6));
create policy place_matter_in_ones_own_name on place_matter as restrictive for insert
  with check (made_by = (select guard_text('actor')) or is_part_of_system(made_by));

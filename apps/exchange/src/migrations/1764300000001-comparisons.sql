-- Comparing many persons at once (批量比对), and what came that must not be used.

create table comparison (
  id             uuid primary key,
  purpose        text not null check (purpose <> ''),
  legal_basis    text not null check (char_length(legal_basis) between 2 and 200),
  division_code  text not null check (division_code ~ '^\d{12}$'),
  officer        text not null,
  nomination_id  uuid not null references nomination,
  line_count     integer not null check (line_count > 0),
  asked_at       timestamptz not null,
  due_on         date not null,
  settled_at     timestamptz,
  constraint comparison_bears_a_name check (officer <> '')
);
comment on table comparison is 'A batch of persons whose names and numbers the registry compares; one nominated officer is responsible for it.';
create index comparison_by_division on comparison (division_code, asked_at desc, id);
create index comparison_by_nomination on comparison (nomination_id);
create index comparison_unsettled on comparison (asked_at) where settled_at is null;

create table comparison_round (
  id              uuid primary key,
  comparison_id   uuid not null references comparison,
  number          integer not null check (number > 0),
  -- Null until the registry has taken it.
  handed_over_at  timestamptz,
  finished_at     timestamptz,
  constraint comparison_round_is_one unique (comparison_id, number),
  constraint comparison_round_ends_after_it_began check (finished_at is null or handed_over_at is not null)
);
comment on table comparison_round is 'One batch as it was handed over, under a request number of its own: lines that came back without a result go into the next.';

create table comparison_line (
  id              uuid primary key default uuidv7(),
  comparison_id   uuid not null references comparison,
  line_no         integer not null check (line_no > 0),
  person_key      bytea not null check (length(person_key) = 32),
  person_mask     text not null,
  number_sealed   bytea not null,
  name_sealed     bytea not null,
  outcome         text not null default 'waiting',
  -- The registry's death mark among it: sealed, as it tells of somebody.
  content_sealed  bytea,
  settled_at      timestamptz,
  constraint comparison_line_is_one unique (comparison_id, line_no),
  constraint comparison_line_outcome_is_known check
    (outcome in ('waiting', 'match', 'mismatch', 'not-found', 'no-reply', 'set-aside')),
  constraint comparison_line_waits_or_is_settled check ((outcome = 'waiting') = (settled_at is null)),
  constraint comparison_line_has_a_result_or_none check ((content_sealed is not null) = (outcome in ('match', 'mismatch', 'not-found')))
);
comment on table comparison_line is 'One person of a comparison and what came back; written once.';

create function comparison_line_is_settled_once() returns trigger language plpgsql set search_path from current as $$
begin
  if old.outcome <> 'waiting' then
    raise exception 'a settled line stays as it is' using errcode = '23514', constraint = 'comparison_line_is_settled_once';
  end if;
  return new;
end $$;
create trigger comparison_line_is_settled_once before update of outcome, settled_at on comparison_line
  for each row execute function comparison_line_is_settled_once();

create table set_aside (
  id                  uuid primary key default uuidv7(),
  question_id         uuid references question,
  comparison_line_id  uuid references comparison_line,
  division_code       text not null check (division_code ~ '^\d{12}$'),
  reason              text not null,
  content_sealed      bytea not null,
  at                  timestamptz not null,
  settled_by          text,
  settled_at          timestamptz,
  note                text check (char_length(note) between 2 and 500),
  constraint set_aside_reason_is_known check (reason in ('wrong-person', 'stale', 'ahead', 'contradicts-itself')),
  constraint set_aside_is_about_one_thing check (num_nonnulls(question_id, comparison_line_id) = 1),
  constraint set_aside_is_settled_by_somebody check (num_nulls(settled_by, settled_at, note) in (0, 3))
);
comment on table set_aside is 'Replies that must not be used: another person''s, or older than what is known. Sealed, for a person to look into with the registry; never taken back into use.';
create index set_aside_by_question on set_aside (question_id);
create index set_aside_by_line on set_aside (comparison_line_id);
create index set_aside_open on set_aside (division_code, at, id) where settled_at is null;

alter table comparison enable row level security, force row level security;
alter table comparison_round enable row level security, force row level security;
alter table comparison_line enable row level security, force row level security;
alter table set_aside enable row level security, force row level security;
create policy comparison_in_division on comparison
  using ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy comparison_in_ones_own_name on comparison as restrictive for insert
  with check (officer = (select guard_text('actor')));
create policy comparison_round_of_comparison on comparison_round
  using ((select guard_whole()) or exists (select from comparison c where c.id = comparison_round.comparison_id));
create policy comparison_line_of_comparison on comparison_line
  using ((select guard_whole()) or exists (select from comparison c where c.id = comparison_line.comparison_id));
create policy set_aside_in_division on set_aside
  using ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy set_aside_is_settled_in_ones_own_name on set_aside as restrictive for update
  with check (settled_by is null or settled_by = (select guard_text('actor')));

revoke update, delete, truncate on comparison, comparison_round, comparison_line, set_aside from exchange_rw;
grant update (settled_at) on comparison to exchange_rw;
grant update (handed_over_at, finished_at) on comparison_round to exchange_rw;
grant update (outcome, settled_at, content_sealed) on comparison_line to exchange_rw;
grant update (settled_by, settled_at, note) on set_aside to exchange_rw;

-- Whether somebody is paid by another installation already: asked before the first payment, and from time to time after.

create table enrolment_question (
  id              uuid primary key default uuidv7(),
  beneficiary_id  uuid not null references beneficiary,
  programme       text not null,
  period          daterange not null check (not isempty(period) and upper(period) is not null),
  county_code     text not null check (county_code ~ '^[0-9]{6}000000$'),
  occasion        text not null,
  made_at         timestamptz not null,
  asked_at        timestamptz,
  outcome         text,
  enrolments      jsonb not null default '[]',
  answered_at     timestamptz,
  constraint enrolment_question_occasion_is_known check (occasion in ('first-payment', 'cross-check')),
  constraint enrolment_question_outcome_is_known check (outcome in ('nowhere', 'elsewhere', 'no-reply')),
  constraint enrolment_question_is_asked_before_answered check (
    (outcome is null) = (answered_at is null) and (outcome is null or asked_at is not null))
);
comment on table enrolment_question is 'What other installations are asked about a beneficiary, and what they said; silence is an outcome too, and holds nobody up.';
comment on column enrolment_question.outcome is 'Null while not all have answered and the deadline has not passed. A late answer may still follow no-reply.';
create unique index enrolment_question_before_the_first_payment_once on enrolment_question (beneficiary_id, programme) where occasion = 'first-payment';
create index enrolment_question_by_beneficiary on enrolment_question (beneficiary_id, programme, made_at);
create index enrolment_question_to_ask on enrolment_question (id) where asked_at is null;
create index enrolment_question_to_read on enrolment_question (id) where asked_at is not null and (outcome is null or outcome = 'no-reply');
create index enrolment_question_by_county on enrolment_question (county_code text_pattern_ops);

create table enrolment_peers (
  is_only    boolean primary key default true check (is_only),
  has_peers  boolean not null,
  seen_at    timestamptz not null
);
comment on table enrolment_peers is 'Whether there is any other installation to ask, as last seen: without one nothing waits.';

do $$
declare name text; runtime text := current_schema() || '_rw';
begin
  foreach name in array array['enrolment_question', 'enrolment_peers'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('revoke update, delete, truncate on %I from %I', name, runtime);
  end loop;
  execute format('grant update (asked_at, outcome, enrolments, answered_at) on enrolment_question to %I', runtime);
  execute format('grant update (has_peers, seen_at) on enrolment_peers to %I', runtime);
end $$;
create policy enrolment_question_of_county on enrolment_question
  using ((select guard_whole()) or county_code ^@ left((select guard_from()), 6)
    or exists (select from beneficiary b where b.id = enrolment_question.beneficiary_id and b.person_id = any ((select guard_family())::uuid[])));
create policy enrolment_peers_in_any_context on enrolment_peers using ((select guard_open()));

-- Enrolled elsewhere: what other installations are asked of people here, and what they asked us.

insert into parameter (name, valid, value, source, status) values
  ('enrolment.answer-working-days', '[2021-08-20,)', '5', 'Local reply times, 高平 (domain/03 §3.6): reply 5 working days', 'assumed'),
  ('enrolment.keep-days',           '[2021-08-20,)', '90', 'Own choice: how long what others answered is kept after the question ended', 'assumed'),
  ('enrolment.log-days',            '[2021-08-20,)', '1095', 'Own choice: how long somebody can see who asked whether they are paid here', 'assumed'),
  ('enrolment.daily-quota',         '[2021-08-20,)', '50000', 'Own choice: people that one installation may ask about in a day', 'assumed');

create table enrolment_question (
  id             uuid primary key,
  reference      text not null check (reference ~ '^[\w.-]{1,100}$'),
  person_id      uuid not null,
  programme      text not null check (programme ~ '^[\w.-]{1,60}$'),
  period         daterange not null check (not isempty(period) and not lower_inf(period) and not upper_inf(period)),
  division_code  text not null check (division_code ~ '^\d{12}$'),
  legal_basis    text not null check (char_length(legal_basis) between 2 and 200),
  asked_at       timestamptz not null,
  due_on         date not null,
  outcome        text not null default 'waiting',
  ended_at       timestamptz,
  constraint enrolment_question_of_a_reference_is_one unique (reference),
  constraint enrolment_question_outcome_is_known check (outcome in ('waiting', 'nowhere', 'elsewhere', 'no-reply')),
  constraint enrolment_question_ends_with_an_outcome check (ended_at is null or outcome <> 'waiting')
);
comment on table enrolment_question is 'Whether somebody of ours is paid elsewhere already: for which programme and period, on whose behalf and on which article. Who they are is asked of the register each time, and never kept here.';
create index enrolment_question_by_division on enrolment_question (division_code, asked_at desc, id);
create index enrolment_question_open on enrolment_question (due_on) where ended_at is null;
create index enrolment_question_ended on enrolment_question (ended_at) where ended_at is not null;

create table enrolment_ask (
  id              uuid primary key,
  question_id     uuid not null references enrolment_question,
  peer            text not null check (peer ~ '^[a-z0-9-]{2,40}$'),
  tries           integer not null default 0 check (tries >= 0),
  last_failure    text check (last_failure ~ '^[a-z-]{2,40}$'),
  next_at         timestamptz,
  is_enrolled     boolean,
  content_sealed  bytea,
  answered_at     timestamptz,
  constraint enrolment_ask_of_a_peer_is_one unique (question_id, peer),
  constraint enrolment_ask_is_answered_or_not check ((is_enrolled is null) = (answered_at is null)),
  constraint enrolment_ask_is_asked_until_it_is_answered check (next_at is null or answered_at is null),
  constraint enrolment_ask_says_where check ((is_enrolled is true) = (content_sealed is not null))
);
comment on table enrolment_ask is 'One question to one other installation, and what it answered; where and how long somebody is paid is sealed.';
create index enrolment_ask_waiting on enrolment_ask (peer, next_at) where next_at is not null;

create table enrolment_asked (
  id             uuid primary key default uuidv7(),
  peer           text not null check (peer ~ '^[a-z0-9-]{2,40}$'),
  transaction_id text not null,
  reference_id   text not null,
  division_code  text not null check (division_code ~ '^\d{12}$'),
  purpose        text not null check (purpose <> ''),
  legal_basis    text not null check (char_length(legal_basis) between 2 and 200),
  programme      text not null,
  period         daterange not null,
  person_id      uuid,
  is_enrolled    boolean not null,
  at             timestamptz not null
);
comment on table enrolment_asked is 'What another installation asked of people here: on whose behalf, for what, on which article, about whom, and whether it was told yes. Append-only, dropped after a set time.';
create index enrolment_asked_by_person on enrolment_asked (person_id, at desc);
create index enrolment_asked_by_time on enrolment_asked (at);

create table enrolment_quota (
  peer  text not null check (peer ~ '^[a-z0-9-]{2,40}$'),
  day   date not null,
  used  integer not null check (used > 0),
  primary key (peer, day)
);
comment on table enrolment_quota is 'How many people another installation has asked about on a day; counted before anything is looked up.';

create function forget_enrolments(ended_before timestamptz, asked_before timestamptz) returns bigint
language plpgsql security definer set search_path from current as $$
declare
  forgotten bigint;
  more bigint;
begin
  if ended_before > now() - interval '30 days' or asked_before > now() - interval '365 days' then
    raise exception 'what was asked is kept for a while' using errcode = '23514', constraint = 'enrolment_is_kept_a_while';
  end if;
  delete from enrolment_ask a using enrolment_question q where q.id = a.question_id and q.ended_at < ended_before;
  delete from enrolment_question where ended_at < ended_before;
  get diagnostics forgotten = row_count;
  delete from enrolment_asked where at < asked_before;
  get diagnostics more = row_count;
  return forgotten + more;
end $$;
comment on function forget_enrolments is 'Drops questions that ended, and the log of what others asked, from before these times; the only way to drop any.';
revoke all on function forget_enrolments from public;
grant execute on function forget_enrolments to exchange_rw;

alter table enrolment_question enable row level security, force row level security;
alter table enrolment_ask enable row level security, force row level security;
alter table enrolment_asked enable row level security, force row level security;
alter table enrolment_quota enable row level security, force row level security;
create policy enrolment_question_in_division on enrolment_question
  using ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy enrolment_ask_of_question on enrolment_ask
  using ((select guard_whole()) or exists (select from enrolment_question q where q.id = enrolment_ask.question_id));
create policy enrolment_asked_is_handled_centrally on enrolment_asked using ((select guard_whole()));
create policy enrolment_quota_is_of_no_division on enrolment_quota using ((select guard_open()));
-- For forget_enrolments, which is the owner's.
create policy enrolment_question_for_its_function on enrolment_question to exchange_owner using (true);
create policy enrolment_ask_for_its_function on enrolment_ask to exchange_owner using (true);
create policy enrolment_asked_for_its_function on enrolment_asked to exchange_owner using (true);

revoke update, delete, truncate on enrolment_question, enrolment_ask, enrolment_asked, enrolment_quota from exchange_rw;
grant update (outcome, ended_at) on enrolment_question to exchange_rw;
grant update (tries, last_failure, next_at, is_enrolled, content_sealed, answered_at) on enrolment_ask to exchange_rw;
grant update (used) on enrolment_quota to exchange_rw;

insert into sealed_column values ('enrolment_ask', 'content_sealed');

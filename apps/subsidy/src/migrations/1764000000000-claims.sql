-- Who may be owed what: facts projected from the register, findings, claims, determinations, the work-list.

-- Programme definitions that were ever in force here; a decision names one by its content hash.
create table programme_version (
  version     text primary key check (version ~ '^[0-9a-f]{64}$'),
  code        text not null,
  title_zh    text not null,
  title_en    text not null,
  definition  jsonb not null,
  loaded_at   timestamptz not null default now()
);
comment on table programme_version is 'A programme folder as it was when decisions were made with it; never changed.';

-- ---------------------------------------------------------------------------------------------------------
-- Facts: one wide row a person, kept up to date from the register's change feed. Rebuildable from zero.
-- ---------------------------------------------------------------------------------------------------------
create table person_fact (
  person_id               uuid primary key,
  id_number_key           bytea,
  id_number_mask          text,
  birth_certificate_key   bytea,
  id_number_shared        boolean not null default false,
  sex                     smallint check (sex in (1, 2)),
  born                    date,
  died                    date,
  status                  smallint not null check (status in (0, 1, 8, 9)),
  citizen                 boolean,
  hukou                   text check (hukou in ('urban', 'rural', 'unified')),
  division_code           text not null check (division_code ~ '^[0-9]{12}$'),
  household_id            uuid,
  relation_to_head        text,
  father_id               uuid,
  mother_id               uuid,
  father_key              bytea,
  mother_key              bytea,
  marital                 smallint,
  moved_in_on             date,
  moved_out_on            date,
  -- Derived from the rows of relatives.
  spouse_id               uuid,
  spouse_born             date,
  living_children         smallint,
  living_daughters        smallint,
  children_ever           smallint,
  last_child_died_on      date,
  youngest_child_born     date,
  -- Findings in force, copied here so that one scan decides a county.
  births_lawful_then        boolean,
  only_child_certificate    boolean,
  child_disability_grade    smallint check (child_disability_grade between 1 and 4),
  child_disability_since    date,
  certified_level           smallint check (certified_level between 1 and 3),
  rural_hukou               boolean,
  source_updated_at       timestamptz,
  facts_version           integer not null default 1,
  recorded_at             timestamptz not null default now()
);
comment on table person_fact is 'What this app knows of a person, learned from the register and from findings; a projection that can be rebuilt.';
create index person_fact_by_division on person_fact (division_code text_pattern_ops);
create index person_fact_by_id_number on person_fact (id_number_key);
create index person_fact_by_birth_certificate on person_fact (birth_certificate_key) where birth_certificate_key is not null;
create index person_fact_by_father on person_fact (father_id) where father_id is not null;
create index person_fact_by_mother on person_fact (mother_id) where mother_id is not null;
create index person_fact_by_household on person_fact (household_id);

-- What a decision was based on stays readable after the facts have moved on.
create table person_fact_history (
  person_id      uuid not null,
  facts_version  integer not null,
  facts          jsonb not null,
  recorded_at    timestamptz not null,
  replaced_at    timestamptz not null default now(),
  primary key (person_id, facts_version)
);
comment on table person_fact_history is 'Earlier versions of person_fact rows that a determination refers to; append-only.';

-- Persons whose derived columns must be computed anew; survives a kill between two pages of the feed.
create table fact_dirty (person_id uuid primary key);

create table feed_cursor (
  feed        text primary key,
  position    text not null,
  pulled_at   timestamptz not null default now()
);

create table finding (
  id           uuid primary key default uuidv7(),
  person_id    uuid,
  person_key   bytea not null,
  name         text not null check (name in ('births_lawful_then', 'only_child_certificate', 'child_disability_grade',
                                             'child_disability_since', 'certified_level', 'rural_hukou')),
  value        text not null,
  valid        daterange not null,
  document_no  text not null,
  issued_by    text not null,
  import_id    uuid,
  recorded_at  timestamptz not null default now(),
  constraint finding_holds_one_value_at_a_time exclude using gist (person_key with =, name with =, valid with &&)
);
comment on table finding is 'A fact attested by an authority with a document behind it.';
create index finding_by_person on finding (person_id);

-- ---------------------------------------------------------------------------------------------------------
-- Imports of claims, accounts and findings.
-- ---------------------------------------------------------------------------------------------------------
create table import_batch (
  id           uuid primary key default uuidv7(),
  kind         text not null check (kind in ('claims', 'accounts', 'findings')),
  file_name    text not null,
  sha256       bytea not null,
  state        text not null default 'running' check (state in ('running', 'done')),
  last_line    integer not null default 1,
  total        integer not null default 0,
  accepted     integer not null default 0,
  unchanged    integer not null default 0,
  rejected     integer not null default 0,
  warnings     integer not null default 0,
  started_at   timestamptz not null,
  finished_at  timestamptz,
  constraint import_batch_accounts_for_every_row check (total = accepted + unchanged + rejected)
);
create unique index import_batch_runs_a_file_once on import_batch (kind, sha256) where state = 'running';

create table import_reject (
  batch_id  uuid not null references import_batch,
  line      integer not null,
  column_name text not null,
  code      text not null,
  sentence_zh text not null,
  sentence_en text not null,
  is_warning boolean not null default false,
  id        bigint generated always as identity primary key
);
create index import_reject_by_batch on import_reject (batch_id, line);

-- ---------------------------------------------------------------------------------------------------------
-- Claims.
-- ---------------------------------------------------------------------------------------------------------

-- The child a claim is for, known by number, by birth certificate, or both; two records found to be one child are merged.
create table beneficiary (
  id                     uuid primary key default uuidv7(),
  person_id              uuid,
  id_number_key          bytea,
  birth_certificate_key  bytea,
  merged_into            uuid references beneficiary,
  recorded_at            timestamptz not null default now(),
  check (person_id is not null or id_number_key is not null or birth_certificate_key is not null)
);
create unique index beneficiary_is_one_person on beneficiary (person_id) where merged_into is null;
create unique index beneficiary_has_one_number on beneficiary (id_number_key) where merged_into is null;
create unique index beneficiary_has_one_certificate on beneficiary (birth_certificate_key) where merged_into is null;
create index beneficiary_by_merge on beneficiary (merged_into) where merged_into is not null;

-- Accounts are never overwritten: a change is a new row and the old one ends.
create table payee_account (
  id              uuid primary key,
  holder_key      bytea not null,
  holder_mask     text not null,
  holder_sealed   bytea not null,
  holder_name     text not null,
  bank_code       text not null,
  account_key     bytea not null,
  account_mask    text not null,
  account_sealed  bytea not null,
  kind            text not null,
  import_id       uuid references import_batch,
  recorded_at     timestamptz not null,
  ended_at        timestamptz
);
create unique index payee_account_is_live_once on payee_account (holder_key, account_key) where ended_at is null;
create index payee_account_by_number on payee_account (account_key);
create index payee_account_by_import on payee_account (import_id);

create table claim_state (
  state       text primary key,
  takes_year  boolean not null
);
comment on table claim_state is 'Where a claim can stand, and whether it takes the child''s year there (claim.state.ts, mirrored).';
insert into claim_state (state, takes_year) values
  ('new', false), ('received', false), ('held', false), ('determined', false), ('reviewed', false),
  ('confirmed', true), ('paying', true), ('paid', true), ('returned', true), ('closed', true),
  ('refused', false), ('withdrawn', false);

create table claim_state_move (
  from_state  text not null references claim_state,
  to_state    text not null references claim_state,
  primary key (from_state, to_state)
);
comment on table claim_state_move is 'Every move of a claim there is (claim.state.ts, mirrored); what is not listed cannot happen.';
insert into claim_state_move (from_state, to_state) values
  ('new', 'received'),
  ('received', 'determined'), ('received', 'held'), ('received', 'withdrawn'),
  ('held', 'received'), ('held', 'refused'), ('held', 'withdrawn'),
  ('determined', 'reviewed'), ('determined', 'held'), ('determined', 'withdrawn'),
  ('reviewed', 'confirmed'), ('reviewed', 'held'), ('reviewed', 'withdrawn'),
  ('confirmed', 'paying'), ('confirmed', 'held'),
  ('paying', 'paid'), ('paying', 'returned'), ('paying', 'confirmed'),
  ('paid', 'closed'), ('paid', 'returned'),
  ('returned', 'paying'), ('returned', 'held'),
  ('closed', 'returned'),
  ('refused', 'received');

create table claim (
  id                   uuid primary key,
  programme            text not null,
  claim_no             text not null,
  beneficiary_id       uuid not null references beneficiary,
  applicant_key        bytea not null,
  applicant_mask       text not null,
  relation             text not null check (relation in ('father', 'mother', 'parent', 'guardian', 'institution', 'other')),
  claim_year           smallint not null check (claim_year between 2000 and 2100),
  submitted_on         date not null,
  channel              text not null,
  account_key          bytea,
  payee_account_id     uuid references payee_account,
  -- Village of the child's registration when the claim was taken up; null until the child is known.
  division_code        text check (division_code ~ '^[0-9]{12}$'),
  state                text not null default 'new',
  takes_year           boolean not null default false,
  events               integer not null default 0,
  determination_id     bigint,
  amount_fen           bigint check (amount_fen > 0),
  row_hash             bytea not null,
  import_id            uuid references import_batch,
  line                 integer,
  recorded_at          timestamptz not null,
  constraint claim_number_is_unique unique (programme, claim_no),
  constraint claim_needs_an_amount_to_go_on check (
    amount_fen is not null or state in ('new', 'received', 'held', 'refused', 'withdrawn'))
) with (fillfactor = 80);
comment on column claim.state is 'Written only by the trigger of claim_event. In no index, so that moving a claim touches none.';
comment on column claim.takes_year is 'claim_state.takes_year of the state, written with it.';
-- The first of two nets under "one child, one year, one payment"; the second is on instruction.
create unique index claim_pays_a_child_year_once on claim (programme, beneficiary_id, claim_year)
  where takes_year;
create index claim_by_beneficiary on claim (beneficiary_id);
create index claim_by_division on claim (programme, division_code text_pattern_ops);
create index claim_by_account on claim (account_key);
create index claim_by_applicant on claim (applicant_key);

create table claim_event (
  claim_id    uuid not null references claim,
  seq         integer not null check (seq > 0),
  from_state  text not null,
  to_state    text not null,
  actor       text not null,
  reason      text,
  at          timestamptz not null,
  primary key (claim_id, seq),
  constraint claim_moves_as_the_table_says foreign key (from_state, to_state) references claim_state_move
);
comment on table claim_event is 'The history of every claim; append-only. A claim''s state is what its last event says.';

-- A state is what the events say: the trigger writes it, and refuses an event that starts from another state.
create function claim_event_applies() returns trigger language plpgsql security definer set search_path = subsidy, pg_temp as $$
declare moved integer; wanted integer;
begin
  select count(*) into wanted from arrived;
  update claim c set state = a.to_state, events = a.seq, takes_year = s.takes_year
    from arrived a join claim_state s on s.state = a.to_state where c.id = a.claim_id and c.state = a.from_state and c.events = a.seq - 1;
  get diagnostics moved = row_count;
  if moved <> wanted then
    raise exception 'a claim was moved by someone else meanwhile' using errcode = '40001', constraint = 'claim_event_applies';
  end if;
  return null;
end $$;
create trigger claim_event_applies after insert on claim_event
  referencing new table as arrived for each statement execute function claim_event_applies();

-- What an officer established about one claim, with the document seen; the rules then see it as a fact.
create table claim_finding (
  id           uuid primary key default uuidv7(),
  claim_id     uuid not null references claim,
  fact         text not null check (fact ~ '^(claim|person)\.[a-z_]+$'),
  value        text not null,
  document_no  text not null,
  attested_by  text not null,
  attested_at  timestamptz not null
);
comment on table claim_finding is 'Append-only; the newest row for a fact holds.';
create index claim_finding_by_claim on claim_finding (claim_id, fact, id desc);

-- ---------------------------------------------------------------------------------------------------------
-- Determinations.
-- ---------------------------------------------------------------------------------------------------------
create table determination_run (
  id             uuid primary key,
  programmes     text[] not null,
  versions       text[] not null,
  division_code  text not null check (division_code ~ '^[0-9]{12}$'),
  as_of          date not null,
  state          text not null check (state in ('running', 'done')),
  started_by     text not null,
  started_at     timestamptz not null,
  finished_at    timestamptz
);
create unique index determination_run_is_alone on determination_run (division_code, as_of, programmes) where state = 'running';

create table determination_chunk (
  run_id         uuid not null references determination_run,
  no             integer not null,
  prefix         text not null,
  year           smallint not null,
  state          text not null default 'waiting' check (state in ('waiting', 'done')),
  decided        integer not null default 0,
  finished_at    timestamptz,
  primary key (run_id, no)
);

create table determination (
  id             bigint generated always as identity primary key,
  run_id         uuid not null,
  programme      text not null,
  version        text not null,
  -- The person in the register, or the beneficiary while the register does not know the child.
  person_id      uuid not null,
  claim_id       uuid,
  year           smallint not null,
  as_of          date not null,
  outcome        text not null check (outcome in ('ELIGIBLE', 'NOT_ELIGIBLE', 'UNKNOWN', 'SUPERSEDED')),
  amount_fen     bigint,
  -- Bit i: condition i of the programme version was met, or could not be known.
  met            bigint not null,
  unknown        bigint not null,
  facts_version  integer,
  is_current     boolean not null default true,
  decided_at     timestamptz not null,
  constraint determination_pays_only_the_eligible check (
    (outcome in ('ELIGIBLE', 'SUPERSEDED')) = (amount_fen is not null and amount_fen > 0))
);
comment on table determination is 'What was decided for a person and year by which version of the rules; append-only but for is_current.';
create unique index determination_is_current_once on determination (person_id, programme, year, claim_id) nulls not distinct where is_current;
create index determination_by_claim on determination (claim_id) where claim_id is not null;
alter table claim add constraint claim_rests_on_a_determination foreign key (determination_id) references determination (id);

-- ---------------------------------------------------------------------------------------------------------
-- The work-list.
-- ---------------------------------------------------------------------------------------------------------
create table review_case (
  id              uuid primary key default uuidv7(),
  reason          text not null,
  claim_id        uuid references claim,
  instruction_id  uuid,
  beneficiary_id  uuid references beneficiary,
  division_code   text,
  facts           jsonb not null default '{}',
  state           text not null default 'open' check (state in ('open', 'resolved')),
  decision        text,
  note            text,
  opened_at       timestamptz not null,
  resolved_by     text,
  resolved_at     timestamptz,
  constraint review_case_is_resolved_by_a_person check (
    (state = 'resolved') = (resolved_by is not null and resolved_at is not null and decision is not null))
);
comment on table review_case is 'A question for a person; nothing here is ever refused by the machine.';
create unique index review_case_is_asked_once on review_case (reason, claim_id, instruction_id) nulls not distinct where state = 'open';
create index review_case_by_claim on review_case (claim_id);
create index review_case_by_beneficiary on review_case (beneficiary_id);
create index review_case_by_division on review_case (division_code text_pattern_ops, reason) where state = 'open';

-- What the app may not do, whatever its code says.
revoke update, delete on programme_version, person_fact_history, claim_event, claim_state, claim_state_move, claim_finding, import_reject from subsidy_rw;
revoke insert on claim_state, claim_state_move from subsidy_rw;
revoke update, delete on determination, claim, beneficiary, payee_account, review_case, finding from subsidy_rw;
grant update (is_current) on determination to subsidy_rw;
grant update (determination_id, amount_fen, beneficiary_id, payee_account_id, division_code, account_key) on claim to subsidy_rw;
grant update (person_id, id_number_key, birth_certificate_key, merged_into) on beneficiary to subsidy_rw;
grant update (ended_at) on payee_account to subsidy_rw;
grant update (state, decision, note, resolved_by, resolved_at, beneficiary_id) on review_case to subsidy_rw;
grant update (person_id, valid) on finding to subsidy_rw;

-- Statistics after a bulk load, so that the planner does not guess.
grant maintain on person_fact, claim, claim_event, determination, beneficiary to subsidy_rw;

-- Work that is shared out among workers.

-- What became of the claims of a chunk, so that whoever waits for the workers can be told.
alter table determination_chunk
  add column determined integer not null default 0,
  add column held integer not null default 0;

-- Answer files of the bank that could not be taken in: nothing of them counts, and a person has to ask.
create table refused_answer (
  id          uuid primary key default uuidv7(),
  file_name   text not null,
  batch_id    uuid references payment_batch,
  code        text not null check (code ~ '^[A-Za-z0-9_]{1,60}$'),
  reason      text not null,
  refused_at  timestamptz not null,
  settled_at  timestamptz
);
comment on table refused_answer is 'Answer files that were refused as a whole, with why; settled when a file of that name was taken in after all.';
comment on column refused_answer.batch_id is 'The batch it answers, where that can be told.';
create unique index refused_answer_waits_once on refused_answer (file_name) where settled_at is null;
create index refused_answer_by_batch on refused_answer (batch_id);

alter table refused_answer enable row level security, force row level security;
-- One that answers no batch of ours lies in no division: the county and those above it ask the bank.
create policy refused_answer_of_batch on refused_answer
  using ((select guard_whole()) or exists (select from payment_batch b where b.id = refused_answer.batch_id)
    or (batch_id is null and length((select guard_from())) <= 6));
revoke update, delete, truncate on refused_answer from subsidy_rw;
grant update (batch_id, code, reason, refused_at, settled_at) on refused_answer to subsidy_rw;

-- Preparing a batch asks for each new account whether its holder had another before. Without this every line reads
-- every account, once most of them are new.
create index payee_account_by_holder on payee_account (holder_key, recorded_at);

-- Money: the ledger, released funds, payment runs with two approvals, bank files and answers, the payment calendar.

-- The ledger: money moves between accounts, whole or not at all, and never comes from nothing. Apps with money
-- paste this text into a migration of theirs; a test keeps the copies equal.

create table ledger_account (
  code            text primary key check (code ~ '^[a-z]+(:[A-Za-z0-9_.-]+)*$'),
  kind            text not null check (kind in ('source', 'budget', 'working', 'final')),
  debits_posted   bigint not null default 0 check (debits_posted >= 0),
  credits_posted  bigint not null default 0 check (credits_posted >= 0),
  debits_pending  bigint not null default 0 check (debits_pending >= 0),
  credits_pending bigint not null default 0 check (credits_pending >= 0),
  constraint ledger_account_has_cover check (kind = 'source' or debits_posted + debits_pending <= credits_posted)
);
comment on table ledger_account is 'Where money stands, in fen. Only a source may give more than it got: it stands for the world outside.';
comment on column ledger_account.debits_pending is 'Reserved: promised away and not yet gone; counts against what is available.';

-- There is no foreign key to the accounts: the trigger below finds every account while it counts, and refuses a missing one.
create table transfer (
  id          uuid primary key,
  kind        text not null check (kind in ('single', 'pending', 'post', 'void')),
  debit       text not null,
  credit      text not null,
  fen         bigint not null check (fen > 0),
  pending_id  uuid references transfer,
  code        text not null,
  ref         uuid,
  at          timestamptz not null,
  constraint transfer_goes_somewhere_else check (debit <> credit),
  constraint transfer_ends_a_pending_one check ((kind in ('post', 'void')) = (pending_id is not null))
);
comment on table transfer is 'One movement of money from debit to credit; append-only. A correction is another transfer with its own code.';
comment on column transfer.id is 'Made by the client, so that asking twice moves the money once.';
create unique index transfer_is_posted_or_voided_once on transfer (pending_id) where pending_id is not null;
create index transfer_by_ref on transfer (ref);

-- Accounts are taken in code order, so that two transfers over the same accounts wait instead of deadlocking.
create function transfer_counts() returns trigger language plpgsql security definer set search_path from current as $$
declare wanted integer; found_accounts integer;
begin
  if exists (select from arrived a where a.pending_id is not null and not exists (
      select from transfer p where p.id = a.pending_id and p.kind = 'pending'
        and (p.debit, p.credit, p.fen) = (a.debit, a.credit, a.fen))) then
    raise exception 'a transfer may end only a pending one with the same accounts and amount'
      using errcode = '23514', constraint = 'transfer_ends_what_was_pending';
  end if;
  perform from ledger_account where code in (select debit from arrived union select credit from arrived)
    order by code for no key update;
  with side as (
    select debit as code, kind, fen, true as gives from arrived
    union all
    select credit, kind, fen, false from arrived
  ), delta as (
    select code,
      coalesce(sum(fen) filter (where gives and kind in ('single', 'post')), 0) as debits_posted,
      coalesce(sum(fen) filter (where not gives and kind in ('single', 'post')), 0) as credits_posted,
      coalesce(sum(case kind when 'pending' then fen else -fen end) filter (where gives and kind <> 'single'), 0) as debits_pending,
      coalesce(sum(case kind when 'pending' then fen else -fen end) filter (where not gives and kind <> 'single'), 0) as credits_pending
    from side group by code
  )
  update ledger_account a set
    debits_posted = a.debits_posted + d.debits_posted,
    credits_posted = a.credits_posted + d.credits_posted,
    debits_pending = a.debits_pending + d.debits_pending,
    credits_pending = a.credits_pending + d.credits_pending
  from delta d where d.code = a.code;
  get diagnostics found_accounts = row_count;
  select count(*) into wanted from (select debit from arrived union select credit from arrived) codes;
  if found_accounts <> wanted then
    raise exception 'a transfer names an account that does not exist' using errcode = '23503', constraint = 'transfer_knows_its_accounts';
  end if;
  return null;
end $$;
create trigger transfer_counts after insert on transfer
  referencing new table as arrived for each statement execute function transfer_counts();

create function transfer_is_history() returns trigger language plpgsql as $$
begin
  raise exception 'a transfer is history; write another one that corrects it' using errcode = '23514', constraint = 'transfer_is_history';
end $$;
create trigger transfer_is_history before update or delete or truncate on transfer
  for each statement execute function transfer_is_history();

-- Locking takes no right to change: the app may hold accounts still while it decides.
create function ledger_account_lock(codes text[]) returns void language sql security definer set search_path from current as $$
  select from ledger_account where code = any(codes) order by code for no key update
$$;

-- The app opens accounts and writes transfers; the counters are the trigger's.
do $$
begin
  execute format('revoke update, delete, truncate on ledger_account, transfer from %I', current_schema() || '_rw');
  execute format('revoke insert on ledger_account from %I', current_schema() || '_rw');
  execute format('grant insert (code, kind) on ledger_account to %I', current_schema() || '_rw');
end $$;

-- ---------------------------------------------------------------------------------------------------------
-- Funding: what each level of government has released.
-- ---------------------------------------------------------------------------------------------------------
create table indicator (
  id             uuid primary key,
  programme      text not null,
  division_code  text not null check (division_code ~ '^[0-9]{6}000000$'),
  year           smallint not null check (year between 2000 and 2100),
  level          text not null check (level in ('central', 'province', 'city', 'county')),
  amount_fen     bigint not null check (amount_fen > 0),
  document_no    text not null check (document_no <> ''),
  released_on    date not null,
  recorded_by    text not null,
  recorded_at    timestamptz not null,
  constraint indicator_is_released_once unique (programme, division_code, year, level, document_no)
);
comment on table indicator is 'Money a level of government released to a county for a programme and a year (指标), with its document.';
create index indicator_by_county on indicator (programme, division_code, year);

-- ---------------------------------------------------------------------------------------------------------
-- Payment runs.
-- ---------------------------------------------------------------------------------------------------------
create table batch_state_move (
  from_state  text not null,
  to_state    text not null,
  primary key (from_state, to_state)
);
comment on table batch_state_move is 'Every move of a payment batch there is (batch.state.ts, mirrored); what is not listed cannot happen.';
insert into batch_state_move (from_state, to_state) values
  ('preparing', 'prepared'),
  ('prepared', 'approved'), ('prepared', 'cancelled'),
  ('approved', 'sent'), ('approved', 'cancelled'),
  ('sent', 'answered'), ('sent', 'in_doubt'),
  ('in_doubt', 'answered'), ('in_doubt', 'sent'),
  ('answered', 'reconciled'), ('answered', 'in_doubt'),
  ('reconciled', 'closed'), ('reconciled', 'answered'), ('reconciled', 'in_doubt'),
  ('closed', 'answered'), ('closed', 'in_doubt');

create table payment_batch (
  id             uuid primary key,
  programme      text not null,
  division_code  text not null check (division_code ~ '^[0-9]{12}$'),
  county_code    text not null generated always as (substr(division_code, 1, 6) || '000000') stored,
  period         text not null check (period ~ '^[0-9]{4}Q[1-4]$'),
  budget_year    smallint not null,
  kind           text not null check (kind in ('regular', 'repair')),
  no             integer not null check (no > 0),
  state          text not null default 'preparing',
  maker          text not null,
  content_hash   bytea not null default sha256(''),
  line_count     integer not null default 0,
  total_fen      bigint not null default 0,
  prepared_at    timestamptz not null,
  approved_at    timestamptz,
  sent_at        timestamptz,
  answered_at    timestamptz,
  reconciled_at  timestamptz,
  reconciled_by  text,
  cancelled_at   timestamptz,
  cancelled_by   text,
  cancel_reason  text,
  constraint payment_batch_has_its_number unique (programme, division_code, period, kind, no),
  constraint payment_batch_content unique (id, maker, content_hash),
  constraint payment_batch_is_cancelled_by_someone check ((state = 'cancelled') = (cancelled_by is not null))
);
comment on table payment_batch is 'A payment run of one county and quarter: the list that two officers approve and the bank is sent.';
comment on column payment_batch.content_hash is 'SHA-256 over every line (reference, fen, account key, name); kept by trigger, never written by the app.';
create index payment_batch_by_state on payment_batch (state);

create table instruction (
  id                 uuid primary key,
  claim_id           uuid not null references claim,
  beneficiary_id     uuid not null references beneficiary,
  programme          text not null,
  claim_year         smallint not null,
  period             daterange not null check (not isempty(period)),
  amount_fen         bigint not null check (amount_fen > 0),
  state              text not null check (state in ('due', 'paying', 'paid', 'returned', 'closed', 'cancelled')),
  -- Indexes look at this and not at the state, so that a change of state touches none of them.
  is_live            boolean not null generated always as (state <> 'cancelled') stored,
  repair_account_id  uuid references payee_account,
  made_at            timestamptz not null,
  -- The core: whatever the code does, two payments to one child for overlapping days cannot both be written.
  constraint instruction_pays_a_day_once exclude using gist (beneficiary_id with =, programme with =, period with &&)
    where (is_live)
) with (fillfactor = 50);
comment on table instruction is 'The order to pay one claim. It lives on through every attempt to carry it out.';
comment on column instruction.beneficiary_id is 'The child, after merging of records found to be one.';
comment on column instruction.repair_account_id is 'Set when a person has repaired the account of returned money: pay it again, there.';
create unique index instruction_is_made_once on instruction (claim_id) where is_live;
create index instruction_by_claim on instruction (claim_id);
create index instruction_by_repair on instruction (programme) where repair_account_id is not null;
alter table review_case add constraint review_case_knows_its_instruction foreign key (instruction_id) references instruction;
create index review_case_by_instruction on review_case (instruction_id) where instruction_id is not null;

create table attempt (
  id                uuid primary key,
  instruction_id    uuid not null references instruction,
  batch_id          uuid not null references payment_batch,
  line              integer not null check (line > 0),
  no                smallint not null check (no between 1 and 99),
  -- The reference the bank knows: the instruction's id without hyphens and the number of the attempt.
  end_to_end_id     text not null generated always as (replace(instruction_id::text, '-', '') || lpad(no::text, 2, '0')) stored,
  payee_account_id  uuid not null references payee_account,
  holder_name       text not null,
  amount_fen        bigint not null check (amount_fen > 0),
  state             text not null check (state in ('READY', 'SENT', 'ACCEPTED', 'SETTLED', 'RETURNED', 'REJECTED', 'IN_DOUBT', 'CANCELLED')),
  is_open           boolean not null generated always as (state in ('READY', 'SENT', 'ACCEPTED', 'IN_DOUBT')) stored,
  is_settled        boolean not null generated always as (state = 'SETTLED') stored,
  -- Where the ledger has this line's money: reserved or with the bank, with the family, or back.
  money_at          text not null default 'paying' check (money_at in ('paying', 'paid', 'returned')),
  money_moves       integer not null default 0,
  ruled             text check (ruled in ('SETTLED', 'REJECTED')),
  ruled_by          text,
  attention         text,
  constraint attempt_has_its_number unique (instruction_id, no),
  constraint attempt_has_its_line unique (batch_id, line),
  constraint attempt_is_ruled_by_someone check ((ruled is null) = (ruled_by is null))
) with (fillfactor = 50);
comment on table attempt is 'One try at carrying out an instruction: a line of a batch and of its bank file.';
comment on column attempt.ruled is 'What a person found out when the bank had said both settled and rejected.';
comment on column attempt.attention is 'Why the approving officers should look at this line; not an obstacle.';
create unique index attempt_reference_is_unique on attempt (end_to_end_id);
create unique index attempt_is_open_once on attempt (instruction_id) where is_open;
create unique index attempt_is_settled_once on attempt (instruction_id) where is_settled;
create index attempt_by_payee_account on attempt (payee_account_id);
create index attempt_needing_attention on attempt (batch_id, line) where attention is not null;

create table batch_share (
  batch_id  uuid not null references payment_batch,
  level     text not null check (level in ('central', 'province', 'city', 'county')),
  fen       bigint not null check (fen > 0),
  primary key (batch_id, level)
);
comment on table batch_share is 'How the levels of government bear a regular batch; the fen add up to its total.';

-- Approving means signing this very content: any later change of a line would break the foreign key, and is refused.
create table approval (
  batch_id      uuid not null,
  maker         text not null,
  content_hash  bytea not null,
  approver      text not null,
  at            timestamptz not null,
  primary key (batch_id, approver),
  constraint approval_needs_another_officer check (approver <> maker),
  constraint approval_is_of_this_content foreign key (batch_id, maker, content_hash)
    references payment_batch (id, maker, content_hash)
);
comment on table approval is 'An officer''s word for the exact content of a batch; append-only.';

create function payment_batch_content(batch uuid, out hash bytea, out lines integer, out fen bigint)
language sql stable set search_path from current as $$
  select sha256(convert_to(coalesce(string_agg(
           a.end_to_end_id || '|' || a.amount_fen || '|' || encode(p.account_key, 'hex') || '|' || a.holder_name, E'\n'
           order by a.end_to_end_id collate "C"), ''), 'UTF8')),
         count(*)::integer, coalesce(sum(a.amount_fen), 0)::bigint
  from attempt a join payee_account p on p.id = a.payee_account_id where a.batch_id = batch
$$;
comment on function payment_batch_content is 'What the officers sign and the file must carry, computed from the lines and accounts as they are now.';

create function attempt_changes_content() returns trigger language plpgsql security definer set search_path from current as $$
declare touched uuid[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct batch_id) into touched from arrived;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct batch_id) into touched from gone;
  else
    select array_agg(distinct id) into touched from (
      select unnest(array[o.batch_id, n.batch_id]) as id from gone o full join arrived n on n.id = o.id
      where (o.batch_id, o.instruction_id, o.no, o.amount_fen, o.payee_account_id, o.holder_name)
        is distinct from (n.batch_id, n.instruction_id, n.no, n.amount_fen, n.payee_account_id, n.holder_name)) changed
    where id is not null;
  end if;
  if touched is not null then
    update payment_batch b set content_hash = c.hash, line_count = c.lines, total_fen = c.fen
      from unnest(touched) t (id), payment_batch_content(t.id) c where b.id = t.id;
  end if;
  return null;
end $$;
create trigger attempt_inserted after insert on attempt
  referencing new table as arrived for each statement execute function attempt_changes_content();
create trigger attempt_updated after update on attempt
  referencing old table as gone new table as arrived for each statement execute function attempt_changes_content();
create trigger attempt_deleted after delete on attempt
  referencing old table as gone for each statement execute function attempt_changes_content();

create function payment_batch_moves() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'preparing' or new.content_hash <> sha256('') then
      raise exception 'a batch starts empty' using errcode = '23514', constraint = 'payment_batch_starts_empty';
    end if;
    return new;
  end if;
  if new.state = old.state then return new; end if;
  if not exists (select from batch_state_move where (from_state, to_state) = (old.state, new.state)) then
    raise exception 'a batch does not move from % to %', old.state, new.state
      using errcode = '23514', constraint = 'payment_batch_moves_as_the_table_says';
  end if;
  if new.state in ('approved', 'sent') and old.state <> 'in_doubt' and 2 > (
      select count(distinct approver) from approval where batch_id = new.id and content_hash = new.content_hash) then
    raise exception 'a batch needs two approving officers' using errcode = '23514', constraint = 'payment_batch_needs_two_approvers';
  end if;
  return new;
end $$;
create trigger payment_batch_moves before insert or update on payment_batch
  for each row execute function payment_batch_moves();

create function approval_needs_a_prepared_batch() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if not exists (select from payment_batch where id = new.batch_id and state = 'prepared') then
    raise exception 'only a prepared batch can be approved' using errcode = '23514', constraint = 'approval_needs_a_prepared_batch';
  end if;
  return new;
end $$;
create trigger approval_needs_a_prepared_batch before insert on approval
  for each row execute function approval_needs_a_prepared_batch();

-- ---------------------------------------------------------------------------------------------------------
-- What went to the bank and what it said.
-- ---------------------------------------------------------------------------------------------------------
create table bank_file (
  batch_id    uuid primary key references payment_batch,
  message_id  text not null unique check (length(message_id) <= 35),
  format      text not null,
  name        text not null unique,
  path        text not null,
  sha256      bytea not null,
  line_count  integer not null,
  total_fen   bigint not null,
  state       text not null check (state in ('written', 'handed', 'answered', 'in_doubt')),
  written_at  timestamptz not null,
  sent_at     timestamptz,
  in_doubt_at timestamptz,
  constraint bank_file_is_sent_before_answered check (state = 'written' or sent_at is not null)
);
comment on table bank_file is 'The one file of a batch. Its hash is committed before it is handed over: sent again, it is the same file.';

create table bank_answer (
  id           uuid primary key,
  batch_id     uuid not null references payment_batch,
  answer_id    text not null unique,
  sha256       bytea not null unique,
  file_name    text not null,
  file_status  text not null,
  line_count   integer not null,
  total_fen    bigint not null,
  new_lines    integer not null,
  received_at  timestamptz not null,
  received_by  text not null
);
create index bank_answer_by_batch on bank_answer (batch_id);

create table bank_status_line (
  -- The bank's reference of the credit; our own reference where the bank gave none.
  bank_ref       text not null check (bank_ref <> ''),
  status         text not null check (status in ('PENDING', 'ACCEPTED', 'SETTLED', 'REJECTED', 'RETURNED')),
  attempt_id     uuid not null references attempt,
  end_to_end_id  text not null,
  reason         text,
  raw_code       text,
  amount_fen     bigint not null check (amount_fen > 0),
  at             text not null,
  answer_id      uuid not null references bank_answer,
  primary key (bank_ref, status)
);
comment on table bank_status_line is 'Every word of the bank about a line, once; append-only. An attempt''s state is what all of them together say.';
create index bank_status_line_by_attempt on bank_status_line (attempt_id);
create index bank_status_line_by_answer on bank_status_line (answer_id);

-- ---------------------------------------------------------------------------------------------------------
-- When runs start by themselves.
-- ---------------------------------------------------------------------------------------------------------
create table payment_calendar (
  id             uuid primary key,
  programme      text not null,
  division_code  text not null check (division_code ~ '^[0-9]{6}000000$'),
  period         text not null check (period ~ '^[0-9]{4}Q[1-4]$'),
  due_on         date not null,
  state          text not null default 'planned' check (state in ('planned', 'held', 'started', 'done')),
  held_by        text,
  held_reason    text,
  batch_id       uuid references payment_batch,
  started_at     timestamptz,
  constraint payment_calendar_runs_once unique (programme, division_code, period),
  constraint payment_calendar_is_held_by_someone check ((state = 'held') = (held_by is not null and held_reason is not null))
);
comment on table payment_calendar is 'When each county''s run is due. The queue only rings the bell; this table says what is due and what ran.';
create index payment_calendar_due on payment_calendar (due_on) where state = 'planned';
create index payment_calendar_by_batch on payment_calendar (batch_id);

-- What the app may not do, whatever its code says.
revoke insert, update, delete on batch_state_move from subsidy_rw;
revoke update, delete on indicator, approval, batch_share, bank_answer, bank_status_line from subsidy_rw;
revoke update, delete on payment_batch, instruction, attempt, bank_file, payment_calendar from subsidy_rw;
grant update (state, approved_at, sent_at, answered_at, reconciled_at, reconciled_by, cancelled_at, cancelled_by, cancel_reason)
  on payment_batch to subsidy_rw;
grant update (state, repair_account_id, beneficiary_id) on instruction to subsidy_rw;
grant update (state, money_at, money_moves, ruled, ruled_by, attention, payee_account_id, holder_name, amount_fen) on attempt to subsidy_rw;
grant update (state, sent_at, in_doubt_at, path) on bank_file to subsidy_rw;
grant update (state, due_on, held_by, held_reason, batch_id, started_at) on payment_calendar to subsidy_rw;

-- Statistics after a bulk load, so that the planner does not guess.
grant maintain on instruction, attempt, transfer, bank_status_line to subsidy_rw;

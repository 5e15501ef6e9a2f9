-- Money that comes in is kept in double entry, as money that goes out is (台账).

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

-- The counters are the trigger's, which works as the owner; who sees which accounts follows with the receivables.
alter table ledger_account enable row level security, force row level security;
alter table transfer enable row level security, force row level security;
create policy ledger_account_by_owner on ledger_account to fees_owner using (true) with check (true);
create policy transfer_by_owner on transfer to fees_owner using (true) with check (true);

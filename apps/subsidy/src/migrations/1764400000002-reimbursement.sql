-- What one place owes another, because that other place paid for days it is not primary for.

create table reimbursement (
  id                  uuid primary key,
  programme           text not null,
  beneficiary_id      uuid not null references beneficiary,
  -- The payment that is given back; null where another installation paid and asks us.
  instruction_id      uuid references instruction,
  decision_id         uuid references authority_decision,
  debtor_county       text not null check (debtor_county ~ '^[0-9]{6}000000$'),
  debtor_elsewhere    boolean not null,
  creditor_county     text not null check (creditor_county ~ '^[0-9]{6}000000$'),
  creditor_elsewhere  boolean not null,
  period              daterange not null check (not isempty(period)),
  fen                 bigint not null,
  asked_by            text,
  state               text not null default 'open',
  booked_at           timestamptz not null,
  settled_by          text,
  settled_at          timestamptz,
  document_no         text,
  dropped_at          timestamptz,
  constraint reimbursement_state_is_known check (state in ('open', 'settled', 'dropped')),
  constraint reimbursement_is_of_money check (fen > 0),
  constraint reimbursement_is_between_two_places check (debtor_county <> creditor_county),
  constraint reimbursement_touches_this_installation check (not (debtor_elsewhere and creditor_elsewhere)),
  constraint reimbursement_has_a_payment_or_an_asker check (num_nonnulls(instruction_id, asked_by) = 1),
  constraint reimbursement_is_settled_by_a_person check (
    (state = 'settled') = (settled_by is not null) and (state = 'settled') = (settled_at is not null)
    and (state = 'settled') = (document_no is not null)),
  constraint reimbursement_is_dropped_at_a_moment check ((state = 'dropped') = (dropped_at is not null))
);
comment on table reimbursement is 'One place owes another for a payment to a family: open until it is settled, once, or dropped by a further decision. The family neither pays nor waits.';
comment on column reimbursement.asked_by is 'The request of another installation that this answers.';
create unique index reimbursement_is_open_once on reimbursement (instruction_id, least(debtor_county, creditor_county), greatest(debtor_county, creditor_county))
  where state = 'open' and instruction_id is not null;
create unique index reimbursement_answers_a_request_once on reimbursement (asked_by) where asked_by is not null;
create index reimbursement_by_instruction on reimbursement (instruction_id);
create index reimbursement_by_decision on reimbursement (decision_id);
create index reimbursement_by_beneficiary on reimbursement (beneficiary_id);
create index reimbursement_by_debtor on reimbursement (debtor_county text_pattern_ops, id);
create index reimbursement_by_creditor on reimbursement (creditor_county text_pattern_ops, id);

create table reimbursement_share (
  reimbursement_id  uuid not null references reimbursement,
  side              text not null check (side in ('debtor', 'creditor')),
  level             text not null check (level in ('central', 'province', 'city', 'county')),
  fen               bigint not null check (fen > 0),
  primary key (reimbursement_id, side, level)
);
comment on table reimbursement_share is 'How the levels of government bore the payment, and how those of the other place give it back; the fen of a side add up. Append-only.';

create function reimbursement_ends_once() returns trigger language plpgsql as $$
begin
  if old.state <> 'open' and new is distinct from old then
    raise exception 'a reimbursement is settled or dropped once' using errcode = '23514', constraint = 'reimbursement_ends_once';
  end if;
  return new;
end $$;
create trigger reimbursement_ends_once before update on reimbursement for each row execute function reimbursement_ends_once();

do $$
declare name text; runtime text := current_schema() || '_rw';
begin
  foreach name in array array['reimbursement', 'reimbursement_share'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('revoke update, delete, truncate on %I from %I', name, runtime);
  end loop;
  execute format('grant update (state, settled_by, settled_at, document_no, dropped_at) on reimbursement to %I', runtime);
end $$;
create policy reimbursement_of_two_places on reimbursement
  using ((select guard_whole()) or debtor_county ^@ left((select guard_from()), 6) or creditor_county ^@ left((select guard_from()), 6));
create policy reimbursement_settled_in_ones_own_name on reimbursement as restrictive for update
  using (true) with check (settled_by is null or settled_by = (select guard_text('actor')));
create policy reimbursement_share_of_reimbursement on reimbursement_share
  using ((select guard_whole()) or exists (select from reimbursement r where r.id = reimbursement_share.reimbursement_id));

create function reimbursement_uses_power() returns trigger language plpgsql security definer set search_path from current as $$
begin
  perform use_power(new.settled_by, new.programme, new.debtor_county, new.settled_at, 'funds') where not new.debtor_elsewhere;
  perform use_power(new.settled_by, new.programme, new.creditor_county, new.settled_at, 'funds') where new.debtor_elsewhere;
  return null;
end $$;
create trigger reimbursement_uses_power after update of settled_by on reimbursement for each row
  when (new.settled_by is not null and old.settled_by is null) execute function reimbursement_uses_power();

-- Which receipt pays what (到账匹配). A quoted reference decides by itself; whatever else looks right is proposed, and an officer
-- who did not take the receipt in says yes or no.

create table match (
  id             uuid primary key,
  receipt_id     uuid not null,
  -- Who took the receipt in: never who confirms a proposal about it.
  taken_by       text not null,
  receivable_id  uuid not null references receivable (id),
  request_id     uuid references payment_request (id),
  division_code  text collate "C" not null,
  fen            bigint not null,
  how            text not null,
  is_automatic   boolean not null,
  state          text not null,
  proposed_by    text not null default guard_text('actor'),
  proposed_at    timestamptz not null,
  decided_by     text,
  decided_at     timestamptz,
  reason         text,
  undone_by      text,
  undone_at      timestamptz,
  undo_reason    text,
  constraint match_is_of_a_receipt foreign key (receipt_id, taken_by) references bank_receipt (id, taken_by),
  constraint match_is_an_amount check (fen > 0),
  constraint match_how_is_known check (how in ('reference', 'amount-and-name', 'by-hand')),
  constraint match_state_is_known check (state in ('proposed', 'confirmed', 'declined', 'lapsed', 'undone')),
  constraint match_is_automatic_by_reference_only check (not is_automatic or (how = 'reference' and request_id is not null and state in ('confirmed', 'undone'))),
  constraint match_is_confirmed_by_another check (is_automatic or state not in ('confirmed', 'undone') or decided_by <> taken_by),
  constraint match_is_decided_by_someone check ((state in ('confirmed', 'declined', 'undone')) = (decided_by is not null) and (decided_by is null) = (decided_at is null)),
  constraint match_is_undone_with_a_reason
    check (num_nulls(undone_by, undone_at, undo_reason) in (0, 3) and (state = 'undone') = (undone_by is not null) and undo_reason <> ''),
  constraint match_is_declined_with_a_reason check ((state = 'declined') <= (reason is not null) and reason <> '')
);
create index match_by_receipt on match (receipt_id, taken_by);
create index match_by_receivable on match (receivable_id);
create index match_by_request on match (request_id);
create index match_by_division on match (division_code, id) where state = 'proposed';
create unique index match_is_proposed_once on match (receipt_id, receivable_id, request_id) nulls not distinct where state in ('proposed', 'declined');
comment on table match is 'What of a receipt pays which request. What is declined is not proposed again; what was wrong is undone by new transfers.';
comment on column match.is_automatic is 'The payer quoted the reference of the request, and of no other: nobody had to decide.';

-- The only way in which what is matched of a receipt changes. One statement counts many matches.
create function match_counts() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if exists (select from arrived a where a.is_automatic and not exists (
      select from bank_receipt r join payment_request q on q.reference = r.reference
       where r.id = a.receipt_id and q.id = a.request_id and q.receivable_id = a.receivable_id)) then
    raise exception 'only a quoted reference matches by itself' using errcode = '23514', constraint = 'match_by_itself_is_of_the_quoted_request';
  end if;
  update bank_receipt r set matched_fen = r.matched_fen + a.fen
    from (select receipt_id, sum(fen)::bigint as fen from arrived where state = 'confirmed' group by receipt_id) a where a.receipt_id = r.id;
  return null;
end $$;
create trigger match_counts after insert on match referencing new table as arrived for each statement execute function match_counts();

create function match_moves() returns trigger language plpgsql security definer set search_path from current as $$
declare
  can_change text[] := case when new.state = 'undone' then array['state', 'undone_by', 'undone_at', 'undo_reason']
                            else array['state', 'decided_by', 'decided_at', 'reason'] end;
begin
  if (old.state, new.state) not in (('proposed', 'confirmed'), ('proposed', 'declined'), ('proposed', 'lapsed'), ('confirmed', 'undone'))
     or (to_jsonb(new) - can_change) is distinct from (to_jsonb(old) - can_change) then
    raise exception 'a match goes on as its table of states says' using errcode = '23514', constraint = 'match_moves';
  end if;
  if new.state in ('confirmed', 'undone') then
    update bank_receipt r set matched_fen = r.matched_fen + case new.state when 'confirmed' then new.fen else -new.fen end,
                              is_for_hand = r.is_for_hand or new.state = 'undone'
     where r.id = new.receipt_id;
  end if;
  return null;
end $$;
create trigger match_moves after update on match for each row execute function match_moves();

-- As people write names: width, spaces and dots within a name do not count.
create function name_to_compare(name text) returns text language sql immutable parallel safe strict set search_path from current as
  $$ select upper(regexp_replace(normalize(name, nfkc), '[\s·•・‧.]', '', 'g')) $$;

alter table match enable row level security, force row level security;
create policy match_by_owner on match to fees_owner using (true) with check (true);
create policy match_in_division on match using ((select guard_whole()) or division_code ^@ (select guard_from()));
create policy match_names_who_proposes on match as restrictive for insert
  with check (proposed_by = (select guard_text('actor')) and (decided_by is null or decided_by = (select guard_text('actor'))));
create policy match_names_who_decides on match as restrictive for update using (true)
  with check (case state when 'undone' then undone_by = (select guard_text('actor'))
    else decided_by is null or decided_by = (select guard_text('actor')) end);
revoke insert, update, delete, truncate on match from fees_rw;
grant insert (id, receipt_id, taken_by, receivable_id, request_id, division_code, fen, how, is_automatic, state, proposed_by, proposed_at,
              decided_by, decided_at, reason) on match to fees_rw;
grant update (state, decided_by, decided_at, reason, undone_by, undone_at, undo_reason) on match to fees_rw;

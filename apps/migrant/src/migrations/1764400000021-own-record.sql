-- What people ask about their own record: that it be put right, that something not be done with it, that it be deleted.

create table own_request (
  id           uuid primary key default uuidv7(),
  resident_id  uuid not null references resident (id) on delete cascade,
  kind         text not null,
  wish         text not null,
  evidence     text,
  asked_by     text not null default guard_text('actor'),
  asked_at     timestamptz not null,
  due_on       date not null,
  state        text not null default 'open',
  reason       text,
  answer       text,
  answered_by  text,
  answered_at  timestamptz,
  constraint own_request_kind_is_known check (kind in ('correction', 'objection', 'deletion')),
  constraint own_request_says_what check (char_length(wish) between 4 and 1000),
  constraint own_request_evidence_is_short check (char_length(evidence) between 2 and 400),
  constraint own_request_correction_shows_evidence check (kind <> 'correction' or evidence is not null),
  constraint own_request_state_is_known check (state in ('open', 'granted', 'refused', 'withdrawn')),
  constraint own_request_reason_is_known check (reason in ('kept-by-law', 'still-needed', 'held', 'found-right', 'not-shown')),
  constraint own_request_is_refused_with_reasons check ((state = 'refused') = (reason is not null)),
  constraint own_request_is_answered_by_somebody check (num_nulls(answer, answered_by, answered_at) = (case when state = 'open' then 3 else 0 end)),
  constraint own_request_answer_says_something check (char_length(answer) between 4 and 1000)
);
comment on table own_request is 'What somebody asks about their own record, and the answer with its reasons. Answered once.';
comment on column own_request.reason is 'kept-by-law: a statute obliges; still-needed: the purpose goes on; held: an open case; found-right: the record was checked and is right; not-shown: nothing shows it.';
create index own_request_by_resident on own_request (resident_id);
create index own_request_open on own_request (due_on, id) where state = 'open';
create unique index own_request_open_once_a_kind on own_request (resident_id, kind) where state = 'open';

alter table own_request enable row level security, force row level security;
create policy own_request_of_resident on own_request
  using ((select guard_whole()) or exists (select from resident r where r.id = resident_id));
revoke insert, update, delete, truncate on own_request from migrant_rw;
grant insert (id, resident_id, kind, wish, evidence, asked_at, due_on), update (state, reason, answer, answered_by, answered_at) on own_request to migrant_rw;

create function own_request_is_answered_once() returns trigger language plpgsql set search_path from current as $$
begin
  if old.state <> 'open' or new.answered_by is distinct from guard_text('actor') then
    raise exception 'a request is answered once, by whoever answers it' using errcode = '23514', constraint = 'own_request_is_answered_once';
  end if;
  return new;
end $$;
create trigger own_request_is_answered_once before update of state, reason, answer, answered_by, answered_at on own_request for each row execute function own_request_is_answered_once();

select personal_table_join('own_request', 't.resident_id', audit_kinds => '{own_request}');
select retention_join('own-request', 'own_request', $s$ (t.answered_at at time zone 'Asia/Shanghai')::date $s$, '''''',
  '本人的更正、异议、删除申请', 'requests about one''s own record', at_position => 31);
select retention_hold_by('own-request', $h$ exists (select from own_request h where h.resident_id = p.id and h.state = 'open') $h$,
  '本人的申请尚未答复', 'a request of one''s own is not answered yet');
insert into parameter (name, valid, value, unit, source, status) values
  ('keep.own-request', '[2021-11-01,)', '36', 'months', '与个人信息保护影响评估、处理情况记录同期：个人信息保护法第五十六条', 'assumed');

-- A resident who asked for it and whose request was granted is deleted at once, and stays deleted after a restore.
create function own_request_delete(request uuid, day date) returns boolean language plpgsql security definer set search_path from current as $$
declare whose uuid;
begin
  select q.resident_id into whose from own_request q
   where q.id = request and q.kind = 'deletion' and q.state = 'granted' and q.answered_by = guard_text('actor') for update;
  if whose is null then
    raise exception 'no deletion was granted' using errcode = '42501', constraint = 'own_request_deletes_what_was_granted';
  end if;
  if exists (select from retention_standing(whose, day) s where s.class = 'resident' and cardinality(s.held_by) > 0) then
    raise exception 'something holds it' using errcode = '23514', constraint = 'own_request_deletes_nothing_held';
  end if;
  insert into retention_tombstone (key, deleted_on) values (retention_tombstone_of(whose), day);
  perform retention_delete_resident(whose);
  perform retention_forget_samples();
  return true;
end $$;
comment on function own_request_delete is 'Deletes the resident of a granted request, if nothing holds it, and leaves a tombstone.';
revoke all on function own_request_delete from public;
grant execute on function own_request_delete to migrant_rw;

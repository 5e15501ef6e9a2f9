-- Who did, saw, was refused and decided what: rows that only ever grow, and the Merkle tree that they are sealed into.
-- Every app pastes this text into a migration of its own, after that of guard.sql; a test keeps the copies equal.

create table audit_entry (
  id            bigint generated always as identity primary key,
  xid           xid8 not null default pg_current_xact_id(),
  at            timestamptz not null default now(),
  kind          text not null,
  -- From the signed context, whatever the code that writes may say.
  actor         text not null default guard_text('actor'),
  operation     text not null default guard_text('operation'),
  permission    text not null default guard_text('permission'),
  purpose       text not null default guard_text('purpose'),
  case_ref      text default guard_text('case'),
  request_id    text not null default guard_text('request'),
  division      text default guard_text('division'),
  subject_type  text,
  subjects      uuid[] not null default '{}',
  fields        text[] not null default '{}',
  code          text,
  content       bytea,
  constraint audit_entry_kind_is_known check (kind in ('read', 'done', 'refused', 'decided')),
  constraint audit_entry_refusal_has_its_code check ((kind = 'refused') = (code is not null)),
  constraint audit_entry_decision_has_its_content check ((kind = 'decided') = (content is not null)),
  constraint audit_entry_content_is_sha256 check (length(content) = 32),
  constraint audit_entry_subjects_have_a_type check (subject_type is not null or subjects = '{}')
);
comment on table audit_entry is 'One line for each kind of thing that a transaction read or changed, for each refusal and each decision: ids and names, never values. Append-only.';
comment on column audit_entry.xid is 'Of the transaction that wrote it: entries are sealed in the order (xid, id) once no older transaction is running.';
comment on column audit_entry.operation is 'Field of the graph, step of the command line or job.';
comment on column audit_entry.division is 'How far the actor saw: leading digits, empty for everything, null for a citizen.';
comment on column audit_entry.fields is 'Names of the fields that were asked for.';
comment on column audit_entry.content is 'SHA-256 of the canonical text of a decision.';
-- The sealer goes on from the last entry that it sealed; a budget counts what an actor did since some time; a person
-- may ask who looked at them, and what was decided. A county is decided at once, about one subject a line.
create index audit_entry_in_order on audit_entry (xid, id);
create index audit_entry_by_actor on audit_entry (actor, operation, at);
create index audit_entry_by_subject on audit_entry using gin (subjects) where kind <> 'decided';
create index audit_entry_by_decided on audit_entry (subjects) where kind = 'decided';

create table audit_leaf (
  leaf_index  bigint primary key check (leaf_index >= 0),
  entry_id    bigint not null unique,
  hash        bytea not null check (length(hash) = 32)
);
comment on table audit_leaf is 'Where an entry stands in the tree: SHA-256 of a zero byte and the canonical JSON (RFC 8785) of the entry.';

create table audit_node (
  level   smallint not null check (level > 0),
  number  bigint not null check (number >= 0),
  hash    bytea not null check (length(hash) = 32),
  primary key (level, number)
);
comment on table audit_node is 'Roots of complete subtrees of 256 to the power of level leaves (RFC 6962): what the sealer needs to go on without reading every leaf.';

create table audit_checkpoint (
  size  bigint primary key check (size > 0),
  root  bytea not null check (length(root) = 32),
  note  text not null,
  at    timestamptz not null default now()
);
comment on table audit_checkpoint is 'The signed statement that the log of this schema has so many leaves and this root; others keep copies of it.';

create function audit_is_history() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log only grows' using errcode = '23514', constraint = 'audit_is_history';
end $$;
create trigger audit_entry_is_history before update or delete or truncate on audit_entry
  for each statement execute function audit_is_history();
create trigger audit_leaf_is_history before update or delete or truncate on audit_leaf
  for each statement execute function audit_is_history();
create trigger audit_node_is_history before update or delete or truncate on audit_node
  for each statement execute function audit_is_history();
create trigger audit_checkpoint_is_history before update or delete or truncate on audit_checkpoint
  for each statement execute function audit_is_history();

-- The way in: the signature of the context is checked once for all rows instead of once for each column of each row.
create function audit_append(kinds text[], subject_types text[], subject_lists text[], field_lists text[], codes text[])
returns void language sql security definer set search_path from current as $$
  with said as materialized (select guard_claims() as claims)
  insert into audit_entry (kind, actor, operation, permission, purpose, case_ref, request_id, division,
                           subject_type, subjects, fields, code)
  select a.kind, claims ->> 'actor', claims ->> 'operation', claims ->> 'permission', claims ->> 'purpose',
         claims ->> 'case', claims ->> 'request', claims ->> 'division',
         a.subject_type, a.subjects::uuid[], a.fields::text[], a.code
    from said, unnest(kinds, subject_types, subject_lists, field_lists, codes) a (kind, subject_type, subjects, fields, code)
$$;
comment on function audit_append is 'Writes lines of one transaction, stamped with its signed context; lists are array literals.';

create function audit_decide(subject_type text, subjects uuid[], contents bytea[])
returns void language sql security definer set search_path from current as $$
  with said as materialized (select guard_claims() as claims)
  insert into audit_entry (kind, actor, operation, permission, purpose, case_ref, request_id, division,
                           subject_type, subjects, content)
  select 'decided', claims ->> 'actor', claims ->> 'operation', claims ->> 'permission', claims ->> 'purpose',
         claims ->> 'case', claims ->> 'request', claims ->> 'division', $1, array[d.subject], d.content
    from said, unnest($2, $3) d (subject, content)
$$;
comment on function audit_decide is 'Writes one line for each decision, stamped with the signed context.';

-- Who looked at something or acted about it, the newest first, of what the asker may see. A function of the owner's,
-- because under row-level security the index on subjects is not used: its operator might leak.
create function audit_about(of_type text, subject uuid, most integer) returns setof audit_entry
language sql stable security definer set search_path from current as $$
  select e.* from audit_entry e
   where e.kind <> 'decided' and e.kind in ('read', 'done') and e.subject_type = $1 and e.subjects @> array[$2]
     and ((select guard_whole()) or e.division ^@ (select guard_from()) or e.subjects && (select guard_family()))
   order by e.id desc limit $3
$$;
comment on function audit_about is 'Accesses to one thing, bounded like the rows of the table itself.';

alter table audit_entry enable row level security, force row level security;
alter table audit_leaf enable row level security, force row level security;
alter table audit_node enable row level security, force row level security;
alter table audit_checkpoint enable row level security, force row level security;

create policy audit_entry_is_written_by_somebody on audit_entry for insert with check ((select guard_open()));
create policy audit_entry_is_seen_from_above on audit_entry for select using (
  (select guard_whole())
  or division ^@ (select guard_from())
  or subjects && (select guard_family()));
create policy audit_leaf_is_open on audit_leaf for select using ((select guard_open()));
create policy audit_leaf_is_sealed_centrally on audit_leaf for insert with check ((select guard_whole()));
create policy audit_node_is_open on audit_node for select using ((select guard_open()));
create policy audit_node_is_sealed_centrally on audit_node for insert with check ((select guard_whole()));
create policy audit_checkpoint_is_open on audit_checkpoint for select using ((select guard_open()));
create policy audit_checkpoint_is_sealed_centrally on audit_checkpoint for insert with check ((select guard_whole()));

-- The app adds and reads; what says who acted, when and in which transaction is not for it to write.
do $$
declare runtime text := current_schema() || '_rw';
begin
  execute format('revoke all on audit_entry, audit_leaf, audit_node, audit_checkpoint from %I', runtime);
  execute format('grant select on audit_entry, audit_leaf, audit_node, audit_checkpoint to %I', runtime);
  execute format('grant insert (kind, subject_type, subjects, fields, code, content) on audit_entry to %I', runtime);
  execute format('grant insert on audit_leaf, audit_node to %I', runtime);
  execute format('grant insert (size, root, note) on audit_checkpoint to %I', runtime);
  execute format('revoke all on function audit_append, audit_decide, audit_about from public');
  execute format('grant execute on function audit_append, audit_decide, audit_about to %I', runtime);
  execute format('create policy audit_entry_for_its_functions on audit_entry for select to %I using (true)', current_schema() || '_owner');
end $$;

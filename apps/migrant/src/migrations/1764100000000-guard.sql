-- Who may see which rows: a signed context, set for one transaction at a time, read by the policies of every table.
-- Every app pastes this text into a migration of its own; a test keeps the copies equal.

create table context_key (
  is_only    boolean primary key default true check (is_only),
  inner_pad  bytea not null check (length(inner_pad) = 64),
  outer_pad  bytea not null check (length(outer_pad) = 64)
);
comment on table context_key is 'The two blocks of the HMAC key that contexts are signed with; set by migrate(), read by guard_claims() only.';

-- What the app says of itself for this transaction, if its signature holds; a setting alone is no secret.
create function guard_claims() returns jsonb language plpgsql stable parallel safe security definer set search_path from current as $$
declare
  signed text := current_setting('app.context', true);
  body text := split_part(signed, '.', 1);
  pads context_key;
begin
  if coalesce(signed, '') = '' then return null; end if;
  select * into pads from context_key;
  if encode(sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(body, 'UTF8'))), 'hex') is distinct from split_part(signed, '.', 2) then
    return null;
  end if;
  return convert_from(decode(body, 'base64'), 'UTF8')::jsonb;
end $$;

create function guard_text(name text) returns text language sql stable parallel safe set search_path from current as
  $$ select guard_claims() ->> name $$;
comment on function guard_text is 'One claim of the context: actor, operation, permission, purpose, case, request, division.';

create function guard_whole() returns boolean language sql stable parallel safe set search_path from current as
  $$ select coalesce(guard_claims() ->> 'division' = '', false) $$;
comment on function guard_whole is 'Whether the context spans the whole installation.';

-- The digits that every code of the context's subtree begins with. Null, and so nothing, without a division.
create function guard_from() returns text language sql stable parallel safe set search_path from current as
  $$ select guard_claims() ->> 'division' $$;

create function guard_key() returns bytea language sql stable parallel safe set search_path from current as
  $$ select decode(guard_claims() ->> 'key', 'hex') $$;
comment on function guard_key is 'Blind index of a citizen''s own number.';

create function guard_family() returns uuid[] language sql stable parallel safe set search_path from current as
  $$ select array(select jsonb_array_elements_text(guard_claims() -> 'family')::uuid) $$;
comment on function guard_family is 'The persons a citizen acts for: themselves and their minor children.';

create function guard_open() returns boolean language sql stable parallel safe set search_path from current as
  $$ select guard_claims() is not null $$;
comment on function guard_open is 'Whether there is a context at all: enough for what belongs to no division and names nobody.';

alter table context_key enable row level security, force row level security;
do $$
begin
  execute format('revoke all on context_key from %I', current_schema() || '_rw');
  execute format('create policy context_key_for_the_check on context_key to %I using (true)', current_schema() || '_owner');
end $$;

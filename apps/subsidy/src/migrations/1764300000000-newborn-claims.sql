-- Claims that newborn matters ask for, and what is told back of them.

create table newborn_claim (
  sub_case     uuid primary key,
  claim_id     uuid references claim,
  kind         text not null,
  obstacle     text,
  told         integer not null default 0,
  has_news     boolean not null default false,
  recorded_at  timestamptz not null,
  constraint newborn_claim_kind_is_known check (kind in ('own', 'other', 'none')),
  constraint newborn_claim_has_a_claim_or_an_obstacle check ((kind = 'none') = (claim_id is null) and (kind = 'none') = (obstacle is not null)),
  constraint newborn_claim_is_told_on check (told >= 0)
);
comment on table newborn_claim is 'Which claim a part of a newborn matter became; one at most, however often it is asked. Matters are registration''s, here by id.';
comment on column newborn_claim.kind is 'own: made for this part. other: the other guardian''s claim for the same child and year goes on. none: no claim yet, and why.';
comment on column newborn_claim.told is 'How many times registration was told; a later message has more.';
create index newborn_claim_by_claim on newborn_claim (claim_id);
create index newborn_claim_has_news on newborn_claim (sub_case) where has_news;
alter table newborn_claim enable row level security, force row level security;
create policy newborn_claim_of_claim on newborn_claim
  using ((select guard_whole()) or exists (select from claim c where c.id = newborn_claim.claim_id));
revoke update, delete, truncate on newborn_claim from subsidy_rw;
grant update (claim_id, kind, obstacle, told, has_news) on newborn_claim to subsidy_rw;

-- Whatever moves a claim, its matter is told: the trigger only notes it, a job tells.
create function claim_event_is_news() returns trigger language plpgsql security definer set search_path from current as $$
begin
  update newborn_claim n set has_news = true from arrived a where n.claim_id = a.claim_id and not n.has_news;
  return null;
end $$;
create trigger claim_event_is_news after insert on claim_event
  referencing new table as arrived for each statement execute function claim_event_is_news();

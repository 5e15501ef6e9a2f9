-- What the register says of records that are one person, and of deaths, is looked at for its money.

alter table person_fact add column merged_into uuid;
comment on column person_fact.merged_into is 'The record that the register keeps in this one''s place; null again once that was undone.';

create table fact_vital (person_id uuid primary key);
comment on table fact_vital is 'Persons whose death or merging changed in the feed, until their claims were looked at; survives a kill.';
alter table fact_vital enable row level security, force row level security;
create policy fact_vital_in_any_context on fact_vital using ((select guard_open()));

-- The record that stands for a person after all merges.
create function surviving_person(of uuid) returns uuid language sql stable set search_path from current as $$
  with recursive up as (
    select person_id, merged_into, 0 as depth from person_fact where person_id = of
    union all
    select f.person_id, f.merged_into, depth + 1 from up join person_fact f on f.person_id = up.merged_into where depth < 20)
  select person_id from up order by depth desc limit 1
$$;

create table person_merge (
  id                     uuid primary key default uuidv7(),
  person_id              uuid not null,
  survivor_id            uuid not null,
  beneficiary_id         uuid not null references beneficiary,
  keeper_id              uuid references beneficiary,
  id_number_key          bytea,
  birth_certificate_key  bytea,
  merged_at              timestamptz not null,
  undone_at              timestamptz,
  constraint person_merge_is_of_two check (person_id <> survivor_id and beneficiary_id is distinct from keeper_id)
);
comment on table person_merge is 'What two records of one person became here, so that it can be undone: the beneficiary and the keys it had.';
comment on column person_merge.keeper_id is 'The survivor''s beneficiary; null where there was none and the beneficiary was only linked anew.';
create unique index person_merge_stands_once on person_merge (person_id) where undone_at is null;
create index person_merge_by_beneficiary on person_merge (beneficiary_id);
create index person_merge_by_keeper on person_merge (keeper_id) where keeper_id is not null;

create table person_merge_claim (
  merge_id  uuid not null references person_merge,
  claim_id  uuid not null references claim,
  moved     boolean not null,
  held      boolean not null,
  primary key (merge_id, claim_id)
);
comment on table person_merge_claim is 'Claims that a merge moved to the survivor, or held for a person; append-only.';
create index person_merge_claim_by_claim on person_merge_claim (claim_id);

alter table person_merge enable row level security, force row level security;
alter table person_merge_claim enable row level security, force row level security;
create policy person_merge_for_officers on person_merge using ((select guard_from()) is not null);
create policy person_merge_claim_of_claim on person_merge_claim
  using ((select guard_whole()) or exists (select from claim c where c.id = person_merge_claim.claim_id));
revoke update, delete, truncate on person_merge, person_merge_claim from subsidy_rw;
grant update (undone_at) on person_merge to subsidy_rw;

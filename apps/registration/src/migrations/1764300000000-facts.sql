-- What the register knows of people with the days it holds and the moment it was learned. Nothing here is ever edited:
-- a row is ended, and another says what is known now. Both axes can be asked as of any moment.

create table change (
  id          uuid primary key,
  kind        text not null,
  basis       text not null,
  source_ref  text,
  reason      text not null,
  persons     uuid[] not null,
  households  uuid[] not null default '{}',
  before      jsonb not null default '{}',
  undoes      uuid references change (id),
  batch_id    uuid,
  actor       text not null default guard_text('actor'),
  at          timestamptz not null,
  constraint change_kind_is_known check (kind in (
    'registry', 'newborn', 'correction', 'identity', 'kinship', 'kinship-end', 'marriage', 'marriage-end', 'death',
    'death-reversal', 'move', 'household', 'household-split', 'household-merge', 'head', 'merge', 'split',
    'investigation', 'undo')),
  constraint change_basis_is_known check (basis in ('registry', 'court', 'agency', 'document', 'declared')),
  constraint change_reason_is_given check (char_length(reason) between 2 and 400),
  constraint change_source_is_short check (char_length(source_ref) <= 120),
  constraint change_is_about_somebody check (persons <> '{}' or households <> '{}' or kind = 'registry'),
  constraint change_undoes_one check ((kind = 'undo') = (undoes is not null))
);
create unique index change_is_undone_once on change (undoes) where undoes is not null;
create index change_by_person on change using gin (persons);
create index change_by_household on change using gin (households);
comment on table change is 'Every governed change of the register, and one row for each registry import: who, when, why and on what evidence. Append-only.';
comment on column change.basis is 'Grade of the evidence: the household registry, a court, another agency, a paper that was seen, the person''s own word.';
comment on column change.source_ref is 'Number of the paper, judgment, message or event; no personal data.';
comment on column change.before is 'What a correction of name, sex or day of birth replaced, for its undo.';
comment on column change.at is 'When it was recorded, by the clock of the installation.';

create table fact (
  id              uuid primary key,
  kind            text not null,
  person_id       uuid not null references person (id),
  other_person_id uuid references person (id),
  household_id    uuid references household (id),
  code            text not null,
  words           text,
  number_sealed   bytea,
  number_key      bytea,
  number_mask     text,
  valid           daterange not null,
  certain         daterange not null,
  is_disputed     boolean not null default false,
  basis           text not null,
  source_ref      text,
  recorded_by     uuid not null,
  recorded_at     timestamptz not null,
  ended_by        uuid references change (id),
  ended_at        timestamptz,
  constraint fact_kind_has_its_code check (case kind
    when 'identity' then code in ('111', '111_15', 'HMT_RESIDENCE', 'PERMANENT_RESIDENT', 'HM_PASS', 'TW_PASS', 'PASSPORT', 'BIRTH_CERTIFICATE')
    when 'name' then code in ('former', 'also')
    when 'membership' then code ~ '^(0[12]|1[0-2]|[2-9]\d|00)$'
    when 'kinship' then code in ('registered-father', 'registered-mother', 'birth-father', 'birth-mother',
                                 'adoptive-father', 'adoptive-mother', 'guardian')
    when 'marriage' then code = 'spouse'
    when 'death' then code = 'died'
    else false end),
  constraint fact_says_what_its_kind_says check (
    (kind = 'identity') = (number_key is not null)
    and (kind = 'membership') = (household_id is not null)
    and (kind <> 'kinship' or other_person_id is not null)
    and (kind in ('kinship', 'marriage') or other_person_id is null)
    and (kind <> 'name' or words is not null)
    and (kind <> 'marriage' or other_person_id is not null or words is not null)),
  constraint fact_number_is_indexed_and_masked check (num_nulls(number_key, number_mask) in (0, 2) and length(number_key) = 32),
  constraint fact_number_is_sealed_only_with_its_key check (number_sealed is null or number_key is not null),
  constraint fact_words_are_a_name check (char_length(words) between 1 and 50),
  constraint fact_is_about_two_people check (other_person_id <> person_id),
  constraint fact_holds_at_some_time check (not isempty(valid)),
  constraint fact_certain_within_possible check (certain <@ valid),
  constraint fact_basis_is_known check (basis in ('registry', 'court', 'agency', 'document', 'declared')),
  constraint fact_ends_by_a_change check (num_nulls(ended_by, ended_at) in (0, 2)),
  constraint fact_ends_after_it_began check (ended_at >= recorded_at),
  -- What cannot both be so. Possible days may overlap, certain ones may not; what is under investigation binds nobody.
  constraint fact_one_paper_of_a_kind exclude using gist (person_id with =, code with =, certain with &&)
    where (kind = 'identity' and ended_at is null and not is_disputed),
  constraint fact_one_household_at_a_time exclude using gist (person_id with =, certain with &&)
    where (kind = 'membership' and ended_at is null and not is_disputed),
  constraint fact_one_head_at_a_time exclude using gist (household_id with =, certain with &&)
    where (kind = 'membership' and code in ('01', '02') and ended_at is null and not is_disputed),
  constraint fact_one_mother_one_father exclude using gist (person_id with =, code with =, certain with &&)
    where (kind = 'kinship' and code <> 'guardian' and ended_at is null and not is_disputed),
  constraint fact_one_guardianship_of_a_pair exclude using gist (person_id with =, other_person_id with =, certain with &&)
    where (kind = 'kinship' and code = 'guardian' and ended_at is null and not is_disputed),
  constraint fact_one_marriage_at_a_time exclude using gist (person_id with =, certain with &&)
    where (kind = 'marriage' and ended_at is null and not is_disputed)
);
create unique index fact_dies_once on fact (person_id) where kind = 'death' and ended_at is null and not is_disputed;
create index fact_by_person on fact (person_id, kind);
create index fact_by_other_person on fact (other_person_id) where other_person_id is not null;
create index fact_by_household on fact (household_id) where household_id is not null;
create index fact_by_change on fact (recorded_by);
create index fact_by_ending_change on fact (ended_by) where ended_by is not null;
comment on table fact is 'Dated facts about persons: papers, further names, household membership, kinship, marriage, death. A row is ended, never edited.';
comment on column fact.code is 'Kind of paper; relation to the head of the household (GB/T 4761, 00 not stated); kind of kinship.';
comment on column fact.words is 'A name: a former one of the person, or that of a spouse who is not registered here.';
comment on column fact.number_sealed is 'AES-256-GCM, bound to this table, column and row id. Null where the registry stated the number: then it stands in the person''s own row or its history.';
comment on column fact.valid is 'Every day on which it may hold. For a death, every day on which it may have happened.';
comment on column fact.certain is 'The days on which it holds for sure; the day of a death where it is known. Empty while nothing is certain.';
comment on column fact.is_disputed is 'Under investigation: shown as such, and binding nobody meanwhile.';
comment on column fact.recorded_by is 'The change. Not a foreign key: an import writes it once, before its facts, and checking it row by row costs a quarter of it.';
comment on column fact.ended_at is 'Until then it was what the register knew.';

create table merge (
  id          uuid primary key,
  from_id     uuid not null references person (id),
  into_id     uuid not null references person (id),
  change_id   uuid not null references change (id),
  undone_by   uuid references change (id),
  constraint merge_of_two check (from_id <> into_id)
);
create unique index merge_once on merge (from_id) where undone_by is null;
create index merge_by_survivor on merge (into_id) where undone_by is null;
create index merge_by_change on merge (change_id);
create index merge_by_undo on merge (undone_by) where undone_by is not null;
comment on table merge is 'Two records that are one person: the first lives on in the second until that is undone.';

alter table person add column merged_into uuid;
alter table person add column is_governed boolean not null default false;
alter table person add column stated jsonb;
alter table person alter column batch_id drop not null;
alter table person drop constraint person_has_parents_by_key;
alter table person add constraint person_merged_into_another check (merged_into <> id);
create index person_by_survivor on person (merged_into) where merged_into is not null;
comment on column person.merged_into is 'The record that this one was found to be the same person as.';
comment on column person.stated is 'Of a governed row: what the registry last stated where facts now speak, so that undoing a change finds it again.';
comment on column person.is_governed is 'A change of our own stands behind this row: after an import it is made anew from the facts.';

alter table person_history alter column replaced_by_batch_id drop not null;
alter table person_history alter column batch_id drop not null;
alter table person_history add column father_id uuid;
alter table person_history add column mother_id uuid;
alter table person_history add column merged_into uuid;

-- History is kept of whatever is seen of a person, whether an import or a change of our own replaced it.
create or replace function person_keep_history() returns trigger language plpgsql security definer set search_path = registration, pg_temp as $$
begin
  insert into person_history (
    id, registry_person_id, name, name_match, sex, ethnicity, id_type, id_number_sealed, id_number_key, id_number_mask,
    id_number_legacy_key, birth_certificate_sealed, birth_certificate_key, born, died, status, household_id,
    relation_to_head, household_type, division_code, address, father_key, mother_key, marital_status, moved_in_on,
    moved_out_on, source_updated_at, row_hash, batch_id, batch_line, recorded_at, recorded_until, replaced_by_batch_id,
    father_id, mother_id, merged_into)
  select
    o.id, o.registry_person_id, o.name, o.name_match, o.sex, o.ethnicity, o.id_type, o.id_number_sealed, o.id_number_key,
    o.id_number_mask, o.id_number_legacy_key, o.birth_certificate_sealed, o.birth_certificate_key, o.born, o.died,
    o.status, o.household_id, o.relation_to_head, o.household_type, o.division_code, o.address, o.father_key,
    o.mother_key, o.marital_status, o.moved_in_on, o.moved_out_on, o.source_updated_at, o.row_hash, o.batch_id,
    o.batch_line, o.recorded_at, n.recorded_at, n.batch_id, o.father_id, o.mother_id, o.merged_into
  from old_rows o join new_rows n using (id)
  where o.row_hash <> n.row_hash or o.recorded_at <> n.recorded_at
     -- Two changes within one tick of the clock.
     or (o.name, o.sex, o.born, o.died, o.status, o.household_id, o.id_number_key, o.birth_certificate_key, o.merged_into)
        is distinct from (n.name, n.sex, n.born, n.died, n.status, n.household_id, n.id_number_key, n.birth_certificate_key, n.merged_into);
  return null;
end $$;

-- A fact changes once: from what is known to what was known.
create function fact_is_history() returns trigger language plpgsql as $$
begin
  if old.ended_at is not null or new.ended_at is null
     or (new.id, new.kind, new.person_id, new.other_person_id, new.household_id, new.code, new.words, new.number_key,
         new.number_mask, new.valid, new.certain, new.is_disputed, new.basis, new.source_ref, new.recorded_by, new.recorded_at)
        is distinct from
        (old.id, old.kind, old.person_id, old.other_person_id, old.household_id, old.code, old.words, old.number_key,
         old.number_mask, old.valid, old.certain, old.is_disputed, old.basis, old.source_ref, old.recorded_by, old.recorded_at) then
    raise exception 'a fact is ended, never edited' using errcode = '23514', constraint = 'fact_is_history';
  end if;
  return new;
end $$;
create trigger fact_is_history before update of id, kind, person_id, other_person_id, household_id, code, words, number_key,
  number_mask, valid, certain, is_disputed, basis, source_ref, recorded_by, recorded_at, ended_by, ended_at on fact
  for each row execute function fact_is_history();

-- A merge leads to a record that stands for itself, so that no chain of them can close to a circle.
create function merge_leads_to_a_live_record() returns trigger language plpgsql set search_path from current as $$
begin
  perform from person where id in (new.from_id, new.into_id) order by id for update;
  if new.undone_by is null and exists (select from merge where from_id = new.into_id and undone_by is null and id <> new.id) then
    raise exception 'the surviving record is itself merged' using errcode = '23514', constraint = 'merge_leads_to_a_live_record';
  end if;
  if tg_op = 'UPDATE' and (old.undone_by is not null
     or (new.id, new.from_id, new.into_id, new.change_id) is distinct from (old.id, old.from_id, old.into_id, old.change_id)) then
    raise exception 'a merge is undone, never edited' using errcode = '23514', constraint = 'merge_is_history';
  end if;
  return new;
end $$;
create trigger merge_leads_to_a_live_record before insert or update on merge
  for each row execute function merge_leads_to_a_live_record();

revoke update, delete, truncate on change from registration_rw;
revoke update, delete, truncate on fact from registration_rw;
grant update (ended_by, ended_at) on fact to registration_rw;
revoke update, delete, truncate on merge from registration_rw;
grant update (undone_by) on merge to registration_rw;
grant maintain on fact to registration_rw;

alter table change enable row level security;
alter table change force row level security;
alter table fact enable row level security;
alter table fact force row level security;
alter table merge enable row level security;
alter table merge force row level security;

-- A fact belongs to the person it is about; a change to whoever may see one of the persons or households in it.
create policy fact_of_person on fact
  using ((select guard_whole()) or exists (select from person p where p.id = fact.person_id));
create policy change_of_person on change for select
  using ((select guard_whole()) or exists (select from person p where p.id = any (change.persons))
    or exists (select from household h where h.id = any (change.households)));
create policy change_by_its_actor on change for insert
  with check (actor = (select guard_text('actor')) and (select guard_open()));
create policy merge_of_person on merge
  using ((select guard_whole()) or exists (select from person p where p.id in (merge.from_id, merge.into_id)));

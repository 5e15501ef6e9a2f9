-- What the registry states in a row of `person` becomes dated facts, set by set, at the end of every import.

-- Rows of `person` that a batch wrote, or whose links it completed. A statement that agrees with what stands changes
-- nothing (of a record that lives on in another, only a death is heard); a newer one replaces an older one of the registry; one that contradicts a fact of our own stands beside it,
-- under investigation, until a person has looked. What the registry leaves out, it no longer states.
create function state_registry_facts(of_change uuid, of_batch uuid, since xid8, moment timestamptz) returns bigint
language plpgsql set search_path from current as $$
declare
  written bigint := 0;
  wrote bigint;
begin
  create temp table stated on commit drop as
    with s as materialized (
      select p.*, (source_updated_at at time zone 'Asia/Shanghai')::date as stated_on,
             case when status = 8 then coalesce(moved_out_on, (source_updated_at at time zone 'Asia/Shanghai')::date)
                  when status = 9 then coalesce(died + 1, (source_updated_at at time zone 'Asia/Shanghai')::date) end as left_on
        from person p
       where p.changed_xid >= since and p.registry_person_id not like 'own:%'
         and (p.batch_id = of_batch or not p.is_governed))
    select id as person_id, 'identity' as kind, id_type as code, null::uuid as other_person_id, null::uuid as household_id,
           id_number_key as number_key, id_number_mask as number_mask,
           daterange(born, null) as valid, daterange(born, null) as certain, id_type as slot, stated_on as since_day, false as is_from_known
      from s where merged_into is null and id_number_key is not null
    union all
    select id, 'identity', '111_15', null, null, id_number_legacy_key, left(id_number_mask, 4) || '***********',
           daterange(born, null), 'empty'::daterange, '111_15', stated_on, false
      from s where merged_into is null and id_number_legacy_key is not null
    union all
    select id, 'identity', 'BIRTH_CERTIFICATE', null, null, birth_certificate_key, '**********',
           daterange(born, null), daterange(born, null), 'BIRTH_CERTIFICATE', stated_on, false
      from s where merged_into is null and birth_certificate_key is not null
    union all
    select id, 'membership', coalesce(relation_to_head, '00'), null, household_id, null, null,
           daterange(coalesce(moved_in_on, born), left_on),
           case when moved_in_on is not null then daterange(moved_in_on, left_on)
                when left_on is null or left_on > stated_on then daterange(stated_on, left_on) else 'empty' end,
           'household', coalesce(moved_in_on, least(stated_on, left_on)), moved_in_on is not null
      from s where merged_into is null and household_id is not null and (left_on is null or left_on > coalesce(moved_in_on, born, '0001-01-01'))
               and status <> 1
    union all
    select id, 'kinship', 'registered-father', father_id, null, null, null, daterange(born, null), daterange(born, null),
           'father', coalesce(born, stated_on), false
      from s where merged_into is null and father_id is not null
    union all
    select id, 'kinship', 'registered-mother', mother_id, null, null, null, daterange(born, null), daterange(born, null),
           'mother', coalesce(born, stated_on), false
      from s where merged_into is null and mother_id is not null
    union all
    select coalesce(merged_into, id), 'death', 'died', null, null, null, null,
           case when died is not null then daterange(died, died + 1) else daterange(born, stated_on + 1) end,
           case when died is not null then daterange(died, died + 1) else 'empty' end, 'death', stated_on, false
      from s where (status = 9 or died is not null) and (died is not null or born is null or born <= stated_on);
  create temp table looked_at on commit drop as
    select p.id as person_id, (p.source_updated_at at time zone 'Asia/Shanghai')::date as stated_on from person p
     where p.changed_xid >= since and p.registry_person_id not like 'own:%' and (p.batch_id = of_batch or not p.is_governed)
       and p.merged_into is null;
  create index on stated (person_id, kind);
  create index on looked_at (person_id);
  analyze stated;
  analyze looked_at;

  -- What is known already: the same from the registry, or from us about the same days.
  delete from stated s using fact f
   where f.person_id = s.person_id and f.kind = s.kind and f.ended_at is null and not f.is_disputed
     and (f.code = s.code or s.kind = 'kinship' and f.basis <> 'registry' and f.code in ('birth-' || s.slot, 'adoptive-' || s.slot)
          or s.kind = 'membership' and f.basis <> 'registry')
     and f.other_person_id is not distinct from s.other_person_id and f.household_id is not distinct from s.household_id
     and f.number_key is not distinct from s.number_key
     and (f.basis <> 'registry' and s.kind <> 'death'
          or (s.kind <> 'death' or f.valid = s.valid)
             and (s.kind <> 'membership' or upper(f.valid) is not distinct from upper(s.valid)
                  and (not s.is_from_known or lower(f.valid) is not distinct from lower(s.valid))));
  -- What was said before, beside a fact of our own, is not said again; nor what a person has looked into and refused.
  delete from stated s using fact f left join change c on c.id = f.ended_by
   where f.person_id = s.person_id and f.kind = s.kind and f.is_disputed and f.code = s.code and f.basis = 'registry'
     and (f.ended_at is null or c.kind = 'investigation')
     and f.other_person_id is not distinct from s.other_person_id and f.household_id is not distinct from s.household_id
     and f.number_key is not distinct from s.number_key and (s.kind <> 'death' or f.valid = s.valid);

  alter table stated add column is_disputed boolean not null default false, add column id uuid not null default uuidv7();
  update stated s set is_disputed = true
   where exists (
     select from fact f where f.person_id = s.person_id and f.kind = s.kind and f.basis <> 'registry' and f.ended_at is null
        and not f.is_disputed
        and (s.kind in ('membership', 'death') and f.valid && s.valid
             or s.kind = 'identity' and f.code = s.code
             or s.kind = 'kinship' and f.code in ('birth-' || s.slot, 'adoptive-' || s.slot)
                and not exists (select from fact r where r.person_id = s.person_id and r.kind = 'kinship' and r.code = s.code
                                   and r.ended_at is null and r.basis = 'registry')))
      or s.kind = 'death' and exists (
        select from fact f join change c on c.id = f.ended_by and c.kind = 'death-reversal' where f.person_id = s.person_id and f.kind = 'death')
      -- Stated of a record that lives on in this one: whether it is meant for this person, somebody must say.
      or s.kind = 'death' and exists (
        select from person m where m.merged_into = s.person_id and m.changed_xid >= since and (m.status = 9 or m.died is not null));

  -- What the registry stated and no longer states, or states otherwise: it held until then, or never did.
  create temp table over on commit drop as
    select f.*, case when s.person_id is not null then s.since_day else l.stated_on end as over_on, s.person_id is null as is_gone,
           s.household_id is not distinct from f.household_id and s.other_person_id is not distinct from f.other_person_id
             and s.number_key is not distinct from f.number_key and s.person_id is not null as is_same_thing
      from looked_at l
      join fact f on f.person_id = l.person_id and f.basis = 'registry' and f.ended_at is null and not f.is_disputed
      left join stated s on s.person_id = f.person_id and s.kind = f.kind and not s.is_disputed
                        and (s.kind in ('membership', 'death') or s.code = f.code)
      left join person p on p.id = f.person_id
     where s.person_id is not null
        or f.kind = 'identity' and f.code <> 'BIRTH_CERTIFICATE' and f.code <> '111_15' and p.id_number_key is null
        or f.kind = 'membership' and upper_inf(f.valid) and (p.household_id is null or p.status = 1)
        or f.kind = 'kinship' and f.code = 'registered-father' and p.father_id is null
        or f.kind = 'kinship' and f.code = 'registered-mother' and p.mother_id is null
        or f.kind = 'death' and p.status <> 9 and p.died is null;
  analyze over;
  update fact f set ended_by = of_change, ended_at = moment from over o where f.id = o.id;
  insert into fact (id, kind, person_id, other_person_id, household_id, code, words, number_sealed, number_key, number_mask,
                    valid, certain, is_disputed, basis, source_ref, recorded_by, recorded_at)
    select uuidv7(), kind, person_id, other_person_id, household_id, code, words, null, number_key, number_mask,
           valid * daterange(null, over_on), certain * daterange(null, over_on), false, basis, source_ref, of_change, moment
      from over
     where kind in ('identity', 'membership') and not is_same_thing and number_sealed is null
       and not isempty(valid * daterange(null, over_on)) and (upper_inf(valid) or upper(valid) > over_on);

  insert into fact (id, kind, person_id, other_person_id, household_id, code, number_key, number_mask, valid, certain,
                    is_disputed, basis, recorded_by, recorded_at)
    select s.id, s.kind, s.person_id, s.other_person_id, s.household_id, s.code, s.number_key, s.number_mask,
           case when s.kind = 'identity' and o.id is not null then s.valid * daterange(s.since_day, null) else s.valid end,
           case when s.kind = 'identity' and o.id is not null then s.certain * daterange(s.since_day, null) else s.certain end,
           s.is_disputed, 'registry', of_change, moment
      from stated s left join over o on o.person_id = s.person_id and o.kind = 'identity' and s.kind = 'identity' and o.code = s.code
                                    and not s.is_disputed and not isempty(s.valid * daterange(s.since_day, null))
    on conflict do nothing;
  get diagnostics written = row_count;
  -- Two heads of one household, two households of one person: the registry contradicts itself, and a person must look.
  insert into fact (id, kind, person_id, other_person_id, household_id, code, number_key, number_mask, valid, certain,
                    is_disputed, basis, recorded_by, recorded_at)
    select uuidv7(), s.kind, s.person_id, s.other_person_id, s.household_id, s.code, s.number_key, s.number_mask, s.valid,
           s.certain, true, 'registry', of_change, moment
      from stated s
     where not exists (select from fact f where f.id = s.id);
  get diagnostics wrote = row_count;
  drop table stated, looked_at;
  drop table over;
  return written + wrote;
end $$;
comment on function state_registry_facts is 'Makes facts of what an import wrote into person; returns how many rows it recorded.';
revoke all on function state_registry_facts from public;
grant execute on function state_registry_facts to registration_rw;

-- What is in the register already was stated by the registry.
insert into change (id, kind, basis, reason, persons, at)
  select uuidv7(), 'registry', 'registry', 'registry extracts before this version', '{}', now()
   where exists (select from person);
select state_registry_facts(c.id, null, '0', now()) from change c;

import type { Relation } from '@app/rules';

/**
 * Over `f` (person_fact): registered with the police, in whatever household. A newborn of whom a hospital has told is a person
 * of the register before that, which is a normal state and no hindrance but for what asks for the registration itself.
 */
export const HAS_HUKOU = '(f.household_id is not null or f.id_number_key is not null or f.hukou is not null)';

/** Fact name (as programmes write it) → column expression over `f` (person_fact), and for claims over `c`. */
const PERSON: Readonly<Record<string, string>> = {
  'person.born': 'f.born',
  'person.died': 'f.died',
  'person.sex': 'f.sex',
  'person.registered': HAS_HUKOU,
  'person.status': 'f.status',
  'person.citizen': 'f.citizen',
  'person.hukou': 'f.hukou',
  'person.division': 'f.division_code',
  'person.moved_in_on': 'f.moved_in_on',
  'person.moved_out_on': 'f.moved_out_on',
  'person.marital': 'f.marital',
  'person.spouse_born': 'f.spouse_born',
  'person.living_children': 'f.living_children',
  'person.living_daughters': 'f.living_daughters',
  'person.children_ever': 'f.children_ever',
  'person.last_child_died_on': 'f.last_child_died_on',
  'person.youngest_child_born': 'f.youngest_child_born',
  'finding.births_lawful_then': 'f.births_lawful_then',
  'finding.only_child_certificate': 'f.only_child_certificate',
  'finding.child_disability_grade': 'f.child_disability_grade',
  'finding.child_disability_since': 'f.child_disability_since',
  'finding.certified_level': 'f.certified_level',
  'finding.rural_hukou': 'f.rural_hukou',
};

/** Facts of one claim that an officer may establish with a document, and the type they are kept as. */
export const ATTESTABLE: Readonly<Record<string, 'boolean' | 'date'>> = {
  'claim.applicant_is_parent': 'boolean',
  'claim.other_claimant': 'boolean',
  'claim.place_settled': 'boolean',
  'person.born': 'date',
  'person.died': 'date',
  'person.citizen': 'boolean',
};

/** What an officer attested for the claim last, else what the register says. */
const attested = (fact: string, otherwise: string): string =>
  `coalesce((n.found ->> '${fact}')::${ATTESTABLE[fact]!}, ${otherwise})`;

const EARLIER_PAID = `case when k.paid_years is null then 0
  else (select count(*)::integer from unnest(k.paid_years) year where year < c.claim_year) end`;

/** Looked for only where the child has another claim of that year: one in some thousand. */
const OTHER_CLAIMANT = `case
  when c.state not in ('refused', 'withdrawn') and cardinality(array_positions(k.years, c.claim_year)) = 1 then false
  else (select bool_or((o.submitted_on, o.claim_no) < (c.submitted_on, c.claim_no)) from claim o
         where o.beneficiary_id = c.beneficiary_id and o.claim_year = c.claim_year and o.state not in ('refused', 'withdrawn')) end`;

const APPLICANT_IS_PARENT = `case when c.applicant_key in (f.father_key, f.mother_key) then
    case c.relation when 'father' then c.applicant_key is not distinct from f.father_key
                    when 'mother' then c.applicant_key is not distinct from f.mother_key
                    else true end
  when c.relation = 'father' and f.father_key is not null
    or c.relation = 'mother' and f.mother_key is not null then false end`;

const CLAIM: Readonly<Record<string, string>> = {
  'claim.year': 'c.claim_year',
  'claim.submitted_on': 'c.submitted_on',
  'claim.first_year': 'k.first_year',
  'claim.earlier_paid': EARLIER_PAID,
  'claim.other_claimant': attested('claim.other_claimant', OTHER_CLAIMANT),
  'claim.applicant_is_parent': attested('claim.applicant_is_parent', APPLICANT_IS_PARENT),
  'claim.place_settled': attested('claim.place_settled', 'false'),
  'person.born': attested('person.born', 'f.born'),
  'person.died': attested('person.died', 'f.died'),
  'person.citizen': attested('person.citizen', 'f.citizen'),
};

/** Persons that `where` (SQL over `f`) selects. */
export function personRelation(where: string): Relation {
  return {
    from: `(select * from person_fact f where ${where}) f`,
    keys: { person_id: 'f.person_id', claim_id: 'null::uuid', facts_version: 'f.facts_version' },
    facts: PERSON,
  };
}

/**
 * Claims with the facts of their child. What the other claims of the child say is counted here: the first year
 * that was ever claimed, the years already paid, and whether an earlier claim asks for the same year: the first
 * goes on, the later one is held for a person.
 */
export function claimRelation(where: string): Relation {
  const facts = Object.entries({ ...PERSON, ...CLAIM });
  const columns = facts.map(([name, sql]) => `${sql} as ${columnOf(name)}`);
  return {
    // The fence (offset 0) has each fact computed once a claim, not again wherever a condition asks for it. In the
    // order of the children, so that the indexes of facts and determinations are walked along, not jumped about in.
    from: `(with mine as materialized (
      select c.id, c.claim_no, c.claim_year, c.submitted_on, c.beneficiary_id, c.applicant_key, c.relation,
             c.state, coalesce(b.person_id, b.id) as subject_id, b.person_id
        from claim c join beneficiary b on b.id = c.beneficiary_id where ${where} order by subject_id)
      select c.subject_id, c.id as claim_id, f.facts_version, ${columns.join(', ')} from mine c
      left join person_fact f on f.person_id = c.person_id
      left join (
        select o.beneficiary_id, min(o.claim_year) as first_year, array_agg(o.claim_year) as years,
               array_agg(o.claim_year) filter (where o.state in (
                 'determined', 'reviewed', 'confirmed', 'paying', 'paid', 'returned', 'closed')) as paid_years
          from claim o
         where o.state not in ('refused', 'withdrawn') and o.beneficiary_id in (select beneficiary_id from mine)
         group by 1) k on k.beneficiary_id = c.beneficiary_id
      left join (
        select a.claim_id, jsonb_object_agg(a.fact, a.value order by a.id) as found
          from claim_finding a where a.claim_id in (select id from mine) group by 1) n on n.claim_id = c.id
      offset 0) c`,
    facts: Object.fromEntries(facts.map(([name]) => [name, `c.${columnOf(name)}`])),
    keys: { person_id: 'c.subject_id', claim_id: 'c.claim_id', facts_version: 'c.facts_version' },
  };
}

const columnOf = (fact: string): string => fact.replace('.', '_');

/**
 * The parts a run is made of: some ten townships each (eight digits of the code), unless the run is for less or a
 * parameter of a programme differs below. Large enough that planning a part costs little beside deciding it, small
 * enough that two can be decided side by side.
 */
export function chunkDigits(prefix: string, regions: readonly string[]): number {
  return Math.max(PART_DIGITS, prefix.length, ...regions.map((region) => region.length));
}
const PART_DIGITS = 8;

/** SQL for `prefix, year` of the claims to decide; claims of children nobody knows yet are a part of their own. */
export const claimChunks = (programme: string, prefix: string, digits: number): string =>
  `select distinct coalesce(left(division_code, ${digits}), '') as prefix, claim_year as year from claim
    where programme = '${programme}' and state = 'received' and (division_code ^@ '${prefix}' or division_code is null)`;

/** SQL for `prefix, year` of the persons to decide: from one part to the next by the index, because reading every person costs as much as deciding them. */
export const personChunks = (prefix: string, digits: number, year: number): string => {
  const next = (after: string) =>
    `(select division_code from person_fact where division_code ^@ '${prefix}'${after} order by division_code using ~<~ limit 1)`;
  return `with recursive found as (
      ${next('')}
      union all
      select ${next(` and division_code ~>~ rpad(left(found.division_code, ${digits}), 12, '9')`)} from found where found.division_code is not null)
    select left(division_code, ${digits}) as prefix, ${year} as year from found where division_code is not null`;
};

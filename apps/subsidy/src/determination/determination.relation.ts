/** Fact name (as programmes write it) → column expression over `f` (person_fact), and for claims over `c`. */
const PERSON: Readonly<Record<string, string>> = {
  'person.born': 'f.born',
  'person.died': 'f.died',
  'person.sex': 'f.sex',
  'person.registered': '(f.person_id is not null)',
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

const CLAIM: Readonly<Record<string, string>> = {
  'claim.year': 'c.claim_year',
  'claim.submitted_on': 'c.submitted_on',
  'claim.first_year': 'k.first_year',
  'claim.earlier_paid': 'k.earlier_paid',
  'claim.other_claimant': 'k.other_claimant',
  'claim.applicant_is_parent': 'k.applicant_is_parent',
};

/** A table expression with the columns that facts are read from. */
export interface Relation {
  readonly sql: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly keys: readonly string[];
}

/** Persons of a division subtree. `prefix` is digits only (checked by the caller's Division type). */
export function personRelation(where: string): Relation {
  return {
    sql: `(select f.*, null::uuid as claim_id from person_fact f where ${where}) f`,
    facts: PERSON,
    keys: ['f.person_id', 'f.claim_id', 'f.facts_version'],
  };
}

/**
 * Claims with the facts of their child. What the other claims of the child say is counted here: the first year
 * that was ever claimed, the years already paid, and whether an earlier claim asks for the same year: the first
 * goes on, the later one is held for a person.
 */
export function claimRelation(where: string): Relation {
  return {
    sql: `(
      select c.id, c.claim_no, c.claim_year, c.submitted_on, c.beneficiary_id, c.applicant_key, c.relation,
             coalesce(b.person_id, b.id) as subject_id, b.person_id
        from claim c join beneficiary b on b.id = c.beneficiary_id where ${where}) c
      left join person_fact f on f.person_id = c.person_id
      cross join lateral (
        select min(o.claim_year) as first_year,
               count(*) filter (where o.claim_year < c.claim_year and o.state in ('paying', 'paid', 'returned', 'closed'))::integer as earlier_paid,
               bool_or(o.claim_year = c.claim_year and (o.submitted_on, o.claim_no) < (c.submitted_on, c.claim_no)) as other_claimant,
               case when c.applicant_key in (f.father_key, f.mother_key) then
                      case c.relation when 'father' then c.applicant_key is not distinct from f.father_key
                                      when 'mother' then c.applicant_key is not distinct from f.mother_key
                                      else true end
                    when c.relation = 'father' and f.father_key is not null
                      or c.relation = 'mother' and f.mother_key is not null then false
               end as applicant_is_parent
          from claim o where o.beneficiary_id = c.beneficiary_id and o.state not in ('refused', 'withdrawn')) k`,
    facts: { ...PERSON, ...CLAIM },
    keys: ['c.subject_id', 'c.id', 'f.facts_version'],
  };
}

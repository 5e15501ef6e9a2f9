/**
 * The floor: the rules of the three programmes as somebody who knows PostgreSQL well would write them by hand for one
 * county and one year, set-based over the base tables (registration.person, subsidy.claim, subsidy.beneficiary,
 * subsidy.finding, subsidy.claim_finding), with every rate a literal. It leaves out what makes a decision explainable:
 * which condition failed, which version of the rules, which version of the facts. Rates are those in force in 2026
 * for a county without rates of its own.
 */
export type ProgrammeCode = 'YEB' | 'JF' | 'TF';

/** What each statement writes; met and unknown stay 0. */
const INSERT = `insert into subsidy.determination
  (run_id, programme, version, person_id, claim_id, year, as_of, outcome, amount_fen, met, unknown, facts_version, decided_at)`;
const RUN = `'00000000-0000-0000-0000-000000000000'::uuid`;
const VERSION = `repeat('0', 64)`;

/** The statements that decide these programmes, to be run in this order in one transaction. */
export function floorSql(programmes: readonly ProgrammeCode[]): string[] {
  const statements: string[] = [];
  if (programmes.includes('YEB')) statements.push(childcare());
  const [jf, tf] = [programmes.includes('JF'), programmes.includes('TF')];
  if (jf && tf) statements.push(bothForPersons());
  else if (jf) statements.push(ageingParents());
  else if (tf) statements.push(specialSupport());
  return statements;
}

const insertPersons = (programme: string, from: string): string => `${INSERT}
select ${RUN}, ${programme}, ${VERSION}, id, null, 2026, date '2026-03-31', outcome, amount_fen, 0, 0, 1, now()
  from ${from}`;

/** Child claims: one sort of all claims gives first year, years paid and the earlier claimant. */
const childcare = (): string => `
with counted as (
  select c.id, c.state, c.claim_year, c.submitted_on, c.beneficiary_id, c.applicant_key, c.relation,
         min(c.claim_year) over child as first_year,
         count(*) filter (where c.state in ('determined', 'reviewed', 'confirmed', 'paying', 'paid', 'returned', 'closed'))
           over (child order by c.claim_year range between unbounded preceding and 1 preceding) as earlier_paid,
         row_number() over (partition by c.beneficiary_id, c.claim_year order by c.submitted_on, c.claim_no) > 1 as other_claimant
    from subsidy.claim c where c.state not in ('refused', 'withdrawn') and c.programme = 'YEB'
  window child as (partition by c.beneficiary_id)
), attested as (
  select claim_id,
         max(value) filter (where fact = 'person.born') as born, max(value) filter (where fact = 'person.died') as died,
         max(value) filter (where fact = 'person.citizen') as citizen,
         max(value) filter (where fact = 'claim.applicant_is_parent') as applicant_is_parent,
         max(value) filter (where fact = 'claim.other_claimant') as other_claimant,
         max(value) filter (where fact = 'claim.place_settled') as place_settled
    from (select distinct on (claim_id, fact) claim_id, fact, value from subsidy.claim_finding
           order by claim_id, fact, id desc) latest group by 1
), facts as (
  select c.id, c.claim_year as y, c.submitted_on, c.first_year, c.earlier_paid, coalesce(b.person_id, b.id) as subject_id,
         p.id is not null as registered, p.status, p.moved_in_on, p.moved_out_on,
         coalesce(a.born::date, p.born) as born, coalesce(a.died::date, p.died) as died,
         coalesce(a.citizen::boolean, p.id_type = '111') as citizen,
         coalesce(a.other_claimant::boolean, c.other_claimant) as other_claimant,
         coalesce(a.place_settled::boolean, false) as place_settled,
         coalesce(a.applicant_is_parent::boolean,
           case when c.relation = 'father' and p.father_key is not null then c.applicant_key = p.father_key
                when c.relation = 'mother' and p.mother_key is not null then c.applicant_key = p.mother_key
                -- Named as one parent while standing in the place of the other.
                when c.relation in ('father', 'mother') and c.applicant_key in (p.father_key, p.mother_key) then false
                when c.applicant_key in (p.father_key, p.mother_key) then true end) as applicant_is_parent
    from counted c join subsidy.beneficiary b on b.id = c.beneficiary_id
    left join registration.person p on p.id = b.person_id
    left join attested a on a.claim_id = c.id
   where c.state = 'received'
), years as (
  select f.*, date_part('year', born)::int as born_year,
         case when born < date '2025-01-01'
              then greatest(0, least(12, greatest(0, least(36, date_part('year', born)::int * 12 + date_part('month', born)::int - 1 - 24300 + 37))
                   - 12 * (y - 2025)))
              when born is not null then 12 end as months
    from facts f
), judged as (
  select id, subject_id, y, months,
         y >= 2025
         and born >= date '2022-01-01'
         and (case when born < date '2025-01-01' then months > 0
                   when born is not null then
                     y >= born_year and y <= born_year + case when first_year = born_year + 1 then 3 else 2 end end)
         and earlier_paid < 3
         and citizen
         and (case when registered or died is not null then true end)
         and (case when not registered or status <> 1 then true end)
         and (date_part('year', submitted_on)::int = y
              or (died is not null and date_part('year', died)::int = born_year and y = born_year
                  and date_part('year', submitted_on)::int = y + 1))
         and (case when died is not null
                   then died >= date '2025-01-01'
                        and (date_part('year', died)::int >= y
                             or (date_part('year', died)::int = born_year and y = born_year + 1 and earlier_paid = 0))
                   when not registered or status <> 9 then true end)
         and applicant_is_parent
         and (case when not other_claimant then true end)
         and (case when place_settled
                     or ((moved_out_on is null or submitted_on < moved_out_on)
                         and (moved_in_on is null or moved_in_on <= submitted_on)
                         and (not registered or status <> 8 or moved_out_on is not null)) then true end) as passed
    from years
)
${INSERT}
select ${RUN}, 'YEB', ${VERSION}, subject_id, id, y, date '2026-03-31',
       case when passed then case when months > 0 then 'ELIGIBLE' when months is null then 'UNKNOWN' else 'NOT_ELIGIBLE' end
            when passed is null then 'UNKNOWN' else 'NOT_ELIGIBLE' end,
       case when passed and months > 0 then months * 30000 end, 0, 0, 1, now()
  from judged`;

/** What authorities attested, one row a person. */
const FOUND = `select person_id,
         bool_or(value::boolean) filter (where name = 'births_lawful_then') as births_lawful_then,
         bool_or(value::boolean) filter (where name = 'only_child_certificate') as only_child_certificate,
         max(value::int) filter (where name = 'child_disability_grade') as child_disability_grade,
         max(value::date) filter (where name = 'child_disability_since') as child_disability_since,
         max(value::int) filter (where name = 'certified_level') as certified_level,
         bool_or(value::boolean) filter (where name = 'rural_hukou') as rural_hukou
    from subsidy.finding where person_id is not null and upper_inf(valid) group by 1`;

const ALIVE_IN_YEAR = `(p.died is null or p.died >= date '2026-01-01')`;
const OF_AGE = `(p.born <= date '1966-12-31' or p.born is null) and (p.household_type <> 'urban' or p.household_type is null)`;

/** JF: 60 by the year's end, rural, one living child or two daughters or all died, lawful then; 960 yuan. */
const ageingParentsOutcome = (children: string, found: string): string => `
         (p.status in (0, 9) or null)
         and (p.household_type = 'rural' or (p.household_type = 'unified' and ${found}.rural_hukou))
         and ${found}.births_lawful_then
         and (coalesce(${children}.living, 0) = 1
              or (coalesce(${children}.living, 0) = 2 and coalesce(${children}.daughters, 0) = 2)
              or (coalesce(${children}.living, 0) = 0 and coalesce(${children}.ever, 0) >= 1))
         and p.born between date '1933-01-01' and date '1966-12-31'
         and (case when p.died is not null then p.died >= date '2026-01-01' else (p.status <> 9) or null end)`;

const outcomeOf = (passed: string): string =>
  `case when ${passed} then 'ELIGIBLE' when (${passed}) is null then 'UNKNOWN' else 'NOT_ELIGIBLE' end`;

/** Children are counted only for those of age, which are a fifth of all. */
const AGEING_CTES = `of_age as materialized (
  select p.id, p.status, p.household_type, p.born, p.died from registration.person p where ${OF_AGE} and ${ALIVE_IN_YEAR}
), family as (
  select parent_id, count(*) as ever,
         count(*) filter (where died is null and status <> 9) as living,
         count(*) filter (where died is null and status <> 9 and sex = 2) as daughters
    from (select k.father_id as parent_id, k.died, k.status, k.sex from registration.person k join of_age o on o.id = k.father_id
          union all
          select k.mother_id, k.died, k.status, k.sex from registration.person k join of_age o on o.id = k.mother_id) child
   group by 1
), ageing as materialized (
  select p.id, ${ageingParentsOutcome('c', 'n')} as passed
    from of_age p left join family c on c.parent_id = p.id left join found n on n.person_id = p.id
)`;

const ageingParents = (): string => `
with found as (${FOUND}), ${AGEING_CTES}
${insertPersons(`'JF'`, `(select id, ${outcomeOf('passed')} as outcome, case when passed then 96000 end as amount_fen from ageing) decided`)}`;

/** Months are counted as year * 12 + month - 1; 24312 is January 2026. */
const month = (day: string): string => `(date_part('year', ${day})::int * 12 + date_part('month', ${day})::int - 1)`;

/**
 * TF: the few persons with a certified level, a child's disability card or a child that died; the wife's age counts.
 * A spouse is the other parent of a shared child in the household or the other of head and head's spouse, if only one.
 */
const specialSupportCtes = (persons: string): string => `
suspects as materialized (
  select * from (${persons}) s
   where (certified_level is not null or child_disability_grade is not null or last_died is not null
          or (coalesce(ever, 0) >= 1 and coalesce(living, 0) = 0))
     and (died is null or died >= date '2026-01-01')
), spouse as materialized (
  select id, min(spouse_id::text)::uuid as spouse_id from (
    select s.id, o.id as spouse_id
      from suspects s join registration.person k on k.father_id = s.id or k.mother_id = s.id
      join registration.person o on o.id = case when k.father_id = s.id then k.mother_id else k.father_id end
     where s.marital between 20 and 23 and o.marital_status between '20' and '23' and o.household_id = s.household_id
    union
    select s.id, o.id from suspects s join registration.person o on o.household_id = s.household_id
     where s.marital between 20 and 23 and o.marital_status between '20' and '23' and o.status in (0, 9)
       and ((s.relation_to_head in ('01', '02') and o.relation_to_head in ('10', '11', '12'))
         or (s.relation_to_head in ('10', '11', '12') and o.relation_to_head in ('01', '02')))
  ) candidate group by 1 having count(*) = 1
), aged as materialized (
  select s.id, s.status, s.died, s.born, coalesce(s.ever, 0) as ever, coalesce(s.living, 0) as living, s.last_died, s.youngest_born,
         s.births_lawful_then, s.only_child_certificate, s.child_disability_grade as grade, s.child_disability_since as since,
         s.certified_level as level, coalesce(s.certified_level in (1, 2, 3), false) as by_level,
         case when s.sex = 2 then s.born when s.sex is null then null
              when s.marital between 20 and 23 then w.born when s.marital <> 90 then s.born end + interval '49 years' as age_day,
         coalesce(s.ever, 0) = 2 and coalesce(s.living, 0) = 1 and coalesce(s.youngest_born > s.last_died, false) as reborn,
         ${month('s.last_died')} + 1 as death_from
    from suspects s left join spouse x on x.id = s.id left join registration.person w on w.id = x.spouse_id
), months as materialized (
  select a.*, ${month('age_day')} + 1 as age_from, ${month('since')} + 1 as card_from,
         (living = 0 and ever >= 1) or reborn as dead,
         coalesce(grade in (1, 2, 3), false) and (last_died is null or death_from > 24312) as disabled,
         case when died is null then 24323 else least(24323, ${month('died')}) end as own_last
    from aged a
), spans as materialized (
  select m.*, case when age_from + death_from is not null then greatest(24312, age_from, death_from) end as death_first,
         case when age_from + card_from is not null then greatest(24312, age_from, card_from) end as disabled_first,
         case when reborn then least(own_last, ${month('youngest_born')}) else own_last end as last_month
    from months m
), amounts as materialized (
  select s.*,
         -- greatest() skips nulls, and an unknown first month makes an unknown amount.
         case when not dead then 0 when death_first is not null then 59000 * greatest(0, last_month - death_first + 1) end
         + case when not disabled then 0 when disabled_first is not null
                then 46000 * greatest(0, case when last_died is null then last_month else least(last_month, death_from - 1) end
                       - disabled_first + 1) end as child_amount,
         case level when 1 then 52000 when 2 then 39000 else 26000 end * greatest(0, own_last - 24312 + 1) as level_amount,
         born >= date '1933-01-01' and date_part('year', age_day)::int <= 2026 and (ever = 1 or reborn)
           and births_lawful_then and only_child_certificate and (dead or disabled) as child_path
    from spans s
), special as materialized (
  select id,
         (status in (0, 9) or null)
         and (case when died is not null then true else (status <> 9) or null end)
         and (by_level or born >= date '1933-01-01')
         and (by_level or date_part('year', age_day)::int <= 2026)
         and (by_level or ever = 1 or reborn)
         and (by_level or births_lawful_then)
         and (by_level or only_child_certificate)
         and (by_level or dead or disabled)
         and (by_level or (dead and death_first <= last_month)
              or (disabled and disabled_first <= case when last_died is null then last_month else least(last_month, death_from - 1) end))
           as passed,
         case when not by_level then child_amount
              when child_path then case when child_amount is not null then greatest(level_amount, child_amount) end
              when child_path is not null then level_amount end as amount
    from amounts
)`;

const specialOutcome = `case when passed and amount > 0 then 'ELIGIBLE' when passed and amount <= 0 then 'NOT_ELIGIBLE'
         when passed is not false then 'UNKNOWN' else 'NOT_ELIGIBLE' end`;

const PERSON_COLUMNS = `p.id, p.status, p.died, p.born, nullif(nullif(p.sex, 0), 9) as sex, p.marital_status::int as marital,
         p.household_id, p.relation_to_head, c.ever, c.living, c.last_died, c.youngest_born, n.births_lawful_then,
         n.only_child_certificate, n.child_disability_grade, n.child_disability_since, n.certified_level`;

/** The register is asked only for those with a finding or a child that died. */
const SPECIAL_CTES = `bereft as materialized (
  select v.id from registration.person k cross join lateral (values (k.father_id), (k.mother_id)) v(id)
   where (k.died is not null or k.status = 9) and v.id is not null
  union select person_id from found where certified_level is not null or child_disability_grade is not null
), ${specialSupportCtes(`select ${PERSON_COLUMNS} from bereft b
     cross join lateral (select * from registration.person q where q.id = b.id offset 0) p
     cross join lateral (
       select count(*) as ever, count(*) filter (where k.died is null and k.status <> 9) as living,
              max(k.died) as last_died, max(k.born) as youngest_born
         from registration.person k where k.father_id = b.id or k.mother_id = b.id) c
     left join found n on n.person_id = b.id`)}`;

const specialSupport = (): string => `
with found as materialized (${FOUND}), ${SPECIAL_CTES}
${insertPersons(`'TF'`, `(select id, ${specialOutcome} as outcome, case when passed and amount > 0 then amount end as amount_fen from special) decided`)}`;

/** Both at once: findings are gathered once, and of two titles the higher one stands. */
const bothForPersons = (): string => `
with found as materialized (${FOUND}), ${AGEING_CTES}, ${SPECIAL_CTES},
decided as (
  select a.id, 'JF' as programme,
         case when a.passed and s.passed and s.amount > 96000 then 'SUPERSEDED' else ${outcomeOf('a.passed')} end as outcome,
         case when a.passed then 96000 end as amount_fen
    from ageing a left join special s on s.id = a.id
  union all
  select s.id, 'TF',
         case when a.passed and s.passed and amount > 0 and amount <= 96000 then 'SUPERSEDED'
              else ${specialOutcome.replaceAll('passed', 's.passed')} end,
         case when s.passed and amount > 0 then amount end
    from special s left join ageing a on a.id = s.id
)
${insertPersons('programme', 'decided')}`;

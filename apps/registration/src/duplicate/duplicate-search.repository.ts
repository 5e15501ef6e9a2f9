import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import { CERTAIN_FROM, FIELDS, LASTING_PAPERS, LOOK_FROM, pointsOf, WEIGHTS } from './duplicate.rules';
import type { Field, Match } from './duplicate.types';

/** A record that is looked for, with nothing in it that is computed while joining: what might leak uses no index. */
const PROBE = `id, id_number_key, id_number_legacy_key, id_type, birth_certificate_key, name_match, born,
  day_swapped(born) as swapped, sex, mother_id, mother_key, father_id, father_key, division_code`;

/** Two of these that differ are two people, so everybody who has one is looked for by the number only. */
const hasOwn = (record: string): string =>
  `${record}.id_number_key is not null and ${record}.id_type in (${LASTING_PAPERS.map((paper) => `'${paper}'`).join(', ')})`;

/** What a name that is at most one character off has in common with the other. */
const NAMES_TOUCH = `(left(w.name_match, 1) = left(p.name_match, 1) or right(w.name_match, 1) = right(p.name_match, 1))`;
const PARENTS_TOUCH = `(w.mother_key = p.mother_key or w.father_key = p.father_key
  or w.mother_id = p.mother_id or w.father_id = p.father_id)`;

/** By what records are brought together at all; each found duplicates in the bench that the others did not. */
const BLOCKS: Readonly<Record<string, string>> = {
  number: 'w.id_number_key = p.id_number_key',
  legacy: 'w.id_number_legacy_key = p.id_number_legacy_key',
  certificate: 'w.birth_certificate_key = p.birth_certificate_key',
  birthday: `w.born = p.born and (${NAMES_TOUCH} or ${PARENTS_TOUCH})`,
  'swapped birthday': `w.swapped = p.born and (${NAMES_TOUCH} or ${PARENTS_TOUCH})`,
  mother: 'w.mother_key = p.mother_key',
  father: 'w.father_key = p.father_key',
  'mother registered': 'w.mother_id = p.mother_id',
  'father registered': 'w.father_id = p.father_id',
  'name in the village': 'w.name_match = p.name_match and w.division_code = p.division_code',
};

const KEY_OF: Readonly<Record<string, string>> = {
  number: 'id_number_key',
  legacy: 'id_number_legacy_key',
  certificate: 'birth_certificate_key',
};
const heldTwice = (key: string): string =>
  `select ${key} as key from person where ${key} is not null group by 1 having count(*) > 1`;

/** What two people never hold at once: in a run over the whole register looked for among everybody. */
const HELD_TWICE: Readonly<Record<string, string>> = {
  // Whoever writes a number marks it as shared when another holds it; grouping a million took a third of the run.
  number: 'select distinct id_number_key as key from person where id_number_shared and id_number_key is not null',
  legacy: heldTwice('id_number_legacy_key'),
  certificate: heldTwice('birth_certificate_key'),
};

/** Names that hundreds bear: one pass over the register is cheaper than looking each of them up, when many are asked for. */
const COMMON: Readonly<Record<string, true>> = { 'name in the village': true };

const candidates = (probe: string, partner: string): string =>
  Object.values(BLOCKS)
    .map(
      (on) => `select least(w.id, p.id) as a, greatest(w.id, p.id) as b from ${probe} w join ${partner} p on ${on}
        where p.id <> w.id and p.merged_into is null`,
    )
    .join('\n union ');

const stands = (parent: string): string => `case
  when a.${parent}_id is not null and b.${parent}_id is not null then case when a.${parent}_id = b.${parent}_id then 1 else -1 end
  when a.${parent}_key is not null and b.${parent}_key is not null then case when a.${parent}_key = b.${parent}_key then 1 else -1 end
  else 0 end`;

/** The levels of two records `a` and `b`, as levelsOf has them. */
const LEVELS: Readonly<Record<Field, string>> = {
  number: `case when a.id_number_key = b.id_number_key or a.id_number_legacy_key = b.id_number_legacy_key then 'same'
    when a.id_type = b.id_type and ${hasOwn('a')} and b.id_number_key is not null then 'other'
    else 'not comparable' end`,
  certificate: `case when a.birth_certificate_key = b.birth_certificate_key then 'same'
    when num_nulls(a.birth_certificate_key, b.birth_certificate_key) = 0 then 'other' else 'not comparable' end`,
  name: `case name_likeness(a.name_match, b.name_match)
    when 'same' then case when char_length(a.name_match) <= 2 then 'same short' when char_length(a.name_match) = 3 then 'same' else 'same long' end
    when 'near' then 'near' when 'unnamed' then 'unnamed' else 'different' end`,
  born: `case when num_nulls(a.born, b.born) > 0 then 'not comparable' when a.born = b.born then 'same'
    when day_swapped(a.born) = b.born then 'swapped'
    when (extract(year from a.born) = extract(year from b.born))::int + (extract(month from a.born) = extract(month from b.born))::int
       + (extract(day from a.born) = extract(day from b.born))::int = 2 then 'one part'
    else 'different' end`,
  sex: `case when a.sex in (1, 2) and b.sex in (1, 2) then case when a.sex = b.sex then 'same' else 'different' end else 'not comparable' end`,
  parents: `case when mother_stands = 0 and father_stands = 0 then 'not comparable'
    when mother_stands + father_stands = 2 then 'both' when mother_stands + father_stands = 1 then 'one'
    when mother_stands + father_stands = 0 then 'one of two' else 'different' end`,
  place: `case when a.division_code = b.division_code then 'village'
    when left(a.division_code, 9) = left(b.division_code, 9) then 'township'
    when left(a.division_code, 6) = left(b.division_code, 6) then 'county' else 'elsewhere' end`,
};

const column = (field: Field): string => `l_${field}`;
const SCORE = FIELDS.map((field) => {
  const levels = Object.keys(WEIGHTS[field]).map((level) => `when '${level}' then ${pointsOf(field, level)}`);
  return `case ${column(field)} ${levels.join(' ')} end`;
}).join(' + ');

/** verdictOf, in SQL; a test compares the two on thousands of pairs. */
const VERDICT = `case
  when l_number = 'other' then 'no'
  when l_born = 'different' and l_name in ('different', 'near') and not 'same' in (l_number, l_certificate) then 'no'
  when l_number <> 'same' and l_born in ('same', 'not comparable') and l_parents <> 'different'
    and l_name in ('different', 'near') and l_certificate = 'other' then 'no'
  when score < ${LOOK_FROM} then case when 'same' in (l_number, l_certificate) then 'look' else 'no' end
  when score < ${CERTAIN_FROM} or l_sex = 'different' or l_name = 'different' then 'look'
  when l_born = 'same' and l_parents <> 'different' and not (l_parents = 'not comparable' and l_number = 'same')
    and (l_name = 'near' or l_certificate = 'other'
      or (l_name = 'unnamed' and not 'same' in (l_number, l_certificate))) then 'look'
  else 'certain' end`;

/** Every pair of `pairs` (a, b) that is more than nothing, out of records `left` and `right`. */
const scored = (pairs: string, left: string, right: string): string => `
  select a, b, division_a, division_b, score, ${VERDICT} as verdict,
         array[${FIELDS.map((field) => `'${field}:' || ${column(field)}`).join(', ')}] as levels
    from (select *, ${SCORE} as score
            from (select c.a, c.b, a.division_code as division_a, b.division_code as division_b,
                         ${FIELDS.map((field) => `${LEVELS[field]} as ${column(field)}`).join(',\n')}
                    from ${pairs} c join ${left} a on a.id = c.a join ${right} b on b.id = c.b
                    cross join lateral (select ${stands('mother')} as mother_stands, ${stands('father')} as father_stands) s
                 ) compared) weighed`;

/** A record that is only being entered, to be compared like the others. */
export interface EnteredKeys {
  readonly numberKey: Buffer | null;
  readonly legacyKey: Buffer | null;
  readonly certificateKey: Buffer | null;
  readonly nameMatch: string;
  readonly born: string | null;
  readonly sex: number;
  readonly motherId: string | null;
  readonly fatherId: string | null;
  readonly divisionCode: string;
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Bringing records together and comparing them: set by set for a run, for one record while somebody waits. */
@Injectable()
export class DuplicateSearchRepository {
  /** A run at a time: two would find the same pairs. */
  async lock(tx: Tx): Promise<void> {
    await tx.query(`set local lock_timeout = '15min'`);
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('registration.duplicate', 0))`);
    await tx.query(`set local work_mem = '128MB'`);
    // Few are looked for among many: by index a hundredth of the register is touched, which the planner thinks dear.
    await tx.query('set local random_page_cost = 1.1');
  }

  /** Everything older than this transaction id is visible now. */
  async horizon(tx: Tx): Promise<string> {
    const [row] = await tx.query<{ xid: string }>('select pg_snapshot_xmin(pg_current_snapshot())::text as xid');
    return row!.xid;
  }

  /**
   * The records to look for, in a table of this transaction: all that nothing but likeness could tie to another, or of
   * those changed since a run all. Returns how many.
   */
  async probe(tx: Tx, since: string | null): Promise<number> {
    await tx.query(
      `create temp table probe on commit drop as select ${PROBE} from person p
        where merged_into is null and ${since === null ? `not (${hasOwn('p')})` : `changed_xid >= $1::xid8`}`,
      since === null ? [] : [since],
    );
    await tx.query('analyze probe');
    const [row] = await tx.query<{ n: number }>('select count(*)::int as n from probe');
    return row!.n;
  }

  /** Brings the records of `probe` together with others, and everybody whose number or certificate is held twice. */
  async pair(tx: Tx, isWhole: boolean): Promise<number> {
    await tx.query('create temp table met (a uuid, b uuid) on commit drop');
    for (const [name, on] of Object.entries(BLOCKS)) {
      const isByNumber = name in HELD_TWICE;
      if (isWhole && isByNumber) continue;
      // Two own numbers that differ are two people: unless a number brought them together they need not be compared.
      const worth = isByNumber || isWhole ? '' : `and not (${hasOwn('w')} and ${hasOwn('p')})`;
      await tx.query(`set local random_page_cost = ${name in COMMON ? 4 : 1.1}`);
      await tx.query(
        `insert into met select least(w.id, p.id), greatest(w.id, p.id)
           from probe w join person p on ${on} where p.id <> w.id and p.merged_into is null ${worth}`,
      );
    }
    for (const [name, held] of isWhole ? Object.entries(HELD_TWICE) : []) {
      const on = BLOCKS[name]!;
      await tx.query(
        `insert into met
         select w.id, p.id from (${held}) k join person w on w.${KEY_OF[name]} = k.key join person p on ${on} and p.id > w.id
          where w.merged_into is null and p.merged_into is null`,
      );
    }
    await tx.query('create temp table candidate on commit drop as select distinct a, b from met');
    await tx.query('analyze candidate');
    const [row] = await tx.query<{ n: number }>('select count(*)::int as n from candidate');
    return row!.n;
  }

  /** Compares what was brought together and keeps what is worth a look, but for pairs somebody has settled. */
  async keep(tx: Tx, at: Date): Promise<number> {
    const rows = await tx.query(
      `insert into duplicate_pair as d (person_a, person_b, division_a, division_b, division_code, score, verdict, levels, found_at, seen_at)
       select a, b, division_a, division_b, division_b, score, verdict, levels, $1, $1
         from (${scored('candidate', 'person', 'person')}) s
        where verdict <> 'no'
          and not exists (select from not_same n where n.person_a = s.a and n.person_b = s.b and n.taken_back_at is null)
       on conflict (person_a, person_b) do update set
          division_a = excluded.division_a, division_b = excluded.division_b, division_code = excluded.division_code,
          score = excluded.score, verdict = excluded.verdict, levels = excluded.levels, seen_at = excluded.seen_at,
          state = 'open', closed_at = null
        where d.state in ('open', 'gone')
       returning found_at = $1 as is_new`,
      [at],
    );
    return rows.filter((row) => row.is_new).length;
  }

  /** What the register merged is settled, and waits again where the merge was taken back. */
  async followMerges(tx: Tx, at: Date): Promise<void> {
    await tx.query(
      `update duplicate_pair d set state = 'open', closed_at = null, kept_id = null, change_id = null
         from merge m where d.state = 'merged' and m.change_id = d.change_id and m.undone_by is not null`,
    );
    await tx.query(
      `update duplicate_pair d set state = 'merged', closed_at = $1, kept_id = m.into_id, change_id = m.change_id
         from merge m
        where m.undone_by is null and d.state in ('open', 'gone')
          and d.person_a = least(m.from_id, m.into_id) and d.person_b = greatest(m.from_id, m.into_id)`,
      [at],
    );
  }

  /** Closes open pairs of these records that this run did not find again. */
  async close(tx: Tx, isWhole: boolean, at: Date): Promise<number> {
    const rows = await tx.query(
      `update duplicate_pair set state = 'gone', closed_at = $1
        where state = 'open' and seen_at < $1
          ${isWhole ? '' : 'and (person_a in (select id from probe) or person_b in (select id from probe))'}
       returning 1`,
      [at],
    );
    return rows.length;
  }

  /** Records like one that is registered. */
  async like(tx: Tx, personId: string): Promise<Match[]> {
    return tx.query(LIKE(`select ${PROBE} from person where id = $1`, '$1'), [personId]);
  }

  /** Records like one that is being entered. */
  async likeEntered(tx: Tx, entered: EnteredKeys): Promise<Match[]> {
    const { numberKey, legacyKey, certificateKey, nameMatch, born, sex, motherId, fatherId, divisionCode } = entered;
    return tx.query(
      LIKE(
        `select ${PROBE} from (select '${NOBODY}'::uuid as id, $1::bytea as id_number_key, $2::bytea as id_number_legacy_key,
                case when $1::bytea is not null then '111' end as id_type, $3::bytea as birth_certificate_key,
                $4::text collate "C" as name_match, $5::date as born, $6::smallint as sex,
                $7::uuid as mother_id, (select id_number_key from person where id = $7::uuid) as mother_key,
                $8::uuid as father_id, (select id_number_key from person where id = $8::uuid) as father_key,
                $9::text collate "C" as division_code) e`,
        `'${NOBODY}'::uuid`,
      ),
      [numberKey, legacyKey, certificateKey, nameMatch, born, sex, motherId, fatherId, divisionCode],
    );
  }

  /** Levels, score and verdict of two records. */
  async compare(tx: Tx, a: string, b: string): Promise<Match | undefined> {
    const rows = await tx.query<Match>(
      `select s.score, s.verdict, s.levels, s.b as "personId"
         from (${scored('(select least($1::uuid, $2::uuid) as a, greatest($1::uuid, $2::uuid) as b)', 'person', 'person')}) s`,
      [a, b],
    );
    return rows[0];
  }
}

/** One record against all: found by the same blocks, compared by the same table. */
const LIKE = (probe: string, self: string): string => `
  with probe as materialized (${probe}),
       found as materialized (select case when a = ${self} then b else a end as other from (${candidates('probe', 'person')}) c),
       pairs as (select ${self} as a, other as b from found)
  select s.b as "personId", s.score, s.verdict, s.levels
    from (${scored('pairs', 'probe', 'person')}) s
   where s.verdict <> 'no' order by s.score desc, s.b limit 50`;

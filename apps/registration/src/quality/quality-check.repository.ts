import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';

/** What every check gives: whose contradiction, with whom, where it is filed, and the text that its digest is of. */
interface Check {
  readonly subject: 'person' | 'household' | 'division' | 'import';
  /** Columns subject_id, other_id, division_code, content; $1 is today. */
  readonly sql: string;
}

const person = (where: string, content: string): Check => ({
  subject: 'person',
  sql: `select p.id as subject_id, null::uuid as other_id, p.division_code, ${content} as content from person p where p.merged_into is null and ${where}`,
});

/** The same value under two people: each of them has a finding, so that both offices see it. */
const heldTwice = (key: string): Check => ({
  subject: 'person',
  sql: `select p.id as subject_id, (select min(o.id::text)::uuid from person o where o.${key} = p.${key} and o.id <> p.id and o.merged_into is null) as other_id,
          p.division_code, encode(p.${key}, 'hex') || k.n as content
     from (select ${key} as key, count(*) as n from person where ${key} is not null and merged_into is null group by 1 having count(*) > 1) k
     join person p on p.${key} = k.key and p.merged_into is null`,
});

/** Children and a parent of theirs who cannot be: `where` over child c and parent q. */
const parentAgainst = (where: string, parents: readonly ('mother' | 'father')[] = ['mother', 'father']): Check => ({
  subject: 'person',
  sql: parents
    .map(
      (parent) => `select c.id as subject_id, q.id as other_id, c.division_code,
          concat_ws(' ', '${parent}', q.id, c.born, q.born, q.died) as content
     from person c join person q on q.id = c.${parent}_id where c.merged_into is null and ${where.replaceAll('{parent}', parent)}`,
    )
    .join(' union all '),
});

const HEAD = `relation_to_head in ('01', '02')`;
const household = (having: string): Check => ({
  subject: 'household',
  sql: `select h.id as subject_id, null::uuid as other_id, h.division_code,
          concat_ws(' ', m.living, m.heads, m.dead_heads) as content
     from (select household_id, count(*) filter (where status = 0 and died is null) as living,
                  count(*) filter (where ${HEAD} and status = 0 and died is null) as heads,
                  count(*) filter (where ${HEAD} and (status = 9 or died is not null)) as dead_heads
             from person where household_id is not null group by 1) m
     join household h on h.id = m.household_id where ${having}`,
});

/** Every kind of contradiction that is looked for, by its code in the catalogue. */
export const CHECKS: Readonly<Record<string, Check>> = {
  NUMBER_HELD_TWICE: heldTwice('id_number_key'),
  CERTIFICATE_HELD_TWICE: heldTwice('birth_certificate_key'),
  NUMBER_CONTRADICTS_RECORD: {
    subject: 'person',
    sql: `select p.id as subject_id, null::uuid as other_id, p.division_code,
            string_agg(w.code, ' ' order by w.code) || encode(p.row_hash, 'hex') as content
       from import_warning w join person p on p.batch_id = w.batch_id and p.batch_line = w.line and p.registry_person_id = w.registry_person_id
      where w.code in ('SEX_DIFFERS_FROM_NUMBER', 'BIRTH_DIFFERS_FROM_NUMBER') group by p.id, p.division_code, p.row_hash`,
  },
  CHILD_WITHOUT_PARENT: person(
    `p.status = 0 and p.born > ($1::date - interval '18 years')::date and p.father_id is null and p.mother_id is null`,
    `concat_ws(' ', encode(p.father_key, 'hex'), encode(p.mother_key, 'hex'))`,
  ),
  PARENT_TOO_YOUNG: parentAgainst(`q.born <= c.born and c.born < (q.born + interval '12 years')::date`),
  PARENT_BORN_AFTER_CHILD: parentAgainst('q.born > c.born'),
  BORN_AFTER_PARENT_DIED: parentAgainst(
    `c.born > case '{parent}' when 'mother' then q.died else (q.died + interval '300 days')::date end`,
  ),
  BIRTH_DAY_MISSING: person('p.status = 0 and p.born is null', `''`),
  DEAD_HEAD: household('m.living > 0 and m.heads = 0 and m.dead_heads > 0'),
  HOUSEHOLD_WITHOUT_HEAD: household('m.living > 0 and m.heads = 0 and m.dead_heads = 0'),
  HOUSEHOLD_WITH_TWO_HEADS: household('m.heads > 1'),
  HOUSEHOLD_ELSEWHERE: {
    subject: 'person',
    sql: `select p.id as subject_id, null::uuid as other_id, p.division_code, h.id || h.division_code as content
       from person p join household h on h.id = p.household_id where p.status = 0 and p.division_code <> h.division_code`,
  },
  DECEASED_WITHOUT_DATE: person('p.status = 9 and p.died is null', `''`),
  DEATH_DATE_WITHOUT_STATUS: person('p.status <> 9 and p.died is not null', `concat_ws(' ', p.status, p.died)`),
  MOVED_OUT_WITHOUT_DATE: person('p.status = 8 and p.moved_out_on is null', `''`),
  MOVED_OUT_AND_HERE: person(
    'p.status = 0 and p.moved_out_on is not null and p.moved_out_on <= $1::date and (p.moved_in_on is null or p.moved_in_on <= p.moved_out_on)',
    `concat_ws(' ', p.moved_in_on, p.moved_out_on)`,
  ),
  HOUSEHOLD_MEMBERS_DIFFER: {
    subject: 'household',
    sql: `select h.id as subject_id, null::uuid as other_id, h.division_code, concat_ws(' ', s.persons, m.n) as content
       from (select distinct on (household_id) household_id, persons from stated_total where household_id is not null
              order by household_id, on_day desc) s
       join household h on h.id = s.household_id
       cross join lateral (select count(*)::int as n from person p where p.household_id = h.id and p.status = 0 and p.died is null) m
      where m.n <> s.persons`,
  },
  DIVISION_PERSONS_DIFFER: {
    subject: 'division',
    sql: `select s.id as subject_id, null::uuid as other_id, s.division_code, concat_ws(' ', s.persons, m.n) as content
       from (select distinct on (division_code) id, division_code, persons from stated_total where division_code is not null
              order by division_code, on_day desc) s
       cross join lateral (select count(*)::int as n from person p
          where p.division_code ^@ division_digits(s.division_code) and p.status = 0 and p.died is null) m
      where m.n <> s.persons`,
  },
  IMPORT_TOTALS_DIFFER: {
    subject: 'import',
    sql: `select b.id as subject_id, null::uuid as other_id,
            coalesce((select min(p.division_code) from person p where p.batch_id = b.id), (select min(code) from division)) as division_code,
            concat_ws(' ', b.total, b.next_line, b.rejected, r.n) as content
       from import_batch b cross join lateral (select count(*)::int as n from import_reject j where j.batch_id = b.id) r
      where b.state = 'done' and (b.rejected <> r.n or b.total > b.next_line - 2)`,
  },
  REGISTRY_CONTRADICTS_FACT: {
    subject: 'person',
    sql: `select f.person_id as subject_id, f.other_person_id as other_id, p.division_code, concat_ws(' ', f.id, f.kind, f.code) as content
       from fact f join person p on p.id = f.person_id
      where f.is_disputed and f.ended_at is null and f.basis = 'registry' and p.merged_into is null`,
  },
  DIVISION_ENDED: {
    subject: 'household',
    sql: `select h.id as subject_id, null::uuid as other_id, h.division_code, s.codes as content
       from household h join lateral (select string_agg(new_code, ' ' order by new_code) as codes from division_succession s
          where s.kind = 'split' and not s.is_old_kept and s.on_day <= $1::date and h.division_code ^@ division_digits(s.old_code)) s
         on s.codes is not null
      where exists (select from person p where p.household_id = h.id and p.status = 0)`,
  },
};

/** The register looked through, one statement a kind. */
@Injectable()
export class QualityCheckRepository {
  /** One look at a time. */
  async lock(tx: Tx): Promise<void> {
    await tx.query(`set local lock_timeout = '15min'`);
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('registration.quality', 0))`);
    await tx.query(`set local work_mem = '128MB'`);
    await tx.query(
      `create temp table contradiction (kind text, subject_type text, subject_id uuid, other_id uuid, division_code text collate "C",
         owner_level text, content bytea, due_on date) on commit drop`,
    );
  }

  /** Finds the contradictions of one kind; several of one kind about one subject are one finding. */
  async look(tx: Tx, kind: { code: string; ownerLevel: string; dueOn: string }, today: string): Promise<void> {
    const { subject, sql } = CHECKS[kind.code]!;
    await tx.query(
      `insert into contradiction
       select $2, $3, subject_id, min(other_id::text)::uuid, min(division_code), $4,
              sha256(convert_to(string_agg(coalesce(content, ''), E'\\n' order by content), 'UTF8')), $5::date
         from (${sql}) found where $1::date is not null group by subject_id`,
      [today, kind.code, subject, kind.ownerLevel, kind.dueOn],
    );
  }

  /**
   * What is new is opened, what is gone is corrected, and what an officer confirmed is asked again where it is another
   * contradiction now. A kind that is no longer looked for is gone too.
   */
  async settle(tx: Tx, at: Date): Promise<{ opened: number; corrected: number; askedAgain: number }> {
    await tx.query('analyze contradiction');
    const corrected = await tx.query(
      `update quality_finding f set state = 'corrected', closed_at = $1
        where f.state in ('open', 'right')
          and not exists (select from contradiction c where c.kind = f.kind and c.subject_id = f.subject_id)
       returning 1`,
      [at],
    );
    const askedAgain = await tx.query(
      `update quality_finding f set state = 'open', closed_at = null, content = c.content, due_on = c.due_on
         from contradiction c
        where c.kind = f.kind and c.subject_id = f.subject_id and f.state = 'right' and f.content <> c.content returning 1`,
    );
    await tx.query(
      `update quality_finding f set seen_at = $1, content = c.content, other_id = c.other_id, division_code = c.division_code
         from contradiction c where c.kind = f.kind and c.subject_id = f.subject_id and f.state = 'open'
          and (f.content, f.other_id, f.division_code) is distinct from (c.content, c.other_id, c.division_code)`,
      [at],
    );
    const opened = await tx.query(
      `insert into quality_finding (kind, subject_type, subject_id, other_id, division_code, owner_level, content, due_on, opened_at, seen_at)
       select c.kind, c.subject_type, c.subject_id, c.other_id, c.division_code, c.owner_level, c.content, c.due_on, $1, $1
         from contradiction c
        where not exists (select from quality_finding f
                           where f.kind = c.kind and f.subject_id = c.subject_id and f.state <> 'corrected')
       returning 1`,
      [at],
    );
    return {
      opened: opened.length,
      corrected: corrected.length,
      askedAgain: askedAgain.length,
    };
  }
}

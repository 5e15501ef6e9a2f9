import type { RegisteredPerson } from '@app/contracts';
import { copyLine, type Tx } from '@app/database';
import { Injectable } from '@nestjs/common';

const FEED = 'registration.persons';

/** Columns as they come from the feed, in COPY order; the rest of person_fact is derived here. */
const COLUMNS = [
  'person_id',
  'id_number_key',
  'id_number_mask',
  'birth_certificate_key',
  'id_number_shared',
  'sex',
  'born',
  'died',
  'status',
  'citizen',
  'hukou',
  'division_code',
  'household_id',
  'relation_to_head',
  'father_id',
  'mother_id',
  'father_key',
  'mother_key',
  'marital',
  'moved_in_on',
  'moved_out_on',
  'merged_into',
  'source_updated_at',
] as const;
const LIST = COLUMNS.join(', ');
const COMPARED = COLUMNS.filter((column) => column !== 'source_updated_at');

/** The identity documents of Chinese citizens; every other paper is of somebody who is not one, or not known to be. */
const CITIZEN_DOCUMENTS = new Set(['111']);

@Injectable()
export class FactRepository {
  async position(tx: Tx): Promise<string> {
    const [row] = await tx.query<{ position: string }>('select position from feed_cursor where feed = $1', [FEED]);
    return row?.position ?? '';
  }

  async savePosition(tx: Tx, position: string): Promise<void> {
    await tx.query(
      `insert into feed_cursor (feed, position) values ($1, $2)
       on conflict (feed) do update set position = excluded.position, pulled_at = now()`,
      [FEED, position],
    );
  }

  /** One puller at a time: two would overtake each other's cursor. */
  async lockFeed(tx: Tx): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('${FEED}', 0))`);
  }

  /** Takes a page of the feed in; rows that say nothing new change nothing. Returns how many did. */
  async takeIn(tx: Tx, persons: readonly RegisteredPerson[]): Promise<number> {
    await tx.query('create temp table feed_page (like person_fact) on commit drop');
    await tx.query(`alter table feed_page alter facts_version drop not null, alter recorded_at drop not null`);
    await tx.copyIn(`copy feed_page (${LIST}) from stdin`, persons.map(copyPerson));
    const differs = `(${COMPARED.map((c) => `f.${c}`).join(', ')}) is distinct from (${COMPARED.map((c) => `p.${c}`).join(', ')})`;
    await tx.query(
      `insert into fact_dirty
       select distinct v.id from feed_page p left join person_fact f using (person_id)
       cross join lateral (values (p.person_id), (p.father_id), (p.mother_id), (f.father_id), (f.mother_id)) v(id)
       where v.id is not null and (f.person_id is null or ${differs})
       on conflict do nothing`,
    );
    await tx.query(
      `insert into fact_vital
       select p.person_id from feed_page p left join person_fact f using (person_id)
        where (p.died is not null or p.status = 9) is distinct from coalesce(f.died is not null or f.status = 9, false)
           or p.merged_into is distinct from f.merged_into
       on conflict do nothing`,
    );
    // Only of those somebody claimed for: a move carries nothing else along.
    await tx.query(
      `insert into fact_moved
       select p.person_id from feed_page p join person_fact f using (person_id) join beneficiary b using (person_id)
        where b.merged_into is null
          and (left(p.division_code, 6), p.status, p.moved_in_on, p.moved_out_on)
              is distinct from (left(f.division_code, 6), f.status, f.moved_in_on, f.moved_out_on)
       on conflict do nothing`,
    );
    await this.keepHistory(
      tx,
      `select p.person_id from feed_page p join person_fact f using (person_id) where ${differs}`,
    );
    const changed = await tx.query(
      `insert into person_fact as f (${LIST}) select ${LIST} from feed_page
       on conflict (person_id) do update set ${COLUMNS.slice(1)
         .map((c) => `${c} = excluded.${c}`)
         .join(', ')},
         facts_version = f.facts_version + 1, recorded_at = now()
       where ${differs.replaceAll('p.', 'excluded.')}
       returning 1`,
    );
    await tx.query('drop table feed_page');
    return changed.length;
  }

  /** How many persons' derived columns wait to be computed. */
  async countDirty(tx: Tx): Promise<number> {
    const [row] = await tx.query<{ n: bigint }>('select count(*) as n from fact_dirty');
    return Number(row!.n);
  }

  /** After a bulk load the planner has no statistics yet, and joins of relatives planned without them take hours. */
  async analyze(tx: Tx): Promise<void> {
    await tx.query('analyze person_fact, beneficiary');
  }

  /**
   * Computes, for the persons whose relatives changed, who their spouse is and how many children the register
   * knows of. A spouse is the other parent of a shared child in the same household, or the head's spouse by
   * relation; when two persons could be meant, it is unknown. At most `most` at a time; returns how many still wait.
   */
  async deriveRelatives(tx: Tx, most: number): Promise<number> {
    await tx.query(
      `create temp table dirty_now on commit drop as select person_id from fact_dirty order by person_id limit ${most}`,
    );
    await tx.query(
      `create temp table target on commit drop as
       select person_id from dirty_now
       union select h.person_id from dirty_now d join person_fact f using (person_id) join person_fact h using (household_id)`,
    );
    await tx.query('analyze target');
    await tx.query(`
      create temp table derived on commit drop as
      with child as materialized (
        select k.father_id as parent_id, k.mother_id as other_id, k.* from person_fact k join target t on t.person_id = k.father_id
        union all
        select k.mother_id, k.father_id, k.* from person_fact k join target t on t.person_id = k.mother_id
      ), children as materialized (
        select parent_id as person_id, count(*) as children_ever,
               count(*) filter (where died is null and status <> 9) as living_children,
               count(*) filter (where died is null and status <> 9 and sex = 2) as living_daughters,
               max(died) as last_child_died_on, max(born) as youngest_child_born
          from child group by 1
      ), married as materialized (
        select f.person_id, f.household_id, f.relation_to_head from person_fact f join target t using (person_id)
         where f.marital between 20 and 23
      ), candidate as (
        select m.person_id, s.person_id as spouse_id
          from married m join child c on c.parent_id = m.person_id join person_fact s on s.person_id = c.other_id
         where s.marital between 20 and 23 and s.household_id = m.household_id
        union
        select m.person_id, s.person_id from married m join person_fact s on s.household_id = m.household_id
         where s.marital between 20 and 23 and s.status in (0, 9)
           and ((m.relation_to_head in ('01', '02') and s.relation_to_head in ('10', '11', '12'))
             or (m.relation_to_head in ('10', '11', '12') and s.relation_to_head in ('01', '02')))
      ), spouse as materialized (
        select person_id, min(spouse_id::text)::uuid as spouse_id from candidate group by 1 having count(*) = 1
      )
      select t.person_id, s.spouse_id, sf.born as spouse_born,
             coalesce(c.living_children, 0)::smallint as living_children,
             coalesce(c.living_daughters, 0)::smallint as living_daughters,
             coalesce(c.children_ever, 0)::smallint as children_ever, c.last_child_died_on, c.youngest_child_born
        from target t left join children c using (person_id) left join spouse s using (person_id)
        left join person_fact sf on sf.person_id = s.spouse_id`);
    const columns = DERIVED.join(', ');
    const differs = `(${DERIVED.map((c) => `f.${c}`).join(', ')}) is distinct from (${DERIVED.map((c) => `d.${c}`).join(', ')})`;
    await this.keepHistory(
      tx,
      `select d.person_id from derived d join person_fact f using (person_id) where ${differs}`,
    );
    await tx.query(
      `update person_fact f set (${columns}) = (${DERIVED.map((c) => `d.${c}`).join(', ')}),
         facts_version = f.facts_version + 1, recorded_at = now()
       from derived d where d.person_id = f.person_id and ${differs}`,
    );
    await tx.query('delete from fact_dirty d using dirty_now n where n.person_id = d.person_id');
    await tx.query('drop table dirty_now, target, derived');
    return this.countDirty(tx);
  }

  /** Copies each person's findings in force into the wide row: of all persons, or of the blind indexes that `keys` selects. */
  async copyFindings(tx: Tx, keys?: string): Promise<void> {
    await tx.query(
      `update finding n set person_id = f.person_id from person_fact f
        where n.person_id is null and f.id_number_key = n.person_key and not f.id_number_shared
          ${keys ? `and n.person_key in (${keys})` : ''}`,
    );
    await tx.query(
      `create temp table found on commit drop as
       select person_id,
              bool_or(value::boolean) filter (where name = 'births_lawful_then') as births_lawful_then,
              bool_or(value::boolean) filter (where name = 'only_child_certificate') as only_child_certificate,
              max(value::smallint) filter (where name = 'child_disability_grade') as child_disability_grade,
              max(value::date) filter (where name = 'child_disability_since') as child_disability_since,
              max(value::smallint) filter (where name = 'certified_level') as certified_level,
              bool_or(value::boolean) filter (where name = 'rural_hukou') as rural_hukou
         from finding where person_id is not null and upper_inf(valid)
          ${keys ? `and person_key in (${keys})` : ''}
        group by 1`,
    );
    const differs = `(${FOUND.map((c) => `f.${c}`).join(', ')}) is distinct from (${FOUND.map((c) => `n.${c}`).join(', ')})`;
    await this.keepHistory(tx, `select n.person_id from found n join person_fact f using (person_id) where ${differs}`);
    await tx.query(
      `update person_fact f set (${FOUND.join(', ')}) = (${FOUND.map((c) => `n.${c}`).join(', ')}),
         facts_version = f.facts_version + 1, recorded_at = now()
       from found n where n.person_id = f.person_id and ${differs}`,
    );
    await tx.query('drop table found');
  }

  /** Keeps the present version of rows about to change, where a determination was based on it, and has what was paid looked at. */
  private async keepHistory(tx: Tx, personIds: string): Promise<void> {
    await tx.query(
      `insert into person_fact_history (person_id, facts_version, facts, recorded_at)
       select f.person_id, f.facts_version, to_jsonb(f), f.recorded_at from person_fact f
        where f.person_id in (${personIds})
          and exists (select from determination d where d.person_id = f.person_id and d.facts_version = f.facts_version)
       on conflict do nothing`,
    );
    // What was paid on the earlier version may not have been owed. A row that is there is written again, so that whoever looks waits.
    await tx.query(
      `insert into overpayment_doubt (claim_id)
       select c.id from beneficiary b join claim c on c.beneficiary_id = b.id
        where b.person_id in (${personIds})
          and c.state in ('determined', 'reviewed', 'confirmed', 'paying', 'paid', 'returned', 'closed')
        order by c.id
       on conflict (claim_id) do update set raised = overpayment_doubt.raised + 1`,
    );
  }
}

const DERIVED = [
  'spouse_id',
  'spouse_born',
  'living_children',
  'living_daughters',
  'children_ever',
  'last_child_died_on',
  'youngest_child_born',
] as const;

const FOUND = [
  'births_lawful_then',
  'only_child_certificate',
  'child_disability_grade',
  'child_disability_since',
  'certified_level',
  'rural_hukou',
] as const;

const bytes = (hex: string | null): string | null => (hex === null ? null : `\\x${hex}`);

function copyPerson(p: RegisteredPerson): string {
  return copyLine([
    p.id,
    bytes(p.idNumberKey),
    p.idNumberMask,
    bytes(p.birthCertificateKey),
    p.idNumberShared,
    p.sex === 1 || p.sex === 2 ? p.sex : null,
    p.born,
    p.died,
    p.status,
    // A newborn without any paper yet is not thereby a foreigner: unknown, not false.
    p.idType === null ? null : CITIZEN_DOCUMENTS.has(p.idType),
    p.householdType,
    p.divisionCode,
    p.householdId,
    p.relationToHead,
    p.fatherId,
    p.motherId,
    bytes(p.fatherIdNumberKey),
    bytes(p.motherIdNumberKey),
    p.maritalStatus === null ? null : Number(p.maritalStatus),
    p.movedInOn,
    p.movedOutOn,
    p.mergedInto ?? null,
    p.updatedAt,
  ]);
}

import type { Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';

export interface PersonPaper {
  readonly id: string;
  readonly factId: string;
  readonly sealedInFact: Buffer | null;
  readonly code: string;
  readonly key: Buffer;
  readonly mask: string;
}

/** Papers in the order in which one of them stands for the person. */
const PAPERS = `array['111', 'HMT_RESIDENCE', 'PERMANENT_RESIDENT', 'HM_PASS', 'TW_PASS', 'PASSPORT']`;

/** Makes the rows that others read from the facts that stand. */
@Injectable()
export class ProjectionRepository {
  /** Keeps what the registry stated of these persons before facts speak for them; of those who are governed, only when told. */
  async noteStated(tx: Tx, ids: readonly string[], isRestated: boolean): Promise<void> {
    await tx.query(
      `update person set stated = jsonb_build_object(
           'status', status, 'marital', marital_status, 'household', household_id, 'relation', relation_to_head,
           'division', division_code, 'address', address, 'type', household_type, 'movedIn', moved_in_on,
           'movedOut', moved_out_on, 'father', encode(father_key, 'hex'), 'mother', encode(mother_key, 'hex'))
        where id = any($1::uuid[]) and (is_governed = $2)`,
      [ids, isRestated],
    );
  }

  /** Household, kinship, marriage, death and state; papers follow one by one, since their numbers are sealed. */
  async fill(tx: Tx, ids: readonly string[], at: Date, today: Day): Promise<void> {
    await tx.query(
      `with known as materialized (
         select f.*, f.certain @> $3::date as is_sure from fact f
          where f.person_id = any($1::uuid[]) and f.ended_at is null),
       live as (
         -- Who is merged into a record that is itself merged lives on in the last one.
         with recursive step (id, into_id) as (
           select m.from_id, m.into_id from merge m where m.from_id = any($1::uuid[]) and m.undone_by is null
           union all
           select s.id, m.into_id from step s join merge m on m.from_id = s.into_id and m.undone_by is null)
         select id, into_id from step s where not exists (select from merge m where m.from_id = s.into_id and m.undone_by is null)),
       seen as (
         select p.id, p.status, p.merged_into as was_merged_into, p.stated,
                (p.stated is not null and h.household_id is not distinct from (p.stated ->> 'household')::uuid
                  and coalesce(h.is_now, false) = ((p.stated ->> 'status')::smallint = 0 and h.household_id is not null)) as is_as_stated,
                (select l.into_id from live l where l.id = p.id) as merged_into,
                d.death_id, d.day as died,
                h.household_id, h.code as relation, h.moved_in_on, coalesce(h.is_now, false) as is_member,
                (select max(upper(k.valid)) from known k where k.person_id = p.id and k.kind = 'membership'
                    and not k.is_disputed and upper(k.valid) <= $3) as moved_out_on,
                father.id as father_id, mother.id as mother_id,
                (select case when bool_or(k.is_sure) then '20'
                             when bool_or(exists (select from fact x where x.person_id = k.other_person_id and x.kind = 'death'
                                                     and x.ended_at is null and not x.is_disputed and upper(x.valid) <= upper(k.valid) + 1
                                                     and upper(x.valid) >= upper(k.valid) - 1)) then '30'
                             when bool_or(upper(k.valid) <= $3) then '40' end
                   from known k where k.person_id = p.id and k.kind = 'marriage' and not k.is_disputed) as marital
           from person p
           left join lateral (
             select k.id as death_id, case when isempty(k.certain) then null else lower(k.certain) end as day
               from known k where k.person_id = p.id and k.kind = 'death'
              order by k.is_disputed, k.recorded_at desc limit 1) d on true
           left join lateral (
select k.household_id, nullif(k.code, '00') as code, lower(k.valid) as moved_in_on, k.valid @> $3::date as is_now
               from known k
              where k.person_id = p.id and k.kind = 'membership' and not k.is_disputed
                and (lower_inf(k.valid) or lower(k.valid) <= $3)
              -- Who has left or died is still shown with the household they belonged to last.
              order by k.valid @> $3::date desc, k.is_sure desc, upper(k.valid) desc nulls first,
                       (k.household_id = (p.stated ->> 'household')::uuid) desc nulls last, k.recorded_at desc, k.id desc
              limit 1) h on true
           left join lateral (
             select k.other_person_id as id from known k where k.person_id = p.id and k.kind = 'kinship' and not k.is_disputed
                and k.code in ('adoptive-father', 'registered-father', 'birth-father') and k.valid @> $3::date
              order by array_position(array['adoptive-father', 'registered-father', 'birth-father'], k.code), k.is_sure desc limit 1) father on true
           left join lateral (
             select k.other_person_id as id from known k where k.person_id = p.id and k.kind = 'kinship' and not k.is_disputed
                and k.code in ('adoptive-mother', 'registered-mother', 'birth-mother') and k.valid @> $3::date
              order by array_position(array['adoptive-mother', 'registered-mother', 'birth-mother'], k.code), k.is_sure desc limit 1) mother on true
          where p.id = any($1::uuid[]))
       update person p set
         merged_into = s.merged_into,
         died = s.died,
         status = case when s.merged_into is not null then 1
                       when s.death_id is not null then 9
                       when not s.is_member and s.moved_out_on is not null then 8
                       when (s.stated ->> 'status')::smallint = 1 then 1
                       else 0 end,
         household_id = s.household_id,
         relation_to_head = case when s.is_as_stated then coalesce(s.relation, s.stated ->> 'relation') else s.relation end,
         division_code = case when s.is_as_stated then s.stated ->> 'division' else coalesce(h.division_code, p.division_code) end,
         address = case when s.is_as_stated then s.stated ->> 'address' else coalesce(h.address, p.address) end,
         household_type = case when s.is_as_stated then s.stated ->> 'type' else coalesce(h.household_type, p.household_type) end,
         moved_in_on = case when s.is_as_stated then (s.stated ->> 'movedIn')::date else s.moved_in_on end,
         moved_out_on = case when s.is_as_stated then (s.stated ->> 'movedOut')::date
                             when not s.is_member then s.moved_out_on end,
         father_id = s.father_id, mother_id = s.mother_id,
         father_key = case when s.father_id is not null then (select x.id_number_key from person x where x.id = s.father_id)
                           else decode(s.stated ->> 'father', 'hex') end,
         mother_key = case when s.mother_id is not null then (select x.id_number_key from person x where x.id = s.mother_id)
                           else decode(s.stated ->> 'mother', 'hex') end,
         marital_status = coalesce(s.marital, s.stated ->> 'marital'),
         is_governed = true, recorded_at = $2, changed_xid = pg_current_xact_id()
         from seen s left join household h on h.id = s.household_id
        where p.id = s.id`,
      [ids, at, today],
    );
  }

  /** The paper that stands for each of these persons, where it is another than the row has. */
  papers(read: Tx, ids: readonly string[], today: Day): Promise<PersonPaper[]> {
    return read.query(
      `select distinct on (f.person_id) f.person_id as id, f.id as "factId", f.number_sealed as "sealedInFact", f.code,
              f.number_key as key, f.number_mask as mask
         from fact f
        where f.person_id = any($1::uuid[]) and f.kind = 'identity' and f.ended_at is null and not f.is_disputed
          and f.code = any(${PAPERS}) and f.valid @> $2::date
        order by f.person_id, array_position(${PAPERS}, f.code), f.certain @> $2::date desc, f.recorded_at desc`,
      [ids, today],
    );
  }

  /** Papers of a kind that is kept beside: the 15-digit number, the birth certificate. */
  beside(read: Tx, ids: readonly string[], code: string): Promise<PersonPaper[]> {
    return read.query(
      `select distinct on (f.person_id) f.person_id as id, f.id as "factId", f.number_sealed as "sealedInFact", f.code,
              f.number_key as key, f.number_mask as mask
         from fact f
        where f.person_id = any($1::uuid[]) and f.kind = 'identity' and f.ended_at is null and not f.is_disputed and f.code = $2
        order by f.person_id, f.recorded_at desc`,
      [ids, code],
    );
  }

  numbers(
    read: Tx,
    ids: readonly string[],
  ): Promise<{ id: string; number: Buffer | null; legacy: Buffer | null; certificate: Buffer | null }[]> {
    return read.query(
      `select id, id_number_key as number, id_number_legacy_key as legacy, birth_certificate_key as certificate
         from person where id = any($1::uuid[])`,
      [ids],
    );
  }

  async setNumber(
    tx: Tx,
    id: string,
    paper: { code: string; sealed: Buffer; key: Buffer; mask: string } | null,
  ): Promise<void> {
    await tx.query(
      `update person set id_type = $2, id_number_sealed = $3, id_number_key = $4, id_number_mask = $5 where id = $1`,
      [id, paper?.code ?? null, paper?.sealed ?? null, paper?.key ?? null, paper?.mask ?? null],
    );
  }

  async setLegacy(tx: Tx, id: string, key: Buffer | null): Promise<void> {
    await tx.query('update person set id_number_legacy_key = $2 where id = $1', [id, key]);
  }

  async setCertificate(tx: Tx, id: string, paper: { sealed: Buffer; key: Buffer } | null): Promise<void> {
    await tx.query('update person set birth_certificate_sealed = $2, birth_certificate_key = $3 where id = $1', [
      id,
      paper?.sealed ?? null,
      paper?.key ?? null,
    ]);
  }

  /** A number as the registry stated it: in the person's own row, or in what the row was. */
  async statedNumber(
    read: Tx,
    personId: string,
    column: 'id_number' | 'birth_certificate',
    key: Buffer,
  ): Promise<Buffer | undefined> {
    const [row] = await read.query<{ sealed: Buffer }>(
      `select ${column}_sealed as sealed from person where id = $1 and ${column}_key = $2 and ${column}_sealed is not null
       union all
       select ${column}_sealed from person_history where id = $1 and ${column}_key = $2 and ${column}_sealed is not null
       limit 1`,
      [personId, key],
    );
    return row?.sealed;
  }

  /** Whether several records that stand for themselves hold one of these numbers: nobody is known by it meanwhile. */
  async markShared(tx: Tx, keys: readonly Buffer[]): Promise<void> {
    await tx.query(
      `update person p set id_number_shared = s.shared, changed_xid = pg_current_xact_id()
         from (select k.key, (select count(*) > 1 from person o where o.id_number_key = k.key) as shared
                 from unnest($1::bytea[]) k (key)) s
        where p.id_number_key = s.key and p.id_number_shared <> s.shared`,
      [keys],
    );
    await tx.query(
      `update person set id_number_shared = false, changed_xid = pg_current_xact_id()
        where id_number_key is null and id_number_shared`,
    );
  }

  /** Children know their parents by number too: it follows the parent's. */
  async followParents(tx: Tx, parents: readonly string[]): Promise<void> {
    for (const parent of ['father', 'mother']) {
      await tx.query(
        `update person c set ${parent}_key = p.id_number_key, changed_xid = pg_current_xact_id()
           from person p where p.id = any($1::uuid[]) and c.${parent}_id = p.id and c.${parent}_key is distinct from p.id_number_key`,
        [parents],
      );
    }
  }

  async undoMerge(tx: Tx, changeId: string, undoneBy: string): Promise<void> {
    await tx.query('update merge set undone_by = $2 where change_id = $1 and undone_by is null', [changeId, undoneBy]);
  }

  async insertMerge(tx: Tx, merge: { id: string; fromId: string; intoId: string; changeId: string }): Promise<void> {
    await tx.query('insert into merge (id, from_id, into_id, change_id) values ($1, $2, $3, $4)', [
      merge.id,
      merge.fromId,
      merge.intoId,
      merge.changeId,
    ]);
  }

  /** Name, sex and day of birth of a person, as a correction sets them; null leaves one as it is. */
  async setBasics(
    tx: Tx,
    id: string,
    basics: { name?: string | null; nameMatch?: string | null; sex?: number | null; born?: Day | null },
  ): Promise<void> {
    await tx.query(
      `update person set name = coalesce($2, name), name_match = coalesce($3, name_match), sex = coalesce($4, sex),
              born = coalesce($5, born) where id = $1`,
      [id, basics.name ?? null, basics.nameMatch ?? null, basics.sex ?? null, basics.born ?? null],
    );
  }
}

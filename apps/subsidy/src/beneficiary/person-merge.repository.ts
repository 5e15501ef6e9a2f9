import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';

/** Two beneficiaries whose persons the register has found to be one. */
export interface Pair {
  readonly personId: string;
  readonly survivorId: string;
  readonly beneficiaryId: string;
  /** The survivor's; null where it has none. */
  readonly keeperId: string | null;
}

/** States from which a claim can still be held: no money of it has moved. */
const UNPAID = `('received', 'held', 'determined', 'reviewed', 'confirmed')`;
const HOLDABLE = `('received', 'determined', 'reviewed', 'confirmed')`;
const OVER = `('new', 'refused', 'withdrawn')`;

/** The money side of merged persons: what moves, what is held, and how it is undone. No money is moved here. */
@Injectable()
export class PersonMergeRepository {
  /** Merges among the persons in `fact_vital` that are not carried out here yet. */
  pending(tx: Tx): Promise<Pair[]> {
    return tx.query(
      `select f.person_id as "personId", s.id as "survivorId", l.id as "beneficiaryId", k.id as "keeperId"
         from fact_vital v join person_fact f using (person_id)
         cross join lateral (select surviving_person(f.person_id) as id) s
         join beneficiary l on l.person_id = f.person_id and l.merged_into is null
         left join beneficiary k on k.person_id = s.id and k.merged_into is null
        where f.merged_into is not null and s.id <> f.person_id
        order by f.person_id`,
    );
  }

  /** Merges carried out here that the register has undone, or has made with another record since. */
  undone(tx: Tx): Promise<{ id: string; beneficiaryId: string }[]> {
    return tx.query(
      `select m.id, m.beneficiary_id as "beneficiaryId" from person_merge m join fact_vital v using (person_id) join person_fact f using (person_id)
        where m.undone_at is null and (f.merged_into is null or surviving_person(f.person_id) <> m.survivor_id)
        order by m.id desc`,
    );
  }

  async record(tx: Tx, pair: Pair, at: Date): Promise<string> {
    const [row] = await tx.query<{ id: string }>(
      `insert into person_merge (person_id, survivor_id, beneficiary_id, keeper_id, id_number_key, birth_certificate_key, merged_at)
       select $1, $2, b.id, $4, b.id_number_key, b.birth_certificate_key, $5 from beneficiary b where b.id = $3 returning id`,
      [pair.personId, pair.survivorId, pair.beneficiaryId, pair.keeperId, at],
    );
    return row!.id;
  }

  /** The survivor has no beneficiary: this one is theirs from now on. */
  async relink(tx: Tx, beneficiaryId: string, survivorId: string): Promise<void> {
    await tx.query('update beneficiary set person_id = $2 where id = $1', [beneficiaryId, survivorId]);
  }

  /**
   * Where both have a claim for a programme and year, a person is asked, and what is not paid yet is held: the losing record's,
   * or the survivor's where the money of the other has moved already.
   */
  async holdClashes(tx: Tx, mergeId: string, { beneficiaryId, keeperId }: Pair, at: Date): Promise<number> {
    await tx.query(
      `create temp table clash on commit drop as
       select l.id as losing_id, k.id as keeping_id, l.claim_year,
              case when l.state in ${UNPAID} then l.id when k.state in ${UNPAID} then k.id end as hold_id
         from claim l join claim k on k.beneficiary_id = $2 and k.programme = l.programme and k.claim_year = l.claim_year
        where l.beneficiary_id = $1 and l.state not in ${OVER} and k.state not in ${OVER}`,
      [beneficiaryId, keeperId],
    );
    await tx.query(
      `insert into review_case (reason, claim_id, beneficiary_id, division_code, facts, opened_at)
       select 'DUPLICATE_PERSON', c.id, $1, c.division_code,
              jsonb_build_object('year', c.claim_year, 'paid', c.state not in ${UNPAID}), $2
         from claim c where c.id in (select losing_id from clash union select hold_id from clash) order by c.id
       on conflict (reason, claim_id, instruction_id) where state = 'open' do nothing`,
      [keeperId, at],
    );
    await tx.query(
      `insert into person_merge_claim (merge_id, claim_id, moved, held)
       select distinct $1::uuid, c.id, c.beneficiary_id = $2, true from claim c join clash h on h.hold_id = c.id`,
      [mergeId, beneficiaryId],
    );
    await tx.query(
      `update determination d set is_current = false
        where d.is_current and d.claim_id in (select losing_id from clash where hold_id = losing_id)`,
    );
    const held = await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select c.id, c.events + 1, c.state, 'held', 'register', 'DUPLICATE_PERSON', $1 from claim c
        where c.id in (select hold_id from clash) and c.state in ${HOLDABLE} order by c.id returning 1`,
      [at],
    );
    await tx.query('drop table clash');
    return held.length;
  }

  /**
   * Moves what is the losing record's to the survivor's. What would be a second payment for a year or a day there stays where
   * it is, as history that a person looks at; the constraints say so again by the very update.
   */
  async moveTo(tx: Tx, mergeId: string, beneficiaryId: string, keeperId: string): Promise<void> {
    await tx.query(
      `insert into person_merge_claim as m (merge_id, claim_id, moved, held)
       select $1, c.id, true, false from claim c
        where c.beneficiary_id = $2
          and not (c.takes_year and exists (
            select from claim k where k.beneficiary_id = $3 and k.programme = c.programme and k.claim_year = c.claim_year and k.takes_year))
          and not exists (
            select from instruction i join instruction o on o.beneficiary_id = $3 and o.programme = i.programme and o.period && i.period
             where i.claim_id = c.id and i.is_live and o.is_live)
       on conflict (merge_id, claim_id) do nothing`,
      [mergeId, beneficiaryId, keeperId],
    );
    // What was held moves as well: it is no longer anybody's year.
    const moved = `(select claim_id from person_merge_claim p where p.merge_id = $1 and p.moved)`;
    await tx.query(`update claim set beneficiary_id = $3 where beneficiary_id = $2 and id in ${moved}`, [
      mergeId,
      beneficiaryId,
      keeperId,
    ]);
    await tx.query(`update instruction set beneficiary_id = $3 where beneficiary_id = $2 and claim_id in ${moved}`, [
      mergeId,
      beneficiaryId,
      keeperId,
    ]);
    await tx.query(`update review_case set beneficiary_id = $2 where beneficiary_id = $1`, [beneficiaryId, keeperId]);
    await tx.query('update beneficiary set merged_into = $2 where id = $1', [beneficiaryId, keeperId]);
  }

  /** Puts everything back that still is where the merge put it, and asks no more about it. */
  async undo(tx: Tx, mergeId: string, at: Date): Promise<void> {
    // A key that somebody else is known by meanwhile stays theirs.
    const free = (column: string): string => `case when not exists (
        select from beneficiary o where o.id <> b.id and o.merged_into is null and o.${column} = m.${column}) then m.${column} end`;
    await tx.query(
      `update beneficiary b set merged_into = null, person_id = m.person_id, id_number_key = ${free('id_number_key')},
         birth_certificate_key = ${free('birth_certificate_key')}
         from person_merge m where m.id = $1 and b.id = m.beneficiary_id`,
      [mergeId],
    );
    await tx.query(
      `create temp table going_back on commit drop as
       select c.id, m.beneficiary_id from person_merge m join person_merge_claim p on p.merge_id = m.id and p.moved
         join claim c on c.id = p.claim_id and c.beneficiary_id = m.keeper_id
        where m.id = $1
          and not (c.takes_year and exists (
            select from claim k where k.beneficiary_id = m.beneficiary_id and k.programme = c.programme and k.claim_year = c.claim_year and k.takes_year))
          and not exists (
            select from instruction i join instruction o on o.beneficiary_id = m.beneficiary_id and o.programme = i.programme and o.period && i.period
             where i.claim_id = c.id and i.is_live and o.is_live)`,
      [mergeId],
    );
    for (const [table, column] of [
      ['claim', 'id'],
      ['instruction', 'claim_id'],
      ['review_case', 'claim_id'],
    ]) {
      await tx.query(
        `update ${table} t set beneficiary_id = g.beneficiary_id from going_back g where t.${column} = g.id`,
      );
    }
    await tx.query('drop table going_back');
    await tx.query(
      `update review_case r set state = 'resolved', decision = 'MERGE_UNDONE', resolved_by = 'register', resolved_at = $2
        where r.reason = 'DUPLICATE_PERSON' and r.state = 'open' and r.claim_id in (
          select claim_id from person_merge_claim where merge_id = $1
          union select c.id from claim c join person_merge m on m.id = $1 and c.beneficiary_id = m.beneficiary_id)`,
      [mergeId, at],
    );
    await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select c.id, c.events + 1, 'held', 'received', 'register', 'MERGE_UNDONE', $2 from claim c join person_merge_claim p on p.claim_id = c.id
        where p.merge_id = $1 and p.held and c.state = 'held'
          and not exists (select from review_case r where r.claim_id = c.id and r.state = 'open')
        order by c.id`,
      [mergeId, at],
    );
    await tx.query('update person_merge set undone_at = $2 where id = $1', [mergeId, at]);
  }
}

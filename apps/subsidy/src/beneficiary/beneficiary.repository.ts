import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';

/** The person that a row of facts stands for, after all merges of the register. */
const SURVIVOR = 'case when f.merged_into is null then f.person_id else surviving_person(f.person_id) end';

/** Who a claim is for. The only SQL about beneficiaries: finding, linking to the register, merging. */
@Injectable()
export class BeneficiaryRepository {
  /** One writer at a time: a child must not be made twice by two imports. */
  async lock(tx: Tx): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('beneficiary', 0))`);
  }

  /**
   * Gives every row of the temp table `claim_in` (child_key, certificate_key) its beneficiary_id: the child the
   * register knows by number or certificate, else the one an earlier claim named, else a new one.
   */
  async resolve(tx: Tx): Promise<void> {
    await this.lock(tx);
    await tx.query(`
      create temp table child_in on commit drop as
      select i.child_key, i.certificate_key, min(p.person_id::text)::uuid as person_id,
             (array_agg(p.id_number_key))[1] as id_number_key, (array_agg(p.birth_certificate_key))[1] as birth_certificate_key
        from (select distinct child_key, certificate_key from claim_in) i
        left join lateral (
          select ${SURVIVOR} as person_id, f.id_number_key, f.birth_certificate_key from person_fact f
           where f.id_number_key = i.child_key and not f.id_number_shared
          union all
          select ${SURVIVOR}, f.id_number_key, f.birth_certificate_key from person_fact f
           where i.child_key is null and f.birth_certificate_key = i.certificate_key
           limit 1) p on true
       group by 1, 2`);
    await tx.query(`
      insert into beneficiary (person_id, id_number_key, birth_certificate_key)
      select distinct on (coalesce(person_id::text, coalesce(child_key, certificate_key)::text))
             person_id, coalesce(child_key, id_number_key), coalesce(birth_certificate_key, certificate_key)
        from child_in c
       where not exists (select from beneficiary b where b.merged_into is null
               and (b.person_id = c.person_id or b.id_number_key = c.child_key or b.birth_certificate_key = c.certificate_key))
      on conflict do nothing`);
    await tx.query(`
      update claim_in i set beneficiary_id = coalesce(
        (select b.id from beneficiary b where b.merged_into is null and b.person_id = c.person_id),
        (select b.id from beneficiary b where b.merged_into is null and b.id_number_key = i.child_key),
        (select b.id from beneficiary b where b.merged_into is null and b.birth_certificate_key = i.certificate_key
            or b.merged_into is null and b.birth_certificate_key = c.birth_certificate_key limit 1))
      from child_in c
      where c.child_key is not distinct from i.child_key and c.certificate_key is not distinct from i.certificate_key`);
    await tx.query('drop table child_in');
    await this.linkToRegister(tx);
  }

  async findByPerson(tx: Tx, personId: string): Promise<string | undefined> {
    const [row] = await tx.query<{ id: string }>(
      'select id from beneficiary where person_id = $1 and merged_into is null',
      [personId],
    );
    return row?.id;
  }

  /** The beneficiary that a person is, by id, number or certificate; made where there is none. */
  async ofPerson(tx: Tx, personId: string, certificateKey: Buffer | null): Promise<string> {
    await this.lock(tx);
    const [known] = await tx.query<{ id: string; number: Buffer | null; certificate: Buffer | null }>(
      `select person_id as id, case when not id_number_shared then id_number_key end as number, birth_certificate_key as certificate
         from person_fact where person_id = surviving_person($1)`,
      [personId],
    );
    const person = {
      id: known?.id ?? personId,
      number: known?.number ?? null,
      certificate: known?.certificate ?? certificateKey,
    };
    const [found] = await tx.query<{ id: string; isLinked: boolean }>(
      `select id, person_id is not null as "isLinked" from beneficiary
        where merged_into is null and (person_id = $1
          or person_id is null and (id_number_key = $2 or birth_certificate_key = $3))
        order by person_id nulls last limit 1`,
      [person.id, person.number, person.certificate],
    );
    if (found) {
      if (!found.isLinked) await tx.query('update beneficiary set person_id = $2 where id = $1', [found.id, person.id]);
      return found.id;
    }
    const [made] = await tx.query<{ id: string }>(
      'insert into beneficiary (person_id, id_number_key, birth_certificate_key) values ($1, $2, $3) returning id',
      [person.id, person.number, person.certificate],
    );
    return made!.id;
  }

  /**
   * Lets the register say who is who: beneficiaries known by number or certificate get their person, and two
   * that turn out to be one child are merged. Returns how many were merged.
   */
  async linkToRegister(tx: Tx): Promise<number> {
    await this.lock(tx);
    await tx.query(`
      create temp table same_child on commit drop as
      select b.id, ${SURVIVOR} as person_id, f.id_number_key, f.birth_certificate_key,
             first_value(b.id) over (partition by ${SURVIVOR} order by b.person_id nulls last, b.recorded_at, b.id) as keep_id
        from beneficiary b join person_fact f
          on (b.id_number_key = f.id_number_key and not f.id_number_shared)
          or (b.id_number_key is null and b.birth_certificate_key = f.birth_certificate_key)
       where b.merged_into is null and (b.person_id is null or b.person_id = ${SURVIVOR})`);
    const pairs = await tx.query<{ id: string; keep_id: string }>(
      'select id, keep_id from same_child where id <> keep_id',
    );
    for (const { id, keep_id } of pairs) await this.merge(tx, id, keep_id);
    await tx.query(`
      update beneficiary b set person_id = s.person_id, id_number_key = coalesce(s.id_number_key, b.id_number_key),
             birth_certificate_key = coalesce(s.birth_certificate_key, b.birth_certificate_key)
        from same_child s
       where b.id = s.keep_id and s.id = s.keep_id and b.merged_into is null
         and (b.person_id, b.id_number_key, b.birth_certificate_key) is distinct from
             (s.person_id, coalesce(s.id_number_key, b.id_number_key), coalesce(s.birth_certificate_key, b.birth_certificate_key))
         and not exists (select from beneficiary o where o.id <> b.id and o.merged_into is null
               and (o.person_id = s.person_id or o.id_number_key = s.id_number_key or o.birth_certificate_key = s.birth_certificate_key))`);
    // A claim whose child and applicant nobody knew belongs from now on to where the child is registered.
    await tx.query(`
      update claim c set division_code = f.division_code from same_child s join person_fact f on f.person_id = s.person_id
       where c.beneficiary_id = s.keep_id and c.division_code is null`);
    await tx.query('drop table same_child');
    return pairs.length;
  }

  /**
   * Makes two beneficiaries one. The money constraints are checked again by the very update: a year that both
   * were confirmed for keeps one claim, the one whose money moved if any did, and holds the other; where money moved for both,
   * nothing is changed and a person is asked.
   */
  private async merge(tx: Tx, loserId: string, keeperId: string): Promise<void> {
    const clashes = await tx.query<{ claim_id: string; state: string; other_id: string; other_state: string }>(
      `select l.id as claim_id, l.state, k.id as other_id, k.state as other_state
         from claim l join claim k on k.beneficiary_id = $2 and k.programme = l.programme and k.claim_year = l.claim_year
        where l.beneficiary_id = $1
          and l.takes_year
          and k.takes_year`,
      [loserId, keeperId],
    );
    if (clashes.some((clash) => clash.state !== 'confirmed' && clash.other_state !== 'confirmed')) {
      await tx.query(
        `insert into review_case (reason, claim_id, beneficiary_id, division_code, facts, opened_at)
         select 'MERGE_CONFLICT', c.id, c.beneficiary_id, c.division_code, jsonb_build_object('otherBeneficiary', $2::text), now()
           from claim c where c.id = any($1::uuid[]) on conflict do nothing`,
        [clashes.map((clash) => clash.claim_id), keeperId],
      );
      return;
    }
    const held = clashes.map((clash) => (clash.state === 'confirmed' ? clash.claim_id : clash.other_id));
    await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select id, events + 1, state, 'held', 'register', 'DUPLICATE_CLAIM', now() from claim where id = any($1::uuid[])`,
      [held],
    );
    await tx.query(
      `insert into review_case (reason, claim_id, beneficiary_id, division_code, facts, opened_at)
       select 'DUPLICATE_CLAIM', c.id, $2, c.division_code, '{}', now() from claim c where c.id = any($1::uuid[])
       on conflict do nothing`,
      [held, keeperId],
    );
    await tx.query('update beneficiary set merged_into = $2 where id = $1', [loserId, keeperId]);
    await tx.query('update claim set beneficiary_id = $2 where beneficiary_id = $1', [loserId, keeperId]);
    await tx.query('update review_case set beneficiary_id = $2 where beneficiary_id = $1', [loserId, keeperId]);
    await tx.query('update instruction set beneficiary_id = $2 where beneficiary_id = $1', [loserId, keeperId]);
    await this.moveAuthority(tx, loserId, keeperId);
  }

  /** Who is responsible for the days of one is so for the days of both; where both have an authority, the survivor's stands. */
  async moveAuthority(tx: Tx, loserId: string, keeperId: string): Promise<void> {
    await tx.query(
      `update authority_period a set beneficiary_id = $2, merged_from = coalesce(a.merged_from, $1)
        where a.beneficiary_id = $1 and a.ended_at is null and not exists (
          select from authority_period k where k.beneficiary_id = $2 and k.programme = a.programme and k.ended_at is null and k.valid && a.valid)`,
      [loserId, keeperId],
    );
  }

  /** The records were two persons after all. */
  async returnAuthority(tx: Tx, loserId: string): Promise<void> {
    await tx.query(
      `update authority_period a set beneficiary_id = a.merged_from, merged_from = null
        where a.merged_from = $1 and a.ended_at is null and not exists (
          select from authority_period k where k.beneficiary_id = $1 and k.programme = a.programme and k.ended_at is null and k.valid && a.valid)`,
      [loserId],
    );
  }
}

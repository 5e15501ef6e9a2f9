import type { NewbornClaim, NewbornClaimKind } from '@app/contracts';
import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';

/** What is known here of a part of a newborn matter. */
export interface KnownPart {
  readonly kind: NewbornClaimKind;
  readonly claimId: string | null;
  readonly state: string | null;
}

export interface News {
  readonly subCase: string;
  readonly kind: NewbornClaimKind;
  readonly claimNo: string;
  readonly state: string;
  readonly told: number;
}

/** The only SQL that takes claims of newborn matters in and notes what is to be told of them. */
@Injectable()
export class NewbornIntakeRepository {
  async find(tx: Tx, subCase: string): Promise<KnownPart | undefined> {
    const [row] = await tx.query<KnownPart>(
      `select n.kind, n.claim_id as "claimId", c.state from newborn_claim n left join claim c on c.id = n.claim_id
        where n.sub_case = $1 for update of n`,
      [subCase],
    );
    return row;
  }

  /** The first claim of the child for the year that is not over: it goes on, whoever's it is (docs/decisions/0005). */
  async findLive(tx: Tx, programme: string, beneficiaryId: string, year: number): Promise<string | undefined> {
    const [row] = await tx.query<{ id: string }>(
      `select id from claim where beneficiary_id = $1 and programme = $2 and claim_year = $3
          and state not in ('new', 'refused', 'withdrawn') order by submitted_on, claim_no limit 1`,
      [beneficiaryId, programme, year],
    );
    return row?.id;
  }

  /** A claim as a file would have brought it, but for its number and where it came from. */
  async insert(
    tx: Tx,
    made: NewbornClaim & {
      id: string;
      programme: string;
      beneficiaryId: string;
      hash: Buffer;
      applicant: NonNullable<NewbornClaim['applicant']>;
    },
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into claim (id, programme, claim_no, beneficiary_id, applicant_key, applicant_mask, relation, claim_year, submitted_on,
         channel, row_hash, recorded_at, division_code)
       select $1::uuid, $2::text, $3::text || '-' || $7::smallint || case when n = 0 then '' else '-' || (n + 1) end, $4, decode($5, 'hex'), $6, $8,
              $7::smallint, $9,
              'newborn-matter', $10, $11,
              coalesce((select f.division_code from person_fact f where f.person_id = surviving_person($12)),
                       (select f.division_code from person_fact f where f.id_number_key = decode($5, 'hex') limit 1))
         from (select count(*)::int as n from claim where programme = $2::text and starts_with(claim_no, $3::text || '-' || $7::smallint)) earlier`,
      [
        made.id,
        made.programme,
        made.caseNo,
        made.beneficiaryId,
        made.applicant.key,
        made.applicant.mask,
        made.claimYear,
        made.applicant.relation,
        made.submittedOn,
        made.hash,
        at,
        made.childId,
      ],
    );
    await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at) values ($1, 1, 'new', 'received', 'intake', null, $2)`,
      [made.id, at],
    );
  }

  /** The parents take their own claim back, with whatever was asked about it. */
  async withdraw(tx: Tx, claimId: string, at: Date): Promise<void> {
    await tx.query(
      `update review_case set state = 'resolved', decision = 'WITHDRAWN', resolved_by = 'registration', resolved_at = $2
        where claim_id = $1 and state = 'open'`,
      [claimId, at],
    );
    await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select id, events + 1, state, 'withdrawn', 'registration', 'TAKEN_BACK', $2 from claim where id = $1`,
      [claimId, at],
    );
  }

  async save(
    tx: Tx,
    subCase: string,
    now: { kind: NewbornClaimKind; claimId: string | null; obstacle: string | null },
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into newborn_claim as n (sub_case, claim_id, kind, obstacle, has_news, recorded_at) values ($1, $2, $3, $4, true, $5)
       on conflict (sub_case) do update set claim_id = excluded.claim_id, kind = excluded.kind, obstacle = excluded.obstacle, has_news = true`,
      [subCase, now.claimId, now.kind, now.obstacle, at],
    );
  }

  async countNews(read: Tx): Promise<number> {
    const [row] = await read.query<{ n: number }>('select count(*)::int as n from newborn_claim where has_news');
    return row!.n;
  }

  /** What is to be told of these parts, or of any; each is told once for all that happened since. */
  takeNews(tx: Tx, limit: number, subCase: string | null): Promise<News[]> {
    return tx.query(
      `with fresh as (
         select sub_case from newborn_claim where has_news and ($2::uuid is null or sub_case = $2) order by sub_case limit $1
            for update skip locked),
       told as (
         update newborn_claim n set has_news = false, told = n.told + 1 from fresh f where n.sub_case = f.sub_case
         returning n.sub_case, n.kind, n.claim_id, n.obstacle, n.told)
       select t.sub_case as "subCase", t.kind, coalesce(c.claim_no, '') as "claimNo", coalesce(c.state, t.obstacle) as state, t.told
         from told t left join claim c on c.id = t.claim_id`,
      [limit, subCase],
    );
  }
}

import type { Tx } from '@app/database';
import type { DivisionCode } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { ChildrenFigures, ClaimEventView, ClaimFilter, ClaimView } from './claim.types';

const VIEW = `select c.id, c.claim_no as "claimNo", c.programme, c.claim_year as "claimYear", c.submitted_on as "submittedOn",
    c.channel, c.relation, c.applicant_mask as "applicantMask", c.division_code as "divisionCode", c.state,
    c.amount_fen as "amountFen", a.account_mask as "accountMask", b.person_id as "personId"
  from claim c join beneficiary b on b.id = c.beneficiary_id left join payee_account a on a.id = c.payee_account_id`;

const MATCHES = `(c.division_code ^@ $1 or c.division_code is null) and ($2::text is null or c.state = $2)
  and ($3::int is null or c.claim_year = $3) and ($4::text is null or c.programme = $4) and c.state <> 'new'`;

/** Reading claims; what moves them stands in the slices that move them. */
@Injectable()
export class ClaimRepository {
  /** The last of `limit` rows is for looking ahead only. */
  async list(tx: Tx, filter: ClaimFilter, after: readonly string[] | undefined, limit: number): Promise<ClaimView[]> {
    const rows = await tx.query<ClaimView>(
      `${VIEW} where ${MATCHES} and ($5::date is null or (c.submitted_on, c.id) > ($5::date, $6::uuid))
       order by c.submitted_on, c.id limit $7`,
      [...parameters(filter), after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    tx.disclose('claim', rows.slice(0, limit - 1));
    return rows;
  }

  async count(tx: Tx, filter: ClaimFilter): Promise<number> {
    const [row] = await tx.query<{ n: bigint }>(
      `select count(*) as n from claim c where ${MATCHES}`,
      parameters(filter),
    );
    return Number(row!.n);
  }

  /** Those of these ids that the caller may see. */
  async visible(tx: Tx, ids: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ id: string }>('select id from claim where id = any($1::uuid[])', [ids]);
    return rows.map(({ id }) => id);
  }

  /** What of these the caller may see. */
  async byIds(tx: Tx, ids: readonly string[]): Promise<ClaimView[]> {
    return tx.disclose('claim', await tx.query<ClaimView>(`${VIEW} where c.id = any($1::uuid[])`, [ids]));
  }

  /** Everything the caller may see, the newest year first: for a citizen, who sees a family's. */
  async all(tx: Tx): Promise<ClaimView[]> {
    return tx.disclose(
      'claim',
      await tx.query<ClaimView>(`${VIEW} where c.state <> 'new' order by c.claim_year desc, c.claim_no limit 200`),
    );
  }

  events(tx: Tx, claimIds: readonly string[]): Promise<ClaimEventView[]> {
    return tx.query(
      `select claim_id as "claimId", seq, from_state as "from", to_state as "to", actor, reason, at from claim_event
        where claim_id = any($1::uuid[]) order by claim_id, seq`,
      [claimIds],
    );
  }

  /** The counties whose claims are here. */
  async counties(tx: Tx, programme: string): Promise<DivisionCode[]> {
    const rows = await tx.query<{ code: DivisionCode }>(
      `select distinct left(division_code, 6) || '000000' as code from claim
        where programme = $1 and division_code is not null order by 1`,
      [programme],
    );
    return rows.map(({ code }) => code);
  }

  /** Children by what became of their claims; one child counts once in each column. */
  async children(tx: Tx, programme: string): Promise<ChildrenFigures> {
    const [row] = await tx.query<ChildrenFigures>(
      `with life as (
         select c.beneficiary_id, c.state, c.determination_id is not null as is_decided,
                exists (select from claim_event e where e.claim_id = c.id and e.to_state = 'returned') as was_returned
           from claim c where c.programme = $1)
       select count(distinct beneficiary_id) filter (where is_decided)::integer as decided,
              count(distinct beneficiary_id) filter (where state in ('paid', 'closed'))::integer as paid,
              count(distinct beneficiary_id) filter (where was_returned)::integer as returned,
              count(distinct beneficiary_id) filter (where was_returned and state in ('paid', 'closed'))::integer as repaired,
              count(distinct beneficiary_id) filter (where state = 'held')::integer as held
         from life`,
      [programme],
    );
    return row!;
  }

  /** How many claims stand where, and their sums: the figures of a progress bar. */
  tally(tx: Tx, programme: string, prefix: string): Promise<{ state: string; count: number; amountFen: bigint }[]> {
    return tx.query(
      `select state, count(*)::integer as count, coalesce(sum(amount_fen), 0)::int8 as "amountFen" from claim
        where programme = $1 and (division_code ^@ $2 or division_code is null) group by 1 order by 1`,
      [programme, prefix],
    );
  }
}

const parameters = (filter: ClaimFilter): unknown[] => [
  filter.prefix,
  filter.state ?? null,
  filter.claimYear ?? null,
  filter.programme ?? null,
];

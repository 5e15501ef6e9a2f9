import type { Tx } from '@app/database';
import type { Fen } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Level } from '../funding/funding.types';
import type { Correction } from './reimbursement.rules';
import type { Booked, Payment, Reimbursement, Responsible, Share } from './reimbursement.types';

const VIEW = `select r.id, r.programme, r.beneficiary_id as "beneficiaryId", r.instruction_id as "instructionId", i.claim_id as "claimId",
    r.debtor_county as "debtorCounty", r.debtor_elsewhere as "debtorElsewhere", r.creditor_county as "creditorCounty",
    r.creditor_elsewhere as "creditorElsewhere", lower(r.period) as "from", upper(r.period) as "until", r.fen, r.state,
    r.booked_at as "bookedAt", r.settled_by as "settledBy", r.settled_at as "settledAt", r.document_no as "documentNo"
  from reimbursement r left join instruction i on i.id = r.instruction_id`;

/** What places owe each other; the money itself is the ledger's. */
@Injectable()
export class ReimbursementRepository {
  /** What was ordered to be paid for a beneficiary, by whom, and whether it stands with the family. */
  payments(tx: Tx, beneficiaryId: string, programme: string): Promise<Payment[]> {
    return tx.query(
      `select i.id as "instructionId", left(c.division_code, 6) || '000000' as county, lower(i.period) as "from", upper(i.period) as "until",
              i.amount_fen as fen, i.state in ('paid', 'closed') as "isPaid",
              (select (min(b.prepared_at) at time zone 'Asia/Shanghai')::date from attempt t join payment_batch b on b.id = t.batch_id
                where t.instruction_id = i.id and b.kind = 'regular') as "bornOn"
         from instruction i join claim c on c.id = i.claim_id
        where i.beneficiary_id = $1 and i.programme = $2 and c.division_code is not null order by i.id`,
      [beneficiaryId, programme],
    );
  }

  responsible(tx: Tx, beneficiaryId: string, programme: string): Promise<Responsible[]> {
    return tx.query(
      `select county_code as county, is_elsewhere as "isElsewhere", lower(valid) as "from", upper(valid) as "until" from authority_period
        where beneficiary_id = $1 and programme = $2 and ended_at is null order by valid`,
      [beneficiaryId, programme],
    );
  }

  booked(tx: Tx, beneficiaryId: string, programme: string): Promise<Booked[]> {
    return tx.query(
      `select r.id, r.instruction_id as "instructionId", r.debtor_county as "debtorCounty", r.debtor_elsewhere as "debtorElsewhere",
              r.creditor_county as "creditorCounty", r.creditor_elsewhere as "creditorElsewhere", r.fen, r.state
         from reimbursement r join instruction i on i.id = r.instruction_id
        where i.beneficiary_id = $1 and r.programme = $2 and r.state in ('open', 'settled') order by r.id`,
      [beneficiaryId, programme],
    );
  }

  /** Without an id of another's, one in the order of booking: debts of one instant are told apart by it. */
  async insert(
    tx: Tx,
    made: NonNullable<Correction['book']> & {
      id: string | null;
      programme: string;
      beneficiaryId: string;
      instructionId: string | null;
      decisionId: string | null;
      askedBy: string | null;
    },
    at: Date,
  ): Promise<string> {
    const [row] = await tx.query<{ id: string }>(
      `insert into reimbursement (id, programme, beneficiary_id, instruction_id, decision_id, debtor_county, debtor_elsewhere,
         creditor_county, creditor_elsewhere, period, fen, asked_by, booked_at)
       values (coalesce($1, uuidv7()), $2, $3, $4, $5, $6, $7, $8, $9, daterange($10, $11), $12, $13, $14) returning id`,
      [
        made.id,
        made.programme,
        made.beneficiaryId,
        made.instructionId,
        made.decisionId,
        made.debtor.county,
        made.debtor.isElsewhere,
        made.creditor.county,
        made.creditor.isElsewhere,
        made.from,
        made.until,
        made.fen,
        made.askedBy,
        at,
      ],
    );
    return row!.id;
  }

  async insertShares(
    tx: Tx,
    id: string,
    side: Share['side'],
    shares: readonly { level: Level; fen: Fen }[],
  ): Promise<void> {
    await tx.query(
      `insert into reimbursement_share (reimbursement_id, side, level, fen)
       select $1, $2, s.level, s.fen from unnest($3::text[], $4::bigint[]) s (level, fen)`,
      [id, side, shares.map(({ level }) => level), shares.map(({ fen }) => fen)],
    );
  }

  /** Open ones of these ids, dropped now; what was settled meanwhile stays. */
  drop(tx: Tx, ids: readonly string[], at: Date): Promise<Reimbursement[]> {
    return tx.query(
      `with dropped as (
         update reimbursement set state = 'dropped', dropped_at = $2 where id = any($1::uuid[]) and state = 'open' returning id)
       ${VIEW} where r.id in (select id from dropped) order by r.id`,
      [ids, at],
    );
  }

  async findForUpdate(tx: Tx, id: string): Promise<Reimbursement | undefined> {
    await tx.query('select from reimbursement where id = $1 for update', [id]);
    return (await tx.query<Reimbursement>(`${VIEW} where r.id = $1`, [id]))[0];
  }

  async settle(tx: Tx, id: string, by: { actor: string; documentNo: string }, at: Date): Promise<void> {
    await tx.query(
      `update reimbursement set state = 'settled', settled_by = $2, document_no = $3, settled_at = $4 where id = $1`,
      [id, by.actor, by.documentNo, at],
    );
  }

  list(
    read: Tx,
    filter: { prefix: string; state: string | null },
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<Reimbursement[]> {
    return read.query(
      `${VIEW} where (r.debtor_county ^@ $1 or r.creditor_county ^@ $1) and ($2::text is null or r.state = $2)
          and ($3::timestamptz is null or (r.booked_at, r.id) > ($3, $4::uuid)) order by r.booked_at, r.id limit $5`,
      [filter.prefix, filter.state, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
  }

  byIds(read: Tx, ids: readonly string[]): Promise<Reimbursement[]> {
    return read.query(`${VIEW} where r.id = any($1::uuid[])`, [ids]);
  }

  ofDecisions(read: Tx, ids: readonly string[]): Promise<(Reimbursement & { decisionId: string })[]> {
    return read.query(
      `select v.*, d.decision_id as "decisionId" from (${VIEW}) v join reimbursement d on d.id = v.id
        where d.decision_id = any($1::uuid[]) order by d.booked_at, v.id`,
      [ids],
    );
  }

  shares(read: Tx, ids: readonly string[]): Promise<Share[]> {
    return read.query(
      `select reimbursement_id as "reimbursementId", side, level, fen from reimbursement_share
        where reimbursement_id = any($1::uuid[])
        order by reimbursement_id, side, array_position(array['central', 'province', 'city', 'county'], level)`,
      [ids],
    );
  }

  /** Beneficiaries whose money moved since their place was decided: paid for another's days, or come back. */
  behind(read: Tx, limit: number): Promise<{ beneficiaryId: string; programme: string }[]> {
    return read.query(
      `select i.beneficiary_id as "beneficiaryId", i.programme from instruction i
         join authority_period a on a.beneficiary_id = i.beneficiary_id and a.programme = i.programme and a.ended_at is null and a.valid && i.period
         join claim c on c.id = i.claim_id
        where i.state in ('paid', 'closed') and left(c.division_code, 6) <> left(a.county_code, 6)
          and not exists (select from reimbursement r where r.instruction_id = i.id and r.state in ('open', 'settled'))
       union
       select i.beneficiary_id, i.programme from reimbursement r join instruction i on i.id = r.instruction_id
        where r.state = 'open' and i.state not in ('paid', 'closed')
       order by 1, 2 limit $1`,
      [limit],
    );
  }

  /** The place that owes is of another installation, and has to be told. */
  async want(tx: Tx, id: string, at: Date): Promise<string> {
    const [row] = await tx.query<{ id: string }>(
      `insert into place_matter (kind, programme, person_id, from_county, to_county, reimbursement_id, made_by, made_at)
       select 'settle-payment', r.programme, b.person_id, r.creditor_county, r.debtor_county, r.id, 'system:portability', $2
         from reimbursement r join beneficiary b on b.id = r.beneficiary_id where r.id = $1 and b.person_id is not null returning id`,
      [id, at],
    );
    return row!.id;
  }

  async lock(tx: Tx, beneficiaryId: string): Promise<void> {
    await tx.query('select from beneficiary where id = $1 for no key update', [beneficiaryId]);
  }
}

import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type {
  LegacyCase,
  LegacyDeletion,
  LegacyFilter,
  LegacyMemo,
  LegacyPayment,
  LegacyRow,
  RefundReview,
  ReviewState,
  SortedPayment,
} from './legacy-fee.types';

/** A line that is ready to be taken in: numbers sealed, payments sorted. */
export interface ReadyCase extends Omit<LegacyRow, 'idNumber' | 'paidFen'> {
  readonly id: string;
  readonly line: number;
  readonly hash: Buffer;
  readonly number: { readonly sealed: Buffer; readonly key: Buffer; readonly mask: string } | null;
  readonly payments: readonly (SortedPayment & { readonly id: string })[];
}

const CASE = `c.id, c.office_code as "officeCode", c.case_no as "caseNo", c.payer_name as "payerName", c.number_mask as "numberMask",
  c.decided_on as "decidedOn", c.levied_fen as "leviedFen", c.paid_fen as "paidFen", c.mispaid_fen as "mispaidFen",
  c.ceased_fen as "ceasedFen", c.close_out as "closeOut", c.court_state as "courtState",
  c.court_document as "courtDocument", c.source_ref as "sourceRef",
  exists (select from legacy_refund_review r where r.case_id = c.id and r.state in ('opened', 'verified')) as "isInRefundReview"`;
const REVIEW = `id, case_id as "caseId", payment_id as "paymentId", fen, state, found_by_unit as "foundByUnit", reason,
  opened_by as "openedBy", opened_on as "openedOn", answer_by as "answerBy", verified_by as "verifiedBy", decided_by as "decidedBy", decision`;

/** The SQL about the closed register. It has no statement that writes an amount but the taking in of old ledgers. */
@Injectable()
export class LegacyFeeRepository {
  take(tx: Tx, cases: readonly ReadyCase[], at: Date): Promise<{ line: number; outcome: string }[]> {
    const rows = cases.map(
      ({ officeCode, leviedFen, decidedOn, courtState, courtDocument, sourceRef, payerName, ...one }) => ({
        id: one.id,
        line: one.line,
        hash: one.hash.toString('hex'),
        office: officeCode,
        caseNo: one.caseNo,
        name: payerName,
        sealed: one.number?.sealed.toString('hex') ?? null,
        key: one.number?.key.toString('hex') ?? null,
        mask: one.number?.mask ?? null,
        decided: decidedOn,
        levied: leviedFen?.toString() ?? null,
        courtState,
        court: courtDocument,
        source: sourceRef,
        payments: one.payments.map(({ id, paidOn, fen, receiptNo, payerName: payer, error }) => ({
          id,
          paidOn,
          fen: fen.toString(),
          receipt: receiptNo,
          payer,
          error,
        })),
      }),
    );
    return tx.query<{ line: number; outcome: string }>('select line, outcome from legacy_fee_take($1::jsonb, $2)', [
      JSON.stringify(rows),
      at,
    ]);
  }

  async seal(tx: Tx, officeCode: string, today: Day): Promise<void> {
    await tx.query('select legacy_fee_seal($1, $2)', [officeCode, today]);
  }

  async endCourt(tx: Tx, caseId: string, document: string): Promise<void> {
    await tx.query('select legacy_fee_end_court($1, $2)', [caseId, document]);
  }

  deletions(read: Read, prefix: string): Promise<LegacyDeletion[]> {
    return read.query<LegacyDeletion>(
      `select id, office_code as "officeCode", taken_before as "takenBefore", cases, payments, letters, by_actor as "byActor", at
         from legacy_deletion where office_code ^@ $1 order by id`,
      [prefix],
    );
  }

  async forget(tx: Tx, officeCode: string, today: Day, at: Date): Promise<number> {
    const [row] = await tx.query<{ n: number }>('select legacy_fee_forget($1, $2, $3) as n', [officeCode, today, at]);
    return row!.n;
  }

  offices(read: Read): Promise<{ officeCode: string; sealedOn: Day | null }[]> {
    return read.query<{ officeCode: string; sealedOn: Day | null }>(
      `select office_code as "officeCode", sealed_on as "sealedOn" from legacy_fee_office order by 1`,
    );
  }

  list(read: Read, filter: LegacyFilter, after: readonly string[] | null, limit: number): Promise<LegacyCase[]> {
    return read.query<LegacyCase>(
      `select ${CASE} from legacy_fee_case c
        where c.office_code ^@ $1 and ($2::text is null or c.case_no = $2) and ($3::text is null or c.close_out = $3)
          and ($4::bytea is null or c.number_key = $4) and ($5::uuid is null or c.id > $5) order by c.id limit $6`,
      [filter.prefix, filter.caseNo, filter.closeOut, filter.numberKey, after?.[0] ?? null, limit],
    );
  }

  own(read: Read): Promise<LegacyCase[]> {
    return read.query<LegacyCase>(
      `select ${CASE} from legacy_fee_case c where c.number_key = guard_key() order by c.id`,
    );
  }

  async byId(read: Read, id: string): Promise<(LegacyCase & { readonly numberKey: Buffer | null }) | undefined> {
    const [row] = await read.query<LegacyCase & { numberKey: Buffer | null }>(
      `select ${CASE}, c.number_key as "numberKey" from legacy_fee_case c where c.id = $1`,
      [id],
    );
    return row;
  }

  payments(read: Read, caseIds: readonly string[]): Promise<LegacyPayment[]> {
    return read.query<LegacyPayment>(
      `select id, case_id as "caseId", paid_on as "paidOn", fen, receipt_no as "receiptNo", payer_name as "payerName", error
         from legacy_fee_payment where case_id = any ($1) order by paid_on nulls first, id`,
      [caseIds],
    );
  }

  reviews(read: Read, caseIds: readonly string[]): Promise<RefundReview[]> {
    return read.query<RefundReview>(
      `select ${REVIEW} from legacy_refund_review where case_id = any ($1) order by opened_at, id`,
      [caseIds],
    );
  }

  async reviewForUpdate(tx: Tx, id: string): Promise<RefundReview | undefined> {
    const [row] = await tx.query<RefundReview>(
      `select ${REVIEW} from legacy_refund_review where id = $1 for no key update`,
      [id],
    );
    return row;
  }

  async insertReview(
    tx: Tx,
    review: {
      id: string;
      payment: LegacyPayment;
      foundByUnit: boolean;
      reason: string;
      openedOn: Day;
      answerBy: Day | null;
    },
    at: Date,
  ): Promise<void> {
    const { id, payment, foundByUnit, reason, openedOn, answerBy } = review;
    await tx.query(
      `insert into legacy_refund_review (id, case_id, payment_id, fen, state, found_by_unit, reason, opened_on, opened_at, answer_by)
       values ($1, $2, $3, $4, 'opened', $5, $6, $7, $8, $9)`,
      [id, payment.caseId, payment.id, payment.fen, foundByUnit, reason, openedOn, at, answerBy],
    );
  }

  async moveReview(
    tx: Tx,
    id: string,
    to: ReviewState,
    by: { verifiedBy?: string; decidedBy?: string; decision?: string; decidedAt?: Date; answerBy: Day | null },
  ): Promise<void> {
    await tx.query(
      `update legacy_refund_review set state = $2, answer_by = $3, verified_by = coalesce($4, verified_by), decided_by = $5,
         decided_at = $6, decision = $7 where id = $1`,
      [id, to, by.answerBy, by.verifiedBy ?? null, by.decidedBy ?? null, by.decidedAt ?? null, by.decision ?? null],
    );
  }

  memo(read: Read, prefix: string): Promise<LegacyMemo[]> {
    const of = (closeOut: string) => `(count(*) filter (where c.close_out = '${closeOut}'))::int`;
    return read.query<LegacyMemo>(
      `select o.office_code as "officeCode", o.sealed_on as "sealedOn", count(c.id)::int as cases,
              ${of('CLOSED_PAID')} as "closedPaid", ${of('CLOSED_PARTIAL_REMAINDER_CEASED')} as "remainderCeased",
              ${of('CLOSED_UNPAID_CEASED')} as "unpaidCeased", ${of('CLOSED_NO_DECISION')} as "withoutDecision",
              (count(*) filter (where c.court_state = 'pending'))::int as "courtPending",
              (count(*) filter (where c.court_state = 'ended'))::int as "courtEnded",
              (count(*) filter (where exists (select from legacy_refund_review r where r.case_id = c.id and r.state in ('opened', 'verified'))))::int
                as "inRefundReview",
              coalesce(sum(c.levied_fen), 0)::bigint as "leviedFen", coalesce(sum(c.paid_fen), 0)::bigint as "paidFen",
              coalesce(sum(c.ceased_fen), 0)::bigint as "ceasedFen", coalesce(sum(c.mispaid_fen), 0)::bigint as "mispaidFen",
              coalesce(sum((select sum(r.fen) from legacy_refund_review r where r.case_id = c.id and r.state = 'approved')), 0)::bigint
                as "refundApprovedFen"
         from legacy_fee_office o left join legacy_fee_case c on c.office_code = o.office_code
        where o.office_code ^@ $1 group by o.office_code order by o.office_code`,
      [prefix],
    );
  }
}

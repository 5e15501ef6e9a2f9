import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { RefundState } from './refund.state';
import type {
  NewRefund,
  RefundAccountRow,
  RefundFilter,
  RefundPaymentRow,
  RefundRoute,
  RefundRow,
  RefundStepRow,
} from './refund.types';

const REFUND = `id, kind, source_id as "sourceId", division_code as "divisionCode", fen, payer_name as "payerName",
  payer_key as "payerKey", reason, found_by_unit as "foundByUnit", received_on as "receivedOn",
  original_receipt_no as "originalReceiptNo", quoted_receipt_no as "quotedReceiptNo", route, state, opened_by as "openedBy",
  opened_on as "openedOn", due_on as "dueOn", verified_by as "verifiedBy", approved_by as "approvedBy", account_id as "accountId",
  tries, ended_on as "endedOn"`;
const ACCOUNT = `id, refund_id as "refundId", no, holder_name as "holderName", account_mask as "accountMask", bank, reason`;

/** What a move may change beside the state. */
export interface RefundChange {
  readonly dueOn: Day | null;
  readonly quotedReceiptNo?: string | null;
  readonly originalReceiptNo?: string | null;
  readonly route?: RefundRoute;
  readonly verifiedBy?: string;
  readonly approved?: { readonly by: string; readonly at: Date; readonly steppedUpAt: Date };
  readonly accountId?: string;
  readonly tries?: number;
  readonly endedOn?: Day | null;
}

export interface SealedAccount extends Pick<RefundAccountRow, 'id' | 'refundId' | 'no' | 'holderName' | 'accountMask'> {
  readonly accountSealed: Buffer;
  readonly accountKey: Buffer;
  readonly bank: string;
  readonly reason: string | null;
}

/** The SQL about refunds. */
@Injectable()
export class RefundRepository {
  async insert(
    tx: Tx,
    refund: NewRefund & { id: string; foundByUnit: boolean; openedOn: Day; dueOn: Day | null; at: Date },
  ): Promise<void> {
    await tx.query(
      `insert into refund (id, kind, source_id, division_code, fen, payer_name, payer_key, reason, found_by_unit, received_on,
         original_receipt_no, state, opened_on, opened_at, due_on)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'asked', $12, $13, $14)`,
      [
        refund.id,
        refund.kind,
        refund.sourceId,
        refund.divisionCode,
        refund.fen,
        refund.payerName,
        refund.payerKey,
        refund.reason,
        refund.foundByUnit,
        refund.receivedOn ?? null,
        refund.originalReceiptNo ?? null,
        refund.openedOn,
        refund.at,
        refund.dueOn,
      ],
    );
  }

  async insertAccount(tx: Tx, account: SealedAccount, at: Date): Promise<void> {
    await tx.query(
      `insert into refund_account (id, refund_id, no, holder_name, account_sealed, account_key, account_mask, bank, reason, given_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        account.id,
        account.refundId,
        account.no,
        account.holderName,
        account.accountSealed,
        account.accountKey,
        account.accountMask,
        account.bank,
        account.reason,
        at,
      ],
    );
  }

  async step(
    tx: Tx,
    refundId: string,
    from: RefundState | null,
    to: RefundState,
    note: string | null,
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into refund_step (refund_id, seq, from_state, to_state, note, at)
       select $1, 1 + count(*), $2, $3, $4, $5 from refund_step where refund_id = $1`,
      [refundId, from, to, note, at],
    );
  }

  async findForUpdate(tx: Tx, id: string): Promise<RefundRow | undefined> {
    const [row] = await tx.query<RefundRow>(`select ${REFUND} from refund where id = $1 for no key update`, [id]);
    return row;
  }

  async find(read: Read, id: string): Promise<RefundRow | undefined> {
    return (await read.query<RefundRow>(`select ${REFUND} from refund where id = $1`, [id]))[0];
  }

  /** By day of opening; `after` is the id of the last one seen, and ids are in the order of time. */
  list(read: Read, filter: RefundFilter, after: string | null, limit: number): Promise<RefundRow[]> {
    return read.query<RefundRow>(
      `select ${REFUND} from refund
        where division_code ^@ $1 and ($2::text is null or state = $2) and ($4::uuid is null or id > $4)
          and ($3::date is null or (due_on < $3 and state not in ('confirmed', 'rejected'))) order by id limit $5`,
      [filter.prefix, filter.state, filter.overdueOn, after, limit],
    );
  }

  own(read: Read): Promise<RefundRow[]> {
    return read.query<RefundRow>(`select ${REFUND} from refund where payer_key = guard_key() order by id`);
  }

  ofSources(read: Read, sourceIds: readonly string[]): Promise<RefundRow[]> {
    return read.query<RefundRow>(`select ${REFUND} from refund where source_id = any ($1) order by id`, [sourceIds]);
  }

  byIds(read: Read, ids: readonly string[]): Promise<RefundRow[]> {
    return read.query<RefundRow>(`select ${REFUND} from refund where id = any ($1) order by id`, [ids]);
  }

  /** Approved and not yet in a file, of one county. */
  approved(read: Read, county: string, limit: number): Promise<RefundRow[]> {
    return read.query<RefundRow>(
      `select ${REFUND} from refund where division_code ^@ left($1, 6) and state = 'approved' order by id limit $2`,
      [county, limit],
    );
  }

  async approvedCounties(read: Read): Promise<string[]> {
    const rows = await read.query<{ county: string }>(
      `select distinct rpad(left(division_code, 6), 12, '0') as county from refund where state = 'approved' order by 1`,
    );
    return rows.map(({ county }) => county);
  }

  async insertPayment(tx: Tx, payment: RefundPaymentRow): Promise<void> {
    const { refundId, tryNo, fileId, line, endToEndId, accountId, fen } = payment;
    await tx.query(
      `insert into refund_payment (refund_id, try_no, file_id, line, end_to_end_id, account_id, fen) values ($1, $2, $3, $4, $5, $6, $7)`,
      [refundId, tryNo, fileId, line, endToEndId, accountId, fen],
    );
  }

  payments(read: Read, fileId: string): Promise<RefundPaymentRow[]> {
    return read.query<RefundPaymentRow>(
      `select refund_id as "refundId", try_no as "tryNo", file_id as "fileId", line, end_to_end_id as "endToEndId",
              account_id as "accountId", fen from refund_payment where file_id = $1 order by line`,
      [fileId],
    );
  }

  accounts(read: Read, refundIds: readonly string[]): Promise<RefundAccountRow[]> {
    return read.query<RefundAccountRow>(
      `select ${ACCOUNT} from refund_account where refund_id = any ($1) order by refund_id, no`,
      [refundIds],
    );
  }

  sealed(read: Read, ids: readonly string[]): Promise<SealedAccount[]> {
    return read.query<SealedAccount>(
      `select ${ACCOUNT}, account_sealed as "accountSealed", account_key as "accountKey" from refund_account where id = any ($1)`,
      [ids],
    );
  }

  steps(read: Read, refundIds: readonly string[]): Promise<RefundStepRow[]> {
    return read.query<RefundStepRow>(
      `select refund_id as "refundId", seq, from_state as "fromState", to_state as "toState", note, actor, at
         from refund_step where refund_id = any ($1) order by refund_id, seq`,
      [refundIds],
    );
  }

  /** What the ledger still has reserved for it. */
  async reserved(read: Read, id: string): Promise<string[]> {
    const rows = await read.query<{ id: string }>(
      `select t.id from transfer t where t.ref = $1 and t.kind = 'pending'
          and not exists (select from transfer e where e.pending_id = t.id) order by t.id`,
      [id],
    );
    return rows.map((row) => row.id);
  }

  async move(tx: Tx, id: string, to: RefundState, change: RefundChange): Promise<void> {
    const { approved } = change;
    await tx.query(
      `update refund set state = $2, due_on = $3, quoted_receipt_no = coalesce($4, quoted_receipt_no),
         original_receipt_no = coalesce(original_receipt_no, $5), route = coalesce($6, route), verified_by = coalesce($7, verified_by),
         approved_by = coalesce($8, approved_by), approved_at = coalesce($9, approved_at),
         stepped_up_at = coalesce($10, stepped_up_at), account_id = coalesce($11, account_id), tries = coalesce($12, tries),
         ended_on = $13
        where id = $1`,
      [
        id,
        to,
        change.dueOn,
        change.quotedReceiptNo ?? null,
        change.originalReceiptNo ?? null,
        change.route ?? null,
        change.verifiedBy ?? null,
        approved?.by ?? null,
        approved?.at ?? null,
        approved?.steppedUpAt ?? null,
        change.accountId ?? null,
        change.tries ?? null,
        change.endedOn ?? null,
      ],
    );
  }
}

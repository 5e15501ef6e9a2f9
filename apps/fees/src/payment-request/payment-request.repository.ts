import type { Read, Tx } from '@app/database';
import type { Day, Fen } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { NewPaymentRequest, PaymentRequest } from './payment-request.types';

const COLUMNS = `id, reference, receivable_id as "receivableId", division_code as "divisionCode", debtor_name as "debtorName", fen,
  paid_fen as "paidFen", left_fen as "leftFen", state, due_on as "dueOn", instalment_id as "instalmentId", asked_on as "askedOn",
  asked_by as "askedBy", cancel_reason as "cancelReason"`;

/** The SQL about payment requests. */
@Injectable()
export class PaymentRequestRepository {
  /** What is open of a receivable, which nobody else changes until this transaction ends. */
  async openForUpdate(tx: Tx, receivableId: string): Promise<{ divisionCode: string; openFen: Fen } | undefined> {
    await tx.query('select receivable_lock(array[$1::uuid])', [receivableId]);
    const [row] = await tx.query<{ divisionCode: string; openFen: Fen }>(
      `select division_code as "divisionCode", open_fen as "openFen" from receivable where id = $1`,
      [receivableId],
    );
    return row;
  }

  /** The next number of a county and year; whoever asks at the same time waits for this transaction. */
  async nextCount(tx: Tx, county: string, year: number): Promise<number> {
    const [row] = await tx.query<{ last: number }>(
      `insert into payment_request_counter as c (county_code, year, last) values ($1, $2, 1)
       on conflict (county_code, year) do update set last = c.last + 1 returning last`,
      [county, year],
    );
    return row!.last;
  }

  async insert(
    tx: Tx,
    request: NewPaymentRequest & { readonly id: string; readonly reference: string; readonly askedOn: Day },
    at: Date,
  ): Promise<void> {
    const { id, reference, receivableId, fen, dueOn, instalmentId, askedOn } = request;
    await tx.query(
      `insert into payment_request (id, reference, receivable_id, fen, due_on, instalment_id, asked_on, asked_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, reference, receivableId, fen, dueOn, instalmentId, askedOn, at],
    );
  }

  async cancel(tx: Tx, ids: readonly string[], reason: string, at: Date): Promise<void> {
    await tx.query(
      `update payment_request set cancelled_by = guard_text('actor'), cancelled_at = $2, cancel_reason = $3
        where id = any ($1)`,
      [ids, at, reason],
    );
  }

  /** Those that still ask for something: earliest due first, those without a day last. */
  stillOpen(read: Read, receivableId: string): Promise<PaymentRequest[]> {
    return read.query<PaymentRequest>(
      `select ${COLUMNS} from payment_request where receivable_id = $1 and state in ('open', 'part')
        order by due_on nulls last, reference`,
      [receivableId],
    );
  }

  ofReceivables(read: Read, receivableIds: readonly string[]): Promise<PaymentRequest[]> {
    return read.query<PaymentRequest>(
      `select ${COLUMNS} from payment_request where receivable_id = any ($1) order by asked_at, reference`,
      [receivableIds],
    );
  }

  byReferences(read: Read, references: readonly string[]): Promise<PaymentRequest[]> {
    return read.query<PaymentRequest>(
      `select ${COLUMNS} from payment_request where reference = any ($1) order by reference`,
      [references],
    );
  }

  byIds(read: Read, ids: readonly string[]): Promise<PaymentRequest[]> {
    return read.query<PaymentRequest>(`select ${COLUMNS} from payment_request where id = any ($1::uuid[])`, [ids]);
  }

  async byId(
    read: Read,
    id: string,
  ): Promise<(PaymentRequest & { readonly debtorKey: Buffer | null; readonly programme: string }) | undefined> {
    const [row] = await read.query<PaymentRequest & { debtorKey: Buffer | null; programme: string }>(
      `select ${COLUMNS}, debtor_key as "debtorKey", programme from payment_request where id = $1`,
      [id],
    );
    return row;
  }
}

import type { Read, Tx } from '@app/database';
import type { Day, Fen } from '@app/kernel';
import { type Ledger, transferIdSql } from '@app/ledger';
import { Injectable } from '@nestjs/common';
import type {
  BankReceipt,
  EntryAside,
  ReceiptFilter,
  ReceivingAccount,
  StatedEntry,
  StatedReceipt,
} from './bank-receipt.types';

const RECEIPT = `id, account, division_code as "divisionCode", bank_ref as "bankRef", booked_on as "bookedOn", fen,
  payer_name as "payerName", payer_account_mask as "payerAccountMask", payer_bank as "payerBank", remittance,
  found_references as "foundReferences", matched_fen as "matchedFen", refundable_fen as "refundableFen", left_fen as "leftFen", state,
  taken_by as "takenBy", taken_at as "takenAt"`;
const ASIDE = `id, account, division_code as "divisionCode", line, bank_ref as "bankRef", booked_at as "bookedAt", amount, code,
  set_aside_at as "setAsideAt", settled_by as "settledBy", note`;
const ACCOUNT = `account, division_code as "divisionCode", bank, holder_name as "holderName"`;

/** A receipt that is ready to be written: its number sealed, its references found. */
export interface ReadyReceipt extends Omit<StatedReceipt, 'payerAccount'> {
  readonly id: string;
  readonly line: number;
  readonly payer: { readonly sealed: Buffer; readonly mask: string } | null;
  readonly references: readonly string[];
}

export interface ReadyAside extends Pick<StatedEntry, 'line' | 'bankRef' | 'bookedAt' | 'amount'> {
  readonly id: string;
  readonly hash: Buffer;
  readonly code: string;
}

/** The SQL about receipts. */
@Injectable()
export class BankReceiptRepository {
  async openAccount(tx: Tx, { account, divisionCode, bank, holderName }: ReceivingAccount, at: Date): Promise<void> {
    await tx.query(
      `insert into receiving_account (account, division_code, bank, holder_name, opened_at) values ($1, $2, $3, $4, $5)`,
      [account, divisionCode, bank, holderName, at],
    );
  }

  async account(read: Read, account: string): Promise<ReceivingAccount | undefined> {
    return (
      await read.query<ReceivingAccount>(`select ${ACCOUNT} from receiving_account where account = $1`, [account])
    )[0];
  }

  accounts(read: Read, prefix: string): Promise<ReceivingAccount[]> {
    return read.query<ReceivingAccount>(
      `select ${ACCOUNT} from receiving_account where division_code ^@ $1 order by division_code, account`,
      [prefix],
    );
  }

  async insertNotice(
    tx: Tx,
    notice: { id: string; format: string; messageId: string | null; sha256: Buffer | null },
    { account, divisionCode }: ReceivingAccount,
    at: Date,
  ): Promise<void> {
    const { id, format, messageId, sha256 } = notice;
    await tx.query(
      `insert into bank_notice (id, account, division_code, format, message_id, sha256, taken_at) values ($1, $2, $3, $4, $5, $6, $7)`,
      [id, account, divisionCode, format, messageId, sha256, at],
    );
  }

  /** What is there already by its reference is left alone; returns the ids of those that are new. */
  async insert(
    tx: Tx,
    noticeId: string,
    { account, divisionCode }: ReceivingAccount,
    ready: readonly ReadyReceipt[],
    at: Date,
  ): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }>(
      `insert into bank_receipt (id, notice_id, account, division_code, bank_ref, booked_on, fen, payer_name, payer_account_sealed,
         payer_account_mask, payer_bank, remittance, found_references, taken_at)
       select r.id, $1, $2, $3, r.ref, r.day, r.fen, r.name, r.sealed, r.mask, r.bank, r.text, string_to_array(r.found, ' '), $4
         from unnest($5::uuid[], $6::text[], $7::date[], $8::bigint[], $9::text[], $10::bytea[], $11::text[], $12::text[], $13::text[],
                     $14::text[]) r (id, ref, day, fen, name, sealed, mask, bank, text, found)
       on conflict (account, bank_ref) do nothing returning id`,
      [
        noticeId,
        account,
        divisionCode,
        at,
        ready.map((row) => row.id),
        ready.map((row) => row.bankRef),
        ready.map((row) => row.bookedOn),
        ready.map((row) => row.fen),
        ready.map((row) => row.payerName),
        ready.map((row) => row.payer?.sealed ?? null),
        ready.map((row) => row.payer?.mask ?? null),
        ready.map((row) => row.payerBank),
        ready.map((row) => row.remittance),
        ready.map((row) => row.references.join(' ')),
      ],
    );
    return new Set(rows.map(({ id }) => id));
  }

  byReferences(
    read: Read,
    account: string,
    bankRefs: readonly string[],
  ): Promise<Pick<BankReceipt, 'bankRef' | 'fen' | 'bookedOn'>[]> {
    return read.query<Pick<BankReceipt, 'bankRef' | 'fen' | 'bookedOn'>>(
      `select bank_ref as "bankRef", fen, booked_on as "bookedOn" from bank_receipt where account = $1 and bank_ref = any ($2)`,
      [account, bankRefs],
    );
  }

  /** What a notice brought comes out of the bank's account into the one of money without a match, each under its receipt. */
  postNotice(tx: Tx, ledger: Ledger, noticeId: string, from: string, to: string, at: Date): Promise<number> {
    return ledger.postFrom(
      tx,
      `select ${transferIdSql(`'received:' || b.id`)} as id, $2::text as debit, $3::text as credit, b.fen, 'received' as code, b.id as ref,
              $4::timestamptz as at
         from bank_receipt b where b.notice_id = $1`,
      [noticeId, from, to, at],
    );
  }

  async insertAside(
    tx: Tx,
    noticeId: string,
    { account, divisionCode }: ReceivingAccount,
    aside: readonly ReadyAside[],
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into bank_entry_aside (id, notice_id, account, division_code, entry_hash, line, bank_ref, booked_at, amount, code, set_aside_at)
       select a.id, $1, $2, $3, a.hash, a.line, a.ref, a.booked, a.amount, a.code, $4
         from unnest($5::uuid[], $6::bytea[], $7::int[], $8::text[], $9::text[], $10::text[], $11::text[])
              a (id, hash, line, ref, booked, amount, code)
       on conflict (account, entry_hash) do nothing`,
      [
        noticeId,
        account,
        divisionCode,
        at,
        aside.map((row) => row.id),
        aside.map((row) => row.hash),
        aside.map((row) => row.line),
        aside.map((row) => row.bankRef),
        aside.map((row) => row.bookedAt),
        aside.map((row) => row.amount),
        aside.map((row) => row.code),
      ],
    );
  }

  /** By day of booking, the oldest first. */
  list(read: Read, filter: ReceiptFilter, after: readonly string[] | null, limit: number): Promise<BankReceipt[]> {
    return read.query<BankReceipt>(
      `select ${RECEIPT} from bank_receipt
        where division_code ^@ $1 and ($2::text is null or state = $2) and (not $3 or left_fen > 0)
          and ($4::date is null or booked_on <= $4) and ($5::text is null or $5 = any (found_references))
          and ($6::date is null or (booked_on, id) > ($6, $7::uuid)) order by booked_on, id limit $8`,
      [
        filter.prefix,
        filter.state,
        filter.isOpen,
        filter.bookedUntil,
        filter.reference,
        after?.[0] ?? null,
        after?.[1] ?? null,
        limit,
      ],
    );
  }

  async find(read: Read, id: string): Promise<BankReceipt | undefined> {
    return (await read.query<BankReceipt>(`select ${RECEIPT} from bank_receipt where id = $1`, [id]))[0];
  }

  async findForUpdate(tx: Tx, id: string): Promise<BankReceipt | undefined> {
    return (
      await tx.query<BankReceipt>(`select ${RECEIPT} from bank_receipt where id = $1 for no key update`, [id])
    )[0];
  }

  /** Whose money of which nothing is used lies how long. Bands begin at the given days. */
  ageing(
    read: Read,
    prefix: string,
    today: Day,
    fromDays: readonly number[],
  ): Promise<{ fromDays: number; receipts: number; fen: Fen }[]> {
    return read.query<{ fromDays: number; receipts: number; fen: Fen }>(
      `select b.days as "fromDays", count(r.id)::int as receipts, coalesce(sum(r.left_fen), 0)::bigint as fen
         from unnest($3::int[], $4::int[]) b (days, until)
         left join bank_receipt r on r.left_fen > 0 and r.division_code ^@ $1
               and ($2::date - r.booked_on) >= b.days and (b.until is null or ($2::date - r.booked_on) < b.until)
        group by b.days order by b.days`,
      [prefix, today, fromDays, fromDays.map((_, index) => fromDays[index + 1] ?? null)],
    );
  }

  async addRefundable(tx: Tx, id: string, fen: Fen): Promise<void> {
    await tx.query('update bank_receipt set refundable_fen = refundable_fen + $2 where id = $1', [id, fen]);
  }

  async sealedPayer(read: Read, id: string): Promise<Buffer | null> {
    const [row] = await read.query<{ sealed: Buffer | null }>(
      'select payer_account_sealed as sealed from bank_receipt where id = $1',
      [id],
    );
    return row?.sealed ?? null;
  }

  asides(read: Read, prefix: string, isSettled: boolean, after: string | null, limit: number): Promise<EntryAside[]> {
    return read.query<EntryAside>(
      `select ${ASIDE} from bank_entry_aside
        where division_code ^@ $1 and (settled_at is not null) = $2 and ($3::uuid is null or id > $3) order by id limit $4`,
      [prefix, isSettled, after, limit],
    );
  }

  async asideForUpdate(tx: Tx, id: string): Promise<EntryAside | undefined> {
    return (
      await tx.query<EntryAside>(`select ${ASIDE} from bank_entry_aside where id = $1 for no key update`, [id])
    )[0];
  }

  async settleAside(tx: Tx, id: string, actor: string, note: string, at: Date): Promise<void> {
    await tx.query('update bank_entry_aside set settled_by = $2, note = $3, settled_at = $4 where id = $1', [
      id,
      actor,
      note,
      at,
    ]);
  }
}

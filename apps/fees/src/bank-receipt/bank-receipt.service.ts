import { currentContext, type Database, type Tx } from '@app/database';
import { addDays, CLOCK, type Clock, countyOf, type Day, type DivisionCode, type Fen } from '@app/kernel';
import { Ledger, transferId } from '@app/ledger';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { accountOf } from '../ledger/ledger.rules';
import { ParameterService } from '../parameter/parameter.service';
import { sealOf } from '../parameter/sealed-columns.types';
import { refuse } from './bank-receipt.errors';
import { BankReceiptRepository } from './bank-receipt.repository';
import type { AgeingBand, BankReceipt, EntryAside, ReceiptFilter, ReceivingAccount } from './bank-receipt.types';

const KIND = 'bank-receipt';
const ACCOUNT = /^[0-9A-Za-z][0-9A-Za-z-]{0,33}$/;

/** What money came in, what of it is without a match for how long, and what the bank told that is no receipt. */
@Injectable()
export class BankReceiptService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly ledger: Ledger,
    private readonly receipts: BankReceiptRepository,
    private readonly parameters: ParameterService,
  ) {}

  /** Names an account of the authority, once; refuses with RECEIVING_ACCOUNT_OPENED a second county for it. */
  openAccount(what: ReceivingAccount): Promise<ReceivingAccount> {
    const [bank, holderName] = [what.bank.trim(), what.holderName.trim()];
    if (!ACCOUNT.test(what.account) || bank === '' || holderName === '') throw refuse.accountUnreadable();
    const account = { ...what, bank, holderName, divisionCode: countyOf(what.divisionCode as DivisionCode) };
    return this.database.write(async (tx) => {
      await this.receipts.openAccount(tx, account, this.clock.now());
      const { divisionCode: county, account: no } = account;
      await this.ledger.open(tx, [accountOf.bank(county, no), accountOf.unmatched(county, no)]);
      return account;
    });
  }

  accounts(prefix: string): Promise<ReceivingAccount[]> {
    return this.database.read((read) => this.receipts.accounts(read, prefix));
  }

  list(
    { ageDaysMin, ...filter }: Omit<ReceiptFilter, 'bookedUntil'> & { readonly ageDaysMin: number | null },
    after: readonly string[] | null,
    limit: number,
  ): Promise<BankReceipt[]> {
    const bookedUntil = ageDaysMin === null ? null : addDays(this.clock.today(), -ageDaysMin);
    return this.database.read(async (read) => {
      const rows = await this.receipts.list(read, { ...filter, bookedUntil }, after, limit);
      read.disclose(KIND, rows.slice(0, limit - 1)); // The last one only tells whether the page goes on.
      return rows;
    });
  }

  /** Whole days since a booking. */
  ageOf(bookedOn: Day): number {
    return daysBetween(bookedOn, this.clock.today());
  }

  /** What lies without a match, by the days since it was booked. */
  ageing(prefix: string): Promise<AgeingBand[]> {
    return this.database.read(async (read) => {
      const today = this.clock.today();
      const bands = await this.parameters.text(read, 'bank-receipt.ageing-days', prefix.padEnd(12, '0'), today);
      const fromDays = [0, ...bands.split(',').map(Number)];
      const found = await this.receipts.ageing(read, prefix, today, fromDays);
      return found.map((band, index) => ({ ...band, untilDays: fromDays[index + 1] ?? null }));
    });
  }

  asides(prefix: string, isSettled: boolean, after: string | null, limit: number): Promise<EntryAside[]> {
    return this.database.read((read) => this.receipts.asides(read, prefix, isSettled, after, limit));
  }

  /** Says what was done about a booking that is no receipt. */
  settleAside(id: string, text: string): Promise<EntryAside> {
    const note = text.trim();
    if ([...note].length < 4 || [...note].length > 200) throw refuse.noteMissing();
    return this.database.write(async (tx) => {
      const found = await this.receipts.asideForUpdate(tx, id);
      if (!found) throw refuse.asideUnknown(id);
      if (found.settledBy !== null) throw refuse.asideSettled();
      const settledBy = currentContext()!.actor;
      await this.receipts.settleAside(tx, id, settledBy, note, this.clock.now());
      tx.concern('bank-entry-aside', [id]);
      return { ...found, settledBy, note };
    });
  }

  /** Holds a receipt still within another slice's change; refuses with BANK_RECEIPT_UNKNOWN. */
  async lock(tx: Tx, id: string): Promise<BankReceipt> {
    const found = await this.receipts.findForUpdate(tx, id);
    if (!found) throw refuse.receiptUnknown(id);
    return found;
  }

  /** Part of a receipt pays nothing: it stands ready to go back. The account it came from is told, where the bank told it. */
  async makeRefundable(
    tx: Tx,
    receipt: BankReceipt,
    fen: Fen,
  ): Promise<{ holderName: string; account: string; bank: string } | null> {
    const at = this.clock.now();
    const county = receipt.divisionCode;
    const [from, to] = [accountOf.unmatched(county, receipt.account), accountOf.refundable(county, receipt.id)];
    await this.receipts.addRefundable(tx, receipt.id, fen);
    await this.ledger.open(tx, [to]);
    await this.ledger.post(tx, [
      {
        // What was refundable before tells this part from an earlier one.
        id: transferId('refundable', receipt.id, receipt.refundableFen.toString()),
        debit: from.code,
        credit: to.code,
        fen,
        code: 'refundable',
        ref: receipt.id,
        at,
      },
    ]);
    const sealed = await this.receipts.sealedPayer(tx, receipt.id);
    if (sealed === null || receipt.payerName === '' || receipt.payerBank === '') return null;
    const account = this.vault.open(sealed, {
      table: sealOf('bank_receipt'),
      column: 'payer_account_sealed',
      row: receipt.id,
    });
    // A bank that masks it has told nobody where the money came from.
    return ACCOUNT.test(account) ? { holderName: receipt.payerName, account, bank: receipt.payerBank } : null;
  }
}

const DAY_MILLISECONDS = 86_400_000;
const daysBetween = (from: Day, to: Day): number => (Date.parse(to) - Date.parse(from)) / DAY_MILLISECONDS;

import { type Database, newId, type Read, type Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, countyOf, type Day, type DivisionCode, wordsOf } from '@app/kernel';
import { Ledger, transferId } from '@app/ledger';
import { Vault } from '@app/vault';
import { workingDaysLater } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { FiscalReceiptService } from '../fiscal-receipt/fiscal-receipt.service';
import { accountOf } from '../ledger/ledger.rules';
import { sealOf } from '../parameter/sealed-columns.types';
import { ParameterService } from '../parameter/parameter.service';
import { refuse } from './refund.errors';
import { type RefundChange, RefundRepository } from './refund.repository';
import { maskAccount, restitutionOf, routeOf } from './refund.rules';
import { canMove, type RefundState } from './refund.state';
import type { NewRefund, RefundAccountRow, RefundFilter, RefundRow, RefundStepRow, RefundTarget } from './refund.types';

const KIND = 'refund';
const ACCOUNT = /^[0-9A-Za-z-]{1,34}$/;

/** Giving money back: asked, verified by the unit that took it, approved by finance, paid to who paid it. */
@Injectable()
export class RefundService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    @Inject(Ledger) private readonly ledger: Ledger,
    private readonly refunds: RefundRepository,
    private readonly parameters: ParameterService,
    private readonly fiscalReceipts: FiscalReceiptService,
  ) {}

  /**
   * Opens a refund within another slice's change, and reserves its money. A receipt's money must stand in
   * `refundable:<receipt>` by then; the ledger and a constraint refuse more than was received. Returns its id.
   */
  async open(tx: Tx, what: NewRefund): Promise<string> {
    const [at, openedOn] = [this.clock.now(), this.clock.today()];
    const county = countyOf(what.divisionCode as DivisionCode);
    const id = newId(at);
    const foundByUnit = what.foundByUnit ?? what.kind === 'receipt';
    const [from, to] = [
      what.kind === 'receipt' ? accountOf.refundable(county, what.sourceId) : restitutionOf(county),
      accountOf.refunded(county),
    ];
    await this.ledger.open(tx, [from, to]);
    await this.reserve(tx, { ...what, id, tries: 0 }, at);
    const name = foundByUnit ? 'refund.verify-working-days-own' : 'refund.verify-working-days';
    const dueOn = await this.due(tx, name, what.divisionCode);
    const receivedOn = what.receivedOn ?? (what.kind === 'receipt' ? openedOn : null);
    await this.refunds.insert(tx, { ...what, id, foundByUnit, receivedOn, openedOn, dueOn, at });
    await this.refunds.step(tx, id, null, 'asked', what.reason, at);
    if (what.target) await this.insertAccount(tx, id, 1, what.target, null, at);
    tx.concern(KIND, [id]);
    failpoint('refund.open');
    return id;
  }

  /** Today, by which a deadline has passed. */
  today(): Day {
    return this.clock.today();
  }

  /** One more than the page shows tells whether it goes on; nobody sees that one. */
  list(filter: RefundFilter, after: string | null, limit: number): Promise<RefundRow[]> {
    return this.database.read(async (read) => {
      const rows = await this.refunds.list(read, filter, after, limit);
      read.disclose(KIND, rows.slice(0, limit - 1));
      return rows;
    });
  }

  own(): Promise<RefundRow[]> {
    return this.database.read(async (read) => read.disclose(KIND, await this.refunds.own(read)));
  }

  accounts(ids: readonly string[]): Promise<RefundAccountRow[]> {
    return this.database.read((read) => this.refunds.accounts(read, ids));
  }

  steps(ids: readonly string[]): Promise<RefundStepRow[]> {
    return this.database.read((read) => this.refunds.steps(read, ids));
  }

  /** What was asked to be given back of receipts or old payments, for the slices that they belong to. */
  ofSources(read: Read, sourceIds: readonly string[]): Promise<RefundRow[]> {
    return this.refunds.ofSources(read, sourceIds);
  }

  /**
   * The unit that took the money has compared it with its own receipts, and says where it goes.
   * @param target Needed only where the account that the money came from is not on record.
   */
  verify(
    id: string,
    word: { quotedReceiptNo: string | null; target: RefundTarget | null },
    actor: string,
  ): Promise<RefundRow> {
    return this.move(id, 'verified', null, async (tx, refund) => {
      const quoted = word.quotedReceiptNo?.trim() || null;
      const issued = await this.receiptNumbers(tx, refund);
      if (issued.length > 0 && !issued.includes(quoted ?? '')) throw refuse.receiptNotQuoted();
      const known = await this.refunds.accounts(tx, [id]);
      if (known.length === 0 && !word.target) throw refuse.accountMissing();
      const accountId =
        known.at(-1)?.id ??
        (await this.insertAccount(tx, id, 1, this.ofPayer(refund, word.target!), null, this.clock.now()));
      const dueOn = await this.due(tx, 'refund.approve-working-days', refund.divisionCode);
      const originalReceiptNo = issued.length > 0 ? quoted : null;
      return { verifiedBy: actor, quotedReceiptNo: quoted, originalReceiptNo, accountId, dueOn };
    });
  }

  /** Finance lets the money go, to the account that was verified; never who verified it. */
  approve(id: string, actor: string, steppedUpAt?: Date): Promise<RefundRow> {
    return this.move(id, 'approved', null, async (tx, refund) => {
      if (refund.verifiedBy === actor) throw refuse.sameOfficer();
      const at = this.clock.now();
      const dueOn = await this.due(tx, 'refund.pay-working-days', refund.divisionCode);
      const route = routeOf(refund.receivedOn, this.clock.today());
      return { approved: { by: actor, at, steppedUpAt: steppedUpAt ?? at }, route, dueOn };
    });
  }

  /** Finance says no, with the reason; the money is free for another refund. */
  reject(id: string, reason: string): Promise<RefundRow> {
    const note = reasonOf(reason);
    return this.move(id, 'rejected', note, async (tx) => {
      const at = this.clock.now();
      const reserved = await this.refunds.reserved(tx, id);
      await this.ledger.void(
        tx,
        reserved.map((pendingId) => ({
          id: transferId('refund-void', pendingId),
          pendingId,
          code: 'refund-rejected',
          at,
        })),
      );
      return { dueOn: null, endedOn: this.clock.today() };
    });
  }

  /** The bank has credited it: the money has gone. */
  confirm(id: string, bankRef: string): Promise<RefundRow> {
    return this.move(id, 'confirmed', bankRef, async (tx) => {
      const at = this.clock.now();
      const reserved = await this.refunds.reserved(tx, id);
      await this.ledger.settle(
        tx,
        reserved.map((pendingId) => ({ id: transferId('refund-paid', pendingId), pendingId, code: 'refunded', at })),
      );
      return { dueOn: null, endedOn: this.clock.today() };
    });
  }

  /** The bank sent it back, perhaps weeks after it said that it was paid: it waits for another account. */
  returned(id: string, reason: string): Promise<RefundRow> {
    const note = reasonOf(reason);
    return this.move(id, 'returned', note, async (tx, refund) => {
      if (refund.state === 'confirmed') await this.takeBack(tx, refund);
      return { dueOn: await this.due(tx, 'refund.verify-working-days-own', refund.divisionCode) };
    });
  }

  /** The unit has found out where else the payer can be paid; finance approves anew. */
  repair(id: string, target: RefundTarget, reason: string, actor: string): Promise<RefundRow> {
    const note = reasonOf(reason);
    return this.move(id, 'repaired', note, async (tx, refund) => {
      const known = await this.refunds.accounts(tx, [id]);
      const payee = this.ofPayer(refund, target);
      const accountId = await this.insertAccount(tx, id, known.length + 1, payee, note, this.clock.now());
      const dueOn = await this.due(tx, 'refund.approve-working-days', refund.divisionCode);
      return { verifiedBy: actor, accountId, dueOn };
    });
  }

  private receiptNumbers(tx: Tx, { originalReceiptNo, kind, sourceId }: RefundRow): Promise<readonly string[]> {
    if (originalReceiptNo !== null) return Promise.resolve([originalReceiptNo]);
    return kind === 'receipt' ? this.fiscalReceipts.numbersOf(tx, sourceId) : Promise.resolve([]);
  }

  private async takeBack(tx: Tx, refund: RefundRow): Promise<void> {
    const at = this.clock.now();
    const { from, to } = this.ways(refund);
    const id = transferId('refund-back', refund.id, refund.tries);
    await this.ledger.post(tx, [
      { id, debit: to, credit: from, fen: refund.fen, code: 'refund-returned', ref: refund.id, at },
    ]);
    await this.reserve(tx, refund, at);
  }

  private async reserve(
    tx: Tx,
    refund: Pick<RefundRow, 'id' | 'kind' | 'sourceId' | 'divisionCode' | 'fen' | 'tries'>,
    at: Date,
  ): Promise<void> {
    const { from, to } = this.ways(refund);
    const id = transferId('refund', refund.id, refund.tries);
    await this.ledger.pend(tx, [{ id, debit: from, credit: to, fen: refund.fen, code: 'refund', ref: refund.id, at }]);
  }

  private ways({ kind, sourceId, divisionCode }: Pick<RefundRow, 'kind' | 'sourceId' | 'divisionCode'>) {
    const county = countyOf(divisionCode as DivisionCode);
    const from = kind === 'receipt' ? accountOf.refundable(county, sourceId) : restitutionOf(county);
    return { from: from.code, to: accountOf.refunded(county).code };
  }

  private ofPayer({ payerName }: RefundRow, target: RefundTarget): RefundTarget {
    if (target.holderName.trim() !== payerName) throw refuse.notThePayer();
    return target;
  }

  private async insertAccount(
    tx: Tx,
    refundId: string,
    no: number,
    target: RefundTarget,
    reason: string | null,
    at: Date,
  ): Promise<string> {
    const [account, bank] = [target.account.replace(/\s/g, ''), target.bank.trim()];
    const holderName = target.holderName.trim();
    if (!ACCOUNT.test(account) || bank === '' || holderName === '') throw refuse.accountUnreadable();
    const id = newId(at);
    const accountSealed = this.vault.seal(account, {
      table: sealOf('refund_account'),
      column: 'account_sealed',
      row: id,
    });
    const accountKey = this.vault.blindIndex('bank-account', account);
    const row = { id, refundId, no, holderName, accountSealed, accountKey, accountMask: maskAccount(account) };
    await this.refunds.insertAccount(tx, { ...row, bank, reason }, at);
    return id;
  }

  private move(
    id: string,
    to: RefundState,
    note: string | null,
    how: (tx: Tx, refund: RefundRow) => Promise<RefundChange>,
  ): Promise<RefundRow> {
    return this.database.write(async (tx) => {
      const refund = await this.refunds.findForUpdate(tx, id);
      if (!refund) throw refuse.unknown(id);
      if (!canMove(refund.state, to)) throw refuse.cannotMove(refund.state, to);
      await this.refunds.move(tx, id, to, await how(tx, refund));
      await this.refunds.step(tx, id, refund.state, to, note, this.clock.now());
      tx.concern(KIND, [id]);
      failpoint(`refund.${to}`);
      return tx.disclose(KIND, [(await this.refunds.find(tx, id))!])[0]!;
    });
  }

  /** Our own deadline; open where the calendar of that year is not published yet. */
  private async due(tx: Tx, parameter: string, divisionCode: string): Promise<Day | null> {
    const today = this.clock.today();
    return workingDaysLater(today, await this.parameters.whole(tx, parameter, divisionCode, today), 'leave-open');
  }
}

const reasonOf = (text: string): string => wordsOf(text, 200, refuse.reasonMissing);

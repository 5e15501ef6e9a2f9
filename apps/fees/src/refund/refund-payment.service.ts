import { findTransferProblem } from '@app/bankfile';
import { type Database, newId, type Read, type Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, countyOf, type DivisionCode } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { ParameterService } from '../parameter/parameter.service';
import { sealOf } from '../parameter/sealed-columns.types';
import { TreasuryFileService } from '../treasury-file/treasury-file.service';
import type { FilePlan, TreasuryFile, TreasuryFolder } from '../treasury-file/treasury-file.types';
import { refuse } from './refund.errors';
import { RefundRepository } from './refund.repository';
import { endToEndId } from './refund.rules';
import type { RefundPaymentRow, RefundRow } from './refund.types';

const KIND = 'refund';
/** Refunds that one file pays. */
const AT_ONCE = 500;

/** Approved refunds go to the bank in one file of their county, each to the account that was approved. */
@Injectable()
export class RefundPaymentService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly refunds: RefundRepository,
    private readonly files: TreasuryFileService,
    private readonly parameters: ParameterService,
  ) {}

  /** Files that were committed and not put where the bank looks, then what was approved since; by county. */
  async sendDue(folder?: TreasuryFolder): Promise<TreasuryFile[]> {
    const sent: TreasuryFile[] = [];
    const written = await this.database.read((read) => this.files.written(read, 'refund'));
    for (const file of written) {
      const plan = await this.database.read((read) => this.planAgain(read, file));
      sent.push(await this.files.send(plan, () => Promise.resolve(), folder));
    }
    const counties = await this.database.read((read) => this.refunds.approvedCounties(read));
    for (const county of counties) {
      const file = await this.sendOf(county, folder);
      if (file) sent.push(file);
    }
    return sent;
  }

  private async sendOf(county: string, folder?: TreasuryFolder): Promise<TreasuryFile | undefined> {
    const [id, at, day] = [newId(this.clock.now()), this.clock.now(), this.clock.today()];
    const payments: RefundPaymentRow[] = [];
    const plan = await this.database.read(async (read): Promise<FilePlan | undefined> => {
      const approved = await this.refunds.approved(read, county, AT_ONCE);
      for (const refund of approved) {
        const reference = endToEndId(refund.id, refund.tries + 1);
        payments.push({
          refundId: refund.id,
          tryNo: refund.tries + 1,
          fileId: id,
          line: 0,
          endToEndId: reference,
          accountId: refund.accountId!,
          fen: refund.fen,
        });
      }
      const lines = await this.linesOf(read, payments, approved);
      const isFit = lines.map((line) => findTransferProblem('pain.001', { ...line, sequence: 1 }) === undefined);
      const fit = lines.filter((_, i) => isFit[i]);
      payments.splice(0, payments.length, ...payments.filter((_, i) => isFit[i]));
      if (fit.length === 0) return undefined;
      const itemCode = await this.parameters.text(read, 'remittance.item-code', county, day);
      const no = await this.files.nextNo(read, county, 'refund', day);
      return { id, countyCode: county, kind: 'refund', day, no, writtenAt: at, itemCode, lines: fit };
    });
    return plan && this.files.send(plan, (tx) => this.hand(tx, payments), folder);
  }

  /** Refuses what is no longer as it was when the file was written; the next round writes another. */
  private async hand(tx: Tx, payments: readonly RefundPaymentRow[]): Promise<void> {
    for (const [i, payment] of payments.entries()) {
      const refund = await this.refunds.findForUpdate(tx, payment.refundId);
      if (refund?.state !== 'approved' || refund.accountId !== payment.accountId)
        throw refuse.cannotMove(refund?.state ?? '', 'handed');
      await this.refunds.insertPayment(tx, { ...payment, line: i + 1 });
      await this.refunds.move(tx, refund.id, 'handed', { dueOn: refund.dueOn, tries: payment.tryNo });
      await this.refunds.step(tx, refund.id, 'approved', 'handed', payment.endToEndId, this.clock.now());
    }
    tx.concern(
      KIND,
      payments.map(({ refundId }) => refundId),
    );
    failpoint('refund.handed');
  }

  private async planAgain(read: Read, file: TreasuryFile): Promise<FilePlan> {
    const payments = await this.refunds.payments(read, file.id);
    const refunds = await this.refunds.byIds(
      read,
      payments.map(({ refundId }) => refundId),
    );
    const lines = await this.linesOf(read, payments, refunds);
    const itemCode = await this.parameters.text(read, 'remittance.item-code', file.countyCode, file.day);
    const { id, countyCode, kind, day, no, writtenAt } = file;
    return { id, countyCode, kind, day, no, writtenAt, itemCode, lines };
  }

  private async linesOf(
    read: Read,
    payments: readonly RefundPaymentRow[],
    refunds: readonly RefundRow[],
  ): Promise<FilePlan['lines']> {
    read.disclose(KIND, refunds);
    const ids = payments.map(({ accountId }) => accountId);
    const accounts = new Map((await this.refunds.sealed(read, ids)).map((account) => [account.id, account]));
    return payments.map(({ endToEndId: reference, accountId, fen, refundId }) => {
      const account = accounts.get(accountId)!;
      const place = { table: sealOf('refund_account'), column: 'account_sealed', row: accountId };
      const refund = refunds.find(({ id }) => id === refundId)!;
      return {
        endToEndId: reference,
        amountFen: fen,
        payeeName: account.holderName,
        payeeIdNumber: reference,
        payeeAccount: this.vault.open(account.accountSealed, place),
        payeeBank: account.bank,
        remark: `退付 ${countyOf(refund.divisionCode as DivisionCode).slice(0, 6)}`,
      };
    });
  }
}

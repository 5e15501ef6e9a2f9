import type { Tx } from '@app/database';
import { CLOCK, type Clock, type Day, yuanText } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { FiscalReceiptService } from '../fiscal-receipt/fiscal-receipt.service';
import { ReceivableService } from '../receivable/receivable.service';
import { RefundService } from '../refund/refund.service';
import { RemedyService } from '../remedy/remedy.service';
import { RecoveryLetterService } from './recovery-letter.service';
import { RecoveryRepository } from './recovery.repository';
import { courtUntil } from './recovery.rules';
import { RecoveryStepService } from './recovery-step.service';
import { RecoveryTermsService } from './recovery-terms.service';
import type { RecoveryRow } from './recovery.types';

/** A decision that becomes less, by a remedy or because more is known: the case, the money and the days follow. Never more. */
@Injectable()
export class RecoveryReductionService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly cases: RecoveryRepository,
    private readonly steps: RecoveryStepService,
    private readonly terms: RecoveryTermsService,
    private readonly letters: RecoveryLetterService,
    private readonly receivables: ReceivableService,
    private readonly remedies: RemedyService,
    private readonly refunds: RefundService,
    private readonly fiscal: FiscalReceiptService,
  ) {}

  /** Less is owed than was decided, or nothing; what was paid beyond it goes back to who paid it. */
  async reduce(tx: Tx, row: RecoveryRow, leftFen: bigint, why: string): Promise<void> {
    if (row.state === 'closed') await this.steps.take(tx, row, 'give-back', { owedFen: leftFen }, why);
    else if (leftFen > 0n)
      await this.steps.take(tx, row, 'reduce', { owedFen: leftFen, ...(await this.days(tx, row)) }, why);
    else await this.steps.take(tx, row, 'quash', { closedWhy: why }, why);
    const backFen = row.receivableId === null ? 0n : await this.giveBack(tx, row, leftFen, why);
    if (row.state === 'closed' || leftFen > 0n) await this.letters.reduced(tx, row, leftFen, backFen, why);
    else {
      const back = backFen > 0n ? `。您已经返还的 ${yuanText(backFen)} 元将退还付款人，您不需要申请。` : '';
      await this.letters.closing(tx, row, 'ceased', why + back);
    }
  }

  private async giveBack(tx: Tx, row: RecoveryRow, leftFen: bigint, why: string): Promise<bigint> {
    const [standing] = await this.receivables.standing(tx, [row.receivableId!]);
    // What was waived or ceased meanwhile is off already; only what still counts beyond the new amount is taken off.
    const fen = standing!.decidedFen - standing!.cutFen - leftFen;
    if (fen <= 0n) return 0n;
    const note = [...why].slice(0, 200).join('');
    const { excess, excessFen } = await this.receivables.cut(tx, row.receivableId!, fen, 'decision-changed', note);
    const { payeeName: payerName, payeeKey: payerKey, divisionCode } = row;
    for (const one of excess) {
      const what = { kind: 'receipt', sourceId: one.receiptId, fen: one.fen, reason: note } as const;
      // What was receipted is more than what still counts; another receipt is given out for that by itself.
      await this.fiscal.withdraw(tx, one.receiptId, row.receivableId!, note);
      await this.refunds.open(tx, { ...what, payerName, payerKey, divisionCode });
    }
    return excessFen;
  }

  /** The last day to contest moved with the remedy. */
  async stillContestable(tx: Tx, row: RecoveryRow): Promise<void> {
    await this.cases.change(tx, row.id, await this.days(tx, row));
    tx.concern('recovery', [row.id]);
  }

  private async days(tx: Tx, row: RecoveryRow): Promise<{ appealEnds?: Day; courtUntil?: Day }> {
    const last = (await this.remedies.standing(tx, [row.id])).get(row.id)?.lastDayToApply ?? null;
    if (last === null || row.decisionServedOn === null || last <= row.decisionServedOn) return {};
    const terms = await this.terms.of(tx, row.divisionCode, this.clock.today());
    return { appealEnds: last, courtUntil: courtUntil(last, terms) };
  }
}

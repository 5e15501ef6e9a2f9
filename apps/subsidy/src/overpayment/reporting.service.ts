import type { OverpaymentGround } from '@app/contracts';
import { constraintName, type Database, type Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import { CLOCK, type Clock, type Day, type Fen } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE, SUBSIDY_OUTBOX } from '../subsidy.tokens';
import { refuse } from './overpayment.errors';
import { findOverpayments } from './overpayment.jobs';
import { OverpaymentRepository } from './overpayment.repository';
import { proportion, sum } from './overpayment.rules';
import { OverpaymentService } from './overpayment.service';
import type { OverpaymentView, Payment } from './overpayment.types';
import { PaymentRepository } from './payment.repository';

const OF_THE_COUNTY = 'what was paid, and by which budgets, stands in the books of the whole county';

/** What the rules cannot find from facts: a person has to say so, with a document, and another one to look. */
export const REPORTABLE = [
  'false-claim',
  'office-error',
  'duplicate',
  'late-move',
] as const satisfies readonly OverpaymentGround[];

export interface ReportCommand {
  readonly claimId: string;
  readonly ground: (typeof REPORTABLE)[number];
  readonly evidence: string;
  readonly note: string;
  /** Default: all that was paid and is not found already. */
  readonly fen?: Fen;
  readonly from?: Day;
  readonly until?: Day;
  readonly actor: string;
}

/** Overpayments that an officer reports, and another one looks at before anybody is told. */
@Injectable()
export class ReportingService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(SUBSIDY_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly rows: OverpaymentRepository,
    private readonly payments: PaymentRepository,
    private readonly overpayments: OverpaymentService,
  ) {}

  async report(command: ReportCommand): Promise<OverpaymentView> {
    const [evidence, note] = [command.evidence.trim(), command.note.trim()];
    if (evidence === '' || [...note].length < 4) throw refuse.evidenceMissing();
    const { claimId, ground, actor } = command;
    try {
      return await this.database.write(async (tx) => {
        const payment = await this.payments.paymentForUpdate(tx, claimId);
        if (!payment) throw refuse.claimUnknown(claimId);
        if (!payment.isPaid) throw refuse.notPaid(claimId);
        const days = daysOf(payment, command);
        const unspoken = await tx.across(OF_THE_COUNTY, () => this.overpayments.unspoken(tx, payment));
        const fen = command.fen ?? sum(unspoken);
        if (fen <= 0n || fen > sum(unspoken)) throw refuse.amountUnfit(sum(unspoken));

        const found = { ...days, ground, fen, facts: {}, anewId: null, foundOn: this.clock.today() };
        const report = { reportedBy: actor, evidence, note };
        const id = await this.rows.insert(tx, payment, found, report, this.clock.now());
        await this.rows.insertShares(tx, id, proportion(unspoken, fen));
        return this.changed(tx, id);
      });
    } catch (error) {
      if (constraintName(error) === 'overpayment_is_found_once') throw refuse.alreadyFound(claimId, ground);
      throw error;
    }
  }

  /** Another officer looks: it is told of from now on, or was nothing. */
  see(command: { id: string; isOverpaid: boolean; note?: string; actor: string }): Promise<OverpaymentView> {
    const { id, actor } = command;
    return this.database.write(async (tx) => {
      const found = await this.rows.findForUpdate(tx, id);
      if (!found) throw refuse.unknown(id);
      if (found.state !== 'reported') throw refuse.notReported(id, found.state);
      if (found.reportedBy === actor) throw refuse.sameOfficer(id);

      const state = command.isOverpaid ? 'found' : 'dismissed';
      await this.rows.see(tx, id, { state, seenBy: actor, note: command.note ?? null }, this.clock.now());
      if (command.isOverpaid) await this.outbox.plan(tx, findOverpayments, [{ bell: 'minute' }]);
      return this.changed(tx, id);
    });
  }

  private async changed(tx: Tx, id: string): Promise<OverpaymentView> {
    tx.concern('overpayment', [id]);
    const [row] = tx.disclose('overpayment', await this.rows.byIds(tx, [id]));
    return row!;
  }
}

function daysOf({ from, until }: Payment, wanted: { readonly from?: Day; readonly until?: Day }) {
  const days = { from: wanted.from ?? from, until: wanted.until ?? until };
  if (days.from < from || days.until > until || days.from >= days.until) throw refuse.daysUnfit(from, until);
  return days;
}

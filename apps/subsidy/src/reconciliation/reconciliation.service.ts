import { Database } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, dayInChina, type DivisionCode, divisionPrefix } from '@app/kernel';
import { workingDaysLater } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { refuse } from './reconciliation.errors';
import { ReconciliationRepository } from './reconciliation.repository';
import type { Reconciled, RepairAccount, ThreeWay } from './reconciliation.types';

const BULK = { statementTimeout: 0 };
const SENT_STATES = ['sent', 'in_doubt', 'answered', 'reconciled', 'closed'];

/** After the answer: repairing accounts of returned money, doubt about silence, and the three-way comparison. */
@Injectable()
export class ReconciliationService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ReconciliationRepository) private readonly reconciliations: ReconciliationRepository,
  ) {}

  /**
   * A person found the account that returned money is to be paid to; the next repair run pays it there.
   * @param accountId 'same' when the account was right all along, such as one that is unfrozen now.
   */
  repair(caseId: string, accountId: string, actor: string, note?: string): Promise<void> {
    return this.database.write(async (tx) => {
      const open = await this.reconciliations.findOpenCase(tx, caseId, 'ACCOUNT_REPAIR');
      if (!open) throw refuse.noOpenCase(caseId, 'ACCOUNT_REPAIR');
      const failed = await this.reconciliations.failedAccount(tx, open.instructionId);
      const wanted = accountId === 'same' ? failed : accountId;
      const live = await this.reconciliations.findLiveAccount(tx, wanted);
      if (!live) throw refuse.accountNotLive(wanted);

      await this.reconciliations.repair(tx, open, live);
      const decision = live === failed ? 'SAME_ACCOUNT' : 'NEW_ACCOUNT';
      await this.reconciliations.resolveCase(tx, caseId, decision, note, actor, this.clock.now());
      tx.concern('claim', [open.claimId]);
      failpoint('reconciliation.repair');
    });
  }

  /** Points every returned payment whose holder has given a newer account at that account; the others keep waiting. */
  repairWithNewAccounts(actor: string): Promise<{ repaired: number; waiting: number }> {
    return this.database.write(async (tx) => {
      const waiting = await this.reconciliations.openRepairs(tx);
      const repairable = waiting.filter(({ newAccountId }) => newAccountId !== null);
      for (const { caseId, newAccountId, ...payment } of repairable) {
        await this.reconciliations.repair(tx, payment, newAccountId!);
        tx.concern('claim', [payment.claimId]);
        await this.reconciliations.resolveCase(tx, caseId, 'NEW_ACCOUNT', undefined, actor, this.clock.now());
      }
      return { repaired: repairable.length, waiting: waiting.length - repairable.length };
    }, BULK);
  }

  /** Accounts that the money of a repair case may be paid to. */
  repairAccounts(caseId: string): Promise<RepairAccount[]> {
    return this.database.read((read) => this.reconciliations.repairAccounts(read, caseId));
  }

  /** Where a case is to be settled; refuses one that does not exist. */
  async divisionOfCase(caseId: string): Promise<string> {
    const division = await this.database.read((read) => this.reconciliations.divisionOfCase(read, caseId));
    if (!division) throw refuse.noOpenCase(caseId, 'ACCOUNT_REPAIR');
    return division;
  }

  /** Lines without a final word become IN_DOUBT. Returns how many did. */
  markInDoubt(batchId: string): Promise<number> {
    return this.database.write(async (tx) => {
      const batch = await this.reconciliations.findBatchForUpdate(tx, batchId);
      if (!batch) throw refuse.unknownBatch(batchId);
      return this.reconciliations.markInDoubt(tx, batchId, this.clock.now());
    }, BULK);
  }

  /** Marks every file in doubt that was handed over more than `workingDays` working days ago. Returns their batches. */
  async markOverdue(workingDays: number): Promise<string[]> {
    const waiting = await this.database.read((read) => this.reconciliations.waiting(read));
    const today = this.clock.today();
    const overdue = waiting.filter(
      (file) =>
        today >
        // A file is looked into also where the next year is not published yet.
        workingDaysLater(dayInChina(file.sentAt), workingDays, 'count-weekdays'),
    );
    for (const file of overdue) await this.markInDoubt(file.batchId);
    return overdue.map((file) => file.batchId);
  }

  /**
   * Compares list, bank and ledger line by line. All equal: the batch is reconciled and its paid claims are closed;
   * else the differences, and nothing changes.
   */
  reconcile(batchId: string, actor: string): Promise<Reconciled> {
    return this.database.write(async (tx) => {
      const batch = await this.reconciliations.findBatchForUpdate(tx, batchId);
      if (!batch) throw refuse.unknownBatch(batchId);
      if (!SENT_STATES.includes(batch.state)) throw refuse.notSent(batchId, batch.state);
      const { rows, count } = await this.reconciliations.differences(tx, batchId);
      const threeWay = await this.reconciliations.threeWay(tx, batchId);
      if (count === 0 && batch.state === 'answered') {
        await this.reconciliations.close(tx, batchId, actor, this.clock.now());
        await this.reconciliations.closeFinishedBatches(tx);
      }
      tx.concern('payment_batch', [batchId]);
      failpoint('reconciliation.reconcile');
      const batchState = (await this.reconciliations.findBatchForUpdate(tx, batchId))!.state;
      return { batchId, isReconciled: count === 0, batchState, threeWay, differences: rows, differenceCount: count };
    }, BULK);
  }

  /** The differences of a batch as they are now, without changing anything. */
  compare(batchId: string): Promise<Omit<Reconciled, 'batchState'>> {
    return this.database.read(async (read) => {
      const { rows, count } = await this.reconciliations.differences(read, batchId);
      const threeWay = await this.reconciliations.threeWay(read, batchId);
      return { batchId, isReconciled: count === 0, threeWay, differences: rows, differenceCount: count };
    }, BULK);
  }

  /** Of one batch, or of everything that was ever sent. A line paid again after a return counts once per attempt. */
  threeWay(batchId?: string): Promise<ThreeWay> {
    return this.database.read((read) => this.reconciliations.threeWay(read, batchId ?? null), BULK);
  }

  /** Of everything that was ever sent in a division. */
  threeWayOf(division: DivisionCode): Promise<ThreeWay> {
    return this.database.read((read) => this.reconciliations.threeWay(read, null, divisionPrefix(division)), BULK);
  }
}

import * as path from 'node:path';
import { openBankAnswer, type OpenBankAnswer } from '@app/bankfile';
import { Database, type Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Ledger } from '@app/ledger';
import { Inject, Injectable } from '@nestjs/common';
import { accountOf } from '../ledger/ledger.rules';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { AnswerRepository, BANK } from './answer.repository';
import { refuse } from './reconciliation.errors';
import { type BatchRow, type CaseRow, ReconciliationRepository } from './reconciliation.repository';
import type { Received } from './reconciliation.types';

type Alongside = (tx: Tx, received: Received) => Promise<void>;

const BULK = { statementTimeout: 0 };

/** What the bank says: taken in whole or not at all, and ending the same in whatever order it comes. */
@Injectable()
export class AnswerService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Ledger) private readonly ledger: Ledger,
    @Inject(AnswerRepository) private readonly answers: AnswerRepository,
    @Inject(ReconciliationRepository) private readonly reconciliations: ReconciliationRepository,
  ) {}

  /**
   * Applies an answer file. Any doubt about the file as a whole is a Refusal, and then nothing of it counts.
   * @param alongside what else belongs into the same transaction.
   */
  async receive(file: string, actor: string = BANK, alongside?: Alongside): Promise<Received> {
    const answer = await openBankAnswer(file);
    const fileName = path.basename(file);
    failpoint('reconciliation.receive.read');
    const received = await this.database.write(async (tx) => {
      const applied = await this.apply(tx, answer, fileName, actor);
      await alongside?.(tx, applied);
      return applied;
    }, BULK);
    failpoint('reconciliation.receive.applied');
    return received;
  }

  /** A person found out what happened to a line that the bank had called both settled and rejected. */
  rule(caseId: string, truth: 'SETTLED' | 'REJECTED', note: string, actor: string): Promise<void> {
    return this.database.write(async (tx) => {
      const open: CaseRow | undefined = await this.reconciliations.findOpenCase(tx, caseId, 'BANK_CONTRADICTION');
      if (!open) throw refuse.noOpenCase(caseId, 'BANK_CONTRADICTION');

      const at = this.clock.now();
      const batchId = await this.reconciliations.rule(tx, open.facts.reference!, truth, actor);
      const batch = (await this.reconciliations.findBatchForUpdate(tx, batchId))!;
      await this.reconciliations.resolveCase(tx, caseId, truth, note, actor, at);
      await this.follow(tx, batch, actor, at);
      tx.concern('claim', [open.claimId]);
    });
  }

  private async apply(tx: Tx, answer: OpenBankAnswer, fileName: string, actor: string): Promise<Received> {
    const known = await this.answers.findAnswer(tx, answer.sha256, answer.answerId);
    if (known?.isSame) throw refuse.alreadyApplied(fileName, known.fileName);
    if (known) throw refuse.answerIdReused(answer.answerId, fileName);
    const batchId = await this.answers.findBatchId(tx, answer.originalMessageId);
    const batch = batchId && (await this.reconciliations.findBatchForUpdate(tx, batchId));
    if (!batch) throw refuse.unknownFile(answer.originalMessageId, fileName);
    await this.answers.stage(tx, batch.id, answer.lines());
    await this.assertOurs(tx, fileName);

    const at = this.clock.now();
    const newLines = await this.answers.record(tx, batch.id, answer, fileName, actor, at);
    failpoint('reconciliation.receive.recorded');
    if (answer.fileStatus === 'REJECTED' && answer.count === 0 && answer.fileCode !== 'DUPL') {
      // The file as a whole was turned away without a word about its lines: ask, never send again.
      await this.reconciliations.markInDoubt(tx, batch.id, at);
    }
    const progress = await this.follow(tx, batch, BANK, at);
    const state = (await this.reconciliations.findBatchForUpdate(tx, batch.id))!.state;
    return {
      batchId: batch.id,
      answerId: answer.answerId,
      fileStatus: answer.fileStatus,
      lines: answer.count,
      newLines,
      ...progress,
      batchState: state,
    };
  }

  private async assertOurs(tx: Tx, fileName: string): Promise<void> {
    const unknown = await this.answers.unknownReferences(tx);
    if (unknown[0]) {
      throw refuse.unknownReference(
        unknown.map((row) => row.reference),
        Number(unknown[0].all),
        fileName,
      );
    }
    const wrong = await this.answers.wrongAmount(tx);
    if (wrong) throw refuse.wrongAmount(wrong.reference, wrong.listed, wrong.answered, Number(wrong.all), fileName);
    const reused = await this.answers.reusedBankRef(tx);
    if (reused) throw refuse.bankRefReused(reused, fileName);
  }

  /** Lets lines, money, claims and cases follow from all words heard about the lines in `answer_in`. */
  private async follow(tx: Tx, batch: BatchRow, actor: string, at: Date): Promise<Progress> {
    await this.answers.lockClaims(tx);
    await this.answers.join(tx);
    const paid = accountOf.paid(batch.programme, batch.countyCode);
    const returned = accountOf.returned(batch.programme, batch.countyCode);
    await this.ledger.open(tx, [paid, returned]);
    const money = this.answers.moneyRows(
      { paying: accountOf.paying(batch.id).code, paid: paid.code, returned: returned.code },
      at,
    );
    await this.ledger.postFrom(tx, money.sql, money.parameters);
    const hasChanges = await this.answers.hasChanges(tx);
    await this.answers.moveAttempts(tx);
    await this.answers.moveClaims(tx, actor, at);
    await this.answers.openCases(tx, at);
    failpoint('reconciliation.receive.moved');

    const progress = await this.answers.progress(tx, batch.id);
    if (progress.open === 0 && hasChanges) await this.reconciliations.moveBatch(tx, batch.id, 'answered', at);
    if (progress.open > 0 && ['answered', 'reconciled', 'closed'].includes(batch.state)) {
      await this.reconciliations.moveBatch(tx, batch.id, 'in_doubt', at);
    }
    return progress;
  }
}

type Progress = Pick<Received, 'settled' | 'failed' | 'open'>;

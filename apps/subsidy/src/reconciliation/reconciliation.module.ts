import { Ledger } from '@app/ledger';
import { Module } from '@nestjs/common';
import { AnswerRepository } from './answer.repository';
import { AnswerService } from './answer.service';
import { ReconciliationRepository } from './reconciliation.repository';
import { ReconciliationService } from './reconciliation.service';

/** What the bank says happened, and whether list, bank and ledger agree. */
@Module({
  providers: [Ledger, AnswerRepository, ReconciliationRepository, AnswerService, ReconciliationService],
  exports: [AnswerService, ReconciliationService],
})
export class ReconciliationModule {}

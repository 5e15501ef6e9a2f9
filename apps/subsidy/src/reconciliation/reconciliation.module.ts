import { Module } from '@nestjs/common';
import { DisbursementModule } from '../disbursement/disbursement.module';
import { LedgerModule } from '../ledger/ledger.module';
import { AnswerRepository } from './answer.repository';
import { AnswerService } from './answer.service';
import { ReconciliationRepository } from './reconciliation.repository';
import { ReconciliationResolver } from './reconciliation.resolver';
import { ReconciliationService } from './reconciliation.service';

/** What the bank says happened, and whether list, bank and ledger agree. */
@Module({
  imports: [LedgerModule, DisbursementModule],
  providers: [AnswerRepository, ReconciliationRepository, AnswerService, ReconciliationService, ReconciliationResolver],
  exports: [AnswerService, ReconciliationService],
})
export class ReconciliationModule {}

import { Module } from '@nestjs/common';
import { DisbursementModule } from '../disbursement/disbursement.module';
import { LedgerModule } from '../ledger/ledger.module';
import { AnswerRepository } from './answer.repository';
import { AnswerService } from './answer.service';
import { CourierService } from './courier.service';
import { ReconciliationProcessor } from './reconciliation.processor';
import { ReconciliationRepository } from './reconciliation.repository';
import { ReconciliationResolver, RefusedAnswerResolver } from './reconciliation.resolver';
import { ReconciliationService } from './reconciliation.service';
import { RefusedAnswerRepository } from './refused-answer.repository';

/** What the bank says happened, and whether list, bank and ledger agree. */
@Module({
  imports: [LedgerModule, DisbursementModule],
  providers: [
    AnswerRepository,
    RefusedAnswerRepository,
    ReconciliationRepository,
    AnswerService,
    CourierService,
    ReconciliationService,
    ReconciliationResolver,
    RefusedAnswerResolver,
    ReconciliationProcessor,
  ],
  exports: [AnswerService, CourierService, ReconciliationService, ReconciliationProcessor],
})
export class ReconciliationModule {}

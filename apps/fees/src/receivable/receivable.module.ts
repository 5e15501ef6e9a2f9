import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module';
import { PaymentRequestModule } from '../payment-request/payment-request.module';
import { ReceivableRepository } from './receivable.repository';
import { ReceivableResolver } from './receivable.resolver';
import { ReceivableService } from './receivable.service';
import { ReceivableStepResolver } from './receivable-step.resolver';
import { ReceivableViewService } from './receivable-view.service';

/** What is owed by a decision that was served: opened once, cut by later decisions, satisfied by receipts. */
@Module({
  imports: [LedgerModule, PaymentRequestModule],
  providers: [
    ReceivableRepository,
    ReceivableService,
    ReceivableViewService,
    ReceivableResolver,
    ReceivableStepResolver,
  ],
  exports: [ReceivableService],
})
export class ReceivableModule {}

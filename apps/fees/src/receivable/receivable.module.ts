import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module';
import { PaymentRequestModule } from '../payment-request/payment-request.module';
import { ReceivableRepository } from './receivable.repository';
import { ReceivableService } from './receivable.service';

/** What is owed by a decision that was served: opened once, cut by later decisions, satisfied by receipts. */
@Module({
  imports: [LedgerModule, PaymentRequestModule],
  providers: [ReceivableRepository, ReceivableService],
  exports: [ReceivableService],
})
export class ReceivableModule {}

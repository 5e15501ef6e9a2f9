import { Module } from '@nestjs/common';
import { ReceiptReconciliationRepository } from './receipt-reconciliation.repository';
import { ReceiptReconciliationService } from './receipt-reconciliation.service';

/** Whether the bank, our receipts, the ledger, the treasury and the fiscal receipts say the same about what came in. */
@Module({
  providers: [ReceiptReconciliationRepository, ReceiptReconciliationService],
  exports: [ReceiptReconciliationService],
})
export class ReceiptReconciliationModule {}

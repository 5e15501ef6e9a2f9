import { Module } from '@nestjs/common';
import { ReceiptReconciliationRepository } from './receipt-reconciliation.repository';
import { ReceiptDifferenceResolver, ReceiptReconciliationResolver } from './receipt-reconciliation.resolver';
import { ReceiptReconciliationService } from './receipt-reconciliation.service';

/** Whether the bank, our receipts, the ledger, the treasury and the fiscal receipts say the same about what came in. */
@Module({
  providers: [
    ReceiptReconciliationRepository,
    ReceiptReconciliationService,
    ReceiptReconciliationResolver,
    ReceiptDifferenceResolver,
  ],
  exports: [ReceiptReconciliationService],
})
export class ReceiptReconciliationModule {}

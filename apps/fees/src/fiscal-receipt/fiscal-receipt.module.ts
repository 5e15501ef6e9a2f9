import { Module } from '@nestjs/common';
import { ParameterModule } from '../parameter/parameter.module';
import { FiscalReceiptBellService } from './fiscal-receipt-bell.service';
import { FiscalReceiptProcessor } from './fiscal-receipt.processor';
import { FiscalReceiptRepository } from './fiscal-receipt.repository';
import { FiscalReceiptResolver } from './fiscal-receipt.resolver';
import { FiscalReceiptService } from './fiscal-receipt.service';

/** Fiscal receipts: series of numbers, given out in order, never twice, every gap explained. */
@Module({
  imports: [ParameterModule],
  providers: [
    FiscalReceiptRepository,
    FiscalReceiptService,
    FiscalReceiptBellService,
    FiscalReceiptProcessor,
    FiscalReceiptResolver,
  ],
  exports: [FiscalReceiptService, FiscalReceiptBellService, FiscalReceiptProcessor],
})
export class FiscalReceiptModule {}

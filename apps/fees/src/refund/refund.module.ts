import { Module } from '@nestjs/common';
import { FiscalReceiptModule } from '../fiscal-receipt/fiscal-receipt.module';
import { LedgerModule } from '../ledger/ledger.module';
import { ParameterModule } from '../parameter/parameter.module';
import { TreasuryFileModule } from '../treasury-file/treasury-file.module';
import { RefundPaymentService } from './refund-payment.service';
import { RefundRepository } from './refund.repository';
import { RefundResolver } from './refund.resolver';
import { RefundService } from './refund.service';

/** Giving money back to who paid it: verified by the unit, approved by finance, never more than was received. */
@Module({
  imports: [LedgerModule, ParameterModule, FiscalReceiptModule, TreasuryFileModule],
  providers: [RefundRepository, RefundService, RefundPaymentService, RefundResolver],
  exports: [RefundService, RefundPaymentService],
})
export class RefundModule {}

import { Module } from '@nestjs/common';
import { BankReceiptModule } from '../bank-receipt/bank-receipt.module';
import { FiscalReceiptModule } from '../fiscal-receipt/fiscal-receipt.module';
import { PaymentRequestModule } from '../payment-request/payment-request.module';
import { ReceivableModule } from '../receivable/receivable.module';
import { RefundModule } from '../refund/refund.module';
import { MatchRepository } from './match.repository';
import { MatchResolver } from './match.resolver';
import { MatchService } from './match.service';
import { ReceiptMatchResolver } from './receipt-match.resolver';

/** Which receipt pays what: by the reference that was quoted, else by an officer's yes to a proposal; the rest goes back. */
@Module({
  imports: [BankReceiptModule, FiscalReceiptModule, PaymentRequestModule, ReceivableModule, RefundModule],
  providers: [MatchRepository, MatchService, MatchResolver, ReceiptMatchResolver],
  exports: [MatchService],
})
export class MatchModule {}

import type { JobHandler, Payload } from '@app/jobs';
import { Module } from '@nestjs/common';
import { BankReceiptModule } from './bank-receipt/bank-receipt.module';
import { FEES_HANDLERS } from './fees.tokens';
import { FiscalReceiptBellService } from './fiscal-receipt/fiscal-receipt-bell.service';
import { FiscalReceiptModule } from './fiscal-receipt/fiscal-receipt.module';
import { FiscalReceiptProcessor } from './fiscal-receipt/fiscal-receipt.processor';
import { LegacyFeeModule } from './legacy-fee/legacy-fee.module';
import { LedgerModule } from './ledger/ledger.module';
import { LetterModule } from './letter/letter.module';
import { MatchModule } from './match/match.module';
import { MatchService } from './match/match.service';
import { ParameterModule } from './parameter/parameter.module';
import { PaymentRequestModule } from './payment-request/payment-request.module';
import { ReceiptReconciliationModule } from './receipt-reconciliation/receipt-reconciliation.module';
import { ReceiptReconciliationService } from './receipt-reconciliation/receipt-reconciliation.service';
import { ReceivableModule } from './receivable/receivable.module';
import { RefundModule } from './refund/refund.module';
import { RemittanceModule } from './remittance/remittance.module';
import { RemittanceProcessor } from './remittance/remittance.processor';
import { TreasuryBellService } from './remittance/treasury-bell.service';

const PROCESSORS: (abstract new (...args: never[]) => { readonly handlers: readonly JobHandler<Payload>[] })[] = [
  FiscalReceiptProcessor,
  RemittanceProcessor,
];

/** What looks every minute whether something of this app's is due; many rings at once are one. */
export const FEES_BELLS: readonly (abstract new (...args: never[]) => { ring(): Promise<unknown> })[] = [
  MatchService,
  FiscalReceiptBellService,
  TreasuryBellService,
  ReceiptReconciliationService,
];

/**
 * Money that comes in: what was paid in error is recovered by decision, and what the law repealed is closed. Needs from
 * outside, provided globally: FEES_DATABASE, FEES_OUTBOX, CLOCK and Vault.
 */
@Module({
  imports: [
    ParameterModule,
    LetterModule,
    LegacyFeeModule,
    LedgerModule,
    PaymentRequestModule,
    ReceivableModule,
    BankReceiptModule,
    MatchModule,
    FiscalReceiptModule,
    RefundModule,
    RemittanceModule,
    ReceiptReconciliationModule,
  ],
  providers: [
    {
      provide: FEES_HANDLERS,
      useFactory: (...processors: { readonly handlers: readonly JobHandler<Payload>[] }[]) =>
        processors.flatMap(({ handlers }) => handlers),
      inject: PROCESSORS,
    },
  ],
  exports: [
    FEES_HANDLERS,
    ParameterModule,
    LetterModule,
    LegacyFeeModule,
    LedgerModule,
    PaymentRequestModule,
    ReceivableModule,
    BankReceiptModule,
    MatchModule,
    FiscalReceiptModule,
    RefundModule,
    RemittanceModule,
    ReceiptReconciliationModule,
  ],
})
export class FeesModule {}

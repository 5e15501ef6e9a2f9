import type { JobHandler, Payload } from '@app/jobs';
import { Module } from '@nestjs/common';
import { FEES_HANDLERS } from './fees.tokens';
import { BankReceiptModule } from './bank-receipt/bank-receipt.module';
import { DeliveryBellService } from './delivery/delivery-bell.service';
import { DeliveryModule } from './delivery/delivery.module';
import { FiscalReceiptBellService } from './fiscal-receipt/fiscal-receipt-bell.service';
import { FiscalReceiptModule } from './fiscal-receipt/fiscal-receipt.module';
import { FiscalReceiptProcessor } from './fiscal-receipt/fiscal-receipt.processor';
import { InstalmentBellService } from './instalment/instalment-bell.service';
import { InstalmentModule } from './instalment/instalment.module';
import { InstalmentProcessor } from './instalment/instalment.processor';
import { LedgerModule } from './ledger/ledger.module';
import { LegacyFeeModule } from './legacy-fee/legacy-fee.module';
import { LetterModule } from './letter/letter.module';
import { MatchModule } from './match/match.module';
import { MatchService } from './match/match.service';
import { ParameterModule } from './parameter/parameter.module';
import { PaymentRequestModule } from './payment-request/payment-request.module';
import { ReceiptReconciliationModule } from './receipt-reconciliation/receipt-reconciliation.module';
import { ReceiptReconciliationService } from './receipt-reconciliation/receipt-reconciliation.service';
import { ReceivableModule } from './receivable/receivable.module';
import { RecoveryCaseModule } from './recovery/recovery-case.module';
import { RecoveryModule } from './recovery/recovery.module';
import { RecoveryProcessor } from './recovery/recovery.processor';
import { RefundModule } from './refund/refund.module';
import { RemedyStepService } from './remedy/remedy-step.service';
import { RemedyModule } from './remedy/remedy.module';
import { RemittanceModule } from './remittance/remittance.module';
import { RemittanceProcessor } from './remittance/remittance.processor';
import { TreasuryBellService } from './remittance/treasury-bell.service';
import { TreasuryFileModule } from './treasury-file/treasury-file.module';

const PROCESSORS: (abstract new (...args: never[]) => { readonly handlers: readonly JobHandler<Payload>[] })[] = [
  FiscalReceiptProcessor,
  InstalmentProcessor,
  RecoveryProcessor,
  RemittanceProcessor,
];

/** What looks every minute whether something of this app's is due; many rings at once are one. */
export const FEES_BELLS: readonly (abstract new (...args: never[]) => { ring(): Promise<unknown> })[] = [
  DeliveryBellService,
  FiscalReceiptBellService,
  InstalmentBellService,
  MatchService,
  RemedyStepService,
  TreasuryBellService,
  ReceiptReconciliationService,
];

/** The slices, each with what it shows to the others. */
const SLICES = [
  BankReceiptModule,
  DeliveryModule,
  FiscalReceiptModule,
  InstalmentModule,
  LedgerModule,
  LegacyFeeModule,
  LetterModule,
  MatchModule,
  ParameterModule,
  PaymentRequestModule,
  ReceiptReconciliationModule,
  ReceivableModule,
  RecoveryCaseModule,
  RecoveryModule,
  RefundModule,
  RemedyModule,
  RemittanceModule,
  TreasuryFileModule,
];

/**
 * Money that comes in: what was paid in error is recovered by decision, and what the law repealed is closed. Needs from
 * outside, provided globally: FEES_DATABASE, FEES_OUTBOX, CLOCK, Vault, OVERPAYMENTS and PERSON_IDENTITIES.
 */
@Module({
  imports: SLICES,
  providers: [
    {
      provide: FEES_HANDLERS,
      useFactory: (...processors: { readonly handlers: readonly JobHandler<Payload>[] }[]) =>
        processors.flatMap(({ handlers }) => handlers),
      inject: PROCESSORS,
    },
  ],
  exports: [FEES_HANDLERS, ...SLICES],
})
export class FeesModule {}

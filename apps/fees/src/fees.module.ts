import type { JobHandler, Payload } from '@app/jobs';
import { Module } from '@nestjs/common';
import { DeliveryBellService } from './delivery/delivery-bell.service';
import { DeliveryModule } from './delivery/delivery.module';
import { FEES_HANDLERS } from './fees.tokens';
import { InstalmentBellService } from './instalment/instalment-bell.service';
import { InstalmentModule } from './instalment/instalment.module';
import { InstalmentProcessor } from './instalment/instalment.processor';
import { LegacyFeeModule } from './legacy-fee/legacy-fee.module';
import { LedgerModule } from './ledger/ledger.module';
import { LetterModule } from './letter/letter.module';
import { ParameterModule } from './parameter/parameter.module';
import { PaymentRequestModule } from './payment-request/payment-request.module';
import { ReceivableModule } from './receivable/receivable.module';
import { RemedyModule } from './remedy/remedy.module';
import { RemedyStepService } from './remedy/remedy-step.service';

const PROCESSORS: (abstract new (...args: never[]) => { readonly handlers: readonly JobHandler<Payload>[] })[] = [
  InstalmentProcessor,
];

/** What looks every minute whether something of this app's is due; many rings at once are one. */
export const FEES_BELLS: readonly (abstract new (...args: never[]) => { ring(): Promise<unknown> })[] = [
  InstalmentBellService,
  DeliveryBellService,
  RemedyStepService,
];

/**
 * Money that comes in: what was paid in error is recovered by decision, and what the law repealed is closed. Needs from
 * outside, provided globally: FEES_DATABASE, FEES_OUTBOX, CLOCK and Vault.
 */
@Module({
  imports: [
    ParameterModule,
    LetterModule,
    DeliveryModule,
    RemedyModule,
    LegacyFeeModule,
    LedgerModule,
    PaymentRequestModule,
    ReceivableModule,
    InstalmentModule,
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
    DeliveryModule,
    RemedyModule,
    LegacyFeeModule,
    LedgerModule,
    PaymentRequestModule,
    ReceivableModule,
    InstalmentModule,
  ],
})
export class FeesModule {}

import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module';
import { FiscalReceiptModule } from '../fiscal-receipt/fiscal-receipt.module';
import { InstalmentModule } from '../instalment/instalment.module';
import { LetterModule } from '../letter/letter.module';
import { ParameterModule } from '../parameter/parameter.module';
import { PaymentRequestModule } from '../payment-request/payment-request.module';
import { ReceivableModule } from '../receivable/receivable.module';
import { RefundModule } from '../refund/refund.module';
import { RemedyModule } from '../remedy/remedy.module';
import { RecoveryCaseModule } from './recovery-case.module';
import { RecoveryDecisionService } from './recovery-decision.service';
import { RecoveryFactService } from './recovery-fact.service';
import { RecoveryFollowingService } from './recovery-following.service';
import { RecoveryLetterService } from './recovery-letter.service';
import { RecoveryOpeningService } from './recovery-opening.service';
import { RecoveryReductionService } from './recovery-reduction.service';
import { RecoveryStepService } from './recovery-step.service';
import { RecoveryTermsService } from './recovery-terms.service';
import { RecoveryProcessor } from './recovery.processor';
import { RecoveryActResolver } from './recovery-act.resolver';
import { RecoveryResolver } from './recovery.resolver';

/** Getting back what was paid and not owed: facts, notice, hearing, decision, repayment; by steps that wait for their periods. */
@Module({
  imports: [
    RecoveryCaseModule,
    DeliveryModule,
    FiscalReceiptModule,
    InstalmentModule,
    LetterModule,
    ParameterModule,
    PaymentRequestModule,
    ReceivableModule,
    RefundModule,
    RemedyModule,
  ],
  providers: [
    RecoveryTermsService,
    RecoveryStepService,
    RecoveryLetterService,
    RecoveryOpeningService,
    RecoveryFactService,
    RecoveryReductionService,
    RecoveryDecisionService,
    RecoveryFollowingService,
    RecoveryProcessor,
    RecoveryResolver,
    RecoveryActResolver,
  ],
  exports: [
    RecoveryOpeningService,
    RecoveryFactService,
    RecoveryDecisionService,
    RecoveryFollowingService,
    RecoveryProcessor,
  ],
})
export class RecoveryModule {}

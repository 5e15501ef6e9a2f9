import { Module } from '@nestjs/common';
import { LetterModule } from '../letter/letter.module';
import { ParameterModule } from '../parameter/parameter.module';
import { PaymentRequestModule } from '../payment-request/payment-request.module';
import { ReceivableModule } from '../receivable/receivable.module';
import { RemedyModule } from '../remedy/remedy.module';
import { InstalmentBellService } from './instalment-bell.service';
import { InstalmentLetterService } from './instalment-letter.service';
import { InstalmentRuleService } from './instalment-rule.service';
import { InstalmentProcessor } from './instalment.processor';
import { InstalmentRepository } from './instalment.repository';
import { InstalmentPartResolver, InstalmentPlanResolver } from './instalment.resolver';
import { InstalmentService } from './instalment.service';
import { KeepingService } from './keeping.service';
import { ProposalService } from './proposal.service';

/** Paying back in parts: plans that one side puts forward and the other agrees to, kept true to what is owed. */
@Module({
  imports: [ParameterModule, LetterModule, ReceivableModule, PaymentRequestModule, RemedyModule],
  providers: [
    InstalmentRepository,
    InstalmentRuleService,
    InstalmentLetterService,
    KeepingService,
    ProposalService,
    InstalmentService,
    InstalmentBellService,
    InstalmentProcessor,
    InstalmentPlanResolver,
    InstalmentPartResolver,
  ],
  exports: [InstalmentService, InstalmentBellService, InstalmentProcessor],
})
export class InstalmentModule {}

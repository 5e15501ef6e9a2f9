import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module';
import { LetterModule } from '../letter/letter.module';
import { ParameterModule } from '../parameter/parameter.module';
import { RemedyRepository } from './remedy.repository';
import { ContestableDecisionResolver, RemedyResolver, RemedySuspensionResolver } from './remedy.resolver';
import { RemedyService } from './remedy.service';
import { RemedyStepService } from './remedy-step.service';
import { RemedyTermsService } from './remedy-terms.service';

/** Reconsideration and suits against a decision: their periods, what suspends it, and what they come to. */
@Module({
  imports: [DeliveryModule, LetterModule, ParameterModule],
  providers: [
    RemedyRepository,
    RemedyTermsService,
    RemedyService,
    RemedyStepService,
    RemedyResolver,
    ContestableDecisionResolver,
    RemedySuspensionResolver,
  ],
  exports: [RemedyService, RemedyStepService],
})
export class RemedyModule {}

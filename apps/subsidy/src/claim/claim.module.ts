import { Module } from '@nestjs/common';
import { ExplanationModule } from '../explanation/explanation.module';
import { OverpaymentModule } from '../overpayment/overpayment.module';
import { ReviewModule } from '../review/review.module';
import { WorklistModule } from '../worklist/worklist.module';
import { ClaimRepository } from './claim.repository';
import { ClaimResolver } from './claim.resolver';
import { ClaimService } from './claim.service';

/** What families ask for, and where each claim stands. */
@Module({
  imports: [ExplanationModule, OverpaymentModule, ReviewModule, WorklistModule],
  providers: [ClaimRepository, ClaimService, ClaimResolver],
  exports: [ClaimService],
})
export class ClaimModule {}

import { Module } from '@nestjs/common';
import { BeneficiaryModule } from './beneficiary/beneficiary.module';
import { ClaimModule } from './claim/claim.module';
import { DeterminationModule } from './determination/determination.module';
import { ExplanationModule } from './explanation/explanation.module';
import { FactModule } from './fact/fact.module';
import { IntakeModule } from './intake/intake.module';
import { ProgrammeModule } from './programme/programme.module';
import { ReviewModule } from './review/review.module';
import { WorklistModule } from './worklist/worklist.module';

/** Money the state owes, in the order a claim travels: facts, claim, decision, review, payment, reconciliation. */
@Module({
  imports: [
    ProgrammeModule,
    FactModule,
    BeneficiaryModule,
    IntakeModule,
    ClaimModule,
    DeterminationModule,
    WorklistModule,
    ReviewModule,
    ExplanationModule,
  ],
})
export class SubsidyModule {}

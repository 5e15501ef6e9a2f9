import { Module } from '@nestjs/common';
import { BeneficiaryModule } from './beneficiary/beneficiary.module';
import { CalendarModule } from './calendar/calendar.module';
import { ClaimModule } from './claim/claim.module';
import { DeterminationModule } from './determination/determination.module';
import { DisbursementModule } from './disbursement/disbursement.module';
import { ExplanationModule } from './explanation/explanation.module';
import { FactModule } from './fact/fact.module';
import { FundingModule } from './funding/funding.module';
import { IntakeModule } from './intake/intake.module';
import { LookupModule } from './lookup/lookup.module';
import { ProgrammeModule } from './programme/programme.module';
import { ReconciliationModule } from './reconciliation/reconciliation.module';
import { ReviewModule } from './review/review.module';
import { SettingsModule } from './settings/settings.module';
import { VerifyModule } from './verify/verify.module';
import { WorklistModule } from './worklist/worklist.module';

/** Money the state owes, in the order a claim travels: facts, claim, decision, review, payment, reconciliation. */
@Module({
  imports: [
    ProgrammeModule,
    SettingsModule,
    FactModule,
    BeneficiaryModule,
    IntakeModule,
    ClaimModule,
    DeterminationModule,
    WorklistModule,
    ReviewModule,
    LookupModule,
    ExplanationModule,
    FundingModule,
    DisbursementModule,
    CalendarModule,
    ReconciliationModule,
    VerifyModule,
  ],
})
export class SubsidyModule {}

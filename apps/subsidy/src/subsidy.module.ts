import type { JobHandler, Payload } from '@app/jobs';
import { Module } from '@nestjs/common';
import { BeneficiaryModule } from './beneficiary/beneficiary.module';
import { CalendarModule } from './calendar/calendar.module';
import { CalendarProcessor } from './calendar/calendar.processor';
import { ClaimModule } from './claim/claim.module';
import { DeterminationModule } from './determination/determination.module';
import { DeterminationProcessor } from './determination/determination.processor';
import { DisbursementModule } from './disbursement/disbursement.module';
import { DisbursementProcessor } from './disbursement/disbursement.processor';
import { EnrolmentModule } from './enrolment/enrolment.module';
import { EnrolmentProcessor } from './enrolment/enrolment.processor';
import { EqualAccessModule } from './equal-access/equal-access.module';
import { EqualAccessProcessor } from './equal-access/equal-access.processor';
import { ExplanationModule } from './explanation/explanation.module';
import { FactModule } from './fact/fact.module';
import { FactProcessor } from './fact/fact.processor';
import { FundingModule } from './funding/funding.module';
import { IntakeModule } from './intake/intake.module';
import { NewbornIntakeProcessor } from './intake/newborn-intake.processor';
import { LookupModule } from './lookup/lookup.module';
import { OverpaymentModule } from './overpayment/overpayment.module';
import { OverpaymentProcessor } from './overpayment/overpayment.processor';
import { PortabilityModule } from './portability/portability.module';
import { PortabilityProcessor } from './portability/portability.processor';
import { ProgrammeModule } from './programme/programme.module';
import { ReconciliationModule } from './reconciliation/reconciliation.module';
import { ReconciliationProcessor } from './reconciliation/reconciliation.processor';
import { ReviewModule } from './review/review.module';
import { SettingsModule } from './settings/settings.module';
import { SUBSIDY_HANDLERS } from './subsidy.tokens';
import { VerifyModule } from './verify/verify.module';
import { WorklistModule } from './worklist/worklist.module';

const PROCESSORS = [
  FactProcessor,
  NewbornIntakeProcessor,
  DeterminationProcessor,
  CalendarProcessor,
  DisbursementProcessor,
  PortabilityProcessor,
  EnrolmentProcessor,
  ReconciliationProcessor,
  OverpaymentProcessor,
  EqualAccessProcessor,
];

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
    PortabilityModule,
    EnrolmentModule,
    OverpaymentModule,
    EqualAccessModule,
    VerifyModule,
  ],
  providers: [
    {
      provide: SUBSIDY_HANDLERS,
      useFactory: (...processors: { readonly handlers: readonly JobHandler<Payload>[] }[]) =>
        processors.flatMap(({ handlers }) => handlers),
      inject: PROCESSORS,
    },
  ],
  exports: [SUBSIDY_HANDLERS],
})
export class SubsidyModule {}

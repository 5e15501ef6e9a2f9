import { REGISTRY_QUESTIONS } from '@app/contracts';
import { Module } from '@nestjs/common';
import { HouseholdRegistryModule } from '../household-registry/household-registry.module';
import { NominationModule } from '../nomination/nomination.module';
import { ParameterModule } from '../parameter/parameter.module';
import { RegistryEventModule } from '../registry-event/registry-event.module';
import { SetAsideModule } from '../set-aside/set-aside.module';
import { AskingService } from './asking.service';
import { QuestionProcessor } from './question.processor';
import { QuestionRepository } from './question.repository';
import { QuestionResolver } from './question.resolver';
import { QuestionService } from './question.service';
import { VerifyingService } from './verifying.service';

/** Asking the household registry about one person at a time: who asked, what for, and what came of it. */
@Module({
  imports: [HouseholdRegistryModule, ParameterModule, NominationModule, SetAsideModule, RegistryEventModule],
  providers: [
    QuestionRepository,
    QuestionService,
    AskingService,
    VerifyingService,
    QuestionResolver,
    QuestionProcessor,
    { provide: REGISTRY_QUESTIONS, useExisting: QuestionService },
  ],
  exports: [QuestionService, AskingService, QuestionProcessor, REGISTRY_QUESTIONS],
})
export class QuestionModule {}

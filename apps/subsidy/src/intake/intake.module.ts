import { Module } from '@nestjs/common';
import { BeneficiaryModule } from '../beneficiary/beneficiary.module';
import { FactModule } from '../fact/fact.module';
import { WorklistModule } from '../worklist/worklist.module';
import { IntakeBatchRepository } from './intake-batch.repository';
import { IntakeRepository } from './intake.repository';
import { IntakeService } from './intake.service';
import { NewbornIntakeProcessor } from './newborn-intake.processor';
import { NewbornIntakeRepository } from './newborn-intake.repository';
import { NewbornIntakeService } from './newborn-intake.service';

/** Files of claims, accounts and findings come in here, every row accounted for, and what newborn matters ask for. */
@Module({
  imports: [BeneficiaryModule, FactModule, WorklistModule],
  providers: [
    IntakeBatchRepository,
    IntakeRepository,
    IntakeService,
    NewbornIntakeRepository,
    NewbornIntakeService,
    NewbornIntakeProcessor,
  ],
  exports: [IntakeService, NewbornIntakeService, NewbornIntakeProcessor],
})
export class IntakeModule {}

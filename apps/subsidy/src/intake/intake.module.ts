import { Module } from '@nestjs/common';
import { BeneficiaryModule } from '../beneficiary/beneficiary.module';
import { FactModule } from '../fact/fact.module';
import { WorklistModule } from '../worklist/worklist.module';
import { IntakeBatchRepository } from './intake-batch.repository';
import { IntakeRepository } from './intake.repository';
import { IntakeService } from './intake.service';

/** Files of claims, accounts and findings come in here, and every row is accounted for. */
@Module({
  imports: [BeneficiaryModule, FactModule, WorklistModule],
  providers: [IntakeBatchRepository, IntakeRepository, IntakeService],
  exports: [IntakeService],
})
export class IntakeModule {}

import { Module } from '@nestjs/common';
import { QualityCheckRepository } from './quality-check.repository';
import { QualityProcessor } from './quality.processor';
import { QualityRepository } from './quality.repository';
import { QualityService } from './quality.service';

/** The look through the register, also where no graph is served. */
@Module({
  providers: [QualityRepository, QualityCheckRepository, QualityService, QualityProcessor],
  exports: [QualityService, QualityProcessor],
})
export class QualityCheckModule {}

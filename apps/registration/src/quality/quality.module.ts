import { Module } from '@nestjs/common';
import { QualityCheckRepository } from './quality-check.repository';
import { QualityProcessor } from './quality.processor';
import { QualityRepository } from './quality.repository';
import { QualityResolver } from './quality.resolver';
import { QualityService } from './quality.service';

/** What in the register contradicts itself, whose affair it is and until when. */
@Module({
  providers: [QualityRepository, QualityCheckRepository, QualityService, QualityProcessor, QualityResolver],
  exports: [QualityService, QualityProcessor, QualityResolver],
})
export class QualityModule {}

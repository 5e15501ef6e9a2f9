import { Module } from '@nestjs/common';
import { QualityCheckModule } from './quality-check.module';
import { QualityResolver } from './quality.resolver';

/** What in the register contradicts itself, whose affair it is and until when. */
@Module({
  imports: [QualityCheckModule],
  providers: [QualityResolver],
  exports: [QualityCheckModule, QualityResolver],
})
export class QualityModule {}

import { Module } from '@nestjs/common';
import { RetentionNightService } from './retention-night.service';
import { RetentionProcessor } from './retention.processor';
import { RetentionRepository } from './retention.repository';
import { RetentionHoldResolver, RetentionResolver } from './retention.resolver';
import { RetentionService } from './retention.service';

/** How long what is kept about somebody, and its deletion when the time is over and nothing holds it. */
@Module({
  providers: [
    RetentionRepository,
    RetentionService,
    RetentionNightService,
    RetentionProcessor,
    RetentionResolver,
    RetentionHoldResolver,
  ],
  exports: [RetentionRepository, RetentionService, RetentionNightService, RetentionProcessor],
})
export class RetentionModule {}

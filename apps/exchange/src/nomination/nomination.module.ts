import { Module } from '@nestjs/common';
import { NominationRepository } from './nomination.repository';
import { NominationResolver } from './nomination.resolver';
import { NominationService } from './nomination.service';

/** Who is named to the household registry. */
@Module({
  providers: [NominationRepository, NominationService, NominationResolver],
  exports: [NominationService],
})
export class NominationModule {}

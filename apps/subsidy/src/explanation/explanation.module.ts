import { Module } from '@nestjs/common';
import { LookupModule } from '../lookup/lookup.module';
import { ProgrammeModule } from '../programme/programme.module';
import { ExplanationRepository } from './explanation.repository';
import { ExplanationService } from './explanation.service';

/** Why somebody is paid what they are paid. */
@Module({
  imports: [ProgrammeModule, LookupModule],
  providers: [ExplanationRepository, ExplanationService],
  exports: [ExplanationService],
})
export class ExplanationModule {}

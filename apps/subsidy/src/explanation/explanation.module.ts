import { Module } from '@nestjs/common';
import { ProgrammeModule } from '../programme/programme.module';
import { ExplanationRepository } from './explanation.repository';
import { ExplanationService } from './explanation.service';

/** Why somebody is paid what they are paid. */
@Module({
  imports: [ProgrammeModule],
  providers: [ExplanationRepository, ExplanationService],
  exports: [ExplanationService],
})
export class ExplanationModule {}

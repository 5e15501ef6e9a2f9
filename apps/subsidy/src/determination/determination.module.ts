import { Module } from '@nestjs/common';
import { ProgrammeModule } from '../programme/programme.module';
import { DeterminationProcessor } from './determination.processor';
import { DeterminationRepository } from './determination.repository';
import { DeterminationService } from './determination.service';
import { RunService } from './run.service';

/** Deciding a whole division by the rules: claims go on or are held, persons get what is due to them. */
@Module({
  imports: [ProgrammeModule],
  providers: [DeterminationRepository, RunService, DeterminationService, DeterminationProcessor],
  exports: [DeterminationService, DeterminationProcessor],
})
export class DeterminationModule {}

import { Module } from '@nestjs/common';
import { ProgrammeModule } from '../programme/programme.module';
import { DeterminationRepository } from './determination.repository';
import { DeterminationService } from './determination.service';

/** Deciding a whole division by the rules: claims go on or are held, persons get what is due to them. */
@Module({
  imports: [ProgrammeModule],
  providers: [DeterminationRepository, DeterminationService],
  exports: [DeterminationService],
})
export class DeterminationModule {}

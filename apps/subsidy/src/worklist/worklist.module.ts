import { Module } from '@nestjs/common';
import { ProgrammeModule } from '../programme/programme.module';
import { ReviewModule } from '../review/review.module';
import { WorklistRepository } from './worklist.repository';
import { WorklistResolver } from './worklist.resolver';
import { WorklistService } from './worklist.service';

/** The questions that wait for a person. */
@Module({
  imports: [ProgrammeModule, ReviewModule],
  providers: [WorklistRepository, WorklistService, WorklistResolver],
  exports: [WorklistService],
})
export class WorklistModule {}

import { Module } from '@nestjs/common';
import { FactRepository } from './fact.repository';
import { ChangeResolver, DatedFactResolver } from './fact.resolver';
import { FactService } from './fact.service';
import { ProjectionRepository } from './projection.repository';
import { ProjectionService } from './projection.service';

/** Dated facts about persons and the journal of changes that they come and go by. */
@Module({
  providers: [FactRepository, ProjectionRepository, ProjectionService, FactService, DatedFactResolver, ChangeResolver],
  exports: [FactService, ProjectionService, DatedFactResolver, ChangeResolver],
})
export class FactModule {}

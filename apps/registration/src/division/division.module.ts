import { Module } from '@nestjs/common';
import { DivisionRepository } from './division.repository';
import { DivisionResolver } from './division.resolver';
import { DivisionService } from './division.service';

/** Administrative divisions: where things are. */
@Module({
  providers: [DivisionRepository, DivisionService, DivisionResolver],
  exports: [DivisionService, DivisionResolver],
})
export class DivisionModule {}

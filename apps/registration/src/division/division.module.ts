import { Module } from '@nestjs/common';
import { DivisionRepository } from './division.repository';
import { DivisionResolver } from './division.resolver';
import { DivisionService } from './division.service';
import { SuccessionService } from './succession.service';

/** Administrative divisions: where things are, and what became of places that are no more. */
@Module({
  providers: [DivisionRepository, DivisionService, SuccessionService, DivisionResolver],
  exports: [DivisionService, SuccessionService, DivisionResolver],
})
export class DivisionModule {}

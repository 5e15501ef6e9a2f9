import { Module } from '@nestjs/common';
import { DivisionRepository } from './division.repository';
import { DivisionService } from './division.service';

/** Administrative divisions: where things are. */
@Module({
  providers: [DivisionRepository, DivisionService],
  exports: [DivisionService],
})
export class DivisionModule {}

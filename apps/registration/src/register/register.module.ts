import { Module } from '@nestjs/common';
import { DuplicateModule } from '../duplicate/duplicate.module';
import { FactModule } from '../fact/fact.module';
import { PersonModule } from '../person/person.module';
import { HouseholdChangeService } from './household-change.service';
import { MergeService } from './merge.service';
import { RegisterRepository } from './register.repository';
import { RegisterResolver } from './register.resolver';
import { RegisterService } from './register.service';

/** Governed changes of the register: what an officer records on evidence, and can take back. */
@Module({
  imports: [DuplicateModule, FactModule, PersonModule],
  providers: [RegisterRepository, RegisterService, MergeService, HouseholdChangeService, RegisterResolver],
  exports: [RegisterService, MergeService, HouseholdChangeService, RegisterResolver],
})
export class RegisterModule {}

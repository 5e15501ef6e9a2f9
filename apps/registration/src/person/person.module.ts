import { Module } from '@nestjs/common';
import { FactModule } from '../fact/fact.module';
import { FamilyService } from './family.service';
import { PersonRepository } from './person.repository';
import { PersonResolver } from './person.resolver';
import { PersonService } from './person.service';
import { RevealRepository } from './reveal.repository';
import { RevealService } from './reveal.service';

/** Persons: read here, written by imports. */
@Module({
  imports: [FactModule],
  providers: [PersonRepository, PersonService, RevealRepository, RevealService, FamilyService, PersonResolver],
  exports: [PersonService, FamilyService, PersonResolver],
})
export class PersonModule {}

import { Module } from '@nestjs/common';
import { PersonRepository } from './person.repository';
import { PersonResolver } from './person.resolver';
import { PersonService } from './person.service';

/** Persons: read here, written by imports. */
@Module({
  providers: [PersonRepository, PersonService, PersonResolver],
  exports: [PersonService, PersonResolver],
})
export class PersonModule {}

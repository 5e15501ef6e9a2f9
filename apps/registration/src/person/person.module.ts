import { Module } from '@nestjs/common';
import { FactModule } from '../fact/fact.module';
import { FamilyService } from './family.service';
import { IdentityRepository } from './identity.repository';
import { IdentityService } from './identity.service';
import { PersonIdentityRepository } from './person-identity.repository';
import { PersonIdentityService } from './person-identity.service';
import { PersonRepository } from './person.repository';
import { PersonResolver } from './person.resolver';
import { PersonService } from './person.service';
import { RevealRepository } from './reveal.repository';
import { RevealService } from './reveal.service';

/** Persons: read here, written by imports. */
@Module({
  imports: [FactModule],
  providers: [
    PersonRepository,
    PersonService,
    IdentityRepository,
    IdentityService,
    RevealRepository,
    RevealService,
    FamilyService,
    PersonIdentityRepository,
    PersonIdentityService,
    PersonResolver,
  ],
  exports: [PersonService, IdentityService, PersonIdentityService, FamilyService, PersonResolver],
})
export class PersonModule {}

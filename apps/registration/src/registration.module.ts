import { Module } from '@nestjs/common';
import { DivisionModule } from './division/division.module';
import { FactModule } from './fact/fact.module';
import { FeedModule } from './feed/feed.module';
import { HouseholdModule } from './household/household.module';
import { PersonModule } from './person/person.module';
import { RegisterModule } from './register/register.module';
import { RegistryImportModule } from './registry-import/registry-import.module';

/**
 * Who exists and who belongs to whom. Needs from outside, provided globally: REGISTRATION_DATABASE,
 * REGISTRATION_OUTBOX, CLOCK and Vault.
 */
@Module({
  imports: [
    DivisionModule,
    FactModule,
    RegisterModule,
    RegistryImportModule,
    PersonModule,
    HouseholdModule,
    FeedModule,
  ],
  exports: [
    DivisionModule,
    FactModule,
    RegisterModule,
    RegistryImportModule,
    PersonModule,
    HouseholdModule,
    FeedModule,
  ],
})
export class RegistrationModule {}

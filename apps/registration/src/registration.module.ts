import type { JobHandler, Payload } from '@app/jobs';
import { Module } from '@nestjs/common';
import { CertificateModule } from './certificate/certificate.module';
import { DivisionModule } from './division/division.module';
import { FactModule } from './fact/fact.module';
import { FeedModule } from './feed/feed.module';
import { HouseholdModule } from './household/household.module';
import { NewbornMatterModule } from './newborn-matter/newborn-matter.module';
import { NewbornMatterProcessor } from './newborn-matter/newborn-matter.processor';
import { PersonModule } from './person/person.module';
import { REGISTRATION_HANDLERS } from './registration.tokens';
import { RegisterModule } from './register/register.module';
import { RegistryImportModule } from './registry-import/registry-import.module';

const PROCESSORS = [NewbornMatterProcessor];

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
    NewbornMatterModule,
    CertificateModule,
  ],
  providers: [
    {
      provide: REGISTRATION_HANDLERS,
      useFactory: (...processors: { readonly handlers: readonly JobHandler<Payload>[] }[]) =>
        processors.flatMap(({ handlers }) => handlers),
      inject: PROCESSORS,
    },
  ],
  exports: [
    DivisionModule,
    FactModule,
    RegisterModule,
    RegistryImportModule,
    PersonModule,
    HouseholdModule,
    FeedModule,
    NewbornMatterModule,
    CertificateModule,
    REGISTRATION_HANDLERS,
  ],
})
export class RegistrationModule {}

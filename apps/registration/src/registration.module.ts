import type { JobHandler, Payload } from '@app/jobs';
import { Module } from '@nestjs/common';
import { DivisionModule } from './division/division.module';
import { DuplicateModule } from './duplicate/duplicate.module';
import { DuplicateProcessor } from './duplicate/duplicate.processor';
import { FactModule } from './fact/fact.module';
import { FeedModule } from './feed/feed.module';
import { HouseholdModule } from './household/household.module';
import { PersonModule } from './person/person.module';
import { QualityModule } from './quality/quality.module';
import { QualityProcessor } from './quality/quality.processor';
import { RegisterModule } from './register/register.module';
import { REGISTRATION_HANDLERS } from './registration.tokens';
import { RegistryImportModule } from './registry-import/registry-import.module';

const PROCESSORS = [DuplicateProcessor, QualityProcessor];

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
    DuplicateModule,
    QualityModule,
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
    DuplicateModule,
    QualityModule,
    REGISTRATION_HANDLERS,
  ],
})
export class RegistrationModule {}

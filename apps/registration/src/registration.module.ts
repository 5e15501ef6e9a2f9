import type { JobHandler, Payload } from '@app/jobs';
import { Module } from '@nestjs/common';
import { CertificateModule } from './certificate/certificate.module';
import { BirthRegistrationProcessor } from './birth-registration/birth-registration.processor';
import { BirthRegistrationModule } from './birth-registration/birth-registration.module';
import { DivisionModule } from './division/division.module';
import { DuplicateModule } from './duplicate/duplicate.module';
import { DuplicateProcessor } from './duplicate/duplicate.processor';
import { FactModule } from './fact/fact.module';
import { FeedModule } from './feed/feed.module';
import { HouseholdModule } from './household/household.module';
import { NewbornMatterModule } from './newborn-matter/newborn-matter.module';
import { NewbornMatterProcessor } from './newborn-matter/newborn-matter.processor';
import { PersonModule } from './person/person.module';
import { QualityModule } from './quality/quality.module';
import { QualityProcessor } from './quality/quality.processor';
import { RegisterModule } from './register/register.module';
import { RegistryCheckModule } from './registry-check/registry-check.module';
import { RegistryCheckProcessor } from './registry-check/registry-check.processor';
import { RegistryFeedModule } from './registry-feed/registry-feed.module';
import { RegistryFeedProcessor } from './registry-feed/registry-feed.processor';
import { RegistryImportModule } from './registry-import/registry-import.module';
import { REGISTRATION_HANDLERS } from './registration.tokens';
import { VoucherModule } from './voucher/voucher.module';

const PROCESSORS = [
  RegistryFeedProcessor,
  DuplicateProcessor,
  QualityProcessor,
  NewbornMatterProcessor,
  RegistryCheckProcessor,
  BirthRegistrationProcessor,
];

/**
 * Who exists and who belongs to whom. Needs from outside, provided globally: REGISTRATION_DATABASE,
 * REGISTRATION_OUTBOX, REGISTRY_EVENT_FEED, REGISTRY_QUESTIONS, CLOCK and Vault; VOUCHER_SETTINGS where vouchers become
 * credentials.
 */
@Module({
  imports: [
    DivisionModule,
    FactModule,
    RegisterModule,
    RegistryImportModule,
    RegistryFeedModule,
    RegistryCheckModule,
    PersonModule,
    HouseholdModule,
    FeedModule,
    DuplicateModule,
    QualityModule,
    NewbornMatterModule,
    CertificateModule,
    BirthRegistrationModule,
    VoucherModule,
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
    REGISTRATION_HANDLERS,
    DivisionModule,
    FactModule,
    RegisterModule,
    RegistryImportModule,
    RegistryFeedModule,
    RegistryCheckModule,
    PersonModule,
    HouseholdModule,
    FeedModule,
    DuplicateModule,
    QualityModule,
    NewbornMatterModule,
    CertificateModule,
    BirthRegistrationModule,
    VoucherModule,
  ],
})
export class RegistrationModule {}

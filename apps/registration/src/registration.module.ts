import { Module } from '@nestjs/common';
import { BirthRegistrationModule } from './birth-registration/birth-registration.module';
import { DivisionModule } from './division/division.module';
import { FeedModule } from './feed/feed.module';
import { HouseholdModule } from './household/household.module';
import { PersonModule } from './person/person.module';
import { RegistryImportModule } from './registry-import/registry-import.module';
import { VoucherModule } from './voucher/voucher.module';

/**
 * Who exists and who belongs to whom. Needs from outside, provided globally: REGISTRATION_DATABASE,
 * REGISTRATION_OUTBOX, CLOCK and Vault; VOUCHER_SETTINGS where vouchers become credentials.
 */
@Module({
  imports: [
    DivisionModule,
    RegistryImportModule,
    PersonModule,
    HouseholdModule,
    FeedModule,
    BirthRegistrationModule,
    VoucherModule,
  ],
  exports: [
    DivisionModule,
    RegistryImportModule,
    PersonModule,
    HouseholdModule,
    FeedModule,
    BirthRegistrationModule,
    VoucherModule,
  ],
})
export class RegistrationModule {}

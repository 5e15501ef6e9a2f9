import { Module } from '@nestjs/common';
import { DivisionModule } from './division/division.module';
import { FeedModule } from './feed/feed.module';
import { RegistryImportModule } from './registry-import/registry-import.module';

/**
 * Who exists and who belongs to whom. Needs from outside, provided globally: REGISTRATION_DATABASE,
 * REGISTRATION_OUTBOX, CLOCK and Vault.
 */
@Module({
  imports: [DivisionModule, RegistryImportModule, FeedModule],
  exports: [DivisionModule, RegistryImportModule, FeedModule],
})
export class RegistrationModule {}

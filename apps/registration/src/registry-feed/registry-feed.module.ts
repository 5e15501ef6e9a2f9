import { Module } from '@nestjs/common';
import { DivisionModule } from '../division/division.module';
import { RegisterModule } from '../register/register.module';
import { RegistryImportModule } from '../registry-import/registry-import.module';
import { RegistryFeedProcessor } from './registry-feed.processor';
import { RegistryFeedRepository } from './registry-feed.repository';
import { RegistryFeedResolver } from './registry-feed.resolver';
import { RegistryFeedService } from './registry-feed.service';

/** Changes in the household registry, taken into the register. Needs REGISTRY_EVENT_FEED, provided globally. */
@Module({
  imports: [DivisionModule, RegisterModule, RegistryImportModule],
  providers: [RegistryFeedRepository, RegistryFeedService, RegistryFeedProcessor, RegistryFeedResolver],
  exports: [RegistryFeedService, RegistryFeedProcessor, RegistryFeedResolver],
})
export class RegistryFeedModule {}

import { REGISTRY_EVENT_FEED } from '@app/contracts';
import { Module } from '@nestjs/common';
import { HouseholdRegistryModule } from '../household-registry/household-registry.module';
import { ParameterModule } from '../parameter/parameter.module';
import { RegistryEventProcessor } from './registry-event.processor';
import { RegistryEventRepository } from './registry-event.repository';
import { RegistryEventService } from './registry-event.service';

/** Changes in the household registry, taken in once each and given on to the register. */
@Module({
  imports: [HouseholdRegistryModule, ParameterModule],
  providers: [
    RegistryEventRepository,
    RegistryEventService,
    RegistryEventProcessor,
    { provide: REGISTRY_EVENT_FEED, useExisting: RegistryEventService },
  ],
  exports: [RegistryEventService, RegistryEventProcessor, REGISTRY_EVENT_FEED],
})
export class RegistryEventModule {}

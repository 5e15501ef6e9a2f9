import { Module } from '@nestjs/common';
import { RegistryCheckProcessor } from './registry-check.processor';
import { RegistryCheckRepository } from './registry-check.repository';
import { RegistryCheckResolver, RegistrySilenceResolver } from './registry-check.resolver';
import { RegistryCheckService } from './registry-check.service';

/** What the household registry says of stated parents. Needs REGISTRY_QUESTIONS, provided globally. */
@Module({
  providers: [
    RegistryCheckRepository,
    RegistryCheckService,
    RegistryCheckProcessor,
    RegistryCheckResolver,
    RegistrySilenceResolver,
  ],
  exports: [RegistryCheckService, RegistryCheckProcessor],
})
export class RegistryCheckModule {}

import { Module } from '@nestjs/common';
import { ParameterModule } from '../parameter/parameter.module';
import { ServiceAccessProcessor } from './service-access.processor';
import { ServiceAccessRepository } from './service-access.repository';
import { ServiceAccessResolver } from './service-access.resolver';
import { ServiceAccessService } from './service-access.service';

/** How services treat newcomers beside locals: figures by county and quarter, frozen and published. */
@Module({
  imports: [ParameterModule],
  providers: [ServiceAccessRepository, ServiceAccessService, ServiceAccessProcessor, ServiceAccessResolver],
  exports: [ServiceAccessService, ServiceAccessProcessor],
})
export class EqualAccessModule {}

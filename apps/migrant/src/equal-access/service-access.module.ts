import { Module } from '@nestjs/common';
import { ComplaintModule } from '../complaint/complaint.module';
import { ParameterModule } from '../parameter/parameter.module';
import { ServiceRequestModule } from '../service-request/service-request.module';
import { SupportVisitModule } from '../support-visit/support-visit.module';
import { ServiceAccessProcessor } from './service-access.processor';
import { ServiceAccessRepository } from './service-access.repository';
import { ServiceAccessResolver } from './service-access.resolver';
import { ServiceAccessService } from './service-access.service';
import { ServiceBellService } from './service-bell.service';

/** How services treat newcomers beside locals: figures by county and quarter, frozen and published. */
@Module({
  imports: [ParameterModule, ServiceRequestModule, SupportVisitModule, ComplaintModule],
  providers: [
    ServiceAccessRepository,
    ServiceAccessService,
    ServiceAccessProcessor,
    ServiceBellService,
    ServiceAccessResolver,
  ],
  exports: [ServiceAccessService, ServiceAccessProcessor, ServiceBellService],
})
export class ServiceAccessModule {}

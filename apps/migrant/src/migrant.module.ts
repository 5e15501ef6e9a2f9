import type { JobHandler, Payload } from '@app/jobs';
import { Module } from '@nestjs/common';
import { ComplaintModule } from './complaint/complaint.module';
import { ComplaintProcessor } from './complaint/complaint.processor';
import { ServiceAccessModule } from './equal-access/service-access.module';
import { ServiceAccessProcessor } from './equal-access/service-access.processor';
import { MIGRANT_HANDLERS } from './migrant.tokens';
import { ParameterModule } from './parameter/parameter.module';
import { ServiceRequestModule } from './service-request/service-request.module';
import { ServiceRequestProcessor } from './service-request/service-request.processor';
import { SupportVisitModule } from './support-visit/support-visit.module';
import { SupportVisitProcessor } from './support-visit/support-visit.processor';

const PROCESSORS = [ServiceRequestProcessor, SupportVisitProcessor, ComplaintProcessor, ServiceAccessProcessor];

/**
 * People who move: where they live, what places do for each other about them, and the services they are owed. Needs from
 * outside, provided globally: MIGRANT_DATABASE, MIGRANT_OUTBOX, CLOCK and Vault.
 */
@Module({
  imports: [ParameterModule, ServiceRequestModule, SupportVisitModule, ComplaintModule, ServiceAccessModule],
  providers: [
    {
      provide: MIGRANT_HANDLERS,
      useFactory: (...processors: { readonly handlers: readonly JobHandler<Payload>[] }[]) =>
        processors.flatMap(({ handlers }) => handlers),
      inject: PROCESSORS,
    },
  ],
  exports: [MIGRANT_HANDLERS, ParameterModule],
})
export class MigrantModule {}

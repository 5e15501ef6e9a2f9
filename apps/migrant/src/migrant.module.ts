import type { JobHandler, Payload } from '@app/jobs';
import { Module } from '@nestjs/common';
import { FlowModule } from './flow/flow.module';
import { FlowProcessor } from './flow/flow.processor';
import { FlowService } from './flow/flow.service';
import { CoordinationBellService } from './coordination/coordination-bell.service';
import { CoordinationModule } from './coordination/coordination.module';
import { CoordinationProcessor } from './coordination/coordination.processor';
import { ComplaintModule } from './complaint/complaint.module';
import { ComplaintProcessor } from './complaint/complaint.processor';
import { ServiceAccessModule } from './equal-access/service-access.module';
import { ServiceAccessProcessor } from './equal-access/service-access.processor';
import { ServiceBellService } from './equal-access/service-bell.service';
import { MIGRANT_HANDLERS } from './migrant.tokens';
import { OwnRecordModule } from './own-record/own-record.module';
import { ResidenceModule } from './residence/residence.module';
import { ResidenceProcessor } from './residence/residence.processor';
import { ParameterModule } from './parameter/parameter.module';
import { RetentionModule } from './retention/retention.module';
import { RetentionNightService } from './retention/retention-night.service';
import { RetentionProcessor } from './retention/retention.processor';
import { ServiceRequestModule } from './service-request/service-request.module';
import { ServiceRequestProcessor } from './service-request/service-request.processor';
import { SupportVisitModule } from './support-visit/support-visit.module';
import { SupportVisitProcessor } from './support-visit/support-visit.processor';

const PROCESSORS: (abstract new (...args: never[]) => { readonly handlers: readonly JobHandler<Payload>[] })[] = [
  ResidenceProcessor,
  FlowProcessor,
  RetentionProcessor,
  CoordinationProcessor,
  ServiceRequestProcessor,
  SupportVisitProcessor,
  ComplaintProcessor,
  ServiceAccessProcessor,
];

/** What looks every minute whether something of this app's is due; many rings at once are one. */
export const MIGRANT_BELLS: readonly (abstract new (...args: never[]) => { ring(): Promise<unknown> })[] = [
  FlowService,
  RetentionNightService,
  CoordinationBellService,
  ServiceBellService,
];

/**
 * People who move: where they live, what places do for each other about them, and the services they are owed. Needs from
 * outside, provided globally: MIGRANT_DATABASE, MIGRANT_OUTBOX, PERSON_IDENTITIES, CLOCK and Vault; COORDINATION_MATTERS and
 * PEER_INBOX where there are other apps and installations to ask.
 */
@Module({
  imports: [
    ParameterModule,
    ResidenceModule,
    FlowModule,
    RetentionModule,
    OwnRecordModule,
    CoordinationModule,
    ServiceRequestModule,
    SupportVisitModule,
    ComplaintModule,
    ServiceAccessModule,
  ],
  providers: [
    {
      provide: MIGRANT_HANDLERS,
      useFactory: (...processors: { readonly handlers: readonly JobHandler<Payload>[] }[]) =>
        processors.flatMap(({ handlers }) => handlers),
      inject: PROCESSORS,
    },
  ],
  exports: [MIGRANT_HANDLERS, ParameterModule, ResidenceModule, FlowModule, RetentionModule, CoordinationModule],
})
export class MigrantModule {}

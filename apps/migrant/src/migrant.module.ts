import type { JobHandler, Payload } from '@app/jobs';
import { Module } from '@nestjs/common';
import { FlowModule } from './flow/flow.module';
import { FlowProcessor } from './flow/flow.processor';
import { FlowService } from './flow/flow.service';
import { CoordinationBellService } from './coordination/coordination-bell.service';
import { CoordinationModule } from './coordination/coordination.module';
import { CoordinationProcessor } from './coordination/coordination.processor';
import { MIGRANT_HANDLERS } from './migrant.tokens';
import { OwnRecordModule } from './own-record/own-record.module';
import { ResidenceModule } from './residence/residence.module';
import { ResidenceProcessor } from './residence/residence.processor';
import { ParameterModule } from './parameter/parameter.module';
import { RetentionModule } from './retention/retention.module';
import { RetentionNightService } from './retention/retention-night.service';
import { RetentionProcessor } from './retention/retention.processor';

const PROCESSORS: (abstract new (...args: never[]) => { readonly handlers: readonly JobHandler<Payload>[] })[] = [
  ResidenceProcessor,
  FlowProcessor,
  RetentionProcessor,
  CoordinationProcessor,
];

/** What looks every minute whether something of this app's is due; many rings at once are one. */
export const MIGRANT_BELLS: readonly (abstract new (...args: never[]) => { ring(): Promise<unknown> })[] = [
  FlowService,
  RetentionNightService,
  CoordinationBellService,
];

/**
 * People who move: where they live, what places do for each other about them, and the services they are owed. Needs from
 * outside, provided globally: MIGRANT_DATABASE, MIGRANT_OUTBOX, PERSON_IDENTITIES, CLOCK and Vault; COORDINATION_MATTERS and
 * PEER_INBOX where there are other apps and installations to ask.
 */
@Module({
  imports: [ParameterModule, ResidenceModule, FlowModule, RetentionModule, OwnRecordModule, CoordinationModule],
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

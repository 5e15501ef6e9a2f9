import type { JobHandler, Payload } from '@app/jobs';
import { Module } from '@nestjs/common';
import { CoordinationModule } from './coordination/coordination.module';
import { CoordinationProcessor } from './coordination/coordination.processor';
import { MIGRANT_HANDLERS } from './migrant.tokens';
import { ParameterModule } from './parameter/parameter.module';

const PROCESSORS: (abstract new (...args: never[]) => { readonly handlers: readonly JobHandler<Payload>[] })[] = [
  CoordinationProcessor,
];

/**
 * People who move: where they live, what places do for each other about them, and the services they are owed. Needs from
 * outside, provided globally: MIGRANT_DATABASE, MIGRANT_OUTBOX, PERSON_IDENTITIES, CLOCK and Vault; COORDINATION_MATTERS and
 * PEER_INBOX where there are other apps and installations to ask.
 */
@Module({
  imports: [ParameterModule, CoordinationModule],
  providers: [
    {
      provide: MIGRANT_HANDLERS,
      useFactory: (...processors: { readonly handlers: readonly JobHandler<Payload>[] }[]) =>
        processors.flatMap(({ handlers }) => handlers),
      inject: PROCESSORS,
    },
  ],
  exports: [MIGRANT_HANDLERS, ParameterModule, CoordinationModule],
})
export class MigrantModule {}

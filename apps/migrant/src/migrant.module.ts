import type { JobHandler, Payload } from '@app/jobs';
import { Module } from '@nestjs/common';
import { MIGRANT_HANDLERS } from './migrant.tokens';
import { ParameterModule } from './parameter/parameter.module';

const PROCESSORS: (abstract new (...args: never[]) => { readonly handlers: readonly JobHandler<Payload>[] })[] = [];

/**
 * People who move: where they live, what places do for each other about them, and the services they are owed. Needs from
 * outside, provided globally: MIGRANT_DATABASE, MIGRANT_OUTBOX, CLOCK and Vault.
 */
@Module({
  imports: [ParameterModule],
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

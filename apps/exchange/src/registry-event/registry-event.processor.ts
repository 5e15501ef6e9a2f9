import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { pullEvents } from './registry-event.jobs';
import { RegistryEventService } from './registry-event.service';

/** The bell that has the registry asked for its changes. */
@Injectable()
export class RegistryEventProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(events: RegistryEventService) {
    // Repeatable at any point, so it needs no inbox row for its effect.
    const pull: JobHandler<{ bell: string }> = { job: pullEvents, handle: async () => void (await events.pull()) };
    this.handlers = [pull];
  }
}

import { registryEventsArrived } from '@app/contracts';
import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { RegistryFeedService } from './registry-feed.service';

/** The exchange tells that the household registry has changes. */
@Injectable()
export class RegistryFeedProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(feed: RegistryFeedService) {
    // Repeatable at any point, so it needs no inbox row for its effect.
    const pull: JobHandler<{ feed: string }> = {
      job: registryEventsArrived,
      handle: async () => void (await feed.pull()),
    };
    this.handlers = [pull];
  }
}

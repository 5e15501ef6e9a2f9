import { residentsChanged } from '@app/contracts';
import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { linkResident } from './residence.jobs';
import { ResidentFeedService } from './resident-feed.service';

/** The register tells that it changed, and somebody new is looked for in it. */
@Injectable()
export class ResidenceProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(feed: ResidentFeedService) {
    // Both repeatable at any point, so they need no inbox row for their effect.
    const pull: JobHandler<{ feed: string }> = { job: residentsChanged, handle: async () => void (await feed.pull()) };
    const link: JobHandler<{ resident: string }> = { job: linkResident, handle: ({ resident }) => feed.link(resident) };
    this.handlers = [pull, link];
  }
}

import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { ConsentService } from './consent.service';
import { lookAtConsents } from './support-visit.jobs';

/** The bell of consents that are over. */
@Injectable()
export class SupportVisitProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(consents: ConsentService) {
    const look: JobHandler<{ bell: string }> = {
      job: lookAtConsents,
      handle: async () => void (await consents.deleteOver()),
    };
    this.handlers = [look];
  }
}

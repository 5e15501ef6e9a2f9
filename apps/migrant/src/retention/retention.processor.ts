import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { RetentionNightService } from './retention-night.service';
import { deleteDue } from './retention.jobs';

/** The nightly deletion. */
@Injectable()
export class RetentionProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(night: RetentionNightService) {
    const nightly: JobHandler<{ bell: string }> = {
      job: deleteDue,
      handle: async (_payload, { signal }) => void (await night.run(signal)),
    };
    this.handlers = [nightly];
  }
}

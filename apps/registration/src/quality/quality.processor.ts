import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { refreshQuality } from './quality.jobs';
import { QualityService } from './quality.service';

/** The look through the register after imports and changes. */
@Injectable()
export class QualityProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(quality: QualityService) {
    const after: JobHandler<{ register: string }> = {
      job: refreshQuality,
      handle: async () => void (await quality.refresh()),
    };
    this.handlers = [after];
  }
}

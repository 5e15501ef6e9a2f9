import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { freezeEqualAccess } from './equal-access.jobs';
import { EqualAccessService } from './equal-access.service';

/** The bell of quarters. */
@Injectable()
export class EqualAccessProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(access: EqualAccessService) {
    const freeze: JobHandler<{ bell: string }> = {
      job: freezeEqualAccess,
      handle: async () => void (await access.freezeDue()),
    };
    this.handlers = [freeze];
  }
}

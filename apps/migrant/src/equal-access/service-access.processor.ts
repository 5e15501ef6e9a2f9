import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { freezeServiceAccess } from './service-access.jobs';
import { ServiceAccessService } from './service-access.service';

/** The bell of quarters. */
@Injectable()
export class ServiceAccessProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(access: ServiceAccessService) {
    const freeze: JobHandler<{ bell: string }> = {
      job: freezeServiceAccess,
      handle: async () => void (await access.freezeDue()),
    };
    this.handlers = [freeze];
  }
}

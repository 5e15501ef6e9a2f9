import { coordinationAnswered, type CoordinationAnswered } from '@app/contracts';
import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { ElsewhereHearingService } from './elsewhere-hearing.service';

/** What other places answered. */
@Injectable()
export class BirthRegistrationProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(hearing: ElsewhereHearingService) {
    // It looks first what was noted already, so it needs no inbox row for its effect.
    const hear: JobHandler<CoordinationAnswered> = {
      job: coordinationAnswered.registration,
      handleAll: ({ payloads }) => hearing.hear(payloads.map(({ matter }) => matter)),
    };
    this.handlers = [hear];
  }
}

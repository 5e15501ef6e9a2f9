import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { EnrolmentAskingService } from './enrolment-asking.service';
import { askEnrolments, ringEnrolments } from './enrolment.jobs';
import { EnrolmentService } from './enrolment.service';

/** The bell, and the installations that something is due to be asked of. */
@Injectable()
export class EnrolmentProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(asking: EnrolmentAskingService, enrolments: EnrolmentService) {
    // Each looks first whether there is anything to do, so they need no inbox row for their effect.
    const ask: JobHandler<{ peer: string }> = {
      job: askEnrolments,
      handle: ({ peer }, { signal }) => asking.ask(peer, signal),
    };
    const ring: JobHandler<{ bell: string }> = { job: ringEnrolments, handle: () => enrolments.ring() };
    this.handlers = [ask, ring];
  }
}

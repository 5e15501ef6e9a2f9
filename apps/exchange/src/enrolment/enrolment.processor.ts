import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { ringEnrolments } from './enrolment.jobs';

@Injectable()
export class EnrolmentProcessor {
  readonly handlers: readonly JobHandler<Payload>[];
  constructor() {
    const ring: JobHandler<{ bell: string }> = { job: ringEnrolments, handle: () => Promise.resolve() };
    this.handlers = [ring];
  }
}

import { enrolmentAnswered } from '@app/contracts';
import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { askEnrolments } from './enrolment.jobs';
import { EnrolmentService } from './enrolment.service';

/** The bell that asks, and the exchange's word that answers are there. */
@Injectable()
export class EnrolmentProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(enrolments: EnrolmentService) {
    const ask: JobHandler<{ bell: string }> = { job: askEnrolments, handle: () => enrolments.look() };
    const answered: JobHandler<{ feed: string }> = { job: enrolmentAnswered, handle: () => enrolments.readAnswers() };
    this.handlers = [ask, answered];
  }
}

import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { AskingService } from './asking.service';
import { askQuestion, ringQuestions } from './question.jobs';

/** The bell, and each question that it finds due. */
@Injectable()
export class QuestionProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(asking: AskingService) {
    // Both look first whether there is anything to do, so they need no inbox row for their effect.
    const ask: JobHandler<{ id: string }> = { job: askQuestion, handle: ({ id }) => asking.ask(id) };
    const ring: JobHandler<{ bell: string }> = { job: ringQuestions, handle: () => asking.ring() };
    this.handlers = [ask, ring];
  }
}

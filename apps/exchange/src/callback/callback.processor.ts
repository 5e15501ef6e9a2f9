import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { forgetMessages } from './callback.jobs';
import { CallbackService } from './callback.service';

/** The bell that has old messages dropped. */
@Injectable()
export class CallbackProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(callbacks: CallbackService) {
    // Repeatable at any point, so it needs no inbox row for its effect.
    const forget: JobHandler<{ bell: string }> = {
      job: forgetMessages,
      handle: async () => void (await callbacks.forget()),
    };
    this.handlers = [forget];
  }
}

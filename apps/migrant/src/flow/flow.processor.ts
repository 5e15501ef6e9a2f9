import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { closeMonths } from './flow.jobs';
import { FlowService } from './flow.service';

/** The closing of months that are over. */
@Injectable()
export class FlowProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(flows: FlowService) {
    const close: JobHandler<{ bell: string }> = { job: closeMonths, handle: () => flows.closeDue() };
    this.handlers = [close];
  }
}

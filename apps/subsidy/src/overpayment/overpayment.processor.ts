import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { findOverpayments } from './overpayment.jobs';
import { OverpaymentService } from './overpayment.service';

/** The bell that has payments in doubt looked at. */
@Injectable()
export class OverpaymentProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(overpayments: OverpaymentService) {
    const find: JobHandler<{ bell: string }> = { job: findOverpayments, handle: () => overpayments.findAll() };
    this.handlers = [find];
  }
}

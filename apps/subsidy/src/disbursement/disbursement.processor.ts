import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { BankFileService } from './bank-file.service';
import { sendBatch } from './disbursement.jobs';

/** Batches on their way to the bank. */
@Injectable()
export class DisbursementProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(files: BankFileService) {
    const send: JobHandler<{ batch: string }> = {
      job: sendBatch,
      handle: ({ batch }, { signal }) => files.sendWaiting(batch, signal),
    };
    this.handlers = [send];
  }
}

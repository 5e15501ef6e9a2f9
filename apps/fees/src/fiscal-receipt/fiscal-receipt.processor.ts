import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { issueDueReceipts } from './fiscal-receipt.jobs';
import { FiscalReceiptService } from './fiscal-receipt.service';

/** What gives out receipts by itself. */
@Injectable()
export class FiscalReceiptProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(receipts: FiscalReceiptService) {
    const issue: JobHandler<{ bell: string }> = {
      job: issueDueReceipts,
      handle: async () => void (await receipts.issueDue()),
    };
    this.handlers = [issue];
  }
}

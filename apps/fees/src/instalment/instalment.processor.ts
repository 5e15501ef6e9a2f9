import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { receivablePaid } from '../receivable/receivable.jobs';
import { InstalmentBellService } from './instalment-bell.service';
import { lookAtInstalments } from './instalment.jobs';
import { InstalmentService } from './instalment.service';

/** Money that moved on a receivable, and the bell. */
@Injectable()
export class InstalmentProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(instalments: InstalmentService, bell: InstalmentBellService) {
    // What is counted is compared with what the receivable says, so that it needs no inbox row for its effect.
    const paid: JobHandler<{ receivable: string }> = {
      job: receivablePaid,
      handle: ({ receivable }) => instalments.hear(receivable),
    };
    const look: JobHandler<{ bell: string }> = { job: lookAtInstalments, handle: async () => void (await bell.look()) };
    this.handlers = [paid, look];
  }
}

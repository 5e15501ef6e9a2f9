import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { lookAtTreasury } from './remittance.jobs';
import { TreasuryBellService } from './treasury-bell.service';

/** Money on its way to the treasury and back to payers. */
@Injectable()
export class RemittanceProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(bell: TreasuryBellService) {
    const look: JobHandler<{ bell: string }> = { job: lookAtTreasury, handle: () => bell.look() };
    this.handlers = [look];
  }
}

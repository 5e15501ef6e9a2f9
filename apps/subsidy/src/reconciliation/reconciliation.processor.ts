import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { COURIER, CourierService } from './courier.service';
import { courierRound, receiveAnswer, reconcileBatch } from './reconciliation.jobs';
import { ReconciliationService } from './reconciliation.service';

/** The courier's rounds, what they bring, and what follows from it. */
@Injectable()
export class ReconciliationProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(courier: CourierService, reconciliations: ReconciliationService) {
    const round: JobHandler<{ bell: string }> = { job: courierRound, handle: () => courier.round() };
    const receive: JobHandler<{ file: string }> = {
      job: receiveAnswer,
      handle: ({ file }, { signal }) => courier.takeIn(file, signal),
    };
    const reconcile: JobHandler<{ batch: string }> = {
      job: reconcileBatch,
      handle: async ({ batch }) => void (await reconciliations.reconcile(batch, COURIER)),
    };
    this.handlers = [round, receive, reconcile];
  }
}

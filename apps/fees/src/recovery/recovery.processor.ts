import { overpaymentChanged, overpaymentFound } from '@app/contracts';
import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { letterServed } from '../delivery/delivery.jobs';
import { receivableChanged } from '../receivable/receivable.jobs';
import { remedyDecided, remedyResumed } from '../remedy/remedy.jobs';
import { RecoveryFollowingService } from './recovery-following.service';
import { RecoveryOpeningService } from './recovery-opening.service';

/** What a case is told: by subsidy, and by the letters, the money and the remedies of this app. */
@Injectable()
export class RecoveryProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(opening: RecoveryOpeningService, following: RecoveryFollowingService) {
    // Each looks at how things are and does what is missing, so that none needs an inbox row for its effect.
    const found: JobHandler<{ overpayment: string }> = {
      job: overpaymentFound,
      handle: ({ overpayment }) => opening.take(overpayment),
    };
    const changed: JobHandler<{ overpayment: string; change: number }> = {
      job: overpaymentChanged,
      handle: ({ overpayment }) => opening.learn(overpayment),
    };
    const served: JobHandler<{ letter: string }> = {
      job: letterServed,
      handle: ({ letter }) => following.served(letter),
    };
    const moved: JobHandler<{ receivable: string }> = {
      job: receivableChanged,
      handle: ({ receivable }) => following.changed(receivable),
    };
    const decided: JobHandler<{ remedy: string }> = {
      job: remedyDecided,
      handle: ({ remedy }) => following.decided(remedy),
    };
    const resumed: JobHandler<{ remedy: string; suspension: number }> = {
      job: remedyResumed,
      handle: ({ remedy }) => following.resumed(remedy),
    };
    this.handlers = [found, changed, served, moved, decided, resumed];
  }
}

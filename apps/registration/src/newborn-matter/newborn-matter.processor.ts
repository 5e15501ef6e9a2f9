import { newbornClaimNews } from '@app/contracts';
import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { type ClaimNews, NewbornClaimService } from './newborn-claim.service';
import { lookAtNewborns } from './newborn-matter.jobs';
import { NewbornReminderService } from './newborn-reminder.service';

/** The bell, and what subsidy tells of claims. */
@Injectable()
export class NewbornMatterProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(reminders: NewbornReminderService, claims: NewbornClaimService) {
    const look: JobHandler<{ bell: string }> = {
      job: lookAtNewborns,
      handle: async () => void (await reminders.look()),
    };
    const news: JobHandler<ClaimNews & Payload> = {
      job: newbornClaimNews,
      handle: (payload, delivery) => claims.hear(payload, delivery),
    };
    this.handlers = [look, news];
  }
}

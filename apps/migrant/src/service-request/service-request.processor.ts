import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { lookAtServices } from './service-request.jobs';
import { ServiceReminderService } from './service-reminder.service';

/** The bell of deadlines. */
@Injectable()
export class ServiceRequestProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(reminders: ServiceReminderService) {
    const look: JobHandler<{ bell: string }> = {
      job: lookAtServices,
      handle: async () => void (await reminders.look()),
    };
    this.handlers = [look];
  }
}

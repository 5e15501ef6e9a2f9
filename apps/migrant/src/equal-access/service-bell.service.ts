import { Injectable } from '@nestjs/common';
import { ComplaintService } from '../complaint/complaint.service';
import { ServiceReminderService } from '../service-request/service-reminder.service';
import { ConsentService } from '../support-visit/consent.service';
import { ServiceAccessService } from './service-access.service';

/** Rings for everything about equal services that happens by itself: deadlines, consents that are over, quarters. */
@Injectable()
export class ServiceBellService {
  constructor(
    private readonly requests: ServiceReminderService,
    private readonly consents: ConsentService,
    private readonly complaints: ComplaintService,
    private readonly access: ServiceAccessService,
  ) {}

  async ring(): Promise<void> {
    await this.requests.ring();
    await this.consents.ring();
    await this.complaints.ring();
    await this.access.ring();
  }
}

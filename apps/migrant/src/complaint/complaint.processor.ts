import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { lookAtComplaints } from './complaint.jobs';
import { ComplaintService } from './complaint.service';

/** The bell of complaints' deadlines. */
@Injectable()
export class ComplaintProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(complaints: ComplaintService) {
    const look: JobHandler<{ bell: string }> = {
      job: lookAtComplaints,
      handle: async () => void (await complaints.look()),
    };
    this.handlers = [look];
  }
}

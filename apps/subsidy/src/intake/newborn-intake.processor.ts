import { newbornClaimChanged } from '@app/contracts';
import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { tellNewborns } from './newborn-intake.jobs';
import { NewbornIntakeService } from './newborn-intake.service';

/** What newborn matters ask for, and the bell that tells them what came of it. */
@Injectable()
export class NewbornIntakeProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(newborns: NewbornIntakeService) {
    const changed: JobHandler<{ subCase: string }> = {
      job: newbornClaimChanged,
      handle: ({ subCase }, delivery) => newborns.follow(subCase, delivery),
    };
    const tell: JobHandler<{ bell: string }> = { job: tellNewborns, handle: () => newborns.tellAll() };
    this.handlers = [changed, tell];
  }
}

import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { ringCalendar, startRun } from './calendar.jobs';
import { CalendarService } from './calendar.service';

/** The bell, and each run that it finds due. */
@Injectable()
export class CalendarProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(calendar: CalendarService) {
    const ring: JobHandler<{ bell: string }> = { job: ringCalendar, handle: () => calendar.planDue() };
    const start: JobHandler<{ id: string }> = {
      job: startRun,
      handle: async ({ id }) => void (await calendar.start(id)),
    };
    this.handlers = [ring, start];
  }
}

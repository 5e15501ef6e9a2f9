import type { Day } from '@app/kernel';
import { workingDaysLater } from '@app/working-days';
import { Injectable } from '@nestjs/common';

/** Deadlines by the State Council's calendar, as far as it is published. */
@Injectable()
export class WorkingDayService {
  /** Null beyond the last published year: a citizen does not wait for a calendar. */
  due(from: Day, workingDays: number): Day | null {
    return workingDaysLater(from, workingDays, 'leave-open');
  }
}

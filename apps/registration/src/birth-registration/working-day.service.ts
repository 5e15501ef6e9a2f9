import { addDays, type Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { isWorkday } from 'chinese-days';
import { dueDay } from './birth-registration.rules';

/** Deadlines by the State Council's calendar, as far as it is published. */
@Injectable()
export class WorkingDayService {
  /** Null beyond the last published year: a citizen does not wait for a calendar. */
  due(from: Day, workingDays: number): Day | null {
    return dueDay(from, workingDays, { isWorkday, isKnown, next: (at) => addDays(at, 1) });
  }
}

/** The first three days of October are off in every published year, and never all at weekends. */
const isKnown = (year: number): boolean => ['01', '02', '03'].every((date) => !isWorkday(`${year}-10-${date}`));

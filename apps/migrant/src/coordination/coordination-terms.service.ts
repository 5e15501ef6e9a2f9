import type { Read } from '@app/database';
import { addDays, type Day } from '@app/kernel';
import { workingDaysLater } from '@app/working-days';
import { Injectable } from '@nestjs/common';
import { ParameterService } from '../parameter/parameter.service';
import type { Terms } from './coordination.types';

/** Deadlines of requests by the dated values of where the asker is. */
@Injectable()
export class CoordinationTermsService {
  constructor(private readonly parameters: ParameterService) {}

  async of(read: Read, division: string, on: Day): Promise<Terms> {
    const whole = (name: string) => this.parameters.whole(read, `coordination.${name}`, division, on);
    return {
      askWorkingDays: await whole('ask-working-days'),
      replyWorkingDays: await whole('working-days'),
      reportWorkingDays: await whole('report-working-days'),
      remindDays: await whole('remind-days'),
      escalateWorkingDays: await whole('escalate-working-days'),
      retentionDays: await whole('retention-days'),
    };
  }

  /** The same for many, each place looked up once. */
  async ofAll(read: Read, divisions: readonly string[], on: Day): Promise<ReadonlyMap<string, Terms>> {
    const terms = new Map<string, Terms>();
    for (const one of new Set(divisions)) terms.set(one, await this.of(read, one, on));
    return terms;
  }
}

/** Nobody waits for a calendar: where the next year is not published yet, weekdays count. */
export const dueOf = (from: Day, workingDays: number): Day => workingDaysLater(from, workingDays, 'count-weekdays');

export const remindOf = (due: Day, { remindDays }: Terms): Day => addDays(due, -remindDays);

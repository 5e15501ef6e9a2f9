import type { Read } from '@app/database';
import type { Day } from '@app/kernel';
import { isWorkingDay, workingDaysLater } from '@app/working-days';
import { Injectable } from '@nestjs/common';
import { refuse } from './parameter.errors';
import { ParameterRepository } from './parameter.repository';
import type { EnrolmentTerms, PeerTerms, RegistryTerms } from './parameter.types';
import type { Hours } from './working-time.rules';

const WHOLE = /^\d{1,6}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** What was agreed with other agencies: dated rows with their sources, never constants in the code. */
@Injectable()
export class ParameterService {
  constructor(private readonly parameters: ParameterRepository) {}

  /** Refuses with EXCHANGE_PARAMETER_MISSING where a value is not there or cannot be read. */
  async registryTerms(read: Read, division: string, day: Day): Promise<RegistryTerms> {
    const { text, whole } = await this.valuesOn(read, 'registry.', division, day);
    return {
      opensAt: text('opens-at', TIME),
      closesAt: text('closes-at', TIME),
      days: text('days', /^(working|all)$/) as RegistryTerms['days'],
      dailyQuota: whole('daily-quota'),
      deadlineMilliseconds: whole('deadline-milliseconds'),
      freshnessDays: whole('freshness-days'),
      answerWorkingDays: whole('answer-working-days'),
      comparisonWorkingDays: whole('comparison-working-days'),
      comparisonRounds: whole('comparison-rounds'),
      clockMinutes: whole('clock-minutes'),
      replayDays: whole('replay-days'),
    };
  }

  /** Refuses with EXCHANGE_PARAMETER_MISSING. */
  async peerTerms(read: Read, day: Day): Promise<PeerTerms> {
    const { whole } = await this.valuesOn(read, 'peer.', '', day);
    return {
      clockMinutes: whole('clock-minutes'),
      keepDays: whole('keep-days'),
      overdueHours: whole('overdue-hours'),
    };
  }

  /** Refuses with EXCHANGE_PARAMETER_MISSING. */
  async enrolmentTerms(read: Read, division: string, day: Day): Promise<EnrolmentTerms> {
    const { whole } = await this.valuesOn(read, 'enrolment.', division, day);
    return {
      answerWorkingDays: whole('answer-working-days'),
      keepDays: whole('keep-days'),
      logDays: whole('log-days'),
      dailyQuota: whole('daily-quota'),
    };
  }

  /** When the registry answers, by these terms and the State Council's calendar. */
  hours({ opensAt, closesAt, days }: RegistryTerms): Hours {
    return { opensAt, closesAt, isOpenOn: (day) => days === 'all' || isWorkingDay(day, 'count-weekdays') };
  }

  /** Also in a year that is not published yet: a question may not stay without a deadline. */
  workingDaysLater(from: Day, count: number): Day {
    return workingDaysLater(from, count, 'count-weekdays');
  }

  private async valuesOn(read: Read, prefix: string, division: string, day: Day) {
    const values = await this.parameters.valuesOn(read, prefix, division, day);
    const text = (name: string, shape: RegExp): string => {
      const value = values.get(prefix + name);
      if (value === undefined || !shape.test(value)) throw refuse.missing(prefix + name, day);
      return value;
    };
    return { text, whole: (name: string): number => Number(text(name, WHOLE)) };
  }
}

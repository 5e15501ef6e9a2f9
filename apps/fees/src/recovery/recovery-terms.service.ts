import type { Read } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { ParameterService } from '../parameter/parameter.service';
import type { Parameter } from '../parameter/parameter.types';
import type { RecoveryTerms } from './recovery.types';

/** Each part of the terms and the dated parameter that sets it. */
const NAMES: Readonly<Record<keyof RecoveryTerms, string>> = {
  statementWorkingDays: 'recovery.statement-working-days',
  payDays: 'recovery.pay-days',
  // The remedies' own: a decision tells the periods by which a remedy is then late or not.
  reconsiderationDays: 'remedy.reconsideration-days',
  suitMonths: 'remedy.suit-months',
  reminderWorkingDays: 'recovery.reminder-working-days',
  courtMonths: 'recovery.court-months',
  limitationYears: 'recovery.limitation-years',
  limitationAbsoluteYears: 'recovery.limitation-absolute-years',
};

/** Ways to let somebody off that only a dated rule of a place can open; the migration has none. */
export const WAIVERS = { 'small-amount': 'recovery.small-amount-fen', hardship: 'recovery.hardship-waiver' } as const;
export type Waiver = keyof typeof WAIVERS;

/** Days and bounds of recovery as they hold in a place on a day. */
@Injectable()
export class RecoveryTermsService {
  constructor(private readonly parameters: ParameterService) {}

  async of(read: Read, division: string, on: Day): Promise<RecoveryTerms> {
    const terms: Partial<Record<keyof RecoveryTerms, number>> = {};
    for (const [part, name] of Object.entries(NAMES) as [keyof RecoveryTerms, string][])
      terms[part] = await this.parameters.whole(read, name, division, on);
    return terms as RecoveryTerms;
  }

  /** The rule that lets a case be waived; null where this place has none, which is the rule of the house. */
  waiver(read: Read, kind: Waiver, division: string, on: Day): Promise<Parameter | null> {
    return this.parameters.find(read, WAIVERS[kind], division, on);
  }

  officeName(read: Read, division: string, on: Day): Promise<string> {
    return this.parameters.text(read, 'letter.office-name', division, on);
  }
}

import type { Read } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { ParameterService } from '../parameter/parameter.service';
import type { InstalmentRule } from './instalment.types';

/** The dated rows that plans go by. */
@Injectable()
export class InstalmentRuleService {
  constructor(private readonly parameters: ParameterService) {}

  async of(read: Read, division: string, on: Day): Promise<InstalmentRule> {
    const whole = (name: string): Promise<number> => this.parameters.whole(read, `instalment.${name}`, division, on);
    return {
      mostMonths: await whole('most-months'),
      leastFen: BigInt(await whole('least-fen')),
      longestPauseMonths: await whole('longest-pause-months'),
      hardshipPauseMonths: await whole('hardship-pause-months'),
      hardshipMonths: await whole('hardship-months'),
      livingFen: BigInt(await whole('living-fen')),
      affordablePercent: await whole('affordable-percent'),
      graceDays: await whole('grace-days'),
      breakAfter: await whole('break-after'),
      earlyDays: await whole('early-days'),
      restDays: await whole('rest-days'),
    };
  }
}

import { COORDINATION_ANSWERS, type CoordinationAnswers, type CoordinationOutcome } from '@app/contracts';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { BirthRegistrationService } from './birth-registration.service';
import type { Outcome } from './birth-registration.types';

const OUTCOMES: Readonly<Record<Exclude<CoordinationOutcome, 'waiting'>, Outcome>> = {
  confirmed: 'confirmed',
  mismatch: 'mismatch',
  'not-found': 'not_found',
  'no-reply': 'no_reply',
};

/** What came back of questions that travelled, from the other place or from its silence. */
@Injectable()
export class ElsewhereHearingService {
  constructor(
    private readonly registrations: BirthRegistrationService,
    @Optional() @Inject(COORDINATION_ANSWERS) private readonly answers: CoordinationAnswers | null = null,
  ) {}

  /** Told once or several times: what was noted is not noted again. */
  async hear(matters: readonly string[]): Promise<void> {
    const answers = (await this.answers?.answers('registration', matters)) ?? [];
    for (const { matter, outcome, values } of answers) {
      if (outcome === 'waiting') continue;
      await this.registrations.hearElsewhere(matter, { outcome: OUTCOMES[outcome], office: values.office ?? null });
    }
  }
}

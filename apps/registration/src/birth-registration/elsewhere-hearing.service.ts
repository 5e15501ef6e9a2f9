import { COORDINATION_ANSWERS, type CoordinationAnswers, type CoordinationOutcome } from '@app/contracts';
import type { Database } from '@app/database';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { isSilent } from './birth-registration.rules';
import { BirthRegistrationService } from './birth-registration.service';
import type { Outcome } from './birth-registration.types';
import { ElsewhereService } from './elsewhere.service';

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
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly elsewhere: ElsewhereService,
    private readonly registrations: BirthRegistrationService,
    @Inject(COORDINATION_ANSWERS) private readonly answers: CoordinationAnswers,
  ) {}

  /** Told once or several times: what was noted is not noted again. */
  async hear(matters: readonly string[]): Promise<void> {
    const answers = await this.answers.answers('registration', matters);
    for (const { matter, outcome, values } of answers)
      if (outcome !== 'waiting') await this.note(matter, OUTCOMES[outcome], values.office ?? null);
  }

  /** What an officer entered before stays, and so does a question whose own day has not passed. */
  private async note(questionId: string, outcome: Outcome, office: string | null): Promise<void> {
    const found = await this.database.read((read) => this.elsewhere.find(read, questionId));
    if (!found || (found.outcome !== null && found.outcome !== 'no_reply')) return;
    if (outcome !== 'no_reply') {
      const known = outcome === 'confirmed' ? (office ?? found.askedCode) : office;
      await this.registrations.answerElsewhere(questionId, { outcome, office: known, note: null });
      return;
    }
    if (found.outcome !== null || !isSilent(found.dueOn, this.clock.today())) return;
    const silence = { outcome, office: null, note: null };
    try {
      await this.registrations.answerElsewhere(questionId, silence);
    } catch (error) {
      if ((error as { code?: string }).code !== 'COMMITMENT_MISSING') throw error;
      // The parents are asked for a commitment; the silence is noted all the same.
      await this.database.write((tx) => this.elsewhere.answer(tx, questionId, silence));
    }
  }
}

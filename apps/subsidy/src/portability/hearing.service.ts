import { COORDINATION_ANSWERS, type CoordinationAnswers } from '@app/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { MatterService } from './matter.service';

/** Hears what became of matters in other places. Apart from the matters, as whoever answers asks for those. */
@Injectable()
export class HearingService {
  constructor(
    @Inject(COORDINATION_ANSWERS) private readonly answers: CoordinationAnswers,
    private readonly matters: MatterService,
  ) {}

  /** What the other places said; many are read at once, each is followed once. */
  async hear(matters: readonly string[]): Promise<void> {
    for (const answer of await this.answers.answers('subsidy', matters))
      if (answer.outcome !== 'waiting') await this.matters.follow(answer);
  }
}

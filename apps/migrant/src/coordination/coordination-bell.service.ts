import { type Database, inContext, systemContext } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { addDays, CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE, MIGRANT_OUTBOX } from '../migrant.tokens';
import { lookAtCoordination } from './coordination.jobs';
import { CoordinationOpeningService } from './coordination-opening.service';
import { CoordinationRepository } from './coordination.repository';
import { levelAbove } from './coordination.rules';
import { CoordinationStepService, type Step } from './coordination-step.service';
import { CoordinationTermsService, dueOf } from './coordination-terms.service';

/** Requests that one transaction changes. */
const AT_ONCE = 500;

export interface Looked {
  readonly silenced: number;
  readonly reminded: number;
  readonly escalated: number;
  readonly forgotten: number;
}

/** What happens to requests by itself: places are reminded, silence is told, the next level up learns of it, and what is over is forgotten. */
@Injectable()
export class CoordinationBellService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(MIGRANT_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly terms: CoordinationTermsService,
    private readonly requests: CoordinationRepository,
    private readonly steps: CoordinationStepService,
    private readonly opening: CoordinationOpeningService,
  ) {}

  /** Plans a look; of several rings at once one message goes on its way. */
  ring(): Promise<void> {
    return inContext(systemContext('coordination', { isPlumbing: true }), () =>
      this.database.write((tx) => this.outbox.plan(tx, lookAtCoordination, [{ bell: 'minute' }])),
    );
  }

  /** Repeatable at any point: what it finds done stays done. */
  async look(): Promise<Looked> {
    await this.opening.askAgain(addDays(this.clock.today(), -1), AT_ONCE);
    const silenced = await this.untilNone(() => this.silence());
    const today = this.clock.today();
    const reminded = await this.database.write((tx) => this.requests.remind(tx, today));
    failpoint('coordination.reminded');
    const escalated = await this.untilNone(() => this.escalate());
    const forgotten = await this.untilNone(() =>
      this.database.write((tx) => this.requests.forget(tx, today, this.clock.now(), AT_ONCE)),
    );
    return { silenced, reminded, escalated, forgotten };
  }

  /** On the day after the deadline the app is told that there is no reply: nobody's matter waits longer. */
  private silence(): Promise<number> {
    return this.database.write(async (tx) => {
      const rows = await this.requests.overdue(tx, this.clock.today(), AT_ONCE);
      await this.steps.take(
        tx,
        rows.map((row): Step => ({ row, act: 'silence', place: null })),
      );
      return rows.length;
    });
  }

  private escalate(): Promise<number> {
    const today = this.clock.today();
    return this.database.write(async (tx) => {
      const rows = await this.requests.toEscalate(tx, today, AT_ONCE);
      for (const { id, fromDivision, toDivision, state, escalatedTo } of rows) {
        const to = levelAbove(escalatedTo ?? (state === 'returned' ? fromDivision : toDivision));
        const { escalateWorkingDays } = await this.terms.of(tx, fromDivision, today);
        const next = to !== null && levelAbove(to) !== null ? dueOf(today, escalateWorkingDays) : null;
        await this.requests.escalate(tx, id, to, next, today);
      }
      tx.concern(
        'coordination_request',
        rows.map(({ id }) => id),
      );
      return rows.length;
    });
  }

  private async untilNone(work: () => Promise<number>): Promise<number> {
    let all = 0;
    for (let some = await work(); some > 0; some = await work()) all += some;
    return all;
  }
}

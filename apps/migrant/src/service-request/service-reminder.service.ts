import { type Database, inContext, systemContext } from '@app/database';
import type { Outbox } from '@app/jobs';
import { addDays, CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE, MIGRANT_OUTBOX } from '../migrant.tokens';
import { ParameterService } from '../parameter/parameter.service';
import { lookAtServices } from './service-request.jobs';
import { ServiceRequestRepository } from './service-request.repository';
import { ServiceStepService } from './service-step.service';

/** What happens to requests by itself: silence accepts, deadlines are counted, come near and pass. Nothing is ever declined. */
@Injectable()
export class ServiceReminderService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(MIGRANT_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly requests: ServiceRequestRepository,
    private readonly parameters: ParameterService,
    private readonly steps: ServiceStepService,
  ) {}

  /** Plans a look; of several rings at once one message goes on its way. */
  ring(): Promise<void> {
    return inContext(systemContext('services', { isPlumbing: true }), () =>
      this.database.write((tx) => this.outbox.plan(tx, lookAtServices, [{ bell: 'minute' }])),
    );
  }

  /** Repeatable at any point: what it finds done stays done. */
  look(): Promise<{ accepted: number; counted: number; reminded: number }> {
    const today = this.clock.today();
    return this.database.write(async (tx) => {
      const uncounted = await this.requests.withoutDay(tx);
      let counted = 0;
      for (const row of uncounted) {
        // Counted from the day it began; where the calendar still ends before, it stays open.
        if (await this.steps.count(tx, row)) counted++;
      }
      const silent = await this.requests.silent(tx, today);
      for (const row of silent)
        await this.steps.take(tx, row, {
          kind: 'silence',
          to: 'taken',
          countFrom: row.countedFrom,
          note: '逾期未告知，视为受理',
        });
      const days = await this.parameters.whole(tx, 'service.reminder-days', '', today);
      const near = await this.requests.toRemind(tx, today, addDays(today, days));
      for (const row of near)
        await this.steps.take(tx, row, { kind: row.isOver ? 'remind-after' : 'remind-before', to: row.state });
      return { accepted: silent.length, counted, reminded: near.length };
    });
  }
}

import { type Database, inContext, systemContext } from '@app/database';
import type { Outbox } from '@app/jobs';
import { addDays, CLOCK, type Clock } from '@app/kernel';
import { workingDaysLater } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from '../registration.tokens';
import { lookAtNewborns } from './newborn-matter.jobs';
import { NewbornMatterRepository } from './newborn-matter.repository';

/** An authority is reminded so many days before a deadline, and once more after it. */
const DAYS_BEFORE = 2;

export interface Looked {
  readonly registered: number;
  readonly counted: number;
  readonly reminded: number;
}

/** What happens to newborn matters by itself: the register learns of a registration, deadlines come near and pass. */
@Injectable()
export class NewbornReminderService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(REGISTRATION_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly matters: NewbornMatterRepository,
  ) {}

  /** Plans a look; of several rings at once one message goes on its way. */
  ring(): Promise<void> {
    return inContext(systemContext('newborn', { isPlumbing: true }), () =>
      this.database.write((tx) => this.outbox.plan(tx, lookAtNewborns, [{ bell: 'minute' }])),
    );
  }

  /** Repeatable at any point: what it finds done stays done. */
  look(): Promise<Looked> {
    const today = this.clock.today();
    const at = this.clock.now();
    return this.database.write(async (tx) => {
      const registered = await this.matters.endRegistered(tx, at);
      let counted = 0;
      for (const { id, openedOn, workingDays } of await this.matters.withoutDeadline(tx)) {
        const due = workingDaysLater(openedOn, workingDays, 'leave-open');
        if (!due) continue;
        await this.matters.setDeadline(tx, id, openedOn, due);
        counted++;
      }
      const reminded = await this.matters.remind(tx, today, addDays(today, DAYS_BEFORE), at);
      return { registered, counted, reminded };
    });
  }
}

import { type Database, inContext, systemContext } from '@app/database';
import type { Outbox } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE, FEES_OUTBOX } from '../fees.tokens';
import { lookAtInstalments } from './instalment.jobs';
import { InstalmentRepository } from './instalment.repository';
import { KeepingService } from './keeping.service';

/** Plans that one look takes up. */
const AT_ONCE = 500;

/** What happens to plans by itself: reminders, missed payments, plans that break, early money that did not come, suspensions. */
@Injectable()
export class InstalmentBellService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(FEES_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly plans: InstalmentRepository,
    private readonly keeping: KeepingService,
  ) {}

  /** Plans a look; of several rings at once one message goes on its way. */
  ring(): Promise<void> {
    return inContext(systemContext('instalments', { isPlumbing: true }), () =>
      this.database.write((tx) => this.outbox.plan(tx, lookAtInstalments, [{ bell: 'minute' }])),
    );
  }

  /** Repeatable at any point: what it finds done stays done. Each receivable is a transaction of its own. */
  async look(): Promise<{ looked: number }> {
    const due = await this.database.read((read) => this.plans.due(read, this.clock.today(), AT_ONCE));
    for (const receivableId of due) {
      await this.database.write(async (tx) => {
        const held = await this.keeping.hold(tx, receivableId);
        if (held) await this.keeping.look(tx, held);
      });
    }
    return { looked: due.length };
  }
}

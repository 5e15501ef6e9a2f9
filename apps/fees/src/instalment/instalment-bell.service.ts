import { type Database, inContext, systemContext, type Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE, FEES_OUTBOX } from '../fees.tokens';
import { lookAtInstalments } from './instalment.jobs';
import { RemedyService } from '../remedy/remedy.service';
import { InstalmentRepository } from './instalment.repository';
import { type Held, KeepingService } from './keeping.service';

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
    private readonly remedies: RemedyService,
  ) {}

  /** Plans a look; of several rings at once one message goes on its way. */
  ring(): Promise<void> {
    return inContext(systemContext('instalments', { isPlumbing: true }), () =>
      this.database.write((tx) => this.outbox.plan(tx, lookAtInstalments, [{ bell: 'minute' }])),
    );
  }

  /** Repeatable at any point: what it finds done stays done. Each receivable is a transaction of its own. */
  async look(): Promise<{ looked: number; followed: number }> {
    const followed = await this.followRemedies();
    return { looked: await this.lookAtDue(), followed };
  }

  async lookAtDue(): Promise<number> {
    const due = await this.database.read((read) => this.plans.due(read, this.clock.today(), AT_ONCE));
    for (const receivableId of due) await this.within(receivableId, (tx, held) => this.keeping.look(tx, held));
    return due.length;
  }

  /** Before anything is reminded of: plans stand still while a remedy suspends the decision, and go on when it does not. */
  async followRemedies(): Promise<number> {
    let [followed, after] = [0, null as string | null];
    for (;;) {
      const plans = await this.database.read((read) => this.plans.inForce(read, after, AT_ONCE));
      if (plans.length === 0) return followed;
      after = plans.at(-1)!.id;
      const caseIds = plans.map(({ caseId }) => caseId);
      const suspended = await this.database.read((read) => this.remedies.suspended(read, caseIds));
      for (const { caseId, receivableId, state } of plans) {
        const isSuspended = suspended.has(caseId);
        if (isSuspended === (state === 'suspended')) continue;
        const follow = isSuspended ? 'suspend' : 'resume';
        await this.within(receivableId, (tx, held) => this.keeping[follow](tx, held));
        followed++;
      }
    }
  }

  private within(receivableId: string, work: (tx: Tx, held: Held) => Promise<void>): Promise<void> {
    return this.database.write(async (tx) => {
      const held = await this.keeping.hold(tx, receivableId);
      if (held) await work(tx, held);
    });
  }
}

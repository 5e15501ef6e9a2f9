import type { Database, Tx } from '@app/database';
import { CLOCK, type Clock, type Day } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { refuse } from './retention.errors';
import { RetentionRepository } from './retention.repository';
import type { Hold, HoldReason, Kept, RetentionCertificate, RetentionClass } from './retention.types';

/** How long what is kept, what is held back, and the certificates of what went. */
@Injectable()
export class RetentionService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly retention: RetentionRepository,
  ) {}

  classes(division: string): Promise<RetentionClass[]> {
    return this.database.read((read) => this.retention.classes(read, division, this.clock.today()));
  }

  certificates(after: Day | null, limit: number): Promise<RetentionCertificate[]> {
    return this.database.read((read) => this.retention.certificates(read, after, limit));
  }

  /** What is kept about somebody, until when and why longer; within another slice's transaction. */
  keptWithin(read: Tx, resident: string): Promise<Kept[]> {
    return this.retention.kept(read, resident, this.clock.today());
  }

  /** Stops the clock of everything about a resident, visibly to them. */
  hold(resident: string, reason: HoldReason, said: string): Promise<Hold> {
    const reference = said.trim();
    if (reference.length < 2 || reference.length > 120) throw refuse.referenceMissing();
    return this.database.write(async (tx) => {
      if (!(await this.retention.isSeen(tx, resident))) throw refuse.residentUnknown(resident);
      const at = this.clock.now();
      const id = await this.retention.hold(tx, resident, reason, reference, at);
      if (!id) throw refuse.holdStands();
      tx.concern('resident', [resident]);
      const holds = await this.retention.holds(tx, [resident]);
      return tx.disclose(
        'resident',
        holds.filter((one) => one.id === id),
        ({ residentId }) => residentId,
      )[0]!;
    });
  }

  /** Lets the clock run on: what was due meanwhile goes the next night. */
  lift(id: string): Promise<Hold> {
    return this.database.write(async (tx) => {
      const hold = await this.retention.lift(tx, id, this.clock.now());
      if (!hold) throw (await this.retention.isHold(tx, id)) ? refuse.holdLifted(id) : refuse.holdUnknown(id);
      tx.concern('resident', [hold.residentId]);
      return tx.disclose('resident', [hold], ({ residentId }) => residentId)[0]!;
    });
  }
}

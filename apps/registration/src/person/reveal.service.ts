import type { Database } from '@app/database';
import { CLOCK, type Clock } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { refuse } from './person.errors';
import { RevealRepository } from './reveal.repository';
import { PERSON_SEAL } from './sealed-columns.types';

/** Whole numbers that one actor may be shown within 24 hours. */
const BUDGET = 20;
const DAY_MILLISECONDS = 24 * 3_600_000;

/** Numbers are shown masked; in full only here, for a reason and a case, a few a day, each on record. */
@Injectable()
export class RevealService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly reveals: RevealRepository,
  ) {}

  /** Refuses with REVEAL_NEEDS_A_REASON, REVEAL_BUDGET_SPENT or PERSON_UNKNOWN, which also is whoever the caller may not see. */
  idNumber(personId: string, reason: string, caseRef: string): Promise<{ number: string; left: number }> {
    const [why, what] = [reason.trim(), caseRef.trim()];
    if ([...why].length < 4 || [...why].length > 200 || what === '') throw refuse.reasonMissing();
    return this.database.write(async (tx) => {
      await this.reveals.lock(tx);
      const at = this.clock.now();
      const shown = await this.reveals.countSince(tx, new Date(at.getTime() - DAY_MILLISECONDS));
      if (shown >= BUDGET) throw refuse.revealsSpent(BUDGET);
      const sealed = await this.reveals.sealedNumber(tx, personId);
      if (!sealed) throw refuse.personUnknown(personId);

      await this.reveals.note(tx, personId, 'idNumber', why, what, at);
      tx.concern('person', [personId]);
      const number = this.vault.open(sealed, { table: PERSON_SEAL, column: 'id_number_sealed', row: personId });
      return { number, left: BUDGET - shown - 1 };
    });
  }
}

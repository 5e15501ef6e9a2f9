import { currentContext, type Database, type Tx } from '@app/database';
import { CLOCK, type Clock } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { refuse } from './lookup.errors';
import { LookupRepository } from './lookup.repository';

/** Misses of one actor for one region and birth date in a day. A number has 1,000 neighbours there; five say little. */
const MISSES_MAX = 5;
/** Misses of everybody together for one region and birth date in a day: many may share a list, or a stolen token. */
const PLACE_MISSES_MAX = 20;
/** Different people that one actor may find by number in a day. */
const FOUND_MAX = 200;
const DAY_MILLISECONDS = 24 * 3_600_000;
/** Region and birth date: what a number begins with, and what is easily known of a person. */
const PLACE_DIGITS = 14;

/** Stops whoever tries numbers out: known numbers are found at the first try, guessed ones are missed a thousand times. */
@Injectable()
export class LookupService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly lookups: LookupRepository,
  ) {}

  /**
   * Runs a look-up by number and counts what came of it; `look` gives null where nothing is found that the asker may
   * see. The system itself, which guesses no numbers, is not counted. Refuses with LOOKUP_LOCKED or LOOKUP_BUDGET_SPENT.
   */
  counted<T extends { person: { id: string | null } }>(
    number: string,
    look: (tx: Tx) => Promise<T | null>,
  ): Promise<T | null> {
    const context = currentContext();
    if (!context || context.permission === 'system') return this.database.read(look);
    const { actor } = context;
    const placeKey = this.vault.blindIndex('lookup-place', number.slice(0, PLACE_DIGITS));
    return this.database.write(async (tx) => {
      await this.lookups.lock(tx, actor);
      const [at, today] = [this.clock.now(), this.clock.today()];
      const since = new Date(at.getTime() - DAY_MILLISECONDS);
      if ((await this.lookups.countMisses(tx, actor, placeKey, since)) >= MISSES_MAX) throw refuse.locked();
      const all = await tx.across('misses are counted over all who look', () =>
        this.lookups.countMisses(tx, null, placeKey, since),
      );
      if (all >= PLACE_MISSES_MAX) throw refuse.locked();
      if ((await this.lookups.countFound(tx, actor, today)) >= FOUND_MAX) throw refuse.spent(FOUND_MAX);
      const found = await look(tx);
      if (!found) await this.lookups.noteMiss(tx, placeKey, at);
      else if (found.person.id) await this.lookups.noteFound(tx, found.person.id, today);
      return found;
    });
  }
}

import { currentContext, type Database, type Tx } from '@app/database';
import { CLOCK, type Clock } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { refuse } from './resident.errors';
import { ResidentRepository } from './resident.repository';
import type { ResidentRow } from './resident.types';

/** Misses of one actor for one region and birth date in a day. A number has 1,000 neighbours there; five say little. */
const MISSES_MAX = 5;
/** Misses of everybody together for one region and birth date in a day: many may share a list, or a stolen token. */
const PLACE_MISSES_MAX = 20;
/** Different people that one actor may find by number in a day. */
const FOUND_MAX = 200;
const DAY_MILLISECONDS = 24 * 3_600_000;
/** Region and birth date: what a number begins with, and what is easily known of a person. */
const PLACE_DIGITS = 14;

/** Finds a resident by number, counted as in every other app, so that nobody tries numbers out. */
@Injectable()
export class LookupService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly residents: ResidentRepository,
  ) {}

  /** Null where nothing is found that the asker may see. Refuses with LOOKUP_LOCKED or LOOKUP_BUDGET_SPENT. */
  byNumber(number: string): Promise<ResidentRow | null> {
    const look = async (tx: Tx) => (await this.residents.byKey(tx, this.vault.blindIndex('id-number', number))) ?? null;
    const context = currentContext();
    if (!context || context.permission === 'system') return this.database.read(look);
    const { actor } = context;
    const placeKey = this.vault.blindIndex('lookup-place', number.slice(0, PLACE_DIGITS));
    return this.database.write(async (tx) => {
      await this.residents.lockLookups(tx, actor);
      const [at, today] = [this.clock.now(), this.clock.today()];
      const since = new Date(at.getTime() - DAY_MILLISECONDS);
      if ((await this.residents.countMisses(tx, actor, placeKey, since)) >= MISSES_MAX) throw refuse.locked();
      const all = await tx.across('misses are counted over all who look', () =>
        this.residents.countMisses(tx, null, placeKey, since),
      );
      if (all >= PLACE_MISSES_MAX) throw refuse.locked();
      if ((await this.residents.countFound(tx, actor, today)) >= FOUND_MAX) throw refuse.spent(FOUND_MAX);
      const found = await look(tx);
      if (!found) await this.residents.noteMiss(tx, placeKey, at);
      else await this.residents.noteFound(tx, found.id, today);
      return found;
    });
  }
}

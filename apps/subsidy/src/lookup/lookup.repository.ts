import type { Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';

/** Look-ups of the actor of the context; the database knows who that is. */
@Injectable()
export class LookupRepository {
  /** One look-up of an actor at a time, so that a hundred at once are still counted one after the other. */
  async lock(tx: Tx, actor: string): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`lookup:${actor}`]);
  }

  /** @param actor Null counts everybody's. */
  async countMisses(tx: Tx, actor: string | null, placeKey: Buffer, since: Date): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      'select count(*)::integer as n from lookup_miss where ($1::text is null or actor = $1) and place_key = $2 and at > $3',
      [actor, placeKey, since],
    );
    return row!.n;
  }

  async countFound(tx: Tx, actor: string, day: Day): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      'select count(*)::integer as n from lookup_found where actor = $1 and day = $2',
      [actor, day],
    );
    return row!.n;
  }

  async noteMiss(tx: Tx, placeKey: Buffer, at: Date): Promise<void> {
    await tx.query('insert into lookup_miss (place_key, at) values ($1, $2)', [placeKey, at]);
  }

  async noteFound(tx: Tx, personId: string, day: Day): Promise<void> {
    await tx.query('insert into lookup_found (person_id, day) values ($1, $2) on conflict do nothing', [personId, day]);
  }
}

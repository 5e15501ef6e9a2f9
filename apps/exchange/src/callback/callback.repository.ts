import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';

/** Messages of other agencies that were taken in. */
@Injectable()
export class CallbackRepository {
  /** @returns Whether it was not here before. */
  async note(tx: Tx, sender: string, messageId: string, at: Date): Promise<boolean> {
    const rows = await tx.query(
      `insert into seen_message (sender, message_id, seen_at) values ($1, $2, $3) on conflict do nothing returning sender`,
      [sender, messageId, at],
    );
    return rows.length === 1;
  }

  /** @returns How many were dropped; the database keeps 400 days whatever is asked. */
  async forget(tx: Tx, before: Date): Promise<bigint> {
    const [row] = await tx.query<{ n: bigint }>('select forget_messages($1) as n', [before]);
    return row!.n;
  }
}

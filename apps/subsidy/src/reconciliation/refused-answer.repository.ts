import type { Read, Tx } from '@app/database';
import type { Refusal } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { RefusedAnswer } from './reconciliation.types';

/** Answer files that were refused as a whole, until they are settled. */
@Injectable()
export class RefusedAnswerRepository {
  async note(tx: Tx, fileName: string, batchId: string | undefined, refusal: Refusal, at: Date): Promise<void> {
    await tx.query(
      `insert into refused_answer (file_name, batch_id, code, reason, refused_at) values ($1, $2, $3, $4, $5)
       on conflict (file_name) where settled_at is null do update set
         batch_id = excluded.batch_id, code = excluded.code, reason = excluded.reason, refused_at = excluded.refused_at`,
      [fileName, batchId ?? null, refusal.code, refusal.sentence.zh, at],
    );
  }

  async settle(tx: Tx, fileName: string, at: Date): Promise<void> {
    await tx.query('update refused_answer set settled_at = $2 where file_name = $1 and settled_at is null', [
      fileName,
      at,
    ]);
  }

  /** What waits, oldest first. */
  open(read: Read): Promise<RefusedAnswer[]> {
    return read.query<RefusedAnswer>(
      `select id, file_name as "fileName", batch_id as "batchId", code, reason, refused_at as "refusedAt"
         from refused_answer where settled_at is null order by refused_at, id`,
    );
  }
}

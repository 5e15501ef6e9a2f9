import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';

/** What was shown in full, to whom and why; and the sealed number itself. */
@Injectable()
export class RevealRepository {
  async lock(tx: Tx): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('reveal:' || guard_text('actor'), 0))`);
  }

  async countSince(tx: Tx, since: Date): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      `select count(*)::integer as n from reveal where actor = guard_text('actor') and at > $1`,
      [since],
    );
    return row!.n;
  }

  async sealedNumber(tx: Tx, personId: string): Promise<Buffer | undefined> {
    const [row] = await tx.query<{ sealed: Buffer }>(
      'select id_number_sealed as sealed from person where id = $1 and id_number_sealed is not null',
      [personId],
    );
    return row?.sealed;
  }

  async note(tx: Tx, subjectId: string, field: string, reason: string, caseRef: string, at: Date): Promise<void> {
    await tx.query('insert into reveal (subject_id, field, reason, case_ref, at) values ($1, $2, $3, $4, $5)', [
      subjectId,
      field,
      reason,
      caseRef,
      at,
    ]);
  }
}

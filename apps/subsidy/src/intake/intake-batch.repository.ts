import { copyLine, type Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { ImportSummary, RowProblem } from './intake.types';

export type IntakeKind = ImportSummary['kind'];

export interface IntakeBatch {
  readonly id: string;
  readonly state: 'running' | 'done';
  readonly last_line: number;
  readonly total: number;
  readonly accepted: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly warnings: number;
}

export interface NumberedProblem extends RowProblem {
  readonly line: number;
  readonly isWarning: boolean;
}

/** The book of imports: how far each file has come, and what was wrong with its rows. */
@Injectable()
export class IntakeBatchRepository {
  /** The unfinished import of this very file, or a new one. */
  async begin(
    tx: Tx,
    kind: IntakeKind,
    fileName: string,
    sha256: string,
    at: Date,
  ): Promise<IntakeBatch & { resumed: boolean }> {
    await tx.query(
      `insert into import_batch (id, kind, file_name, sha256, started_at) values ($1, $2, $3, decode($4, 'hex'), $5)
       on conflict (kind, sha256) where state = 'running' do nothing`,
      [randomUUID(), kind, fileName, sha256, at],
    );
    const [batch] = await tx.query<IntakeBatch>(
      `select * from import_batch where kind = $1 and sha256 = decode($2, 'hex') and state = 'running'`,
      [kind, sha256],
    );
    return { ...batch!, resumed: batch!.last_line > 1 };
  }

  /** Locks the batch, so that two imports of one file take turns, and says where it stands. */
  async lock(tx: Tx, id: string): Promise<IntakeBatch> {
    const [batch] = await tx.query<IntakeBatch>('select * from import_batch where id = $1 for update', [id]);
    return batch!;
  }

  async advance(
    tx: Tx,
    id: string,
    lastLine: number,
    counts: { accepted: number; unchanged: number; rejected: number },
    problems: readonly NumberedProblem[],
  ): Promise<void> {
    const warnings = problems.filter((problem) => problem.isWarning).length;
    await tx.query(
      `update import_batch set last_line = $2, accepted = accepted + $3, unchanged = unchanged + $4, rejected = rejected + $5,
         total = total + $3 + $4 + $5, warnings = warnings + $6 where id = $1`,
      [id, lastLine, counts.accepted, counts.unchanged, counts.rejected, warnings],
    );
    await tx.copyInto(
      'import_reject',
      'batch_id, line, column_name, code, sentence_zh, sentence_en, is_warning',
      problems.map((p) => copyLine([id, p.line, p.column, p.code, p.sentence.zh, p.sentence.en, p.isWarning])),
    );
  }

  async finish(tx: Tx, id: string, at: Date): Promise<IntakeBatch> {
    const [batch] = await tx.query<IntakeBatch>(
      `update import_batch set state = 'done', finished_at = $2 where id = $1 returning *`,
      [id, at],
    );
    return batch!;
  }

  async countByCode(tx: Tx, id: string): Promise<Record<string, number>> {
    const rows = await tx.query<{ code: string; n: bigint }>(
      'select code, count(*) as n from import_reject where batch_id = $1 group by 1 order by 1',
      [id],
    );
    return Object.fromEntries(rows.map(({ code, n }) => [code, Number(n)]));
  }

  problems(tx: Tx, id: string, after: bigint, limit: number): Promise<StoredProblem[]> {
    return tx.query(
      `select id, line, column_name as "column", code, sentence_zh, sentence_en, is_warning from import_reject
        where batch_id = $1 and id > $2 order by id limit $3`,
      [id, after, limit],
    );
  }
}

export interface StoredProblem {
  readonly id: bigint;
  readonly line: number;
  readonly column: string;
  readonly code: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly is_warning: boolean;
}

import { copyLine, type Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { ImportBatch } from './registry-import.types';

export interface StoredRemark {
  readonly line: number;
  readonly column: string;
  readonly code: string;
  readonly detail: string | null;
  readonly registryPersonId: string | null;
  /** Further errors of the row; of warnings always empty. */
  readonly further: readonly string[];
}

export interface Counts {
  readonly accepted: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly warnings: number;
}

const COLUMNS = `id, file_name as "fileName", encode(file_sha256, 'hex') as "fileSha256", encoding,
  unknown_columns as "unknownColumns", state, next_line as "nextLine", total, accepted, unchanged, rejected, warnings,
  first_xid::text as "firstXid", started_at as "startedAt", finished_at as "finishedAt"`;

@Injectable()
export class ImportBatchRepository {
  async findUnfinished(read: Tx, fileSha256: string): Promise<ImportBatch | undefined> {
    const [batch] = await read.query<ImportBatch>(
      `select ${COLUMNS} from import_batch where file_sha256 = decode($1, 'hex') and state <> 'done'`,
      [fileSha256],
    );
    return batch;
  }

  async insert(
    tx: Tx,
    batch: Pick<
      ImportBatch,
      'id' | 'fileName' | 'fileSha256' | 'encoding' | 'unknownColumns' | 'nextLine' | 'startedAt'
    > & {
      fileBytes: number;
    },
  ): Promise<ImportBatch> {
    const [inserted] = await tx.query<ImportBatch>(
      `insert into import_batch (id, file_name, file_sha256, file_bytes, encoding, unknown_columns, next_line, started_at)
       values ($1, $2, decode($3, 'hex'), $4, $5, $6, $7, $8) returning ${COLUMNS}`,
      [
        batch.id,
        batch.fileName,
        batch.fileSha256,
        batch.fileBytes,
        batch.encoding,
        batch.unknownColumns,
        batch.nextLine,
        batch.startedAt,
      ],
    );
    return inserted!;
  }

  async find(read: Tx, id: string): Promise<ImportBatch | undefined> {
    const [batch] = await read.query<ImportBatch>(`select ${COLUMNS} from import_batch where id = $1`, [id]);
    return batch;
  }

  /** Newest first; `after` is the id of the last batch of the page before. */
  list(read: Tx, limit: number, after: string | null): Promise<ImportBatch[]> {
    return read.query(
      `select ${COLUMNS} from import_batch where $2::uuid is null or id < $2 order by id desc limit $1`,
      [limit, after],
    );
  }

  /** Locks the batch and says where it stands. */
  async getForUpdate(tx: Tx, id: string): Promise<ImportBatch> {
    const [batch] = await tx.query<ImportBatch>(`select ${COLUMNS} from import_batch where id = $1 for update`, [id]);
    return batch!;
  }

  /** Moves the batch on by one chunk. */
  async advance(tx: Tx, id: string, nextLine: number, counts: Counts): Promise<ImportBatch> {
    const [batch] = await tx.query<ImportBatch>(
      `update import_batch set next_line = $2, total = total + $3 + $4 + $5, accepted = accepted + $3,
              unchanged = unchanged + $4, rejected = rejected + $5, warnings = warnings + $6
        where id = $1 returning ${COLUMNS}`,
      [id, nextLine, counts.accepted, counts.unchanged, counts.rejected, counts.warnings],
    );
    return batch!;
  }

  async finish(tx: Tx, id: string, at: Date): Promise<ImportBatch> {
    const [batch] = await tx.query<ImportBatch>(
      `update import_batch set state = 'done', finished_at = $2,
              warnings = (select count(*) from import_warning where batch_id = $1)
        where id = $1 returning ${COLUMNS}`,
      [id, at],
    );
    return batch!;
  }

  async addRejects(tx: Tx, batchId: string, remarks: readonly StoredRemark[]): Promise<void> {
    if (remarks.length === 0) return;
    await tx.copyInto(
      'import_reject',
      'batch_id, line, column_name, code, detail, registry_person_id, further',
      remarks.map((r) =>
        copyLine([
          batchId,
          r.line,
          r.column,
          r.code,
          r.detail,
          r.registryPersonId,
          `{${r.further.map(quoted).join(',')}}`,
        ]),
      ),
    );
  }

  async addWarnings(tx: Tx, batchId: string, remarks: readonly StoredRemark[]): Promise<void> {
    if (remarks.length === 0) return;
    await tx.copyInto(
      'import_warning',
      'batch_id, line, column_name, code, detail, registry_person_id',
      remarks.map((r) => copyLine([batchId, r.line, r.column, r.code, r.detail, r.registryPersonId])),
    );
  }

  /** Remarks that only the whole register can make, for the rows this batch put in. */
  async addWarningsOfRegister(tx: Tx, batchId: string, firstXid: string): Promise<void> {
    await tx.query(
      `insert into import_warning (batch_id, line, column_name, code, registry_person_id)
       select p.batch_id, p.batch_line, w.column_name, w.code, p.registry_person_id
         from person p cross join lateral (values
           ('id_number', 'NUMBER_SHARED', p.id_number_shared),
           ('father_id_number', 'PARENT_NOT_FOUND', p.father_key is not null and p.father_id is null),
           ('mother_id_number', 'PARENT_NOT_FOUND', p.mother_key is not null and p.mother_id is null)
         ) w (column_name, code, applies)
        where p.batch_id = $1 and p.changed_xid >= $2::xid8 and w.applies`,
      [batchId, firstXid],
    );
  }

  async countPerCode(
    read: Tx,
    table: 'import_reject' | 'import_warning',
    batchId: string,
  ): Promise<Record<string, number>> {
    const rows = await read.query<{ code: string; n: number }>(
      `select code, count(*)::int as n from ${table} where batch_id = $1 group by code order by code`,
      [batchId],
    );
    return Object.fromEntries(rows.map(({ code, n }) => [code, n]));
  }

  /** Remarks in the order of lines, some thousands at a time. */
  async *remarks(read: Tx, table: 'import_reject' | 'import_warning', batchId: string): AsyncGenerator<StoredRemark[]> {
    const further = table === 'import_reject' ? 'further' : `'{}'::text[] as further`;
    await read.query(
      `declare remarks cursor for
       select line, column_name as "column", code, detail, registry_person_id as "registryPersonId", ${further}
         from ${table} where batch_id = '${batchId}'::uuid order by line, code, column_name`,
    );
    for (;;) {
      const rows = await read.query<StoredRemark>('fetch 5000 from remarks');
      if (rows.length === 0) break;
      yield rows;
    }
    await read.query('close remarks');
  }
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

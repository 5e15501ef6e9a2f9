import type { Format } from '@app/bankfile';
import type { Read, Tx } from '@app/database';
import type { Fen } from '@app/kernel';
import { Injectable } from '@nestjs/common';

export interface BankFile {
  readonly batchId: string;
  readonly messageId: string;
  readonly format: Format;
  readonly name: string;
  readonly path: string;
  readonly sha256: Buffer;
  readonly lineCount: number;
  readonly totalFen: Fen;
  readonly state: 'written' | 'handed' | 'answered' | 'in_doubt';
  readonly writtenAt: Date;
  readonly sentAt: Date | null;
}

const BANK_FILE = `batch_id as "batchId", message_id as "messageId", format, name, path, sha256, line_count as "lineCount",
  total_fen as "totalFen", state, written_at as "writtenAt", sent_at as "sentAt"`;

@Injectable()
export class BankFileRepository {
  async find(read: Read, batchId: string): Promise<BankFile | undefined> {
    return (await read.query<BankFile>(`select ${BANK_FILE} from bank_file where batch_id = $1`, [batchId]))[0];
  }

  async findForUpdate(tx: Tx, batchId: string): Promise<BankFile | undefined> {
    return (
      await tx.query<BankFile>(`select ${BANK_FILE} from bank_file where batch_id = $1 for update`, [batchId])
    )[0];
  }

  /** Of all batches, or whether the one named is among them. */
  async waiting(read: Read, batchId?: string): Promise<string[]> {
    const rows = await read.query<{ id: string }>(
      `select b.id from payment_batch b left join bank_file f on f.batch_id = b.id
        where (b.state = 'approved' or f.state = 'written') and ($1::uuid is null or b.id = $1)
        order by b.prepared_at, b.id`,
      [batchId ?? null],
    );
    return rows.map(({ id }) => id);
  }

  async insert(tx: Tx, file: Omit<BankFile, 'state' | 'sentAt'>): Promise<void> {
    await tx.query(
      `insert into bank_file (batch_id, message_id, format, name, path, sha256, line_count, total_fen, state, written_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 'written', $9)`,
      [
        file.batchId,
        file.messageId,
        file.format,
        file.name,
        file.path,
        file.sha256,
        file.lineCount,
        file.totalFen,
        file.writtenAt,
      ],
    );
  }

  /** Only forward: an answer may have come before the hand-over was noted. */
  async markHanded(tx: Tx, batchId: string, path: string, at: Date): Promise<void> {
    await tx.query(
      `update bank_file set state = 'handed', path = $2, sent_at = $3 where batch_id = $1 and state = 'written'`,
      [batchId, path, at],
    );
  }
}

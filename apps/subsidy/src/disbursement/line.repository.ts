import type { Read, Tx } from '@app/database';
import type { Fen } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { AttemptState } from './batch.state';
import type { AttemptRow, InstructionFilter, InstructionRow } from './disbursement.types';

/** A line as the bank file needs it; numbers still sealed. */
export interface SealedLine {
  readonly line: number;
  readonly endToEndId: string;
  readonly amountFen: Fen;
  readonly holderName: string;
  readonly claimYear: number;
  readonly accountId: string;
  readonly accountKey: Buffer;
  readonly accountSealed: Buffer;
  readonly holderSealed: Buffer;
  readonly bankCode: string;
}

const PAGE = 5_000;

/** The lines of batches, and the instructions they carry out. */
@Injectable()
export class LineRepository {
  /** All lines of a batch in order, a page at a time: memory does not grow with the batch. */
  async *sealedLines(read: Read, batchId: string): AsyncGenerator<SealedLine> {
    for (let after = 0; ;) {
      const rows = await read.query<SealedLine>(
        `select a.line, a.end_to_end_id as "endToEndId", a.amount_fen as "amountFen", a.holder_name as "holderName",
                i.claim_year as "claimYear", p.id as "accountId", p.account_key as "accountKey",
                p.account_sealed as "accountSealed", p.holder_sealed as "holderSealed", p.bank_code as "bankCode"
           from attempt a join payee_account p on p.id = a.payee_account_id join instruction i on i.id = a.instruction_id
          where a.batch_id = $1 and a.line > $2 order by a.line limit ${PAGE}`,
        [batchId, after],
      );
      yield* rows;
      if (rows.length < PAGE) return;
      after = rows.at(-1)!.line;
    }
  }

  /** The accounts that the lines of a batch are paid to. */
  accounts(read: Read, batchId: string): Promise<{ id: string }[]> {
    return read.query('select distinct payee_account_id as id from attempt where batch_id = $1', [batchId]);
  }

  /** What the officers signed, and what the lines and accounts are now; the same, or something was changed. */
  async isContentUnchanged(read: Read, batchId: string): Promise<boolean> {
    const [row] = await read.query<{ same: boolean }>(
      `select (b.content_hash, b.line_count, b.total_fen) = (c.hash, c.lines, c.fen) as same
         from payment_batch b, payment_batch_content(b.id) c where b.id = $1`,
      [batchId],
    );
    return row!.same;
  }

  async markSent(tx: Tx, batchId: string): Promise<void> {
    await tx.query(`update attempt set state = 'SENT' where batch_id = $1 and state = 'READY'`, [batchId]);
  }

  /** The instructions end, and the claims wait for another batch. */
  async cancelRegular(tx: Tx, batchId: string, actor: string, at: Date): Promise<void> {
    await this.cancelLines(tx, batchId, 'confirmed', actor, at);
    await tx.query(
      `update instruction i set state = 'cancelled' from attempt a where a.batch_id = $1 and i.id = a.instruction_id`,
      [batchId],
    );
  }

  /** The instructions live on, and their repaired accounts wait for another repair batch. */
  async cancelRepair(tx: Tx, batchId: string, actor: string, at: Date): Promise<void> {
    await this.cancelLines(tx, batchId, 'returned', actor, at);
    await tx.query(
      `update instruction i set state = 'returned', repair_account_id = a.payee_account_id
         from attempt a where a.batch_id = $1 and i.id = a.instruction_id`,
      [batchId],
    );
  }

  private async cancelLines(tx: Tx, batchId: string, claimState: string, actor: string, at: Date): Promise<void> {
    await tx.query(
      `select from claim c where c.id in (
         select i.claim_id from attempt a join instruction i on i.id = a.instruction_id where a.batch_id = $1)
        order by c.id for update`,
      [batchId],
    );
    await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select c.id, c.events + 1, c.state, $2, $3, $4, $5
         from attempt a join instruction i on i.id = a.instruction_id join claim c on c.id = i.claim_id where a.batch_id = $1`,
      [batchId, claimState, actor, `batch ${batchId} cancelled`, at],
    );
    await tx.query(`update attempt set state = 'CANCELLED' where batch_id = $1`, [batchId]);
  }

  /** The last of `page.first` rows is for looking ahead only. */
  async lines(
    read: Read,
    batchId: string,
    page: { after: number; first: number; state?: AttemptState },
  ): Promise<AttemptRow[]> {
    const rows = await read.query<AttemptRow>(
      `${ATTEMPT} where a.batch_id = $1 and a.line > $2 and ($3::text is null or a.state = $3) order by a.line limit $4`,
      [batchId, page.after, page.state ?? null, page.first],
    );
    read.disclose('attempt', rows.slice(0, page.first - 1));
    return rows;
  }

  /** Oldest first within an instruction. */
  async attemptsOf(read: Read, instructionIds: readonly string[]): Promise<AttemptRow[]> {
    const rows = await read.query<AttemptRow>(
      `${ATTEMPT} where a.instruction_id = any($1::uuid[]) order by a.instruction_id, a.no`,
      [instructionIds],
    );
    return read.disclose('attempt', rows);
  }

  /** By id, which is the order they were made in. The last of `filter.first` rows is for looking ahead only. */
  async instructions(read: Read, filter: InstructionFilter): Promise<InstructionRow[]> {
    const rows = await read.query<InstructionRow>(
      `${INSTRUCTION} where starts_with(c.division_code, $1) and ($2::text is null or i.programme = $2)
          and ($3::text is null or i.state = $3) and ($4::uuid is null or i.id > $4) order by i.id limit $5`,
      [filter.divisionPrefix, filter.programme ?? null, filter.state ?? null, filter.after ?? null, filter.first],
    );
    read.disclose('instruction', rows.slice(0, filter.first - 1));
    return rows;
  }

  async instructionsByIds(read: Read, ids: readonly string[]): Promise<InstructionRow[]> {
    return read.disclose(
      'instruction',
      await read.query<InstructionRow>(`${INSTRUCTION} where i.id = any($1::uuid[])`, [ids]),
    );
  }
}

const ATTEMPT = `select a.id, a.instruction_id as "instructionId", a.batch_id as "batchId", a.line, a.no,
    a.end_to_end_id as "endToEndId", a.holder_name as "holderName", p.account_mask as "accountMask",
    p.bank_code as "bankCode", a.amount_fen as "amountFen", a.state, a.attention
  from attempt a join payee_account p on p.id = a.payee_account_id`;

const INSTRUCTION = `select i.id, i.claim_id as "claimId", i.programme, i.claim_year as "claimYear",
    i.amount_fen as "amountFen", i.state
  from instruction i join claim c on c.id = i.claim_id`;

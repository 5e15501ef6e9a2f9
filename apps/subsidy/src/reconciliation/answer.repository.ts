import type { AnswerLine, OpenBankAnswer } from '@app/bankfile';
import { copyLine, type Read, type Tx } from '@app/database';
import { transferIdSql } from '@app/ledger';
import type { Fen } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { joinedStateSql, MONEY_AT } from './reconciliation.rules';

/** Who moves things when the bank speaks. */
export const BANK = 'system:bank';

export interface AnswerAccounts {
  readonly paying: string;
  readonly paid: string;
  readonly returned: string;
}

const moneyAtSql = (state: string): string =>
  `case ${state} ${Object.entries(MONEY_AT)
    .map(([from, at]) => `when '${from}' then '${at}'`)
    .join(' ')} else 'paying' end`;

/** A bank answer from staging to attempts, money, claims and cases: set-based, over temp tables of the transaction. */
@Injectable()
export class AnswerRepository {
  async findAnswer(
    read: Read,
    sha256: string,
    answerId: string,
  ): Promise<{ isSame: boolean; fileName: string } | undefined> {
    const [row] = await read.query<{ isSame: boolean; fileName: string }>(
      `select sha256 = decode($1, 'hex') as "isSame", file_name as "fileName" from bank_answer
        where sha256 = decode($1, 'hex') or answer_id = $2 order by 1 desc limit 1`,
      [sha256, answerId],
    );
    return row;
  }

  async findBatchId(read: Read, messageId: string): Promise<string | undefined> {
    const rows = await read.query<{ id: string }>('select batch_id as id from bank_file where message_id = $1', [
      messageId,
    ]);
    return rows[0]?.id;
  }

  /** Copies the lines of an answer into `answer_in`, joined to the attempts of the batch. */
  async stage(tx: Tx, batchId: string, lines: AsyncIterable<AnswerLine>): Promise<void> {
    await tx.query(`
      create temp table answer_in (end_to_end_id text, status text, reason text, raw_code text, bank_ref text,
        amount_fen bigint, at text, attempt_id uuid, listed_fen bigint) on commit drop`);
    await tx.copyIn(
      'copy answer_in (end_to_end_id, status, reason, raw_code, bank_ref, amount_fen, at) from stdin',
      copyLines(lines),
    );
    await tx.query(
      `update answer_in i set attempt_id = a.id, listed_fen = a.amount_fen from attempt a
        where a.batch_id = $1 and a.end_to_end_id = i.end_to_end_id`,
      [batchId],
    );
    await tx.query('analyze answer_in');
  }

  unknownReferences(tx: Tx): Promise<{ reference: string; all: bigint }[]> {
    return tx.query(
      `select end_to_end_id as reference, count(*) over () as all from answer_in where attempt_id is null order by 1 limit 5`,
    );
  }

  async wrongAmount(tx: Tx): Promise<{ reference: string; listed: Fen; answered: Fen; all: bigint } | undefined> {
    const rows = await tx.query<{ reference: string; listed: Fen; answered: Fen; all: bigint }>(
      `select end_to_end_id as reference, listed_fen as listed, amount_fen as answered, count(*) over () as all
         from answer_in where amount_fen <> listed_fen order by 1 limit 1`,
    );
    return rows[0];
  }

  /** A reference of the bank names one credit: in what it said before, and within this answer. */
  async reusedBankRef(tx: Tx): Promise<string | undefined> {
    const rows = await tx.query<{ bankRef: string }>(
      // Line by line through the index: until statistics are taken, the planner would compare every line with every other.
      `select i.bank_ref as "bankRef" from answer_in i cross join lateral (
           select w.attempt_id from bank_status_line w where w.bank_ref = i.bank_ref offset 0) l
        where l.attempt_id <> i.attempt_id
       union all
       select bank_ref from answer_in group by bank_ref having count(distinct attempt_id) > 1 limit 1`,
    );
    return rows[0]?.bankRef;
  }

  /** Records the answer and the words that are new. Returns how many were. */
  async record(
    tx: Tx,
    batchId: string,
    answer: OpenBankAnswer,
    fileName: string,
    actor: string,
    at: Date,
  ): Promise<number> {
    const [row] = await tx.query<{ id: string; new: number }>(
      `with fresh as (
         select distinct on (i.bank_ref, i.status) i.* from answer_in i
          where not exists (select from bank_status_line l where (l.bank_ref, l.status) = (i.bank_ref, i.status))
          order by i.bank_ref, i.status, i.at, i.raw_code, i.reason),
       answer as (
         insert into bank_answer (id, batch_id, answer_id, sha256, file_name, file_status, line_count, total_fen, new_lines,
                                  received_at, received_by)
         select uuidv7(), $1, $2, decode($3, 'hex'), $4, $5, $6, $7, (select count(*) from fresh), $8, $9
         returning id, new_lines)
       select id, new_lines as new from answer`,
      [batchId, answer.answerId, answer.sha256, fileName, answer.fileStatus, answer.count, answer.totalFen, at, actor],
    );
    await tx.query(
      `insert into bank_status_line (bank_ref, status, attempt_id, end_to_end_id, reason, raw_code, amount_fen, at, answer_id)
       select bank_ref, status, attempt_id, end_to_end_id, reason, raw_code, amount_fen, at, $1 from answer_in
        order by bank_ref, status, at, raw_code, reason
       on conflict (bank_ref, status) do nothing`,
      [row!.id],
    );
    return row!.new;
  }

  /** Locks the claims of the attempts in `answer_in`: neither a repair run nor another answer may interfere. */
  async lockClaims(tx: Tx): Promise<void> {
    await tx.query(
      `select from claim c where c.id in (
         select i.claim_id from answer_in n join attempt a on a.id = n.attempt_id join instruction i on i.id = a.instruction_id)
        order by c.id for update`,
    );
  }

  /**
   * Works out in `said` what all words about each attempt of `answer_in` say together. An attempt that was followed
   * by another one is not moved any more: what the bank says late about it becomes a case for a person.
   */
  async join(tx: Tx): Promise<void> {
    await tx.query(
      `create temp table said on commit drop as
       select a.id, a.instruction_id, a.batch_id, i.claim_id, a.state as was, coalesce(j.state, a.state) as state, a.amount_fen,
              a.money_at, a.money_moves, a.ruled, ${moneyAtSql('coalesce(j.state, a.state)')} as money_to,
              exists (select from attempt later where later.instruction_id = a.instruction_id and later.no > a.no
                        and later.state <> 'CANCELLED') as is_over
         from (select w.attempt_id as id, ${joinedStateSql('min(t.ruled)')} as state
                 from bank_status_line w join attempt t on t.id = w.attempt_id
                where w.attempt_id in (select attempt_id from answer_in) group by 1) j
         join attempt a on a.id = j.id join instruction i on i.id = a.instruction_id`,
    );
    await tx.query('analyze said');
  }

  /** Moves the money of every line to where its words say it is. */
  moneyRows(accounts: AnswerAccounts, at: Date): { sql: string; parameters: readonly unknown[] } {
    const account = (column: string) => `case ${column} when 'paying' then $1 when 'paid' then $2 else $3 end`;
    return {
      sql: `select ${transferIdSql(`'attempt:' || id || ':' || (money_moves + 1)`)} as id, ${account('money_at')} as debit,
                   ${account('money_to')} as credit, amount_fen as fen, lower(state) as code, id as ref, $4::timestamptz as at
              from said where not is_over and money_at <> money_to`,
      parameters: [accounts.paying, accounts.paid, accounts.returned, at],
    };
  }

  async moveAttempts(tx: Tx): Promise<void> {
    await tx.query(
      `update attempt a set state = s.state, money_at = s.money_to,
              money_moves = a.money_moves + case when s.money_at <> s.money_to then 1 else 0 end
         from said s where a.id = s.id and (a.state, a.money_at) is distinct from (s.state, s.money_to)
          and (not s.is_over or (s.was, s.state) = ('REJECTED', 'RETURNED'))`,
    );
  }

  /** Claims and instructions follow their latest attempt; a claim that is closed stays so while its money is paid. */
  async moveClaims(tx: Tx, actor: string, at: Date): Promise<void> {
    const wanted = `(case s.money_to when 'paying' then 'paying' when 'paid' then 'paid' else 'returned' end)`;
    const step = async (to: string, where: string) =>
      tx.query(
        `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
         select c.id, c.events + 1, c.state, ${to}, $1, 'bank ' || s.state, $2
           from said s join claim c on c.id = s.claim_id where not s.is_over and ${where}`,
        [actor, at],
      );
    // Some moves have a station in between, because the table of moves says so.
    await step(`'returned'`, `${wanted} = 'paying' and c.state in ('paid', 'closed')`);
    await step(`'paying'`, `${wanted} = 'paid' and c.state = 'returned'`);
    await step(
      wanted,
      `c.state <> ${wanted} and c.state in ('paying', 'paid', 'returned', 'closed')
         and not (${wanted} = 'paid' and c.state = 'closed')`,
    );
    await tx.query(
      `update instruction i set state = ${wanted},
              repair_account_id = case when ${wanted} = 'returned' then i.repair_account_id end
         from said s where i.id = s.instruction_id and not s.is_over and i.state <> ${wanted}
          and not (i.state = 'closed' and ${wanted} = 'paid')`,
    );
  }

  /** Opens what a person has to look at, and ends what later words have settled. */
  async openCases(tx: Tx, at: Date): Promise<void> {
    await tx.query(
      `update review_case r set state = 'resolved', decision = 'BANK_SAID_OTHERWISE', resolved_by = '${BANK}', resolved_at = $1
         from said s where r.instruction_id = s.instruction_id and r.state = 'open' and not s.is_over
          and (r.reason = 'ACCOUNT_REPAIR' and s.state not in ('REJECTED', 'RETURNED')
            or r.reason = 'BANK_CONTRADICTION' and s.state <> 'IN_DOUBT'
               and r.facts ->> 'reference' = (select a.end_to_end_id from attempt a where a.id = s.id))`,
      [at],
    );
    await tx.query(
      `with question as (
         select s.*, case when s.is_over or s.state = 'IN_DOUBT' then 'BANK_CONTRADICTION' else 'ACCOUNT_REPAIR' end as reason
           from said s
          where s.state in ('REJECTED', 'RETURNED') and not s.is_over and s.was not in ('REJECTED', 'RETURNED')
             or s.state = 'IN_DOUBT' and not s.is_over
                and exists (select from bank_status_line w where w.attempt_id = s.id and w.status = 'SETTLED')
             or s.is_over and s.ruled is null and s.state <> s.was and (s.was, s.state) <> ('REJECTED', 'RETURNED'))
       insert into review_case (reason, claim_id, instruction_id, beneficiary_id, division_code, facts, opened_at)
       select q.reason, c.id, q.instruction_id, i.beneficiary_id, c.division_code,
              jsonb_strip_nulls(jsonb_build_object('reason', w.reason, 'bankCode', w.raw_code, 'bankState', q.state,
                'reference', a.end_to_end_id, 'attempt', a.no, 'batch', a.batch_id)), $1
         from question q join attempt a on a.id = q.id join instruction i on i.id = q.instruction_id join claim c on c.id = i.claim_id
         left join lateral (
           select w.reason, w.raw_code from bank_status_line w
            where w.attempt_id = q.id and w.reason is not null and w.raw_code is distinct from 'DUPL'
            order by w.status = 'RETURNED' desc, w.at, w.reason, w.raw_code limit 1) w on true
       on conflict (reason, claim_id, instruction_id) where state = 'open' do nothing`,
      [at],
    );
  }

  /** Lines of the batch: credited, failed, and without a final word. */
  async progress(tx: Tx, batchId: string): Promise<{ settled: number; failed: number; open: number }> {
    const [row] = await tx.query<{ settled: number; failed: number; open: number }>(
      `select count(*) filter (where state = 'SETTLED')::integer as settled,
              count(*) filter (where state in ('REJECTED', 'RETURNED'))::integer as failed,
              count(*) filter (where state in ('READY', 'SENT', 'ACCEPTED', 'IN_DOUBT'))::integer as open
         from attempt where batch_id = $1`,
      [batchId],
    );
    return row!;
  }

  /** True when an answer changed a line at all; else batch and file stay as they are. */
  async hasChanges(tx: Tx): Promise<boolean> {
    const [row] = await tx.query<{ any: boolean }>(
      'select exists (select from said where state <> was and not is_over) as any',
    );
    return row!.any;
  }
}

async function* copyLines(lines: AsyncIterable<AnswerLine>): AsyncGenerator<string> {
  let text = '';
  for await (const line of lines) {
    text += copyLine([
      line.endToEndId,
      line.status,
      line.reason ?? null,
      line.rawCode ?? null,
      bankRefOf(line),
      line.amountFen,
      line.at,
    ]);
    if (text.length > 60_000) {
      yield text;
      text = '';
    }
  }
  yield text;
}

/** Where the bank gave no reference, ours stands in; "I have that already" is kept apart from the first word. */
function bankRefOf(line: AnswerLine): string {
  if (line.status === 'REJECTED' && line.rawCode === 'DUPL') return `${line.endToEndId}.DUPL`;
  return line.bankRef === '' ? line.endToEndId : line.bankRef;
}

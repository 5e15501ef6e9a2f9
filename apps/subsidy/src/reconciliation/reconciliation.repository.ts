import type { Read, Tx } from '@app/database';
import type { DivisionCode, Fen } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { BatchState } from '../disbursement/batch.state';
import { joinedStateSql } from './reconciliation.rules';
import type { Difference, RepairAccount, Side, ThreeWay } from './reconciliation.types';

export interface BatchRow {
  readonly id: string;
  readonly programme: string;
  readonly countyCode: DivisionCode;
  readonly state: BatchState;
}

export interface CaseRow {
  readonly id: string;
  readonly claimId: string;
  readonly instructionId: string;
  readonly facts: Readonly<Record<string, string>>;
}

/**
 * One row a line: what we listed, what the bank's words say together, what the ledger's transfers came to.
 * `$1` is a batch, or null for all that were sent in the divisions that begin with `$2`.
 */
const LINES = `
  with listed as (
    select a.id, a.line, a.end_to_end_id, a.batch_id, a.state, a.amount_fen, a.ruled from attempt a join payment_batch b on b.id = a.batch_id
     where ($1::uuid is null or a.batch_id = $1) and starts_with(b.division_code, $2) and b.sent_at is not null),
  bank as (
    select w.attempt_id as id, ${joinedStateSql('min(t.ruled)')} as state, min(w.amount_fen) as fen, max(w.amount_fen) as fen_max
      from bank_status_line w join listed t on t.id = w.attempt_id group by 1),
  ledger as (
    select t.ref as id,
           sum(case when t.credit like 'paid:%' then t.fen when t.debit like 'paid:%' then -t.fen else 0 end) as paid,
           sum(case when t.credit like 'returned:%' then t.fen when t.debit like 'returned:%' then -t.fen else 0 end) as returned
      from transfer t join listed l on l.id = t.ref where t.kind = 'single' group by 1),
  lines as (
    select l.*, b.state as bank_state, b.fen as bank_fen, b.fen_max as bank_fen_max,
           coalesce(g.paid, 0)::bigint as ledger_paid, coalesce(g.returned, 0)::bigint as ledger_returned
      from listed l left join bank b using (id) left join ledger g using (id))`;

const SUM = (what: string, filter?: string) =>
  `coalesce(sum(${what})${filter ? ` filter (where ${filter})` : ''}, 0)::bigint`;

/** Comparing what we listed, what the bank said and what the ledger has; and what follows from it. */
@Injectable()
export class ReconciliationRepository {
  async findBatchForUpdate(tx: Tx, batchId: string): Promise<BatchRow | undefined> {
    const rows = await tx.query<BatchRow>(
      `select id, programme, county_code as "countyCode", state from payment_batch where id = $1 for update`,
      [batchId],
    );
    return rows[0];
  }

  async threeWay(read: Read, batchId: string | null, divisionPrefix = ''): Promise<ThreeWay> {
    const final = (column: string) => `${column} in ('SETTLED', 'REJECTED', 'RETURNED')`;
    const [row] = await read.query<Record<string, Fen>>(
      `${LINES} select
         ${SUM('amount_fen', `state = 'SETTLED'`)} as "listPaid",
         ${SUM('amount_fen', `state in ('REJECTED', 'RETURNED')`)} as "listReturned",
         ${SUM('amount_fen', `not ${final('state')}`)} as "listOpen",
         ${SUM('bank_fen', `bank_state = 'SETTLED'`)} as "bankPaid",
         ${SUM('bank_fen', `bank_state in ('REJECTED', 'RETURNED')`)} as "bankReturned",
         ${SUM('amount_fen', `bank_state is null or not ${final('bank_state')}`)} as "bankOpen",
         ${SUM('ledger_paid')} as "ledgerPaid", ${SUM('ledger_returned')} as "ledgerReturned",
         (select ${SUM('a.credits_posted - a.debits_posted')} from payment_batch b join ledger_account a on a.code = 'paying:' || b.id
           where ($1::uuid is null or b.id = $1) and starts_with(b.division_code, $2)) as "ledgerOpen"
       from lines`,
      [batchId, divisionPrefix],
    );
    const side = (name: string): Side => {
      const [paidFen, returnedFen, openFen] = [row![`${name}Paid`]!, row![`${name}Returned`]!, row![`${name}Open`]!];
      return { paidFen, returnedFen, openFen, totalFen: paidFen + returnedFen + openFen };
    };
    return { list: side('list'), bank: side('bank'), ledger: side('ledger') };
  }

  /** Every line that list, bank and ledger do not agree on, and the file as a whole. */
  async differences(read: Read, batchId: string): Promise<{ rows: Difference[]; count: number }> {
    const rows = await read.query<Difference & { all: bigint }>(
      `${LINES}, found as (
         select case when bank_state is null or bank_state in ('ACCEPTED', 'IN_DOUBT') then 'UNANSWERED'
                     when bank_state <> state or bank_fen <> amount_fen or bank_fen_max <> amount_fen then 'BANK_DIFFERS'
                     when ledger_paid <> case when state = 'SETTLED' then amount_fen else 0 end
                       or ledger_returned <> case when state in ('REJECTED', 'RETURNED') then amount_fen else 0 end
                       then 'LEDGER_DIFFERS' end as kind,
                line, end_to_end_id, state, bank_state, amount_fen, bank_fen, ledger_paid + ledger_returned as ledger_fen
           from lines
         union all
         select 'FILE_DIFFERS', null, null, b.state, null, b.total_fen, f.total_fen, null
           from payment_batch b left join bank_file f on f.batch_id = b.id
          where b.id = $1 and (f.batch_id is null or (f.line_count, f.total_fen) <> (b.line_count, b.total_fen)
             or b.line_count <> (select count(*) from attempt where batch_id = b.id)
             or b.total_fen <> (select coalesce(sum(amount_fen), 0) from attempt where batch_id = b.id)))
       select kind, line, end_to_end_id as "endToEndId", state as "listState", bank_state as "bankState",
              amount_fen as "listFen", bank_fen as "bankFen", ledger_fen as "ledgerFen", count(*) over () as all
         from found where kind is not null order by line nulls first limit 1000`,
      [batchId, ''],
    );
    return { rows: rows.map(({ all: _, ...row }) => row), count: Number(rows[0]?.all ?? 0n) };
  }

  /** Closes the claims of a reconciled batch that are paid; those whose money came back go on. */
  async close(tx: Tx, batchId: string, actor: string, at: Date): Promise<void> {
    await tx.query(
      `select from claim c where c.id in (
         select i.claim_id from attempt a join instruction i on i.id = a.instruction_id where a.batch_id = $1)
        order by c.id for update`,
      [batchId],
    );
    const settled = `from attempt a join instruction i on i.id = a.instruction_id join claim c on c.id = i.claim_id
      where a.batch_id = $1 and a.state = 'SETTLED' and c.state = 'paid'`;
    await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select c.id, c.events + 1, 'paid', 'closed', $2, 'batch ' || $1::uuid, $3 ${settled}`,
      [batchId, actor, at],
    );
    await tx.query(
      `update instruction i set state = 'closed' from attempt a
        where a.batch_id = $1 and a.state = 'SETTLED' and i.id = a.instruction_id and i.state = 'paid'`,
      [batchId],
    );
    await tx.query(
      `update payment_batch set state = 'reconciled', reconciled_at = $2, reconciled_by = $3 where id = $1`,
      [batchId, at, actor],
    );
  }

  /** A reconciled batch is closed when every instruction in it is, be it by a later repair; its calendar row is done. */
  async closeFinishedBatches(tx: Tx): Promise<void> {
    await tx.query(
      `with finished as (
         update payment_batch b set state = 'closed'
          where b.state = 'reconciled' and not exists (
            select from attempt a join instruction i on i.id = a.instruction_id where a.batch_id = b.id and i.state <> 'closed')
         returning id)
       update payment_calendar c set state = 'done' from finished f where c.batch_id = f.id and c.state = 'started'`,
    );
  }

  async findOpenCase(tx: Tx, caseId: string, reason: string): Promise<CaseRow | undefined> {
    const rows = await tx.query<CaseRow>(
      `select id, claim_id as "claimId", instruction_id as "instructionId", facts from review_case
        where id = $1 and reason = $2 and state = 'open' for update`,
      [caseId, reason],
    );
    return rows[0];
  }

  async divisionOfCase(read: Read, caseId: string): Promise<string | undefined> {
    const rows = await read.query<{ division: string }>(
      `select coalesce(r.division_code, c.division_code) as division from review_case r left join claim c on c.id = r.claim_id
        where r.id = $1`,
      [caseId],
    );
    return rows[0]?.division;
  }

  /** Live accounts of everybody the claim of a case is about, the newest first. */
  async repairAccounts(read: Read, caseId: string): Promise<RepairAccount[]> {
    const accounts = await read.query<RepairAccount>(
      `with about as (
         select c.applicant_key, b.id_number_key, f.holder_key, f.account_key
           from review_case r join claim c on c.id = r.claim_id join beneficiary b on b.id = c.beneficiary_id
           join lateral (select a.payee_account_id from attempt a where a.instruction_id = r.instruction_id and a.state <> 'CANCELLED'
                          order by a.no desc limit 1) last on true
           join payee_account f on f.id = last.payee_account_id
          where r.id = $1 and r.reason = 'ACCOUNT_REPAIR' and r.state = 'open')
       select p.id, p.holder_name as "holderName", p.account_mask as "accountMask", p.bank_code as "bankCode",
              p.account_key = a.account_key and p.holder_key = a.holder_key as "isFailed"
         from about a join payee_account p on p.holder_key in (a.applicant_key, a.id_number_key, a.holder_key) and p.ended_at is null
        order by p.recorded_at desc, p.id`,
      [caseId],
    );
    return read.disclose('payee_account', accounts);
  }

  async resolveCase(
    tx: Tx,
    caseId: string,
    decision: string,
    note: string | undefined,
    actor: string,
    at: Date,
  ): Promise<void> {
    await tx.query(
      `update review_case set state = 'resolved', decision = $2, note = $3, resolved_by = $4, resolved_at = $5 where id = $1`,
      [caseId, decision, note ?? null, actor, at],
    );
  }

  /** The account that the money came back from. */
  async failedAccount(tx: Tx, instructionId: string): Promise<string> {
    const [row] = await tx.query<{ id: string }>(
      `select payee_account_id as id from attempt where instruction_id = $1 and state <> 'CANCELLED' order by no desc limit 1`,
      [instructionId],
    );
    return row!.id;
  }

  /** Open account repairs, each with the newest live account of the same holder that was recorded after the failed one. */
  openRepairs(
    tx: Tx,
  ): Promise<{ caseId: string; instructionId: string; claimId: string; newAccountId: string | null }[]> {
    return tx.query(
      `select r.id as "caseId", r.instruction_id as "instructionId",
              (select i.claim_id from instruction i where i.id = r.instruction_id) as "claimId", (
                select n.id from payee_account n
                 where n.holder_key = p.holder_key and n.ended_at is null and n.account_key <> p.account_key
                   and n.recorded_at > p.recorded_at
                 order by n.recorded_at desc, n.id limit 1) as "newAccountId"
         from review_case r
         join lateral (select payee_account_id from attempt where instruction_id = r.instruction_id and state <> 'CANCELLED'
                        order by no desc limit 1) a on true
         join payee_account p on p.id = a.payee_account_id
        where r.state = 'open' and r.reason = 'ACCOUNT_REPAIR' order by r.id for update of r`,
    );
  }

  /** The live account of this id, or the live one that corrected it (same holder, same number). */
  async findLiveAccount(tx: Tx, accountId: string): Promise<string | undefined> {
    const rows = await tx.query<{ id: string }>(
      `select live.id from payee_account p join payee_account live
           on live.holder_key = p.holder_key and live.account_key = p.account_key and live.ended_at is null
        where p.id = $1`,
      [accountId],
    );
    return rows[0]?.id;
  }

  async repair(tx: Tx, open: Pick<CaseRow, 'instructionId' | 'claimId'>, accountId: string): Promise<void> {
    await tx.query(`update instruction set repair_account_id = $2 where id = $1 and state = 'returned'`, [
      open.instructionId,
      accountId,
    ]);
    await tx.query('update claim set payee_account_id = $2 where id = $1', [open.claimId, accountId]);
  }

  /** Sets the ruling, and puts the line into `answer_in` so that its words are joined anew. */
  async rule(tx: Tx, reference: string, ruled: 'SETTLED' | 'REJECTED', actor: string): Promise<string> {
    const [row] = await tx.query<{ id: string; batchId: string }>(
      `update attempt set ruled = $2, ruled_by = $3 where end_to_end_id = $1 returning id, batch_id as "batchId"`,
      [reference, ruled, actor],
    );
    await tx.query('create temp table answer_in on commit drop as select $1::uuid as attempt_id', [row!.id]);
    return row!.batchId;
  }

  /** What the bank has not spoken its last word about is in doubt: it is asked about, never sent again. */
  async markInDoubt(tx: Tx, batchId: string, at: Date): Promise<number> {
    const rows = await tx.query(
      `update attempt set state = 'IN_DOUBT' where batch_id = $1 and state in ('SENT', 'ACCEPTED') returning id`,
      [batchId],
    );
    if (rows.length > 0) {
      await tx.query(`update payment_batch set state = 'in_doubt' where id = $1 and state = 'sent'`, [batchId]);
      await tx.query(
        `update bank_file set state = 'in_doubt', in_doubt_at = $2, sent_at = coalesce(sent_at, $2) where batch_id = $1`,
        [batchId, at],
      );
    }
    return rows.length;
  }

  async moveBatch(tx: Tx, batchId: string, state: 'answered' | 'in_doubt', at: Date): Promise<void> {
    await tx.query(`update payment_batch set state = $2, answered_at = $3 where id = $1 and state <> $2`, [
      batchId,
      state,
      at,
    ]);
    await tx.query(
      'update bank_file set state = $2, sent_at = coalesce(sent_at, $3) where batch_id = $1 and state <> $2',
      [batchId, state, at],
    );
  }

  /** Files handed over whose batch still waits for words, oldest first. */
  waiting(read: Read): Promise<{ batchId: string; sentAt: Date; name: string }[]> {
    return read.query(
      `select f.batch_id as "batchId", f.sent_at as "sentAt", f.name from bank_file f join payment_batch b on b.id = f.batch_id
        where f.state = 'handed' and b.state = 'sent' order by f.sent_at, f.batch_id`,
    );
  }
}

import type { Read, Tx } from '@app/database';
import type { Fen } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Match, MatchState } from './match.types';

const MATCH = `m.id, m.receipt_id as "receiptId", m.taken_by as "takenBy", m.receivable_id as "receivableId", m.request_id as "requestId",
  q.reference, v.debtor_name as "debtorName", m.division_code as "divisionCode", m.fen, m.how, m.is_automatic as "isAutomatic", m.state,
  m.proposed_by as "proposedBy", m.proposed_at as "proposedAt", m.decided_by as "decidedBy", m.decided_at as "decidedAt", m.reason,
  m.undone_by as "undoneBy", m.undone_at as "undoneAt", m.undo_reason as "undoReason"`;
const FROM = `match m join receivable v on v.id = m.receivable_id left join payment_request q on q.id = m.request_id`;
/** Money stays in the county that it was asked for by. */
const SAME_COUNTY = `left(q.division_code, 6) = left(r.division_code, 6)`;
const IS_OPEN = `q.state in ('open', 'part')`;

/**
 * What an officer has to decide: a receipt that quotes several references; one whose request is closed while the receivable is
 * still owed; one of exactly the amount and the name that a request waits for. Begun from the few receipts that have something
 * left (offset 0), never from the many requests: this is looked for every minute.
 */
const WANTED = `
  select r.id, r.taken_by, r.division_code, q.receivable_id, q.id as request_id, least(r.left_fen, q.left_fen) as fen, 'reference' as how
    from bank_receipt r, lateral (select * from payment_request q
      where q.reference = any (r.found_references) and ${SAME_COUNTY} and ${IS_OPEN} offset 0) q
   where r.left_fen > 0 and r.reference is null and not r.is_for_hand
  union all
  select r.id, r.taken_by, r.division_code, v.id, null, least(r.left_fen, v.open_fen), 'reference'
    from bank_receipt r, lateral (select q.receivable_id from payment_request q
      where q.reference = r.reference and ${SAME_COUNTY} and not ${IS_OPEN} offset 0) q
    join receivable v on v.id = q.receivable_id and v.open_fen > 0
   where r.left_fen > 0
  union all
  select r.id, r.taken_by, r.division_code, q.receivable_id, q.id, r.left_fen, 'amount-and-name'
    from bank_receipt r, lateral (select * from payment_request q
      where q.left_fen = r.left_fen and ${SAME_COUNTY} and ${IS_OPEN}
        and name_to_compare(q.debtor_name) = name_to_compare(r.payer_name) offset 0) q
   where r.left_fen > 0 and r.matched_fen = 0 and not r.is_for_hand and name_to_compare(r.payer_name) <> ''
     and not exists (select from payment_request p where p.reference = any (r.found_references)
                      and left(p.division_code, 6) = left(r.division_code, 6))`;
const OUTDATED = `match m join bank_receipt r on r.id = m.receipt_id join receivable v on v.id = m.receivable_id
   where m.state = 'proposed' and (r.left_fen < m.fen or v.open_fen < m.fen
     or exists (select from payment_request q where q.id = m.request_id and (q.left_fen < m.fen or not ${IS_OPEN})))`;

/** One payment of a receivable out of a receipt. */
export interface Hit {
  readonly id: string;
  readonly requestId: string | null;
  readonly receiptId: string;
  readonly fen: Fen;
}

export interface NewMatch extends Pick<
  Match,
  'id' | 'receiptId' | 'takenBy' | 'receivableId' | 'requestId' | 'divisionCode' | 'fen'
> {
  readonly actor: string;
  readonly at: Date;
}

/** The SQL that looks for what receipts pay: whole batches in one statement. */
@Injectable()
export class MatchRepository {
  /** Holds receipts still that quote a reference which waits for money; what somebody else holds is left to them. */
  async lockQuoting(tx: Tx, limit: number): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `select r.id from bank_receipt r join payment_request q on q.reference = r.reference and ${SAME_COUNTY} and ${IS_OPEN}
        where r.left_fen > 0 limit $1 for no key update of r skip locked`,
      [limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Holds the receivables still that these receipts quote, in one order for everybody. */
  async lockQuoted(tx: Tx, receiptIds: readonly string[]): Promise<void> {
    await tx.query(
      `select receivable_lock(array(
         select q.receivable_id from bank_receipt r join payment_request q on q.reference = r.reference where r.id = any ($1::uuid[])))`,
      [receiptIds],
    );
  }

  /** Each receipt pays what its request still asks for after those that were booked before it. */
  matchQuoted(tx: Tx, receiptIds: readonly string[], actor: string, at: Date): Promise<Hit[]> {
    return tx.query<Hit>(
      `with due as (
         select r.id, r.taken_by, r.division_code, r.left_fen, q.id as request_id, q.receivable_id,
                q.left_fen - coalesce(sum(r.left_fen) over (partition by q.id order by r.booked_on, r.id
                  rows between unbounded preceding and 1 preceding), 0) as asked
           from bank_receipt r join payment_request q on q.reference = r.reference and ${SAME_COUNTY} and ${IS_OPEN}
          where r.id = any ($1::uuid[]) and r.left_fen > 0)
       insert into match (id, receipt_id, taken_by, receivable_id, request_id, division_code, fen, how, is_automatic, state, proposed_by,
                          proposed_at, decided_by, decided_at)
       select uuidv7(), id, taken_by, receivable_id, request_id, division_code, least(left_fen, asked)::bigint, 'reference', true, 'confirmed',
              $2, $3, $2, $3
         from due where asked > 0
       returning receivable_id as id, request_id as "requestId", receipt_id as "receiptId", fen`,
      [receiptIds, actor, at],
    );
  }

  /** Receipts whose quoted receivable is owed no more, with something left and nothing to decide about: it goes back. */
  async overpaid(read: Read, limit: number): Promise<string[]> {
    const rows = await read.query<{ id: string }>(
      `select r.id from bank_receipt r join payment_request q on q.reference = r.reference and ${SAME_COUNTY}
          join receivable v on v.id = q.receivable_id
        where r.left_fen > 0 and v.open_fen = 0
          and not exists (select from match m where m.receipt_id = r.id and m.state = 'proposed')
        order by r.id limit $1`,
      [limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Proposes what an officer has to decide. */
  async propose(tx: Tx, at: Date): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      `with added as (
         insert into match (id, receipt_id, taken_by, receivable_id, request_id, division_code, fen, how, is_automatic, state, proposed_at)
         select uuidv7(), id, taken_by, receivable_id, request_id, division_code, fen, how, false, 'proposed', $1 from (${WANTED}) w
         on conflict (receipt_id, receivable_id, request_id) where state in ('proposed', 'declined') do nothing returning 1)
       select count(*)::int as n from added`,
      [at],
    );
    return row!.n;
  }

  /** Ends proposals that their receipt or their request cannot keep any more. */
  async lapse(tx: Tx): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      `with gone as (
         update match set state = 'lapsed' where id in (select m.id from ${OUTDATED}) returning 1)
       select count(*)::int as n from gone`,
    );
    return row!.n;
  }

  /** Whether there is anything to propose or to end: looking leaves no trace. */
  async hasProposals(read: Read): Promise<boolean> {
    const [row] = await read.query<{ has: boolean }>(
      `select exists (select from ${OUTDATED})
           or exists (select from (${WANTED}) w where not exists (select from match m where m.receipt_id = w.id
                and m.receivable_id = w.receivable_id and m.request_id is not distinct from w.request_id
                and m.state in ('proposed', 'declined'))) as has`,
    );
    return row!.has;
  }

  /** Whether a receipt quotes a request that waits for money. */
  async hasQuoted(read: Read): Promise<boolean> {
    const [row] = await read.query<{ has: boolean }>(
      `select exists (select from bank_receipt r join payment_request q on q.reference = r.reference and ${SAME_COUNTY} and ${IS_OPEN}
         where r.left_fen > 0) as has`,
    );
    return row!.has;
  }

  async find(read: Read, id: string): Promise<Match | undefined> {
    return (await read.query<Match>(`select ${MATCH} from ${FROM} where m.id = $1`, [id]))[0];
  }

  async findForUpdate(tx: Tx, id: string): Promise<Match | undefined> {
    return (await tx.query<Match>(`select ${MATCH} from ${FROM} where m.id = $1 for no key update of m`, [id]))[0];
  }

  ofReceipts(read: Read, receiptIds: readonly string[]): Promise<Match[]> {
    return read.query<Match>(`select ${MATCH} from ${FROM} where m.receipt_id = any ($1) order by m.id`, [receiptIds]);
  }

  /** Matches of a county and state, in the order in which they were made. */
  list(read: Read, prefix: string, state: MatchState, after: string | null, limit: number): Promise<Match[]> {
    return read.query<Match>(
      `select ${MATCH} from ${FROM} where m.division_code ^@ $1 and m.state = $2 and ($3::uuid is null or m.id > $3)
        order by m.id limit $4`,
      [prefix, state, after, limit],
    );
  }

  /** A match that an officer makes. */
  async insertByHand(tx: Tx, match: NewMatch): Promise<void> {
    const { id, receiptId, takenBy, receivableId, requestId, divisionCode, fen, actor, at } = match;
    await tx.query(
      `insert into match (id, receipt_id, taken_by, receivable_id, request_id, division_code, fen, how, is_automatic, state, proposed_at,
         decided_by, decided_at)
       values ($1, $2, $3, $4, $5, $6, $7, 'by-hand', false, 'confirmed', $9, $8, $9)`,
      [id, receiptId, takenBy, receivableId, requestId, divisionCode, fen, actor, at],
    );
  }

  async decide(
    tx: Tx,
    id: string,
    state: 'confirmed' | 'declined',
    actor: string,
    reason: string | null,
    at: Date,
  ): Promise<void> {
    await tx.query('update match set state = $2, decided_by = $3, decided_at = $4, reason = $5 where id = $1', [
      id,
      state,
      actor,
      at,
      reason,
    ]);
  }

  async undo(tx: Tx, id: string, actor: string, reason: string, at: Date): Promise<void> {
    await tx.query(
      `update match set state = 'undone', undone_by = $2, undo_reason = $3, undone_at = $4 where id = $1`,
      [id, actor, reason, at],
    );
  }
}

import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { PrepareRequest } from './disbursement.types';

/** A new account is looked at twice while it is younger than this. */
const NEW_ACCOUNT_DAYS = 7;

/** From confirmed claims to the lines of a batch: set-based, over the temp table `payable` of the transaction. */
@Injectable()
export class PayableRepository {
  /** One preparation at a time in a county, so that batch numbers and budgets are taken in turn. */
  async lock(tx: Tx, programme: string, county: string): Promise<void> {
    await tx.query(`set local lock_timeout = '60s'`);
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`payment:${programme}:${county}`]);
  }

  /**
   * Locks the confirmed claims of a division into `payable`, with the child after merging and the account as it
   * is now: a corrected account (same holder, same number) takes the place of the one that ended.
   */
  async takeConfirmed(tx: Tx, request: PrepareRequest, divisionPrefix: string): Promise<number> {
    await tx.query(
      `create temp table payable on commit drop as
       with locked as materialized (
         select id, beneficiary_id, claim_year, amount_fen, payee_account_id, division_code, events, state from claim
          where programme = $1 and state = 'confirmed' and division_code ^@ $2 order by id for update)
       select l.id as claim_id, l.beneficiary_id, l.claim_year, l.amount_fen, l.division_code, l.events, l.state,
              uuidv7() as instruction_id, 1::smallint as no,
              live.id as account_id, live.holder_name, null::text as attention
         from locked l
         left join payee_account p on p.id = l.payee_account_id
         left join payee_account live on live.holder_key = p.holder_key and live.account_key = p.account_key and live.ended_at is null`,
      [request.programme, divisionPrefix],
    );
    await tx.query(
      `with recursive up as (
         select p.beneficiary_id as id, b.merged_into as at from payable p join beneficiary b on b.id = p.beneficiary_id
          where b.merged_into is not null
         union
         select up.id, b.merged_into from up join beneficiary b on b.id = up.at where b.merged_into is not null)
       update payable p set beneficiary_id = up.at from up join beneficiary b on b.id = up.at and b.merged_into is null
        where up.id = p.beneficiary_id`,
    );
    return this.count(tx);
  }

  /** Locks the returned instructions whose account a person has repaired into `payable`. */
  async takeRepaired(tx: Tx, request: PrepareRequest, divisionPrefix: string): Promise<number> {
    await tx.query(
      `create temp table payable on commit drop as
       with locked as materialized (
         select c.id, c.division_code, c.events, c.state, i.id as instruction_id, i.beneficiary_id, i.claim_year, i.amount_fen,
                i.repair_account_id
           from claim c join instruction i on i.claim_id = c.id
          where c.programme = $1 and c.state = 'returned' and c.division_code ^@ $2
            and i.state = 'returned' and i.repair_account_id is not null
          order by c.id for update)
       select l.id as claim_id, l.beneficiary_id, l.claim_year, l.amount_fen, l.division_code, l.events, l.state,
              l.instruction_id, (select 1 + max(a.no) from attempt a where a.instruction_id = l.instruction_id)::smallint as no,
              live.id as account_id, live.holder_name, 'ACCOUNT_REPAIRED'::text as attention
         from locked l
         join payee_account p on p.id = l.repair_account_id
         left join payee_account live on live.holder_key = p.holder_key and live.account_key = p.account_key and live.ended_at is null`,
      [request.programme, divisionPrefix],
    );
    // An account that ended after its repair needs another repair, not a stop of the run.
    await tx.query(
      `with ended as (
         delete from payable where account_id is null returning claim_id, instruction_id, beneficiary_id, division_code),
       undone as (
         update instruction i set repair_account_id = null from ended e where i.id = e.instruction_id)
       insert into review_case (reason, claim_id, instruction_id, beneficiary_id, division_code, facts, opened_at)
       select 'ACCOUNT_REPAIR', claim_id, instruction_id, beneficiary_id, division_code, '{"reason": "ACCOUNT_CLOSED"}', now() from ended
       on conflict (reason, claim_id, instruction_id) where state = 'open' do nothing`,
    );
    return this.count(tx);
  }

  /** Holds what has no live account, with a case for each. */
  holdWithoutAccount(tx: Tx, actor: string, at: Date): Promise<number> {
    return this.hold(tx, 'account_id is null', 'ACCOUNT_MISSING', actor, at);
  }

  /**
   * Where there are other installations, a first payment waits until they were asked and have spoken or let the time pass: such
   * claims stay as they are for the next batch. Who is paid elsewhere is held, unless a person has looked since.
   */
  leaveUnanswered(tx: Tx, programme: string, actor: string, at: Date): Promise<number> {
    return tx.across('another place may have asked', () => this.leaveOut(tx, programme, actor, at));
  }

  private async leaveOut(tx: Tx, programme: string, actor: string, at: Date): Promise<number> {
    const asked = `select from enrolment_question q where q.beneficiary_id = payable.beneficiary_id and q.programme = $1`;
    await tx.query(
      `delete from payable
        where (select has_peers from enrolment_peers)
          and exists (select from beneficiary b where b.id = payable.beneficiary_id and b.person_id is not null)
          and not exists (select from instruction i where i.beneficiary_id = payable.beneficiary_id and i.programme = $1 and i.is_live)
          and not exists (${asked} and q.outcome is not null)`,
      [programme],
    );
    await tx.query(
      `update payable set attention = 'ENROLMENT_UNANSWERED' where attention is null and exists (${asked} and q.outcome = 'no-reply')
          and not exists (${asked} and q.outcome in ('nowhere', 'elsewhere'))`,
      [programme],
    );
    const paidElsewhere = `(
      select q.outcome = 'elsewhere' and not exists (
               select from review_case r where r.beneficiary_id = q.beneficiary_id and r.reason = 'ENROLLED_ELSEWHERE'
                  and r.state = 'resolved' and r.resolved_at >= q.answered_at)
        from enrolment_question q where q.beneficiary_id = payable.beneficiary_id and q.programme = $4 and q.outcome is not null
       order by q.made_at desc limit 1)`;
    return this.hold(tx, paidElsewhere, 'ENROLLED_ELSEWHERE', actor, at, [programme]);
  }

  /** Holds what another place is primary for: nothing is lost by it, because the other place has the claim or a person looks. */
  holdOfOthers(tx: Tx, programme: string, actor: string, at: Date): Promise<number> {
    const isOthers = `exists (
      select from authority_period a
       where a.beneficiary_id = payable.beneficiary_id and a.programme = $4 and a.ended_at is null
         and a.valid @> make_date(payable.claim_year, 1, 1)
         and (a.is_elsewhere or left(a.county_code, 6) <> left(payable.division_code, 6)))`;
    return tx.across('another place may be primary for the days', () =>
      this.hold(tx, isOthers, 'OTHER_AUTHORITY', actor, at, [programme]),
    );
  }

  /**
   * Makes the instructions. The constraint decides whom a child's days are paid to: what it leaves out is held with
   * a case in neutral words, because the other payment may belong to another authority. Children in id order, so
   * that two authorities paying the same children wait for each other instead of deadlocking.
   */
  async instruct(tx: Tx, programme: string, actor: string, at: Date): Promise<number> {
    await tx.query(
      `insert into instruction (id, claim_id, beneficiary_id, programme, claim_year, period, amount_fen, state, made_at)
       select instruction_id, claim_id, beneficiary_id, $1, claim_year,
              daterange(make_date(claim_year, 1, 1), make_date(claim_year + 1, 1, 1)), amount_fen, 'paying', $2
         from payable order by beneficiary_id, claim_year, claim_id
       on conflict do nothing`,
      [programme, at],
    );
    const loser = `not exists (select from instruction i where i.id = payable.instruction_id)`;
    return this.hold(tx, loser, 'PAID_ELSEWHERE', actor, at);
  }

  async total(tx: Tx): Promise<{ lines: number; fen: bigint }> {
    const [row] = await tx.query<{ lines: number; fen: bigint }>(
      'select count(*)::integer as lines, coalesce(sum(amount_fen), 0)::bigint as fen from payable',
    );
    return row!;
  }

  /** Writes the lines and moves the claims to paying. Returns how many lines deserve a second look. */
  async writeLines(tx: Tx, batchId: string, actor: string, at: Date): Promise<number> {
    await tx.query(
      `update payable set attention = 'ACCOUNT_CHANGED' from payee_account a
        where a.id = payable.account_id and payable.attention is null
          and a.recorded_at > $1::timestamptz - make_interval(days => ${NEW_ACCOUNT_DAYS})
          and exists (select from payee_account o where o.holder_key = a.holder_key and o.recorded_at < a.recorded_at)`,
      [at],
    );
    await tx.query(
      `insert into attempt (id, instruction_id, batch_id, line, no, payee_account_id, holder_name, amount_fen, state, attention)
       select uuidv7(), instruction_id, $1, row_number() over (order by division_code, claim_id), no, account_id, holder_name,
              amount_fen, 'READY', attention
         from payable order by division_code, claim_id`,
      [batchId],
    );
    await tx.query(
      `update instruction i set state = 'paying', repair_account_id = null from payable p
        where i.id = p.instruction_id and i.state = 'returned'`,
    );
    await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select claim_id, events + 1, state, 'paying', $1, $2, $3 from payable`,
      [actor, `batch ${batchId}`, at],
    );
    const [row] = await tx.query<{ attention: number }>(
      'select count(*)::integer as attention from payable where attention is not null',
    );
    if ((await this.count(tx)) > 1_000) await tx.query('analyze instruction, attempt');
    return row!.attention;
  }

  private async hold(
    tx: Tx,
    which: string,
    reason: string,
    actor: string,
    at: Date,
    more: readonly unknown[] = [],
  ): Promise<number> {
    const rows = await tx.query<{ claim_id: string }>(
      `with held as (
         delete from payable where ${which} returning claim_id, beneficiary_id, division_code, events, state),
       asked as (
         insert into review_case (reason, claim_id, beneficiary_id, division_code, facts, opened_at)
         select $1, claim_id, beneficiary_id, division_code, '{}', $3 from held
         on conflict (reason, claim_id, instruction_id) where state = 'open' do nothing)
       insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select claim_id, events + 1, state, 'held', $2, $1, $3 from held returning claim_id`,
      [reason, actor, at, ...more],
    );
    return rows.length;
  }

  private async count(tx: Tx): Promise<number> {
    const [row] = await tx.query<{ rows: number }>('select count(*)::integer as rows from payable');
    return row!.rows;
  }
}

import { constraintName, type Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { HAS_HUKOU } from './determination.rules';
import { decideChunk } from './determination.jobs';
import type { Chunk, ChunkResult, RunProgress, TakenChunk, Tally } from './determination.types';

export interface RunRow {
  readonly id: string;
  readonly resumed: boolean;
}

/** A condition that was not met or not known, by the bit it has in a programme version. */
export interface ConditionBit {
  readonly programme: string;
  readonly version: string;
  readonly bit: number;
  readonly code: string;
}

@Injectable()
export class DeterminationRepository {
  /** The unfinished run for the same question, or a new one with its chunks. */
  async begin(
    tx: Tx,
    run: { programmes: string[]; versions: string[]; division: string; asOf: Day; actor: string; at: Date },
    chunks: string,
  ): Promise<RunRow> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('determination ' || $1, 0))`, [run.division]);
    const [running] = await tx.query<{ id: string }>(
      `select id from determination_run
        where state = 'running' and division_code = $1 and as_of = $2 and programmes = $3 and versions = $4`,
      [run.division, run.asOf, run.programmes, run.versions],
    );
    if (running) return { id: running.id, resumed: true };
    const id = randomUUID();
    await tx.query(
      `insert into determination_run (id, programmes, versions, division_code, as_of, state, started_by, started_at)
       values ($1, $2, $3, $4, $5, 'running', $6, $7)`,
      [id, run.programmes, run.versions, run.division, run.asOf, run.actor, run.at],
    );
    await tx.query(
      `insert into determination_chunk (run_id, no, prefix, year)
       select $1, row_number() over (order by year, prefix), prefix, year from (${chunks}) c`,
      [id],
    );
    return { id, resumed: false };
  }

  chunks(tx: Tx, runId: string): Promise<Chunk[]> {
    return tx.query('select no, prefix, year, state from determination_chunk where run_id = $1 order by no', [runId]);
  }

  /**
   * Locks a chunk that is still to be decided; whoever comes second waits and then finds it done. It is the first of its
   * programmes when no other run ever decided them, so that there is nothing to compare with.
   */
  async take(tx: Tx, runId: string, no: number): Promise<TakenChunk | undefined> {
    const rows = await tx.query<TakenChunk>(
      `select c.run_id as "runId", c.no, c.prefix, c.year, r.programmes, r.versions, r.division_code as division, r.as_of as "asOf",
              not exists (select from determination_run o where o.programmes && r.programmes and o.id <> r.id) as "isFirst"
         from determination_chunk c join determination_run r on r.id = c.run_id
        where c.run_id = $1 and c.no = $2 and c.state = 'waiting' for update of c`,
      [runId, no],
    );
    return rows[0];
  }

  /** Not against the chunks of the run, which refer to it, only against others who ask what comes next. */
  async lockRun(tx: Tx, runId: string): Promise<void> {
    await tx.query('select from determination_run where id = $1 for no key update', [runId]);
  }

  /** The waiting chunks of the earliest year that has any. */
  nextChunks(tx: Tx, runId: string): Promise<{ no: number; year: number }[]> {
    return tx.query(
      `select no, year from determination_chunk where run_id = $1 and state = 'waiting' and year = (
         select min(year) from determination_chunk where run_id = $1 and state = 'waiting') order by no`,
      [runId],
    );
  }

  /** How far these runs are together; chunks whose message was given up on are told apart. */
  async progress(read: Tx, runIds: readonly string[]): Promise<RunProgress> {
    const [row] = await read.query<RunProgress>(
      `select count(*) filter (where c.state = 'done')::int as done, count(c.no)::int as of,
              coalesce(sum(c.decided), 0)::int as decided, coalesce(sum(c.determined), 0)::int as determined,
              coalesce(sum(c.held), 0)::int as held, bool_and(r.state = 'done') as "isFinished",
              (select count(*)::int from outbox o where o.quarantined_at is not null and o.acked_at is null
                  and o.name = $2 and o.payload ->> 'run' = any($1::text[])) as "setAside"
         from determination_run r left join determination_chunk c on c.run_id = r.id where r.id = any($1::uuid[])`,
      [runIds, decideChunk.name],
    );
    return row!;
  }

  /**
   * Writes what `decided` selects (person_id, claim_id, facts_version, programme, outcome, amount_fen, met, unknown):
   * only decisions that differ from the current one become rows, and the one they replace stays, no longer current.
   */
  async write(
    tx: Tx,
    chunk: { runId: string; year: number; asOf: Day; at: Date; isFirst: boolean },
    decided: string,
    versions: Record<string, string>,
  ): Promise<number> {
    const version = `case d.programme ${Object.entries(versions)
      .map(([code, hash]) => `when '${code}' then '${hash}'`)
      .join(' ')} end`;
    const insert = `insert into determination (run_id, programme, version, person_id, claim_id, year, as_of, outcome, amount_fen, met, unknown, facts_version, decided_at)
      select '${chunk.runId}'::uuid, d.programme, ${version}, d.person_id, d.claim_id, ${chunk.year}, '${chunk.asOf}'::date, d.outcome, d.amount_fen, d.met, d.unknown, d.facts_version, $1`;
    if (chunk.isFirst) {
      await tx.query('savepoint first_decisions');
      try {
        const [row] = await tx.query<{ n: bigint }>(
          `with d as (${decided}), written as (${insert} from d returning 1) select count(*) as n from written`,
          [chunk.at],
        );
        return Number(row!.n);
      } catch (error) {
        // Somebody moved from one chunk to the next meanwhile, or a run for a part of the division overtook this one.
        if (constraintName(error) !== 'determination_is_current_once') throw error;
        await tx.query('rollback to savepoint first_decisions');
      }
    }
    await tx.query(`create temp table decided on commit drop as ${decided}`);
    await tx.query(
      `delete from decided d using determination o
        where o.person_id = d.person_id and o.programme = d.programme and o.year = ${chunk.year}
          and o.claim_id is not distinct from d.claim_id and o.is_current
          and (o.version, o.outcome, o.amount_fen, o.met, o.unknown, o.facts_version)
              is not distinct from (${version}, d.outcome, d.amount_fen, d.met, d.unknown, d.facts_version)`,
    );
    await tx.query(
      `update determination o set is_current = false from decided d
        where o.person_id = d.person_id and o.programme = d.programme and o.year = ${chunk.year}
          and o.claim_id is not distinct from d.claim_id and o.is_current`,
    );
    const [row] = await tx.query<{ n: bigint }>(
      `with written as (${insert} from decided d returning 1) select count(*) as n from written`,
      [chunk.at],
    );
    await tx.query('drop table decided');
    return Number(row!.n);
  }

  /**
   * Moves the claims of a chunk on by what was decided: eligible ones with an account to pay to become
   * `determined`; every other one is held with one case that names what was not met, not known or missing.
   */
  async settleClaims(
    tx: Tx,
    chunk: { runId: string; year: number; at: Date; programme: string; claims: string },
    bits: readonly ConditionBit[],
  ): Promise<{ determined: number; held: number }> {
    await tx.query(
      `create temp table settling on commit drop as
       select c.id as claim_id, c.events, c.beneficiary_id, c.division_code, d.id as determination_id, d.outcome, d.amount_fen,
              case when d.outcome <> 'UNKNOWN' or d.facts_version is not null and ${HAS_HUKOU} then null
                   when exists (select from person_fact s where s.id_number_key = b.id_number_key and s.id_number_shared) then 'ID_NUMBER_SHARED'
                   else 'CHILD_NOT_REGISTERED' end as unregistered,
              array(select b.code from jsonb_to_recordset($2::jsonb) b(bit int, code text, version text)
                     where b.version = d.version and (d.met | d.unknown) & (1::bigint << b.bit) = 0 order by b.bit) as not_met,
              array(select b.code from jsonb_to_recordset($2::jsonb) b(bit int, code text, version text)
                     where b.version = d.version and d.unknown & (1::bigint << b.bit) <> 0 order by b.bit) as unknown,
              case when c.payee_account_id is not null then null
                   when c.account_key is not null and exists (
                     select from payee_account a where a.account_key = c.account_key and a.ended_at is null) then 'ACCOUNT_OF_OTHER_HOLDER'
                   else 'ACCOUNT_MISSING' end as account_problem,
              -- A death flag never stops or releases money by itself: registers have been wrong about deaths.
              case when (f.died is not null or f.status = 9) and not exists (
                     select from claim_finding n where n.claim_id = c.id and n.fact = 'person.died') then 'DEATH_FLAG' end as death_flag
         from claim c join beneficiary b on b.id = c.beneficiary_id
         join determination d on d.person_id = coalesce(b.person_id, b.id) and d.programme = c.programme
              and d.year = c.claim_year and d.claim_id = c.id and d.is_current
         left join person_fact f on f.person_id = b.person_id
        where c.programme = $1 and c.claim_year = ${chunk.year} and ${chunk.claims}`,
      [chunk.programme, JSON.stringify(bits)],
    );
    await tx.query(
      `update claim c set determination_id = s.determination_id,
         amount_fen = case when s.outcome = 'ELIGIBLE' then s.amount_fen end
       from settling s where s.claim_id = c.id`,
    );
    await tx.query(
      `insert into review_case (reason, claim_id, beneficiary_id, division_code, facts, opened_at)
       select coalesce(not_met[1], unregistered, unknown[1], death_flag, account_problem, outcome),
              claim_id, beneficiary_id, division_code,
              jsonb_strip_nulls(jsonb_build_object('notMet', not_met, 'unknown', unknown, 'account', account_problem,
                'amountFen', amount_fen::text)), $1
         from settling where outcome <> 'ELIGIBLE' or account_problem is not null or death_flag is not null
       on conflict (reason, claim_id, instruction_id) where state = 'open' do nothing`,
      [chunk.at],
    );
    const moved = await tx.query<{ to_state: string }>(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select claim_id, events + 1, 'received', case when outcome = 'ELIGIBLE' and account_problem is null and death_flag is null then 'determined' else 'held' end,
              'determination', coalesce(not_met[1], unknown[1], death_flag, account_problem), $1
         from settling
       returning to_state`,
      [chunk.at],
    );
    await tx.query('drop table settling');
    const determined = moved.filter((row) => row.to_state === 'determined').length;
    return { determined, held: moved.length - determined };
  }

  async finishChunk(tx: Tx, runId: string, no: number, result: ChunkResult, at: Date): Promise<void> {
    await tx.query(
      `update determination_chunk set state = 'done', decided = $3, determined = $4, held = $5, finished_at = $6
        where run_id = $1 and no = $2`,
      [runId, no, result.decided, result.determined, result.held, at],
    );
  }

  async finishRun(tx: Tx, runId: string, at: Date): Promise<void> {
    await tx.query(`update determination_run set state = 'done', finished_at = $2 where id = $1`, [runId, at]);
  }

  /** What stands decided now for the subtree and year. */
  async tally(tx: Tx, programmes: readonly string[], prefix: string): Promise<Tally[]> {
    return tx.query(
      `select d.programme, d.outcome, count(*)::integer as count, coalesce(sum(d.amount_fen), 0)::int8 as "amountFen"
         from determination d left join person_fact f on f.person_id = d.person_id left join claim c on c.id = d.claim_id
        where d.is_current and d.programme = any($1)
          and (coalesce(c.division_code, f.division_code) ^@ $2 or coalesce(c.division_code, f.division_code) is null)
        group by 1, 2 order by 1, 2`,
      [programmes, prefix],
    );
  }

  async heldByReason(tx: Tx, programmes: readonly string[], prefix: string): Promise<Record<string, number>> {
    const rows = await tx.query<{ reason: string; n: bigint }>(
      `select r.reason, count(*) as n from review_case r join claim c on c.id = r.claim_id
        where r.state = 'open' and c.programme = any($1) and (c.division_code ^@ $2 or c.division_code is null)
        group by 1 order by 2 desc, 1`,
      [programmes, prefix],
    );
    return Object.fromEntries(rows.map(({ reason, n }) => [reason, Number(n)]));
  }

  /** Every claim of a subtree with what stands decided, as CSV; numbers masked. Read to the end before the next statement. */
  listClaims(tx: Tx, programme: string, prefix: string): Promise<Readable> {
    return tx.copyOut(
      `copy (select c.claim_no, c.claim_year, f.id_number_mask as child, c.division_code, d.outcome,
                    round(coalesce(d.amount_fen, 0) / 100.0, 2) as amount_yuan, c.state,
                    (select string_agg(r.reason, ' ' order by r.id) from review_case r where r.claim_id = c.id and r.state = 'open') as waits_for
               from claim c join beneficiary b on b.id = c.beneficiary_id left join person_fact f on f.person_id = b.person_id
               left join determination d on d.id = c.determination_id
              where c.programme = '${programme}' and (c.division_code ^@ '${prefix}' or c.division_code is null)
              order by c.claim_year, c.claim_no) to stdout with (format csv, header)`,
    );
  }
}

import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { NotSameView, PairFilter, PairStateName, PairView, RunSummary } from './duplicate.types';

const COLUMNS = `id, person_a as "personA", person_b as "personB", division_code as "divisionCode", score, verdict, levels,
  state, kept_id as "keptId", change_id as "changeId", found_at as "foundAt", closed_at as "closedAt"`;
const NOT_SAME = `id, person_a as "personA", person_b as "personB", reason, said_by as "saidBy", said_at as "saidAt",
  taken_back_at as "takenBackAt"`;
/** Either record's officers see a pair, whoever of them is to settle it. */
const MATCHES = `(division_a ^@ $1 or division_b ^@ $1) and ($2::text is null or state = $2) and ($3::text is null or verdict = $3)`;

/** Pairs and what officers said of them. */
@Injectable()
export class DuplicateRepository {
  async lastHorizon(tx: Tx): Promise<string | null> {
    const [row] = await tx.query<{ xid: string | null }>('select max(until_xid)::text as xid from duplicate_run');
    return row!.xid;
  }

  async noteRun(tx: Tx, until: string, run: RunSummary, startedAt: Date, finishedAt: Date): Promise<void> {
    await tx.query(
      `insert into duplicate_run (is_whole, until_xid, started_at, finished_at, persons, compared, found, gone)
       values ($1, $2::xid8, $3, $4, $5, $6, $7, $8)`,
      [run.isWhole, until, startedAt, finishedAt, run.persons, run.compared, run.found, run.gone],
    );
  }

  /** What is plainly one person first; `after` is score and id of the last one of the page before. */
  async list(read: Tx, filter: PairFilter, after: readonly string[] | undefined, limit: number): Promise<PairView[]> {
    const rows = await read.query<PairView>(
      `select ${COLUMNS} from duplicate_pair
        where ${MATCHES} and ($4::int is null or (-score, id) > (-$4::int, $5::uuid))
        order by -score, id limit $6`,
      [filter.prefix, filter.state ?? null, filter.verdict ?? null, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    return disclosed(read, rows);
  }

  async count(read: Tx, filter: PairFilter): Promise<number> {
    const [row] = await read.query<{ n: number }>(`select count(*)::int as n from duplicate_pair where ${MATCHES}`, [
      filter.prefix,
      filter.state ?? null,
      filter.verdict ?? null,
    ]);
    return row!.n;
  }

  async find(read: Tx, ids: readonly string[]): Promise<PairView[]> {
    return disclosed(
      read,
      await read.query<PairView>(`select ${COLUMNS} from duplicate_pair where id = any($1::uuid[])`, [ids]),
    );
  }

  async findForUpdate(tx: Tx, a: string, b: string): Promise<PairView | undefined> {
    const [row] = await tx.query<PairView>(
      `select ${COLUMNS} from duplicate_pair where person_a = $1 and person_b = $2 for update`,
      [a, b],
    );
    return row;
  }

  async move(
    tx: Tx,
    id: string,
    state: PairStateName,
    at: Date,
    merged?: { readonly keptId: string; readonly changeId: string },
  ): Promise<void> {
    await tx.query(
      `update duplicate_pair set state = $2, closed_at = case when $2 = 'open' then null else $3::timestamptz end,
              kept_id = $4, change_id = $5 where id = $1`,
      [id, state, at, merged?.keptId ?? null, merged?.changeId ?? null],
    );
  }

  async say(tx: Tx, a: string, b: string, reason: string, at: Date): Promise<string> {
    const [row] = await tx.query<{ id: string }>(
      `insert into not_same (person_a, person_b, reason, said_at) values ($1, $2, $3, $4) returning id`,
      [a, b, reason, at],
    );
    return row!.id;
  }

  async standing(read: Tx, a: string, b: string): Promise<NotSameView | undefined> {
    const [row] = await read.query<NotSameView>(
      `select ${NOT_SAME} from not_same where person_a = $1 and person_b = $2 and taken_back_at is null`,
      [a, b],
    );
    return row;
  }

  /** What officers said of these pairs, the newest first. */
  async said(read: Tx, pairs: readonly { personA: string; personB: string }[]): Promise<NotSameView[]> {
    return read.query(
      `select n.id, n.person_a as "personA", n.person_b as "personB", n.reason, n.said_by as "saidBy", n.said_at as "saidAt",
              n.taken_back_at as "takenBackAt"
         from unnest($1::uuid[], $2::uuid[]) as p (a, b) join not_same n on n.person_a = p.a and n.person_b = p.b
        order by n.said_at desc, n.id`,
      [pairs.map(({ personA }) => personA), pairs.map(({ personB }) => personB)],
    );
  }

  async takeBack(tx: Tx, id: string, reason: string, at: Date): Promise<void> {
    await tx.query(
      `update not_same set taken_back_reason = $2, taken_back_by = guard_text('actor'), taken_back_at = $3 where id = $1`,
      [id, reason, at],
    );
  }

  /** Those of these persons that the caller may see. */
  async visible(read: Tx, ids: readonly string[]): Promise<Set<string>> {
    const rows = await read.query<{ id: string }>('select id from person where id = any($1::uuid[])', [ids]);
    return new Set(rows.map(({ id }) => id));
  }
}

function disclosed(read: Tx, rows: PairView[]): PairView[] {
  read.disclose('person', rows, ({ personA }) => personA);
  return read.disclose('person', rows, ({ personB }) => personB);
}

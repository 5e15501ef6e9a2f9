import type { Read, Tx } from '@app/database';

/** A column of sealed values, in a table with an `id`. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The table that the values are bound to: rows that moved into a history keep their old binding. */
  readonly boundTo: string;
}

export interface SealedRow {
  readonly id: string;
  readonly sealed: Buffer;
}

/** A value and what takes its place. */
export interface Resealed extends SealedRow {
  readonly becomes: Buffer;
}

/** Counts and swaps sealed values; it never sees what is in them. Names of tables come from code, never from input. */
export class ResealRepository {
  /** One rotation or retirement in the installation at a time changes the ring. */
  async lock(tx: Tx): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('vault.ring', 0))`);
  }

  /** How many values each key version has. */
  async countByVersion(read: Read, { table, column }: SealedColumn): Promise<Map<number, number>> {
    const rows = await read.query<{ version: number; n: bigint }>(
      `select get_byte(${column}, 0) as version, count(*) as n from ${table} where ${column} is not null group by 1`,
    );
    return new Map(rows.map(({ version, n }) => [version, Number(n)]));
  }

  /** Rows after `after` whose value is of another version. */
  listOthers(read: Read, { table, column }: SealedColumn, version: number, after: string, most: number) {
    return read.query<SealedRow>(
      `select id, ${column} as sealed from ${table}
        where id > $1 and get_byte(${column}, 0) <> $2 order by id limit $3`,
      [after, version, most],
    );
  }

  /** Swaps the values that are still what they were and that nobody is writing now; returns how many. */
  async swap(tx: Tx, { table, column }: SealedColumn, rows: readonly Resealed[]): Promise<number> {
    const [swapped] = await tx.query<{ n: number }>(
      'select reseal($1, $2, $3::uuid[], $4::bytea[], $5::bytea[]) as n',
      [table, column, rows.map(({ id }) => id), rows.map(({ sealed }) => sealed), rows.map(({ becomes }) => becomes)],
    );
    return swapped!.n;
  }

  /** Closes the tables to a version for good; returns how many values still have it, in which case nothing changed. */
  async retire(tx: Tx, version: number): Promise<number> {
    const [left] = await tx.query<{ n: bigint }>('select retire_seal($1) as n', [version]);
    return Number(left!.n);
  }

  /** A mark in the order of transactions. */
  async mark(tx: Tx): Promise<string> {
    const [row] = await tx.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
    return row!.xid;
  }

  /** Whether every transaction from before the mark has ended. */
  async isPast(read: Read, mark: string): Promise<boolean> {
    const [row] = await read.query<{ over: boolean }>(
      'select pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 as over',
      [mark],
    );
    return row!.over;
  }
}

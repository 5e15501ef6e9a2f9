import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { DataSource, type EntityManager } from 'typeorm';
import { textTypes } from './types';

/** A connection that may only read. */
export interface Read {
  /** Rows of one statement; parameters are `$1…`. Days come as text, int8 as bigint, numeric as text. */
  query<R = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
}

/** An open transaction. Using it after it ended throws, so that a forgotten `await` cannot write outside it. */
export interface Tx extends Read {
  /** COPY … FROM STDIN on this transaction's connection. */
  copyIn(sql: string, source: Readable | Iterable<string | Buffer> | AsyncIterable<string | Buffer>): Promise<void>;
  /** COPY … TO STDOUT as a stream of bytes; read it to its end before the next statement. */
  copyOut(sql: string): Promise<Readable>;
}

export interface WriteOptions {
  /** Milliseconds a single statement may take; 0 is without limit, for set-based bulk work. Default 30 000. */
  readonly statementTimeout?: number;
}

const RETRYABLE = new Set(['40001', '40P01', '55P03']);
const ATTEMPTS = 5;

/** One app's door to PostgreSQL: its own runtime role, its own schema first on the search path. */
export class Database {
  constructor(readonly dataSource: DataSource) {}

  static async open(options: { url: string; schema: string; poolSize?: number }): Promise<Database> {
    const dataSource = new DataSource({
      type: 'postgres',
      url: options.url,
      schema: options.schema,
      synchronize: false,
      poolSize: options.poolSize ?? 12,
      applicationName: `yangyu ${options.schema}`,
      installExtensions: false,
      extra: {
        types: textTypes,
        options: `-c search_path=${options.schema},public -c lock_timeout=5000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC`,
      },
    });
    return new Database(await dataSource.initialize());
  }

  /** Runs `work` on a read-only snapshot. */
  read<T>(work: (read: Tx) => Promise<T>, options: WriteOptions = {}): Promise<T> {
    return this.transact('REPEATABLE READ', 'set transaction read only', work, options);
  }

  /**
   * Runs `work` in one transaction and commits it. The whole closure is run again, up to five times, when
   * PostgreSQL reports a serialization failure, a deadlock or a lock time-out; it must not act on the outside world.
   */
  async write<T>(work: (tx: Tx) => Promise<T>, options: WriteOptions = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.transact('READ COMMITTED', undefined, work, options);
      } catch (error) {
        if (attempt >= ATTEMPTS || !RETRYABLE.has(sqlState(error) ?? '')) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
      }
    }
  }

  private transact<T>(
    isolation: 'READ COMMITTED' | 'REPEATABLE READ',
    preamble: string | undefined,
    work: (tx: Tx) => Promise<T>,
    options: WriteOptions,
  ): Promise<T> {
    return this.dataSource.transaction(isolation, async (manager) => {
      const tx = new OpenTransaction(manager);
      try {
        if (preamble) await tx.query(preamble);
        if (options.statementTimeout !== undefined) {
          await tx.query(`set local statement_timeout = ${Math.trunc(options.statementTimeout)}`);
        }
        return await work(tx);
      } finally {
        tx.end();
      }
    });
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }
}

class OpenTransaction implements Tx {
  private over = false;

  constructor(private readonly manager: EntityManager) {}

  query<R>(sql: string, parameters: readonly unknown[] = []): Promise<R[]> {
    this.assertOpen();
    return this.manager.query(sql, parameters as unknown[]).then(rowsOf<R>);
  }

  async copyIn(
    sql: string,
    source: Readable | Iterable<string | Buffer> | AsyncIterable<string | Buffer>,
  ): Promise<void> {
    const client = await this.client();
    await pipeline(source instanceof Readable ? source : Readable.from(source), client.query(copyFrom(sql)));
  }

  async copyOut(sql: string): Promise<Readable> {
    return (await this.client()).query(copyTo(sql));
  }

  end(): void {
    this.over = true;
  }

  private async client(): Promise<PoolClient> {
    this.assertOpen();
    return (await this.manager.queryRunner!.connect()) as PoolClient;
  }

  /** Without this, a statement left behind by a failed Promise.all would run in autocommit (measured). */
  private assertOpen(): void {
    if (this.over) throw new Error('This transaction is over; a statement was not awaited inside it.');
  }
}

/** TypeORM answers [rows, count] for UPDATE and DELETE; everybody here wants the rows. */
function rowsOf<R>(result: unknown): R[] {
  if (Array.isArray(result) && result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number') {
    return result[0] as R[];
  }
  return result as R[];
}

/** The five-character SQLSTATE of a database error, if it is one. */
export function sqlState(error: unknown): string | undefined {
  const e = error as { code?: unknown; driverError?: { code?: unknown } };
  const code = e?.driverError?.code ?? e?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The name of the constraint that refused, if one did. */
export function constraintName(error: unknown): string | undefined {
  const e = error as { constraint?: string; driverError?: { constraint?: string } };
  return e?.driverError?.constraint ?? e?.constraint;
}

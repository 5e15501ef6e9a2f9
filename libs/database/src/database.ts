import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { Refusal } from '@app/kernel';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { DataSource, type EntityManager } from 'typeorm';
import { contextKey, currentContext, inContext, signContext, type WorkContext } from './context';
import { Notes } from './notes';
import { textTypes } from './types';

/** A connection that may only read. */
export interface Read {
  /** Rows of one statement; parameters are `$1…`. Days come as text, int8 as bigint, numeric as text. */
  query<R = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
  /**
   * Says that these rows tell of somebody and are about to leave: the reading is recorded before this transaction ends,
   * and the graph serves no row of a personal type that was not disclosed so. Gives the rows back.
   */
  disclose<T extends object>(kind: string, rows: readonly T[], subjectOf?: (row: T) => string | null): T[];
  /** Says what a change is about, for its line in the audit log. */
  concern(kind: string, ids: readonly string[]): void;
}

/** An open transaction. Using it after it ended throws, so that a forgotten `await` cannot write outside it. */
export interface Tx extends Read {
  /**
   * Lets `work` look at every division: for questions whose answer must not depend on who asks, such as whether a child
   * is paid elsewhere already. What is answered must not tell where. If it throws, the transaction is over anyway.
   */
  across<T>(why: string, work: () => Promise<T>): Promise<T>;
  /** COPY … FROM STDIN on this transaction's connection. */
  copyIn(sql: string, source: Readable | Iterable<string | Buffer> | AsyncIterable<string | Buffer>): Promise<void>;
  /** Rows in COPY text format into a table under row-level security, which COPY alone may not write: by way of a temporary one. */
  copyInto(
    table: string,
    columns: string,
    source: Readable | Iterable<string | Buffer> | AsyncIterable<string | Buffer>,
  ): Promise<void>;
  /** COPY … TO STDOUT as a stream of bytes; read it to its end before the next statement. */
  copyOut(sql: string): Promise<Readable>;
}

export interface WriteOptions {
  /** Milliseconds a single statement may take; 0 is without limit, for set-based bulk work. Default 30 000. */
  readonly statementTimeout?: number;
}

/** Writes the line of the audit log that belongs to a transaction, inside it. */
export interface Recorder {
  /** Called last in every transaction of work that counts; what it throws undoes the transaction. */
  record(tx: Tx, context: WorkContext, kind: 'read' | 'done', notes: Notes): Promise<void>;
  /** The transaction was refused and undone; called in one of its own. */
  refused(tx: Tx, context: WorkContext, code: string): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly schema: string;
  readonly poolSize?: number;
  readonly recorder?: Recorder;
  /** What a constraint of this schema means in words, where it is a foreseen no and not a bug. */
  readonly explain?: (constraint: string) => Refusal | undefined;
  /** The context of work that has none of its own: for tests and tools only. Otherwise such work sees nothing. */
  readonly standing?: WorkContext;
}

/** Somebody listens on a channel, on a connection of their own. */
export interface Hearing {
  stop(): void;
}

const RETRYABLE = new Set(['40001', '40P01', '55P03']);
const ATTEMPTS = 5;

/** One app's door to PostgreSQL: its own runtime role, its own schema first on the search path. */
export class Database {
  private constructor(
    readonly dataSource: DataSource,
    private readonly key: Buffer,
    private readonly recorder: Recorder | undefined,
    private readonly standing: WorkContext | undefined,
    private readonly explain: NonNullable<DatabaseOptions['explain']>,
  ) {}

  static async open(options: DatabaseOptions): Promise<Database> {
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
        // A server that went away without a word is noticed in the middle of a long statement too.
        keepAlive: true,
        keepAliveInitialDelayMillis: 10_000,
        options: `-c search_path=${options.schema},public -c lock_timeout=5000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC`,
      },
    });
    const password = decodeURIComponent(new URL(options.url).password);
    const key = contextKey(password, options.schema);
    return new Database(
      await dataSource.initialize(),
      key,
      options.recorder,
      options.standing,
      options.explain ?? (() => undefined),
    );
  }

  /** Runs `work` on one snapshot. Nothing is written but the line of the audit log about what was disclosed. */
  read<T>(work: (read: Tx) => Promise<T>, options: WriteOptions = {}): Promise<T> {
    return this.recorded(() => this.transact('REPEATABLE READ', 'read', work, options));
  }

  /**
   * Runs `work` in one transaction and commits it. The whole closure is run again, up to five times, when
   * PostgreSQL reports a serialization failure, a deadlock or a lock time-out; it must not act on the outside world.
   */
  async write<T>(work: (tx: Tx) => Promise<T>, options: WriteOptions = {}): Promise<T> {
    return this.recorded(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.transact('READ COMMITTED', 'done', work, options);
        } catch (error) {
          if (attempt >= ATTEMPTS || !RETRYABLE.has(sqlState(error) ?? '')) throw error;
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
        }
      }
    });
  }

  /** Hears what commits announce with pg_notify on `channel`. `lost` is called once if the connection ends by itself. */
  async listen(channel: string, heard: (payload: string) => void, lost: () => void): Promise<Hearing> {
    const driver = this.dataSource.driver as unknown as {
      obtainMasterConnection(): Promise<[PoolClient, (destroy: boolean) => void]>;
    };
    const [client, release] = await driver.obtainMasterConnection();
    let isOver = false;
    const end = (): boolean => {
      if (isOver) return false;
      isOver = true;
      release(true); // Destroyed, not returned: nobody else shall inherit the subscription.
      return true;
    };
    client.on('error', () => end() && lost());
    client.on('notification', ({ payload }) => !isOver && payload && heard(payload));
    try {
      await client.query(`listen ${client.escapeIdentifier(channel)}`);
    } catch (error) {
      end();
      throw error;
    }
    return { stop: () => void end() };
  }

  /** Puts a refusal that was spoken before this schema was asked anything into its audit log. */
  async noteRefusal(context: WorkContext, code: string): Promise<void> {
    const quiet = { ...context, isPlumbing: true };
    await inContext(quiet, () =>
      this.transact('READ COMMITTED', 'done', async (tx) => this.recorder?.refused(tx, context, code), {}),
    );
  }

  private transact<T>(
    isolation: 'READ COMMITTED' | 'REPEATABLE READ',
    kind: 'read' | 'done',
    work: (tx: Tx) => Promise<T>,
    options: WriteOptions,
  ): Promise<T> {
    const context = currentContext() ?? this.standing;
    return this.dataSource.transaction(isolation, async (manager) => {
      const tx = new OpenTransaction(manager, async (changed) => {
        if (!context) throw new Error('Nobody is working: there is no context to look across divisions in.');
        await this.begin(tx, { ...context, ...changed });
      });
      try {
        await this.begin(tx, context, options, kind === 'read' && (!this.recorder || context?.isPlumbing));
        const result = await work(tx);
        if (context && !context.isPlumbing && (kind === 'done' || tx.notes.hasDisclosed)) {
          await this.recorder?.record(tx, context, kind, tx.notes);
        }
        return result;
      } finally {
        tx.end();
      }
    });
  }

  /** One round trip. The context is a parameter, because the text of a statement stands in pg_stat_activity. */
  private async begin(tx: Tx, context?: WorkContext, options: WriteOptions = {}, isReadOnly = false): Promise<void> {
    const settings = [
      ...(context ? [['app.context', signContext(context, this.key)]] : []),
      ...(options.statementTimeout === undefined ? [] : [['statement_timeout', String(options.statementTimeout)]]),
      ...(isReadOnly ? [['transaction_read_only', 'on']] : []),
    ];
    if (settings.length === 0) return;
    const calls = settings.map((_, i) => `set_config($${2 * i + 1}, $${2 * i + 2}, true)`);
    await tx.query(`select ${calls.join(', ')}`, settings.flat());
  }

  /** A refusal undid its transaction, so its line in the audit log is written in another. */
  private async recorded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      const error = this.explain(constraintName(thrown) ?? '') ?? thrown;
      const context = currentContext() ?? this.standing;
      if (context && !context.isPlumbing && error instanceof Refusal) await this.noteRefusal(context, error.code);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }
}

class OpenTransaction implements Tx {
  readonly notes = new Notes();
  private over = false;
  private isAcross = false;

  constructor(
    private readonly manager: EntityManager,
    private readonly changeContext: (changed: Partial<WorkContext>) => Promise<void>,
  ) {}

  disclose<T extends object>(kind: string, rows: readonly T[], subjectOf?: (row: T) => string | null): T[] {
    return this.notes.disclose(kind, rows, subjectOf);
  }

  concern(kind: string, ids: readonly string[]): void {
    this.notes.concern(kind, ids);
  }

  async across<T>(_why: string, work: () => Promise<T>): Promise<T> {
    if (this.isAcross) return work(); // Whoever looks across already goes on doing so after this.
    this.isAcross = true;
    await this.changeContext({ division: '', family: undefined });
    const result = await work();
    this.isAcross = false;
    await this.changeContext({});
    return result;
  }

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

  async copyInto(
    table: string,
    columns: string,
    source: Readable | Iterable<string | Buffer> | AsyncIterable<string | Buffer>,
  ): Promise<void> {
    await this.query(`create temp table copied_in on commit drop as select ${columns} from ${table} with no data`);
    await this.copyIn(`copy copied_in (${columns}) from stdin`, source);
    await this.query(`insert into ${table} (${columns}) select ${columns} from copied_in`);
    await this.query('drop table copied_in');
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

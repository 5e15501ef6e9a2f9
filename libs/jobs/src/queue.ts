import { type Job, type JobsOptions, createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import { Client, Pool } from 'pg';
import { within } from './within';

const { Queue, Worker } = withBackend(createPostgresBackend);
type BackendQueue = InstanceType<typeof Queue>;
type BackendWorker = Pick<InstanceType<typeof Worker>, 'close' | 'cancelAllJobs' | 'disconnect'>;

/** The queue is not the truth: what it forgets, the outbox sends again. So finished jobs go at once (keeping some deadlocks). */
const FORGET: JobsOptions = { removeOnComplete: true, removeOnFail: true };

/** Our own books decide when to give up; the queue itself goes on. */
const NEVER_GIVES_UP = 1_000_000;

export interface QueueEntry {
  /** Job id: while an entry with it exists, adding it again changes nothing. */
  readonly id: string;
  readonly name: string;
  readonly data: object;
  /** In front of what waits. */
  readonly first?: boolean;
}

export interface WorkerSettings {
  readonly concurrency: number;
  /** Milliseconds after which another worker may take over a job whose worker went silent. */
  readonly lock: number;
  /** Milliseconds between looks for such jobs. */
  readonly stalledCheck: number;
  /** Milliseconds before the first retry of a failed job; doubles each time, up to a minute. */
  readonly backoff: number;
}

/** BullMQ on PostgreSQL: one pool for all its queues and workers. */
export class QueueBackend {
  private readonly queues = new Map<string, BackendQueue>();
  private readonly workers: BackendWorker[] = [];

  private constructor(
    readonly pool: Pool,
    private readonly onError: (error: unknown, where: string) => void,
  ) {}

  /** `connections` at most; each worker keeps one for LISTEN. */
  static open(url: string, connections: number, onError: (error: unknown, where: string) => void): QueueBackend {
    const pool = new Pool({
      connectionString: url,
      max: connections,
      keepAlive: true,
      application_name: 'yangyu queue',
      options: '-c search_path=bullmq -c timezone=UTC',
    });
    pool.setMaxListeners(0); // Every queue and worker adds one.
    pool.on('error', (error) => onError(error, 'queue pool'));
    return new QueueBackend(pool, onError);
  }

  async add(queue: string, entries: readonly QueueEntry[]): Promise<void> {
    await this.queue(queue).addBulk(
      entries.map(({ id, name, data, first }) => ({
        name,
        data,
        opts: { ...FORGET, jobId: id, lifo: first, attempts: NEVER_GIVES_UP, backoff: { type: 'custom' } },
      })),
    );
  }

  async has(queue: string, id: string): Promise<boolean> {
    return (await this.queue(queue).getJob(id)) !== undefined;
  }

  work(queue: string, settings: WorkerSettings, handle: (job: Job, signal: AbortSignal) => Promise<void>): void {
    const worker = new Worker(
      queue,
      // The third parameter must be declared, else BullMQ gives no signal.
      (job: Job, _token: string | undefined, signal?: AbortSignal) =>
        handle(job, signal ?? new AbortController().signal),
      {
        connection: this.pool,
        concurrency: settings.concurrency,
        lockDuration: settings.lock,
        stalledInterval: settings.stalledCheck,
        maxStalledCount: NEVER_GIVES_UP,
        settings: {
          backoffStrategy: (tries: number) => Math.min(settings.backoff * 2 ** Math.min(tries - 1, 20), 60_000),
        },
      },
    );
    worker.on('error', (error) => this.onError(error, `worker ${queue}`));
    worker.on('lockRenewalFailed', (ids) => ids.forEach((id) => worker.cancelJob(id)));
    this.workers.push(worker);
  }

  /** Waits at most `milliseconds` for running handlers, which are told to stop; then workers, queues, connections. */
  async close(milliseconds: number): Promise<void> {
    const workers = this.workers.map((worker) => worker.close()); // From here on they take nothing new.
    for (const worker of this.workers) worker.cancelAllJobs();
    await within(milliseconds, Promise.all(workers));
    // One that still waits for a deaf handler must give back its connection; what the handler held expires with its lock.
    await within(milliseconds, Promise.all(this.workers.map((worker) => worker.disconnect())));
    await within(milliseconds, Promise.all([...this.queues.values()].map((queue) => queue.close())));
    this.pool.removeAllListeners('error');
    this.pool.on('error', () => {}); // The server may go away first; that is no news any more.
    await within(milliseconds, this.pool.end());
  }

  private queue(name: string): BackendQueue {
    const known = this.queues.get(name);
    if (known) return known;
    const queue = new Queue(name, { connection: this.pool });
    queue.on('error', (error) => this.onError(error, `queue ${name}`));
    this.queues.set(name, queue);
    return queue;
  }
}

/**
 * Makes or upgrades BullMQ's schema `bullmq` and the role `queue_rw` that the runtime connects as. BullMQ makes a
 * sequence per queue while running, hence CREATE on that schema; the role sees no other schema of ours.
 */
export async function prepareQueue(adminUrl: string, rolePassword: string): Promise<void> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await prepareRole(admin, rolePassword);
    await runMigrations(admin);
    await admin.query(`
      grant usage, create on schema bullmq to queue_rw;
      grant select, insert, update, delete on all tables in schema bullmq to queue_rw;
      grant usage, select, update on all sequences in schema bullmq to queue_rw;`);
  } finally {
    await admin.end();
  }
}

/** Roles belong to the whole cluster, so two databases being prepared at once can collide: then once more. */
async function prepareRole(admin: Client, password: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return void (await admin.query(`
        do $$ begin
          if not exists (select from pg_roles where rolname = 'queue_rw') then create role queue_rw nologin; end if;
        end $$;
        alter role queue_rw login nosuperuser nobypassrls password ${admin.escapeLiteral(password)};`));
    } catch (error) {
      const collided = ['XX000', '23505', '42710'].includes((error as { code?: string }).code ?? '');
      if (!collided || attempt >= 5) throw error;
    }
  }
}

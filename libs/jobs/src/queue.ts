import { createHash } from 'node:crypto';
import type { Job, JobsOptions } from 'bullmq';
import { openPostgresQueues } from './queue-postgres';
import { openRedisQueues } from './queue-redis';
import type { OpenedQueue, OpenedWorker, QueuePlace, QueueStore, ReportError } from './queue.types';
import { within } from './within';

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

interface WithLocks {
  readonly lockManager: { close(): Promise<void> };
}

/** An entry's id for these messages: the same ones make the same entry. */
export const idOf = (messageIds: readonly string[]): string =>
  messageIds.length === 1
    ? messageIds[0]!
    : createHash('sha256')
        .update([...messageIds].sort().join())
        .digest('hex')
        .slice(0, 32);

/** BullMQ on PostgreSQL or Redis: the queues and workers of one process. */
export class QueueBackend {
  private readonly queues = new Map<string, OpenedQueue>();
  private readonly workers: OpenedWorker[] = [];

  private constructor(
    private readonly store: QueueStore,
    private readonly onError: ReportError,
  ) {}

  /** `connections` at most where a connection is a server process; each worker keeps one. */
  static open(place: QueuePlace, connections: number, onError: ReportError): QueueBackend {
    const store =
      place.kind === 'redis' ? openRedisQueues(place, onError) : openPostgresQueues(place.url, connections, onError);
    return new QueueBackend(store, onError);
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

  /** Whether anything waits to be taken. */
  async hasWaiting(queue: string): Promise<boolean> {
    return (await this.queue(queue).getWaitingCount()) > 0;
  }

  work(queue: string, settings: WorkerSettings, handle: (job: Job, signal: AbortSignal) => Promise<void>): void {
    const worker = this.store.worker(
      queue,
      // The third parameter must be declared, else BullMQ gives no signal.
      (job: Job, _token: string | undefined, signal?: AbortSignal) =>
        handle(job, signal ?? new AbortController().signal),
      {
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
    // One that still waits for a deaf handler must give back its connection; what the handler held expires with its
    // lock, which BullMQ would go on renewing for ever (on Redis) and offers no public way to stop.
    for (const worker of this.workers) await (worker as unknown as WithLocks).lockManager.close();
    await within(milliseconds, Promise.all(this.workers.map((worker) => worker.disconnect())));
    await within(milliseconds, Promise.all([...this.queues.values()].map((queue) => queue.close())));
    await within(milliseconds, this.store.close());
  }

  private queue(name: string): OpenedQueue {
    const known = this.queues.get(name);
    if (known) return known;
    const queue = this.store.queue(name);
    queue.on('error', (error) => this.onError(error, `queue ${name}`));
    this.queues.set(name, queue);
    return queue;
  }
}

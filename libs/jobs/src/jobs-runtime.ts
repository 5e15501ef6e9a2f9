import { randomUUID } from 'node:crypto';
import { type Database, inContext, systemContext } from '@app/database';
import type { Clock } from '@app/kernel';
import type { Job } from 'bullmq';
import { Bell } from './bell';
import { Consumer, errorCode, type Notice, TryAgain } from './consumer';
import { Inbox, type Message, type QuarantineRow, type Travelling } from './inbox.repository';
import { Gate } from './gate';
import { type JobHandler, OWN_JOBS, type Payload } from './job';
import { Listener } from './listener';
import { Outbox } from './outbox.repository';
import { idOf, QueueBackend } from './queue';
import type { QueuePlace } from './queue.types';
import { Relay } from './relay';
import { within } from './within';

export interface JobsApp {
  /** Also the name of the queue on which the app is told what became of its messages. */
  readonly schema: string;
  readonly database: Database;
  readonly handlers: readonly JobHandler<Payload>[];
}

/** All in milliseconds. */
export interface Timings {
  /** A relay that claimed messages and died holds them up this long. */
  readonly lease: number;
  /** A published message that was not acknowledged is published again. */
  readonly resend: number;
  /** The same for a message in quarantine. */
  readonly quarantineResend: number;
  /** The outbox is looked at unasked. */
  readonly poll: number;
  /** A worker that went silent loses its jobs. */
  readonly lock: number;
  readonly stalledCheck: number;
  /** First pause after a failure; doubles each time, up to a minute. */
  readonly backoff: number;
  readonly heartbeat: number;
  /** How long close() waits for handlers. */
  readonly grace: number;
}

const TIMINGS: Timings = {
  lease: 10_000,
  resend: 20_000,
  quarantineResend: 600_000,
  poll: 1_000,
  lock: 15_000,
  stalledCheck: 5_000,
  backoff: 500,
  heartbeat: 60_000,
  grace: 10_000,
};

export interface JobsOptions {
  readonly queue: QueuePlace;
  readonly apps: readonly JobsApp[];
  readonly clock: Clock;
  /** For the log. `where` is safe to print; the error's sentence may name a person. */
  readonly onError: (error: unknown, where: string) => void;
  /** Messages handled at once per queue; default 4. */
  readonly concurrency?: number;
  /** Failed tries before a message is set aside; default 8, about a minute. */
  readonly attempts?: number;
  /** Tries that ended with the death of the process before a message is set aside; default 3. */
  readonly crashes?: number;
  readonly timings?: Partial<Timings>;
  /** The work is done by other processes; this one only waits for it. */
  readonly isBystander?: boolean;
  /** Work on a queue stands still though the process lives, as after some outages: time to be started anew. */
  readonly onStuck?: (queue: string) => void;
}

/** A message that was given up on, and by which app. */
export type Quarantined = QuarantineRow & { readonly schema: string };

const MISSED_BEATS = 3;
const IDLE_CHECK = 100;

/** Everything between the outboxes and the handlers of the apps in this process. */
export class JobsRuntime {
  private readonly timings: Timings;
  private readonly backend: QueueBackend;
  private readonly listener: Listener;
  private readonly relays = new Map<string, Relay>();
  private readonly consumers = new Map<string, Consumer>();
  /** Queue to the app that consumes it. */
  private readonly queues = new Map<string, string>();
  private readonly gate = new Gate();
  /** Queues that this process took work from since the last beat. */
  private readonly taken = new Set<string>();
  private readonly settled = new Bell();
  private readonly beat = { id: `heartbeat-${randomUUID()}`, missed: new Map<string, number>() };
  private heartbeat: NodeJS.Timeout | undefined;
  private running = 0;
  private started = false;
  private closing: Promise<void> | undefined;

  constructor(private readonly options: JobsOptions) {
    this.timings = { ...TIMINGS, ...options.timings };
    for (const app of options.apps) {
      for (const queue of [app.schema, ...app.handlers.map((handler) => handler.job.queue)])
        this.own(queue, app.schema);
    }
    const connections = this.queues.size * (1 + this.concurrency) + 6;
    this.backend = QueueBackend.open(options.queue, connections, this.report);
    this.listener = new Listener(options.apps[0]!.database, (schema) => this.relays.get(schema)?.bell.ring());
    for (const app of options.apps) this.connect(app);
  }

  /** Starts relays, workers and the heartbeat; returns at once. */
  start(): void {
    if (this.started || this.options.isBystander) return;
    this.started = true;
    this.listener.start();
    for (const relay of this.relays.values()) relay.start();
    for (const [queue, schema] of this.queues) {
      const settings = { ...this.timings, concurrency: this.concurrency };
      this.backend.work(queue, settings, (job, signal) =>
        this.process(queue, this.consumers.get(schema)!, job, signal),
      );
    }
    this.heartbeat = setInterval(() => void this.beatAll(), this.timings.heartbeat);
    this.heartbeat.unref();
  }

  /**
   * Works until no message to an app in this process is due and unfinished; what failed too often is in quarantine
   * by then. Returns how many are there.
   */
  async runUntilIdle(): Promise<{ quarantined: number }> {
    this.start();
    for (const relay of this.relays.values()) relay.bell.ring(); // A clock that a test moved rings no bell.
    for (;;) {
      const { open, quarantined } = await this.count();
      if (open === 0) return { quarantined };
      if (this.closing) throw new Error('The jobs runtime was closed while it was waited for.');
      await this.settled.wait(IDLE_CHECK);
    }
  }

  /** What the apps of this process have given up on, oldest first. */
  async quarantined(): Promise<Quarantined[]> {
    const all: Quarantined[] = [];
    for (const { schema, database } of this.options.apps) {
      const rows = await inContext(systemContext('jobs', { isPlumbing: true }), () =>
        database.read((read) => new Inbox(schema).quarantined(read)),
      );
      all.push(...rows.map((row) => ({ schema, ...row })));
    }
    return all;
  }

  /** Gives a message in the quarantine of `schema` another chance; false when it was not there. */
  release(schema: string, messageId: string): Promise<boolean> {
    const consumer = this.consumers.get(schema);
    if (!consumer) throw new Error(`No app "${schema}" in this process.`);
    return consumer.release(messageId);
  }

  /** Relays, then workers (handlers are asked to stop and waited for), then queues and connections. Never throws. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      clearInterval(this.heartbeat);
      this.settled.ring();
      await within(this.timings.grace, Promise.all([...this.relays.values()].map((relay) => relay.stop())));
      this.listener.stop();
      await this.backend.close(this.timings.grace);
    })();
    return this.closing;
  }

  private get concurrency(): number {
    return this.options.concurrency ?? 4;
  }

  private own(queue: string, schema: string): void {
    const owner = this.queues.get(queue);
    if (owner && owner !== schema) throw new Error(`Both ${owner} and ${schema} want to consume queue ${queue}.`);
    this.queues.set(queue, schema);
  }

  private connect(app: JobsApp): void {
    const { schema, database, handlers } = app;
    const { attempts = 8, crashes = 3, clock } = this.options;
    this.relays.set(
      schema,
      new Relay({
        ...this.timings,
        schema,
        database,
        clock,
        publish: (queue, entries) => this.backend.add(queue, entries),
        onError: this.report,
      }),
    );
    this.consumers.set(
      schema,
      new Consumer({
        schema,
        database,
        handlers,
        attempts,
        crashes,
        gate: this.gate,
        quarantineResend: this.timings.quarantineResend,
        tell: (producer, notice) => this.tell(producer, notice),
        onError: this.report,
      }),
    );
  }

  private tell(producer: string, notice: Notice): Promise<void> {
    // Whoever releases waits for it, perhaps in a process that works on no queue.
    if (notice.outcome === 'released' && this.consumers.has(producer))
      return this.consumers.get(producer)!.apply(notice);
    const id = `${notice.outcome}-${idOf(notice.messageIds)}`;
    return this.backend.add(producer, [{ id, name: OWN_JOBS.notice, data: notice }]);
  }

  private async process(queue: string, consumer: Consumer, job: Job, signal: AbortSignal): Promise<void> {
    this.taken.add(queue);
    if (job.name === OWN_JOBS.heartbeat) return;
    this.running++;
    try {
      if (job.name === OWN_JOBS.notice) await consumer.apply(job.data as Notice);
      else await consumer.consume(messagesOf(queue, job), signal);
    } catch (error) {
      if (error instanceof TryAgain) throw error;
      this.report(error, `${queue} ${job.name} ${job.id}`);
      throw new TryAgain(errorCode(error));
    } finally {
      if (--this.running === 0) this.settled.ring();
    }
  }

  private async count(): Promise<{ open: number; quarantined: number }> {
    const total = { open: 0, quarantined: 0 };
    const queues = [...this.queues.keys()];
    for (const { schema, database } of this.options.apps) {
      const now = this.options.clock.now();
      const { open, quarantined } = await inContext(systemContext('jobs', { isPlumbing: true }), () =>
        database.read((read) => new Outbox(schema).count(read, now, queues)),
      );
      total.open += open;
      total.quarantined += quarantined;
    }
    return total;
  }

  /** Work done is the only sign of life that counts: a socket can be open, and a worker "running", with nothing moving. */
  private async beatAll(): Promise<void> {
    const { id, missed } = this.beat;
    for (const queue of this.queues.keys()) {
      try {
        // Another process may have eaten our beat: what counts is whether work waits that this one does not take.
        const stuck = this.running === 0 && !this.taken.has(queue) && (await this.backend.hasWaiting(queue));
        this.taken.delete(queue);
        missed.set(queue, stuck ? (missed.get(queue) ?? 0) + 1 : 0);
        if (missed.get(queue) === MISSED_BEATS) {
          this.report(new Error('The queue stands still.'), `heartbeat ${queue}`);
          this.options.onStuck?.(queue);
        }
        await this.backend.add(queue, [{ id, name: OWN_JOBS.heartbeat, data: {}, first: true }]);
      } catch (error) {
        this.report(error, `heartbeat ${queue}`);
      }
    }
  }

  private readonly report = (error: unknown, where: string): void => {
    if (!this.closing) this.options.onError(error, where);
  };
}

function messagesOf(queue: string, job: Job): Message[] {
  const travelling = job.data as Travelling;
  const { producer } = travelling;
  const of = (one: Pick<Message, 'id' | 'key' | 'payload'>): Message => ({ ...one, producer, queue, name: job.name });
  return 'bundle' in travelling ? travelling.bundle.map(of) : [of({ ...travelling, id: job.id! })];
}

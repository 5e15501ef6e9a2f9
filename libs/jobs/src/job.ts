import type { Tx } from '@app/database';

/** Ids and plain facts only: the queue keeps it in clear text, so never personal data and never an entity. */
export type Payload = Record<string, string | number | boolean>;

/** A kind of background work: which app's queue it goes to, and what makes two of them the same piece of work. */
export interface JobDefinition<P extends Payload> {
  readonly queue: string;
  readonly name: string;
  /**
   * How many messages may travel and be handled together, at most 1,000; one by one where it is not said. For small
   * events about many persons: what takes long is not bundled, or one worker would do the work of all.
   */
  readonly bundle?: number;
  /** At most one message of a job and key is on its way at a time; one held up holds up only its own key. */
  key(payload: P): string;
}

export interface Delivery {
  /** The same at every redelivery of one message. */
  readonly messageId: string;
  /** Aborted when the process is stopping or the queue gave the message to another worker: stop at the next safe place. */
  readonly signal: AbortSignal;
  /**
   * Call first in the transaction of the effect: true exactly once per message, whatever the redeliveries;
   * false means the effect is in place already.
   */
  readonly once: (tx: Tx) => Promise<boolean>;
}

/** What an app does with a job. May be called again with the same message until it resolved once. */
export type JobHandler<P extends Payload> = OneByOne<P> | Together<P>;

interface OneByOne<P extends Payload> {
  readonly job: JobDefinition<P>;
  handle(payload: P, delivery: Delivery): Promise<void>;
}

/** For a job with bundles. A bundle that failed, or whose process died, comes again message by message. */
interface Together<P extends Payload> {
  readonly job: JobDefinition<P>;
  handleAll(bundle: Bundle<P>): Promise<void>;
}

export interface Bundle<P extends Payload> {
  readonly payloads: readonly P[];
  readonly signal: AbortSignal;
  /** Call first in the transaction of the effects: the payloads whose effects are not in place yet. */
  readonly onceEach: (tx: Tx) => Promise<readonly P[]>;
}

/** Names the machinery uses on every queue. */
export const OWN_JOBS = { notice: 'notice', heartbeat: 'heartbeat' } as const;

const BUNDLE_MAX = 1_000;

/** Declares a job. Neither the queue, the name nor the key may hold a ':', which the queue refuses in ids. */
export function defineJob<P extends Payload>(job: JobDefinition<P>): JobDefinition<P> {
  const reserved: readonly string[] = Object.values(OWN_JOBS);
  if (/[:\s]/.test(job.queue + job.name) || !job.queue || !job.name || reserved.includes(job.name)) {
    throw new Error(`"${job.queue}" and "${job.name}" cannot name a queue and a job.`);
  }
  const { bundle = 1 } = job;
  if (!(Number.isInteger(bundle) && bundle >= 1 && bundle <= BUNDLE_MAX))
    throw new Error(`${bundle} is no size of a bundle.`);
  return job;
}

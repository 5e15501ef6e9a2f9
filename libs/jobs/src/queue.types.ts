import type { Job, Queue, Worker } from 'bullmq';

/** Where the queue lives. On both the outbox is the truth, and the queue only wakes people up. */
export type QueuePlace =
  /** `url` as `queue_rw`, on a database that prepareQueue() has prepared. */
  | { readonly kind: 'postgres'; readonly url: string }
  /** One Redis may serve several installations under prefixes of their own. */
  | { readonly kind: 'redis'; readonly url: string; readonly prefix: string };

export type ReportError = (error: unknown, where: string) => void;
export type OpenedQueue = Pick<Queue, 'addBulk' | 'getWaitingCount' | 'close'> & {
  on(event: 'error', heard: (e: Error) => void): void;
};
export type OpenedWorker = Pick<Worker, 'close' | 'cancelJob' | 'cancelAllJobs' | 'disconnect'> & {
  on(event: 'error', heard: (e: Error) => void): void;
  on(event: 'lockRenewalFailed', heard: (ids: string[]) => void): void;
};

/** What a store offers: BullMQ's two classes on connections of its own. */
export interface QueueStore {
  queue(name: string): OpenedQueue;
  worker(
    name: string,
    handle: (job: Job, token: string | undefined, signal?: AbortSignal) => Promise<void>,
    options: object,
  ): OpenedWorker;
  /** Ends its connections; what goes wrong meanwhile is no news any more. */
  close(): Promise<void>;
}

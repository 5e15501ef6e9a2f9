import type { Database } from '@app/database';
import { type JobHandler, JobsRuntime, type Payload } from '@app/jobs';
import type { Clock } from '@app/kernel';
import { createTestQueue, type TestDatabase } from '@app/testing';

/** Small enough that what a minute repairs in the office is repaired here at once. */
const QUICK = {
  lease: 300,
  resend: 300,
  quarantineResend: 300,
  poll: 100,
  lock: 5_000,
  stalledCheck: 1_000,
  backoff: 10,
  grace: 2_000,
};

export interface Workers {
  /** Until nothing is due any more; how many messages are set aside. */
  settle(): Promise<number>;
  /** Codes of what went wrong, try by try. */
  readonly errors: string[];
  close(): Promise<void>;
}

/** So many workers of the subsidy app on one queue, each a runtime of its own that handles one message at a time. */
export async function openWorkers(
  test: TestDatabase,
  database: Database,
  clock: Clock,
  handlers: readonly JobHandler<Payload>[],
  count: number,
): Promise<Workers> {
  const queue = await createTestQueue(test);
  const errors: string[] = [];
  const runtimes = Array.from(
    { length: count },
    () =>
      new JobsRuntime({
        queue: queue.place,
        apps: [{ schema: 'subsidy', database, handlers }],
        clock,
        onError: (error) => errors.push((error as { code?: string }).code ?? String(error)),
        concurrency: 1,
        attempts: 3,
        timings: QUICK,
      }),
  );
  for (const runtime of runtimes) runtime.start();
  return {
    errors,
    settle: async () => (await Promise.all(runtimes.map((runtime) => runtime.runUntilIdle())))[0]!.quarantined,
    close: async () => {
      for (const runtime of runtimes) await runtime.close();
      await queue.close();
    },
  };
}

import type { AuditLog } from './audit-log';

const INTERVAL = 30_000;

/** Seals the logs at the start and every half minute, so that no entry stays unsealed for longer than one. */
export function startSealing(
  logs: readonly AuditLog[],
  onError: (error: unknown, where: string) => void,
  interval = INTERVAL,
): { stop(): Promise<void> } {
  let sealing: Promise<void> = Promise.resolve();
  const seal = () => (sealing = sealing.then(() => sealAll(logs, onError)));
  const timer = setInterval(() => void seal(), interval);
  void seal();
  return {
    stop: () => {
      clearInterval(timer);
      return seal(); // What was done up to now is sealed before the server goes.
    },
  };
}

async function sealAll(logs: readonly AuditLog[], onError: (error: unknown, where: string) => void): Promise<void> {
  for (const log of logs) {
    try {
      await log.seal();
    } catch (error) {
      onError(error, `audit ${log.schema}`);
    }
  }
}

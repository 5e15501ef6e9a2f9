import { ServiceSigner, ServiceVerifier, type ServiceKeys } from '@app/access';
import { AuditLog, auditRecorder, startSealing } from '@app/audit';
import { assertGuarded, Database, type DatabaseOptions, inContext, systemContext } from '@app/database';
import { assertQueueKeeps, type JobHandler, JobsRuntime, type Payload, type QueuePlace } from '@app/jobs';
import { type Clock, systemClock } from '@app/kernel';
import { openVault, type Vault } from '@app/vault';
import type { z } from 'zod';
import { type Life, report } from './life';
import {
  type PROCESS_SETTINGS,
  type SEALING_SETTINGS,
  type VAULT_SETTINGS,
  withPassword,
  type WORKER_SETTINGS,
} from './settings';
import { refuse } from './service.errors';

type Read<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;
export type ProcessSettings = Read<typeof PROCESS_SETTINGS>;
export type VaultSettings = Read<typeof VAULT_SETTINGS>;
export type SealingSettings = Read<typeof SEALING_SETTINGS>;
export type WorkerSettings = Read<typeof WORKER_SETTINGS>;

/** What one process of an app works with. */
export interface ProcessParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly signer: ServiceSigner;
  readonly verifier: ServiceVerifier;
  /** Whether the database answers, and this process was not told to stop. */
  readonly ready: Readonly<Record<string, () => Promise<boolean>>>;
  readonly isDraining: () => boolean;
}

/** Opens one app's schema as its runtime role, refused where its guards are not all up. */
export async function openParts(
  life: Life,
  schema: string,
  settings: ProcessSettings,
  more: Pick<DatabaseOptions, 'explain'> = {},
): Promise<ProcessParts> {
  const clock = systemClock;
  const keys: ServiceKeys = {
    name: schema,
    privateKey: settings.YANGYU_SERVICE_KEY,
    callers: settings.YANGYU_SERVICE_CALLERS,
  };
  const [signer, verifier] = [new ServiceSigner(keys, clock), new ServiceVerifier(keys, clock)];
  const url = withPassword(settings.YANGYU_DATABASE_URL, settings.YANGYU_DATABASE_PASSWORD);
  const database = await Database.open({ url, schema, recorder: auditRecorder(schema), ...more });
  life.ends('database', () => database.close());
  await inContext(systemContext('start', { isPlumbing: true }), () =>
    assertGuarded(database, schema, () => clock.now(), settings.YANGYU_THROWAWAY === 'yes'),
  );
  const answers = () =>
    inContext(systemContext('health', { isPlumbing: true }), () =>
      database.read(async (read) => (await read.query('select 1')).length === 1),
    );
  const isDraining = () => !life.isReady;
  const ready = { database: answers, open: () => Promise.resolve(life.isReady) };
  return { database, clock, signer, verifier, ready, isDraining };
}

/** The keys that open sealed values; the ring's file is followed while the process lives. */
export async function openKeys(life: Life, settings: VaultSettings): Promise<Vault> {
  const { YANGYU_VAULT_KEYS: keys, YANGYU_VAULT_RING: file, YANGYU_VAULT_KEK_FILE: kekFile } = settings;
  if (keys === undefined && file === undefined) throw refuse.configuration(['YANGYU_VAULT_RING: or YANGYU_VAULT_KEYS']);
  const vault = (await openVault({ keys, file: file ?? '', kekFile })).follow((error) => report('vault', error));
  life.ends('vault', () => vault.close());
  return vault;
}

const queuePlace = (settings: WorkerSettings): QueuePlace => ({
  kind: 'redis',
  url: withPassword(settings.YANGYU_REDIS_URL, settings.YANGYU_REDIS_PASSWORD),
  prefix: settings.YANGYU_REDIS_PREFIX,
});

/** Seals an app's audit log every half minute, and once more at the end. */
export function openSealing(life: Life, schema: string, database: Database, settings: SealingSettings): void {
  if (settings.YANGYU_SEALING === 'no') return;
  const log = new AuditLog(schema, database, settings.YANGYU_DATA);
  const sealing = startSealing([log], (error, where) => report(where, error));
  life.ends('sealing', () => sealing.stop());
}

/** An app's background work: its outbox, its queue, and the sealing of its audit log. A queue that stands still ends the process. */
export async function openWork(
  life: Life,
  { database, clock }: ProcessParts,
  schema: string,
  handlers: readonly JobHandler<Payload>[],
  settings: WorkerSettings,
): Promise<JobsRuntime> {
  const queue = queuePlace(settings);
  await assertQueueKeeps(queue);
  const jobs = new JobsRuntime({
    queue,
    apps: [{ schema, database, handlers }],
    clock,
    concurrency: settings.YANGYU_CONCURRENCY,
    crashes: settings.YANGYU_JOB_CRASHES,
    onError: (error, where) => report(where, error),
    onStuck: () => void life.end(70),
  });
  openSealing(life, schema, database, settings);
  life.ends('jobs', () => jobs.close());
  jobs.start();
  return jobs;
}

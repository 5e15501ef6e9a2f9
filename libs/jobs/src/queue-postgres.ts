import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import { Client, Pool } from 'pg';
import type { QueueStore, ReportError } from './queue.types';

const { Queue, Worker } = withBackend(createPostgresBackend);

/** One pool for all queues and workers; each worker keeps one of its connections for LISTEN. */
export function openPostgresQueues(url: string, connections: number, onError: ReportError): QueueStore {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    keepAlive: true,
    application_name: 'yangyu queue',
    options: '-c search_path=bullmq -c timezone=UTC',
  });
  pool.setMaxListeners(0); // Every queue and worker adds one.
  pool.on('error', (error) => onError(error, 'queue pool'));
  return {
    queue: (name) => new Queue(name, { connection: pool }),
    worker: (name, handle, options) => new Worker(name, handle, { ...options, connection: pool }),
    close: async () => {
      pool.removeAllListeners('error');
      pool.on('error', () => {}); // The server may go away first.
      await pool.end();
    },
  };
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

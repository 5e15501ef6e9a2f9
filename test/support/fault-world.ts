import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Database } from '@app/database';
import { Outbox } from '@app/jobs';
import { createTestDatabase, createTestQueue, type TestDatabase, type TestQueue } from '@app/testing';
import { type Deed, deed, type WorkerOrders } from '../faults/worker.fixture';

const ROOT = path.join(__dirname, '..', '..');
/** Everything there is of each fault, in `npm run faults`; a short sample in `npm test`. */
export const isExhaustive = process.env.YANGYU_FAULTS === 'all';
export const BACKEND = process.env.YANGYU_TEST_QUEUE === 'redis' ? 'Redis' : 'PostgreSQL';

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
export function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

type Orders = Partial<Pick<WorkerOrders, 'lock' | 'concurrency' | 'crashes'>>;

/** A worker in a process of its own, started anew whenever it dies until it is dismissed. */
export class WorkerProcess {
  private child: ChildProcess | undefined;
  private isDismissed = false;
  deaths = 0;
  /** What it said on its way down, for whoever wonders. */
  said = '';

  constructor(
    private readonly orders: WorkerOrders,
    /** Of its first life only. */
    private readonly failpoint?: string,
  ) {}

  start(): Promise<void> {
    return this.spawn(this.failpoint);
  }

  get pid(): number {
    return this.child!.pid!;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  async dismiss(): Promise<void> {
    this.isDismissed = true;
    const child = this.child!;
    if (child.exitCode !== null || child.signalCode !== null) return;
    await new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGKILL');
    });
  }

  private spawn(failpoint?: string): Promise<void> {
    const file = path.join(ROOT, 'test', 'faults', 'worker.fixture.ts');
    const child = spawn(
      process.execPath,
      ['--max-old-space-size=160', path.join(ROOT, 'test', 'support', 'run-ts.cjs'), file],
      {
        env: {
          PATH: process.env.PATH,
          YANGYU_TEST_WORKER: JSON.stringify(this.orders),
          ...(failpoint ? { YANGYU_FAILPOINT: failpoint } : {}),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.child = child;
    child.stderr.on('data', (text: Buffer) => (this.said = `${this.said}${text.toString()}`.slice(-4_000)));
    child.once('exit', () => {
      if (this.isDismissed) return;
      this.deaths += 1;
      setTimeout(() => !this.isDismissed && void this.spawn(), 100);
    });
    return new Promise((resolve) => child.stdout.once('data', () => resolve()));
  }
}

/** A queue of deeds, workers in processes of their own, and a note of every execution. */
export class FaultWorld {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-faults-'));
  private readonly workers: WorkerProcess[] = [];
  private readonly outbox = new Outbox('subsidy');

  private constructor(
    readonly world: TestDatabase,
    readonly queue: TestQueue,
    readonly database: Database,
  ) {}

  static async open(): Promise<FaultWorld> {
    const world = await createTestDatabase();
    const queue = await createTestQueue(world);
    await world.admin('create table subsidy.effect (key text, pid int)');
    await world.admin('grant all on subsidy.effect to subsidy_rw');
    return new FaultWorld(world, queue, await world.open('subsidy'));
  }

  private get log(): string {
    return path.join(this.folder, 'executions');
  }

  async hire(count: number, orders: Orders = {}, failpoint?: string): Promise<WorkerProcess[]> {
    fs.appendFileSync(this.log, '');
    const hired = Array.from(
      { length: count },
      (_, n) =>
        new WorkerProcess(
          {
            url: this.world.url('subsidy_rw'),
            queue: this.queue.place,
            log: this.log,
            lock: 1_000,
            concurrency: 4,
            crashes: 3,
            ...orders,
          },
          n === 0 ? failpoint : undefined,
        ),
    );
    this.workers.push(...hired);
    for (const one of hired) await one.start();
    return hired;
  }

  plan(deeds: readonly Partial<Deed>[]): Promise<void> {
    return this.database.write((tx) =>
      this.outbox.plan(
        tx,
        deed,
        deeds.map((one) => ({ how: 'well', until: '', ...one }) as Deed),
      ),
    );
  }

  /** Plans one in a transaction that stays open for a while, and may be undone. */
  planLate(id: string, milliseconds: number, isUndone: boolean): Promise<void> {
    return this.database.write(async (tx) => {
      await this.outbox.plan(tx, deed, [{ id, how: 'well', until: '' }]);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      if (isUndone) throw new Error('undone');
    });
  }

  /** Until every message is acknowledged or set aside; fails after `seconds`. */
  async settle(seconds = 120): Promise<void> {
    await until(async () => {
      const [row] = await this.world.admin<{ n: number }>(
        'select count(*)::int as n from subsidy.outbox where acked_at is null and quarantined_at is null',
      );
      return row!.n === 0;
    }, seconds);
  }

  executions(): string[] {
    return fs.readFileSync(this.log, 'utf8').split('\n').filter(Boolean);
  }

  effects(): Promise<{ key: string; pid: number }[]> {
    return this.world.admin('select key, pid from subsidy.effect order by key');
  }

  async setAside(): Promise<string[]> {
    const rows = await this.world.admin<{ key: string }>('select key from subsidy.quarantine order by key');
    return rows.map(({ key }) => key);
  }

  /** As if it were a new one. */
  async reset(): Promise<void> {
    for (const one of this.workers.splice(0)) await one.dismiss();
    await this.world.admin(
      'truncate subsidy.outbox, subsidy.inbox, subsidy.delivery, subsidy.quarantine, subsidy.effect',
    );
    await this.queue.wipe();
    fs.rmSync(this.log, { force: true });
  }

  async close(): Promise<void> {
    await this.reset();
    await this.queue.close();
    await this.world.drop();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function until(condition: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  for (const end = performance.now() + seconds * 1_000; !(await condition());) {
    if (performance.now() > end) throw new Error(`it did not come about in ${seconds} seconds`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const named = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(5, '0')}`);

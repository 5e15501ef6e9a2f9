import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Database, migrate, startCluster } from '@app/database';
import { systemClock } from '@app/kernel';
import { Vault } from '@app/vault';
import { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { FeedRepository } from '../../apps/registration/src/feed/feed.repository';
import { FeedService } from '../../apps/registration/src/feed/feed.service';
import { openImport } from '../../apps/registration/src/registry-import/registry-import.fixture';
import { writeRegistry } from '../../apps/simulator/src/county/county.service';
import type { BenchOptions } from './bench.types';
import { median, PeakMemory, timed } from './samples';

export interface ImportBench {
  readonly rows: number;
  /** Whole import of an extract, file to finished batch, into empty tables. */
  readonly oursRowsPerSecond: number;
  /** Bare COPY of the same parsed and sealed rows into the same table with the same indexes and constraints. */
  readonly copyRowsPerSecond: number;
  /** Ours to COPY; 1 would be as fast as COPY. */
  readonly ratio: number;
  /** The same file once more: nothing changes. */
  readonly unchangedRowsPerSecond: number;
  /** Reading the whole change feed from its start, 5,000 a page. */
  readonly feedPersonsPerSecond: number;
  /** Of this process at its highest during the imports. */
  readonly peakRssMebibytes: number;
  readonly seconds: Readonly<Record<'ours' | 'copy' | 'unchanged' | 'feed', readonly number[]>>;
}

const EMPTY = `truncate person, person_history, household, division, import_batch, import_reject, import_warning, outbox, change, fact, merge cascade`;

/**
 * Imports a generated extract, and bare COPY of what came of it, in turns on one throwaway cluster with durability on;
 * each turn into emptied tables. Medians of `runs`.
 */
export async function run({ people, runs, say }: BenchOptions): Promise<ImportBench> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-bench-'));
  fs.chmodSync(folder, 0o755);
  const cluster = await startCluster({ dataFolder: folder });
  try {
    const url = (role: string) =>
      `postgres://${role}:${cluster.superuserPassword}@${cluster.host}:${cluster.port}/postgres`;
    const migrations = path.resolve('apps/registration/src/migrations');
    await migrate({ adminUrl: url('postgres'), rolePassword: cluster.superuserPassword }, [
      { schema: 'registration', folder: migrations },
    ]);
    const file = path.join(folder, 'registry.csv');
    say('生成登记数据', 'writing an extract');
    await writeRegistry({ people, seed: 1, file });
    const database = await Database.open({ url: url('registration_rw'), schema: 'registration' });
    const admin = new Client({ connectionString: url('postgres'), options: '-c search_path=registration' });
    await admin.connect();
    try {
      return await measure(database, admin, file, path.join(folder, 'person.copy'), runs, say);
    } finally {
      await admin.end();
      await database.close();
    }
  } finally {
    await cluster.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  database: Database,
  admin: Client,
  file: string,
  copied: string,
  runs: number,
  say: BenchOptions['say'],
): Promise<ImportBench> {
  const [ours, unchanged, copy, feed]: [number[], number[], number[], number[]] = [[], [], [], []];
  const memory = new PeakMemory();
  let rows = 0;
  for (let turn = 1; turn <= runs; turn++) {
    await admin.query(EMPTY);
    const stop = memory.watch();
    const [seconds, { accepted }] = await timed(() =>
      openImport(database, systemClock, new Vault(Buffer.alloc(32, 1))).import(file),
    );
    rows = accepted;
    ours.push(seconds);
    unchanged.push(
      (await timed(() => openImport(database, systemClock, new Vault(Buffer.alloc(32, 1))).import(file)))[0],
    );
    stop();
    feed.push((await timed(() => pullAll(new FeedService(database, new FeedRepository()))))[0]);
    await pipeline(admin.query(copyTo('copy person to stdout')), fs.createWriteStream(copied));
    await admin.query('truncate person cascade');
    const bare = () => pipeline(fs.createReadStream(copied), admin.query(copyFrom('copy person from stdin')));
    copy.push((await timed(bare))[0]);
    say(`第 ${turn} 轮完成`, `turn ${turn}: ours ${seconds.toFixed(1)} s, COPY ${copy.at(-1)!.toFixed(1)} s`);
  }
  const perSecond = (seconds: readonly number[]): number => Math.round(rows / median(seconds));
  return {
    rows,
    oursRowsPerSecond: perSecond(ours),
    copyRowsPerSecond: perSecond(copy),
    ratio: Number((median(copy) / median(ours)).toFixed(3)),
    unchangedRowsPerSecond: perSecond(unchanged),
    feedPersonsPerSecond: perSecond(feed),
    peakRssMebibytes: memory.peak,
    seconds: { ours, copy, unchanged, feed },
  };
}

async function pullAll(feed: FeedService): Promise<void> {
  let page = await feed.page('', 5_000);
  while (!page.caughtUp) page = await feed.page(page.next, 5_000);
}

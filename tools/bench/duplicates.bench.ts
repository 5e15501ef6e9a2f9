import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Database, migrate, startCluster } from '@app/database';
import { systemClock } from '@app/kernel';
import { Vault } from '@app/vault';
import { Client } from 'pg';
import { DuplicateRepository } from '../../apps/registration/src/duplicate/duplicate.repository';
import { DuplicateSearchRepository } from '../../apps/registration/src/duplicate/duplicate-search.repository';
import { DuplicateSearchService } from '../../apps/registration/src/duplicate/duplicate-search.service';
import type { RunSummary } from '../../apps/registration/src/duplicate/duplicate.types';
import { QualityCheckRepository } from '../../apps/registration/src/quality/quality-check.repository';
import { QualityRepository } from '../../apps/registration/src/quality/quality.repository';
import { QualityService } from '../../apps/registration/src/quality/quality.service';
import { openImport } from '../../apps/registration/src/registry-import/registry-import.fixture';
import { writeRegistry } from '../../apps/simulator/src/county/county.service';
import { writeDuplicates } from '../../apps/simulator/src/county/duplicate.service';
import type { BenchOptions, BenchTable } from './bench.types';
import { median, PeakMemory, timed } from './samples';

/** Of a thousand people so many have a second record, and as many somebody who looks like them. */
const PLANTED_PER_THOUSAND = 10;

/** What one way of searching found of what is true. */
interface Quality {
  readonly pairs: number;
  /** Of the planted pairs of one person, the share found. */
  readonly recall: number;
  /** Of the pairs found, the share that is one person. */
  readonly precision: number;
}

interface KindFigures {
  readonly kind: string;
  readonly planted: number;
  readonly certain: number;
  readonly look: number;
  readonly none: number;
}

export interface DuplicatesBench {
  readonly persons: number;
  readonly planted: { readonly same: number; readonly traps: number };
  /** The whole register, in one transaction, into the work-list. */
  readonly wholeSeconds: number;
  /** Pairs brought together and compared a second. */
  readonly comparedPerSecond: number;
  readonly compared: number;
  /** A search after an import that changed one person in a hundred. */
  readonly changedSeconds: number;
  readonly changedPersons: number;
  /** A look through the whole register for contradictions, once, and how many it opened. */
  readonly qualitySeconds: number;
  readonly contradictions: number;
  /** One person, while somebody waits. */
  readonly liveMilliseconds: number;
  /** Bare SQL as the superuser: pairs of one name and birthday. */
  readonly nameFloorSeconds: number;
  /** Bare SQL as the superuser: pairs of one number. */
  readonly numberFloorSeconds: number;
  /** Ours to the two floors together: 2 takes twice as long. */
  readonly ratio: number;
  readonly certain: Quality;
  readonly certainOrLook: Quality;
  readonly byName: Quality;
  readonly byNumber: Quality;
  /** Twins among the pairs called certain. */
  readonly twinsCertain: number;
  readonly kinds: readonly KindFigures[];
  /** Of this process; the server's work memory is bounded by its setting. */
  readonly peakRssMebibytes: number;
  readonly serverPeakMebibytes: number;
  readonly seconds: Readonly<Record<'whole' | 'name' | 'number', readonly number[]>>;
}

export const defaults = { people: 1_000_000, runs: 3 };

/** Searches a register with planted second records and look-alikes, and two bare statements, by turns. */
export async function run({ people, runs, say }: BenchOptions): Promise<DuplicatesBench> {
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
    const database = await Database.open({ url: url('registration_rw'), schema: 'registration' });
    const admin = new Client({ connectionString: url('postgres'), options: '-c search_path=registration' });
    await admin.connect();
    try {
      const planted = await fill(database, admin, folder, people, say);
      return await measure(database, admin, planted, runs, say);
    } finally {
      await admin.end();
      await database.close();
    }
  } finally {
    await cluster.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(
  database: Database,
  admin: Client,
  folder: string,
  people: number,
  say: BenchOptions['say'],
): Promise<DuplicatesBench['planted']> {
  const registry = path.join(folder, 'registry.csv');
  say('生成登记数据', 'writing an extract');
  await writeRegistry({ people, seed: 1, file: registry });
  const planted = await writeDuplicates({ registry, folder, seed: 1, perThousand: PLANTED_PER_THOUSAND });
  say('导入', 'importing it');
  // The search reads rows, not the dated facts behind them: making millions of those would be most of the bench.
  await admin.query(
    `create or replace function state_registry_facts(of_change uuid, of_batch uuid, since xid8, moment timestamptz)
       returns bigint language sql as 'select 0::bigint'`,
  );
  const imports = openImport(database, systemClock, new Vault(Buffer.alloc(32, 1)));
  await imports.import(registry);
  const second = await imports.import(path.join(folder, 'duplicates.csv'));
  if (second.rejected > 0) throw new Error(`planted rows were rejected: ${JSON.stringify(second.perCode.rejected)}`);
  await admin.query('create table truth (first text, second text, kind text, is_same int)');
  const lines = fs.readFileSync(path.join(folder, 'duplicates-truth.csv'), 'utf8').trim().split('\n').slice(1);
  const cells = lines.map((line) => line.split(','));
  await admin.query('insert into truth select * from unnest($1::text[], $2::text[], $3::text[], $4::int[])', [
    cells.map((row) => row[0]),
    cells.map((row) => row[1]),
    cells.map((row) => row[2]),
    cells.map((row) => Number(row[3])),
  ]);
  await admin.query(
    `create table known as
       select least(a.id, b.id) as a, greatest(a.id, b.id) as b, kind, is_same = 1 as is_same
         from truth t join person a on a.registry_person_id = t.first join person b on b.registry_person_id = t.second`,
  );
  await admin.query('analyze');
  await admin.query('vacuum person');
  return planted;
}

const FLOORS = {
  name: `create table name_pair as select a.id as a, b.id as b from person a join person b
    on b.name = a.name and b.born = a.born and b.id > a.id`,
  number: `create table number_pair as select a.id as a, b.id as b from person a join person b
    on b.id_number_key = a.id_number_key and b.id > a.id`,
} as const;

async function measure(
  database: Database,
  admin: Client,
  planted: DuplicatesBench['planted'],
  runs: number,
  say: BenchOptions['say'],
): Promise<DuplicatesBench> {
  const [whole, name, number]: [number[], number[], number[]] = [[], [], []];
  const memory = new PeakMemory();
  const search = searchOn(database);
  let summary: RunSummary | undefined;
  const server = new ServerMemory();
  for (let turn = 1; turn <= runs; turn++) {
    await admin.query('truncate duplicate_pair, duplicate_run');
    await admin.query('checkpoint');
    const stop = memory.watch();
    const [seconds, done] = await timed(() => search.run({ isWhole: true }));
    stop();
    server.note();
    whole.push(seconds);
    summary = done;
    for (const [floor, samples] of [
      ['name', name],
      ['number', number],
    ] as const) {
      await admin.query(`drop table if exists ${floor}_pair`);
      samples.push((await timed(() => admin.query(FLOORS[floor])))[0]);
    }
    say(`第 ${turn} 轮完成`, `turn ${turn}: ours ${seconds.toFixed(1)} s`);
  }
  const changed = await afterChange(admin, search);
  const qualityOf = (pairs: string) => qualityIn(admin, pairs);
  const { rows: kinds } = await admin.query<KindFigures>(
    `select k.kind, count(*)::int as planted, count(*) filter (where d.verdict = 'certain')::int as certain,
            count(*) filter (where d.verdict = 'look')::int as look, count(*) filter (where d.id is null)::int as none
       from known k left join duplicate_pair d on (d.person_a, d.person_b) = (k.a, k.b) and d.state = 'open'
      group by k.kind, k.is_same order by k.is_same desc, k.kind`,
  );
  const [persons] = (await admin.query<{ n: number }>('select count(*)::int as n from person')).rows;
  const twinsCertain = kinds
    .filter(({ kind }) => kind.startsWith('twin'))
    .reduce((sum, { certain }) => sum + certain, 0);
  return {
    persons: persons!.n,
    planted,
    wholeSeconds: rounded(median(whole)),
    compared: summary!.compared,
    comparedPerSecond: Math.round(summary!.compared / median(whole)),
    ...changed,
    ...(await contradictionsIn(database)),
    liveMilliseconds: await live(database, admin),
    nameFloorSeconds: rounded(median(name)),
    numberFloorSeconds: rounded(median(number)),
    ratio: rounded(median(whole) / (median(name) + median(number))),
    certain: await qualityOf(
      `select person_a as a, person_b as b from duplicate_pair where state = 'open' and verdict = 'certain'`,
    ),
    certainOrLook: await qualityOf(`select person_a as a, person_b as b from duplicate_pair where state = 'open'`),
    byName: await qualityOf('select a, b from name_pair'),
    byNumber: await qualityOf('select a, b from number_pair'),
    twinsCertain,
    kinds,
    peakRssMebibytes: memory.peak,
    serverPeakMebibytes: server.peak,
    seconds: { whole, name, number },
  };
}

/** One person in a hundred is touched, as an import would, and the search looks at those only. */
async function afterChange(admin: Client, search: DuplicateSearchService) {
  const { rowCount } = await admin.query(
    `update person set changed_xid = pg_current_xact_id() where abs(hashtextextended(id::text, 1)) % 100 = 0`,
  );
  const [changedSeconds] = await timed(() => search.run());
  return { changedSeconds: rounded(changedSeconds), changedPersons: rowCount ?? 0 };
}

async function contradictionsIn(database: Database) {
  const quality = new QualityService(database, systemClock, new QualityRepository(), new QualityCheckRepository());
  const [seconds, { opened }] = await timed(() => quality.refresh());
  return { qualitySeconds: rounded(seconds), contradictions: opened };
}

/** Two hundred people of those with a second record, one after the other: the median of one search. */
async function live(database: Database, admin: Client): Promise<number> {
  const { rows } = await admin.query<{ b: string }>('select b from known order by b limit 200');
  const repository = new DuplicateSearchRepository();
  const samples: number[] = [];
  for (const { b } of rows)
    samples.push((await timed(() => database.read((read) => repository.like(read, b))))[0] * 1000);
  return rounded(median(samples));
}

/** Pairs that come from the generator itself, such as its shared numbers, are no planted ones and count as wrong. */
async function qualityIn(admin: Client, pairs: string): Promise<Quality> {
  const { rows } = await admin.query<{ pairs: number; right: number; same: number }>(
    `with found as (${pairs})
     select (select count(*)::int from found) as pairs, (select count(*)::int from known where is_same) as same,
            (select count(*)::int from found join known using (a, b) where is_same) as right`,
  );
  const [{ pairs: all, right, same }] = rows as [{ pairs: number; right: number; same: number }];
  return { pairs: all, recall: share(right, same), precision: share(right, all) };
}

/** The most that any server process has had resident, shared buffers included. */
class ServerMemory {
  peak = 0;

  note(): void {
    for (const entry of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const status = fs.readFileSync(`/proc/${entry}/status`, 'utf8');
        if (!/^Name:\s+postgres/m.test(status)) continue;
        const kibibytes = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0);
        this.peak = Math.max(this.peak, Math.round(kibibytes / 1024));
      } catch {
        continue; // It ended between the two reads.
      }
    }
  }
}

const rounded = (value: number): number => Number(value.toFixed(3));
const share = (part: number, whole: number): number => (whole === 0 ? 0 : Number((part / whole).toFixed(4)));

const searchOn = (database: Database): DuplicateSearchService =>
  new DuplicateSearchService(database, systemClock, new DuplicateRepository(), new DuplicateSearchRepository());

export function tables(result: object): readonly BenchTable[] {
  const bench = result as DuplicatesBench;
  const percent = (value: number) => `${(value * 100).toFixed(2)} %`;
  const line = (what: string, { pairs, recall, precision }: Quality) => [
    what,
    pairs,
    percent(recall),
    percent(precision),
  ];
  return [
    {
      head: ['figure', 'value'],
      rows: [
        ['persons', bench.persons],
        ['planted: one person / two', `${bench.planted.same} / ${bench.planted.traps}`],
        ['whole register, s', bench.wholeSeconds],
        ['pairs compared', bench.compared],
        ['pairs compared a second', bench.comparedPerSecond],
        ['floor: one name and day, s', bench.nameFloorSeconds],
        ['floor: one number, s', bench.numberFloorSeconds],
        ['ours to both floors', bench.ratio],
        [`after a change of ${bench.changedPersons}, s`, bench.changedSeconds],
        [`${bench.contradictions} contradictions, s`, bench.qualitySeconds],
        ['one person, ms', bench.liveMilliseconds],
        ['memory of this process, MB', bench.peakRssMebibytes],
        ['most of a server process, MB', bench.serverPeakMebibytes],
        ['twins called certain', bench.twinsCertain],
      ],
    },
    {
      head: ['found by', 'pairs', 'recall', 'precision'],
      rows: [
        line('ours, certain', bench.certain),
        line('ours, certain or to look at', bench.certainOrLook),
        line('one name and birthday', bench.byName),
        line('one number', bench.byNumber),
      ],
    },
    {
      head: ['planted', 'pairs', 'certain', 'to look at', 'not proposed'],
      rows: bench.kinds.map(({ kind, planted, certain, look, none }) => [kind, planted, certain, look, none]),
    },
  ];
}

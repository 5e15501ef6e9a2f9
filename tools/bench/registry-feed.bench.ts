import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { RegistryEvent, RegistryEventFeed, RegistryRecord } from '@app/contracts';
import { auditRecorder } from '@app/audit';
import { copyLine, Database, migrate, startCluster } from '@app/database';
import { type Day, systemClock } from '@app/kernel';
import { readTable } from '@app/tables';
import { Vault } from '@app/vault';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openRegistryFeed } from '../../apps/registration/src/registry-feed/registry-feed.fixture';
import { EXTRACT_COLUMNS } from '../../apps/registration/src/registry-import/extract-row.rules';
import { openImport } from '../../apps/registration/src/registry-import/registry-import.fixture';
import { writeRegistry } from '../../apps/simulator/src/county/county.service';
import type { BenchOptions } from './bench.types';
import { median, PeakMemory, timed } from './samples';

const PAGE = 1_000;

export interface RegistryFeedBench {
  readonly people: number;
  readonly events: number;
  /** From the page of events to person, history, dated facts, feed and the line of what became of each. */
  readonly oursPerSecond: number;
  /** The same rows of `person`, COPY into a temporary table and one upsert a page, without history or facts. */
  readonly upsertPerSecond: number;
  /** Upsert to ours; 1 would be as fast. */
  readonly ratio: number;
  readonly peakRssMebibytes: number;
  readonly seconds: Readonly<Record<'ours' | 'upsert', readonly number[]>>;
}

export const defaults = { people: 100_000, runs: 5 };

/** Changes of as many persons as a fifth of the register, by turns taken in and bare upserted into a twin table. */
export async function run({ people, runs, say }: BenchOptions): Promise<RegistryFeedBench> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-bench-'));
  fs.chmodSync(folder, 0o755);
  const cluster = await startCluster({ dataFolder: folder });
  try {
    const url = (role: string) =>
      `postgres://${role}:${cluster.superuserPassword}@${cluster.host}:${cluster.port}/postgres`;
    await migrate({ adminUrl: url('postgres'), rolePassword: cluster.superuserPassword }, [
      { schema: 'registration', folder: path.resolve('apps/registration/src/migrations') },
    ]);
    const file = path.join(folder, 'registry.csv');
    say('生成并导入登记数据', 'writing an extract and importing it');
    await writeRegistry({ people, seed: 1, file });
    const recorder = auditRecorder('registration');
    const database = await Database.open({ url: url('registration_rw'), schema: 'registration', recorder });
    const admin = new Client({ connectionString: url('postgres'), options: '-c search_path=registration,public' });
    await admin.connect();
    try {
      const vault = new Vault(Buffer.alloc(32, 1));
      await openImport(database, systemClock, vault).import(file);
      await admin.query(
        'create table twin (like person including all); insert into twin select * from person; analyze',
      );
      return await measure(database, admin, vault, await recordsOf(file, Math.ceil(people / 5)), people, runs, say);
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
  vault: Vault,
  records: readonly RegistryRecord[],
  people: number,
  runs: number,
  say: BenchOptions['say'],
): Promise<RegistryFeedBench> {
  const arrived: RegistryEvent[] = [];
  const feed: RegistryEventFeed = {
    page: (after) => {
      const from = Number(after || 0);
      const events = arrived.slice(from, from + PAGE);
      const next = from + events.length;
      return Promise.resolve({ events, next: String(next), caughtUp: next >= arrived.length });
    },
  };
  const service = openRegistryFeed(database, systemClock, vault, feed);
  const memory = new PeakMemory();
  const seconds = { ours: [] as number[], upsert: [] as number[] };
  for (let turn = 1; turn <= runs; turn++) {
    arrived.push(...records.map((record, n) => eventOf(record, n, turn)));
    const stop = memory.watch();
    const [ours, { applied }] = await timed(() => service.pull());
    stop();
    if (applied !== records.length) throw new Error(`${applied} of ${records.length} events were applied`);
    seconds.ours.push(ours);
    const pages = await changedRows(admin);
    seconds.upsert.push((await timed(() => upsert(admin, pages)))[0]);
    say(`第 ${turn} 轮完成`, `turn ${turn}: ours ${ours.toFixed(1)} s, upsert ${seconds.upsert.at(-1)!.toFixed(1)} s`);
  }
  const perSecond = (samples: readonly number[]): number => Math.round(records.length / median(samples));
  return {
    people,
    events: records.length,
    oursPerSecond: perSecond(seconds.ours),
    upsertPerSecond: perSecond(seconds.upsert),
    ratio: Number((median(seconds.upsert) / median(seconds.ours)).toFixed(3)),
    peakRssMebibytes: memory.peak,
    seconds,
  };
}

/** Of ten: four move to another household, two change their name, one dies, one lives again, two get an address. */
function eventOf(record: RegistryRecord, n: number, turn: number): RegistryEvent {
  const updatedAt = new Date(Date.UTC(2026, 5, turn)).toISOString();
  const day = `2026-05-${String(turn).padStart(2, '0')}` as Day;
  const kind = n % 10;
  const change: Partial<RegistryRecord> =
    kind < 4
      ? { householdNo: `B${turn}-${n}`, relationToHead: '02', movedInOn: day }
      : kind < 6
        ? { name: `${record.name.slice(0, 40)}${turn}` }
        : kind === 6
          ? { status: 9, died: day }
          : kind === 7
            ? { status: 0, died: null }
            : { address: `示例路 ${turn} 号` };
  const after = { ...record, ...change, updatedAt };
  return {
    eventId: `bench-${turn}-${n}`,
    kind: 'corrected',
    happenedAt: updatedAt,
    record: after,
    formerIdNumber: null,
    mergedRegistryPersonId: null,
    reverses: null,
  };
}

/** The first persons of the extract that are alive. */
async function recordsOf(file: string, wanted: number): Promise<RegistryRecord[]> {
  const records: RegistryRecord[] = [];
  const table = await readTable(file, { required: EXTRACT_COLUMNS });
  for await (const { lines } of table.batches()) {
    for (const line of lines) {
      if (!('cells' in line) || line.cells.status !== '0' || records.length >= wanted) continue;
      const { cells } = line;
      const text = (cell: string): string | null => cell || null;
      records.push({
        registryPersonId: cells.registry_person_id,
        name: cells.name,
        idNumber: text(cells.id_number),
        sex: Number(cells.sex || 0) as 0,
        ethnicity: text(cells.ethnicity),
        born: text(cells.birth_date) as Day | null,
        died: null,
        status: 0,
        householdNo: text(cells.household_no),
        relationToHead: text(cells.relation_to_head),
        householdType: text(cells.household_type) as 'rural' | null,
        divisionCode: cells.division_code.padEnd(12, '0'),
        address: text(cells.address),
        fatherNumber: text(cells.father_id_number),
        motherNumber: text(cells.mother_id_number),
        birthCertificateNo: text(cells.birth_certificate_no),
        maritalStatus: text(cells.marital_status),
        movedInOn: text(cells.moved_in_on) as Day | null,
        movedOutOn: null,
        updatedAt: cells.updated_at,
      });
    }
  }
  return records;
}

/** What the turn left in `person`, in pages as they came; values as text, so that both sides are given the same. */
async function changedRows(admin: Client): Promise<string[]> {
  const { rows } = await admin.query<Record<string, unknown>>({
    text: `select p.* from person p join registry_event_taken e on e.person_id = p.id
            where e.taken_at = (select max(taken_at) from registry_event_taken) or e.event_id like 'bench-%'
              and e.happened_at = (select max(happened_at) from registry_event_taken)`,
    types: { getTypeParser: () => (value: string) => value },
  });
  const pages: string[] = [];
  for (let at = 0; at < rows.length; at += PAGE)
    pages.push(
      rows
        .slice(at, at + PAGE)
        .map((row) => copyLine(Object.values(row) as (string | null)[]))
        .join(''),
    );
  return pages;
}

async function upsert(admin: Client, pages: readonly string[]): Promise<void> {
  const { rows } = await admin.query<{ list: string; sets: string }>(
    `select string_agg(quote_ident(column_name), ', ' order by ordinal_position) as list,
            string_agg(format('%1$I = excluded.%1$I', column_name), ', ' order by ordinal_position) as sets
       from information_schema.columns where table_schema = 'registration' and table_name = 'twin'`,
  );
  const { list, sets } = rows[0]!;
  for (const page of pages) {
    await admin.query('begin; create temp table incoming (like twin) on commit drop');
    await pipeline(Readable.from([page]), admin.query(copyFrom('copy incoming from stdin')));
    await admin.query(
      `insert into twin (${list}) select ${list} from incoming on conflict (registry_person_id) do update set ${sets}`,
    );
    await admin.query('commit');
  }
}

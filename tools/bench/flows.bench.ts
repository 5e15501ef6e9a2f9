import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import { Database, migrate, startCluster } from '@app/database';
import { type Clock, day, dayInChina } from '@app/kernel';
import { Client } from 'pg';
import { openFlows } from '../../apps/migrant/src/flow/flow.fixture';
import type { BenchOptions, BenchTable } from './bench.types';
import { median, PeakMemory, timed } from './samples';

/** Figures of this bench; times in seconds. */
interface FlowsBench {
  readonly periods: number;
  readonly residents: number;
  readonly townships: number;
  readonly months: number;
  readonly moves: number;
  readonly figures: number;
  readonly published: number;
  readonly withheldPercent: number;
  readonly ours: number;
  readonly plain: number;
  readonly again: number;
  readonly ratio: number;
  readonly ratioAgain: number;
  readonly peakRssMebibytes: number;
  readonly seconds: Readonly<Record<'ours' | 'plain' | 'again', readonly number[]>>;
}

export const defaults = { people: 1_000_000, runs: 5 };

const SINCE = '2021-01-01';
const NOW = new Date('2026-01-10T04:00:00Z');
const clock: Clock = { now: () => NOW, today: () => dayInChina(NOW) };

/** Sixty months of flow tables of so many residence periods, closed and published, against the bare aggregate of the same. */
export async function run({ people: periods, runs, say }: BenchOptions): Promise<FlowsBench> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-bench-'));
  fs.chmodSync(folder, 0o755);
  const cluster = await startCluster({ dataFolder: folder });
  try {
    const url = (role: string) =>
      `postgres://${role}:${cluster.superuserPassword}@${cluster.host}:${cluster.port}/postgres`;
    await migrate({ adminUrl: url('postgres'), rolePassword: cluster.superuserPassword }, [
      { schema: 'migrant', folder: path.resolve('apps/migrant/src/migrations') },
    ]);
    const admin = new Client({ connectionString: url('postgres'), options: '-c search_path=migrant,public' });
    await admin.connect();
    const database = await Database.open({
      url: url('migrant_rw'),
      schema: 'migrant',
      recorder: auditRecorder('migrant'),
    });
    try {
      say('生成居住期间', 'making residence periods');
      await make(admin, periods);
      return await measure(admin, database, periods, runs, say);
    } finally {
      await admin.end();
      await database.close();
    }
  } finally {
    await cluster.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Two of three live in their first place, every third has moved on; half came from other provinces, the others from the
 * same province or county. 20 counties of 15 townships in two cities.
 */
async function make(admin: Client, periods: number): Promise<void> {
  const residents = Math.floor((periods * 2) / 3);
  // What keeps periods apart costs minutes to fill and is not read by either side.
  await admin.query(
    `alter table residence_period drop constraint residence_period_one_place_at_a_time;
     alter table resident_origin drop constraint resident_origin_is_one_place;
     set session_replication_role = replica; select setseed(0.42)`,
  );
  await admin.query(
    `create temp table township as
       select row_number() over () - 1 as n, '34' || lpad(c::text, 2, '0') || lpad(k::text, 2, '0') || lpad((t * 3 + 100)::text, 3, '0') || '201' as code
         from generate_series(2, 3) c, generate_series(1, 10) k, generate_series(0, 14) t`,
  );
  await admin.query(
    `insert into resident (id, name, sex, born, divisions, recorded_by, recorded_at)
     select gen_random_uuid(), '王迁', 1 + (random() < 0.48)::int, date '1950-01-01' + (random() * 26000)::int, '{}', 'bench', now()
       from generate_series(1, ${residents})`,
  );
  await admin.query(
    `create temp table mover as
       select id, row_number() over () as n, (random() * random() * 300)::int % 300 as first_at, (random() * 298)::int as further,
              random() as kind, date '2020-03-01' + (random() * 2000)::int as came, (random() * 700)::int + 20 as days, random() as sure
         from resident`,
  );
  await admin.query(
    `insert into resident_origin (resident_id, division_code, valid, basis, recorded_by, recorded_at)
     select m.id, case when m.kind < 0.5 then (array['51','41','36','42','33'])[1 + (m.n % 5)] || '0104001201'
                       when m.kind < 0.8 then (select code from township t where t.n = (m.first_at + 150) % 300)
                       else left((select code from township t where t.n = m.first_at), 6) || '190201' end,
            '(,)', 'registry', 'bench', now() from mover m`,
  );
  await admin.query(
    `insert into residence_period (resident_id, notice_id, place_code, valid, certain, basis, is_disputed, recorded_by, recorded_at)
     select m.id, m.id, t.code, v.valid, case when m.sure < 0.03 then 'empty' else v.valid end, 'agency', m.sure > 0.99, 'bench', now()
       from mover m
       cross join lateral (select 1 as k, m.first_at as at, daterange(m.came, case when m.n % 2 = 0 then m.came + m.days end) as valid
         union all select 2, (m.first_at + 1 + m.further) % 300, daterange(m.came + m.days, null) where m.n % 2 = 0) v
       join township t on t.n = v.at`,
  );
  await admin.query(`set session_replication_role = default`);
  await admin.query('vacuum analyze');
}

/** The same months by hand: who came before, how far, half a year reached, counted; as the superuser into a temporary table. */
const PLAIN = `create temp table plain as
  with one as (
    select p.resident_id, left(p.place_code, 9) as place, lower(p.valid) as day, upper(p.valid) as ends, isempty(p.certain) or p.is_disputed as is_unsure,
           left(coalesce(case when not p.is_disputed then lag(p.place_code) over w end, o.division_code), 9) as before,
           case when p.is_disputed then upper(p.valid) else least(lead(lower(p.valid)) over w, upper(p.valid)) end as stays_until
      from residence_period p join resident_origin o on o.resident_id = p.resident_id
    window w as (partition by p.resident_id, p.is_disputed order by lower(p.valid))
  ), moved as (
    select (day + interval '6 months')::date as counted, o.place, o.before, r.sex, is_unsure,
           width_bucket(extract(year from age(day, r.born))::int, '{0,3,6,15,25,35,45,60,65}'::int[]) as age_group
      from one o join resident r on r.id = o.resident_id
     where place <> before and (stays_until is null or stays_until >= (day + interval '6 months')::date)
  ), ended as (
    select counted, place, before, case when left(place, 6) = left(before, 6) then 'within' else 'in' end as direction, sex, age_group, is_unsure, place as at from moved
    union all
    select counted, place, before, 'out', sex, age_group, is_unsure, before from moved where left(place, 6) <> left(before, 6)
  )
  select date_trunc('month', counted::timestamp)::date as month, at, direction,
         case when is_unsure then 4 when left(place, 2) <> left(before, 2) then 1 when left(place, 6) <> left(before, 6) then 2 else 3 end as distance,
         sex, age_group, count(*) as n
    from ended where counted >= '${SINCE}' and counted < '2026-01-01' group by 1, 2, 3, 4, 5, 6`;

async function measure(
  admin: Client,
  database: Database,
  periods: number,
  runs: number,
  say: BenchOptions['say'],
): Promise<FlowsBench> {
  const counties = Array.from(
    { length: 20 },
    (_, n) => `34${n < 10 ? '02' : '03'}${String((n % 10) + 1).padStart(2, '0')}000000`,
  );
  const service = openFlows(database, clock, { successions: [], counties });
  const memory = new PeakMemory();
  const seconds = { ours: [] as number[], plain: [] as number[], again: [] as number[] };
  const one = async (text: string) => (await admin.query<string[]>({ text, rowMode: 'array' })).rows[0]!.map(Number);
  let counted: number[] = [];
  for (let turn = 1; turn <= runs; turn++) {
    await admin.query(
      `set session_replication_role = replica; truncate flow_run, flow_month, flow_figure, flow_correction, flow_published, flow_published_correction;
       set session_replication_role = default; drop table if exists plain; checkpoint`,
    );
    await admin.query(`set work_mem = '256MB'`);
    seconds.plain.push((await timed(() => admin.query(PLAIN)))[0]);
    const stop = memory.watch();
    const [ours, { months }] = await timed(() => service.run(day(SINCE)));
    stop();
    seconds.ours.push(ours);
    const [again, { corrections }] = await timed(() => service.run());
    seconds.again.push(again);
    const [plain, mine] = await one('select (select sum(n) from plain), (select sum(counts[1]) from flow_figure)');
    // Who left for nowhere known is counted by ours alone: nobody in this county does.
    if (plain !== mine || corrections !== 0)
      throw new Error(`plain counts ${plain} moves, ours ${mine}; ${corrections} corrections`);
    counted = [mine!, months];
    say(`第 ${turn} 轮完成`, `turn ${turn}: ours ${ours.toFixed(2)} s, plain ${seconds.plain.at(-1)!.toFixed(2)} s`);
  }
  const [figures, published, townships, residents, withheld] = await one(
    `select (select count(*) from flow_figure), (select count(*) from flow_published), (select count(distinct division_code) from flow_figure),
            (select count(*) from resident),
            (select round(100.0 * count(*) filter (where c is null) / count(*), 1) from flow_published, unnest(counts) c)`,
  );
  return {
    periods,
    residents: residents!,
    townships: townships!,
    months: counted[1]!,
    moves: counted[0]!,
    figures: figures!,
    published: published!,
    withheldPercent: withheld!,
    ours: round(median(seconds.ours)),
    plain: round(median(seconds.plain)),
    again: round(median(seconds.again)),
    ratio: round(median(seconds.ours) / median(seconds.plain)),
    ratioAgain: round(median(seconds.again) / median(seconds.plain)),
    peakRssMebibytes: memory.peak,
    seconds,
  };
}

const round = (value: number): number => Number(value.toFixed(2));

export function tables(result: object): BenchTable[] {
  const { ours, plain, again, ratio, ratioAgain, seconds: _seconds, ...counts } = result as FlowsBench;
  return [
    { head: ['made and counted', ''], rows: Object.entries(counts).map(([name, value]) => [name, value]) },
    {
      head: ['', 'seconds', 'to plain'],
      rows: [
        ['plain aggregate', plain, 1],
        ['counted, closed, published', ours, ratio],
        ['looked at again', again, ratioAgain],
      ],
    },
  ];
}

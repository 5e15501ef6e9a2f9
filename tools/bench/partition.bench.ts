import { day, type DivisionCode } from '@app/kernel';
import type { Client } from 'pg';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';
import { ProgrammeService } from '../../apps/subsidy/src/programme/programme.service';
import type { BenchOptions, BenchTable } from './bench.types';
import { countyCodes, folderOf, makeApart } from './county.bench';
import { type Kind, type Subject, Twin } from './partition-twin';
import { median, timed } from './samples';
import { keepAsMade, openSite, putBack } from './scale-site';

export const defaults = { people: 2_000_000, counties: 8, runs: 3 };

const LOOKED_UP = 5_000;
const QUESTIONS = [
  'one county written',
  'one county read, by prefix',
  'one county read, by range',
  `${LOOKED_UP} rows by id`,
  'a tenth of a county changed',
  'vacuum and analyze after that',
  'one county taken out',
] as const;
type Question = (typeof QUESTIONS)[number];
type Seconds = Record<Question, number>;

interface SubjectFigures {
  readonly name: string;
  readonly rows: number;
  readonly rowsOfCounty: number;
  /** Medians in seconds. */
  readonly questions: readonly { question: Question; whole: number; cut: number; ratio: number }[];
  /** Megabytes. */
  readonly size: Readonly<Record<Kind, { table: number; indexes: number }>>;
}

export interface PartitionFigures {
  readonly people: number;
  readonly counties: number;
  readonly runs: number;
  readonly subjects: readonly SubjectFigures[];
}

const DETERMINATION = (years: number): Subject => ({
  name: years === 1 ? 'determination' : `determination, ${years} years`,
  source: `select d.id * ${years} + y as id, d.run_id, d.programme, d.version, d.person_id, d.claim_id, d.year + y as year, d.as_of, d.outcome,
                  d.amount_fen, d.met, d.unknown, d.facts_version, d.is_current, d.decided_at,
                  coalesce(c.division_code, f.division_code) as division_code
             from generate_series(0, ${years - 1}) y, subsidy.determination d left join subsidy.claim c on c.id = d.claim_id
             left join subsidy.person_fact f on f.person_id = d.person_id
            where coalesce(c.division_code, f.division_code) is not null order by y, d.id`,
  key: 'id',
  indexes: [
    { by: 'person_id, programme, year, claim_id', where: 'is_current', isUnique: true },
    { by: 'claim_id', where: 'claim_id is not null' },
  ],
  change: `decided_at = now()`,
});

const SUBJECTS: readonly Subject[] = [
  DETERMINATION(1),
  DETERMINATION(8),
  {
    name: 'person_fact',
    source: 'select * from subsidy.person_fact order by person_id',
    key: 'person_id',
    indexes: [
      { by: 'id_number_key' },
      { by: 'birth_certificate_key', where: 'birth_certificate_key is not null' },
      { by: 'father_id', where: 'father_id is not null' },
      { by: 'mother_id', where: 'mother_id is not null' },
      { by: 'household_id' },
    ],
    change: 'recorded_at = now()',
  },
];

/**
 * Our biggest tables in one piece against the same rows cut into a partition for each county. By turns, in one database,
 * as superuser: what rows weigh, not what guards cost. Durable settings.
 */
export async function run(options: BenchOptions): Promise<PartitionFigures> {
  const { people, counties, runs } = options;
  const folder = folderOf(people, counties);
  makeApart(options);
  await keepAsMade(folder);
  try {
    const site = await openSite(folder, 0);
    try {
      const get = <T>(type: abstract new (...args: never[]) => T): T =>
        site.installation.app.get(type, { strict: false });
      const programmes = get(ProgrammeService)
        .all()
        .map(({ code }) => code);
      const division = '340200000000' as DivisionCode;
      await get(DeterminationService).determine({ programmes, division, asOf: day('2026-03-31'), actor: 'bench' });
      await site.admin.query('create schema bench');
      const subjects: SubjectFigures[] = [];
      for (const subject of SUBJECTS) subjects.push(await compare(site.admin, subject, options));
      return { people, counties, runs, subjects };
    } finally {
      await site.close();
    }
  } finally {
    await putBack(folder);
  }
}

async function compare(
  client: Client,
  subject: Subject,
  { counties, runs, say }: BenchOptions,
): Promise<SubjectFigures> {
  const codes = countyCodes(counties);
  const [county] = codes.slice(counties >> 1);
  await client.query('drop table if exists bench.source');
  await client.query(`create table bench.source as ${subject.source}`);
  await client.query('create index on bench.source (division_code text_pattern_ops)');
  await client.query('vacuum (analyze) bench.source');
  const whole = await Twin.make(client, subject, 'whole', codes);
  const cut = await Twin.make(client, subject, 'cut', codes);
  const size = { whole: await whole.size(), cut: await cut.size() };
  const { rows: keys } = await client.query<{ id: string; type: string }>(
    `select ${subject.key}::text as id, pg_typeof(${subject.key})::text as type from bench.source order by random() limit ${LOOKED_UP}`,
  );
  const samples: Record<Kind, Seconds[]> = { whole: [], cut: [] };
  for (let run = 0; run < runs; run++) {
    for (const twin of run % 2 ? [cut, whole] : [whole, cut]) {
      samples[twin.kind].push(
        await oneTurn(
          client,
          twin,
          county!,
          keys.map(({ id }) => id),
          keys[0]!.type,
        ),
      );
    }
  }
  const { rows } = await client.query<{ all: number; mine: number }>(
    `select count(*)::int as all, (count(*) filter (where division_code ^@ '${county}'))::int as mine from bench.source`,
  );
  await whole.drop();
  await cut.drop();
  say(`${subject.name}：${rows[0]!.all} 行已比较`, `${subject.name}: ${rows[0]!.all} rows compared`);
  const questions = QUESTIONS.map((question) => {
    const middle = (kind: Kind): number => median(samples[kind].map((seconds) => seconds[question]));
    return { question, whole: middle('whole'), cut: middle('cut'), ratio: middle('cut') / middle('whole') };
  });
  return { name: subject.name, rows: rows[0]!.all, rowsOfCounty: rows[0]!.mine, questions, size };
}

/** A county leaves the table and comes back, and is looked at in between. */
async function oneTurn(
  client: Client,
  twin: Twin,
  county: string,
  ids: readonly string[],
  type: string,
): Promise<Seconds> {
  const seconds = {} as Seconds;
  const take = async (question: Question, work: () => Promise<void>): Promise<void> => {
    await client.query('checkpoint');
    seconds[question] = (await timed(work))[0];
  };
  await take('one county taken out', () => twin.archive(county));
  await twin.addPartition(county);
  await take('one county written', () => twin.insert(county));
  await twin.vacuum(county);
  await take('one county read, by prefix', () => twin.scan(county));
  await take('one county read, by range', () => twin.scanRange(county));
  await take(`${LOOKED_UP} rows by id`, () => twin.lookUp(ids, type));
  await take('a tenth of a county changed', () => twin.change(county));
  await take('vacuum and analyze after that', () => twin.vacuum(county));
  return seconds;
}

export function tables({ subjects }: PartitionFigures): BenchTable[] {
  return subjects.map(({ name, rows, rowsOfCounty, questions, size }) => ({
    head: [`${name}: ${rows} rows, ${rowsOfCounty} of the county`, 'whole', 'cut', 'ratio'],
    rows: [
      ...questions.map(({ question, whole, cut, ratio }) => [
        `${question}, s`,
        whole.toFixed(3),
        cut.toFixed(3),
        ratio.toFixed(2),
      ]),
      ['table, MB', size.whole.table, size.cut.table, (size.cut.table / size.whole.table).toFixed(2)],
      ['indexes, MB', size.whole.indexes, size.cut.indexes, (size.cut.indexes / size.whole.indexes).toFixed(2)],
    ],
  }));
}

import { Outbox } from '@app/jobs';
import { day, findDivisionCode, Refusal } from '@app/kernel';
import type { Installation } from '../../apps/standalone/src/installation';
import { DeterminationRepository } from '../../apps/subsidy/src/determination/determination.repository';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';
import { RunService } from '../../apps/subsidy/src/determination/run.service';
import { ProgrammeService } from '../../apps/subsidy/src/programme/programme.service';
import { DeterminationTable } from './determination-table';
import { floorSql, type ProgrammeCode } from './determine-floor';
import type { BenchOptions, BenchTable } from './bench.types';
import { makeApart, openCounty } from './county.bench';
import { median, PeakMemory, timed } from './samples';

const ALL: readonly ProgrammeCode[] = ['YEB', 'JF', 'TF'];
const CASES: readonly (readonly ProgrammeCode[])[] = [ALL, ['YEB'], ['JF'], ['TF']];

interface CaseFigures {
  readonly programmes: string;
  /** Decisions written, and those of them that pay. */
  readonly rows: number;
  readonly eligible: number;
  /** Seconds, one a run. */
  readonly ours: readonly number[];
  readonly floor: readonly number[];
  readonly oursMedian: number;
  readonly floorMedian: number;
  readonly ratio: number;
}

export interface DetermineFigures {
  readonly people: number;
  readonly runs: number;
  readonly cases: readonly CaseFigures[];
  /** Megabytes of this process while it decides: before the first run, and the most seen in any. */
  readonly memory: { readonly before: number; readonly peak: number };
  /** Seconds, once: what determine() does besides deciding, and what is therefore in no figure above. */
  readonly besides: { readonly movingClaims: number; readonly summary: number; readonly claims: number };
}

/** Deciding alone: what moves claims and what counts the outcome for the summary stays out of the comparison. */
class DecidingOnly extends DeterminationRepository {
  override async settleClaims(): Promise<{ determined: number; held: number }> {
    return { determined: 0, held: 0 };
  }
  override async tally(): Promise<[]> {
    return [];
  }
  override async heldByReason(): Promise<Record<string, number>> {
    return {};
  }
}

/** Times the moving of claims and the summary, and takes the moves back, so that the county stays as it was made. */
class TimingTheRest extends DeterminationRepository {
  moving = 0;
  summary = 0;
  claims = 0;

  override async settleClaims(...of: Parameters<DeterminationRepository['settleClaims']>) {
    const [tx] = of;
    await tx.query('savepoint before_moving');
    const [seconds, moved] = await timed(() => super.settleClaims(...of));
    await tx.query('rollback to savepoint before_moving');
    this.moving += seconds;
    this.claims += moved.determined + moved.held;
    return moved;
  }
  override async tally(...of: Parameters<DeterminationRepository['tally']>) {
    const [seconds, tallies] = await timed(() => super.tally(...of));
    this.summary += seconds;
    return tallies;
  }
}

/**
 * Bulk determination of all programmes, and of each alone, against hand-written SQL over the base tables. Both write
 * the same rows into the same table; that they are the same is checked first, and a difference ends the bench.
 */
export async function run(options: BenchOptions): Promise<DetermineFigures> {
  makeApart({ ...options, counties: 1 });
  const installation = await openCounty(options.people);
  const table = await DeterminationTable.open(options.people);
  try {
    await table.prepare();
    await assertSameDecisions(installation, table, options);
    return await measure(installation, table, options);
  } finally {
    await table.clear();
    await table.close();
    await installation.close();
  }
}

async function assertSameDecisions(installation: Installation, table: DeterminationTable, { say }: BenchOptions) {
  for (const programmes of CASES) {
    await table.clear();
    await decide(installation, programmes, new DecidingOnly());
    await table.keepAsExpected();
    await table.clear();
    await table.runFloor(floorSql(programmes));
    const { different, rows, examples } = await table.differences();
    if (different > 0) {
      throw new Refusal(
        'BENCH_DECISIONS_DIFFER',
        {
          zh: `${programmes.join('+')}：${rows} 条认定，与手写 SQL 相比有 ${different} 条只在一方：${examples}`,
          en: `${programmes.join('+')}: ${rows} decisions, and beside the hand-written SQL ${different} stand on one side only: ${examples}`,
        },
        { programmes, rows, different },
      );
    }
    say(`${programmes.join('+')}：${rows} 条认定一致`, `${programmes.join('+')}: ${rows} decisions are the same`);
  }
}

async function measure(
  installation: Installation,
  table: DeterminationTable,
  options: BenchOptions,
): Promise<DetermineFigures> {
  const memory = new PeakMemory();
  const cases: CaseFigures[] = [];
  for (const programmes of CASES) cases.push(await measureCase(installation, table, memory, programmes, options));
  await table.clear();
  const rest = new TimingTheRest();
  await decide(installation, ALL, rest);
  await table.prepare(); // The moves taken back left dead rows.
  return {
    people: options.people,
    runs: options.runs,
    cases,
    memory: { before: memory.before, peak: memory.peak },
    besides: { movingClaims: rest.moving, summary: rest.summary, claims: rest.claims },
  };
}

/** Ours and the floor by turns, so that a busy neighbour hits both; the table is emptied and flushed in between. */
async function measureCase(
  installation: Installation,
  table: DeterminationTable,
  memory: PeakMemory,
  programmes: readonly ProgrammeCode[],
  { runs, say }: BenchOptions,
): Promise<CaseFigures> {
  const [ours, floor]: [number[], number[]] = [[], []];
  let written = { rows: 0, eligible: 0 };
  for (let run = 0; run < runs; run++) {
    await table.clear();
    const stop = memory.watch();
    ours.push((await timed(() => decide(installation, programmes, new DecidingOnly())))[0]);
    stop();
    written = await table.count();
    await table.clear();
    floor.push((await timed(() => table.runFloor(floorSql(programmes))))[0]);
    const [a, b] = [ours.at(-1)!.toFixed(2), floor.at(-1)!.toFixed(2)];
    say(`${programmes.join('+')}：本系统 ${a} 秒，手写 ${b} 秒`, `${programmes.join('+')}: ours ${a} s, floor ${b} s`);
  }
  const [oursMedian, floorMedian] = [median(ours), median(floor)];
  const ratio = oursMedian / floorMedian;
  return { programmes: programmes.join('+'), ...written, ours, floor, oursMedian, floorMedian, ratio };
}

/** The whole county, as the service decides it: the same chunks, the same statements, the same transactions. */
async function decide(
  installation: Installation,
  programmes: readonly ProgrammeCode[],
  repository: DeterminationRepository,
): Promise<void> {
  const { app, subsidy, clock } = installation;
  const known = app.get(ProgrammeService, { strict: false });
  const runs = new RunService(subsidy, clock, known, repository, new Outbox('subsidy'));
  const service = new DeterminationService(subsidy, known, repository, runs);
  const division = findDivisionCode('340202')!;
  await service.determine({ programmes, division, asOf: day('2026-03-31'), actor: 'bench' });
}

export function tables({ cases, memory, besides }: DetermineFigures): BenchTable[] {
  const seconds = (value: number): string => value.toFixed(2);
  return [
    {
      head: ['programmes', 'decisions', 'eligible', 'ours, s', 'hand-written SQL, s', 'ratio'],
      rows: cases.map((one) => [
        one.programmes,
        one.rows,
        one.eligible,
        seconds(one.oursMedian),
        seconds(one.floorMedian),
        one.ratio.toFixed(2),
      ]),
    },
    {
      head: ['besides', ''],
      rows: [
        ['memory of this process, MB before', memory.before],
        ['memory of this process, MB at most', memory.peak],
        [`moving ${besides.claims} claims, s (once)`, seconds(besides.movingClaims)],
        ['counting the outcome for the summary, s (once)', seconds(besides.summary)],
      ],
    },
  ];
}

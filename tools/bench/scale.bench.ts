import * as fs from 'node:fs';
import * as path from 'node:path';
import { day, type DivisionCode, Refusal } from '@app/kernel';
import { bankFolders } from '../../apps/standalone/src/folders';
import { OFFICERS } from '../../apps/standalone/src/officers';
import { Steps } from '../../apps/standalone/src/steps';
import { openTerminal } from '../../apps/standalone/src/terminal';
import { CalendarService } from '../../apps/subsidy/src/calendar/calendar.service';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';
import { DisbursementService } from '../../apps/subsidy/src/disbursement/disbursement.service';
import { BankFileService } from '../../apps/subsidy/src/disbursement/bank-file.service';
import { ProgrammeService } from '../../apps/subsidy/src/programme/programme.service';
import { CourierService } from '../../apps/subsidy/src/reconciliation/courier.service';
import { ReconciliationService } from '../../apps/subsidy/src/reconciliation/reconciliation.service';
import { inContext, systemContext } from '@app/database';
import type { BenchOptions, BenchTable } from './bench.types';
import { countyCodes, folderOf, makeApart } from './county.bench';
import { median, timed } from './samples';
import { type Cpu, keepAsMade, openSite, putBack, type Site } from './scale-site';

export const defaults = { people: 2_000_000, counties: 8, runs: 3 };

const WORKERS = [1, 2] as const;
type WorkerCount = (typeof WORKERS)[number];
const CITY = '340200000000' as DivisionCode;
const PROGRAMME = 'YEB';
const PHASES = ['determine', 'prepare', 'approve', 'send', 'take in and compare'] as const;
type Phase = (typeof PHASES)[number];

/** What must come out the same however many workers there were. */
interface Outcome {
  readonly decisions: number;
  readonly claims: number;
  readonly batches: number;
  readonly lines: number;
  readonly paidFen: bigint;
  readonly returnedFen: bigint;
}

interface Turn {
  readonly seconds: Readonly<Record<Phase, number>>;
  readonly cpu: Readonly<Record<'determine' | 'disburse', Cpu>>;
  readonly outcome: Outcome;
}

interface Side {
  readonly workers: number;
  /** Medians in seconds. */
  readonly phases: Readonly<Record<Phase, number>>;
  readonly determine: number;
  readonly disburse: number;
  readonly cpu: Turn['cpu'];
}

export interface ScaleFigures extends Outcome {
  readonly people: number;
  readonly counties: number;
  readonly runs: number;
  readonly sides: readonly Side[];
  readonly speedUp: { readonly determine: number; readonly disburse: number };
}

/**
 * The bulk work of a year by one worker process and by two, by turns, each on a fresh copy of the same counties.
 * Durable settings; all on one machine, so the server and the workers share its cores.
 */
export async function run(options: BenchOptions): Promise<ScaleFigures> {
  const folder = folderOf(options.people, options.counties);
  makeApart(options);
  await keepAsMade(folder);
  try {
    return await measure(folder, options);
  } finally {
    await putBack(folder);
  }
}

async function measure(folder: string, { people, counties, runs, say }: BenchOptions): Promise<ScaleFigures> {
  const turns: Record<WorkerCount, Turn[]> = { 1: [], 2: [] };
  const outcomes = new Set<string>();
  for (let run = 0; run < runs; run++) {
    // Whoever goes first changes, so that neither always meets the warmer machine.
    for (const count of run % 2 ? [...WORKERS].reverse() : WORKERS) {
      const site = await openSite(folder, count);
      const turn = await playYear(site, counties).finally(() => site.close());
      turns[count].push(turn);
      outcomes.add(
        JSON.stringify(turn.outcome, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
      );
      const text = PHASES.map((phase) => `${phase} ${turn.seconds[phase].toFixed(1)} s`).join(', ');
      say(`${count} 个工作进程：${text}`, `with ${count} worker${count === 1 ? '' : 's'}`);
    }
  }
  if (outcomes.size > 1) {
    throw new Refusal('BENCH_WORK_DIFFERS', {
      zh: `各轮所做的工作不同：${[...outcomes].join(' / ')}。`,
      en: `Not every turn did the same work: ${[...outcomes].join(' / ')}.`,
    });
  }
  const sides = WORKERS.map((count) => sideOf(count, turns[count]));
  const [one, two] = sides as [Side, Side];
  const speedUp = { determine: one.determine / two.determine, disburse: one.disburse / two.disburse };
  return { people, counties, runs, ...turns[1][0]!.outcome, sides, speedUp };
}

function sideOf(workers: number, turns: readonly Turn[]): Side {
  const middle = (value: (turn: Turn) => number): number => median(turns.map(value));
  const cpuOf = (what: 'determine' | 'disburse'): Cpu => ({
    workers: middle((turn) => turn.cpu[what].workers),
    server: middle((turn) => turn.cpu[what].server),
  });
  const phases = Object.fromEntries(
    PHASES.map((phase) => [phase, middle(({ seconds }) => seconds[phase])]),
  ) as Side['phases'];
  return {
    workers,
    phases,
    determine: phases.determine,
    disburse: middle(({ seconds }) => PHASES.slice(1).reduce((sum, phase) => sum + seconds[phase], 0)),
    cpu: { determine: cpuOf('determine'), disburse: cpuOf('disburse') },
  };
}

/** From received claims to reconciled batches. What officers and the bank do in between is not timed. */
async function playYear(site: Site, counties: number): Promise<Turn> {
  const { installation, config } = site;
  const steps = new Steps(installation, openTerminal(true), config);
  const determinations = steps.get(DeterminationService);
  const seconds = {} as Record<Phase, number>;
  const phase = async <T>(name: Phase, work: () => Promise<T>): Promise<T> => {
    const [took, result] = await timed(work);
    seconds[name] = took;
    return result;
  };
  const cpu = {} as Record<'determine' | 'disburse', Cpu>;
  const spent = async (what: 'determine' | 'disburse', work: () => Promise<void>): Promise<void> => {
    const before = await site.cpu();
    await work();
    const after = await site.cpu();
    cpu[what] = { workers: after.workers - before.workers, server: after.server - before.server };
  };

  const programmes = steps
    .get(ProgrammeService)
    .all()
    .map(({ code }) => code);
  await spent('determine', () =>
    phase('determine', async () => {
      const { runIds } = await determinations.start({
        programmes,
        division: CITY,
        asOf: day('2026-03-31'),
        actor: 'bench',
      });
      await until(site, async () => (await determinations.progress(runIds)).isFinished);
    }),
  );
  await steps.confirmAll({ programme: PROGRAMME, stage: 'both' });
  await steps.release({ programme: PROGRAMME, cover: true, year: '2026' });
  for (const county of countyCodes(counties))
    await steps.get(CalendarService).plan(PROGRAMME, `${county}000000` as DivisionCode, 2026);
  await spent('disburse', () => disburse(site, steps, phase));
  return { seconds, cpu, outcome: await outcomeOf(site, steps) };
}

async function disburse(
  site: Site,
  steps: Steps,
  phase: <T>(name: Phase, work: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const payments = steps.get(DisbursementService);
  const courier = steps.get(CourierService);
  const { out, in: inbox } = bankFolders(site.config);
  await phase('prepare', async () => {
    await steps.get(CalendarService).planDue();
    await until(site, async () => (await steps.get(CalendarService).due()).length === 0);
  });
  await phase('approve', async () => {
    for (const { id } of await payments.inStates(['prepared']))
      for (const officer of OFFICERS.approvers)
        await inContext(systemContext('bench', { actor: officer }), () => payments.approve(id, officer));
  });
  await phase('send', async () => {
    await courier.round();
    await until(site, async () => (await steps.get(BankFileService).waiting()).length === 0);
  });
  const aside = path.join(site.config.dataFolder, 'bank', 'answers');
  for (const name of fs.readdirSync(out).filter((one) => !one.startsWith('.')))
    await steps.bank(path.join(out, name), { out: aside, fail: '0' });
  fs.mkdirSync(inbox, { recursive: true });
  for (const name of fs.readdirSync(aside)) fs.renameSync(path.join(aside, name), path.join(inbox, name));
  await phase('take in and compare', async () => {
    await courier.round();
    await until(site, async () => (await payments.inStates(['sent', 'in_doubt', 'answered'])).length === 0);
  });
}

const LOOK = 50;

/** Looks until it is so; a message that was set aside ends the bench, because it would never be. */
async function until(site: Site, isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    const { rows } = await site.admin.query<{ code: string }>(
      'select error_code as code from subsidy.quarantine limit 1',
    );
    if (rows[0]) {
      throw new Refusal('BENCH_WORK_SET_ASIDE', {
        zh: `有消息多次失败（${rows[0].code}），测试中止；原因见上。`,
        en: `A message failed too often (${rows[0].code}), so the bench ends; the reason is above.`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

/** Refuses an outcome in which list, bank and ledger do not agree, or anything else that must be true is not. */
async function outcomeOf({ admin }: Site, steps: Steps): Promise<Outcome> {
  const { rows } = await admin.query<Omit<Outcome, 'paidFen' | 'returnedFen'> & { held: number }>(
    `select (select count(*)::int from subsidy.determination) as decisions, (select count(*)::int from subsidy.claim) as claims,
            (select count(*)::int from subsidy.payment_batch) as batches, (select count(*)::int from subsidy.attempt) as lines,
            (select count(*)::int from subsidy.payment_calendar where state = 'held') as held`,
  );
  const { held, ...counts } = rows[0]!;
  const { list, bank, ledger } = await steps.get(ReconciliationService).threeWay();
  const wrong = await steps.verify();
  const isBalanced = [bank, ledger].every((side) => side.paidFen === list.paidFen && side.totalFen === list.totalFen);
  if (!isBalanced || list.openFen !== 0n || held > 0 || counts.lines === 0 || wrong.length > 0) {
    throw new Refusal('BENCH_NOT_BALANCED', {
      zh: '清册、银行、总账不一致，或有批次未能生成；测试结果不可用。',
      en: `List, bank and ledger differ, or a batch was not made (${wrong.map(({ check }) => check).join(' ')}); these figures are worth nothing.`,
    });
  }
  return { ...counts, paidFen: list.paidFen, returnedFen: list.returnedFen };
}

export function tables({ sides, ...all }: ScaleFigures): BenchTable[] {
  const [one, two] = sides as [Side, Side];
  const s = (value: number): string => value.toFixed(2);
  const row = (name: string, a: number, b: number) => [name, s(a), s(b), s(a / b)];
  return [
    {
      head: ['seconds', '1 worker', '2 workers', 'speed-up'],
      rows: [
        row(`determination, ${all.decisions} decisions`, one.determine, two.determine),
        row(`disbursement, ${all.lines} lines`, one.disburse, two.disburse),
        ...PHASES.slice(1).map((phase) => row(`  ${phase}`, one.phases[phase], two.phases[phase])),
      ],
    },
    {
      head: ['processor seconds', '1 worker', '2 workers', ''],
      rows: (['determine', 'disburse'] as const).flatMap((what) => [
        [`${what}: workers`, s(one.cpu[what].workers), s(two.cpu[what].workers), ''],
        [`${what}: PostgreSQL`, s(one.cpu[what].server), s(two.cpu[what].server), ''],
      ]),
    },
    {
      head: ['besides', ''],
      rows: [
        ['people', all.people],
        ['counties', all.counties],
        ['claims', all.claims],
        ['batches', all.batches],
        ['paid, fen (list = bank = ledger)', String(all.paidFen)],
        ['returned, fen', String(all.returnedFen)],
      ],
    },
  ];
}

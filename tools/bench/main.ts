import { inContext, systemContext } from '@app/database';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { Refusal } from '@app/kernel';
import { fail, openTerminal, toJson, type Terminal } from '../../apps/standalone/src/terminal';
import type { Bench, BenchTable } from './bench.types';

const BENCHES: Readonly<Record<string, string>> = {
  audit: 'what the audit log costs the main job, with it against without it; and how fast it is sealed and verified',
  coordination:
    'requests between places, asked, answered and told back over the queue, against bare BullMQ that handles as many jobs',
  county:
    'makes the county, or counties, that the other benches measure on, and keeps it in bench-<people> of the data folder',
  determine: 'three programmes over a county, against hand-written SQL of the same rules over the base tables',
  duplicates:
    'a search for double records with its recall and precision on planted ones, against bare joins on name and number',
  flows:
    'monthly flow tables of residence periods, closed and published, against the plain aggregate of the same periods',
  gateway: 'the graph in one process and in three, against a plain Nest app with the same resolvers',
  import: 'a registry extract, in rows per second, against bare COPY into the same table',
  queue:
    'events from outbox to inbox on Redis and on PostgreSQL, against bare BullMQ that adds and handles as many jobs',
  match: 'receipts of the bank matched with open payment requests, against an indexed join of the same rows',
  partition: 'the biggest tables cut by county against as they are: writing, reading, archiving, vacuuming one county',
  'registry-feed':
    'changes told by the household registry, in events per second taken in, against a bare upsert of the same rows',
  scale: 'determination and disbursement of several counties by one and by two worker processes',
  vault: 'sealing, opening and indexing against bare node:crypto, and a rotation of keys against a bare UPDATE',
};
const USAGE = 'npm run bench -- NAME [--people N] [--counties N] [--requests N] [--receipts N] [--runs N] [--json]';

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  const name = positionals[0];
  if (name === undefined) {
    const names = Object.entries(BENCHES).map(([bench, says]) => `  ${bench.padEnd(10)} ${says}`);
    process.stdout.write(['Say what to measure / 请指定测试项目：', USAGE, ...names, ''].join('\n'));
    return 1;
  }
  const terminal = openTerminal(values.json);
  const bench = await load(name);
  const { people = 100_000, counties = 1, requests = 1_000_000, receipts = 20_000, runs = 5 } = bench.defaults ?? {};
  const asked = {
    people: wholeNumber('people', values.people ?? String(people), 4_000, 10_000_000),
    counties: wholeNumber('counties', values.counties ?? String(counties), 1, 10),
    requests: wholeNumber('requests', values.requests ?? String(requests), 1_000, 5_000_000),
    receipts: wholeNumber('receipts', values.receipts ?? String(receipts), 100, 200_000),
    runs: wholeNumber('runs', values.runs ?? String(runs), 1, 100),
  };
  const result = await inContext(systemContext('bench'), () =>
    bench.run({ ...asked, say: (zh, en) => terminal.say(zh, en) }),
  );
  terminal.result(result);
  for (const table of bench.tables?.(result) ?? [lineByLine(result)]) print(terminal, table);
  return 0;
}

function readArguments() {
  const options = {
    people: { type: 'string' },
    counties: { type: 'string' },
    requests: { type: 'string' },
    receipts: { type: 'string' },
    runs: { type: 'string' },
    json: { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new Refusal('BENCH_ARGUMENTS', {
      zh: `参数有误。用法：${USAGE}`,
      en: `${(error as Error).message} Usage: ${USAGE}`,
    });
  }
}

/** Loaded by name when asked for, so that a bench missing from a checkout stops nobody else. */
async function load(name: string): Promise<Bench> {
  const names = Object.keys(BENCHES).join(', ');
  if (!(name in BENCHES)) {
    throw new Refusal('BENCH_UNKNOWN', {
      zh: `没有名为「${name}」的测试；可选：${names}。`,
      en: `There is no bench "${name}"; choose one of: ${names}.`,
    });
  }
  const file = path.join(__dirname, `${name}.bench`);
  if (!fs.existsSync(`${file}.js`)) {
    throw new Refusal('BENCH_MISSING', {
      zh: `本目录缺少 tools/bench/${name}.bench.ts；请用 git status 检查并补齐后重试。`,
      en: `tools/bench/${name}.bench.ts is missing from this checkout; fetch it (git status) and try again.`,
    });
  }
  return (await import(file)) as Bench;
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Refusal('BENCH_ARGUMENTS', {
    zh: `--${option} 应为 ${least} 到 ${most} 之间的整数，不能是「${text}」。`,
    en: `--${option} must be a whole number from ${least} to ${most}, not "${text}".`,
  });
}

const lineByLine = (result: object): BenchTable => ({
  head: ['figure', 'value'],
  rows: Object.entries(result).map(([name, value]) => [name, typeof value === 'number' ? value : toJson(value)]),
});

function print(terminal: Terminal, { head, rows }: BenchTable): void {
  terminal.table(head, rows);
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => (process.exitCode = fail(error, process.argv.includes('--json'))),
);

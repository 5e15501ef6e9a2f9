import 'reflect-metadata';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { inContext, systemContext } from '@app/database';
import { withoutTyped } from '@app/kernel';
import { type Config, readConfig, readFaults } from './config';
import { runDemo } from './demo';
import { openInstallation } from './installation';
import { Killing } from './killing';
import { bindMode } from './mode';
import { type Processes, startProcesses } from './processes';
import { refuse } from './standalone.errors';
import { fail, openTerminal, type Terminal, toJson } from './terminal';

interface Arguments {
  readonly once: boolean;
  readonly json: boolean;
  readonly workers: number;
  /** Seconds between kills of a worker; 0 is never. */
  readonly killEvery: number;
  readonly seed: number;
}

/**
 * `npm run distributed`: the demo as several processes instead of one, as docker-compose.yml describes them. `--once`
 * ends after the summary; `--kill-every S` kills a worker with SIGKILL every S seconds meanwhile, drawn by `--seed`.
 */
async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2));
  const terminal = openTerminal(options.json);
  const config = readConfig();
  if (config.isProduction) throw refuse.notInProduction('distributed', IN_PRODUCTION);
  bindMode(config);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const steps = {
    stores: ['启动 PostgreSQL 与 Redis', 'starting PostgreSQL and Redis'],
    migrations: ['建立与升级数据表', 'bringing the tables up to date'],
    apps: ['启动各进程', 'starting the processes'],
  } as const;
  const processes = await startProcesses(config, {
    workers: options.workers,
    onStep: (step) => terminal.say(`· ${steps[step][0]}`, steps[step][1]),
    // Of a message that sees three processes die one would say that it kills them; here somebody else does.
    more: options.killEvery > 0 ? { YANGYU_JOB_CRASHES: '1000' } : {},
    faults: readFaults(),
  });
  try {
    const isReconciled = await demonstrate(config, processes, options, terminal, stopping.signal);
    if (options.once) return isReconciled ? 0 : 1;
    const [gateway] = processes.gatewayUrls;
    terminal.say(`\nGraphQL：${gateway}/graphql 页面：${gateway}/`, 'is the endpoint');
    terminal.say(
      `进程 ${processes.supervisor.names().join('、')}；日志在 ${path.join(config.dataFolder, 'log')}`,
      'are the processes, and where their logs are',
    );
    terminal.say('按 Ctrl-C 停止', 'Ctrl-C stops everything');
    if (!stopping.signal.aborted) await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
    terminal.say('正在停止……', 'stopping');
    return 0;
  } finally {
    await processes.close();
  }
}

const IN_PRODUCTION = {
  zh: '请用 docker compose 启动各进程（见 docker/README.md）',
  en: 'start the processes with docker compose (docker/README.md)',
};

async function demonstrate(
  config: Config,
  { elsewhere, supervisor }: Processes,
  { workers, killEvery, seed }: Arguments,
  terminal: Terminal,
  stopping: AbortSignal,
): Promise<boolean> {
  const installation = await openInstallation(
    { ...config, elsewhere },
    { onError: (error, where) => process.stderr.write(`${where}: ${withoutTyped(String(error))}\n`) },
  );
  const killing = killEvery > 0 ? new Killing(supervisor, killEvery, seed) : undefined;
  try {
    const summary = await inContext(systemContext('demo', { actor: 'operator' }), () =>
      runDemo(installation, config, terminal, stopping),
    );
    const figures = { ...summary, workers, killed: await killing?.stop(), seed: killing && seed };
    fs.writeFileSync(path.join(config.dataFolder, 'summary.json'), toJson(figures) + '\n');
    terminal.result(figures);
    return summary.isReconciled;
  } finally {
    await killing?.stop();
    await installation.close();
  }
}

function readArguments(given: readonly string[]): Arguments {
  const number = (name: string, otherwise: number): number => {
    const at = given.indexOf(name);
    if (at < 0) return otherwise;
    const value = Number(given[at + 1]);
    if (!Number.isFinite(value) || value < 0) throw refuse.argument(name, given[at + 1] ?? '');
    return value;
  };
  return {
    once: given.includes('--once'),
    json: given.includes('--json'),
    workers: Math.max(1, number('--workers', 2)),
    killEvery: number('--kill-every', 0),
    seed: number('--seed', 1),
  };
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => process.exit(fail(error, process.argv.includes('--json'))),
);

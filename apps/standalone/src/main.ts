import { withoutTyped } from '@app/kernel';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { inContext, systemContext } from '@app/database';
import { AuditSteps } from './audit-steps';
import { type Config, readConfig } from './config';
import { runDemo } from './demo';
import { type Installation, openInstallation } from './installation';
import { serve } from './server';
import { refuse } from './standalone.errors';
import { fail, openTerminal, type Terminal, toJson } from './terminal';

/** `npm start`: everything up, the demo county through the main job once, then serving. `--once` ends after the summary. */
async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2));
  const terminal = openTerminal(options.json);
  const config = { ...readConfig(), ...(options.people ? { people: options.people } : {}) };
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const steps = {
    database: ['启动数据库', 'starting PostgreSQL'],
    migrations: ['建立与升级数据表', 'bringing the tables up to date'],
    apps: ['启动各应用', 'starting the apps'],
  } as const;
  const installation = await openInstallation(config, {
    onStep: (step) => terminal.say(`· ${steps[step][0]}`, steps[step][1]),
    onError: (error, where) =>
      process.stderr.write(`${where}: ${withoutTyped(error instanceof Error ? error.message : String(error))}\n`),
  });
  try {
    if (!config.isProduction) {
      const isReconciled = await demonstrate(installation, config, terminal, stopping.signal);
      if (options.once) return isReconciled ? 0 : 1;
    }
    const server = await serve(installation, config, terminal);
    if (!stopping.signal.aborted) await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
    terminal.say('正在停止……', 'stopping');
    await server.close();
    return 0;
  } finally {
    await installation.close();
  }
}

/** The demo county once, with its summary; whether list, bank and ledger agree. */
async function demonstrate(
  installation: Installation,
  config: Config,
  terminal: Terminal,
  stopping: AbortSignal,
): Promise<boolean> {
  const summary = await inContext(systemContext('demo', { actor: 'operator' }), () =>
    runDemo(installation, config, terminal, stopping),
  );
  const file = path.join(config.dataFolder, 'summary.json');
  fs.writeFileSync(file, toJson(summary) + '\n');
  terminal.result(summary);
  terminal.say(`汇总已写入 ${file}`, 'holds this summary as JSON');
  await new AuditSteps(installation, config).seal();
  return summary.isReconciled;
}

interface Arguments {
  readonly once: boolean;
  readonly json: boolean;
  readonly people: number | undefined;
}

function readArguments(given: readonly string[]): Arguments {
  const people = given.indexOf('--people');
  return {
    once: given.includes('--once'),
    json: given.includes('--json'),
    people: people >= 0 ? readPeople(given[people + 1] ?? '') : undefined,
  };
}

function readPeople(text: string): number {
  const people = Number(text);
  if (!Number.isSafeInteger(people)) throw refuse.argument('--people', text);
  return people;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => (process.exitCode = fail(error, process.argv.includes('--json'))),
);

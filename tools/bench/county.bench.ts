import * as fs from 'node:fs';
import * as path from 'node:path';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { generateCounty } from '../../apps/simulator/src/county/county.service';
import { readConfig } from '../../apps/standalone/src/config';
import { openInstallation, type Installation } from '../../apps/standalone/src/installation';
import { FactService } from '../../apps/subsidy/src/fact/fact.service';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import type { BenchOptions } from './bench.types';

/** Beside the installation's own data, which it never touches. */
export const folderOf = (people: number): string => path.join(readConfig().dataFolder, `bench-${people}`);
const madeNote = (people: number): string => path.join(folderOf(people), 'made.json');
export const isMade = (people: number): boolean => fs.existsSync(madeNote(people));

/** Opens the installation that holds the county; durable, as in production. */
export function openCounty(people: number): Promise<Installation> {
  return openInstallation(
    { dataFolder: folderOf(people), host: '127.0.0.1', port: 0, postgresPort: undefined, people },
    { onError: (error) => process.stderr.write(`${String(error)}\n`) },
  );
}

/**
 * Makes a county on the way that every county comes in: extract, register, change feed, findings, accounts, claims.
 * A killed making goes on where it stopped, as the imports do. Seconds of each step.
 */
export async function run({ people, say }: BenchOptions): Promise<object> {
  if (isMade(people)) return JSON.parse(fs.readFileSync(madeNote(people), 'utf8')) as object;
  const files = path.join(folderOf(people), 'county');
  const seconds: Record<string, number> = {};
  const step = async (name: string, zh: string, work: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    await work();
    seconds[name] = Math.round((performance.now() - began) / 100) / 10;
    say(`${zh}：${seconds[name]} 秒`, `${name}: ${seconds[name]} s`);
  };
  const file = (name: string): string => path.join(files, `${name}.csv`);
  await step('generate', '生成示例县', () => generateCounty({ people, folder: files }));
  const installation = await openCounty(people);
  try {
    const get = <T>(type: abstract new (...args: never[]) => T): T => installation.app.get(type, { strict: false });
    const intake = get(IntakeService);
    await step('registry', '导入户籍提取', () => get(RegistryImportService).import(file('registry')));
    await step('facts', '更新认定事实', () => get(FactService).pull());
    await step('findings', '导入认定材料', () => intake.importFindings(file('findings')));
    await step('accounts', '导入账户', () => intake.importAccounts(file('accounts')));
    await step('claims', '导入申请', () => intake.importClaims(file('claims'), 'YEB'));
  } finally {
    await installation.close();
  }
  fs.rmSync(files, { recursive: true });
  const made = { people, seconds };
  fs.writeFileSync(madeNote(people), JSON.stringify(made));
  return made;
}

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Refusal } from '@app/kernel';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { generateCounty } from '../../apps/simulator/src/county/county.service';
import { readConfig } from '../../apps/standalone/src/config';
import { openInstallation, type Installation } from '../../apps/standalone/src/installation';
import { FactService } from '../../apps/subsidy/src/fact/fact.service';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import type { BenchOptions } from './bench.types';

/** Beside the installation's own data, which it never touches. */
export const folderOf = (people: number, counties = 1): string =>
  path.join(readConfig().dataFolder, counties === 1 ? `bench-${people}` : `bench-${people}-in-${counties}`);
const madeNote = (people: number, counties: number): string => path.join(folderOf(people, counties), 'made.json');

/** The six digits of each. */
export const countyCodes = (counties: number): string[] =>
  Array.from({ length: counties }, (_, i) => String(Number(FIRST_COUNTY) + i));
const FIRST_COUNTY = '340202';

interface Made {
  readonly people: number;
  /** Seconds of each step. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Of the migrations it was made with. */
  readonly schema: string;
}

/** The county that stands, if there is one and its tables are those of today. */
export function findMade(people: number, counties = 1): Made | undefined {
  if (!fs.existsSync(madeNote(people, counties))) return undefined;
  const made = JSON.parse(fs.readFileSync(madeNote(people, counties), 'utf8')) as Made;
  return made.schema === schemaFingerprint() ? made : undefined;
}

/** A migration is edited until the first release, and the county of yesterday does not follow. */
function schemaFingerprint(): string {
  const hash = createHash('sha256');
  for (const app of ['registration', 'subsidy']) {
    const folder = path.join(__dirname, '..', '..', 'apps', app, 'src', 'migrations');
    for (const file of fs.readdirSync(folder).sort()) hash.update(fs.readFileSync(path.join(folder, file)));
  }
  return hash.digest('hex');
}

/** Opens the installation that holds the county, for itself alone; durable, as in production. */
export async function openCounty(people: number, counties = 1): Promise<Installation> {
  const installation = await openInstallation(
    { ...readConfig(), dataFolder: folderOf(people, counties), port: 0, postgresPort: undefined, people },
    { onError: (error) => process.stderr.write(`${String(error)}\n`) },
  );
  if (installation.isOwner) return installation;
  await installation.close();
  throw busy(folderOf(people, counties));
}

const busy = (folder: string): Refusal =>
  new Refusal('BENCH_BUSY', {
    zh: `另一个测试正在使用 ${folder}；请等它结束，或用 YANGYU_DATA 指定其他目录。`,
    en: `Another bench is using ${folder}. Wait until it ends, or set YANGYU_DATA to another folder.`,
  });

/** Throws away what a killed or outdated making left, unless somebody is still at it. */
function beginAnew(folder: string): void {
  const note = path.join(folder, 'making.pid');
  if (fs.existsSync(note) && isAlive(Number(fs.readFileSync(note, 'utf8')))) throw busy(folder);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(note, String(process.pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes a county on the way that every county comes in: extract, register, change feed, findings, accounts, claims.
 * With several counties, the people are shared out among them. Seconds of each step.
 */
export async function run({ people, counties, say }: BenchOptions): Promise<Made> {
  const standing = findMade(people, counties);
  if (standing) return standing;
  const folder = folderOf(people, counties);
  beginAnew(folder);
  const codes = countyCodes(counties);
  const seconds: Record<string, number> = {};
  const step = async (name: string, zh: string, work: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    await work();
    seconds[name] = Math.round(((seconds[name] ?? 0) + (performance.now() - began) / 1000) * 10) / 10;
    say(`${zh}：${seconds[name]} 秒`, `${name}: ${seconds[name]} s`);
  };
  const filesOf = (county: string): string => path.join(folder, `county-${county}`);
  for (const [i, county] of codes.entries()) {
    const options = { people: Math.floor(people / counties), seed: i + 1, county, folder: filesOf(county) };
    await step('generate', '生成示例县', () => generateCounty(options));
  }
  const installation = await openCounty(people, counties);
  try {
    const get = <T>(type: abstract new (...args: never[]) => T): T => installation.app.get(type, { strict: false });
    const intake = get(IntakeService);
    for (const county of codes) {
      const file = (name: string): string => path.join(filesOf(county), `${name}.csv`);
      await step('registry', '导入户籍提取', () => get(RegistryImportService).import(file('registry')));
      await step('facts', '更新认定事实', () => get(FactService).pull());
      await step('findings', '导入认定材料', () => intake.importFindings(file('findings')));
      await step('accounts', '导入账户', () => intake.importAccounts(file('accounts')));
      await step('claims', '导入申请', () => intake.importClaims(file('claims'), 'YEB'));
    }
  } finally {
    await installation.close();
  }
  for (const county of codes) fs.rmSync(filesOf(county), { recursive: true });
  const made: Made = { people, seconds, schema: schemaFingerprint() };
  fs.writeFileSync(madeNote(people, counties), JSON.stringify(made));
  fs.rmSync(path.join(folder, 'making.pid'));
  return made;
}

/** Sees to it that they stand, made in a process of its own: what importing leaves on the heap is nobody else's memory. */
export function makeApart({ people, counties, say }: BenchOptions): void {
  if (findMade(people, counties)) return;
  say(
    `先生成 ${counties} 个县、共 ${people} 人，以后保留`,
    `making ${people} people in ${counties} ${counties === 1 ? 'county' : 'counties'}, once; they are kept`,
  );
  const words = ['county', '--people', String(people), '--counties', String(counties), '--json'];
  const { status } = spawnSync(process.execPath, [process.argv[1]!, ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status === 0) return;
  throw new Refusal('BENCH_NO_COUNTY', {
    zh: '示例县未能生成，原因见上；请排除后重新运行同一命令。',
    en: 'The county could not be made; the reason is above. Put it right and run the same command again.',
  });
}

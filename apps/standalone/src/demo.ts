import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Day, DivisionCode } from '@app/kernel';
import { generateCounty } from '../../simulator/src/county/county.service';
import { FAILING_ENDINGS } from '../../simulator/src/county/account.rules';
import type { Config } from './config';
import { bankFolders } from './folders';
import type { Installation } from './installation';
import { OFFICERS } from './officers';
import { refuse } from './standalone.errors';
import { Steps } from './steps';
import { type Summary, summarise } from './summary';
import type { Terminal } from './terminal';
import * as view from './views';

const AS_OF = '2026-03-31' as Day;
const PROGRAMME = 'childcare';

/** A made-up county and where its files lie. */
interface DemoCounty {
  readonly code: DivisionCode;
  readonly folder: string;
}

/** Everything the demo leaves behind, in the order it appears. */
interface Folders {
  /** Of the first county, whose applicants can sign in. */
  readonly county: string;
  readonly toBank: string;
  readonly fromBank: string;
  readonly done: string;
}

export const demoFolders = (config: Config): Folders => ({
  county: path.join(config.dataFolder, 'demo', 'county'),
  toBank: bankFolders(config).out,
  fromBank: bankFolders(config).in,
  done: path.join(config.dataFolder, 'demo', 'done'),
});

const FIRST_COUNTY = 340_202;
/** Beside the files of a county that were all taken in. */
const TAKEN_IN = '.taken-in';

const countiesOf = (config: Config): DemoCounty[] =>
  Array.from({ length: config.counties }, (_, n) => ({
    code: `${FIRST_COUNTY + n}000000` as DivisionCode,
    folder: `${demoFolders(config).county}${n === 0 ? '' : `-${n + 1}`}`,
  }));

/**
 * The main job once over a made-up county, or several, by the very steps of the command line. Every step may be repeated, so a
 * demo that was cut off goes on where it stopped; one that is done only shows its summary.
 */
export async function runDemo(
  installation: Installation,
  config: Config,
  terminal: Terminal,
  stopping: AbortSignal,
): Promise<Summary> {
  const folders = demoFolders(config);
  const steps = new Steps(installation, terminal, config);
  if (!fs.existsSync(folders.done)) {
    for (const county of countiesOf(config)) await makeCounty(county, config, terminal);
    await play(steps, config, terminal, stopping);
    fs.writeFileSync(folders.done, installation.clock.now().toISOString());
  }
  const summary = await summarise(steps, installation, config);
  summary.show(terminal);
  return summary.figures;
}

async function makeCounty({ code, folder }: DemoCounty, config: Config, terminal: Terminal): Promise<void> {
  if (fs.existsSync(path.join(folder, 'county.json'))) return;
  const people = Math.ceil(config.people / config.counties);
  const progress = terminal.progress('生成示例县', 'making up a county');
  const unfinished = `${folder}.part`;
  fs.rmSync(unfinished, { recursive: true, force: true });
  await generateCounty({
    people,
    county: code.slice(0, 6),
    asOf: AS_OF,
    folder: unfinished,
    onProgress: (done) => progress.update(done, people),
  });
  fs.renameSync(unfinished, folder);
  progress.end();
}

async function play(steps: Steps, config: Config, terminal: Terminal, stopping: AbortSignal): Promise<void> {
  const counties = countiesOf(config);
  const quiet: Terminal = { ...terminal, result: () => undefined };
  const step = (zh: string, en: string) => {
    if (stopping.aborted) throw refuse.interrupted();
    terminal.say(`\n■ ${zh}`, en);
  };

  // A demo that was cut off does not read again what it has taken in; reading it twice would change nothing.
  const unread = counties.filter(({ folder }) => !fs.existsSync(path.join(folder, TAKEN_IN)));
  step('导入户籍提取', 'import registry');
  for (const { folder } of unread)
    view.importSummary(quiet, await steps.importRegistry(path.join(folder, 'registry.csv')));
  step('导入认定、账户、申请', 'import findings, accounts, claims');
  for (const { folder } of unread) {
    view.importSummary(quiet, await steps.importFindings(path.join(folder, 'findings.csv')));
    view.importSummary(quiet, await steps.importAccounts(path.join(folder, 'accounts.csv')));
    view.importSummary(quiet, await steps.importClaims(path.join(folder, 'claims.csv'), PROGRAMME));
    fs.writeFileSync(path.join(folder, TAKEN_IN), '');
  }
  step('按规则认定', 'determine');
  for (const { code } of counties) view.determination(quiet, await steps.determine('all', code, AS_OF));
  step('乡镇初审、县级确认', 'confirm');
  view.confirmation(quiet, await steps.confirmAll({ programme: PROGRAMME, stage: 'both' }));
  step('登记下达指标', 'release');
  view.released(quiet, await steps.release({ programme: PROGRAMME, cover: true }));
  step('生成批次，两人审批', 'approve');
  view.approvals(quiet, await steps.approve({ programme: PROGRAMME }));
  await payAndReconcile(steps, config, quiet, step);

  step('退票：持有人提供新账户，再次发放', 'returned payments: their holders bring new accounts and are paid again');
  for (const { folder } of counties) view.importSummary(quiet, await steps.importAccounts(correctedAccounts(folder)));
  view.repairs(quiet, await steps.repair(OFFICERS.county));
  view.approvals(quiet, await steps.approve({ programme: PROGRAMME, repair: true }));
  await payAndReconcile(steps, config, quiet, step);
}

async function payAndReconcile(
  steps: Steps,
  config: Config,
  terminal: Terminal,
  step: (zh: string, en: string) => void,
): Promise<void> {
  if (steps.hasWorkersElsewhere) {
    step('银行往来：由工作进程发送、接收、对账', 'workers send, receive and reconcile');
    return steps.untilReconciled();
  }
  step('生成银行文件', 'pay');
  view.sent(terminal, await steps.pay({ out: demoFolders(config).toBank, format: 'pain.001' }));
  step('银行答复，三方对账', 'the bank answers; reconcile');
  view.reconciliation(terminal, await exchangeWithBank(steps, config));
}

/** Lets the simulated bank answer every file it was handed, and takes in what was not taken in before. */
async function exchangeWithBank(steps: Steps, config: Config) {
  const folders = demoFolders(config);
  const fail = String(config.bankFailures);
  for (const name of fs
    .readdirSync(folders.toBank)
    .filter((file) => !file.startsWith('.'))
    .sort()) {
    await steps.bank(path.join(folders.toBank, name), { out: folders.fromBank, fail });
  }
  const received: string[] = [];
  const answers = fs.existsSync(folders.fromBank) ? fs.readdirSync(folders.fromBank).sort() : [];
  for (const name of answers.filter((file) => !file.startsWith('.'))) received.push(path.join(folders.fromBank, name));
  return steps.reconcile(received);
}

/** New accounts for the holders whose planted account fails at the bank, as a file the county would be sent. */
function correctedAccounts(county: string): string {
  const [head, ...rows] = fs.readFileSync(path.join(county, 'accounts.csv'), 'utf8').trim().split('\n');
  const position = head!.split(',').indexOf('account_no');
  const endings = Object.values(FAILING_ENDINGS);
  const corrected = rows
    .map((row) => row.split(','))
    .filter((cells) => endings.some((ending) => cells[position]!.endsWith(ending)))
    .map((cells) => cells.with(position, cells[position]!.slice(0, -4) + '8642').join(','));
  const file = path.join(county, 'accounts-corrected.csv');
  fs.writeFileSync(file, [head, ...corrected].join('\n') + '\n');
  return file;
}

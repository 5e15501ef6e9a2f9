import { inContext, systemContext } from '@app/database';
import { Command, InvalidArgumentError } from 'commander';
import { type Day, type DivisionCode, findDay, findDivisionCode, type Sentence, withoutTyped } from '@app/kernel';
import { addAccessVerbs } from './access-cli';
import { addAuditVerbs, type Verbs } from './audit-cli';
import { readConfig } from './config';
import { type Installation, openInstallation } from './installation';
import { OFFICERS } from './officers';
import { addSecretsVerb } from './secrets-cli';
import { refuse } from './standalone.errors';
import { addQuarantineVerbs } from './quarantine-cli';
import { Steps } from './steps';
import { fail, openTerminal, type Terminal } from './terminal';
import type { ApproveOptions, NoticeOptions, ReleaseOptions } from './steps.types';
import { addVaultVerbs } from './vault-cli';
import * as view from './views';

interface Global {
  readonly json?: boolean;
}

const program = new Command('yangyu')
  .description('养育：从户籍提取到发放对账的各个步骤。 The steps from a registry extract to reconciled payments.')
  .helpCommand(false)
  .showHelpAfterError('（加 --help 查看用法 / add --help for usage）')
  .configureOutput({ outputError: (text, write) => write(withoutTyped(text)) });

/**
 * A verb: opens the installation, does one thing, shows it, closes. One that acts as a demo user, or as officers whom
 * nobody signed in, says what stands in its place in production, where it is refused.
 */
function verb(parent: Command, usage: string, description: string, inProduction?: Sentence): Command {
  const made = parent.command(usage).description(description);
  if (inProduction) made.hook('preAction', () => refuseInProduction(inProduction));
  return made.option('--json', '只输出 JSON / only JSON on standard output');
}

function refuseInProduction(instead: Sentence): void {
  if (readConfig().isProduction) throw refuse.notInProduction(verbOf(process.argv), instead);
}

/** What officers do by these operations of the graph. */
const throughTheGraph = (...operations: string[]): Sentence => ({
  zh: `请由工作人员本人登录，通过 GraphQL 的 ${operations.join('、')} 办理`,
  en: `officers do it with their own sign-in through the graph: ${operations.join(', ')}`,
});

/** Production knows of money only what a document says. */
const AS_RELEASED: Sentence = {
  zh: '请按下达文件逐项登记：--division、--level、--yuan 和 --document 均须填写，不用 --cover',
  en: 'record what a document released, one by one, with --division, --level, --yuan and --document, without --cover',
};

type Work<O> = (steps: Steps, terminal: Terminal, options: O, installation: Installation) => Promise<void>;

async function run<O extends Global>(options: O, work: Work<O>): Promise<void> {
  const isJson = options.json ?? false;
  let installation: Installation | undefined;
  try {
    const terminal = openTerminal(isJson);
    const config = readConfig();
    installation = await openInstallation(config, {
      onError: (error, where) => process.stderr.write(`${where}: ${withoutTyped(String(error))}\n`),
    });
    const steps = new Steps(installation, terminal, config);
    const opened = installation;
    await inContext(systemContext(verbOf(process.argv), { actor: 'operator' }), () =>
      work(steps, terminal, options, opened),
    );
  } catch (error) {
    process.exitCode = fail(error, isJson);
  } finally {
    await installation?.close();
  }
}

/** `import registry`, `explain`: for the audit log the verb only, since files and numbers may name people. */
function verbOf(argv: readonly string[]): string {
  const words = argv.slice(2, 4);
  return ['import', 'audit', 'access', 'vault', 'quarantine'].includes(words[0] ?? '')
    ? words.join(' ')
    : (words[0] ?? '');
}

const aDay = (text: string): Day => {
  const found = findDay(text);
  if (!found) throw new InvalidArgumentError('应为日期 YYYY-MM-DD / write a day, YYYY-MM-DD');
  return found;
};

const aDivision = (text: string): DivisionCode => {
  const found = findDivisionCode(text);
  if (!found)
    throw new InvalidArgumentError(
      '应为 2、4、6、9 或 12 位区划代码 / write a division code of 2, 4, 6, 9 or 12 digits',
    );
  return found;
};

const DIVISION = '--division <code>';
const DIVISION_HELP =
  '区划代码，含其下级；省略时为申请所在的各县 / division code with its subtree; default: every county with claims';
const PROGRAMME = '--programme <name>';
const PROGRAMME_HELP = '项目：childcare（YEB）、ageing-rural-parents（JF）、special-support（TF）/ programme';
const AS = '--as <officer>';

const files = program.command('import').description('导入文件 / take a file in');
verb(files, 'registry <file>', '户籍提取 / a registry extract').action((file: string, options: Global) =>
  run(options, async (steps, terminal) => view.importSummary(terminal, await steps.importRegistry(file))),
);
verb(files, 'claims <file>', '申请 / claims')
  .option(PROGRAMME, PROGRAMME_HELP, 'childcare')
  .action((file: string, options: Global & { programme: string }) =>
    run(options, async (steps, terminal) =>
      view.importSummary(terminal, await steps.importClaims(file, options.programme)),
    ),
  );
verb(files, 'certificates <file>', '独生子女父母光荣证台账 / a ledger of legacy certificates').action(
  (file: string, options: Global) =>
    run(options, async (steps, terminal) => view.importSummary(terminal, await steps.importCertificates(file))),
);
verb(files, 'legacy-fee <file>', '已取消收费的历史台账 / an old ledger of the repealed fee')
  .option('--payments <file>', '缴款明细 / payments one by one')
  .action((file: string, options: Global & { payments?: string }) =>
    run(options, async (steps, terminal) =>
      view.importSummary(terminal, await steps.importLegacyFee(file, options.payments)),
    ),
  );
verb(files, 'bank-receipts <file>', '银行到账通知（camt.054 或 CSV）/ a notice of the bank, camt.054 or CSV')
  .requiredOption('--account <no>', '收款账号 / the account it tells of')
  .option('--division <code>', '账户首次出现时登记：所属县 / the county of an account that is new', aDivision)
  .option('--bank <name>', '账户首次出现时登记：开户行 / and where it is kept')
  .option('--holder <name>', '账户首次出现时登记：户名 / and in whose name')
  .action((file: string, options: Global & NoticeOptions) =>
    run(options, async (steps, terminal) => view.bankReceipts(terminal, await steps.importBankReceipts(file, options))),
  );
verb(files, 'accounts <file>', '收款账户 / payee accounts').action((file: string, options: Global) =>
  run(options, async (steps, terminal) => view.importSummary(terminal, await steps.importAccounts(file))),
);
verb(files, 'findings <file>', '有关机关的认定 / findings of authorities').action((file: string, options: Global) =>
  run(options, async (steps, terminal) => view.importSummary(terminal, await steps.importFindings(file))),
);
verb(files, 'stated-flows <file>', '外部报送的人口流动统计 / flow figures that another authority stated')
  .requiredOption('--source <text>', '数据来源，例如文号 / where they are from, such as the number of the document')
  .action((file: string, options: Global & { source: string }) =>
    run(options, async (steps, terminal) =>
      view.statedFlows(terminal, await steps.importStatedFlows(file, options.source)),
    ),
  );

verb(program, 'determine', '按规则批量认定 / decide a whole division by the rules')
  .option(PROGRAMME, `${PROGRAMME_HELP}; all`, 'childcare')
  .requiredOption(DIVISION, '区划代码，含其下级 / division code with its subtree', aDivision)
  .option('--as-of <date>', '认定基准日，默认今天 / decide as of this day; default today', aDay)
  .option('--list <file>', '把每件申请的结果写成 CSV / write every claim with its result to a CSV file')
  .action((options: Global & { programme: string; division: DivisionCode; asOf?: Day; list?: string }) =>
    run(options, async (steps, terminal) =>
      view.determination(
        terminal,
        await steps.determine(options.programme, options.division, options.asOf, options.list),
      ),
    ),
  );

verb(
  program,
  'confirm',
  '乡镇初审和县级确认（两名不同人员）/ township review and county confirmation, by two officers',
  throughTheGraph('reviewClaims', 'confirmClaims'),
)
  .option(PROGRAMME, PROGRAMME_HELP, 'childcare')
  .option(DIVISION, DIVISION_HELP, aDivision)
  .option('--stage <stage>', 'township、county 或 both / township, county or both', 'both')
  .option(AS, '办理人员，默认演示人员 / officer; default the demo officers')
  .action((options: Global & { programme: string; division?: DivisionCode; stage: string; as?: string }) =>
    run(options, async (steps, terminal) => view.confirmation(terminal, await steps.confirmAll(options))),
  );

verb(program, 'release', '登记下达的资金指标 / record released funds')
  .hook('preAction', (command) => {
    const { cover, document, division }: ReleaseOptions = command.opts();
    if (cover || !document || !division) refuseInProduction(AS_RELEASED);
  })
  .option(PROGRAMME, PROGRAMME_HELP, 'childcare')
  .option(DIVISION, '县级区划代码；省略时为申请所在的各县 / county; default: every county with claims', aDivision)
  .option('--year <year>', '预算年度，默认今年 / budget year; default this year')
  .option('--level <level>', 'central、province、city、county；与 --yuan 合用 / with --yuan')
  .option('--yuan <amount>', '金额（元）/ amount in yuan')
  .option('--document <no>', '指标文号 / number of the document that released it')
  .option('--cover', '按已确认申请和分担比例补足各级指标 / what confirmed claims need at every level')
  .action((options: Global & ReleaseOptions) =>
    run(options, async (steps, terminal) => view.released(terminal, await steps.release(options))),
  );

verb(
  program,
  'approve',
  '生成发放批次并由两名人员审批同一内容 / prepare the payment batch and have two officers approve its exact content',
  throughTheGraph('prepareBatch', 'approveBatch'),
)
  .option(PROGRAMME, PROGRAMME_HELP, 'childcare')
  .option(DIVISION, DIVISION_HELP, aDivision)
  .option('--period <quarter>', '发放季度，如 2026Q4，默认本季度 / quarter; default this one')
  .option('--batch <id>', '只审批该批次 / approve this batch only')
  .option('--repair', '退票修正后的再次发放 / pay repaired returns again')
  .option(AS, '审批人员；省略时两名演示财政人员先后审批 / officer; default both demo finance officers in turn')
  .action((options: Global & ApproveOptions) =>
    run(options, async (steps, terminal) => view.approvals(terminal, await steps.approve(options))),
  );

verb(program, 'pay', '为已审批批次生成银行文件 / write the bank files of approved batches')
  .requiredOption('--out <folder>', '银行取件目录 / folder the bank fetches from')
  .option('--batch <id>', '只发送该批次 / only this batch')
  .option('--format <format>', 'pain.001 或 csv / pain.001 or csv', 'pain.001')
  .action((options: Global & { out: string; batch?: string; format: string }) =>
    run(options, async (steps, terminal) => view.sent(terminal, await steps.pay(options))),
  );

verb(program, 'bank <file>', '模拟银行：对银行文件作出答复 / the simulated bank: answer a bank file', {
  zh: '请用真实银行的答复文件运行 reconcile',
  en: 'the real bank answers; run reconcile with its files',
})
  .requiredOption('--out <folder>', '答复文件目录 / folder for its answers')
  .option('--fail <share>', '失败比例 0–1 / share of failures, 0 to 1', '0')
  .action((file: string, options: Global & { out: string; fail: string }) =>
    run(options, async (steps, terminal) => view.answered(terminal, await steps.bank(file, options))),
  );

verb(
  program,
  'reconcile <files...>',
  '读取银行答复并三方对账 / take the bank’s answers in and compare list, bank and ledger',
).action((answers: string[], options: Global) =>
  run(options, async (steps, terminal) => view.reconciliation(terminal, await steps.reconcile(answers))),
);

verb(
  program,
  'repair',
  '把退票改付到持有人的新账户 / point returned payments at their holders’ new accounts',
  throughTheGraph('repairAccount'),
)
  .option(AS, '办理人员 / officer', OFFICERS.county)
  .action((options: Global & { as: string }) =>
    run(options, async (steps, terminal) => view.repairs(terminal, await steps.repair(options.as))),
  );

verb(program, 'explain', '说明为何得到这个结果 / why a person is paid what they are paid')
  .requiredOption(
    '--child <number>',
    '身份证号、出生医学证明编号或申请编号 / identity, birth certificate or claim number',
  )
  .option('--as-of <date>', '默认今天 / default today', aDay)
  .action((options: Global & { child: string; asOf?: Day }) =>
    run(options, async (steps, terminal) =>
      view.explanation(terminal, await steps.explain(options.child, options.asOf)),
    ),
  );

verb(program, 'forget-legacy-fee', '删除保管期满的历史案件 / delete old cases that were kept long enough').action(
  (options: Global) =>
    run(options, async (steps, terminal) => {
      const gone = await steps.forgetLegacyFee();
      const cases = gone.reduce((sum, one) => sum + one.cases, 0);
      terminal.say(`已删除 ${cases} 件`, `deleted ${cases} cases`);
    }),
);
verb(program, 'verify', '检查账、单、状态是否处处一致 / check that everything that must be true is true').action(
  (options: Global) =>
    run(options, async (steps, terminal) => {
      const violations = await steps.verify();
      view.violations(terminal, violations);
      if (violations.length > 0) process.exitCode = 1;
    }),
);

const verbs: Verbs = {
  add: verb,
  run: (options, work) =>
    run(options, (_, terminal, _options, installation) => work(installation, readConfig(), terminal)),
};
addAccessVerbs(program, verbs);
addAuditVerbs(program, verbs);
addVaultVerbs(program, verbs);
addQuarantineVerbs(program, verbs);
addSecretsVerb(program, verbs);

program.parseAsync().catch((error: unknown) => (process.exitCode = fail(error, process.argv.includes('--json'))));

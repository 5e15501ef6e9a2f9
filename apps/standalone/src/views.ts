import { yuanText } from '@app/kernel';
import type { Steps } from './steps';
import type { Terminal } from './terminal';

/** What a step gives, for the view that shows it. */
type Result<Step extends keyof Steps> = Steps[Step] extends (...args: never[]) => infer R ? Awaited<R> : never;

const yuan = (fen: bigint): string => yuanText(fen).replace(/\B(?=(\d{3})+(?=\.))/g, ',');

interface ImportView {
  readonly total: number;
  readonly accepted: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly warnings: number;
  readonly resumedAtLine: number | null;
  readonly perCode: Readonly<Record<string, number | Readonly<Record<string, number>>>>;
  readonly rejectsFile: string | null;
}

export function importSummary(terminal: Terminal, summary: ImportView): void {
  if (summary.resumedAtLine !== null) {
    terminal.say(`从第 ${summary.resumedAtLine} 行继续`, `went on at line ${summary.resumedAtLine}`);
  }
  terminal.table(
    ['合计 total', '导入 accepted', '未变 unchanged', '拒收 rejected', '提示 warnings'],
    [[summary.total, summary.accepted, summary.unchanged, summary.rejected, summary.warnings]],
  );
  const codes = Object.entries(summary.perCode).flatMap(([code, count]) =>
    typeof count === 'number' ? [[code, count] as const] : Object.entries(count),
  );
  if (codes.length > 0) terminal.table(['原因 code', '行 rows'], codes);
  if (summary.rejectsFile && summary.rejected + summary.warnings > 0) {
    terminal.say(`明细：${summary.rejectsFile}`, 'has every row with its reason');
  }
  terminal.result(summary);
}

export function bankReceipts(terminal: Terminal, summary: Result<'importBankReceipts'>): void {
  terminal.table(
    ['已匹配 matched', '金额 yuan', '待确认 proposed', '待退付 refundable'],
    [[summary.matched, yuanText(summary.matchedFen), summary.proposed, summary.refundable]],
  );
  importSummary(terminal, summary);
}

export function statedFlows(terminal: Terminal, summary: Result<'importStatedFlows'>): void {
  terminal.table(
    ['导入 added', '未变 unchanged', '拒收 rejected'],
    [[summary.added, summary.unchanged, summary.rejected]],
  );
  for (const { sentence } of summary.findings) terminal.say(sentence.zh, sentence.en);
  if (summary.findings.length > 0) terminal.say(`明细：${summary.rejectsFile}`, 'has every finding with its line');
  terminal.result(summary);
}

export function determination(terminal: Terminal, summary: Result<'determine'>): void {
  terminal.table(
    ['项目 programme', '结果 outcome', '件数 count', '金额（元） yuan'],
    summary.results.map((row) => [row.programme, row.outcome, row.count, yuan(row.amountFen)]),
  );
  const reasons = Object.entries(summary.claims.byReason);
  if (summary.listFile) terminal.say(`逐件结果：${summary.listFile}`, 'has every claim with its result');
  if (reasons.length > 0) terminal.table(['待核查 held for a person', '件数 count'], reasons);
  terminal.result(summary);
}

export function confirmation(terminal: Terminal, summary: Result<'confirmAll'>): void {
  terminal.table(
    ['乡镇初审 reviewed', '县级确认 confirmed', '金额（元） yuan', '待核查 held'],
    [[summary.reviewed, summary.confirmed, yuan(summary.amountFen), summary.held]],
  );
  terminal.result(summary);
}

export function released(terminal: Terminal, rows: Result<'release'>): void {
  terminal.table(
    ['县 county', '级次 level', '金额（元） yuan', '文号 document'],
    rows.map((row) => [row.county, row.level, yuan(row.amountFen), row.documentNo]),
  );
  terminal.result(rows);
}

export function approvals(terminal: Terminal, summary: Result<'approve'>): void {
  terminal.table(
    ['批次 batch', '笔数 lines', '金额（元） yuan', '内容摘要 content', '审批人 approved by', '状态 state'],
    summary.batches.map((batch) => [
      batch.id,
      batch.lineCount,
      yuan(batch.totalFen),
      batch.contentHash.slice(0, 12),
      batch.approvers.join(', '),
      batch.state,
    ]),
  );
  if (summary.batches.length === 0) terminal.say('没有可发放的申请', 'there is nothing to pay');
  terminal.result(summary);
}

export function sent(terminal: Terminal, files: Result<'pay'>): void {
  terminal.table(
    ['银行文件 bank file', '笔数 lines', '金额（元） yuan'],
    files.map((file) => [file.path, file.lines, yuan(file.totalFen)]),
  );
  if (files.length === 0) terminal.say('没有待发送的批次', 'there is no batch to send');
  terminal.result(files);
}

export function answered(terminal: Terminal, files: Result<'bank'>): void {
  for (const file of files) terminal.say(`银行答复：${file}`, 'is the bank’s answer');
  terminal.result(files);
}

export function reconciliation(terminal: Terminal, summary: Result<'reconcile'>): void {
  for (const file of summary.passedOver)
    terminal.say(`${file} 此前已入账，未重复处理`, 'was taken in before and changes nothing');
  terminal.table(
    ['批次 batch', '清册＝银行＝账簿 list = bank = ledger', '差异 differences', '状态 state'],
    summary.reconciled.map((row) => [
      row.batchId,
      row.isReconciled ? '一致 yes' : '不一致 NO',
      row.differenceCount,
      row.batchState,
    ]),
  );
  const { list, bank, ledger } = summary.threeWay;
  terminal.table(
    ['元 yuan', '清册 list', '银行 bank', '账簿 ledger'],
    [
      ['已到账 paid', yuan(list.paidFen), yuan(bank.paidFen), yuan(ledger.paidFen)],
      ['退票 returned', yuan(list.returnedFen), yuan(bank.returnedFen), yuan(ledger.returnedFen)],
      ['未决 open', yuan(list.openFen), yuan(bank.openFen), yuan(ledger.openFen)],
      ['合计 total', yuan(list.totalFen), yuan(bank.totalFen), yuan(ledger.totalFen)],
    ],
  );
  terminal.result(summary);
}

export function repairs(terminal: Terminal, summary: Result<'repair'>): void {
  terminal.table(['已改付新账户 repaired', '仍待账户 still waiting'], [[summary.repaired, summary.waiting]]);
  terminal.result(summary);
}

const RESULTS = { met: '✓ 符合 met', not_met: '✗ 不符 not met', unknown: '? 待定 unknown' } as const;

function factText({ label, value, source }: ExplainedFact, language: 'zh' | 'en'): string {
  const said = value === null ? { zh: '不详', en: 'unknown' }[language] : String(value);
  return language === 'zh' ? `${label.zh}：${said}（${source.zh}）` : `${label.en}: ${said} (${source.en})`;
}

type ExplainedFact = Result<'explain'>['years'][number]['decision']['conditions'][number]['facts'][number];

export function explanation(terminal: Terminal, found: Result<'explain'>): void {
  terminal.say(`证件 ${found.person.idNumberMask ?? '（无）'}，区划 ${found.person.divisionCode ?? '（未知）'}`, '');
  if (!found.years.some(({ claim }) => claim)) terminal.say('没有育儿补贴申请', 'there is no claim for this child');
  for (const year of found.years.filter(({ decision }) => decision.outcome !== 'OUT_OF_SCOPE')) {
    const { decision, claim } = year;
    const amount = decision.amountFen === null ? '' : ` ${yuan(decision.amountFen)} 元 yuan`;
    terminal.say(
      `\n${year.title.zh} ${year.year} 年：${decision.outcome}${amount}${claim ? `，申请 ${claim.claimNo}（${claim.state}）` : ''}`,
      year.title.en,
    );
    for (const condition of decision.conditions) {
      terminal.say(`  ${RESULTS[condition.result]}  ${condition.sentence.zh}`, condition.sentence.en);
      for (const fact of condition.facts) terminal.say(`      · ${factText(fact, 'zh')}`, factText(fact, 'en'));
      terminal.say(`      依据 rule：${condition.rule}`, '');
      if (condition.question) terminal.say(`      待核实：${condition.question.zh}`, condition.question.en);
    }
  }
  terminal.result(found);
}

export function violations(terminal: Terminal, found: Result<'verify'>): void {
  if (found.length === 0) terminal.say('全部一致', 'everything that must be true is true');
  else
    terminal.table(
      ['检查 check', '对象 id', '说明 sentence'],
      found.map((row) => [row.check, row.id, `${row.zh} ${row.en}`]),
    );
  terminal.result(found);
}

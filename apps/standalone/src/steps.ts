import * as fs from 'node:fs';
import * as path from 'node:path';
import type { BankReason } from '@app/bankfile';
import { currentContext, inContext } from '@app/database';
import {
  countyOf,
  type Day,
  type DivisionCode,
  divisionPrefix,
  parseYuan,
  Refusal,
  splitFen,
  yearOf,
} from '@app/kernel';
import { BankReceiptService } from '../../fees/src/bank-receipt/bank-receipt.service';
import { NoticeImportService } from '../../fees/src/bank-receipt/notice-import.service';
import { LegacyImportService } from '../../fees/src/legacy-fee/legacy-import.service';
import { MatchService } from '../../fees/src/match/match.service';
import { StatedTableService } from '../../migrant/src/flow/stated-table.service';
import { LedgerImportService } from '../../registration/src/certificate/ledger-import.service';
import { RegistryImportService } from '../../registration/src/registry-import/registry-import.service';
import { BankSimulator } from '../../simulator/src/bank/bank.simulator';
import { FAILING_ENDINGS } from '../../simulator/src/county/account.rules';
import { ClaimService } from '../../subsidy/src/claim/claim.service';
import { DeterminationService } from '../../subsidy/src/determination/determination.service';
import { BankFileService } from '../../subsidy/src/disbursement/bank-file.service';
import { DisbursementService } from '../../subsidy/src/disbursement/disbursement.service';
import {
  type BatchSummary,
  type Prepared,
  type Quarter,
  quarterOf,
} from '../../subsidy/src/disbursement/disbursement.types';
import { ExplanationService } from '../../subsidy/src/explanation/explanation.service';
import { FundingService } from '../../subsidy/src/funding/funding.service';
import { FUNDING_SHARES, type FundingShares, LEVELS, type Level } from '../../subsidy/src/funding/funding.types';
import { IntakeService } from '../../subsidy/src/intake/intake.service';
import { ProgrammeService } from '../../subsidy/src/programme/programme.service';
import { AnswerService } from '../../subsidy/src/reconciliation/answer.service';
import type { Received, Reconciled } from '../../subsidy/src/reconciliation/reconciliation.types';
import { ReconciliationService } from '../../subsidy/src/reconciliation/reconciliation.service';
import { ReviewService } from '../../subsidy/src/review/review.service';
import { VerifyService } from '../../subsidy/src/verify/verify.service';
import type { Config } from './config';
import { refuse } from './standalone.errors';
import type { Installation } from './installation';
import { OFFICERS, OPERATOR } from './officers';
import type { ApproveOptions, NoticeOptions, ReleaseOptions } from './steps.types';
import type { Terminal } from './terminal';

const beside = (file: string, what: string): string => {
  const { dir, name } = path.parse(file);
  return path.join(dir, `${name}-${what}.csv`);
};

const LOOK = 500;

/** The steps of the main job. The command line and the demo are made of exactly these. */
export class Steps {
  constructor(
    private readonly installation: Installation,
    private readonly terminal: Terminal,
    private readonly config: Config,
  ) {}

  async importRegistry(file: string) {
    const progress = this.terminal.progress('导入户籍提取', 'importing the registry extract');
    const files = { rejectsFile: beside(file, 'rejects'), warningsFile: beside(file, 'warnings') };
    const summary = await this.get(RegistryImportService).import(file, {
      ...files,
      onProgress: ({ linesDone, lineCount }) => progress.update(linesDone, lineCount),
    });
    progress.end();
    await this.deliver();
    return { ...summary, ...files };
  }

  /** Lets everything that was told arrive: here it makes the subsidy app take in what the register learned. */
  async deliver(): Promise<number> {
    const progress = this.terminal.progress('各应用互通消息', 'letting the apps tell each other');
    const { quarantined } = await this.installation.jobs.runUntilIdle();
    progress.end();
    if (quarantined > 0)
      this.terminal.say(`有 ${quarantined} 条消息被隔离`, `${quarantined} messages are in quarantine`);
    return quarantined;
  }

  importClaims(file: string, programme: string) {
    const { code } = this.get(ProgrammeService).get(programme);
    return this.take(file, '导入申请', 'importing claims', (options) =>
      this.get(IntakeService).importClaims(file, code, options),
    );
  }

  async importCertificates(file: string) {
    return this.take(file, '导入光荣证台账', 'importing a ledger of certificates', (options) =>
      this.get(LedgerImportService).import(file, options),
    );
  }

  importLegacyFee(file: string, payments: string | undefined) {
    return this.take(file, '导入历史收费台账', 'importing a ledger of the repealed fee', (options) =>
      this.get(LegacyImportService).import(file, payments ?? null, options),
    );
  }

  /** A notice of the bank, and at once whatever it pays. The county is named with the first one of an account. */
  async importBankReceipts(file: string, { account: no, division, bank = '', holder: holderName = '' }: NoticeOptions) {
    const account = no.replaceAll(' ', '');
    const receipts = this.get(BankReceiptService);
    const known = division ? await receipts.accounts(divisionPrefix(division)) : [];
    if (division && !known.some((one) => one.account === account))
      await receipts.openAccount({ account, divisionCode: division, bank, holderName });
    const summary = await this.take(file, '导入银行到账', 'importing a notice of the bank', (options) =>
      this.get(NoticeImportService).import(file, account, options),
    );
    return { ...summary, ...(await this.get(MatchService).run()) };
  }

  /** Deletes old cases that were kept long enough. */
  forgetLegacyFee() {
    return this.get(LegacyImportService).forget();
  }

  async importStatedFlows(file: string, source: string) {
    const rejectsFile = beside(file, 'findings');
    return { ...(await this.get(StatedTableService).import(file, source, { rejectsFile })), rejectsFile };
  }

  importAccounts(file: string) {
    return this.take(file, '导入账户', 'importing accounts', (options) =>
      this.get(IntakeService).importAccounts(file, options),
    );
  }

  importFindings(file: string) {
    return this.take(file, '导入认定材料', 'importing findings', (options) =>
      this.get(IntakeService).importFindings(file, options),
    );
  }

  private async take<T>(
    file: string,
    zh: string,
    en: string,
    run: (options: { rejectsFile: string; onProgress: (p: { line: number }) => void }) => Promise<T>,
  ): Promise<T> {
    const progress = this.terminal.progress(zh, en);
    const result = await run({ rejectsFile: beside(file, 'rejects'), onProgress: ({ line }) => progress.update(line) });
    progress.end();
    return result;
  }

  async determine(programme: string, division: DivisionCode, asOf?: Day, listFile?: string) {
    const quarantined = await this.deliver();
    if (quarantined > 0) throw refuse.factsNotCurrent(quarantined);
    const progress = this.terminal.progress('批量认定', 'determining');
    const all = this.get(ProgrammeService).all();
    const determinations = this.get(DeterminationService);
    const decide = this.installation.hasWorkersElsewhere ? 'determineByWorkers' : 'determine';
    const summary = await determinations[decide](
      {
        programmes: programme === 'all' ? all.map(({ code }) => code) : [programme],
        division,
        asOf: asOf ?? this.installation.clock.today(),
        actor: this.unlessProduction(OFFICERS.county),
      },
      ({ done, of }) => progress.update(done, of),
    );
    progress.end();
    const list = programme === 'all' ? undefined : listFile;
    if (list) await determinations.writeList(programme, division, list);
    return { ...summary, listFile: list ?? null };
  }

  /** Both looks at every clean claim, by two different officers. */
  async confirmAll(options: { programme: string; division?: DivisionCode; stage: string; as?: string }) {
    if (!['township', 'county', 'both'].includes(options.stage)) throw refuse.stageUnknown(options.stage);
    const reviews = this.get(ReviewService);
    const total = { reviewed: 0, confirmed: 0, amountFen: 0n, held: 0 };
    const programme = this.code(options.programme);
    for (const division of await this.divisions(programme, options.division)) {
      if (options.stage !== 'county') {
        const actor = options.as ?? OFFICERS.township;
        total.reviewed += (await this.as(actor, () => reviews.review({ programme, division, actor }))).count;
      }
      if (options.stage !== 'township') {
        const actor = options.as ?? OFFICERS.county;
        const confirmed = await this.as(actor, () => reviews.confirm({ programme, division, actor }));
        total.confirmed += confirmed.count;
        total.amountFen += confirmed.amountFen;
        total.held += confirmed.held;
      }
    }
    return total;
  }

  /** Records released indicators: one level and amount, or whatever the confirmed claims need (`cover`). */
  async release(options: ReleaseOptions) {
    const programme = this.code(options.programme);
    const today = this.installation.clock.today();
    const year = options.year ? Number(options.year) : yearOf(today);
    const funding = this.get(FundingService);
    const results: { county: string; level: Level; amountFen: bigint; documentNo: string }[] = [];
    for (const division of await this.divisions(programme, options.division)) {
      const county = countyOf(division);
      for (const { level, amountFen } of options.cover
        ? await this.missing(programme, county, year)
        : [readRelease(options)]) {
        const documentNo = options.document ?? `演示指标〔${year}〕${county.slice(0, 6)}-${level}-${today}`;
        const actor = this.unlessProduction(OFFICERS.funds);
        const indicator = { programme, county, year, level, amountFen, documentNo, releasedOn: today, actor };
        await this.as(actor, () => funding.release(indicator));
        results.push({ county, level, amountFen, documentNo });
      }
    }
    return results;
  }

  /** What each level still has to release so that every confirmed claim can be paid. */
  private async missing(programme: string, county: DivisionCode, year: number) {
    const needed = (await this.get(ClaimService).tally(programme, county.slice(0, 6))).find(
      ({ state }) => state === 'confirmed',
    );
    if (!needed) return [];
    const shares = await this.installation.app
      .get<FundingShares>(FUNDING_SHARES, { strict: false })
      .of(programme, county, this.installation.clock.today());
    const bearing = LEVELS.filter((level) => shares[level] > 0);
    const parts = splitFen(
      needed.amountFen,
      bearing.map((level) => shares[level]),
    );
    const released = await this.get(FundingService).released(programme, county, year);
    return bearing
      .map((level, i) => {
        const available = released.find((row) => row.level === level)?.availableFen ?? 0n;
        return { level, amountFen: parts[i]! - available };
      })
      .filter(({ amountFen }) => amountFen > 0n);
  }

  /** Prepares the batch when there is something to pay, then takes two different officers' word for its exact content. */
  async approve(options: ApproveOptions) {
    const disbursements = this.get(DisbursementService);
    const programme = this.code(options.programme);
    const period = (options.period ?? quarterOf(this.installation.clock.today())) as Quarter;
    const prepared: Prepared[] = [];
    if (!options.batch) {
      for (const division of await this.divisions(programme, options.division)) {
        const request = { programme, division, period, actor: OFFICERS.maker };
        prepared.push(
          await this.as(OFFICERS.maker, () =>
            options.repair ? disbursements.prepareRepair(request) : disbursements.prepare(request),
          ),
        );
      }
    }
    const within = options.division ? divisionPrefix(options.division) : '';
    const waiting = (await disbursements.inStates(['prepared'])).filter((batch) =>
      options.batch
        ? batch.id === options.batch
        : batch.programme === programme && batch.divisionCode.startsWith(within),
    );
    if (options.batch && waiting.length === 0) throw refuse.batchNotWaiting(options.batch);
    const batches: BatchSummary[] = [];
    for (const { id } of waiting) {
      // A run that was cut off between the two officers goes on with the second.
      const { approvers } = await disbursements.summary(id);
      const missing = OFFICERS.approvers.filter((officer) => !approvers.includes(officer));
      for (const officer of options.as ? [options.as] : missing)
        await this.as(officer, () => disbursements.approve(id, officer));
      batches.push(await disbursements.summary(id));
    }
    return { prepared, batches };
  }

  /** Writes the file of every approved batch (again, the same bytes, if an earlier try was cut off). */
  async pay(options: { out: string; batch?: string; format: string }) {
    if (options.format !== 'pain.001' && options.format !== 'csv') throw refuse.formatUnknown(options.format);
    fs.mkdirSync(options.out, { recursive: true });
    const sent = [];
    for (const batchId of options.batch ? [options.batch] : await this.get(BankFileService).waiting()) {
      sent.push(await this.get(BankFileService).send({ batchId, folder: options.out, format: options.format }));
    }
    return sent;
  }

  /** The simulated bank: its book lives in the data folder, so that it remembers what it has paid. */
  async bank(file: string, options: { out: string; fail: string }) {
    const share = Number(options.fail);
    if (!(share >= 0 && share <= 1)) throw refuse.shareUnreadable(options.fail);
    const bank = await BankSimulator.open({
      folder: path.join(this.config.dataFolder, 'bank', 'book'),
      clock: this.installation.clock,
      behaviour: { rejected: { ACCOUNT_CLOSED: share / 2, NAME_MISMATCH: share / 4 }, returned: share / 4 },
      failAccounts: new Map(Object.entries(FAILING_ENDINGS).map(([reason, ending]) => [ending, reason as BankReason])),
    });
    fs.mkdirSync(options.out, { recursive: true });
    return bank.receive(file, options.out);
  }

  /** Takes the bank's answers in; one that was taken in before is said so and passed over. */
  async reconcile(files: readonly string[]) {
    const received: Received[] = [];
    const passedOver: string[] = [];
    for (const file of files) {
      const answer = await this.get(AnswerService).receive(file).catch(unlessTakenIn);
      if (answer) received.push(answer);
      else passedOver.push(file);
    }
    return { ...(await this.compare(received)), passedOver };
  }

  get hasWorkersElsewhere(): boolean {
    return this.installation.hasWorkersElsewhere;
  }

  /** Waits until workers elsewhere have sent every approved batch, taken in its answers and compared it. */
  async untilReconciled(): Promise<void> {
    const progress = this.terminal.progress('发放批次', 'batches under way');
    const isUnderWay = () => this.get(DisbursementService).inStates(['approved', 'sent', 'answered', 'in_doubt']);
    for (let most = 0, left = await isUnderWay(); left.length > 0; left = await isUnderWay()) {
      most = Math.max(most, left.length);
      progress.update(most - left.length, most);
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
    progress.end();
  }

  private async compare(received: readonly Received[]) {
    const reconciled: Reconciled[] = [];
    // Answered batches too: a run may have been cut off after it took their answers in.
    const answered = await this.get(DisbursementService).inStates(['answered']);
    for (const batchId of new Set([...received.map((answer) => answer.batchId), ...answered.map(({ id }) => id)])) {
      const actor = this.unlessProduction(OFFICERS.maker);
      reconciled.push(await this.as(actor, () => this.get(ReconciliationService).reconcile(batchId, actor)));
    }
    return { received, reconciled, threeWay: await this.get(ReconciliationService).threeWay() };
  }

  /** Points every returned payment whose holder has a newer account at that account. */
  repair(actor: string) {
    return this.as(actor, () => this.get(ReconciliationService).repairWithNewAccounts(actor));
  }

  explain(number: string, asOf?: Day) {
    return this.get(ExplanationService).byNumber(number, { asOf });
  }

  verify() {
    return this.get(VerifyService).run();
  }

  children(programme: string) {
    return this.get(ClaimService).children(this.code(programme));
  }

  tally(programme: string) {
    return this.get(ClaimService).tally(this.code(programme), '');
  }

  private code(programme: string): string {
    return this.get(ProgrammeService).get(programme).code;
  }

  private async divisions(programme: string, named: DivisionCode | undefined): Promise<DivisionCode[]> {
    return named ? [named] : this.get(ClaimService).counties(programme);
  }

  /** The demo's officer; in production, where nobody of the demo acts, the operator. */
  private unlessProduction(officer: string): string {
    return this.config.isProduction ? OPERATOR : officer;
  }

  /** In the name of an officer, whom the operator of the command line vouches for: in production of none. */
  private as<T>(actor: string, work: () => Promise<T>): Promise<T> {
    const context = currentContext();
    return context ? inContext({ ...context, actor }, work) : work();
  }

  get<T>(type: abstract new (...args: never[]) => T): T {
    return this.installation.app.get(type as never, { strict: false });
  }
}

function readRelease({ level, yuan }: ReleaseOptions): { level: Level; amountFen: bigint } {
  if (!LEVELS.includes(level as Level)) throw refuse.levelUnknown(level ?? '');
  const amountFen = parseYuan(yuan ?? '');
  if (amountFen === undefined || amountFen <= 0n) throw refuse.amountUnreadable(yuan ?? '');
  return { level: level as Level, amountFen };
}

/** An answer that was taken in before is no fault where a step may be going on after it was cut off. */
function unlessTakenIn(error: unknown): undefined {
  if (error instanceof Refusal && error.code === 'BANK_ANSWER_ALREADY_APPLIED') return undefined;
  throw error;
}
